"""Pending WAL records become frames and revisions in memory: for their writer at once, for others at opening."""

from __future__ import annotations

from dataclasses import replace

from blake3 import blake3

from engine.errors import FormatError
from engine.format.enums import AnchorSource, Op, Status
from engine.format.frame import EMPTY_DIGEST, Frame
from engine.format.wal import FrameOperation
from engine.store.frames import LOG_MIME, ChangeNote, Class, change_note, default_uri, stored_mime
from engine.store.history import ESTIMATED, EXTERNAL, LEAF_SIZE, NO_BATCH, Entry
from engine.store.ledger import Ledger
from engine.types import Operation


class Replayer:
    """Applies frame operations to a ledger in their order.

    A change without a payload insert is preceded by its log carrier, which says what it is; the record behind
    it does it. ``latest_ms`` caps times that have to be guessed (changes of another program).
    """

    def __init__(self, ledger: Ledger, latest_ms: int) -> None:
        self._ledger = ledger
        self._latest_ms = latest_ms
        self._frame_of_sequence: dict[int, int] = {}
        self._log: ChangeNote | None = None

    def apply(self, operation: FrameOperation, sequence: int) -> int | None:
        """Apply one record; returns the frame it made, None for a tombstone. Raises FormatError."""
        if operation.op is Op.TOMBSTONE:
            self._tombstone(operation)
            return None
        frame, stored = self._frame(operation)
        ledger = self._ledger
        frame_id = ledger.add_frame(frame, stored)
        self._frame_of_sequence[sequence] = frame_id
        if operation.embedding is not None:
            ledger.embeddings[frame_id] = operation.embedding
        if stored_mime(frame) == LOG_MIME:
            self._log = ChangeNote.decode(operation.payload.decode("utf-8", "replace"))
            return frame_id
        if ledger.classes[frame_id] != Class.DOCUMENT:
            return frame_id
        note = change_note(operation.extra_metadata) or self._log
        self._log = None
        self._supersede(frame_id, frame.supersedes)
        self._note(
            note, Operation.PUT if frame.supersedes is None else Operation.UPDATE, frame_id, frame.timestamp
        )
        return frame_id

    def _tombstone(self, operation: FrameOperation) -> None:
        ledger, target = self._ledger, operation.target_frame_id
        if target is None or not 0 <= target < len(ledger.frames):
            raise FormatError("WAL tombstone", f"a frame below {len(ledger.frames)}", str(target))
        note, self._log = self._log, None
        ledger.set_frame(target, replace(ledger.frames[target], status=Status.DELETED, superseded_by=None))
        if ledger.classes[target] == Class.DOCUMENT:
            self._note(note, Operation.DELETE, target, operation.timestamp)

    def _supersede(self, frame_id: int, older: int | None) -> None:
        if older is not None and 0 <= older < frame_id:
            frame = self._ledger.frames[older]
            self._ledger.set_frame(older, replace(frame, status=Status.SUPERSEDED, superseded_by=frame_id))

    def _note(self, note: ChangeNote | None, fallback: Operation, frame_id: int, timestamp: int) -> None:
        ledger = self._ledger
        history = ledger.history
        frame = ledger.frames[frame_id]
        whole = frame.source_sha256 is not None or frame.payload_length
        # A document of another program may be only its parts, whose records are still to come: the leaf is filled
        # in when the chain is asked for.
        leaf = ledger.leaf(frame_id) if whole else bytes(LEAF_SIZE)
        if note is None:
            guess = max(history.last_ms, min(timestamp * 1000, self._latest_ms))
            entry = Entry(guess, fallback, frame_id, "", NO_BATCH, ESTIMATED | EXTERNAL, leaf)
        else:
            entry = Entry(note.ms, note.operation, frame_id, note.author, note.batch, 0, leaf)
        ledger.note_revision(entry)

    def _frame(self, operation: FrameOperation) -> tuple[Frame, bytes | None]:
        ledger = self._ledger
        frame_id = len(ledger.frames)
        parent = None
        if operation.parent_sequence is not None:
            parent = self._frame_of_sequence.get(operation.parent_sequence)
        older = operation.supersedes_frame_id
        frame = Frame(
            id=frame_id,
            timestamp=operation.timestamp,
            anchor_ts=operation.timestamp,
            anchor_source=AnchorSource.FRAME_TIMESTAMP,
            kind=operation.kind,
            track=operation.track,
            payload_length=len(operation.payload),
            checksum=blake3(operation.payload).digest() if operation.payload else EMPTY_DIGEST,
            uri=operation.uri if operation.uri is not None else default_uri(frame_id),
            title=operation.title,
            canonical_encoding=operation.canonical_encoding,
            canonical_length=operation.canonical_length,
            metadata=operation.metadata,
            search_text=operation.search_text,
            tags=operation.tags,
            labels=operation.labels,
            extra_metadata=operation.extra_metadata,
            content_dates=operation.content_dates,
            chunk_manifest=operation.chunk_manifest,
            role=operation.role,
            parent_id=parent,
            chunk_index=operation.chunk_index,
            chunk_count=operation.chunk_count,
            supersedes=older if older is not None and older < frame_id else None,
            source_sha256=operation.source_sha256,
            source_path=operation.source_path,
            enrichment_state=operation.enrichment_state,
        )
        shared = operation.reuse_payload_from
        if shared is None:
            return frame, operation.payload or None
        if not 0 <= shared < frame_id:
            raise FormatError("WAL insert", f"a payload of a frame below {frame_id}", str(shared))
        source = ledger.frames[shared]
        frame = replace(
            frame,
            payload_offset=source.payload_offset,
            payload_length=source.payload_length,
            checksum=source.checksum,
            canonical_encoding=source.canonical_encoding,
            canonical_length=source.canonical_length,
        )
        return frame, ledger.pending.get(shared)
