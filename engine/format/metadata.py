"""What a frame says about its document: type, picture, sound, and how it was cut into chunks."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from engine.format.reader import ByteReader, ByteWriter
from engine.limits import MAX_LIST, MAX_TOC_BYTES

# Lists inside a frame are bounded by the bytes that are there, not by the official limits: a frame with 1025
# tags is no reason to refuse a whole capsule.
ANY_COUNT = MAX_TOC_BYTES


@dataclass(frozen=True, slots=True)
class Gps:
    """A place, in degrees."""

    latitude: float
    longitude: float

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<dd")

    def encode_into(self, out: ByteWriter) -> None:
        out.pack(self.LAYOUT, self.latitude, self.longitude)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(*reader.unpack(cls.LAYOUT))


@dataclass(frozen=True, slots=True)
class Exif:
    """What a camera wrote into a picture."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None
    datetime: str | None = None
    gps: Gps | None = None

    def encode_into(self, out: ByteWriter) -> None:
        for text in (self.make, self.model, self.lens, self.datetime):
            out.option(text, ByteWriter.string)
        out.option(self.gps, ByteWriter.record)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        make, model, lens, datetime = (reader.option(ByteReader.string) for _ in range(4))
        return cls(make, model, lens, datetime, reader.option(Gps.decode))


@dataclass(frozen=True, slots=True)
class AudioSegment:
    """A stretch of a recording, in seconds."""

    start: float
    end: float
    label: str | None = None

    def encode_into(self, out: ByteWriter) -> None:
        out.f32(self.start)
        out.f32(self.end)
        out.option(self.label, ByteWriter.string)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(reader.f32(), reader.f32(), reader.option(ByteReader.string))


@dataclass(frozen=True, slots=True)
class Audio:
    """Facts about a recording."""

    duration_secs: float | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    bitrate_kbps: int | None = None
    codec: str | None = None
    segments: tuple[AudioSegment, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    def encode_into(self, out: ByteWriter) -> None:
        out.option(self.duration_secs, ByteWriter.f32)
        out.option(self.sample_rate_hz, ByteWriter.u32)
        out.option(self.channels, ByteWriter.u8)
        out.option(self.bitrate_kbps, ByteWriter.u32)
        out.option(self.codec, ByteWriter.string)
        out.vec(self.segments, ByteWriter.record)
        out.map_str(self.tags)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(
            reader.option(ByteReader.f32),
            reader.option(ByteReader.u32),
            reader.option(ByteReader.u8),
            reader.option(ByteReader.u32),
            reader.option(ByteReader.string),
            reader.vec(AudioSegment.decode, MAX_LIST, item_size=9),
            reader.map_str(MAX_LIST),
        )


@dataclass(frozen=True, slots=True)
class Media:
    """A media file attached to a frame."""

    kind: str
    mime: str
    bytes: int
    filename: str | None = None
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    codec: str | None = None

    def encode_into(self, out: ByteWriter) -> None:
        out.string(self.kind)
        out.string(self.mime)
        out.u64(self.bytes)
        out.option(self.filename, ByteWriter.string)
        out.option(self.duration_ms, ByteWriter.u64)
        out.option(self.width, ByteWriter.u32)
        out.option(self.height, ByteWriter.u32)
        out.option(self.codec, ByteWriter.string)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(
            reader.string(),
            reader.string(),
            reader.u64(),
            reader.option(ByteReader.string),
            reader.option(ByteReader.u64),
            reader.option(ByteReader.u32),
            reader.option(ByteReader.u32),
            reader.option(ByteReader.string),
        )


@dataclass(frozen=True, slots=True)
class DocMetadata:
    """Type and properties of a document; every field may be missing."""

    mime: str | None = None
    bytes: int | None = None
    hash: str | None = None
    width: int | None = None
    height: int | None = None
    colors: tuple[str, ...] | None = None
    caption: str | None = None
    exif: Exif | None = None
    audio: Audio | None = None
    media: Media | None = None

    def encode_into(self, out: ByteWriter) -> None:
        out.option(self.mime, ByteWriter.string)
        out.option(self.bytes, ByteWriter.u64)
        out.option(self.hash, ByteWriter.string)
        out.option(self.width, ByteWriter.u32)
        out.option(self.height, ByteWriter.u32)
        out.option(self.colors, ByteWriter.strings)
        out.option(self.caption, ByteWriter.string)
        out.option(self.exif, ByteWriter.record)
        out.option(self.audio, ByteWriter.record)
        out.option(self.media, ByteWriter.record)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        return cls(
            reader.option(ByteReader.string),
            reader.option(ByteReader.u64),
            reader.option(ByteReader.string),
            reader.option(ByteReader.u32),
            reader.option(ByteReader.u32),
            reader.option(lambda source: source.strings(MAX_LIST)),
            reader.option(ByteReader.string),
            reader.option(Exif.decode),
            reader.option(Audio.decode),
            reader.option(Media.decode),
        )


@dataclass(frozen=True, slots=True)
class ChunkManifest:
    """Where a document's chunks start and end: positions of Unicode scalars in the normalised text."""

    chunk_chars: int
    chunks: tuple[tuple[int, int], ...] = ()

    RANGE: ClassVar[struct.Struct] = struct.Struct("<QQ")

    def encode_into(self, out: ByteWriter) -> None:
        out.u64(self.chunk_chars)
        out.u64(len(self.chunks))
        for start, end in self.chunks:
            out.pack(self.RANGE, start, end)

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        chunk_chars = reader.u64()
        size = cls.RANGE.size
        count = reader.count(ANY_COUNT, item_size=size)
        return cls(chunk_chars, tuple(cls.RANGE.iter_unpack(reader.raw(count * size))))
