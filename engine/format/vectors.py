"""Flat vector indexes: (frame id, vector) pairs. Other forms (HNSW, PQ) are not read here."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.format.reader import U64
from engine.limits import MAX_TOC_BYTES

COUNT_SIZE: Final = 8


def _layout(dimension: int) -> np.dtype[np.void]:
    return np.dtype([("frame_id", "<u8"), ("dimension", "<u8"), ("vector", "<f4", (dimension,))])


def encode_flat(ids: NDArray[np.uint64], vectors: NDArray[np.float32]) -> bytes:
    """The bytes of a flat index of one id (n) per row of ``vectors`` (n, dimension)."""
    if vectors.ndim != 2 or len(ids) != len(vectors):
        raise FormatError("vectors", "one id per row of a matrix", f"{len(ids)} ids, shape {vectors.shape}")
    entries = np.empty(len(ids), dtype=_layout(vectors.shape[1]))
    entries["frame_id"] = ids
    entries["dimension"] = vectors.shape[1]
    entries["vector"] = vectors
    return U64.pack(len(ids)) + entries.tobytes()


def decode_flat(data: bytes | bytearray | memoryview) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    """Ids (n) and vectors (n, dimension) of a flat index; (0,) and (0, 0) for an empty one.

    Raises FormatError for anything else: another form, a cut index, vectors of different dimensions.
    """
    if len(data) > MAX_TOC_BYTES:
        raise FormatError("vectors", f"at most {MAX_TOC_BYTES} bytes", f"{len(data)} bytes")
    data = bytes(data)
    if len(data) < COUNT_SIZE:
        raise FormatError("vectors", f"at least {COUNT_SIZE} bytes", f"{len(data)} bytes")
    (count,) = U64.unpack_from(data, 0)
    if count == 0:
        if len(data) > COUNT_SIZE:
            raise FormatError(
                "vectors", "the end behind an empty index", f"{len(data) - COUNT_SIZE} more bytes"
            )
        return np.empty(0, np.uint64), np.empty((0, 0), np.float32)
    if len(data) < COUNT_SIZE + 16:
        raise FormatError("vectors", f"{count} vectors", f"{len(data)} bytes")
    (dimension,) = U64.unpack_from(data, COUNT_SIZE + 8)
    if len(data) != COUNT_SIZE + count * (16 + 4 * dimension):
        raise FormatError("vectors", f"{count} flat vectors of {dimension} dimensions", f"{len(data)} bytes")
    entries = np.frombuffer(data, dtype=_layout(dimension), offset=COUNT_SIZE)
    if not np.all(entries["dimension"] == dimension):
        raise FormatError("vectors", f"{dimension} dimensions throughout", "other ones")
    return entries["frame_id"].astype(np.uint64), entries["vector"].astype(np.float32)
