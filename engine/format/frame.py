"""A frame: the immutable unit of a capsule, as it stands in the TOC."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from engine.errors import FormatError
from engine.format.enums import AnchorSource, Encoding, EnrichmentState, Op, Role, Status, encoding_of
from engine.format.frame_codec import GAVE_UP, decode_frame, encode_frame
from engine.format.metadata import (
    ANY_COUNT,
    Audio,
    AudioSegment,
    ChunkManifest,
    DocMetadata,
    Exif,
    Gps,
    Media,
)
from engine.format.reader import ByteReader, ByteWriter

__all__ = [
    "EMPTY_DIGEST",
    "AnchorSource",
    "Audio",
    "AudioSegment",
    "ChunkManifest",
    "DocMetadata",
    "Encoding",
    "EnrichmentState",
    "Exif",
    "Frame",
    "Gps",
    "Media",
    "Op",
    "Role",
    "Status",
    "encoding_of",
]

EMPTY_DIGEST: Final = bytes.fromhex("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")
"""BLAKE3 of nothing: the checksum of a frame without payload."""

MIN_FRAME_SIZE: Final = 129
"""Bytes of a frame in which everything optional is missing."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry of the TOC's frame list; its position there is its id.

    `checksum` is the digest of the stored (compressed) bytes. `canonical_encoding` keeps the raw number, see
    :attr:`encoding`. `source_sha256` is a BLAKE3 digest whatever its name says. Times are Unix seconds.
    """

    id: int
    timestamp: int
    anchor_ts: int | None = None
    anchor_source: AnchorSource | None = None
    kind: str | None = None
    track: str | None = None
    payload_offset: int = 0
    payload_length: int = 0
    checksum: bytes = EMPTY_DIGEST
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
    parent_id: int | None = None
    chunk_index: int | None = None
    chunk_count: int | None = None
    status: Status = Status.ACTIVE
    supersedes: int | None = None
    superseded_by: int | None = None
    source_sha256: bytes | None = None
    source_path: str | None = None
    enrichment_state: EnrichmentState = EnrichmentState.ENRICHED

    @property
    def encoding(self) -> Encoding:
        """How the payload is stored."""
        return encoding_of(self.canonical_encoding)

    def encode(self) -> bytes:
        """The frame's bytes in the TOC. Raises FormatError for values that do not fit their fields."""
        try:
            return encode_frame(self)
        except (struct.error, UnicodeEncodeError) as problem:
            raise FormatError(f"frame {self.id}", "values that fit their fields", str(problem)) from None

    def encode_into(self, out: ByteWriter) -> None:
        """Append the frame's bytes to ``out``."""
        out.raw(self.encode())

    @classmethod
    def decode(cls, reader: ByteReader) -> Self:
        """Read one frame at the reader's position. Raises FormatError."""
        try:
            values, reader.position = decode_frame(reader.data, reader.position)
        except GAVE_UP:
            return cls._decode_plainly(reader)
        return cls(*values)

    @classmethod
    def _decode_plainly(cls, reader: ByteReader) -> Self:
        return cls(
            id=reader.u64(),
            timestamp=reader.i64(),
            anchor_ts=reader.option(ByteReader.i64),
            anchor_source=reader.option(lambda source: source.enum(AnchorSource)),
            kind=reader.option(ByteReader.string),
            track=reader.option(ByteReader.string),
            payload_offset=reader.u64(),
            payload_length=reader.u64(),
            checksum=reader.digest(),
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
            parent_id=reader.option(ByteReader.u64),
            chunk_index=reader.option(ByteReader.u32),
            chunk_count=reader.option(ByteReader.u32),
            status=reader.enum(Status),
            supersedes=reader.option(ByteReader.u64),
            superseded_by=reader.option(ByteReader.u64),
            source_sha256=reader.option(ByteReader.digest),
            source_path=reader.option(ByteReader.string),
            enrichment_state=reader.enum(EnrichmentState),
        )
