"""What a caller wants changed, turned into the operations that the WAL carries.

The rules that keep a file safe when another program replays them: a text insert always has a ``search_text``;
a change that brings no payload of its own is preceded by a log carrier insert, which does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, assert_never

from blake3 import blake3

from engine.codecs import choose
from engine.errors import CapsuleFull, ContentGone, EngineError, FrameNotFound
from engine.format.enums import Op, Role
from engine.format.frame import DocMetadata, Frame
from engine.format.search_text import compose
from engine.format.wal import FrameOperation
from engine.limits import MAX_FRAMES
from engine.store.frames import (
    CHANGE_KEY,
    LOG_MIME,
    LOG_URI,
    MIME_KEY,
    OWN_PREFIX,
    PLACE_KEY,
    ChangeNote,
    Class,
    default_uri,
    holds_text,
    mime_of,
    place_text,
    stored_mime,
)
from engine.store.ledger import NEVER, Ledger
from engine.store.prepared import (
    NO_SKETCH,
    TEXT_MIME,
    PreparedDocument,
    PreparedPart,
    checked_mime,
    checked_words,
    clean_text,
    metadata_texts,
    text_head,
    unix_seconds,
)
from engine.types import Operation

UPDATABLE: Final = frozenset({"title", "uri", "mime", "tags", "labels", "track", "metadata", "timestamp"})


@dataclass(frozen=True, slots=True)
class Put:
    """A new document, with its parts."""

    document: PreparedDocument


@dataclass(frozen=True, slots=True)
class Update:
    """New content, or only new fields (``document`` None), for a document that is visible now."""

    frame_id: int
    document: PreparedDocument | None
    changed: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delete:
    """A document that is visible now."""

    frame_id: int


@dataclass(frozen=True, slots=True)
class Restore:
    """A document that was deleted or superseded comes back as a new version."""

    frame_id: int


Change = Put | Update | Delete | Restore


@dataclass(frozen=True, slots=True)
class Stamp:
    """When, by whom and in which batch a change is made."""

    ms: int
    author: str
    batch: int = 0

    def note(self, operation: Operation, frame_id: int | None = None) -> ChangeNote:
        return ChangeNote(self.ms, operation, self.author, self.batch, frame_id)


@dataclass(frozen=True, slots=True)
class Planned:
    """The operations of one change. ``frame_id``: what the caller is told; ``parents`` maps the position of
    a part's operation to that of its document's. ``sketches``: those of the operations' frames, where they have
    been computed already.
    """

    operations: tuple[FrameOperation, ...]
    frame_id: int
    parents: Mapping[int, int]
    sketches: tuple[bytes, ...] = ()


def plan(ledger: Ledger, change: Change, stamp: Stamp) -> Planned:
    """The operations for ``change`` on top of ``ledger``. Raises FrameNotFound, CapsuleFull or EngineError."""
    match change:
        case Put(document):
            planned = _insert(ledger, document, stamp.note(Operation.PUT), None)
        case Update(frame_id, document, changed):
            planned = _plan_update(ledger, frame_id, document, changed, stamp)
        case Delete(frame_id):
            _active_document(ledger, frame_id)
            log = _log(stamp.note(Operation.DELETE, frame_id), stamp.ms)
            tombstone = FrameOperation(timestamp=stamp.ms // 1000, op=Op.TOMBSTONE, target_frame_id=frame_id)
            planned = Planned((log, tombstone), frame_id, {})
        case Restore(frame_id):
            planned = _plan_restore(ledger, frame_id, stamp)
        case _:
            assert_never(change)
    room = MAX_FRAMES - ledger.next_id
    if len(planned.operations) > room:
        raise CapsuleFull(
            f"The capsule has {ledger.next_id:,} frames; the format allows {MAX_FRAMES:,}. "
            "Start a new capsule or compact this one."
        )
    return planned


def _active_document(ledger: Ledger, frame_id: int) -> Frame:
    frame = ledger.frame(frame_id)
    if ledger.classes[frame_id] == Class.PART:
        raise EngineError(
            f"Frame {frame_id} is a part of document {frame.parent_id}. Change the document instead."
        )
    if ledger.classes[frame_id] != Class.DOCUMENT:
        raise FrameNotFound(f"Frame {frame_id} is not a document.")
    if ledger.ended[frame_id] != NEVER:
        newest = ledger.newest_version(frame_id)
        hint = f" Its newest version is frame {newest}." if newest != frame_id else ""
        raise FrameNotFound(
            f"Frame {frame_id} is not in the capsule any more: it was changed or deleted.{hint}"
        )
    return frame


def _log(note: ChangeNote, ms: int) -> FrameOperation:
    # Not a chunk: at replay the official program makes chunks without parent parts of the last document with a
    # chunk manifest, and then finds more chunks than that lists.
    return FrameOperation(
        timestamp=ms // 1000,
        payload=note.encode().encode("utf-8"),
        uri=LOG_URI,
        metadata=DocMetadata(mime=LOG_MIME),
        role=Role.EXTRACTED_IMAGE,
    )


def searchable(head: str, title: str | None, uri: str | None) -> str:
    """A ``search_text`` that is never empty: without one the official program destroys the file at replay."""
    return (head.strip() and head) or title or uri or "untitled"


def _words(
    head: str, title: str | None, uri: str | None, fields: Mapping[str, Any], metadata: Mapping[str, str]
) -> str:
    """What the official writer would have indexed for a document: its beginning and a line per field."""
    own = {key: value for key, value in metadata.items() if not key.startswith(OWN_PREFIX)}
    return text_head(
        compose(
            head,
            title=title,
            uri=uri,
            track=fields["track"],
            tags=fields["tags"],
            labels=fields["labels"],
            extra_metadata=own,
        )
    )


def _insert(ledger: Ledger, document: PreparedDocument, note: ChangeNote, older: Frame | None) -> Planned:
    """A document and its parts as inserts; ``older`` is the version it supersedes."""
    extra = dict(document.metadata)
    mime = document.mime
    if document.text:
        if mime != TEXT_MIME:
            extra[MIME_KEY] = mime
        mime = TEXT_MIME
    extra[CHANGE_KEY] = note.encode()
    parts = document.parts
    words = _words(
        document.head,
        document.title,
        document.uri,
        {"track": document.track, "tags": document.tags, "labels": document.labels},
        document.metadata,
    )
    search_text = searchable(words, document.title, document.uri)
    timestamp = document.timestamp if document.timestamp is not None else note.ms // 1000
    main = FrameOperation(
        timestamp=timestamp,
        track=document.track,
        payload=document.blob.stored,
        embedding=document.embedding,
        uri=document.uri,
        title=document.title,
        canonical_encoding=document.blob.encoding,
        canonical_length=document.blob.size,
        metadata=DocMetadata(
            mime=mime, bytes=document.blob.size, width=document.width, height=document.height
        ),
        search_text=search_text,
        tags=document.tags,
        labels=document.labels,
        extra_metadata=dict(sorted(extra.items())),
        chunk_count=len(parts) if parts else None,
        supersedes_frame_id=None if older is None else older.id,
        source_sha256=document.blob.digest,
        source_path=document.source_path,
    )
    frame_id = ledger.next_id
    uri = document.uri or f"mv2://frames/{frame_id}"
    pieces = tuple(
        _part_insert(part, index, len(parts), uri, document, timestamp) for index, part in enumerate(parts)
    )
    sketches = (document.sketch, *(part.sketch for part in parts))
    return Planned((main, *pieces), frame_id, {index + 1: 0 for index in range(len(pieces))}, sketches)


def _part_insert(
    part: PreparedPart, index: int, count: int, uri: str, document: PreparedDocument, timestamp: int
) -> FrameOperation:
    title = part.title or document.title
    return FrameOperation(
        timestamp=timestamp,
        track=document.track,
        payload=part.blob.stored,
        uri=f"{uri}#page-{index + 1}",
        title=f"{title} (page {index + 1}/{count})" if title else None,
        canonical_encoding=part.blob.encoding,
        canonical_length=part.blob.size,
        metadata=DocMetadata(mime=TEXT_MIME),
        search_text=searchable(part.head, title, uri),
        extra_metadata={} if part.place is None else {PLACE_KEY: place_text(part.place)},
        role=Role.DOCUMENT_CHUNK,
        chunk_index=index,
        chunk_count=count,
        source_sha256=part.blob.digest,
    )


def _changed_fields(changed: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields, checked, under the names of FrameOperation (and ``mime``)."""
    unknown = sorted(set(changed) - UPDATABLE)
    if unknown:
        raise EngineError(
            f"update() does not know {', '.join(unknown)}. It can change {', '.join(sorted(UPDATABLE))}."
        )
    fields: dict[str, Any] = {}
    for name, value in changed.items():
        match name:
            case "tags" | "labels":
                fields[name] = checked_words(name, value or ())
            case "metadata":
                fields[name] = metadata_texts(value)
            case "timestamp":
                if value is not None:
                    fields[name] = unix_seconds(value)
            case "mime" if value is not None:
                fields[name] = checked_mime(value)
            case _:
                fields[name] = None if value is None else clean_text(str(value))
    return fields


def _plan_update(
    ledger: Ledger, frame_id: int, document: PreparedDocument | None, changed: Mapping[str, Any], stamp: Stamp
) -> Planned:
    older = _active_document(ledger, frame_id)
    fields = _changed_fields(changed)
    if document is None:
        only_words = set(fields) <= {"tags", "labels"} and bool(fields)
        operation = Operation.TAG if only_words else Operation.UPDATE
        return _same_content(ledger, older, older, fields, stamp, operation)
    kept = _own_fields(older)
    document = replace(
        document,
        sketch=NO_SKETCH,  # made of other fields: the commit makes it anew
        title=fields.get("title", kept["title"]),
        uri=fields.get("uri", older.uri),
        tags=fields.get("tags", older.tags),
        labels=fields.get("labels", older.labels),
        track=fields.get("track", older.track),
        metadata=fields.get("metadata", kept["metadata"]),
        timestamp=fields.get("timestamp", older.timestamp),
        source_path=document.source_path or older.source_path,
    )
    return _insert(ledger, document, stamp.note(Operation.UPDATE), older)


def _own_fields(frame: Frame) -> dict[str, Any]:
    metadata = {key: value for key, value in frame.extra_metadata.items() if not key.startswith(OWN_PREFIX)}
    return {"title": frame.title, "metadata": metadata}


def _plan_restore(ledger: Ledger, frame_id: int, stamp: Stamp) -> Planned:
    frame = ledger.frame(frame_id)
    if ledger.classes[frame_id] != Class.DOCUMENT:
        raise FrameNotFound(f"Frame {frame_id} is not a document; only documents can be restored.")
    if ledger.ended[frame_id] == NEVER:
        raise EngineError(f"Frame {frame_id} is in the capsule already; there is nothing to restore.")
    head = ledger.frame(ledger.newest_version(frame_id))
    return _same_content(ledger, frame, head, {}, stamp, Operation.RESTORE)


def _same_content(
    ledger: Ledger, source: Frame, older: Frame, fields: Mapping[str, Any], stamp: Stamp, operation: Operation
) -> Planned:
    """A new version of ``older`` with the content of ``source``; no payload is written twice."""
    extra = {key: value for key, value in source.extra_metadata.items() if key.startswith(OWN_PREFIX)}
    extra.pop(CHANGE_KEY, None)
    extra.update(fields.get("metadata", _own_fields(source)["metadata"]))
    metadata = source.metadata
    if "mime" in fields:
        mime = fields["mime"] or mime_of(source)
        if holds_text(source):
            extra[MIME_KEY] = mime
        else:
            metadata = replace(metadata or DocMetadata(), mime=mime)
    has_payload = bool(source.payload_length) or source.id in ledger.pending
    title, uri = fields.get("title", source.title), fields.get("uri", older.uri)
    common: dict[str, Any] = {
        "timestamp": fields.get("timestamp", source.timestamp),
        "kind": source.kind,
        "track": fields.get("track", source.track),
        "uri": uri,
        "title": title,
        "tags": fields.get("tags", source.tags),
        "labels": fields.get("labels", source.labels),
        "content_dates": source.content_dates,
        "chunk_manifest": source.chunk_manifest,
        "chunk_count": source.chunk_count,
        "supersedes_frame_id": older.id,
        "source_sha256": source.source_sha256,
        "source_path": source.source_path,
        "enrichment_state": source.enrichment_state,
    }
    if has_payload or source.chunk_manifest is not None:
        common["search_text"] = source.search_text
        if has_payload:
            # The words it is found by elsewhere, until our commit takes them out where the payload has them.
            head = text_head(ledger.text(source.id)) if holds_text(source) else ""
            words = _words(head, title, uri if uri != default_uri(older.id) else None, common, extra)
            common["search_text"] = searchable(words, title, uri)
            # The official program takes the encoding from here at replay, not from the frame that has the payload.
            common["canonical_encoding"] = ledger.encoding(source.id)
            common["canonical_length"] = source.canonical_length
        else:
            # A parent of chunks: they belong to all versions that say the same of themselves.
            common["search_text"] = source.search_text or searchable("", title, uri)
            common["canonical_encoding"] = source.canonical_encoding
        frame_id = ledger.next_id + 1
        version = FrameOperation(
            **common,
            metadata=metadata,
            extra_metadata=dict(sorted(extra.items())),
            reuse_payload_from=source.id if has_payload else None,
        )
        return Planned((_log(stamp.note(operation, frame_id), stamp.ms), version), frame_id, {})
    return _as_text(ledger, source, common, metadata, extra, stamp.note(operation))


def _as_text(
    ledger: Ledger,
    source: Frame,
    common: dict[str, Any],
    metadata: DocMetadata | None,
    extra: dict[str, str],
    note: ChangeNote,
) -> Planned:
    """Another program kept this text only among the words for its search: the new version gets it as content."""
    text = ledger.own_text(source.id)
    if text is None:
        raise ContentGone(f"Frame {source.id} has no content in the file, so there is nothing to keep.")
    raw = text.encode("utf-8")
    shown = mime_of(source)
    if shown != TEXT_MIME:
        extra[MIME_KEY] = shown
    extra[CHANGE_KEY] = note.encode()
    encoding, stored = choose.compress(raw)
    version = FrameOperation(
        **{**common, "source_sha256": source.source_sha256 or blake3(raw).digest()},
        payload=stored,
        canonical_encoding=encoding,
        canonical_length=len(raw),
        metadata=replace(metadata or DocMetadata(), mime=TEXT_MIME),
        search_text=searchable(text_head(text), common["title"], common["uri"]),
        extra_metadata=dict(sorted(extra.items())),
    )
    return Planned((version,), ledger.next_id, {})


def is_stored_text(frame: Frame) -> bool:
    """Whether our commit may drop the frame's ``search_text`` because the payload has the words."""
    return holds_text(frame) and stored_mime(frame) == TEXT_MIME


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
