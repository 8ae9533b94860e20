"""A capsule's file in the hands of its one writer: append to the WAL, commit, notice what others did.

Not thread-safe: one thread at a time calls this (``jobs.writer`` sees to it). Reading goes through the ledger,
from any thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from blake3 import blake3

from engine.errors import CapsuleExists, CapsuleNotFound, DamagedFile, EngineError, ReadOnly, StorageError
from engine.format.footer import Footer
from engine.format.header import Header
from engine.format.toc import Toc
from engine.format.wal import END_MARKER, FrameOperation, RecordHeader, encode_entry, encode_record
from engine.limits import (
    HEADER_SIZE,
    MIB,
    SDK_CAPACITY_BYTES,
    WAL_COMMIT_FILL,
    WAL_KEEP_FREE,
    WAL_OFFSET,
    WAL_RECORD_SHARE,
    WAL_SIZE_AT_CREATION,
)
from engine.store import lock
from engine.store.bytestore import ByteStore, FileStore, MemoryStore, write_new_file
from engine.store.changes import Change, Planned, Put, Stamp, Update, now_ms, plan
from engine.store.commit import CommitState, Committed, commit, dead_bytes, read_vectors
from engine.store.frames import FLUSH_KEY
from engine.store.history import NO_BATCH
from engine.store.ledger import Ledger
from engine.store.load import Loaded, load
from engine.store.prepared import clean_text
from engine.store.replay import Replayer

RECORD_HEAD: Final = RecordHeader.SIZE

HISTORY_ROW: Final = 40
"""Bytes of a revision in the history block, as good as not compressed: most of it is digest."""

IDLE_COST_ALWAYS: Final = MIB
"""A commit in an idle moment may write this much, however little it saves."""

IDLE_AMPLIFICATION: Final = 32
"""And up to so many times the bytes that wait in the WAL."""

NEW_BATCH: Final = -1
"""These changes begin a batch, named by its first revision."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of some changes: frame ids (-1 where refused), the first revision, and whether another
    program's work was taken in before them.
    """

    ids: tuple[int, ...]
    first_revision: int
    reloaded: bool
    problem: EngineError | None = None


def empty_capsule() -> bytes:
    """The bytes of a new capsule: header, an empty WAL, an empty table of contents."""
    toc = Toc.empty().encode()
    footer = Footer(len(toc), blake3(toc).digest(), 1)
    header = Header(
        footer_offset=WAL_OFFSET + WAL_SIZE_AT_CREATION,
        wal_offset=WAL_OFFSET,
        wal_size=WAL_SIZE_AT_CREATION,
        toc_checksum=toc[-32:],
    )
    return header.encode() + bytes(WAL_SIZE_AT_CREATION) + toc + footer.encode()


def create_file(path: Path) -> None:
    """Write an empty capsule to a new file; raises CapsuleExists and StorageError."""
    try:
        write_new_file(path, [empty_capsule()])
    except FileExistsError as error:
        raise CapsuleExists(
            f"“{path.name}” exists already in {path.parent}. Open it, or choose another name."
        ) from error


class Container:
    """The file, its state as last seen, and the ledger built from it."""

    def __init__(
        self,
        path: Path,
        store: ByteStore,
        *,
        lock_timeout: float,
        clock_ms: Callable[[], int] | None = None,
    ) -> None:
        """Read ``store`` completely. ``path`` names the file for locks and messages."""
        self.path = path
        self.store = store
        self.lock_timeout = lock_timeout
        self._clock_ms = clock_ms or now_ms
        self.notes: list[str] = []
        self.damage: list[str] = []
        self._take(self._load(store))

    # --- state --------------------------------------------------------------------------------------------

    def _load(self, store: ByteStore) -> Loaded:
        latest = store.modified_ms() if isinstance(store, FileStore) else self._clock_ms()
        try:
            return load(store, latest)
        except DamagedFile:
            # Another program may have been in the middle of a commit: what is read again is the truth.
            return load(store, latest)

    def _take(self, loaded: Loaded) -> None:
        snapshot = loaded.snapshot
        self.ledger: Ledger = loaded.ledger
        self._state = CommitState(
            header=snapshot.header,
            toc=snapshot.toc,
            generation=snapshot.generation,
            frame_bytes=snapshot.frame_bytes,
            history_frame=loaded.history_frame,
            committed=loaded.committed,
            settled=loaded.settled,
            sketches=loaded.sketches,
            applied=loaded.applied,
        )
        self._sequence = loaded.pending.last_sequence
        self._head = loaded.head
        self._ring_end = snapshot.scan.end
        self._at_heads = self._read_heads()
        self._is_head_clear = self._head > 0 and self._at_heads[0] == END_MARKER
        self._size, self._tail = snapshot.size, snapshot.tail
        self._payload_end = _payload_end(self.ledger)
        self._wal_sequence = snapshot.header.wal_sequence
        self._blocked = loaded.blocked
        self._undated = loaded.undated
        self._vector_width: int | None = None
        self._uncommitted = self._sequence > loaded.applied
        self.notes, self.damage = loaded.notes, loaded.damage

    @property
    def dirty(self) -> bool:
        """Whether there are changes that only the WAL holds."""
        return self._uncommitted

    @property
    def blocked(self) -> str:
        """Why nothing may be written, in words; empty when it may."""
        return self._blocked

    @property
    def size(self) -> int:
        """The file's size, bytes."""
        return self._size

    @property
    def toc(self) -> Toc:
        """The table of contents as last written or read."""
        return self._state.toc

    @property
    def header(self) -> Header:
        return self._state.header

    def commit_cost(self) -> int:
        """About how many bytes the next commit writes besides new content."""
        frames = len(self.ledger.frames)
        known = self._size - self._state.header.footer_offset
        vectors = self._state.toc.indexes.vec
        # Vectors are one block, written anew when some join it.
        rewritten = vectors.length if self.ledger.embeddings and vectors is not None else 0
        return max(known, 0) + frames * 48 + len(self.ledger.history) * HISTORY_ROW + rewritten

    def idle_commit_pays(self, limit: int) -> bool:
        """Whether a commit that nobody waits for is worth the bytes it writes, at most ``limit``.

        Not when it writes many times what it saves: every commit leaves the tables of the last one behind as dead
        space. And not when the content would then end beyond what the official program accepts in this file.
        """
        cost = self.commit_cost()
        if cost > min(limit, max(IDLE_COST_ALWAYS, IDLE_AMPLIFICATION * self._head)):
            return False
        capacity = self._state.toc.ticket_ref.capacity_bytes or SDK_CAPACITY_BYTES
        return not self._payload_end <= capacity < self._payload_end_after()

    def _payload_end_after(self) -> int:
        """About where the content ends after the next commit: all of it and the history go to the end of the file."""
        waiting = sum(len(stored) for stored in self.ledger.pending.values())
        return self._size + waiting + len(self.ledger.history) * HISTORY_ROW

    def space(self) -> tuple[int, int]:
        """(live, dead) bytes of the file: what is needed for what is visible now, and what compacting frees."""
        return dead_bytes(self._state, self.ledger, self._size)

    # --- under the lock -----------------------------------------------------------------------------------

    @contextmanager
    def _exclusive(self) -> Iterator[bool]:
        """Hold the file's lock; yields whether another program's changes were taken in first."""
        if not self.store.writable:
            raise ReadOnly(f"“{self.path.name}” is open for reading only, so nothing can be changed.")
        if not isinstance(self.store, FileStore):
            yield False
            return
        with lock.exclusive(self.path, self.store, self.lock_timeout) as current:
            reloaded = current is not self.store or not self._is_fresh()
            if reloaded:
                self._adopt(current)
            yield reloaded

    def _is_fresh(self) -> bool:
        """Whether the file is still as we know it: size, last bytes, WAL sequence, and nothing at our write head."""
        store = self.store
        if store.size() != self._size or store.pread(max(0, self._size - len(self._tail)), 56) != self._tail:
            return False
        header = Header.decode(store.pread(0, HEADER_SIZE))
        if (
            header.wal_sequence != self._wal_sequence
            or header.footer_offset != self._state.header.footer_offset
        ):
            return False
        return self._read_heads() == self._at_heads

    def _read_heads(self) -> tuple[bytes, bytes]:
        """What stands where a new record would go.

        Others write at the end of what they find in the ring; we begin again at its start after a commit.
        """
        ring = self._state.header.wal_offset
        return self.store.pread(ring + self._head, RECORD_HEAD), self.store.pread(
            ring + self._ring_end, RECORD_HEAD
        )

    def _adopt(self, store: ByteStore) -> None:
        loaded = self._load(store)
        self.store = store
        self._take(loaded)

    def reload_if_changed(self) -> bool:
        """Take in what other programs wrote, without a lock; True when there was something."""
        if not isinstance(self.store, FileStore):
            return False
        try:
            facts = self.path.stat()
        except OSError:
            return False
        if (facts.st_dev, facts.st_ino) != self.store.inode:
            self._adopt(FileStore(self.path, writable=self.store.writable))
            return True
        if self._is_fresh():
            return False
        self._adopt(self.store)
        return True

    # --- changing -----------------------------------------------------------------------------------------

    def apply(
        self,
        changes: Sequence[Change],
        author: str,
        *,
        batch: int = NO_BATCH,
        direct: bool = False,
        refused: dict[int, EngineError] | None = None,
    ) -> Applied:
        """Make ``changes`` durable, in their order.

        Small changes go to the WAL with one flush; large ones, and all with ``direct``, into a commit. ``batch``:
        0 for none, ``NEW_BATCH``, or the first revision of an earlier one that goes on. With ``refused``, a
        change that cannot be made is noted there by its position and the others go on; without, the first such
        error is raised and nothing is changed. Raises LockedError, StorageError, FrameNotFound …
        """
        author = clean_text(author)
        with self._exclusive() as reloaded:
            self._check_not_blocked()
            first = self.ledger.revision + 1
            frames_before = self.ledger.next_id
            try:
                ids = self._apply(changes, author, first if batch == NEW_BATCH else batch, direct, refused)
            except BaseException:
                # A change that was refused before it touched anything leaves nothing to forget.
                if self.ledger.next_id != frames_before:
                    self._forget_unwritten()
                raise
            return Applied(tuple(ids), first, reloaded, self._commit_when_full())

    def _apply(
        self,
        changes: Sequence[Change],
        author: str,
        batch: int,
        direct: bool,
        refused: dict[int, EngineError] | None,
    ) -> list[int]:
        ledger = self.ledger
        record_limit = self._state.header.wal_size // WAL_RECORD_SHARE
        # Deletions that nothing dates come behind all that is in the file: only a commit can put this after them.
        direct = direct or self._undated
        sequence, ids = self._sequence, []
        operations: list[FrameOperation] = []
        replayer = Replayer(ledger, self._clock_ms())
        for position, change in enumerate(changes):
            ms = max(self._clock_ms(), ledger.history.last_ms + 1)
            try:
                self._check_vector(change)
                planned = plan(ledger, change, Stamp(ms, author, batch))
            except EngineError as error:
                if refused is None:
                    raise
                refused[position] = error
                ids.append(-1)
                continue
            for nth, operation in enumerate(_numbered(planned, sequence)):
                sequence += 1
                operations.append(operation)
                frame_id = replayer.apply(operation, sequence)
                if frame_id is not None and nth < len(planned.sketches):
                    ledger.sketch_ready(frame_id, planned.sketches[nth])
            ids.append(planned.frame_id)
        if not any(frame_id >= 0 for frame_id in ids):
            return ids
        records = [] if direct else _records(operations, self._sequence + 1)
        size = sum(map(len, records))
        if direct or size > self._room() or max(map(len, records)) > record_limit:
            self._commit(self._sequence)
            return ids
        self._append(b"".join(records))
        self._sequence = sequence
        self._uncommitted = True
        ledger.publish()
        return ids

    def _check_not_blocked(self) -> None:
        if self._blocked:
            raise DamagedFile(self.path.name, "a whole file", "a damaged one", hint=self._blocked)

    def _check_vector(self, change: Change) -> None:
        """Refuse an embedding that cannot join those in the file: later, it would keep every commit from working."""
        document = change.document if isinstance(change, Put | Update) else None
        if document is None or document.embedding is None:
            return
        waiting = next(iter(self.ledger.embeddings.values()), None)
        if self._vector_width is None:
            self._vector_width = read_vectors(self.store, self._state.toc)[1].shape[1]
        width = len(waiting) if waiting is not None else self._vector_width
        if width and width != len(document.embedding):
            raise EngineError(
                f"The capsule's vectors have {width} dimensions, the given one {len(document.embedding)}."
            )

    def _commit_when_full(self) -> EngineError | None:
        """Make room in the ring. What cannot be committed now stays in the WAL, as durable as before."""
        if self._head < WAL_COMMIT_FILL * self._state.header.wal_size:
            return None
        try:
            self._commit(self._sequence)
        except EngineError as error:
            self._forget_unwritten()
            return error
        return None

    def _room(self) -> int:
        return self._state.header.wal_size - self._head - WAL_KEEP_FREE

    def _append(self, records: bytes) -> None:
        """Write records at the head; the first header last, so that a killed process leaves all or nothing."""
        offset = self._state.header.wal_offset + self._head
        if not self._is_head_clear:
            # Applied or torn records may still stand here; a half overwritten one would stop the official reader.
            self.store.pwrite(offset, END_MARKER)
            self.store.sync()
        try:
            self.store.pwrite(offset + RECORD_HEAD, records[RECORD_HEAD:] + END_MARKER)
            self.store.pwrite(offset, records[:RECORD_HEAD])
            self.store.sync()
        except EngineError:
            with suppress(EngineError):
                self.store.pwrite(offset, END_MARKER)
            raise
        self._head += len(records)
        self._ring_end = self._head
        self._at_heads = END_MARKER, END_MARKER
        self._is_head_clear = True

    def _forget_unwritten(self) -> None:
        """A change failed half-way: the file says what is true."""
        try:
            self._adopt(self.store)
        except EngineError as error:
            self._blocked = f"The file could not be read again after a failed change: {error}"

    def commit(self) -> tuple[Committed | None, bool]:
        """Bring everything pending into the table of contents; None when there was nothing to do."""
        if not self._uncommitted:
            return None, False
        with self._exclusive() as reloaded:
            if not self._uncommitted:
                return None, reloaded
            self._check_not_blocked()
            try:
                return self._commit(self._sequence), reloaded
            except BaseException:
                self._forget_unwritten()
                raise

    def _commit(self, last_sequence: int) -> Committed:
        state = self._state
        done = commit(self.store, self.ledger, state, last_sequence)
        self._size, self._tail = done.size, done.tail
        self._payload_end = _payload_end(self.ledger)
        self._wal_sequence = self._sequence = last_sequence
        self._head = self._ring_end = 0
        self._at_heads = END_MARKER, END_MARKER
        self._is_head_clear = False
        self._uncommitted = self._undated = False
        self._vector_width = None
        # Everybody who scans the ring from here on finds it empty; should this not reach the disk, they find
        # records that the header says are applied.
        self.store.pwrite(state.header.wal_offset, END_MARKER)
        return done

    def close(self) -> None:
        """Give the file back. Nothing is written here."""
        self.store.close()


def _payload_end(ledger: Ledger) -> int:
    """Where the last content ends, the history included: what the official program compares with its ticket."""
    return max((frame.payload_offset + frame.payload_length for frame in ledger.frames), default=0)


def _records(operations: Sequence[FrameOperation], first: int) -> list[bytes]:
    """Operations that are flushed at once, as records; several say so, for whoever finds only some of them."""
    if len(operations) > 1:
        note = f"{first}-{first + len(operations) - 1}"
        operations = [
            replace(
                operation, extra_metadata=dict(sorted({**operation.extra_metadata, FLUSH_KEY: note}.items()))
            )
            for operation in operations
        ]
    return [
        encode_record(sequence, encode_entry(operation))
        for sequence, operation in enumerate(operations, first)
    ]


def _numbered(planned: Planned, sequence: int) -> Iterator[FrameOperation]:
    """The operations with the sequence numbers of parents filled in."""
    for position, operation in enumerate(planned.operations):
        parent = planned.parents.get(position)
        yield operation if parent is None else replace(operation, parent_sequence=sequence + 1 + parent)


def open_file(path: Path, *, read_only: bool) -> FileStore:
    """The file behind a capsule; raises CapsuleNotFound, StorageError."""
    if path.is_dir():
        raise StorageError(f"“{path.name}” is a folder, not a capsule. Choose a .mv2 or .mv2e file.")
    if not path.exists():
        raise CapsuleNotFound(f"There is no file “{path.name}” in {path.parent}.")
    if not read_only and not os.access(path, os.W_OK):
        raise StorageError(
            f"“{path.name}” cannot be changed: no permission. Open it read-only, or change the file's permissions."
        )
    return FileStore(path, writable=not read_only)


def memory_copy(path: Path) -> MemoryStore:
    """A capsule's bytes in memory: changed there, the file stays as it is."""
    store = FileStore(path, writable=False)
    try:
        return copy_of(store)
    finally:
        store.close()


def copy_of(store: ByteStore) -> MemoryStore:
    """All bytes as they were together: read while another program commits, they could be the old state without
    its pending changes.
    """
    while True:
        data = store.pread(0, store.size())
        if store.pread(0, HEADER_SIZE) == data[:HEADER_SIZE] and store.size() == len(data):
            return MemoryStore(data)
