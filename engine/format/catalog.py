"""The segment catalog: per-batch index pieces. Only the Tantivy list is ever used for searching."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

from engine.format.manifests import VectorCompression
from engine.format.reader import ByteReader, ByteWriter
from engine.limits import MAX_LIST


class SegmentCompression(IntEnum):
    """How a segment's bytes are stored."""

    NONE = 0
    ZSTD = 1
    LZ4 = 2


class SegmentKind(IntEnum):
    """What an entry of `index_segments` stands for."""

    LEXICAL = 0
    VECTOR = 1
    TIME = 2
    TEMPORAL = 3
    TANTIVY = 4


@dataclass(frozen=True, slots=True)
class Span:
    """Which frames, pages and tokens a segment covers."""

    frame_start: int = 0
    frame_end: int = 0
    page_start: int = 0
    page_end: int = 0
    token_start: int = 0
    token_end: int = 0

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQIIQQ")

    def encode_into(self, out: ByteWriter) -> None:
        out.pack(
            self.LAYOUT,
            self.frame_start,
            self.frame_end,
            self.page_start,
            self.page_end,
            self.token_start,
            self.token_end,
        )

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class SegmentMeta:
    """An entry of the TOC's `segments`, which is empty in every file seen."""

    id: int
    frame_range: tuple[int, int]
    primary_checksum: bytes
    compression: SegmentCompression
    bytes_offset: int
    bytes_length: int

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQQ32s")
    SIZE: ClassVar[int] = 76

    def encode_into(self, out: ByteWriter) -> None:
        out.pack(self.LAYOUT, self.id, *self.frame_range, out.checked(self.primary_checksum))
        out.enum(self.compression)
        out.u64(self.bytes_offset)
        out.u64(self.bytes_length)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        number, start, end, checksum = reader.unpack(cls.LAYOUT)
        compression = reader.enum(SegmentCompression)
        return cls(number, (start, end), checksum, compression, reader.u64(), reader.u64())


@dataclass(frozen=True, slots=True)
class SegmentCommon:
    """The fields all descriptors begin with."""

    segment_id: int
    offset: int
    length: int
    checksum: bytes
    build_sequence: int = 0
    codec_version: int = 0
    compression: SegmentCompression = SegmentCompression.NONE
    span: Span | None = None

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQQ32sQH")
    MIN_SIZE: ClassVar[int] = 71

    def encode_into(self, out: ByteWriter) -> None:
        out.pack(
            self.LAYOUT,
            self.segment_id,
            self.offset,
            self.length,
            out.checked(self.checksum),
            self.build_sequence,
            self.codec_version,
        )
        out.enum(self.compression)
        out.option(self.span, ByteWriter.record)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        number, offset, length, checksum, build_sequence, codec_version = reader.unpack(cls.LAYOUT)
        compression = reader.enum(SegmentCompression)
        span = reader.option(Span.decode)
        return cls(number, offset, length, checksum, build_sequence, codec_version, compression, span)


@dataclass(frozen=True, slots=True)
class LexSegment:
    """A batch of the old text index."""

    common: SegmentCommon
    doc_count: int

    def encode_into(self, out: ByteWriter) -> None:
        self.common.encode_into(out)
        out.u64(self.doc_count)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(SegmentCommon.decode(reader), reader.u64())


@dataclass(frozen=True, slots=True)
class VecSegment:
    """A batch of vectors."""

    common: SegmentCommon
    vector_count: int
    dimension: int
    vector_compression: VectorCompression = VectorCompression.NONE

    def encode_into(self, out: ByteWriter) -> None:
        self.common.encode_into(out)
        out.u64(self.vector_count)
        out.u32(self.dimension)
        out.enum(self.vector_compression)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        common = SegmentCommon.decode(reader)
        return cls(common, reader.u64(), reader.u32(), reader.enum(VectorCompression))


@dataclass(frozen=True, slots=True)
class TimeSegment:
    """A batch of the time index."""

    common: SegmentCommon
    entry_count: int

    def encode_into(self, out: ByteWriter) -> None:
        self.common.encode_into(out)
        out.u64(self.entry_count)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(SegmentCommon.decode(reader), reader.u64())


@dataclass(frozen=True, slots=True)
class TemporalSegment:
    """A batch of date mentions."""

    common: SegmentCommon
    entry_count: int
    anchor_count: int
    flags: int = 0

    def encode_into(self, out: ByteWriter) -> None:
        self.common.encode_into(out)
        out.u64(self.entry_count)
        out.u64(self.anchor_count)
        out.u32(self.flags)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(SegmentCommon.decode(reader), reader.u64(), reader.u64(), reader.u32())


@dataclass(frozen=True, slots=True)
class TantivySegment:
    """One file of the Tantivy index directory; the same list as `IndexManifests.lex_segments`."""

    common: SegmentCommon
    path: str

    def encode_into(self, out: ByteWriter) -> None:
        self.common.encode_into(out)
        out.string(self.path)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(SegmentCommon.decode(reader), reader.string())


@dataclass(frozen=True, slots=True)
class IndexSegmentRef:
    """A batch segment as the parallel builder notes it; its offset may be stale and is never used."""

    kind: SegmentKind
    common: SegmentCommon
    doc_count: int = 0
    vector_count: int = 0
    time_entries: int = 0
    bytes_uncompressed: int = 0
    build_micros: int = 0

    STATS: ClassVar[struct.Struct] = struct.Struct("<QQQQQ")

    def encode_into(self, out: ByteWriter) -> None:
        out.enum(self.kind)
        self.common.encode_into(out)
        out.pack(
            self.STATS,
            self.doc_count,
            self.vector_count,
            self.time_entries,
            self.bytes_uncompressed,
            self.build_micros,
        )

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(reader.enum(SegmentKind), SegmentCommon.decode(reader), *reader.unpack(cls.STATS))


@dataclass(frozen=True, slots=True)
class SegmentCatalog:
    """All segments; `next_segment_id` is above every id used."""

    next_segment_id: int = 1
    version: int = 1
    lex_enabled: bool = True
    lex_segments: tuple[LexSegment, ...] = ()
    vec_segments: tuple[VecSegment, ...] = ()
    time_segments: tuple[TimeSegment, ...] = ()
    temporal_segments: tuple[TemporalSegment, ...] = ()
    tantivy_segments: tuple[TantivySegment, ...] = ()
    index_segments: tuple[IndexSegmentRef, ...] = ()

    def encode_into(self, out: ByteWriter) -> None:
        out.u64(self.next_segment_id)
        out.u32(self.version)
        out.bool_(self.lex_enabled)
        out.vec(self.lex_segments, ByteWriter.record)
        out.vec(self.vec_segments, ByteWriter.record)
        out.vec(self.time_segments, ByteWriter.record)
        out.vec(self.temporal_segments, ByteWriter.record)
        out.vec(self.tantivy_segments, ByteWriter.record)
        out.vec(self.index_segments, ByteWriter.record)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        size = SegmentCommon.MIN_SIZE
        return cls(
            reader.u64(),
            reader.u32(),
            reader.bool_(),
            reader.vec(LexSegment.decode, MAX_LIST, item_size=size),
            reader.vec(VecSegment.decode, MAX_LIST, item_size=size),
            reader.vec(TimeSegment.decode, MAX_LIST, item_size=size),
            reader.vec(TemporalSegment.decode, MAX_LIST, item_size=size),
            reader.vec(TantivySegment.decode, MAX_LIST, item_size=size),
            reader.vec(IndexSegmentRef.decode, MAX_LIST, item_size=size),
        )
