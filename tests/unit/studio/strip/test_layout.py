"""Labels that leave out, hits that merge, names that collide, cells that stack."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from memvid_studio.widgets.strip.data import Mark
from memvid_studio.widgets.strip.layout import (
    cells,
    clusters,
    dominant,
    flags,
    prints,
    visible_range,
    wants_cells,
)
from memvid_studio.widgets.strip.scale import Scale

SCALE = Scale(0.0, 1.0, 1000)


def measure(text: str, bold: bool) -> float:
    return len(text) * (8 if bold else 7)


def some(values) -> np.ndarray:
    return np.sort(np.array(values, np.int64))


# ------------------------------------------------------------------------------------------------ labels


@given(
    st.lists(st.tuples(st.integers(-50, 1050), st.text(min_size=1, max_size=12), st.booleans()), max_size=40)
)
def test_labels_never_touch_each_other_nor_leave_the_film(ticks):
    ticks.sort(key=lambda tick: tick[0])
    found = prints(ticks, SCALE, measure)
    assert [item.ms for item in found] == [ms for ms, _, _ in ticks], "every tick stays"
    boxes = sorted(
        (float(item.ms), item.ms + 6 + measure(item.text, item.bold)) for item in found if item.text
    )
    assert all(a[1] + 6 <= b[0] for a, b in itertools.pairwise(boxes))
    assert all(right <= 1000 for _, right in boxes)


def test_the_bold_label_wins():
    found = prints([(100, "Feb", False), (130, "Sun 1 March", True), (180, "2", False)], SCALE, measure)
    assert [item.text for item in found] == ["", "Sun 1 March", ""] or found[1].text == "Sun 1 March"
    assert found[2].text == ""


# -------------------------------------------------------------------------------------------------- hits


@given(st.lists(st.integers(0, 5000), max_size=300), st.floats(0.1, 20))
def test_every_hit_is_in_one_cluster(times, ms_per_px):
    hits = some(times)
    found = clusters(hits, None, ms_per_px)
    assert sum(cluster.count for cluster in found) == len(hits)
    for cluster in found:
        group = hits[cluster.first : cluster.first + cluster.count]
        assert group[-1] - group[0] < 10 * ms_per_px or cluster.count == 1
        assert group[0] <= cluster.ms <= group[-1]
    assert all(a.ms < b.ms for a, b in itertools.pairwise(found))


def test_marks_closer_than_ten_pixels_merge():
    found = clusters(some([100, 105, 109, 120, 200]), 2, 1.0)
    assert [(c.count, c.current) for c in found] == [(3, True), (1, False), (1, False)]
    assert [c.room for c in found] == [False, True, True]
    apart = clusters(some([100, 110, 120]), None, 1.0)
    assert [c.count for c in apart] == [1, 1, 1]


def test_thousands_of_hits_do_not_become_one():
    found = clusters(np.arange(0, 100_000, dtype=np.int64), 77, 10.0)
    assert len(found) == 1000
    assert [c.current for c in found[:2]] == [True, False]


# ------------------------------------------------------------------------------------------------- flags


def test_names_that_would_collide_keep_the_flag():
    marks = [Mark(10, "Baseline survey"), Mark(60, "Options"), Mark(300, "Permit")]
    found = flags(marks, [Mark(900, "note")], SCALE, measure)
    assert [(flag.name, flag.bookmark) for flag in found] == [
        ("", False),
        ("Options", False),
        ("Permit", False),
        ("note", True),
    ]


def test_flags_off_the_film_are_not_there():
    found = flags([Mark(-900, "a"), Mark(-20, "before"), Mark(2000, "b")], [], SCALE, measure)
    assert [flag.name for flag in found] == ["before"]


# ------------------------------------------------------------------------------------------------- cells


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=80), st.integers(0, 15_000), st.integers(1, 900))
def test_cells_hold_every_frame_on_the_film_once_and_never_overlap(times, origin, dx):
    times = some(times)
    scale = Scale(float(origin), 2.0, 1000)
    found = cells(times, scale)
    first, after = visible_range(times, scale)
    held = [index for cell in found for index in range(cell.first, cell.last + 1)]
    assert held == sorted(set(held))
    assert set(range(first, after)) <= set(held)
    assert all(b.x - a.x >= 44 for a, b in itertools.pairwise(found))


def test_panning_does_not_regroup_cells():
    rng = np.random.default_rng(3)
    times = some(rng.integers(0, 40_000, 120))
    groups = set()
    for dx in range(0, 700, 13):
        scale = Scale(9000.0, 10.0, 1000).panned(-dx)
        groups |= {(cell.first, cell.last) for cell in cells(times, scale) if 0 <= cell.x <= 1000}
    flat = sorted(groups)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(flat)), "no frame is in two different stacks"


def test_a_stack_shows_at_most_three_edges():
    found = cells(some([500] * 18 + [700, 800, 801]), SCALE)
    assert [(cell.count, cell.edges) for cell in found] == [(18, 2), (1, 0), (2, 1)]


def test_cells_from_28_px_a_frame():
    assert wants_cells(some(range(0, 980, 28)), SCALE)
    assert not wants_cells(some(range(0, 1000, 27)), SCALE)
    assert wants_cells(some(range(0, 1000, 27)), SCALE, shown=True), (
        "they stay when a few more come into view"
    )
    assert not wants_cells(some(range(0, 1000, 15)), SCALE, shown=True)
    assert not wants_cells(some([]), SCALE)
    assert not wants_cells(some([5000]), SCALE)
    assert wants_cells(some([5000]), SCALE, shown=True)


def test_a_stack_shows_its_commonest_kind():
    kinds = np.array([0, 4, 4, 1], np.uint8)
    assert dominant(kinds, 0, 3) == 4
    assert dominant(kinds, 3, 3) == 1
