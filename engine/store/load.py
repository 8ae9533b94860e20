"""From the bytes of a file to a ledger: frames, history (read, continued or derived), pending changes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np
from blake3 import blake3

from engine.codecs import choose
from engine.errors import ChecksumError, FormatError
from engine.format.enums import Status
from engine.format.frame import Frame
from engine.format.metadata import DocMetadata
from engine.format.sketch import decode_sketch_track
from engine.limits import MAX_PAYLOAD_BYTES
from engine.store.bytestore import ByteStore
from engine.store.frames import (
    HISTORY_MIME,
    LOG_MIME,
    ChangeNote,
    Class,
    change_note,
    stored_mime,
)
from engine.store.history import (
    ESTIMATED,
    EXTERNAL,
    LEAF_SIZE,
    NO_BATCH,
    Entry,
    History,
    HistoryBlock,
    decode_block,
)
from engine.store.ledger import NEVER, NOT_BORN, Ledger
from engine.store.replay import Replayer
from engine.store.snapshot import Pending, Snapshot, hidden_problem, pending_operations, read_snapshot
from engine.types import Operation

SKETCH_SIZE = 32


@dataclass(slots=True)
class Loaded:
    """A file as it was found. ``history_frame``: the carrier's frame id, None when there is none yet.

    ``committed``: frames the TOC holds; ``settled``: frames our last commit knew; ``applied``: last WAL
    sequence the TOC holds; ``head``: where the next WAL record goes (offset in the region); ``notes``: what was
    odd though nothing is wrong; ``damage``: what is wrong though every frame is there; ``blocked``: why
    nothing may be written, if so. ``undated``: some deletions have a place in the history only from now on.
    """

    snapshot: Snapshot
    ledger: Ledger
    history_frame: int | None
    committed: int
    settled: int
    applied: int
    pending: Pending
    head: int
    sketches: bytearray | None
    notes: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    blocked: str = ""
    undated: bool = False


def load(store: ByteStore, latest_ms: int) -> Loaded:
    """Read a capsule. ``latest_ms``: the file's modification time, the cap for times that have to be guessed.

    Raises NotACapsule, UnsupportedVersion, DamagedFile.
    """
    snapshot = read_snapshot(store)
    damage: list[str] = []
    frames = snapshot.toc.frames
    carrier, block = _history_block(store, frames, damage)
    applied = _applied_sequence(snapshot, block)
    # On top of an older state, changes are only those that are known to follow it.
    unknown = bool(snapshot.lost) and block is None
    pending = Pending((), applied) if unknown else pending_operations(snapshot.scan, applied)
    history = block.history if block is not None else History(os.urandom(16))
    ledger = Ledger(store, history)
    ledger.ring_size = snapshot.header.wal_size
    ledger.load_frames(frames)
    ledger.replay_history()
    undated = _catch_up(ledger, 0 if block is None else block.frame_count, _earliest(pending, latest_ms))
    ledger.end_parts_born_late()
    replayer = Replayer(ledger, latest_ms)
    blocked = ""
    problem = snapshot.lost or snapshot.ring_problem or pending.problem
    problem = problem or hidden_problem(snapshot.hidden, applied)
    for sequence, operation in pending.operations:
        try:
            replayer.apply(operation, sequence)
        except FormatError as error:
            problem = f"Pending change {sequence} cannot be applied: {error}."
            break
    ledger.end_parts_born_late()
    ledger.publish()
    if problem:
        blocked = f"{problem} Nothing is changed in this file until it has been repaired."
        damage.append(problem)
    return Loaded(
        snapshot=snapshot,
        ledger=ledger,
        history_frame=carrier,
        committed=len(frames),
        settled=0 if block is None else block.frame_count,
        applied=applied,
        pending=pending,
        head=pending.end,
        sketches=_sketches(store, snapshot, damage),
        notes=list(snapshot.notes),
        damage=damage,
        blocked=blocked,
        undated=undated,
    )


def _applied_sequence(snapshot: Snapshot, block: HistoryBlock | None) -> int:
    """The last WAL sequence in the TOC. A header that belongs to another TOC does not count against the block.

    One that belongs to this TOC does: repair by the official program starts counting anew.
    """
    header = snapshot.header
    if block is None or header.toc_checksum == snapshot.toc.toc_checksum:
        return header.wal_sequence
    return block.wal_sequence


def _earliest(pending: Pending, latest_ms: int) -> int:
    """What was there before the pending changes was there before the first of them, whatever the file's time says."""
    for _, operation in pending.operations:
        note = _note_in(operation.metadata, operation.extra_metadata, operation.payload)
        if note is not None:
            return min(note.ms, latest_ms)
    return latest_ms


def _note_in(
    metadata: DocMetadata | None, extra_metadata: Mapping[str, str], payload: bytes
) -> ChangeNote | None:
    """The revision that a record says it is, or that it announces."""
    if metadata is not None and metadata.mime == LOG_MIME:
        return ChangeNote.decode(payload.decode("utf-8", "replace"))
    return change_note(extra_metadata)


def _history_block(
    store: ByteStore, frames: list[Frame], damage: list[str]
) -> tuple[int | None, HistoryBlock | None]:
    for frame in reversed(frames):
        if stored_mime(frame) != HISTORY_MIME or frame.status is not Status.ACTIVE:
            continue
        try:
            data = store.pread(frame.payload_offset, min(frame.payload_length, MAX_PAYLOAD_BYTES))
            if blake3(data).digest() != frame.checksum:
                raise ChecksumError("history block", "bytes that match their digest", "changed ones")
            block = decode_block(choose.decode(frame.canonical_encoding, data, frame.canonical_length))
        except FormatError as error:
            damage.append(
                f"The history block is damaged ({error}); times were worked out from the frames instead."
            )
            return frame.id, None
        if block.frame_count > len(frames):
            damage.append("The history names frames that are not in the file; it was worked out anew.")
            return frame.id, None
        return frame.id, block
    return None, None


def _catch_up(ledger: Ledger, start: int, latest_ms: int) -> bool:
    """Revisions for what the history does not account for: frames from ``start`` on, and deletions anywhere.

    Our own changes, replayed by another program, say themselves what they are. Frames of others come in their
    order, at the running maximum of their timestamps, but not later than what follows them; deletions that
    nothing dates come last. Returns whether there are such deletions.
    """
    frames = ledger.frames[start:]
    notes = [_replayed_note(ledger, frame) for frame in frames]
    times = [latest_ms if note is None else note.ms for note in notes]
    caps = list(accumulate(reversed(times), min, initial=latest_ms))[:0:-1]
    for frame, note, cap in zip(frames, notes, caps, strict=True):
        if ledger.classes[frame.id] == Class.CARRIER:
            if note is not None and _is_done(ledger, frame, note):
                _note(ledger, note, int(note.frame_id or 0))
        elif ledger.classes[frame.id] == Class.DOCUMENT and ledger.born[frame.id] == NOT_BORN:
            if note is None:
                _guess(ledger, frame, cap)
            else:
                _note(ledger, note, frame.id)
    undated = False
    for frame in ledger.frames:
        gone = frame.status is not Status.ACTIVE
        if ledger.classes[frame.id] == Class.DOCUMENT and gone and ledger.ended[frame.id] == NEVER:
            _end_externally(ledger, frame.id, latest_ms)
            undated = True
    return undated


def _replayed_note(ledger: Ledger, frame: Frame) -> ChangeNote | None:
    if stored_mime(frame) != LOG_MIME or ledger.classes[frame.id] != Class.CARRIER:
        return change_note(frame.extra_metadata)
    if not frame.payload_length:
        return None
    try:
        return ChangeNote.decode(ledger.content(frame.id).decode("utf-8", "replace"))
    except FormatError:
        return None


def _is_done(ledger: Ledger, log: Frame, note: ChangeNote) -> bool:
    """Whether what a log carrier announces was carried out: the record behind it may never have been written."""
    target = note.frame_id
    if target is None or not 0 <= target < len(ledger.frames) or ledger.classes[target] != Class.DOCUMENT:
        return False
    frame = ledger.frames[target]
    if note.operation is Operation.DELETE:
        return frame.status is not Status.ACTIVE and ledger.ended[target] == NEVER
    return target == log.id + 1 and frame.supersedes is not None and ledger.born[target] == NOT_BORN


def _note(ledger: Ledger, note: ChangeNote, frame_id: int) -> None:
    ledger.note_revision(
        Entry(note.ms, note.operation, frame_id, note.author, note.batch, 0, bytes(LEAF_SIZE))
    )


def _guess(ledger: Ledger, frame: Frame, latest_ms: int) -> None:
    """A revision for a frame of another program, which never says when it was written."""
    operation = Operation.PUT if frame.supersedes is None else Operation.UPDATE
    ms = max(ledger.history.last_ms, min(frame.timestamp * 1000, latest_ms))
    ledger.note_revision(Entry(ms, operation, frame.id, "", NO_BATCH, ESTIMATED | EXTERNAL, bytes(LEAF_SIZE)))


def _end_externally(ledger: Ledger, frame_id: int, latest_ms: int) -> None:
    ms = max(ledger.history.last_ms, latest_ms)
    ledger.note_revision(
        Entry(ms, Operation.DELETE, frame_id, "", NO_BATCH, ESTIMATED | EXTERNAL, bytes(LEAF_SIZE))
    )


def _sketches(store: ByteStore, snapshot: Snapshot, damage: list[str]) -> bytearray | None:
    """The sketch entries of all committed frames, if the file's own track is whole; else None: computed anew."""
    manifest = snapshot.toc.sketch_track
    if manifest is None:
        return None
    data = store.pread(manifest.offset, manifest.length) if manifest.length <= snapshot.size else b""
    try:
        entries = decode_sketch_track(data)
    except FormatError:
        damage.append("The sketch track is damaged; it is made anew with the next change.")
        return None
    joined = b"".join(bytes(entry) for entry in entries)
    count = len(snapshot.toc.frames)
    if len(joined) != SKETCH_SIZE * count:
        return None
    return bytearray(joined)


def visible_parts_status(ledger: Ledger) -> dict[int, Frame]:
    """Frames of parts whose link or status in the file is no longer that of their document now."""
    changed: dict[int, Frame] = {}
    ended, classes = ledger.ended.view, ledger.classes.view
    alive: dict[int, int] = {}
    for frame_id in np.flatnonzero((ended == NEVER) & (classes == Class.DOCUMENT)):
        alive[int(ledger.group[int(frame_id)])] = int(frame_id)
    for group, parts in ledger.parts_of_group.items():
        document = alive.get(group)
        for part in parts:
            frame = ledger.frames[part]
            if document is not None:
                status, parent = Status.ACTIVE, document
            else:
                newest = ledger.newest_version(group)
                gone = ledger.frames[newest].status is Status.DELETED
                status, parent = (Status.DELETED if gone else Status.SUPERSEDED), frame.parent_id or group
            if frame.status is not status or frame.parent_id != parent:
                changed[part] = replace(frame, status=status, parent_id=parent)
    return changed
