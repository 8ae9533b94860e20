"""Values that cross the front door: frozen, picklable, free of behaviour that needs a file.

Times are aware datetimes in UTC; frame ids and revisions are ints; tags are strings, ``key=value`` among them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


class Kind(enum.StrEnum):
    """The six kinds a person sees. Mail, HTML and code count as text; PDF, Office and e-books as document."""

    DOCUMENT = "document"
    TEXT = "text"
    TABLE = "table"
    AUDIO = "audio"
    IMAGE = "image"
    OTHER = "other"


class FrameStatus(enum.StrEnum):
    """What became of a frame, seen from the Moment it was asked from."""

    ACTIVE = "active"
    SUPERSEDED = "superseded"
    DELETED = "deleted"


class Operation(enum.StrEnum):
    """What a revision did."""

    PUT = "put"
    UPDATE = "update"
    TAG = "tag"
    DELETE = "delete"
    RESTORE = "restore"
    EXTRACTED = "extracted"


class JobState(enum.StrEnum):
    """A job ends in exactly one of done, failed, cancelled."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Place:
    """Where inside a document: a page (from 1), a span of time (seconds), or cells of a sheet."""

    page: int | None = None
    start: float | None = None
    end: float | None = None
    sheet: str | None = None
    cells: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The form the command line prints: only what is set."""
        if self.page is not None:
            return {"page": self.page}
        if self.start is not None:
            return {"start": self.start, "end": self.end}
        return {"sheet": self.sheet, "cells": self.cells}


@dataclass(frozen=True, slots=True)
class PutItem:
    """One document to put. ``content`` is text, bytes, or a path whose bytes are taken as they are."""

    content: str | bytes | Path
    title: str | None = None
    uri: str | None = None
    mime: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    track: str | None = None
    metadata: Mapping[str, Any] | None = None
    timestamp: int | datetime | None = None
    embedding: Any = None
    parts: tuple[PartItem, ...] | None = None
    """Texts found inside the content (pages …). None: none were looked for."""
    width: int | None = None
    height: int | None = None
    source_path: str | None = None


@dataclass(frozen=True, slots=True)
class PartItem:
    """A searchable piece of a document: its text and where in the document it stands."""

    text: str
    title: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class FrameInfo:
    """What is known of one frame at one Moment. ``size`` is the decoded content's length in bytes."""

    id: int
    uri: str
    title: str
    mime: str
    kind: Kind
    track: str | None
    tags: tuple[str, ...]
    labels: tuple[str, ...]
    metadata: Mapping[str, Any]
    timestamp: datetime
    recorded_at: datetime | None
    size: int
    status: FrameStatus
    supersedes: int | None
    superseded_by: int | None
    parent_id: int | None
    place: Place | None = None
    part_count: int = 0
    preview: str = ""
    """First words of the text where they are known without decoding; may be empty."""
    width: int | None = None
    height: int | None = None
    ended_at: datetime | None = None
    """When it was superseded or deleted after this Moment, if it was."""
    ended_by: Operation | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One recorded change. ``estimated``: the file did not say when, this is the best guess."""

    number: int
    recorded_at: datetime
    operation: Operation
    frame_id: int
    author: str
    batch: int | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """Difference between two Moments, document frame ids."""

    added: tuple[int, ...]
    changed: tuple[tuple[int, int], ...]
    removed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Density:
    """How much happened when. Arrays of equal length ``buckets``; ``edges`` has one more.

    ``edges``: Unix seconds (float64). ``added``: counts per bucket and kind, shape (buckets, 6), columns in the
    order of :class:`Kind`. ``changed``, ``removed``: counts per bucket.
    """

    edges: Any
    added: Any
    changed: Any
    removed: Any


@dataclass(frozen=True, slots=True)
class StripArrays:
    """A capsule's whole life as arrays, ascending in time; milliseconds since 1970.

    ``times_ms``, ``kinds`` (uint8, order of :class:`Kind`) and ``frame_ids`` belong together: documents that
    were put in. ``changes_ms``: later versions; ``removals_ms``: deletions. ``happened`` is the same list of
    documents ordered by their own timestamps: (times_ms, kinds, frame_ids).
    """

    times_ms: Any
    kinds: Any
    frame_ids: Any
    changes_ms: Any
    removals_ms: Any
    happened: tuple[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many documents there are of each kind, and with each tag, label and track (most first)."""

    kinds: Mapping[Kind, int]
    tags: tuple[tuple[str, int], ...]
    labels: tuple[tuple[str, int], ...]
    tracks: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class MomentFacts:
    """Which Moment an answer belongs to."""

    revision: int
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A query with its scope. ``text`` is in the query language."""

    text: str
    kinds: tuple[Kind, ...] = ()
    sort: str = "relevance"
    """``relevance``, ``newest``, ``oldest`` or ``title``."""
    is_typing: bool = False
    """Still being typed: never refused, and the last word stands for all that begin with it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that matches. ``frame_id`` is its best part (or the document itself).

    ``spans`` are (start, end) character offsets in ``snippet``. ``sources`` names the modes that found it.
    ``match_count`` counts the parts (pages …) of the document that match.
    """

    frame_id: int
    document_id: int
    title: str
    uri: str
    score: float
    snippet: str
    spans: tuple[tuple[int, int], ...]
    sources: tuple[str, ...]
    place: Place | None
    mime: str = ""
    kind: Kind = Kind.OTHER
    timestamp: datetime | None = None
    match_count: int = 1


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found at one Moment. ``total`` counts documents."""

    hits: tuple[Hit, ...]
    total: int
    total_exact: bool
    took_ms: float
    moment: Any
    note: str = ""
    terms: tuple[str, ...] = ()
    """The words that were looked for, folded, for highlighting in viewers."""
    document_ids: Any = None
    """All matching documents (int64 array, ascending), for marks on the timeline."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page of a document as pixels. ``page`` counts from 1.

    ``rgb``: ``height`` rows of ``3 * width`` bytes, red first. ``boxes``: (x0, y0, x1, y1) in pixels from the
    top left corner, round the words that were asked for; a word that goes over a line end has several boxes,
    so ``box_hits`` gives for each box the number (from 0, in reading order) of the word it belongs to.
    ``page_sizes``: width and height of every page in points (1/72 inch), as shown.
    """

    page: int
    page_count: int
    width: int
    height: int
    rgb: bytes
    boxes: tuple[tuple[float, float, float, float], ...]
    box_hits: tuple[int, ...]
    page_sizes: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PictureImage:
    """A picture as pixels, turned the right way up, at most as large as was asked for and never enlarged.

    ``rgba``: ``height`` rows of ``4 * width`` bytes, alpha not premultiplied. ``full_width`` and
    ``full_height`` are the picture's own size the right way up.
    """

    width: int
    height: int
    rgba: bytes
    full_width: int
    full_height: int


@dataclass(frozen=True, slots=True)
class Check:
    """One thing ``verify`` looked at."""

    name: str
    status: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What ``verify`` found. ``head_hash`` is the end of the history's hash chain, hex."""

    overall_status: str
    checks: tuple[Check, ...]
    head_hash: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What can be said of a file without key, lock or write."""

    path: Path
    kind: str
    """``capsule``, ``sealed`` or ``other``."""
    sealed: bool
    size: int
    version: str
    plain_size: int | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stats:
    """Numbers of a capsule at one Moment. Sizes are bytes."""

    frame_count: int
    active_frame_count: int
    document_count: int
    size_bytes: int
    live_bytes: int
    dead_bytes: int
    sdk_room_bytes: int
    revision: int
    indexes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """``total`` is None until it is known. ``unit`` names what is counted."""

    done: int = 0
    total: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One source that could not be taken in, and why, in words for a person."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of the sources of an ingest job."""

    frame_ids: tuple[int, ...]
    duplicates: tuple[str, ...]
    failed: tuple[Failure, ...]


# --- events: posted on an engine thread -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changed:
    """The capsule moved on to ``revision``; ``frame_ids`` are the frames touched."""

    revision: int
    frame_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Committed:
    """Everything up to ``revision`` is in the table of contents on disk; ``size`` is the file's, bytes."""

    revision: int
    size: int


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Another program wrote to the file; what is shown now includes its changes."""

    revision: int


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job's state or progress changed. ``current`` names the sources being read, with (done, total, unit)."""

    job_id: int
    title: str
    state: JobState
    progress: Progress
    current: tuple[tuple[str, Progress], ...] = ()
    failed: tuple[Failure, ...] = ()
    waiting: tuple[str, ...] = ()
    """The next sources that have not been started (at most 200)."""


@dataclass(frozen=True, slots=True)
class WriteFailed:
    """A commit could not be written; ``reason`` is for a person. The changes wait in the WAL; it is tried again."""

    reason: str


Event = Changed | Committed | Reloaded | JobChanged | WriteFailed
