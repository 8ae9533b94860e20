"""The log of revisions: what changed, when, by whom, chained by hashes. And its block in the file.

The block is the payload of a carrier frame (see ``carriers``). Layout, little endian::

    4   magic "MVSH"
    2   version (1)
    2   zero
    16  capsule id, random, given once
    32  head hash: end of the chain
    8   last WAL sequence that this block contains
    8   frames the history accounts for
    8   number of revisions n
    8   length of what follows, decoded
    ..  zstd: ms i64[n], operation u8[n], flags u8[n], frame u32[n], author u16[n], batch u32[n],
        leaf 16 bytes[n], then u32 count and (u16 length, UTF-8) per author

Chain: hash(r) = blake3(hash(r-1) | r u64 | ms i64 | operation u8 | author length u16, author | leaf(r)),
hash(0) = 32 zero bytes. leaf = first 16 bytes of blake3(frame u64 | digest of the decoded content |
digest of uri, title, timestamp, tags): re-coding and moving a payload changes nothing here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import zstandard
from blake3 import blake3

from engine.errors import FormatError
from engine.limits import MAX_FRAMES
from engine.store.columns import Column
from engine.types import Operation

MAGIC: Final = b"MVSH"
VERSION: Final = 1
HEAD: Final = struct.Struct("<4sHH16s32sQQQQ")
LEAF_SIZE: Final = 16
NO_BATCH: Final = 0

ESTIMATED: Final = 1
"""The file did not say when: the time is a guess."""
EXTERNAL: Final = 2
"""Another program made this change; it was found in the file afterwards."""

OPERATIONS: Final = (
    Operation.PUT,
    Operation.UPDATE,
    Operation.TAG,
    Operation.DELETE,
    Operation.RESTORE,
    Operation.EXTRACTED,
)
CODE_OF: Final = {operation: code for code, operation in enumerate(OPERATIONS)}

MAX_REVISIONS: Final = 4 * MAX_FRAMES
ROW_BYTES: Final = 8 + 1 + 1 + 4 + 2 + 4 + LEAF_SIZE


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision. ``batch`` is the first revision of its batch, 0 for none."""

    ms: int
    operation: Operation
    frame_id: int
    author: str
    batch: int
    flags: int
    leaf: bytes


class History:
    """Revision r (from 1) is row r - 1. One thread appends, any number read."""

    def __init__(self, capsule_id: bytes) -> None:
        self.capsule_id = capsule_id
        self.ms = Column(np.int64)
        self.operation = Column(np.uint8)
        self.flags = Column(np.uint8)
        self.frame = Column(np.int64)
        self.author = Column(np.uint16)
        self.batch = Column(np.int64)
        self.leaves = bytearray()
        self.authors: list[str] = [""]
        self._author_index: dict[str, int] = {"": 0}
        self._hash = bytes(32)
        self._hashed = 0

    def __len__(self) -> int:
        """The newest revision."""
        return len(self.batch)

    def append(self, entry: Entry) -> int:
        """Add a revision, returns its number. The time is raised if needed: it never decreases."""
        author = self._author_index.get(entry.author)
        if author is None:
            if len(self.authors) >= 65_535:
                author = 0
            else:
                author = len(self.authors)
                self.authors.append(entry.author)
                self._author_index[entry.author] = author
        self.ms.append(max(entry.ms, self.last_ms))
        self.operation.append(CODE_OF[entry.operation])
        self.flags.append(entry.flags)
        self.frame.append(entry.frame_id)
        self.author.append(author)
        self.leaves += entry.leaf.ljust(LEAF_SIZE, b"\0")[:LEAF_SIZE]
        self.batch.append(entry.batch)
        return len(self)

    @property
    def last_ms(self) -> int:
        """Time of the newest revision, milliseconds; very early when there is none."""
        return int(self.ms[len(self.ms) - 1]) if len(self.ms) else -(2**62)

    def entry(self, revision: int) -> Entry:
        """Revision ``revision`` (from 1)."""
        row = revision - 1
        return Entry(
            int(self.ms[row]),
            OPERATIONS[int(self.operation[row])],
            int(self.frame[row]),
            self.authors[int(self.author[row])],
            int(self.batch[row]),
            int(self.flags[row]),
            bytes(self.leaves[row * LEAF_SIZE : (row + 1) * LEAF_SIZE]),
        )

    def set_leaf(self, revision: int, leaf: bytes) -> None:
        """Fill in the leaf of a revision whose hash has not been asked for yet."""
        if revision <= self._hashed:
            raise ValueError(f"revision {revision} is already part of the chain")
        at = (revision - 1) * LEAF_SIZE
        self.leaves[at : at + LEAF_SIZE] = leaf

    def without_leaf(self) -> list[int]:
        """Revisions not yet in the chain whose leaf is still to be computed."""
        empty = bytes(LEAF_SIZE)
        return [
            revision
            for revision in range(self._hashed + 1, len(self) + 1)
            if self.leaves[(revision - 1) * LEAF_SIZE : revision * LEAF_SIZE] == empty
        ]

    def head_hash(self) -> bytes:
        """The end of the chain over all revisions."""
        while self._hashed < len(self):
            self._hash = self._next_hash(self._hash, self._hashed + 1)
            self._hashed += 1
        return self._hash

    def computed_head(self) -> bytes:
        """The chain walked from its beginning, trusting nothing remembered."""
        value = bytes(32)
        for revision in range(1, len(self) + 1):
            value = self._next_hash(value, revision)
        return value

    def _next_hash(self, previous: bytes, revision: int) -> bytes:
        row = revision - 1
        author = self.authors[int(self.author[row])].encode("utf-8")
        head = struct.pack(
            "<QqBH", revision, int(self.ms[row]), int(self.operation[row]), min(len(author), 65_535)
        )
        leaf = bytes(self.leaves[row * LEAF_SIZE : (row + 1) * LEAF_SIZE])
        return blake3(previous + head + author[:65_535] + leaf).digest()

    def encode(self, *, wal_sequence: int, frame_count: int) -> bytes:
        """The block as it stands in the file."""
        count = len(self)
        names = b"".join(
            struct.pack("<H", len(raw)) + raw
            for raw in (name.encode("utf-8")[:65_535] for name in self.authors)
        )
        body = b"".join(
            (
                self.ms.view.astype("<i8").tobytes(),
                self.operation.view.tobytes(),
                self.flags.view.tobytes(),
                self.frame.view.astype("<u4").tobytes(),
                self.author.view.astype("<u2").tobytes(),
                self.batch.view.astype("<u4").tobytes(),
                bytes(self.leaves),
                struct.pack("<I", len(self.authors)),
                names,
            )
        )
        head = HEAD.pack(
            MAGIC, VERSION, 0, self.capsule_id, self.head_hash(), wal_sequence, frame_count, count, len(body)
        )
        return head + zstandard.ZstdCompressor(level=3).compress(body)


@dataclass(frozen=True, slots=True)
class HistoryBlock:
    """What a block holds."""

    history: History
    head_hash: bytes
    wal_sequence: int
    frame_count: int


def decode_block(data: bytes) -> HistoryBlock:
    """Read a block; raises FormatError for anything that is not one. The chain is not recomputed here."""
    where = "history block"
    if len(data) < HEAD.size:
        raise FormatError(where, f"{HEAD.size} bytes of head", f"{len(data)} bytes")
    magic, version, _, capsule_id, head, sequence, frames, count, size = HEAD.unpack_from(data)
    if magic != MAGIC:
        raise FormatError(where, repr(MAGIC), repr(magic))
    if version != VERSION:
        raise FormatError(where, f"version {VERSION}", f"version {version}")
    if count > MAX_REVISIONS or frames > MAX_FRAMES:
        raise FormatError(
            where, f"at most {MAX_REVISIONS} revisions", f"{count} revisions of {frames} frames"
        )
    if not count * ROW_BYTES + 4 <= size <= count * ROW_BYTES + 4 + 65_536 * 257:
        raise FormatError(where, f"{count} rows of {ROW_BYTES} bytes and the authors", f"{size} bytes")
    try:
        reader = zstandard.ZstdDecompressor().stream_reader(data[HEAD.size :])
        body = reader.read(size + 1)
    except zstandard.ZstdError as error:
        raise FormatError(where, "a zstd stream", str(error)) from None
    if len(body) != size:
        raise FormatError(where, f"{size} decoded bytes", f"{len(body)}")
    history = History(capsule_id)
    at = 0

    def column(dtype: str) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
        nonlocal at
        found = np.frombuffer(body, dtype, count, at)
        at += found.nbytes
        return found

    history.ms = Column(np.int64, column("<i8"))
    history.operation = Column(np.uint8, column("u1"))
    history.flags = Column(np.uint8, column("u1"))
    history.frame = Column(np.int64, column("<u4"))
    history.author = Column(np.uint16, column("<u2"))
    history.batch = Column(np.int64, column("<u4"))
    history.leaves = bytearray(body[at : at + count * LEAF_SIZE])
    at += count * LEAF_SIZE
    history.authors = _read_authors(body[at:])
    history._author_index = {name: index for index, name in enumerate(history.authors)}
    _check_columns(history, frames)
    history._hash, history._hashed = head, count
    return HistoryBlock(history, head, sequence, frames)


def _read_authors(data: bytes) -> list[str]:
    where = "history block, authors"
    (count,) = struct.unpack_from("<I", data)
    at = 4
    names: list[str] = []
    for _ in range(min(count, 65_535)):
        if at + 2 > len(data):
            raise FormatError(where, f"{count} names", f"{len(names)}")
        (length,) = struct.unpack_from("<H", data, at)
        raw = data[at + 2 : at + 2 + length]
        if len(raw) != length:
            raise FormatError(where, f"a name of {length} bytes", f"{len(raw)} bytes")
        names.append(raw.decode("utf-8", "replace"))
        at += 2 + length
    if at != len(data) or not names:
        raise FormatError(where, "names up to the end", f"{len(data) - at} bytes more")
    return names


def _check_columns(history: History, frames: int) -> None:
    where = "history block"
    if not len(history):
        return
    if np.any(np.diff(history.ms.view) < 0):
        raise FormatError(where, "times that never decrease", "a time before its predecessor")
    if int(history.operation.view.max()) >= len(OPERATIONS):
        raise FormatError(
            where, f"operations below {len(OPERATIONS)}", str(int(history.operation.view.max()))
        )
    if int(history.frame.view.max()) >= frames:
        raise FormatError(where, f"frames below {frames}", str(int(history.frame.view.max())))
    if int(history.author.view.max()) >= len(history.authors):
        raise FormatError(where, f"authors below {len(history.authors)}", str(int(history.author.view.max())))


def leaf_of(
    frame_id: int,
    content_digest: bytes,
    uri: str | None,
    title: str | None,
    timestamp: int,
    tags: Sequence[str],
) -> bytes:
    """What the chain keeps of a frame: 16 bytes that change with its content or its description."""
    described = blake3()
    for text in (uri or "", title or "", str(timestamp), *tags):
        raw = text.encode("utf-8", "surrogatepass")
        described.update(struct.pack("<I", len(raw)) + raw)
    return blake3(struct.pack("<Q", frame_id) + content_digest + described.digest()).digest()[:LEAF_SIZE]
