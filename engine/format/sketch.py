"""The sketch track: 32 bytes per frame which the official search asks before the text index.

A frame whose sketch is missing or wrong is not found there, so it has to be computed exactly as the official
writer does it.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

import numpy as np
from blake3 import blake3

from engine.errors import FormatError
from engine.format.alphabetic import EXTRA_ALPHANUMERIC
from engine.format.reader import ByteReader

MAGIC: Final = b"MVSK"
VERSION: Final = 1
ENTRY_SIZE: Final = 32
NO_WORDS: Final = bytes(ENTRY_SIZE)
"""The entry of a frame without text."""

_HEADER: Final = struct.Struct("<4sHHQII")
_TOP_TERMS: Final = struct.Struct("<II")
_MAX_WEIGHT: Final = 3
_FILTER_BITS: Final = 128

_ASCII_WORDS: Final = re.compile(r"[0-9a-z]{2,}")


def sketch_entry(text: str) -> bytes:
    """The 32 bytes for a frame's search text: simhash (8), term filter (16), two top terms (8)."""
    counts = Counter(words(text))
    if not counts:
        return NO_WORDS
    hashes = np.array([_hash(word) for word in counts], dtype="<u8")
    weights = np.minimum(np.array(list(counts.values()), dtype=np.int64), _MAX_WEIGHT)
    top = [_fold(int(hashes[at])) for at in np.lexsort((hashes, -weights))[:2]]
    bits = np.unpackbits(hashes.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    # A bit is set when the weight of the hashes that have it is above that of those that have not.
    simhash = np.packbits(2 * (weights @ bits) > weights.sum(), bitorder="little").tobytes()
    term_filter = np.zeros(_FILTER_BITS, dtype=np.uint8)
    term_filter[hashes.view("<u2").reshape(-1, 4)[:, :3] % _FILTER_BITS] = (
        1  # bits 0.., 16.. and 32.. of the hash
    )
    filter_bytes = np.packbits(term_filter, bitorder="little").tobytes()
    return simhash + filter_bytes + _TOP_TERMS.pack(top[0], top[1] if len(top) > 1 else 0)


def words(text: str) -> list[str]:
    """The lower-case words of at least two UTF-8 bytes, in order."""
    lowered = unicodedata.normalize("NFKC", text).lower()
    if lowered.isascii():
        return _ASCII_WORDS.findall(lowered)
    found = _unicode_words().findall(lowered.replace("_", " "))
    return [word for word in found if len(word) > 1 or word > "\x7f"]


def encode_sketch_track(entries: Sequence[bytes]) -> bytes:
    """The bytes of a track of 32-byte entries, entry k for frame k."""
    body = b"".join(entries)
    if len(body) != ENTRY_SIZE * len(entries) or any(len(entry) != ENTRY_SIZE for entry in entries):
        raise FormatError("sketch track", f"entries of {ENTRY_SIZE} bytes", "other sizes")
    return _HEADER.pack(MAGIC, VERSION, ENTRY_SIZE, len(entries), 0, 0) + body


def decode_sketch_track(data: bytes | bytearray | memoryview) -> list[bytes]:
    """The entries of a track, of whatever size they are. Raises FormatError."""
    reader = ByteReader(data, "sketch track")
    magic, version, size, count, _flags, _reserved = reader.unpack(_HEADER)
    if magic != MAGIC:
        raise FormatError("sketch track", repr(MAGIC), repr(magic))
    if version != VERSION:
        raise FormatError("sketch track", f"version {VERSION}", f"version {version}")
    if size == 0 or size * count != reader.remaining:
        raise FormatError("sketch track", f"{count} entries of {size} bytes", f"{reader.remaining} bytes")
    body = reader.data
    return [body[at : at + size] for at in range(_HEADER.size, len(body), size)]


@lru_cache(maxsize=1 << 15)
def _hash(word: str) -> int:
    return int.from_bytes(blake3(word.encode()).digest(8), "little")


def _fold(value: int) -> int:
    return (value ^ value >> 32) & 0xFFFF_FFFF


@cache
def _unicode_words() -> re.Pattern[str]:
    r"""Runs of alphanumeric characters: those of `\w` (its underscore is up to the caller) and what it lacks.

    The look-ahead spares ASCII blanks and punctuation the walk through 330 ranges: four times as fast.
    """
    ranges = "".join(
        "-".join(f"\\U{int(end, 16):08x}" for end in item.split("-")) for item in EXTRA_ALPHANUMERIC.split()
    )
    rest = rf"(?![\x00-\x7f])[{ranges}][\w{ranges}]*"
    return re.compile(rf"\w+(?:{rest})?|{rest}")
