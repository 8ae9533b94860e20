"""Payloads as standard zstd frames.

What a frame says about its size is a claim: nothing large is allocated on the strength of it, and no more
than the caller's limit is ever produced.
"""

from __future__ import annotations

import io
import threading
from typing import Final

import zstandard

from engine.errors import FormatError
from engine.limits import KIB, MIB

MAGIC: Final = bytes.fromhex("28b52ffd")
"""How every zstd frame begins."""

LEVEL: Final = 3
"""What the official writer uses; 9 saves 6 % more for five times the time, 19 takes 45 times as long."""

MAX_WINDOW: Final = 128 * MIB
"""Memory a frame may ask for to be decoded; the default of the zstd tool."""

_AT_ONCE: Final = MIB
"""Contents up to this size are decoded in one call into a buffer of the claimed size."""

_MAX_EXPANSION: Final = 32 * KIB
"""Four bytes of a block can stand for 128 KiB, so a piece of n bytes gives at most n * this many."""

_MIN_PIECE: Final = 64
_MAX_PIECE: Final = 128 * KIB


class _Contexts(threading.local):
    """zstd contexts cost 20 µs to make and serve one thread at a time."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=LEVEL)
        self.decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)


_contexts = _Contexts()


def compress(data: bytes) -> bytes:
    """One zstd frame that names its content size."""
    return _contexts.compressor.compress(data)


def decompress(stored: bytes, limit: int) -> bytes:
    """The content of one or more zstd frames behind each other.

    Raises FormatError when the bytes are no complete frames or hold more than ``limit`` bytes.
    """
    try:
        claimed = zstandard.frame_content_size(stored)
        if claimed > limit:
            raise FormatError("zstd payload", f"at most {limit} bytes of content", f"a claim of {claimed}")
        if 0 < claimed <= _AT_ONCE:
            try:
                return _contexts.decompressor.decompress(stored, allow_extra_data=False)
            except zstandard.ZstdError:
                pass  # damaged, or several frames: the careful way tells
        return _decompress_in_pieces(stored, limit)
    except zstandard.ZstdError as problem:
        raise FormatError("zstd payload", "a zstd frame", str(problem)) from None


def _decompress_in_pieces(stored: bytes, limit: int) -> bytes:
    output = io.BytesIO()
    view = memoryview(stored)
    total = at = 0
    while at < len(view):
        frame = _contexts.decompressor.decompressobj()
        while not frame.eof:
            if at == len(view):
                raise FormatError("zstd payload", "complete zstd frames", "the end within a frame")
            size = min(max((limit - total) // _MAX_EXPANSION, _MIN_PIECE), _MAX_PIECE)
            piece = view[at : at + size]
            at += len(piece)
            total += output.write(frame.decompress(piece))
            if total > limit:
                raise FormatError("zstd payload", f"at most {limit} bytes of content", "more")
        at -= len(frame.unused_data)
    return output.getvalue()
