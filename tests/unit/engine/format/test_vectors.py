"""Flat vector indexes."""

from __future__ import annotations

import random
import struct
import tracemalloc

import numpy as np
import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_st

from engine.errors import FormatError
from engine.format import vectors as vectors_module
from engine.format.vectors import decode_flat, encode_flat
from tests.unit.engine.format import samples


def made_vectors(count: int, dimension: int = 384) -> np.ndarray:
    """What the samples' makers put in."""
    numbers = random.Random(7)
    vectors = np.array([[numbers.gauss(0, 1) for _ in range(dimension)] for _ in range(count)])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_monolithic_index_of_a_sample():
    parts = samples.parts("vectors_flat.mv2")
    manifest = parts.toc.indexes.vec
    assert manifest is not None
    data = parts.range(manifest.offset, manifest.length)
    assert blake3(data).digest() == manifest.checksum
    ids, vectors = decode_flat(data)
    assert ids.tolist() == [number for number in range(23) if number != 6]
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, made_vectors(24)[ids.astype(int)], atol=1e-6)
    assert encode_flat(ids, vectors) == data


def test_the_batch_segments_of_a_sample():
    parts = samples.parts("vectors.mv2")
    found = []
    for segment in parts.toc.segment_catalog.vec_segments:
        data = parts.range(segment.common.offset, segment.common.length)
        ids, vectors = decode_flat(data)
        assert (len(ids), vectors.shape[1]) == (segment.vector_count, segment.dimension)
        assert encode_flat(ids, vectors) == data
        found += ids.tolist()
    assert sorted(found) == list(range(24))


def test_an_emptied_index():
    parts = samples.parts("vectors_lost.mv2")
    manifest = parts.toc.indexes.vec
    assert manifest is not None
    ids, vectors = decode_flat(parts.range(manifest.offset, manifest.length))
    assert ids.shape == (0,)
    assert vectors.shape == (0, 0)


def test_an_hnsw_index_is_left_alone():
    parts = samples.parts("hnsw.mv2")
    manifest = parts.toc.indexes.vec
    assert manifest is not None
    with pytest.raises(FormatError, match="flat vectors"):
        decode_flat(parts.range(manifest.offset, manifest.length))


MATRICES = np_st.arrays(
    np.float32, st.tuples(st.integers(1, 5), st.integers(0, 5)), elements=st.floats(width=32, allow_nan=False)
)


@given(MATRICES, st.data())
def test_any_vectors_come_back(vectors, data):
    ids = data.draw(np_st.arrays(np.uint64, len(vectors)))
    again, matrix = decode_flat(encode_flat(ids, vectors))
    np.testing.assert_array_equal(again, ids)
    np.testing.assert_array_equal(matrix, vectors)


def test_no_vectors():
    assert encode_flat(np.empty(0, np.uint64), np.empty((0, 3), np.float32)) == bytes(8)


TWO = encode_flat(np.array([1, 2], np.uint64), np.ones((2, 3), np.float32))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "at least 8 bytes"),
        (bytes(9), "the end behind an empty index"),
        (TWO[:20], "2 vectors, found 20 bytes"),
        (TWO[:-1], "2 flat vectors of 3 dimensions"),
        (TWO + b"\0", "2 flat vectors of 3 dimensions"),
        (TWO[:44] + struct.pack("<Q", 2) + TWO[52:], "3 dimensions throughout"),
        (b"\xff" * 24, "flat vectors"),
    ],
)
def test_what_is_wrong_is_said(data, message):
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match=message):
            decode_flat(data)
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_an_index_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(vectors_module, "MAX_TOC_BYTES", 63)
    with pytest.raises(FormatError, match="at most 63 bytes, found 64 bytes"):
        decode_flat(TWO)


@pytest.mark.parametrize("shape", [(3, 2), (2,), (2, 1, 1)])
def test_ids_and_vectors_have_to_agree(shape):
    with pytest.raises(FormatError, match="one id per row"):
        encode_flat(np.array([1, 2], np.uint64), np.ones(shape, np.float32))


@given(st.binary(max_size=100))
def test_any_bytes_give_vectors_or_a_format_error(junk):
    for data in (junk, struct.pack("<QQQ", 1, 5, len(junk) // 4) + junk):
        try:
            ids, vectors = decode_flat(data)
        except FormatError:
            continue
        assert encode_flat(ids, vectors) == data or np.isnan(vectors).any()
