"""The embedded WAL: records in a ring, written before they are in the TOC.

A region is scanned from its start to the end marker (48 zero bytes). The header of a record is covered by no
digest, so a scan trusts nothing in it that it can check, and reports damage instead of refusing everything.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

import numpy as np
from blake3 import blake3

from engine.errors import FormatError
from engine.format.enums import Encoding, EnrichmentState, Op, Role, encoding_of
from engine.format.manifests import LexFileManifest
from engine.format.metadata import ANY_COUNT, ChunkManifest, DocMetadata
from engine.format.reader import ByteReader, ByteWriter
from engine.limits import MAX_LIST, MIB

_SEQUENCE_BYTES: Final = 6
_MAX_HASHED: Final = 256 * MIB
"""What a search for a record hashes at most: bytes made for it could ask for the region's size squared."""

TAG_FRAME: Final = 0
TAG_LEX_SNAPSHOT: Final = 1

LexFile = LexFileManifest
"""A file of a full-text snapshot has the same four fields as in the TOC."""


@dataclass(frozen=True, slots=True)
class RecordHeader:
    """What stands in front of a payload. Sequence numbers start at 1."""

    sequence: int
    length: int
    checksum: bytes

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QI4x32s")
    SIZE: ClassVar[int] = 48

    def encode(self) -> bytes:
        """The 48 bytes."""
        out = ByteWriter("WAL record header")
        out.pack(self.LAYOUT, self.sequence, self.length, out.checked(self.checksum))
        return out.getvalue()

    @classmethod
    def decode(cls, data: bytes | bytearray | memoryview, base: int = 0) -> Self:
        """Read a header of 48 bytes; ``base`` is its offset in the region, for messages."""
        reader = ByteReader(data, "WAL record header", base)
        header = cls(*reader.unpack(cls.LAYOUT))
        reader.expect_end()
        return header


END_MARKER: Final = bytes(RecordHeader.SIZE)
"""What stands at the write head."""


@dataclass(frozen=True, slots=True)
class FrameOperation:
    """A frame to insert, or one to mark deleted.

    ``payload`` holds stored (compressed) bytes; with ``reuse_payload_from`` it must be empty.
    ``parent_sequence`` names the record of the parent. A tombstone needs only ``op`` and ``target_frame_id``.
    """

    timestamp: int = 0
    kind: str | None = None
    track: str | None = None
    payload: bytes = b""
    embedding: tuple[float, ...] | None = None
    uri: str | None = None
    title: str | None = None
    canonical_encoding: int = Encoding.PLAIN
    canonical_length: int | None = None
    metadata: DocMetadata | None = None
    search_text: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    extra_metadata: Mapping[str, str] = field(default_factory=dict)
    content_dates: tuple[str, ...] = ()
    chunk_manifest: ChunkManifest | None = None
    role: Role = Role.DOCUMENT
    parent_sequence: int | None = None
    chunk_index: int | None = None
    chunk_count: int | None = None
    op: Op = Op.INSERT
    target_frame_id: int | None = None
    supersedes_frame_id: int | None = None
    reuse_payload_from: int | None = None
    source_sha256: bytes | None = None
    source_path: str | None = None
    enrichment_state: EnrichmentState = EnrichmentState.ENRICHED

    @property
    def encoding(self) -> Encoding:
        """How the payload is stored."""
        return encoding_of(self.canonical_encoding)

    def encode_into(self, out: ByteWriter) -> None:
        out.i64(self.timestamp)
        out.option(self.kind, ByteWriter.string)
        out.option(self.track, ByteWriter.string)
        out.bytes_(self.payload)
        out.option(self.embedding, _write_embedding)
        out.option(self.uri, ByteWriter.string)
        out.option(self.title, ByteWriter.string)
        out.u32(self.canonical_encoding)
        out.option(self.canonical_length, ByteWriter.u64)
        out.option(self.metadata, ByteWriter.record)
        out.option(self.search_text, ByteWriter.string)
        out.strings(self.tags)
        out.strings(self.labels)
        out.map_str(self.extra_metadata)
        out.strings(self.content_dates)
        out.option(self.chunk_manifest, ByteWriter.record)
        out.enum(self.role)
        out.option(self.parent_sequence, ByteWriter.u64)
        out.option(self.chunk_index, ByteWriter.u32)
        out.option(self.chunk_count, ByteWriter.u32)
        out.enum(self.op)
        out.option(self.target_frame_id, ByteWriter.u64)
        out.option(self.supersedes_frame_id, ByteWriter.u64)
        out.option(self.reuse_payload_from, ByteWriter.u64)
        out.option(self.source_sha256, ByteWriter.digest)
        out.option(self.source_path, ByteWriter.string)
        out.enum(self.enrichment_state)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(
            timestamp=reader.i64(),
            kind=reader.option(ByteReader.string),
            track=reader.option(ByteReader.string),
            payload=reader.bytes_(),
            embedding=reader.option(_read_embedding),
            uri=reader.option(ByteReader.string),
            title=reader.option(ByteReader.string),
            canonical_encoding=reader.u32(),
            canonical_length=reader.option(ByteReader.u64),
            metadata=reader.option(DocMetadata.decode),
            search_text=reader.option(ByteReader.string),
            tags=reader.strings(ANY_COUNT),
            labels=reader.strings(ANY_COUNT),
            extra_metadata=reader.map_str(ANY_COUNT),
            content_dates=reader.strings(ANY_COUNT),
            chunk_manifest=reader.option(ChunkManifest.decode),
            role=reader.enum(Role),
            parent_sequence=reader.option(ByteReader.u64),
            chunk_index=reader.option(ByteReader.u32),
            chunk_count=reader.option(ByteReader.u32),
            op=reader.enum(Op),
            target_frame_id=reader.option(ByteReader.u64),
            supersedes_frame_id=reader.option(ByteReader.u64),
            reuse_payload_from=reader.option(ByteReader.u64),
            source_sha256=reader.option(ByteReader.digest),
            source_path=reader.option(ByteReader.string),
            enrichment_state=reader.enum(EnrichmentState),
        )


@dataclass(frozen=True, slots=True)
class LexSnapshot:
    """The official writer's note that it has rewritten its full-text files; it takes a sequence number."""

    generation: int
    doc_count: int
    checksum: bytes
    files: tuple[LexFile, ...] = ()

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQ32s")

    def encode_into(self, out: ByteWriter) -> None:
        out.pack(self.LAYOUT, self.generation, self.doc_count, out.checked(self.checksum))
        out.vec(self.files, ByteWriter.record)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        generation, doc_count, checksum = reader.unpack(cls.LAYOUT)
        files = reader.vec(LexFile.decode, MAX_LIST, item_size=8 + LexFile.LAYOUT.size)
        return cls(generation, doc_count, checksum, files)


WalEntry = FrameOperation | LexSnapshot


def encode_entry(entry: WalEntry) -> bytes:
    """The payload of a record. Raises FormatError for values that do not fit their fields."""
    out = ByteWriter("WAL entry")
    out.u32(TAG_FRAME if isinstance(entry, FrameOperation) else TAG_LEX_SNAPSHOT)
    out.record(entry)
    return out.getvalue()


def decode_entry(payload: bytes | bytearray | memoryview) -> WalEntry:
    """Read a record's payload; an older variant is a frame operation without the tag. Raises FormatError."""
    reader = ByteReader(payload, "WAL entry")
    try:
        return _decode_tagged(reader)
    except FormatError as problem:
        reader.position = 0
        try:
            operation = FrameOperation.decode(reader)
            reader.expect_end()
        except FormatError:
            raise problem from None
        return operation


def _decode_tagged(reader: ByteReader) -> WalEntry:
    tag = reader.u32()
    entry: WalEntry
    if tag == TAG_FRAME:
        entry = FrameOperation.decode(reader)
    elif tag == TAG_LEX_SNAPSHOT:
        entry = LexSnapshot.decode(reader)
    else:
        reader.position = 0
        raise reader.error("a frame operation (0) or a full-text snapshot (1)", str(tag))
    reader.expect_end()
    return entry


@dataclass(frozen=True, slots=True)
class WalRecord:
    """A record whose digest is right; ``offset`` is that of its header in the region."""

    sequence: int
    payload: bytes
    offset: int

    @property
    def end(self) -> int:
        """Offset behind the record."""
        return self.offset + RecordHeader.SIZE + len(self.payload)


@dataclass(frozen=True, slots=True)
class DamagedRecord:
    """Something at ``offset`` of the region that is no whole record; ``sequence`` is what it claims."""

    sequence: int
    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a WAL region holds.

    ``end`` is the write head: the offset behind the last whole record, where a new one may go (over the end
    marker or a torn tail). ``stopped_at`` is where the scan ended; it is larger than ``end`` when damage
    follows the last whole record.
    """

    records: list[WalRecord]
    end: int
    damaged: list[DamagedRecord]
    stopped_at: int


def encode_record(sequence: int, payload: bytes) -> bytes:
    """Header and payload of one record, without the end marker."""
    return RecordHeader(sequence, len(payload), blake3(payload).digest()).encode() + payload


def scan(region: bytes | bytearray | memoryview, start: int = 0) -> ScanResult:
    """Read all records from ``start`` to the end marker, or to where fewer than 48 bytes are left.

    A wrong digest or an empty payload is noted in ``damaged`` and the scan goes on behind it, as its length
    may be right all the same; a length that leaves the region ends the scan.
    """
    view = memoryview(region)
    size = len(view)
    head = RecordHeader.SIZE
    records: list[WalRecord] = []
    damaged: list[DamagedRecord] = []
    at = end = start
    while at + head <= size:
        sequence, length, checksum = RecordHeader.LAYOUT.unpack_from(view, at)
        if sequence == 0 and length == 0:
            break
        after = at + head + length
        if after > size:
            reason = f"its {length} bytes do not fit the {size - at - head} that are left of the region"
            damaged.append(DamagedRecord(sequence, at, reason))
            break
        payload = bytes(view[at + head : after])
        if length == 0:
            damaged.append(DamagedRecord(sequence, at, "it has no payload"))
        elif blake3(payload).digest() != checksum:
            damaged.append(DamagedRecord(sequence, at, "its digest does not match its bytes"))
        else:
            records.append(WalRecord(sequence, payload, at))
            end = after
        at = after
    return ScanResult(records, end, damaged, at)


def find_record(region: bytes | bytearray | memoryview, start: int = 0) -> int | None:
    """Where the first whole record at or behind ``start`` begins, wherever that is; None when there is none.

    For what a scan cannot reach: the official writer sometimes puts its end marker over the first pending record.
    Applied records of earlier rounds are found as well; their sequence numbers tell.
    """
    view = memoryview(region)[start:]
    data = np.frombuffer(view, np.uint8)
    count = len(data) - RecordHeader.SIZE
    if count <= 0:
        return None
    # Of the header, 4 bytes are always zero and so are the upper ones of any sequence number that can be reached.
    is_zero = data == 0
    plausible = np.ones(count, np.bool_)
    for at in (*range(_SEQUENCE_BYTES, 8), *range(12, 16)):
        plausible &= is_zero[at : at + count]
    # Sequence and length, on the other hand, are never zero: without this, empty space would be all candidates.
    for first, last in ((0, _SEQUENCE_BYTES), (8, 12)):
        empty = is_zero[first : first + count].copy()
        for at in range(first + 1, last):
            empty &= is_zero[at : at + count]
        plausible &= ~empty
    hashed = 0
    for at in np.flatnonzero(plausible).tolist():
        sequence, length, checksum = RecordHeader.LAYOUT.unpack_from(view, at)
        if sequence == 0 or not 0 < length <= count - at:
            continue
        hashed += length
        if hashed > _MAX_HASHED:
            return None
        payload = at + RecordHeader.SIZE
        if blake3(view[payload : payload + length]).digest() == checksum:
            return start + at
    return None


def _write_embedding(out: ByteWriter, values: tuple[float, ...]) -> None:
    out.u64(len(values))
    try:
        out.raw(struct.pack(f"<{len(values)}f", *values))
    except (struct.error, OverflowError) as problem:
        raise FormatError("WAL entry, embedding", "32-bit floats", str(problem)) from None


def _read_embedding(reader: ByteReader) -> tuple[float, ...]:
    count = reader.count(ANY_COUNT, item_size=4)
    return struct.unpack(f"<{count}f", reader.raw(4 * count))
