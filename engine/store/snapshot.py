"""Finding the newest whole state of a file, reading nothing but bytes: no lock, no write.

Order of trust: a footer at the very end; the newest footer before it whose TOC matches its digest; a TOC at the
header's offset, or anywhere in the last part of the file, that carries its own digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from blake3 import blake3

from engine.errors import DamagedFile, FormatError, NotACapsule
from engine.format.footer import Footer, find_footers
from engine.format.header import Header
from engine.format.toc import Toc, is_self_checked_toc
from engine.format.wal import FrameOperation, ScanResult, decode_entry, scan
from engine.limits import FOOTER_SEARCH_BYTES, HEADER_SIZE, MAX_TOC_BYTES
from engine.store.bytestore import ByteStore

FOOTER_SIZE: Final = Footer.SIZE
SEARCH_STEP: Final = 4 * 1024 * 1024


@dataclass(slots=True)
class Snapshot:
    """One state of a file as read. ``pending``: operations of the WAL that the TOC does not hold, with sequences.

    ``notes`` says in words what was not as it should be, though nothing was lost by it; ``lost`` what was.
    """

    header: Header
    toc: Toc
    toc_offset: int
    generation: int
    frame_bytes: list[bytes]
    size: int
    tail: bytes
    scan: ScanResult
    notes: list[str] = field(default_factory=list)


def read_header(store: ByteStore) -> Header:
    """The header; raises NotACapsule or FormatError."""
    head = store.pread(0, HEADER_SIZE)
    if not head:
        raise NotACapsule("capsule", "a capsule (.mv2)", "an empty file")
    return Header.decode(head)


def read_snapshot(store: ByteStore) -> Snapshot:
    """Read the newest whole state. Raises NotACapsule, UnsupportedVersion or DamagedFile."""
    header = read_header(store)
    size = store.size()
    notes: list[str] = []
    toc_offset, data, generation = _find_toc(store, header, size, notes)
    starts: list[int] = []
    try:
        toc = Toc.decode(data, base=toc_offset, frame_starts=starts)
    except FormatError as error:
        raise _damaged(size, str(error)) from error
    frame_bytes = [data[start:end] for start, end in pairwise(starts)]
    for position, frame in enumerate(toc.frames):
        if frame.id != position:
            raise DamagedFile("table of contents", f"frame {position} in its place", f"frame {frame.id}")
    region = store.pread(header.wal_offset, min(header.wal_size, MAX_TOC_BYTES))
    found = scan(region)
    return Snapshot(
        header, toc, toc_offset, generation, frame_bytes, size, store.pread(max(0, size - FOOTER_SIZE), FOOTER_SIZE),
        found, notes,
    )  # fmt: skip


def _find_toc(store: ByteStore, header: Header, size: int, notes: list[str]) -> tuple[int, bytes, int]:
    """Where the newest TOC lies, its bytes and its generation."""
    checked: set[int] = set()
    last = _footer_at(store, size - FOOTER_SIZE, size, checked)
    if last is not None:
        if last[0] != header.footer_offset:
            notes.append("The header points to an older table of contents; the newest one was taken.")
        return last
    notes.append("There are bytes behind the last complete state; the newest complete state was taken.")
    found = _search_footers(store, size, checked)
    if found is not None:
        return found
    bare = _bare_toc(store, header.footer_offset, size)
    if bare is not None:
        notes.append("The table of contents has no footer; its own digest proves it.")
        return header.footer_offset, bare, 0
    raise _damaged(size, "")


def _damaged(size: int, why: str) -> DamagedFile:
    return DamagedFile(
        "The list of what it holds (its table of contents)",
        "a complete one that matches its digest",
        why or f"none in the {size:,} bytes of this file",
        hint="Its documents cannot be shown without it. Restore the file from a backup, and keep this copy: "
        "the content before the damage may still be in it",
    )


def _footer_at(store: ByteStore, offset: int, size: int, checked: set[int]) -> tuple[int, bytes, int] | None:
    """The TOC in front of a footer at ``offset``, if both are whole."""
    if offset < HEADER_SIZE or offset in checked:
        return None
    checked.add(offset)
    try:
        footer = Footer.decode(store.pread(offset, FOOTER_SIZE), offset)
    except FormatError:
        return None
    start = offset - footer.toc_length
    if footer.toc_length > MAX_TOC_BYTES or start < HEADER_SIZE or offset + FOOTER_SIZE > size:
        return None
    data = store.pread(start, footer.toc_length)
    if len(data) != footer.toc_length or blake3(data).digest() != footer.toc_hash:
        return None
    return start, data, footer.generation


def _search_footers(store: ByteStore, size: int, checked: set[int]) -> tuple[int, bytes, int] | None:
    """The newest whole state before the end of the file, searched backwards in steps that overlap by a footer."""
    end = size
    while end > HEADER_SIZE:
        start = max(HEADER_SIZE, end - SEARCH_STEP)
        window = store.pread(start, min(end + FOOTER_SIZE, size) - start)
        for offset, _ in find_footers(window, start):
            found = _footer_at(store, offset, size, checked)
            if found is not None:
                return found
        end = start
    return None


def _bare_toc(store: ByteStore, offset: int, size: int) -> bytes | None:
    """A TOC at the header's offset that ends where its own digest says, with or without a broken footer behind."""
    if not HEADER_SIZE <= offset < size:
        return None
    data = store.pread(offset, min(size - offset, FOOTER_SEARCH_BYTES))
    for end in (len(data) - FOOTER_SIZE, len(data)):
        if end > 0 and is_self_checked_toc(data[:end]):
            return data[:end]
    return None


@dataclass(frozen=True, slots=True)
class Pending:
    """Records the TOC does not hold yet. ``problem`` says why some that seem to be there cannot be applied."""

    operations: tuple[tuple[int, FrameOperation], ...]
    last_sequence: int
    problem: str = ""


def pending_operations(found: ScanResult, applied: int) -> Pending:
    """What is to be applied on top of sequence ``applied``: consecutive whole records, in order.

    A torn record at the end was never acknowledged and is left out; damage with more behind it is a problem.
    """
    operations: list[tuple[int, FrameOperation]] = []
    expected = applied + 1
    for record in found.records:
        if record.sequence <= applied:
            continue
        if record.sequence != expected:
            return Pending(
                tuple(operations),
                expected - 1,
                f"Pending change {expected} is missing or damaged, {record.sequence} follows it.",
            )
        entry = decode_entry(record.payload)
        if isinstance(entry, FrameOperation):
            operations.append((record.sequence, entry))
        expected += 1
    return Pending(tuple(operations), expected - 1)
