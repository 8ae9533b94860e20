"""The small enumerations of frames and WAL records; a value is its u32 position in the bytes."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """What a frame is to its document."""

    DOCUMENT = 0
    DOCUMENT_CHUNK = 1
    EXTRACTED_IMAGE = 2


class Op(IntEnum):
    """What a WAL record does."""

    INSERT = 0
    TOMBSTONE = 1


class Status(IntEnum):
    """Whether a frame is still there."""

    ACTIVE = 0
    SUPERSEDED = 1
    DELETED = 2


class Encoding(IntEnum):
    """How a payload is stored."""

    PLAIN = 0
    ZSTD = 1


class EnrichmentState(IntEnum):
    """Whether the official enrichment ran; `ENRICHED` is what it writes normally."""

    SEARCHABLE = 0
    ENRICHED = 1


class AnchorSource(IntEnum):
    """Where `anchor_ts` comes from."""

    EXPLICIT = 0
    FRAME_TIMESTAMP = 1
    METADATA = 2
    INGESTION_CLOCK = 3


def encoding_of(raw: int) -> Encoding:
    """What a stored `canonical_encoding` means: only its low byte counts, and all but 1 is plain."""
    return Encoding.ZSTD if raw & 0xFF == Encoding.ZSTD else Encoding.PLAIN
