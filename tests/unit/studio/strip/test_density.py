"""Buckets stand still while the film is panned; bars follow the formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from memvid_studio.widgets.strip.density import buckets, heights, reference, stack
from memvid_studio.widgets.strip.scale import MIN_MS_PER_PX, Scale

NOW = 1_773_304_860_000
scales = st.builds(
    Scale,
    origin_ms=st.floats(-1e13, 1e13),
    ms_per_px=st.floats(MIN_MS_PER_PX, 1e9),
    width=st.integers(1, 4000),
)


@given(scales)
def test_buckets_cover_the_film(scale):
    found = buckets(scale, 4)
    assert np.all(np.diff(found.edges) >= 0)
    assert -4.01 <= found.left <= 0.01
    assert found.left + len(found) * found.pitch >= scale.width - 0.3
    assert found.at(scale.width / 2) is not None
    assert found.at(-5) is None


@given(scales, st.integers(-900, 900))
def test_panning_shifts_the_same_edges(scale, dx):
    here, there = buckets(scale, 4), buckets(scale.panned(dx), 4)
    inner = set(here.edges) & set(there.edges)
    first, last = max(here.edges[0], there.edges[0]), min(here.edges[-1], there.edges[-1])
    assert {edge for edge in here.edges if first <= edge <= last} == {
        edge for edge in there.edges if first <= edge <= last
    }
    assert inner or first > last


def test_every_instant_is_counted_once():
    rng = np.random.default_rng(7)
    times = np.sort(rng.integers(NOW - 10**10, NOW, 5000))
    scale = Scale(NOW - 1.1e10, 1.2e10 / 1440, 1440)
    found = buckets(scale, 4)
    counts = found.count(times)
    assert counts.sum() == 5000
    index = found.at(float(scale.x(int(times[2500]))))
    assert index is not None
    assert found.edges[index] <= times[2500] < found.edges[index + 1]


def test_counts_match_a_slow_count():
    scale = Scale(0.0, 0.75, 40)
    found = buckets(scale, 4)
    times = np.arange(0, 30, dtype=np.int64)
    slow = [
        sum(1 for t in times if low <= t < high)
        for low, high in zip(found.edges, found.edges[1:], strict=False)
    ]
    assert found.count(times).tolist() == slow


def formula(n: int, full_at: float) -> float:
    return 0 if n == 0 else max(3, min(46, 14 * n, 46 * (n / full_at) ** 0.4))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50), st.floats(1, 1e5))
def test_height_is_the_formula(counts, full_at):
    array = np.array(counts, np.int64)
    found = heights(array, full_at, limit=46, per_item=14, least=3, ratio=1.0)
    assert found.tolist() == [round(formula(n, full_at)) for n in counts]
    twice = heights(array, full_at, limit=46, per_item=14, least=3, ratio=2.0)
    assert np.all(np.abs(twice - 2 * found) <= 1)


def test_reference_looks_only_at_what_is_there():
    counts = np.zeros(400, np.int64)
    assert reference(counts) == 1.0
    counts[7] = 300
    assert reference(counts) == 300.0
    counts[8:300] = 4
    assert 4 <= reference(counts) < 300


@given(
    hnp.arrays(np.int64, (6, 20), elements=st.integers(0, 3) | st.integers(0, 10**6)),
    st.sampled_from([1, 2]),
)
def test_stacks_fill_their_bar_and_show_every_kind(by_kind, ratio):
    counts = by_kind.sum(axis=0)
    total = heights(counts, reference(counts), limit=46, per_item=14, least=3, ratio=ratio)
    tops = stack(by_kind, total, ratio)
    parts = np.diff(tops, axis=0, prepend=0)
    assert np.all(parts >= 0)
    assert np.all((parts >= ratio) == (by_kind > 0))
    wanted = np.maximum(total, (by_kind > 0).sum(axis=0) * ratio)
    assert np.array_equal(tops[-1], wanted)
    assert tops.max() <= 46 * ratio


def test_shares_are_linear():
    by_kind = np.array([[30], [10], [0], [0], [0], [0]])
    assert stack(by_kind, np.array([40]), 1)[:, 0].tolist() == [30, 40, 40, 40, 40, 40]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_few_frames_are_14_px_each(n):
    assert heights(np.array([n]), float(n), limit=46, per_item=14, least=3, ratio=1.0)[0] == min(14 * n, 46)
