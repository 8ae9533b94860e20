"""The truth about a capsule in memory: every frame ever written, and when each began and ended.

A frame is visible at revision r when ``born <= r < ended``. Nothing that was true at r changes later, so
readers of any Moment share these arrays with the one thread that appends to them.
"""

from __future__ import annotations

import operator
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from blake3 import blake3

from engine.codecs import choose, zstd
from engine.errors import ChecksumError, ContentGone, DamagedFile, FormatError, FrameNotFound
from engine.format.enums import Encoding, encoding_of
from engine.format.frame import EMPTY_DIGEST, Frame, Status
from engine.format.search_text import recover
from engine.limits import MAX_DECODED_BYTES, MAX_PAYLOAD_BYTES
from engine.store.bytestore import ByteStore
from engine.store.columns import Column
from engine.store.frames import (
    KIND_CODE,
    KINDS,
    Class,
    class_of,
    holds_text,
    kind_of,
    mime_of,
    place_of,
    title_of,
)
from engine.store.history import EXTERNAL, OPERATIONS, Entry, History, leaf_of
from engine.types import Kind, Operation, Place

NEVER: Final = 2**62
"""The end of a frame that has not ended."""

NOT_BORN: Final = 2**62

VISIBLE_CACHE: Final = 8

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Visible:
    """What one Moment holds.

    ``document_of``: for each frame id, the visible document version it belongs to (a document: itself), or
    -1. ``documents``: the visible document ids, ascending.
    """

    document_of: Ids
    documents: Ids


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the word index is to know of a frame. For parts only text and title matter."""

    frame_id: int
    is_part: bool
    title: str
    text: str
    uri: str
    tags: tuple[str, ...]
    labels: tuple[str, ...]
    track: str | None
    mime: str
    kind: Kind
    timestamp: int


@dataclass(slots=True)
class TagTable:
    """Which documents carry which words, as pairs of columns that only grow."""

    names: list[str] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    frame: Column = field(default_factory=lambda: Column(np.int64))
    name: Column = field(default_factory=lambda: Column(np.int64))

    def add(self, frame_id: int, words: tuple[str, ...]) -> None:
        for word in words:
            code = self.index.get(word)
            if code is None:
                code = self.index[word] = len(self.names)
                self.names.append(word)
            self.frame.append(frame_id)
            self.name.append(code)

    def counts(self, documents: Ids) -> list[tuple[str, int]]:
        """How many of ``documents`` (ascending ids) carry each word, most first."""
        name, frame = self.name.view, self.frame.view
        count = min(len(name), len(frame))
        if not count or not len(documents):
            return []
        at = np.searchsorted(documents, frame[:count])
        at[at == len(documents)] = 0
        found = np.bincount(name[:count][documents[at] == frame[:count]], minlength=len(self.names))
        used = np.flatnonzero(found)
        pairs = [(self.names[code], int(found[code])) for code in used]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0].casefold()))


class Ledger:
    """Frames, their lives and their content. One thread changes it, any number read.

    ``frames[i]`` is frame i as the next commit will write it; ``pending[i]`` its stored bytes while they are
    not yet in the data area; ``ring_size`` is that of the WAL when the places in ``frames`` were read, 0 when
    unknown. ``revision`` and ``frame_count`` move only with `publish`, when what they count is
    durable: until then no reader sees it.
    """

    def __init__(self, store: ByteStore, history: History) -> None:
        self.store = store
        self.ring_size = 0
        self.history = history
        self.frames: list[Frame] = []
        self.frame_count = 0
        self.revision = 0
        self.pending: dict[int, bytes] = {}
        self.embeddings: dict[int, tuple[float, ...]] = {}
        self.sketches: dict[int, bytes] = {}
        self.born = Column(np.int64)
        self.ended = Column(np.int64)
        self.group = Column(np.int64)
        self.root = Column(np.int64)
        self.classes = Column(np.uint8)
        self.kinds = Column(np.uint8)
        self.timestamp_column = Column(np.int64)
        self.tags = TagTable()
        self.labels = TagTable()
        self.tracks = TagTable()
        self.parts_of_group: dict[int, list[int]] = {}
        self._begun_parts: dict[int, int] = {}
        self.newest_of_root: dict[int, int] = {}
        self._root: dict[int, int] = {}
        self._content_group: dict[tuple[int, object], int] = {}
        self._visible: OrderedDict[tuple[int, int], Visible] = OrderedDict()
        self._guard = threading.Lock()
        self._digests: dict[bytes, int] | None = None

    # --- appending: the writer only -----------------------------------------------------------------------

    def add_frame(self, frame: Frame, stored: bytes | None = None) -> int:
        """Append a frame that is not born yet; returns its id. ``stored``: its payload while pending."""
        frame_id = len(self.frames)
        if frame.id != frame_id:
            frame = replace(frame, id=frame_id)
        kind = class_of(frame)
        if stored is not None:
            self.pending[frame_id] = stored
        self.frames.append(frame)
        self.born.append(NOT_BORN)
        self.ended.append(NEVER)
        self.classes.append(kind)
        self.kinds.append(KIND_CODE[kind_of(mime_of(frame))])
        self.timestamp_column.append(frame.timestamp)
        self.group.append(self._group_of(frame, kind))
        self.root.append(self._root.get(frame_id, frame_id))
        if kind is Class.DOCUMENT:
            self._note_document(self.frames[frame_id])
        elif kind is Class.PART:
            self.born[frame_id] = self.born[int(self.group[frame_id])]
        return frame_id

    def load_frames(self, frames: list[Frame]) -> None:
        """Take in all frames of a file at once. Parts may name a newer document than themselves as parent."""
        self.frames = list(frames)
        classes = [class_of(frame) for frame in frames]
        count = len(frames)
        self.born = Column(np.int64, np.full(count, NOT_BORN))
        self.ended = Column(np.int64, np.full(count, NEVER))
        self.classes = Column(np.uint8, classes)
        self.kinds = Column(np.uint8, [KIND_CODE[kind_of(mime_of(frame))] for frame in frames])
        self.timestamp_column = Column(np.int64, [frame.timestamp for frame in frames])
        self.group = Column(np.int64, np.arange(count))
        self.root = Column(np.int64, np.arange(count))
        for frame, kind in zip(frames, classes, strict=True):
            if kind is Class.DOCUMENT:
                self.group[frame.id] = self._group_of(frame, kind)
                self.root[frame.id] = self._root[frame.id]
                self._note_document(frame)
        for frame, kind in zip(frames, classes, strict=True):
            if kind is Class.PART:
                parent = frame.parent_id
                if parent is not None and parent < count and classes[parent] is Class.DOCUMENT:
                    group = int(self.group[parent])
                    self.group[frame.id] = group
                    self.parts_of_group.setdefault(group, []).append(frame.id)

    def _note_document(self, frame: Frame) -> None:
        self.tags.add(frame.id, frame.tags)
        self.labels.add(frame.id, frame.labels)
        if frame.track:
            self.tracks.add(frame.id, (frame.track,))
        self.newest_of_root[self._root[frame.id]] = frame.id

    def newest_version(self, frame_id: int) -> int:
        """The newest version of a document, which may be the frame itself."""
        return self.newest_of_root.get(self._root.get(frame_id, -1), frame_id)

    def _group_of(self, frame: Frame, kind: Class) -> int:
        """Versions of a document with the same content form a group; its parts belong to all of them."""
        if kind is Class.PART:
            parent = frame.parent_id
            if parent is None or not 0 <= parent < frame.id:
                return frame.id
            group = int(self.group[parent])
            self.parts_of_group.setdefault(group, []).append(frame.id)
            return group
        if kind is Class.CARRIER:
            return frame.id
        older = frame.supersedes
        known = older is not None and 0 <= older < frame.id and older in self._root
        root = self._root[older] if known and older is not None else frame.id
        self._root[frame.id] = root
        content = (frame.checksum, frame.payload_length, frame.canonical_encoding, frame.chunk_manifest)
        return self._content_group.setdefault((root, content), frame.id)

    def sketch_ready(self, frame_id: int, sketch: bytes) -> None:
        """A frame's sketch, computed elsewhere; all zero means that it was not."""
        if any(sketch):
            self.sketches[frame_id] = sketch

    @property
    def next_id(self) -> int:
        """The id the next frame gets."""
        return len(self.frames)

    def publish(self) -> None:
        """Everything added so far is durable: let readers see it."""
        self.frame_count = len(self.frames)
        self.revision = len(self.history)

    def note_revision(self, entry: Entry) -> int:
        """Append a revision and let its frames begin and end; returns its number."""
        # Lives first: once the history has the revision, readers ask for it.
        self._live(len(self.history) + 1, entry.operation, entry.frame_id)
        return self.history.append(entry)

    def _live(self, revision: int, operation: Operation, frame_id: int) -> None:
        """What a revision does to the lives of frames."""
        if not 0 <= frame_id < len(self.frames):
            return
        if operation is Operation.DELETE:
            if self.ended[frame_id] == NEVER:
                self.ended[frame_id] = revision
            self._digests = None
            return
        frame = self.frames[frame_id]
        if self.born[frame_id] == NOT_BORN:
            self.born[frame_id] = revision
        older = frame.supersedes
        if older is not None and 0 <= older < frame_id and self.ended[older] == NEVER:
            self.ended[older] = revision
            self._digests = None
        if self.classes[frame_id] == Class.DOCUMENT:
            self._begin_parts(int(self.group[frame_id]), revision)
            if self._digests is not None and frame.source_sha256:
                self._digests[frame.source_sha256] = frame_id

    def _begin_parts(self, group: int, revision: int) -> None:
        """Parts without a life begin; each is looked at once, however many revisions name their document."""
        parts = self.parts_of_group.get(group, [])
        for part in parts[self._begun_parts.get(group, 0) :]:
            if self.born[part] == NOT_BORN:
                self.born[part] = revision
        self._begun_parts[group] = len(parts)

    def replay_history(self) -> None:
        """Give every frame its life from a history that was read from the file."""
        history = self.history
        operations, frames = history.operation.view, history.frame.view
        for row in range(len(operations)):
            self._live(row + 1, OPERATIONS[int(operations[row])], int(frames[row]))

    def set_frame(self, frame_id: int, frame: Frame) -> None:
        """Replace what the next commit writes of a frame (status, links, place of the payload)."""
        self.frames[frame_id] = frame

    def head_hash(self) -> bytes:
        """The end of the history's chain; computes what loading left out."""
        history = self.history
        for revision in history.without_leaf():
            history.set_leaf(revision, self.leaf(history.entry(revision).frame_id))
        return history.head_hash()

    def end_parts_born_late(self) -> None:
        """Parts whose document has a life but which have none yet (files of other programs) begin with it."""
        born, group, classes = self.born.view, self.group.view, self.classes.view
        late = np.flatnonzero((born == NOT_BORN) & (classes == Class.PART))
        for part in late:
            parent = int(group[part])
            if parent != part and born[parent] != NOT_BORN:
                self.born[int(part)] = int(born[parent])

    # --- reading: any thread ------------------------------------------------------------------------------

    @property
    def timestamps(self) -> Ids:
        """Unix seconds per frame id."""
        return self.timestamp_column.view

    def visible(self, revision: int) -> Visible:
        """What is visible at ``revision``; kept for the last few that were asked for."""
        key = (revision, self.frame_count if revision >= self.revision else -1)
        with self._guard:
            found = self._visible.get(key)
            if found is not None:
                self._visible.move_to_end(key)
                return found
        found = self._compute_visible(revision)
        with self._guard:
            self._visible[key] = found
            while len(self._visible) > VISIBLE_CACHE:
                self._visible.popitem(last=False)
        return found

    def _compute_visible(self, revision: int) -> Visible:
        count = self.frame_count
        born, ended = self.born.view[:count], self.ended.view[:count]
        classes, group = self.classes.view[:count], self.group.view[:count]
        alive = (born <= revision) & (revision < ended)
        documents = np.flatnonzero(alive & (classes == Class.DOCUMENT)).astype(np.int64)
        document_of: Ids = np.full(count, -1, np.int64)
        version: Ids = np.full(count, -1, np.int64)
        version[group[documents]] = documents
        parts = np.flatnonzero(alive & (classes == Class.PART))
        document_of[parts] = version[group[parts]]
        document_of[documents] = documents
        return Visible(document_of, documents)

    def frame(self, frame_id: int) -> Frame:
        """A frame by id; raises FrameNotFound, for anything that is no number too."""
        try:
            number = operator.index(frame_id)
        except TypeError:
            number = -1
        if not 0 <= number < len(self.frames):
            raise FrameNotFound(
                f"There is no frame {frame_id}; the capsule has frames 0 to {len(self.frames) - 1}."
            )
        return self.frames[number]

    def stored(self, frame_id: int) -> bytes:
        """The stored (compressed) bytes; raises ContentGone, DamagedFile or ChecksumError."""
        frame = self.frame(frame_id)
        waiting = self.pending.get(frame_id)
        if waiting is not None:
            return waiting
        # A commit moves content from `pending` into the file: the frame read above may be older than that.
        frame = self.frame(frame_id)
        if not frame.payload_length:
            raise ContentGone(f"Frame {frame_id} has no content of its own in the file.")
        where = f"content of frame {frame_id} at offset {frame.payload_offset}"
        if frame.payload_length > MAX_PAYLOAD_BYTES:
            raise DamagedFile(where, f"at most {MAX_PAYLOAD_BYTES:,} bytes", f"{frame.payload_length:,}")
        data = self.store.pread(frame.payload_offset, frame.payload_length)
        if len(data) != frame.payload_length:
            raise DamagedFile(
                where,
                f"{frame.payload_length:,} bytes",
                f"{len(data):,}",
                hint="The file has been cut short.",
            )
        if blake3(data).digest() != frame.checksum:
            moved = self._moved(frame)
            if moved is not None:
                return moved
            raise ChecksumError(
                where, f"digest {frame.checksum.hex()[:16]}…", f"{blake3(data).hexdigest()[:16]}…",
                hint="These bytes were damaged on the disk; restore the file from a backup.",
            )  # fmt: skip
        return data

    def _moved(self, frame: Frame) -> bytes | None:
        """Content behind a ring that became larger since it was read: the official program moves all of it up.

        It doubles the ring until what it writes fits, in the file that we have open, and says so in the header when
        everything has moved. The digest proves what is found.
        """
        length, end = frame.payload_length, self.store.size()
        growth = self.ring_size
        while growth and frame.payload_offset + growth + length <= end:
            data = self.store.pread(frame.payload_offset + growth, length)
            if blake3(data).digest() == frame.checksum:
                return data
            growth = 2 * growth + self.ring_size
        return None

    def content(self, frame_id: int) -> bytes:
        """The decoded payload; raises ContentGone, DamagedFile or FormatError."""
        stored = self.stored(frame_id)
        return choose.decode(
            self.encoding(frame_id),
            stored,
            self.frame(frame_id).canonical_length,
            limit=MAX_DECODED_BYTES,
        )

    def encoding(self, frame_id: int) -> int:
        """How the payload is stored, whatever the frame says; raises what `stored` raises."""
        frame = self.frame(frame_id)
        marked = frame.canonical_encoding
        if encoding_of(marked) is not Encoding.PLAIN or frame.canonical_length in (
            None,
            frame.payload_length,
        ):
            return marked
        # At replay the official program takes length and digest of a shared payload from the frame that has it,
        # but the encoding from the record, and records of ours once did not name it.
        return Encoding.ZSTD if self.stored(frame_id).startswith(zstd.MAGIC) else marked

    def parts(self, frame_id: int) -> list[int]:
        """All parts of a document's content, in reading order, whether visible or not."""
        found = self.parts_of_group.get(int(self.group[frame_id]), [])
        return sorted(found, key=lambda part: (self.frames[part].chunk_index or 0, part))

    def own_text(self, frame_id: int) -> str | None:
        """The text the frame itself holds; None when it has none."""
        frame = self.frame(frame_id)
        if holds_text(frame):
            return self.content(frame_id).decode("utf-8", "replace")
        if (
            frame.payload_length
            or frame.chunk_manifest is not None
            or self.classes[frame_id] == Class.CARRIER
        ):
            return None
        if frame.source_sha256 == EMPTY_DIGEST and not self.parts(frame_id):
            return ""
        recovered = recover(frame)
        return None if recovered is None else recovered[0]

    def text(self, frame_id: int) -> str:
        """A frame's text: its own, or that of its parts. Empty when there is none."""
        own = self.own_text(frame_id)
        if own is not None:
            return own
        if self.classes[frame_id] != Class.DOCUMENT:
            return ""
        parts = self.parts(frame_id)
        texts = [self.own_text(part) or "" for part in parts]
        manifest = self.frame(frame_id).chunk_manifest
        if manifest is not None and not self.frame(frame_id).payload_length:
            # Chunks of another program that follow each other without a gap are one text that was cut.
            spans = manifest.chunks
            whole = all(before[1] == after[0] for before, after in pairwise(spans))
            if whole and [end - start for start, end in spans] == [len(text) for text in texts]:
                return "".join(texts)
        return "\n\n".join(text for text in texts if text)

    def content_digest(self, frame_id: int) -> bytes:
        """BLAKE3 of the decoded content: what identifies it whatever way it is stored."""
        frame = self.frame(frame_id)
        if frame.source_sha256 is not None:
            return frame.source_sha256
        try:
            if frame.payload_length:
                return blake3(self.content(frame_id)).digest()
            return blake3(self.text(frame_id).encode("utf-8", "replace")).digest()
        except (ContentGone, FormatError):
            return frame.checksum

    def leaf(self, frame_id: int) -> bytes:
        """What the history's chain keeps of a frame."""
        frame = self.frame(frame_id)
        return leaf_of(
            frame_id, self.content_digest(frame_id), frame.uri, frame.title, frame.timestamp, frame.tags
        )

    def active_digests(self) -> dict[bytes, int]:
        """Content that is in the capsule now: digest -> document. Only content whose original is kept."""
        known = self._digests
        if known is None:
            known, revision = {}, self.revision
            for frame_id in self.visible(self.revision).documents:
                frame = self.frames[int(frame_id)]
                if frame.source_sha256 is not None and (
                    frame.payload_length or int(frame_id) in self.pending
                ):
                    known[frame.source_sha256] = int(frame_id)
            if revision == self.revision:
                # Kept only when nothing changed while it was made, perhaps on another thread.
                self._digests = known
        return known

    def is_active_content(self, digest: bytes) -> bool:
        """Whether content with this digest is in the capsule now, with its original."""
        document = self.active_digests().get(digest)
        return document is not None and bool(self.ended[document] == NEVER)

    def index_entry(self, frame_id: int) -> IndexEntry | None:
        """What the word index is to know; None for carriers and stubs. Unreadable content counts as no text."""
        kind = self.classes[frame_id]
        if kind == Class.CARRIER:
            return None
        frame = self.frames[frame_id]
        try:
            text = self.own_text(frame_id) or ""
        except (ContentGone, FormatError):
            # The frame stays findable by its title; `verify` names the damage.
            text = ""
        is_part = kind == Class.PART
        return IndexEntry(
            frame_id,
            is_part,
            frame.title or "" if is_part else title_of(frame),
            text,
            frame.uri or "",
            frame.tags,
            frame.labels,
            frame.track,
            mime_of(frame),
            self.kind(frame_id),
            frame.timestamp,
        )

    def identity(self, frame_count: int) -> str:
        """Changes when the frames below ``frame_count`` are not the ones somebody saw before."""
        digest = blake3()
        last = min(frame_count, self.frame_count) - 1
        # Carriers are the only frames whose bytes change after they were written.
        while last >= 0 and self.classes[last] == Class.CARRIER:
            last -= 1
        for frame_id in sorted({last, last // 2, 0}) if last >= 0 else ():
            frame = self.frames[frame_id]
            if self.classes[frame_id] != Class.CARRIER:
                described = f"{frame_id} {frame.timestamp} {frame.uri} {frame.checksum.hex()}"
                digest.update(described.encode("utf-8", "replace"))
        return digest.hexdigest()[:32]

    def title(self, frame_id: int) -> str:
        return title_of(self.frame(frame_id))

    def uri(self, frame_id: int) -> str:
        return self.frame(frame_id).uri or ""

    def mime(self, frame_id: int) -> str:
        return mime_of(self.frame(frame_id))

    def kind(self, frame_id: int) -> Kind:
        return KINDS[int(self.kinds[frame_id])]

    def place(self, frame_id: int) -> Place | None:
        return place_of(self.frame(frame_id))

    def status_at(self, frame_id: int, revision: int) -> Status:
        """Active, superseded or deleted, as seen from a revision."""
        if revision < self.ended[frame_id]:
            return Status.ACTIVE
        number = int(self.ended[frame_id])
        return (
            Status.DELETED if self.history.entry(number).operation is Operation.DELETE else Status.SUPERSEDED
        )

    def is_external(self, revision: int) -> bool:
        """Whether another program made this change."""
        return bool(int(self.history.flags[revision - 1]) & EXTERNAL)

    def dead_documents(self) -> tuple[int, int]:
        """(deleted, superseded) documents whose content the file still holds."""
        ended, classes = self.ended.view, self.classes.view
        revision = self.revision
        deleted = superseded = 0
        for frame_id in np.flatnonzero((ended <= revision) & (classes == Class.DOCUMENT)):
            if self.status_at(int(frame_id), revision) is Status.DELETED:
                deleted += 1
            else:
                superseded += 1
        return deleted, superseded

    def describe(self) -> dict[str, Any]:
        """Numbers for logs."""
        return {"frames": self.frame_count, "revision": self.revision, "pending": len(self.pending)}
