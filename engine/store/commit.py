"""One commit: everything pending into the data area, new blocks, a new TOC, footer, header.

Nothing the last commit needs is touched: all of it goes behind the end of the file and is flushed, then the
footer is, and only then the header. Cut anywhere, the file opens as the old or the new state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from blake3 import blake3

from engine.errors import CapsuleFull, EngineError, FormatError
from engine.format.enums import Encoding, Role, Status
from engine.format.footer import Footer
from engine.format.frame import EMPTY_DIGEST, DocMetadata, Frame
from engine.format.header import Header
from engine.format.manifests import IndexManifests, SketchManifest, TimeIndexManifest, VecManifest
from engine.format.search_text import compose
from engine.format.sketch import encode_sketch_track, sketch_entry
from engine.format.time_index import encode_time_index
from engine.format.toc import Toc, TocLayout
from engine.format.vectors import decode_flat, encode_flat
from engine.limits import HEADER_SIZE, MAX_FRAMES, MAX_TOC_BYTES
from engine.store.bytestore import ByteStore
from engine.store.changes import is_stored_text, now_ms
from engine.store.frames import CHANGE_KEY, FLUSH_KEY, HISTORY_MIME, HISTORY_URI, LOG_MIME, Class, stored_mime
from engine.store.ledger import Ledger
from engine.store.load import SKETCH_SIZE, visible_parts_status
from engine.store.prepared import NO_SKETCH, text_head

_PASSING: Final = frozenset({CHANGE_KEY, FLUSH_KEY})
"""What a frame carries only until a commit of ours."""


@dataclass(slots=True)
class CommitState:
    """What a commit starts from and what it leaves: the file's own numbers beside the ledger.

    ``committed``: frames the TOC holds; ``settled``: frames that a commit of ours has gone over (those behind
    may carry our notes still); ``applied``: the last WAL sequence the TOC holds.
    """

    header: Header
    toc: Toc
    generation: int
    frame_bytes: list[bytes]
    history_frame: int | None
    committed: int
    settled: int
    sketches: bytearray | None
    applied: int


@dataclass(frozen=True, slots=True)
class Committed:
    """Sizes of a finished commit, bytes: the file, and what was written."""

    size: int
    written: int
    tail: bytes


def commit(store: ByteStore, ledger: Ledger, state: CommitState, last_sequence: int) -> Committed:
    """Write the ledger as a new state of the file; ``state`` and ``ledger`` are brought up to date.

    On any failure the file still holds the old state and the ledger is as it was. Raises StorageError,
    CapsuleFull.
    """
    start = store.size()
    plan = _Plan(store, ledger, state, start)
    plan.payloads()
    plan.parts()
    plan.history(last_sequence)
    plan.vectors()
    toc, frame_bytes = plan.tables()
    toc_bytes = toc.encode(frame_bytes=frame_bytes)
    if len(toc_bytes) > MAX_TOC_BYTES:
        raise CapsuleFull(
            f"The table of contents would have {len(toc_bytes):,} bytes; readers allow {MAX_TOC_BYTES:,}."
        )
    toc_offset = plan.end
    toc_checksum = toc_bytes[-32:]
    footer = Footer(len(toc_bytes), blake3(toc_bytes).digest(), (state.generation + 1) % 2**64).encode()
    header = replace(
        state.header,
        footer_offset=toc_offset,
        wal_checkpoint_pos=0,
        wal_sequence=last_sequence,
        toc_checksum=toc_checksum,
        extra=bytes(len(state.header.extra)),
    )
    try:
        at = start
        for piece in plan.pieces:
            store.pwrite(at, piece)
            at += len(piece)
        store.pwrite(toc_offset, toc_bytes)
        store.sync()
        store.pwrite(toc_offset + len(toc_bytes), footer)
        # Without its footer the official program does not see the new state, and by the new header it would pass
        # over the pending records as applied: the header must not reach the disk first.
        store.sync()
    except EngineError:
        _cut_back(store, start)
        raise
    store.pwrite(0, header.encode())
    store.sync()
    plan.publish(header, toc, frame_bytes, last_sequence)
    size = toc_offset + len(toc_bytes) + len(footer)
    return Committed(size, size - start, footer)


def _cut_back(store: ByteStore, size: int) -> None:
    """Give the space of a failed commit back. What stays behind if that fails too is ignored by every reader."""
    try:
        store.truncate(size)
    except EngineError as error:
        error.add_note("The bytes of the failed commit stay behind the last state; readers ignore them.")


class _Plan:
    """Collects the pieces of one commit; nothing is changed before `publish`."""

    def __init__(self, store: ByteStore, ledger: Ledger, state: CommitState, start: int) -> None:
        self._store = store
        self._ledger = ledger
        self._state = state
        self.pieces: list[bytes] = []
        self.end = start
        self.changed: dict[int, Frame] = {}
        self._carrier: Frame | None = None
        self._index = IndexManifests(
            lex=None, lex_segments=(), vec=state.toc.indexes.vec, clip=state.toc.indexes.clip
        )

    def _append(self, data: bytes) -> int:
        offset = self.end
        self.pieces.append(data)
        self.end += len(data)
        return offset

    def _frame(self, frame_id: int) -> Frame:
        return self.changed.get(frame_id) or self._ledger.frames[frame_id]

    def payloads(self) -> None:
        """Content waiting in memory gets its place; our notes and copies of words leave the frames."""
        ledger = self._ledger
        offsets: dict[tuple[int, int], int] = {}
        for frame_id in sorted(ledger.pending):
            stored, frame = ledger.pending[frame_id], self._frame(frame_id)
            if stored_mime(frame) == LOG_MIME:
                continue
            # Versions that share their content hold the very same bytes object. So may documents that have nothing
            # to do with each other, and two active frames must not lie at one place.
            shared = int(ledger.root[frame_id]), id(stored)
            offset = offsets.get(shared)
            if offset is None:
                offset = offsets[shared] = self._append(stored)
            self.changed[frame_id] = replace(frame, payload_offset=offset, payload_length=len(stored))
        announced = False
        for frame_id in range(self._state.settled, len(ledger.frames)):
            frame = self._frame(frame_id)
            if stored_mime(frame) == LOG_MIME:
                self.changed[frame_id] = _stub(frame)
                announced = True
                continue
            extra = frame.extra_metadata
            ours = (
                CHANGE_KEY in extra
                or FLUSH_KEY in extra
                or (announced and frame.supersedes is not None)
                or (ledger.classes[frame_id] == Class.PART and frame_id in ledger.pending)
            )
            announced = False
            if not ours:
                continue
            if not extra.keys().isdisjoint(_PASSING):
                extra = {key: value for key, value in extra.items() if key not in _PASSING}
            words = None if is_stored_text(frame) else frame.search_text
            self.changed[frame_id] = replace(frame, extra_metadata=extra, search_text=words)

    def parts(self) -> None:
        """Parts follow the newest version of their document, and its fate."""
        for frame_id, frame in visible_parts_status(self._ledger).items():
            known = self.changed.get(frame_id, frame)
            self.changed[frame_id] = replace(known, status=frame.status, parent_id=frame.parent_id)

    def history(self, last_sequence: int) -> None:
        """The history block, in the frame it has for life."""
        ledger, carrier = self._ledger, self._state.history_frame
        if carrier is None and not len(ledger.history):
            return
        count = len(ledger.frames)
        if carrier is None:
            if count >= MAX_FRAMES:
                raise CapsuleFull(f"The capsule has {count:,} frames; there is none left for its history.")
            carrier, count = count, count + 1
        ledger.head_hash()
        block = ledger.history.encode(wal_sequence=last_sequence, frame_count=count)
        self._carrier = Frame(
            id=carrier,
            timestamp=ledger.history.last_ms // 1000 if len(ledger.history) else now_ms() // 1000,
            payload_offset=self._append(block),
            payload_length=len(block),
            checksum=blake3(block).digest(),
            uri=HISTORY_URI,
            canonical_encoding=Encoding.PLAIN,
            canonical_length=len(block),
            metadata=DocMetadata(mime=HISTORY_MIME),
            role=Role.DOCUMENT_CHUNK,
        )

    def vectors(self) -> None:
        """Vectors the caller gave join the ones in the file."""
        ledger, toc = self._ledger, self._state.toc
        if not ledger.embeddings:
            return
        ids, matrix = read_vectors(self._store, toc)
        new_ids = np.array(sorted(ledger.embeddings), np.uint64)
        new = np.array([ledger.embeddings[int(frame_id)] for frame_id in new_ids], np.float32)
        if len(ids) and matrix.shape[1] != new.shape[1]:
            raise EngineError(
                f"The capsule's vectors have {matrix.shape[1]} dimensions, the given ones {new.shape[1]}."
            )
        ids = np.concatenate((ids, new_ids)) if len(ids) else new_ids
        matrix = np.concatenate((matrix, new)) if len(matrix) else new
        data = encode_flat(ids, matrix)
        old = toc.indexes.vec
        manifest = VecManifest(
            vector_count=len(ids),
            dimension=int(matrix.shape[1]),
            offset=self._append(data),
            length=len(data),
            checksum=blake3(data).digest(),
            model=old.model if old is not None else None,
        )
        self._index = replace(self._index, vec=manifest)

    def tables(self) -> tuple[Toc, list[bytes]]:
        """Time index, sketch track, and the TOC with all frames as bytes."""
        ledger, state = self._ledger, self._state
        frames = list(ledger.frames)
        for frame_id, frame in self.changed.items():
            frames[frame_id] = frame
        if self._carrier is not None:
            if self._carrier.id == len(frames):
                frames.append(self._carrier)
            else:
                frames[self._carrier.id] = self._carrier
        frame_bytes = list(state.frame_bytes)
        frame_bytes += [b""] * (len(frames) - len(frame_bytes))
        for frame_id, frame in enumerate(frames):
            known = frame_id < len(state.toc.frames) and state.toc.frames[frame_id] is frame
            if not known or not frame_bytes[frame_id]:
                frame_bytes[frame_id] = frame.encode()
        active = [frame for frame in frames if frame.role is Role.DOCUMENT and frame.status is Status.ACTIVE]
        times = encode_time_index(
            np.array([frame.timestamp for frame in active], np.int64),
            np.array([frame.id for frame in active], np.uint64),
        )
        time_index = TimeIndexManifest(
            offset=self._append(times),
            length=len(times),
            entry_count=len(active),
            checksum=blake3(times).digest(),
        )
        sketches = self._sketch_entries(frames)
        track = encode_sketch_track(
            [bytes(sketches[at : at + SKETCH_SIZE]) for at in range(0, len(sketches), SKETCH_SIZE)]
        )
        sketch = SketchManifest(
            offset=self._append(track),
            length=len(track),
            entry_count=len(frames),
            entry_size=SKETCH_SIZE,
            flags=0,
            checksum=blake3(track).digest(),
        )
        catalog = replace(
            state.toc.segment_catalog,
            lex_enabled=True,
            lex_segments=(),
            time_segments=(),
            tantivy_segments=(),
            index_segments=(),
            vec_segments=()
            if self._index.vec is not state.toc.indexes.vec
            else state.toc.segment_catalog.vec_segments,
        )
        toc = replace(
            state.toc,
            frames=frames,
            indexes=self._index,
            time_index=time_index,
            sketch_track=sketch,
            segment_catalog=catalog,
            layout=TocLayout.CURRENT,
        )
        return toc, frame_bytes

    def _sketch_entries(self, frames: list[Frame]) -> bytearray:
        """One entry per frame; those that are not known yet are computed from the frame's words."""
        known = self._state.sketches
        entries = bytearray(known) if known is not None else bytearray()
        for frame_id in range(len(entries) // SKETCH_SIZE, len(frames)):
            entries += self._sketch_of(frame_id, frames[frame_id])
        self._sketches = entries
        return entries

    def _sketch_of(self, frame_id: int, frame: Frame) -> bytes:
        ledger = self._ledger
        if frame_id >= len(ledger.frames) or ledger.classes[frame_id] == Class.CARRIER:
            return NO_SKETCH
        computed = ledger.sketches.get(frame_id)
        if computed is not None:
            return computed
        words = ledger.frames[frame_id].search_text
        if not words:
            try:
                text = ledger.own_text(frame_id) or ""
            except FormatError:
                return NO_SKETCH
            extra = {k: v for k, v in frame.extra_metadata.items() if not k.startswith("studio.")}
            words = text if frame.role is not Role.DOCUMENT else compose(
                text_head(text), title=frame.title, uri=frame.uri, track=frame.track,
                tags=frame.tags, labels=frame.labels, extra_metadata=extra,
            )  # fmt: skip
        return sketch_entry(words)

    def publish(self, header: Header, toc: Toc, frame_bytes: list[bytes], last_sequence: int) -> None:
        """The new state is on disk: let the ledger and the state know."""
        ledger, state = self._ledger, self._state
        count = len(ledger.frames)
        for frame_id, frame in self.changed.items():
            ledger.set_frame(frame_id, frame)
        carrier = self._carrier
        if carrier is not None:
            if carrier.id == count:
                ledger.add_frame(carrier)
            else:
                ledger.set_frame(carrier.id, carrier)
            state.history_frame = carrier.id
        ledger.publish()
        ledger.pending.clear()
        ledger.embeddings.clear()
        ledger.sketches.clear()
        state.header = header
        state.generation = (state.generation + 1) % 2**64
        state.frame_bytes = frame_bytes
        state.toc = replace(toc, frames=list(ledger.frames))
        state.committed = state.settled = len(ledger.frames)
        state.sketches = self._sketches
        state.applied = last_sequence


def _stub(frame: Frame) -> Frame:
    """A log carrier whose message is in the history now: an empty place that keeps the numbering."""
    return replace(
        frame,
        payload_offset=0,
        payload_length=0,
        checksum=EMPTY_DIGEST,
        canonical_encoding=Encoding.PLAIN,
        canonical_length=0,
        search_text=None,
        status=Status.DELETED,
    )


def read_vectors(store: ByteStore, toc: Toc) -> tuple[np.ndarray, np.ndarray]:
    """The caller's vectors in the file: (ids, matrix), from the whole index or else from the batch segments.

    Raises EngineError for forms that are only carried along so far (HNSW, PQ).
    """
    manifest = toc.indexes.vec
    empty = np.zeros(0, np.uint64), np.zeros((0, 0), np.float32)
    if manifest is not None and manifest.length > 8:
        data = store.pread(manifest.offset, manifest.length)
        if blake3(data).digest() == manifest.checksum:
            try:
                return decode_flat(data)
            except FormatError as error:
                raise EngineError(
                    "The capsule's vectors are in a form that cannot be extended here yet; "
                    "put the document without an embedding."
                ) from error
    found = []
    for segment in toc.segment_catalog.vec_segments:
        common = segment.common
        data = store.pread(common.offset, common.length)
        if blake3(data).digest() == common.checksum:
            found.append(decode_flat(data))
    if not found:
        return empty
    return np.concatenate([ids for ids, _ in found]), np.concatenate([matrix for _, matrix in found])


def dead_bytes(state: CommitState, ledger: Ledger, size: int) -> tuple[int, int]:
    """(live, dead) bytes of a file: what a file with only what is visible now would hold as well, and the rest."""
    toc, header = state.toc, state.header
    visible = ledger.visible(ledger.revision).document_of >= 0
    needed = {int(frame_id) for frame_id in np.flatnonzero(visible)}
    if state.history_frame is not None:
        needed.add(state.history_frame)
    ranges: set[tuple[int, int]] = set()
    for frame_id in needed:
        frame = ledger.frames[frame_id]
        if frame.payload_length and frame_id not in ledger.pending:
            ranges.add((frame.payload_offset, frame.payload_length))
    # The table of contents and its footer are last.
    live = HEADER_SIZE + header.wal_size + max(0, size - header.footer_offset)
    live += sum(length for _, length in ranges)
    for block in (
        toc.time_index,
        toc.sketch_track,
        toc.memories_track,
        toc.logic_mesh,
        toc.temporal_track,
        toc.indexes.vec,
        toc.indexes.clip,
        *(segment.common for segment in toc.segment_catalog.vec_segments),
    ):
        if block is not None:
            live += block.length
    if toc.replay_manifest is not None:
        live += toc.replay_manifest.segment_size
    # Lengths in a damaged file may be anything.
    live = min(live, size)
    return live, size - live
