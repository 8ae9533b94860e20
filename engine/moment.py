"""A Moment: the capsule as it was after a given revision. Everything that reads goes through one.

A Moment is a revision number and the ledger it belongs to: cheap to make, safe to share between threads, and
never the wiser about whether it is the past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import numpy.typing as npt
from blake3 import blake3

from engine.errors import ContentGone, EngineError, FormatError, FrameNotFound
from engine.format.enums import Encoding, Status, encoding_of
from engine.format.frame import EMPTY_DIGEST, Frame
from engine.limits import MAX_DECODED_BYTES, MIB
from engine.search.evaluate import search
from engine.store.frames import (
    KINDS,
    Class,
    default_uri,
    holds_text,
    mime_of,
    place_of,
    title_of,
    user_metadata,
)
from engine.store.history import ESTIMATED, NO_BATCH
from engine.store.ledger import Ledger, Visible
from engine.types import (
    Changes,
    Density,
    Facets,
    FrameInfo,
    FrameStatus,
    Operation,
    PageImage,
    PictureImage,
    Revision,
    SearchQuery,
    SearchResult,
    Stats,
    StripArrays,
)

if TYPE_CHECKING:
    from engine.index.lexical import LexicalIndex

Ids = npt.NDArray[np.int64]

PREVIEW_CHARS: Final = 240
PREVIEW_FROM_BYTES: Final = 64 * 1024
"""Stored content larger than this is not decoded only to show its first words."""
PREVIEW_OF_BYTES: Final = MIB
"""Nor is content that is larger than this when decoded, however little of the file it takes."""

_STATUS: Final = {
    Status.ACTIVE: FrameStatus.ACTIVE,
    Status.SUPERSEDED: FrameStatus.SUPERSEDED,
    Status.DELETED: FrameStatus.DELETED,
}
_LAST_SECOND: Final = (2**63 - 1) // 1000
_ADDITION: Final = 0
_REMOVAL: Final = 3


class Backing(Protocol):
    """What a Moment asks of its capsule."""

    @property
    def word_index(self) -> LexicalIndex: ...

    def render(
        self, function: Callable[..., Any], digest: bytes, content: Callable[[], bytes], *args: Any
    ) -> Any:
        """Run a rendering function in a child process."""

    def stats_at(self, moment: Moment) -> Stats: ...


def from_ms(ms: int) -> datetime:
    """Milliseconds since 1970 as an aware datetime; clamped to what a datetime can hold."""
    return _datetime(ms / 1000)


def _datetime(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime.max.replace(tzinfo=UTC) if seconds > 0 else datetime.min.replace(tzinfo=UTC)


def _as_ms(seconds: Ids) -> Ids:
    """Milliseconds; times that 64 bits of them cannot hold stay at the edge."""
    found: Ids = np.clip(seconds, -_LAST_SECOND, _LAST_SECOND) * 1000
    return found


def as_seconds(value: int | datetime | None) -> float | None:
    """Unix seconds of a time given either way."""
    if value is None:
        return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise EngineError(
                f"The time {value.isoformat()} has no time zone. Give an aware datetime or Unix seconds."
            )
        return value.timestamp()
    return float(value)


class Moment:
    """The capsule after revision ``revision``. Made by ``Capsule.now`` and ``Capsule.at``."""

    __slots__ = ("_backing", "_ledger", "_visible", "revision")

    def __init__(self, ledger: Ledger, revision: int, backing: Backing) -> None:
        self._ledger = ledger
        self._backing = backing
        self._visible: Visible | None = None
        self.revision = revision

    def __repr__(self) -> str:
        return f"<Moment {self.revision}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and (self._ledger, self.revision) == (other._ledger, other.revision)

    def __hash__(self) -> int:
        return hash((id(self._ledger), self.revision))

    # --- what there is ------------------------------------------------------------------------------------

    @property
    def recorded_at(self) -> datetime | None:
        """When its revision was recorded; None for the empty beginning."""
        if self.revision == 0:
            return None
        return from_ms(int(self._ledger.history.ms[self.revision - 1]))

    def _seen(self) -> Visible:
        # Kept here as well: the ledger remembers only the last few Moments that anybody asked for.
        if self._visible is None:
            self._visible = self._ledger.visible(self.revision)
        return self._visible

    def __len__(self) -> int:
        """Visible document frames."""
        return len(self._seen().documents)

    def __bool__(self) -> bool:
        return True

    def document_ids(self, *, sort: str = "oldest") -> Ids:
        """All visible documents: ``oldest`` or ``newest`` first (by timestamp, then id), or by ``title``."""
        documents = self._seen().documents
        stamps = self._ledger.timestamps[documents]
        if sort == "title":
            titles = self._backing.word_index.titles.numbers(self._ledger, documents)
            return documents[np.lexsort((documents, titles))]
        order = np.lexsort((documents, stamps))
        if sort == "newest":
            return documents[order[::-1]]
        if sort == "oldest":
            return documents[order]
        raise EngineError(f"Documents can be sorted by newest, oldest or title, not by {sort}.")

    def frames(
        self,
        *,
        since: int | datetime | None = None,
        until: int | datetime | None = None,
        limit: int | None = None,
        reverse: bool = False,
    ) -> Sequence[FrameInfo]:
        """Documents by timestamp, then id; ``since`` and ``until`` (both included) are about the timestamp."""
        ids = self.document_ids(sort="newest" if reverse else "oldest")
        stamps = self._ledger.timestamps[ids]
        low, high = as_seconds(since), as_seconds(until)
        keep = np.ones(len(ids), bool)
        if low is not None:
            keep &= stamps >= low
        if high is not None:
            keep &= stamps <= high
        chosen = ids[keep]
        return tuple(self._info(int(frame_id)) for frame_id in chosen[:limit])

    def infos(self, frame_ids: Iterable[int]) -> Sequence[FrameInfo]:
        """Facts of several frames at once; those not visible at this Moment are left out."""
        return tuple(self._info(int(frame_id)) for frame_id in frame_ids if self._is_visible(int(frame_id)))

    def _is_visible(self, frame_id: int) -> bool:
        document_of = self._seen().document_of
        return 0 <= frame_id < len(document_of) and bool(document_of[frame_id] >= 0)

    def _check(self, frame_id: int) -> int:
        ledger = self._ledger
        frame = ledger.frame(frame_id)
        if self._is_visible(frame.id):
            return frame.id
        if ledger.classes[frame.id] == Class.CARRIER:
            raise FrameNotFound(f"Frame {frame_id} is not a document.")
        born, ended = int(ledger.born[frame.id]), int(ledger.ended[frame.id])
        if born > self.revision:
            raise FrameNotFound(f"Frame {frame_id} did not exist yet at revision {self.revision}.")
        if ended <= self.revision:
            what = ledger.history.entry(ended).operation
            verb = "deleted" if what is Operation.DELETE else "replaced by a newer version"
            raise FrameNotFound(
                f"Frame {frame_id} had been {verb} before revision {self.revision}. Look at an earlier moment."
            )
        raise FrameNotFound(f"Frame {frame_id} is not visible at revision {self.revision}.")

    def frame(self, frame_id: int) -> FrameInfo:
        """Facts of one visible frame; raises FrameNotFound."""
        return self._info(self._check(frame_id))

    def find_uri(self, uri: str) -> int:
        """The newest visible document with this address; raises FrameNotFound."""
        for frame_id in self._seen().documents[::-1]:
            if self._ledger.uri(int(frame_id)) == uri:
                return int(frame_id)
        raise FrameNotFound(f"There is no document with the address {uri} at this moment.")

    def parts(self, frame_id: int) -> Sequence[FrameInfo]:
        """The visible parts of a document in reading order; raises FrameNotFound."""
        checked = self._check(frame_id)
        return tuple(self._info(part) for part in self._ledger.parts(checked) if self._is_visible(part))

    def _info(self, frame_id: int) -> FrameInfo:
        ledger = self._ledger
        frame = ledger.frames[frame_id]
        born, ended = int(ledger.born[frame_id]), int(ledger.ended[frame_id])
        recorded = from_ms(int(ledger.history.ms[born - 1])) if 0 < born <= len(ledger.history.ms) else None
        ended_at = ended_by = None
        if ended <= ledger.revision:
            entry = ledger.history.entry(ended)
            ended_at, ended_by = from_ms(entry.ms), entry.operation
        is_part = ledger.classes[frame_id] == Class.PART
        document = int(self._seen().document_of[frame_id]) if self._is_visible(frame_id) else None
        parts = [] if is_part else ledger.parts(frame_id)
        metadata = frame.metadata
        return FrameInfo(
            id=frame_id,
            uri=frame.uri or default_uri(frame_id),
            title=title_of(frame),
            mime=mime_of(frame),
            kind=KINDS[int(ledger.kinds[frame_id])],
            track=frame.track,
            tags=frame.tags,
            labels=frame.labels,
            metadata=user_metadata(frame),
            timestamp=_datetime(frame.timestamp),
            recorded_at=recorded,
            size=self._size(frame),
            status=_STATUS[ledger.status_at(frame_id, self.revision)],
            supersedes=frame.supersedes,
            superseded_by=frame.superseded_by if ended <= self.revision else None,
            parent_id=(document if document is not None else frame.parent_id) if is_part else None,
            place=place_of(frame),
            part_count=len(parts),
            preview=self._preview(frame_id, parts),
            width=metadata.width if metadata else None,
            height=metadata.height if metadata else None,
            ended_at=ended_at,
            ended_by=ended_by,
        )

    def _size(self, frame: Frame) -> int:
        if frame.canonical_length:
            return frame.canonical_length
        if frame.payload_length:
            return frame.payload_length
        if frame.metadata is not None and frame.metadata.bytes:
            return frame.metadata.bytes
        return len(self._ledger.text(frame.id).encode("utf-8", "replace"))

    def _preview(self, frame_id: int, parts: Sequence[int]) -> str:
        ledger = self._ledger
        source = frame_id
        if not holds_text(ledger.frames[frame_id]) and parts:
            source = parts[0]
        frame = ledger.frames[source]
        packed = encoding_of(frame.canonical_encoding) is Encoding.ZSTD and frame.payload_length
        size = MAX_DECODED_BYTES if packed and frame.canonical_length is None else frame.canonical_length or 0
        if frame.payload_length > PREVIEW_FROM_BYTES or size > PREVIEW_OF_BYTES:
            return ""
        try:
            text = ledger.own_text(source) or ""
        except (ContentGone, FormatError):
            return ""
        return " ".join(text[: PREVIEW_CHARS * 2].split())[:PREVIEW_CHARS]

    # --- content ------------------------------------------------------------------------------------------

    def text(self, frame_id: int) -> str:
        """The text of a frame, or of a document's parts joined by blank lines; empty when there is none."""
        return self._ledger.text(self._check(frame_id))

    def read(self, frame_id: int) -> bytes:
        """The original bytes, their digest checked.

        Raises FrameNotFound, ContentGone where no original was kept, ChecksumError or DamagedFile.
        """
        checked = self._check(frame_id)
        ledger = self._ledger
        frame = ledger.frame(checked)
        if frame.payload_length or checked in ledger.pending:
            return ledger.content(checked)
        if frame.source_sha256 == EMPTY_DIGEST:
            return b""
        text = ledger.own_text(checked)
        if text is not None:
            # Short texts of the official writer: what it kept, which may be the normalised form.
            return text.encode("utf-8")
        raise ContentGone(
            f"The original of frame {frame_id} is not in the file: the program that put it in kept only its text."
        )

    def content_digest(self, frame_id: int) -> bytes:
        """BLAKE3 of the original bytes: the same for all versions with the same content."""
        return self._ledger.content_digest(self._check(frame_id))

    def page_image(self, frame_id: int, page: int, width: int, terms: tuple[str, ...] = ()) -> PageImage:
        """A page (from 1) of a PDF as pixels, drawn in a child process; boxes round ``terms``."""
        from engine.extract.render import render_page

        image: PageImage = self._render(render_page, frame_id, page, width, terms)
        return image

    def picture(self, frame_id: int, max_width: int, max_height: int) -> PictureImage:
        """A picture as pixels, at most as large as asked, decoded in a child process."""
        from engine.extract.render import render_picture

        image: PictureImage = self._render(render_picture, frame_id, max_width, max_height)
        return image

    def _render(self, function: Callable[..., Any], frame_id: int, *args: Any) -> Any:
        checked = self._check(frame_id)
        digest = self._ledger.frame(checked).source_sha256 or blake3(self.read(checked)).digest()
        return self._backing.render(function, digest, lambda: self.read(checked), *args)

    # --- finding ------------------------------------------------------------------------------------------

    def search(
        self, query: str | SearchQuery, *, limit: int = 10, modes: tuple[str, ...] = ("words",)
    ) -> SearchResult:
        """Documents that match at this Moment, best first. Raises QueryError."""
        return search(
            self._backing.word_index,
            self._ledger,
            self.revision,
            query,
            limit=limit,
            modes=modes,
            moment=self.facts(),
        )

    def facts(self) -> Any:
        """Which Moment this is, in a form that can be sent anywhere."""
        from engine.types import MomentFacts

        return MomentFacts(self.revision, self.recorded_at)

    def facets(self, document_ids: npt.ArrayLike | None = None) -> Facets:
        """Counts of kinds, tags, labels and tracks: of all visible documents, or of the given ones."""
        ledger = self._ledger
        documents = (
            self._seen().documents if document_ids is None else np.unique(np.asarray(document_ids, np.int64))
        )
        counts = np.bincount(ledger.kinds.view[documents], minlength=len(KINDS))
        return Facets(
            kinds={kind: int(count) for kind, count in zip(KINDS, counts, strict=True)},
            tags=tuple(ledger.tags.counts(documents)),
            labels=tuple(ledger.labels.counts(documents)),
            tracks=tuple(ledger.tracks.counts(documents)),
        )

    def stats(self) -> Stats:
        """Numbers of the capsule at this Moment."""
        return self._backing.stats_at(self)

    # --- time ---------------------------------------------------------------------------------------------

    def timeline(
        self, start: int | datetime | None = None, end: int | datetime | None = None, *, buckets: int = 200
    ) -> Density:
        """How much was recorded when, up to this Moment. ``start``, ``end``: recorded time; buckets of equal length."""
        if buckets < 1:
            raise EngineError("A timeline has at least one bucket.")
        ledger, revision = self._ledger, self.revision
        seconds = ledger.history.ms.view[:revision] / 1000
        low, high = as_seconds(start), as_seconds(end)
        if low is None:
            low = float(seconds[0]) if revision else 0.0
        if high is None:
            high = float(seconds[-1]) if revision else low
        edges = np.linspace(low, max(high, low + 0.001), buckets + 1)
        operations = ledger.history.operation.view[:revision]
        frames = ledger.history.frame.view[:revision]
        kinds = ledger.kinds.view[frames] if revision else np.zeros(0, np.uint8)
        added = np.zeros((buckets, len(KINDS)), np.int64)
        for code in range(len(KINDS)):
            added[:, code], _ = np.histogram(seconds[(operations == _ADDITION) & (kinds == code)], edges)
        removed, _ = np.histogram(seconds[operations == _REMOVAL], edges)
        changed, _ = np.histogram(seconds[(operations != _ADDITION) & (operations != _REMOVAL)], edges)
        return Density(edges, added, changed, removed)

    def strip(self) -> StripArrays:
        """The whole life of the capsule as arrays, whatever this Moment is: what came later is drawn as a shadow."""
        ledger = self._ledger
        history = ledger.history
        count = ledger.revision
        ms, frames = history.ms.view[:count], history.frame.view[:count]
        operations = history.operation.view[:count]
        put = operations == _ADDITION
        removal = operations == _REMOVAL
        ids = frames[put]
        happened = np.argsort(ledger.timestamps[ids], kind="stable")
        kinds = ledger.kinds.view
        return StripArrays(
            times_ms=ms[put],
            kinds=kinds[ids],
            frame_ids=ids,
            changes_ms=ms[~put & ~removal],
            removals_ms=ms[removal],
            happened=(_as_ms(ledger.timestamps[ids][happened]), kinds[ids][happened], ids[happened]),
        )

    def recorded_ms(self, frame_ids: npt.ArrayLike) -> Ids:
        """When each frame was recorded, milliseconds since 1970."""
        ledger = self._ledger
        born = ledger.born.view[np.asarray(frame_ids, np.int64)]
        rows = np.clip(born - 1, 0, max(0, len(ledger.history) - 1))
        found: Ids = ledger.history.ms.view[rows] if len(ledger.history) else np.zeros(len(born), np.int64)
        return found

    def happened_ms(self, frame_ids: npt.ArrayLike) -> Ids:
        """The documents' own timestamps, milliseconds since 1970."""
        return _as_ms(self._ledger.timestamps[np.asarray(frame_ids, np.int64)])

    def changes_since(self, other: Moment) -> Changes:
        """What a person would see differ from ``other`` to this Moment; the two may be in any order."""
        if other._ledger is not self._ledger:
            other = Moment(self._ledger, min(other.revision, self._ledger.revision), self._backing)
        then, now = other._seen().documents, self._seen().documents
        root = self._ledger.root.view
        gone, come = np.setdiff1d(then, now), np.setdiff1d(now, then)
        came_from = {int(root[frame_id]): int(frame_id) for frame_id in come}
        changed: list[tuple[int, int]] = []
        removed: list[int] = []
        for frame_id in gone:
            newer = came_from.pop(int(root[frame_id]), None)
            if newer is None:
                removed.append(int(frame_id))
            else:
                changed.append((int(frame_id), newer))
        return Changes(tuple(sorted(came_from.values())), tuple(changed), tuple(removed))

    def history(self, frame_id: int) -> Sequence[Revision]:
        """The revisions up to this Moment that made or changed a document, oldest first."""
        ledger = self._ledger
        frame = ledger.frame(frame_id)
        document = frame.id
        if ledger.classes[document] == Class.PART:
            document = int(ledger.group[document])
        rows = np.flatnonzero(
            ledger.root.view[ledger.history.frame.view[: self.revision]] == ledger.root[document]
        )
        return tuple(self._revision(int(row) + 1) for row in rows)

    def revisions(self, *, limit: int | None = None) -> Sequence[Revision]:
        """All revisions up to this Moment, oldest first; with ``limit`` only the last ones."""
        first = 1 if limit is None else max(1, self.revision - limit + 1)
        return tuple(self._revision(number) for number in range(first, self.revision + 1))

    def _revision(self, number: int) -> Revision:
        entry = self._ledger.history.entry(number)
        return Revision(
            number,
            from_ms(entry.ms),
            entry.operation,
            entry.frame_id,
            entry.author,
            None if entry.batch == NO_BATCH else entry.batch,
            bool(entry.flags & ESTIMATED),
        )
