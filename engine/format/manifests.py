"""Where the indexes and tracks of a capsule lie, and the small tables beside them in the TOC."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

from engine.format.reader import ByteReader, ByteWriter
from engine.limits import MAX_FRAMES, MAX_LIST


class VectorCompression(IntEnum):
    """How the vectors of an index are stored."""

    NONE = 0
    PQ96 = 1


@dataclass(frozen=True, slots=True)
class LexManifest:
    """The old in-house text index; new files have none or a placeholder."""

    doc_count: int
    generation: int
    offset: int
    length: int
    checksum: bytes

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQQQ32s")

    def encode_into(self, out: ByteWriter) -> None:
        out.pack(
            self.LAYOUT, self.doc_count, self.generation, self.offset, self.length, out.checked(self.checksum)
        )

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class LexFileManifest:
    """One file of the Tantivy index directory."""

    path: str
    offset: int
    length: int
    checksum: bytes

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQ32s")

    def encode_into(self, out: ByteWriter) -> None:
        out.string(self.path)
        out.pack(self.LAYOUT, self.offset, self.length, out.checked(self.checksum))

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(reader.string(), *reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class VecManifest:
    """The monolithic vector index."""

    vector_count: int
    dimension: int
    offset: int
    length: int
    checksum: bytes
    compression: VectorCompression = VectorCompression.NONE
    model: str | None = None

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QIQQ32s")

    def encode_into(self, out: ByteWriter) -> None:
        digest = out.checked(self.checksum)
        out.pack(self.LAYOUT, self.vector_count, self.dimension, self.offset, self.length, digest)
        out.enum(self.compression)
        out.option(self.model, ByteWriter.string)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        count, dimension, offset, length, checksum = reader.unpack(cls.LAYOUT)
        compression = reader.enum(VectorCompression)
        model = reader.option(ByteReader.string)
        return cls(count, dimension, offset, length, checksum, compression, model)


@dataclass(frozen=True, slots=True)
class ClipManifest:
    """The picture index."""

    offset: int
    length: int
    vector_count: int
    dimension: int
    checksum: bytes
    model_name: str

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQQI32s")

    def encode_into(self, out: ByteWriter) -> None:
        digest = out.checked(self.checksum)
        out.pack(self.LAYOUT, self.offset, self.length, self.vector_count, self.dimension, digest)
        out.string(self.model_name)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        offset, length, count, dimension, checksum = reader.unpack(cls.LAYOUT)
        return cls(offset, length, count, dimension, checksum, reader.string())


@dataclass(frozen=True, slots=True)
class IndexManifests:
    """The indexes; any of them may be absent."""

    lex: LexManifest | None = None
    lex_segments: tuple[LexFileManifest, ...] = ()
    vec: VecManifest | None = None
    clip: ClipManifest | None = None

    def encode_into(self, out: ByteWriter) -> None:
        out.option(self.lex, ByteWriter.record)
        out.vec(self.lex_segments, ByteWriter.record)
        out.option(self.vec, ByteWriter.record)
        out.option(self.clip, ByteWriter.record)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(
            reader.option(LexManifest.decode),
            reader.vec(LexFileManifest.decode, MAX_LIST, item_size=8 + LexFileManifest.LAYOUT.size),
            reader.option(VecManifest.decode),
            reader.option(ClipManifest.decode),
        )


@dataclass(frozen=True, slots=True)
class TimeIndexManifest:
    """The time index; the digest covers all its bytes."""

    offset: int
    length: int
    entry_count: int
    checksum: bytes

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQQ32s")

    def encode_into(self, out: ByteWriter) -> None:
        out.pack(self.LAYOUT, self.offset, self.length, self.entry_count, out.checked(self.checksum))

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class TemporalTrackManifest:
    """Mentions of dates in the texts."""

    offset: int
    length: int
    entry_count: int
    anchor_count: int
    checksum: bytes
    flags: int = 0

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQQQ32sI")

    def encode_into(self, out: ByteWriter) -> None:
        digest = out.checked(self.checksum)
        out.pack(
            self.LAYOUT, self.offset, self.length, self.entry_count, self.anchor_count, digest, self.flags
        )

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class MemoriesManifest:
    """The track of memory cards."""

    offset: int
    length: int
    card_count: int
    entity_count: int
    checksum: bytes

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQQQ32s")

    def encode_into(self, out: ByteWriter) -> None:
        digest = out.checked(self.checksum)
        out.pack(self.LAYOUT, self.offset, self.length, self.card_count, self.entity_count, digest)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class MeshManifest:
    """The graph of entities."""

    offset: int
    length: int
    node_count: int
    edge_count: int
    checksum: bytes

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQQQ32s")

    def encode_into(self, out: ByteWriter) -> None:
        digest = out.checked(self.checksum)
        out.pack(self.LAYOUT, self.offset, self.length, self.node_count, self.edge_count, digest)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class SketchManifest:
    """The sketch track: entry k belongs to frame k."""

    offset: int
    length: int
    entry_count: int
    entry_size: int
    flags: int
    checksum: bytes

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQQHI32s")

    def encode_into(self, out: ByteWriter) -> None:
        digest = out.checked(self.checksum)
        out.pack(self.LAYOUT, self.offset, self.length, self.entry_count, self.entry_size, self.flags, digest)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class TicketRef:
    """The official service's permission; `capacity_bytes` bounds what its SDK may still add."""

    issuer: str = "free-tier"
    seq_no: int = 1
    expires_in_secs: int = 0
    capacity_bytes: int = 52_428_800
    verified: bool = False

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<qQQ")

    def encode_into(self, out: ByteWriter) -> None:
        out.string(self.issuer)
        out.pack(self.LAYOUT, self.seq_no, self.expires_in_secs, self.capacity_bytes)
        out.bool_(self.verified)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        issuer = reader.string()
        seq_no, expires_in_secs, capacity_bytes = reader.unpack(cls.LAYOUT)
        return cls(issuer, seq_no, expires_in_secs, capacity_bytes, reader.bool_())


@dataclass(frozen=True, slots=True)
class MemoryBinding:
    """Which memory of the official service the capsule belongs to; `bound_at` is RFC 3339 text as stored."""

    memory_id: bytes
    memory_name: str
    bound_at: str
    api_url: str

    def encode_into(self, out: ByteWriter) -> None:
        out.bytes_(self.memory_id)
        out.string(self.memory_name)
        out.string(self.bound_at)
        out.string(self.api_url)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        length = reader.u64()
        if length != 16:
            reader.position -= 8
            raise reader.error("an identifier of 16 bytes", f"{length} bytes")
        return cls(reader.raw(16), reader.string(), reader.string(), reader.string())


@dataclass(frozen=True, slots=True)
class ReplayManifest:
    """Where recorded sessions lie."""

    segment_offset: int
    segment_size: int
    session_count: int
    total_actions: int
    version: int = 1

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQIQI")

    def encode_into(self, out: ByteWriter) -> None:
        out.pack(
            self.LAYOUT,
            self.segment_offset,
            self.segment_size,
            self.session_count,
            self.total_actions,
            self.version,
        )

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class EnrichmentTask:
    """A frame that the official enrichment still has to visit."""

    frame_id: int
    created_at: int
    chunks_done: int = 0
    chunks_total: int = 0

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<QQII")

    def encode_into(self, out: ByteWriter) -> None:
        out.pack(self.LAYOUT, self.frame_id, self.created_at, self.chunks_done, self.chunks_total)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class EnrichmentQueue:
    """Open enrichment tasks."""

    tasks: tuple[EnrichmentTask, ...] = ()
    updated_at: int = 0

    def encode_into(self, out: ByteWriter) -> None:
        out.vec(self.tasks, ByteWriter.record)
        out.u64(self.updated_at)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        tasks = reader.vec(EnrichmentTask.decode, MAX_FRAMES, item_size=EnrichmentTask.LAYOUT.size)
        return cls(tasks, reader.u64())
