"""The time index: active document frames by timestamp."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.format.reader import U64

MAGIC: Final = b"MVTI"
HEADER_SIZE: Final = 12
ENTRY_SIZE: Final = 16

_ENTRY: Final = np.dtype([("timestamp", "<i8"), ("frame_id", "<u8")])


def encode_time_index(timestamps: NDArray[np.int64], ids: NDArray[np.uint64]) -> bytes:
    """The bytes of the index, sorted by (timestamp, id). Unix seconds; both arrays have the same length."""
    entries = np.empty(len(timestamps), dtype=_ENTRY)
    order = np.lexsort((ids, timestamps))
    entries["timestamp"] = timestamps[order]
    entries["frame_id"] = ids[order]
    return MAGIC + U64.pack(len(entries)) + entries.tobytes()


def decode_time_index(
    data: bytes | bytearray | memoryview, frame_count: int
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Timestamps and frame ids, in order. Raises FormatError, also for a frame not below ``frame_count``."""
    data = bytes(data)
    if len(data) < HEADER_SIZE:
        raise FormatError("time index", f"at least {HEADER_SIZE} bytes", f"{len(data)} bytes")
    if not data.startswith(MAGIC):
        raise FormatError("time index", repr(MAGIC), repr(data[:4]))
    (count,) = U64.unpack_from(data, 4)
    if len(data) != HEADER_SIZE + ENTRY_SIZE * count:
        raise FormatError(
            "time index", f"{count} entries of {ENTRY_SIZE} bytes", f"{len(data) - HEADER_SIZE} bytes"
        )
    entries = np.frombuffer(data, dtype=_ENTRY, offset=HEADER_SIZE)
    timestamps = entries["timestamp"].astype(np.int64)
    ids = entries["frame_id"].astype(np.uint64)
    if count and int(ids.max()) >= frame_count:
        raise FormatError("time index", f"frames below {frame_count}", f"frame {int(ids.max())}")
    later = timestamps[1:] > timestamps[:-1]
    same = timestamps[1:] == timestamps[:-1]
    if not np.all(later | (same & (ids[1:] > ids[:-1]))):
        raise FormatError("time index", "entries sorted by time and frame", "an entry out of order or twice")
    return timestamps, ids
