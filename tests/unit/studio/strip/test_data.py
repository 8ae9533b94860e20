"""Arrays as they come: unsorted, out of the calendar, of unknown kinds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memvid_studio.widgets.strip.data import EARLIEST_MS, LATEST_MS, Prepared, StripData


def test_unsorted_additions_keep_their_kind_and_id():
    data = StripData.of([30, 10, 20], [4, 1, 99], span=(10, 50), ids=[7, 8, 9])
    assert data.times_ms.tolist() == [10, 20, 30]
    assert data.kinds.tolist() == [1, 5, 4]
    assert data.ids is not None
    assert data.ids.tolist() == [8, 9, 7]


def test_instants_off_the_calendar_are_pulled_in():
    data = StripData.of([-(2**62), 2**62], [0, 0], span=(-(2**62), 2**62), checkpoints=[(2**62, "end")])
    assert data.times_ms.tolist() == [EARLIEST_MS, LATEST_MS]
    assert data.span == (EARLIEST_MS, LATEST_MS)
    assert data.checkpoints[0].ms == LATEST_MS


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="2 times, 1 kinds"):
        StripData.of([1, 2], [0], span=(0, 5))
    with pytest.raises(ValueError, match="1 ids"):
        StripData.of([1, 2], [0, 0], span=(0, 5), ids=[1])


def test_first_and_last_take_everything_into_account():
    data = StripData.of([100, 900], [0, 0], changes_ms=[50], span=(80, 500))
    assert (data.first_ms, data.last_ms) == (50, 900)
    assert not data.is_empty
    assert StripData.of([], [], span=(5, 5)).is_empty


def test_stops_are_every_instant_once():
    data = StripData.of([10, 10, 30], [0, 0, 0], changes_ms=[20, 30], removals_ms=[40], span=(0, 50))
    prepared = Prepared(data)
    assert prepared.stops.tolist() == [10, 20, 30, 40]
    assert [prepared.stop_before(ms) for ms in (10, 11, 30, 99)] == [None, 10, 20, 40]
    assert [prepared.stop_after(ms) for ms in (0, 10, 35, 40)] == [10, 20, 40, None]


def test_counts_by_kind():
    times = np.arange(100)
    prepared = Prepared(StripData.of(times, times % 6, span=(0, 100)))
    assert sum(len(kind) for kind in prepared.by_kind) == 100
    assert prepared.counts_between(0, 12) == (2, 2, 2, 2, 2, 2)


@given(
    st.lists(st.integers(0, 60), max_size=20),
    st.lists(st.integers(0, 60), max_size=20),
    st.lists(st.integers(0, 60), max_size=20),
    st.integers(-5, 65),
)
def test_neighbours_agree_with_the_whole_list(additions, changes, removals, ms):
    data = StripData.of(
        additions, [0] * len(additions), changes_ms=changes, removals_ms=removals, span=(0, 60)
    )
    prepared, stops = Prepared(data), sorted({*additions, *changes, *removals})
    assert prepared.stops.tolist() == stops
    assert prepared.stop_before(ms) == max((stop for stop in stops if stop < ms), default=None)
    assert prepared.stop_after(ms) == min((stop for stop in stops if stop > ms), default=None)
    assert prepared.first_stop() == min(stops, default=None)
