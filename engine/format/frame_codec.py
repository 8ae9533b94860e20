"""Straight-line encoding and decoding of frames: one pass, no call per field.

The TOC of a large capsule is mostly frames, so this decides how long an open or a commit takes.
`decode_frame` may give up (any error of `GAVE_UP`), and then `Frame.decode` reads plainly, which is the
authority and says exactly what is wrong. What `decode_frame` returns is what the plain reading returns: a
property test holds the two together.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from engine.errors import FormatError
from engine.format.enums import AnchorSource, EnrichmentState, Role, Status
from engine.format.metadata import ChunkManifest, DocMetadata
from engine.format.reader import DIGEST_SIZE, I64, U32, U64, ByteReader, ByteWriter, Record

if TYPE_CHECKING:
    from engine.format.frame import Frame

_ROLES: Final = tuple(Role)
_STATUSES: Final = tuple(Status)
_STATES: Final = tuple(EnrichmentState)
_ANCHORS: Final = tuple(AnchorSource)

_HEAD: Final = struct.Struct("<Qq")
_PAYLOAD: Final = struct.Struct("<QQ32s")
_SOME_U32: Final = struct.Struct("<BI")
_SOME_U64: Final = struct.Struct("<BQ")
_SOME_I64: Final = struct.Struct("<Bq")
_METADATA_WITH_MIME: Final = struct.Struct("<BBQ")
_NO_MORE_METADATA: Final = bytes(9)
_NO_COUNT: Final = bytes(8)
_NONE: Final = b"\x00"
_SOME: Final = b"\x01"


class _Unusual(Exception):
    """The fast reading met something it leaves to the plain one."""


GAVE_UP: Final = (_Unusual, FormatError, struct.error, IndexError, OverflowError, UnicodeDecodeError)
"""What `decode_frame` raises when it leaves the frame to the plain reading."""


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame. Raises struct.error or UnicodeEncodeError for values that do not fit."""
    option_text = _option_text
    some_u32 = _SOME_U32.pack
    some_u64 = _SOME_U64.pack
    value: Any  # each use knows its field
    return b"".join(
        (
            _HEAD.pack(frame.id, frame.timestamp),
            _NONE if (value := frame.anchor_ts) is None else _SOME_I64.pack(1, value),
            _NONE if (value := frame.anchor_source) is None else some_u32(1, value),
            option_text(frame.kind),
            option_text(frame.track),
            _PAYLOAD.pack(frame.payload_offset, frame.payload_length, _digest(frame.checksum)),
            option_text(frame.uri),
            option_text(frame.title),
            U32.pack(frame.canonical_encoding),
            _NONE if (value := frame.canonical_length) is None else some_u64(1, value),
            _NONE if (value := frame.metadata) is None else _metadata(value),
            option_text(frame.search_text),
            _texts(value) if (value := frame.tags) else _NO_COUNT,
            _texts(value) if (value := frame.labels) else _NO_COUNT,
            _map(value) if (value := frame.extra_metadata) else _NO_COUNT,
            _texts(value) if (value := frame.content_dates) else _NO_COUNT,
            _NONE if (value := frame.chunk_manifest) is None else _record(value),
            U32.pack(frame.role),
            _NONE if (value := frame.parent_id) is None else some_u64(1, value),
            _NONE if (value := frame.chunk_index) is None else some_u32(1, value),
            _NONE if (value := frame.chunk_count) is None else some_u32(1, value),
            U32.pack(frame.status),
            _NONE if (value := frame.supersedes) is None else some_u64(1, value),
            _NONE if (value := frame.superseded_by) is None else some_u64(1, value),
            _NONE if (value := frame.source_sha256) is None else _SOME + _digest(value),
            option_text(frame.source_path),
            U32.pack(frame.enrichment_state),
        )
    )


def _option_text(text: str | None) -> bytes:
    if text is None:
        return _NONE
    data = text.encode()
    return _SOME_U64.pack(1, len(data)) + data


def _texts(texts: Collection[str]) -> bytes:
    parts = [U64.pack(len(texts))]
    for text in texts:
        data = text.encode()
        parts += (U64.pack(len(data)), data)
    return b"".join(parts)


def _map(items: Mapping[str, str]) -> bytes:
    parts = [U64.pack(len(items))]
    for key in sorted(items):
        name, value = key.encode(), items[key].encode()
        parts += (U64.pack(len(name)), name, U64.pack(len(value)), value)
    return b"".join(parts)


def _metadata(value: DocMetadata) -> bytes:
    mime = value.mime
    if mime is not None and value == DocMetadata(mime):  # nothing but a type, as in most frames
        data = mime.encode()
        return _METADATA_WITH_MIME.pack(1, 1, len(data)) + data + _NO_MORE_METADATA
    return _record(value)


def _record(value: Record) -> bytes:
    out = ByteWriter(type(value).__name__)
    out.option(value, ByteWriter.record)
    return out.getvalue()


def _digest(value: bytes) -> bytes:
    if len(value) != DIGEST_SIZE:
        raise FormatError("frame", f"a digest of {DIGEST_SIZE} bytes", f"{len(value)} bytes")
    return value


def decode_frame(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
    """The values of the frame at ``at`` and where it ends; or any error, whereupon the plain reading decides.

    Lengths are not checked on the way: slices stop at the end of the data, and a position beyond it makes one
    of the fixed-size fields that close every frame fail.
    """
    u32 = U32.unpack_from
    u64 = U64.unpack_from
    text = _read_text
    anchor_ts = anchor_source = canonical_length = metadata = chunk_manifest = parent_id = chunk_index = None
    chunk_count = supersedes = superseded_by = source_sha256 = None
    tags_seen = 0  # all option tags or-ed together: above 1 if any is neither 0 nor 1

    frame_id, timestamp = _HEAD.unpack_from(data, at)
    at += 16
    if tag := data[at]:
        tags_seen |= tag
        (anchor_ts,) = I64.unpack_from(data, at + 1)
        at += 8
    at += 1
    if tag := data[at]:
        tags_seen |= tag
        anchor_source = _ANCHORS[u32(data, at + 1)[0]]
        at += 4
    kind, at = text(data, at + 1)
    track, at = text(data, at)
    payload_offset, payload_length, checksum = _PAYLOAD.unpack_from(data, at)
    uri, at = text(data, at + 48)
    title, at = text(data, at)
    (canonical_encoding,) = u32(data, at)
    at += 4
    if tag := data[at]:
        tags_seen |= tag
        (canonical_length,) = u64(data, at + 1)
        at += 8
    at += 1
    if tag := data[at]:
        tags_seen |= tag
        metadata, at = _read_metadata(data, at)
    search_text, at = text(data, at + 1)
    tags, at = _read_texts(data, at)
    labels, at = _read_texts(data, at)
    (count,) = u64(data, at)
    at += 8
    extra_metadata = {}
    for _ in range(count):
        start = at + 8
        at = start + u64(data, at)[0]
        key = data[start:at].decode()
        start = at + 8
        at = start + u64(data, at)[0]
        extra_metadata[key] = data[start:at].decode()
    content_dates, at = _read_texts(data, at)
    if tag := data[at]:
        tags_seen |= tag
        chunk_manifest, at = _read_manifest(data, at + 1)
    else:
        at += 1
    role = _ROLES[u32(data, at)[0]]
    at += 4
    if tag := data[at]:
        tags_seen |= tag
        (parent_id,) = u64(data, at + 1)
        at += 8
    at += 1
    if tag := data[at]:
        tags_seen |= tag
        (chunk_index,) = u32(data, at + 1)
        at += 4
    at += 1
    if tag := data[at]:
        tags_seen |= tag
        (chunk_count,) = u32(data, at + 1)
        at += 4
    status = _STATUSES[u32(data, at + 1)[0]]
    at += 5
    if tag := data[at]:
        tags_seen |= tag
        (supersedes,) = u64(data, at + 1)
        at += 8
    at += 1
    if tag := data[at]:
        tags_seen |= tag
        (superseded_by,) = u64(data, at + 1)
        at += 8
    at += 1
    if tag := data[at]:
        tags_seen |= tag
        source_sha256 = data[at + 1 : at + 33]
        at += 32
    source_path, at = text(data, at + 1)
    enrichment_state = _STATES[u32(data, at)[0]]
    if tags_seen > 1:
        raise _Unusual
    return (
        frame_id,
        timestamp,
        anchor_ts,
        anchor_source,
        kind,
        track,
        payload_offset,
        payload_length,
        checksum,
        uri,
        title,
        canonical_encoding,
        canonical_length,
        metadata,
        search_text,
        tags,
        labels,
        extra_metadata,
        content_dates,
        chunk_manifest,
        role,
        parent_id,
        chunk_index,
        chunk_count,
        status,
        supersedes,
        superseded_by,
        source_sha256,
        source_path,
        enrichment_state,
    ), at + 4


def _read_text(data: bytes, at: int) -> tuple[str | None, int]:
    tag = data[at]
    if tag == 0:
        return None, at + 1
    if tag != 1:
        raise _Unusual
    start = at + 9
    end = start + U64.unpack_from(data, at + 1)[0]
    return data[start:end].decode(), end


def _read_texts(data: bytes, at: int) -> tuple[tuple[str, ...], int]:
    unpack = U64.unpack_from
    (count,) = unpack(data, at)
    at += 8
    if not count:
        return (), at
    texts = []
    for _ in range(count):
        start = at + 8
        at = start + unpack(data, at)[0]
        texts.append(data[start:at].decode())
    return tuple(texts), at


def _read_metadata(data: bytes, at: int) -> tuple[DocMetadata, int]:
    """Metadata behind its option tag at ``at``; the position is that of its last byte, like a tag's."""
    if data[at + 1] == 1:
        start = at + 10
        end = start + U64.unpack_from(data, at + 2)[0]
        if data[end : end + 9] == _NO_MORE_METADATA:
            return DocMetadata(data[start:end].decode()), end + 8
    reader = ByteReader(data, "document metadata")
    reader.position = at + 1
    return DocMetadata.decode(reader), reader.position - 1


def _read_manifest(data: bytes, at: int) -> tuple[ChunkManifest, int]:
    reader = ByteReader(data, "chunk manifest")
    reader.position = at
    return ChunkManifest.decode(reader), reader.position
