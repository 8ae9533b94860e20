"""Finding the newest whole state of a file, reading nothing but bytes: no lock, no write.

Order of trust: a footer at the very end; the newest footer before it whose TOC matches its digest; both only if
the header names that TOC too or what it lists is where it says. Then the TOC that the header names, by its own
digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from blake3 import blake3

from engine.errors import DamagedFile, FormatError, NotACapsule
from engine.format.footer import Footer, find_footers
from engine.format.header import Header
from engine.format.toc import Toc, is_self_checked_toc
from engine.format.wal import (
    END_MARKER,
    FrameOperation,
    ScanResult,
    WalEntry,
    WalRecord,
    decode_entry,
    find_record,
    scan,
)
from engine.limits import HEADER_SIZE, MAX_TOC_BYTES
from engine.store.bytestore import ByteStore
from engine.store.frames import FLUSH_KEY

FOOTER_SIZE: Final = Footer.SIZE
READ_ATTEMPTS: Final = 5
SEARCH_STEP: Final = 4 * 1024 * 1024
SEARCH_HASHED: Final = 2 * MAX_TOC_BYTES
SEARCH_STEP_COST: Final = 4096
"""What it costs to look at a footer, in bytes that could have been hashed instead."""
SEARCH_RING: Final = 64 * 1024 * 1024
"""Where a record is looked for that a scan does not reach: the largest documents in the ring are far smaller."""


@dataclass(slots=True)
class Snapshot:
    """One state of a file as read. ``pending``: operations of the WAL that the TOC does not hold, with sequences.

    ``hidden``: records that fill the ring behind a marker at its very start. ``notes`` says in words
    what was not as it should be, though nothing was lost by it; ``lost`` what was; ``ring_problem`` why the ring
    cannot be written to.
    """

    header: Header
    toc: Toc
    toc_offset: int
    generation: int
    frame_bytes: list[bytes]
    size: int
    tail: bytes
    scan: ScanResult
    hidden: tuple[WalRecord, ...] = ()
    notes: list[str] = field(default_factory=list)
    lost: str = ""
    ring_problem: str = ""


def read_header(store: ByteStore) -> Header:
    """The header; raises NotACapsule or FormatError."""
    head = store.pread(0, HEADER_SIZE)
    if not head:
        raise NotACapsule("capsule", "a capsule (.mv2)", "an empty file")
    return Header.decode(head)


def read_snapshot(store: ByteStore) -> Snapshot:
    """Read the newest whole state. Raises NotACapsule, UnsupportedVersion or DamagedFile."""
    header, size, newest, region, notes = _read_at_once(store)
    toc_offset, data = newest.offset, newest.data
    starts: list[int] = []
    try:
        toc = Toc.decode(data, base=toc_offset, frame_starts=starts)
    except FormatError as error:
        raise _damaged(size, str(error)) from error
    frame_bytes = [data[start:end] for start, end in pairwise(starts)]
    for position, frame in enumerate(toc.frames):
        if frame.id != position:
            raise DamagedFile("table of contents", f"frame {position} in its place", f"frame {frame.id}")
    lost = ""
    if toc_offset < header.footer_offset and toc.toc_checksum != header.toc_checksum:
        # The header is written when its table of contents is safe: that one was whole once.
        if not toc.frames:
            raise _damaged(size, "only an older one, of the empty capsule")
        lost = "The newest table of contents is damaged. What is shown is an older state of the capsule."
    tail = store.pread(max(0, size - FOOTER_SIZE), FOOTER_SIZE)
    room = max(0, _ring_room(toc, toc_offset, size) - header.wal_offset)
    ring_problem = ""
    if room < header.wal_size:
        region = region[:room]
        ring_problem = (
            f"The header says that the journal (WAL) has {header.wal_size:,} bytes from {header.wal_offset:,} on, "
            f"but only {room:,} of them belong to it."
        )
    return Snapshot(
        header=header,
        toc=toc,
        toc_offset=toc_offset,
        generation=newest.generation,
        frame_bytes=frame_bytes,
        size=size,
        tail=tail,
        scan=scan(region),
        hidden=_behind_marker(region),
        notes=notes,
        lost=lost,
        ring_problem=ring_problem,
    )


def _ring_room(toc: Toc, toc_offset: int, size: int) -> int:
    """Where the ring has to end: nothing that the table of contents names lies in it.

    Only what the official program moves when it makes the ring larger: the offsets of sketches, memories, mesh,
    pictures and sessions may be out of date, and say nothing then.
    """
    catalog, indexes = toc.segment_catalog, toc.indexes
    segments = [segment.common for segment in catalog.lex_segments]
    segments += [segment.common for segment in catalog.vec_segments]
    segments += [segment.common for segment in catalog.time_segments]
    segments += [segment.common for segment in catalog.temporal_segments]
    segments += [segment.common for segment in catalog.tantivy_segments]
    ranges = [(frame.payload_offset, frame.payload_length) for frame in toc.frames]
    ranges += [(segment.offset, segment.length) for segment in segments]
    ranges += [(file.offset, file.length) for file in indexes.lex_segments]
    ranges += [
        (manifest.offset, manifest.length)
        for manifest in (indexes.lex, indexes.vec, toc.time_index, toc.temporal_track)
        if manifest is not None
    ]
    return min(size, toc_offset, *(offset for offset, length in ranges if offset and length))


def _behind_marker(region: bytes) -> tuple[WalRecord, ...]:
    """Whole records up to the very end of a ring that begins with an end marker, where no scan reaches them.

    When less than a marker's room is left behind the last record, the official program puts the marker at the
    start, over the first pending one. We always leave that room.
    """
    if region[: len(END_MARKER)] != END_MARKER:
        return ()
    at = find_record(region[:SEARCH_RING], len(END_MARKER))
    if at is None:
        return ()
    found = scan(region, at)
    return tuple(found.records) if len(region) - found.stopped_at < len(END_MARKER) else ()


def _read_at_once(store: ByteStore) -> tuple[Header, int, _Found, bytes, list[str]]:
    """Header, size of the file, newest TOC and ring, as they were together, and what was odd.

    Whoever commits writes the header and then empties the ring: read in between, changes would be missing.
    """
    attempts = READ_ATTEMPTS
    while True:
        header, size = read_header(store), store.size()
        notes: list[str] = []
        newest = _find_toc(store, header, size, notes)
        region = store.pread(header.wal_offset, min(header.wal_size, MAX_TOC_BYTES))
        attempts -= 1
        if not attempts or read_header(store) == header:
            return header, size, newest, region, notes


@dataclass(frozen=True, slots=True)
class _Found:
    """A table of contents: where it lies, its bytes, the generation its footer names."""

    offset: int
    data: bytes
    generation: int


def _find_toc(store: ByteStore, header: Header, size: int, notes: list[str]) -> _Found:
    """The newest table of contents that is one of this file."""
    budget = _Budget()
    last = _footer_at(store, size - FOOTER_SIZE, size, budget)
    if last is not None and (last.offset == header.footer_offset or _is_of_this_file(store, last, budget)):
        if last.offset != header.footer_offset:
            notes.append("The header points to another table of contents; the newest one was taken.")
        return last
    found, doubtful = None, last
    for candidate in _search_footers(store, size, budget):
        if candidate.offset == header.footer_offset or _is_of_this_file(store, candidate, budget):
            found = candidate
            break
        doubtful = doubtful or candidate
    if found is None or found.offset < header.footer_offset:
        # The header is written after the table of contents is safe, but may reach the disk before the footer does.
        bare = _toc_of_header(store, header, size)
        if bare is not None:
            notes.append("The table of contents has no footer; its own digest proves it.")
            return bare if found is None else replace(bare, generation=found.generation + 1)
    found = found or doubtful
    if found is None:
        raise _damaged(size, "")
    notes.append("There are bytes behind the last complete state; the newest complete state was taken.")
    return found


def _damaged(size: int, why: str) -> DamagedFile:
    return DamagedFile(
        "The list of what it holds (its table of contents)",
        "a complete one that matches its digest",
        why or f"none in the {size:,} bytes of this file",
        hint="Its documents cannot be shown without it. Restore the file from a backup, and keep this copy: "
        "the content before the damage may still be in it",
    )


class _Budget:
    """What a search may look at, bytes. Footers made for it could each ask for all of the file to be hashed."""

    def __init__(self) -> None:
        self.left = SEARCH_HASHED

    def take(self, size: int) -> bool:
        self.left -= size + SEARCH_STEP_COST
        return self.left >= 0


def _footer_at(store: ByteStore, offset: int, size: int, budget: _Budget) -> _Found | None:
    """The TOC in front of a footer at ``offset``, if both are whole."""
    if offset < HEADER_SIZE:
        return None
    try:
        footer = Footer.decode(store.pread(offset, FOOTER_SIZE), offset)
    except FormatError:
        return None
    start = offset - footer.toc_length
    if footer.toc_length > MAX_TOC_BYTES or start < HEADER_SIZE or offset + FOOTER_SIZE > size:
        return None
    if not budget.take(footer.toc_length):
        return None
    data = store.pread(start, footer.toc_length)
    if len(data) != footer.toc_length or blake3(data).digest() != footer.toc_hash:
        return None
    return _Found(start, data, footer.generation)


def _is_of_this_file(store: ByteStore, found: _Found, budget: _Budget) -> bool:
    """Whether what a TOC names lies where it says. One inside a capsule that was put in as a document does not."""
    try:
        toc = Toc.decode(found.data, base=found.offset)
    except FormatError:
        return False
    named = [manifest for manifest in (toc.time_index, toc.sketch_track) if manifest is not None]
    return bool(named) and all(
        manifest.offset + manifest.length <= found.offset
        and budget.take(manifest.length)
        and blake3(store.pread(manifest.offset, manifest.length)).digest() == manifest.checksum
        for manifest in named
    )


def _search_footers(store: ByteStore, size: int, budget: _Budget) -> Iterator[_Found]:
    """Whole states before the end of the file, newest first, searched in steps that overlap by a footer."""
    end = size
    while end > HEADER_SIZE:
        start = max(HEADER_SIZE, end - SEARCH_STEP)
        window = store.pread(start, min(end + FOOTER_SIZE, size) - start)
        for offset, _ in find_footers(window, start):
            if not budget.take(0):
                return
            found = _footer_at(store, offset, size, budget)
            if found is not None:
                yield found
        end = start


def _toc_of_header(store: ByteStore, header: Header, size: int) -> _Found | None:
    """The TOC that the header names, with or without a footer behind; its own digest says where it ends."""
    offset = header.footer_offset
    if not HEADER_SIZE <= offset < size:
        return None
    data = store.pread(offset, min(size - offset, MAX_TOC_BYTES))
    ends = [len(data) - FOOTER_SIZE, len(data)]
    at = data.find(header.toc_checksum)
    if at >= 0:
        ends.insert(0, at + len(header.toc_checksum))
    for end in ends:
        if end > 0 and is_self_checked_toc(data[:end]):
            return _Found(offset, data[:end], 0)
    return None


@dataclass(frozen=True, slots=True)
class Pending:
    """Records the TOC does not hold yet. ``end``: where the next one goes in the ring.

    ``problem`` says why some that seem to be there cannot be applied.
    """

    operations: tuple[tuple[int, FrameOperation], ...]
    last_sequence: int
    end: int = 0
    problem: str = ""


def pending_operations(found: ScanResult, applied: int) -> Pending:
    """What is to be applied on top of sequence ``applied``: consecutive whole records, in order.

    Records that were written together count together: when some of them did not reach the disk, nobody was told
    that they had, and the others are left out too. Any other gap is a problem.
    """
    kept: list[tuple[WalRecord, WalEntry, tuple[int, int]]] = []
    expected = applied + 1
    problem = ""
    for record in found.records:
        if record.sequence <= applied:
            continue
        try:
            entry = decode_entry(record.payload)
        except FormatError as error:
            problem = f"Pending change {record.sequence} cannot be read: {error}."
            break
        flush = _written_together(entry, record.sequence)
        if record.sequence == expected:
            kept.append((record, entry, flush))
            expected += 1
        elif not flush[0] <= expected <= flush[1]:
            problem = f"Pending change {expected} is missing or damaged, {record.sequence} follows it."
            break
    while kept and kept[-1][2][1] >= expected:
        kept.pop()
    last = kept[-1][0] if kept else None
    return Pending(
        tuple((record.sequence, entry) for record, entry, _ in kept if isinstance(entry, FrameOperation)),
        applied if last is None else last.sequence,
        0 if last is None else last.end,
        problem,
    )


def hidden_problem(records: tuple[WalRecord, ...], applied: int) -> str:
    """Why ``records``, which stand behind a marker at the start of the ring, keep it from being written to.

    They have to follow what is applied, but for the one under the marker, and each other: a torn write can leave any
    number in the header of an old record.
    """
    pending = [record.sequence for record in records if record.sequence > applied]
    if not pending or pending != list(range(pending[0], pending[0] + len(pending))):
        return ""
    if pending[0] > applied + 2:
        return ""
    return (
        f"Changes {applied + 1} to {pending[-1]} are cut off by a mark in the journal (WAL) that another program put "
        "over them; they are not shown."
    )


def _written_together(entry: WalEntry, sequence: int) -> tuple[int, int]:
    """First and last sequence of the records that were flushed at once with this one."""
    note = entry.extra_metadata.get(FLUSH_KEY, "") if isinstance(entry, FrameOperation) else ""
    first, _, last = note.partition("-")
    if first.isdecimal() and last.isdecimal() and int(first) <= sequence <= int(last):
        return int(first), int(last)
    return sequence, sequence
