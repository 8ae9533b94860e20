"""The time index."""

from __future__ import annotations

import numpy as np
import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormatError
from engine.format.time_index import decode_time_index, encode_time_index
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_


def index(*entries: tuple[int, int]) -> bytes:
    return encode_time_index(
        np.array([at for at, _ in entries], np.int64), np.array([frame for _, frame in entries], np.uint64)
    )


@pytest.mark.parametrize("name", [name for name in samples.READABLE if name != "empty.mv2"])
def test_every_sample_comes_back(name):
    parts = samples.parts(name)
    manifest = parts.toc.time_index
    assert manifest is not None
    data = parts.range(manifest.offset, manifest.length)
    assert blake3(data).digest() == manifest.checksum
    timestamps, ids = decode_time_index(data, len(parts.toc.frames))
    assert len(ids) == manifest.entry_count
    assert [parts.toc.frames[at].timestamp for at in ids] == timestamps.tolist()
    shuffled = np.random.default_rng(1).permutation(len(ids))
    assert encode_time_index(timestamps[shuffled], ids[shuffled]) == data


@given(st.sets(st.tuples(any_.I64, st.integers(0, 10**6))))
def test_any_index_comes_back_sorted(entries):
    timestamps, ids = decode_time_index(index(*entries), 10**6 + 1)
    assert list(zip(timestamps.tolist(), ids.tolist(), strict=True)) == sorted(entries)


def test_the_bytes():
    assert index((-1, 2)) == b"MVTI" + b"\x01" + bytes(7) + b"\xff" * 8 + b"\x02" + bytes(7)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"MVTI" + bytes(7), "at least 12 bytes, found 11"),
        (b"MVTX" + bytes(8), "MVTX"),
        (index((1, 0), (2, 1))[:-1], "2 entries of 16 bytes, found 31 bytes"),
        (index((1, 0)) + b"\0", "1 entries of 16 bytes, found 17 bytes"),
        (b"MVTI" + b"\xff" * 8, "entries of 16 bytes, found 0 bytes"),
        (index((1, 0), (2, 10)), "frames below 10, found frame 10"),
        (index((2, 0), (1, 1))[:12] + index((2, 0))[12:] + index((1, 1))[12:], "out of order"),
        (index((1, 1), (1, 0))[:12] + index((1, 1))[12:] + index((1, 0))[12:], "out of order"),
        (index((1, 0), (1, 0)), "twice"),
    ],
)
def test_what_is_wrong_is_said(data, message):
    with pytest.raises(FormatError, match=message):
        decode_time_index(data, 10)


@given(st.binary(max_size=64))
def test_any_bytes_give_an_index_or_a_format_error(junk):
    for data in (junk, b"MVTI" + junk, b"MVTI" + len(junk).to_bytes(8, "little") + junk * 16):
        try:
            timestamps, ids = decode_time_index(data, 2**63)
        except FormatError:
            continue
        assert encode_time_index(timestamps, ids) == data
