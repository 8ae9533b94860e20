"""Which codec a payload gets, and back to its content whatever it got."""

from __future__ import annotations

from typing import Final

from engine.codecs import plain, zstd
from engine.errors import FormatError
from engine.format.enums import Encoding, encoding_of
from engine.limits import KIB, MAX_DECODED_BYTES

SAMPLE_BYTES: Final = 64 * KIB
"""What is compressed for a try before a large payload is: pictures and archives are found out in 0.03 ms."""

WORTHWHILE: Final = 0.95
"""Compressed size over size above which a payload is stored as it is: decoding costs every reader."""

_SAMPLES: Final = 3


def compress(data: bytes) -> tuple[Encoding, bytes]:
    """The encoding to note and the bytes to store: zstd where it saves 5 % or more, else plain."""
    if len(data) > SAMPLE_BYTES:
        sample = _sample(data)
        if len(zstd.compress(sample)) > WORTHWHILE * len(sample):
            return Encoding.PLAIN, plain.compress(data)
    stored = zstd.compress(data)
    if len(stored) > WORTHWHILE * len(data):
        return Encoding.PLAIN, plain.compress(data)
    return Encoding.ZSTD, stored


def decode(
    encoding: int, stored: bytes, canonical_length: int | None = None, limit: int = MAX_DECODED_BYTES
) -> bytes:
    """The content of a payload.

    ``encoding`` is the raw number from the frame. Raises FormatError when the bytes cannot be decoded, or
    hold more than ``limit`` bytes or not exactly ``canonical_length``.
    """
    if canonical_length is not None:
        if canonical_length > limit:
            raise FormatError("payload", f"at most {limit} bytes of content", f"{canonical_length}")
        limit = canonical_length
    if (
        not stored
    ):  # no payload, whatever the encoding says: a chunked parent is marked zstd with nothing stored
        content = b""
    elif encoding_of(encoding) is Encoding.ZSTD:
        content = zstd.decompress(stored, limit)
    else:
        content = plain.decompress(stored, limit)
    if canonical_length is not None and len(content) != canonical_length:
        raise FormatError("payload", f"{canonical_length} bytes of content", f"{len(content)}")
    return content


def _sample(data: bytes) -> bytes:
    """Pieces of the beginning, middle and end: many binary files begin with text."""
    size = SAMPLE_BYTES // _SAMPLES
    last = len(data) - size
    return b"".join(data[at : at + size] for at in (0, last // 2, last))
