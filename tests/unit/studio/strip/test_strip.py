"""The strip as a widget: what a drag, a key, the wheel and the data do to it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication

from memvid_studio.widgets.strip.calendar import DAY, HOUR, MINUTE, YEAR
from memvid_studio.widgets.strip.data import StripData
from memvid_studio.widgets.strip.pointer import Thing
from tests.unit.studio.strip.conftest import NOW, life

pytestmark = pytest.mark.gui

MIDDLE = 70
LEFT, MID = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NO_KEYS, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def mouse(strip, kind, x, y=MIDDLE, button=LEFT, buttons=None, keys=NO_KEYS):
    at = QPointF(x, y)
    held = button if buttons is None else buttons
    event = QMouseEvent(kind, at, QPointF(strip.mapToGlobal(at.toPoint())), button, held, keys)
    QApplication.sendEvent(strip, event)


def press(strip, x, y=MIDDLE, **more):
    mouse(strip, QEvent.Type.MouseButtonPress, x, y, **more)


def move(strip, x, y=MIDDLE, **more):
    more.setdefault("button", Qt.MouseButton.NoButton)
    more.setdefault("buttons", LEFT)
    mouse(strip, QEvent.Type.MouseMove, x, y, **more)


def release(strip, x, y=MIDDLE, **more):
    mouse(strip, QEvent.Type.MouseButtonRelease, x, y, buttons=Qt.MouseButton.NoButton, **more)


def wheel(strip, x, dy=0, dx=0, keys=NO_KEYS):
    at = QPointF(x, MIDDLE)
    event = QWheelEvent(
        at,
        QPointF(strip.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(dx, dy),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(strip, event)


@pytest.fixture
def strip(make_strip):
    strip = make_strip(life(2000))
    strip.moved, strip.released = [], []
    strip.playheadMoved.connect(strip.moved.append)
    strip.playheadReleased.connect(strip.released.append)
    return strip


# -------------------------------------------------------------------------------------------------- dragging


def test_a_drag_tells_every_moment_on_its_way(strip):
    press(strip, 400)
    for x in (401, 402, 450, 300):
        move(strip, x)
    release(strip, 300)
    ms = [round(strip.view.scale.ms(x)) for x in (400, 401, 402, 450, 300)]
    assert strip.moved == ms
    assert strip.released == [ms[-1]]
    assert strip.playhead() == ms[-1]


def test_taking_hold_of_the_playhead_does_not_move_it(strip):
    strip.set_playhead(NOW - YEAR)
    x = strip.view.head_x
    press(strip, x + 6)
    assert strip.moved == []
    move(strip, x + 16)
    assert strip.moved == [pytest.approx(strip.view.scale.ms(x + 10), abs=2)]
    release(strip, x + 16)
    assert strip.released == strip.moved


def test_now_and_what_lies_beyond_is_now(strip):
    press(strip, 700)
    move(strip, strip.view.now_x + 20)
    assert strip.moved[-1] is None
    move(strip, 5000)
    move(strip, strip.view.now_x - 3)
    assert strip.moved[-1] is None, "nobody hits one pixel"
    assert len(strip.moved) == 2
    move(strip, strip.view.now_x - 9)
    assert strip.moved[-1] is not None
    release(strip, 0)


def test_dragged_off_the_left_end_it_stays_on_the_film(strip):
    press(strip, 400)
    move(strip, -5000)
    assert strip.moved[-1] == round(strip.view.scale.ms(0))
    assert strip.moved[-1] < strip.view.first_ms, (
        "before the first frame the capsule was empty, and can be seen so"
    )
    release(strip, -5000)


def test_escape_puts_the_playhead_back(strip, qtbot):
    strip.set_playhead(NOW - YEAR)
    press(strip, 300)
    move(strip, 200)
    qtbot.keyClick(strip, Qt.Key.Key_Escape)
    assert strip.playhead() == NOW - YEAR
    assert strip.moved[-1] == strip.released[-1] == NOW - YEAR
    move(strip, 100, buttons=LEFT)
    assert strip.playhead() == NOW - YEAR, "the mouse no longer holds it"


def test_a_release_that_never_came_ends_the_drag(strip):
    press(strip, 300)
    move(strip, 350, buttons=Qt.MouseButton.NoButton)
    assert len(strip.released) == 1
    move(strip, 500)
    assert len(strip.moved) == 1


def test_hiding_the_strip_while_it_is_held(strip):
    press(strip, 300)
    strip.hide()
    assert strip.playhead() is None, "an unfinished drag is undone"
    assert strip.released == [None]


def test_other_buttons_do_not_drag(strip):
    press(strip, 300, button=Qt.MouseButton.RightButton)
    release(strip, 300, button=Qt.MouseButton.RightButton)
    assert strip.moved == strip.released == []


def test_new_data_during_a_drag_leaves_the_film_under_the_finger(strip):
    press(strip, 300)
    before = strip.view.scale
    strip.set_data(life(2500, span=4 * YEAR))
    assert strip.view.scale == before
    move(strip, 310)
    assert strip.moved[-1] == round(before.ms(310))
    release(strip, 310)
    assert strip.view.scale == strip.view.fitted(), "and then everything is shown again"


def test_held_at_the_end_of_the_film_it_pulls_more_in(strip):
    strip.zoom_to(NOW - YEAR, NOW - YEAR // 2)
    press(strip, 700)
    move(strip, 2)
    before = strip.view.scale.origin_ms
    strip._on_pull()
    assert strip.view.scale.origin_ms < before
    assert strip.moved[-1] == round(strip.view.scale.ms(2))
    move(strip, 700)
    still = strip.view.scale
    strip._on_pull()
    assert strip.view.scale == still
    release(strip, 700)
    assert not strip._pull.isActive()


def test_nothing_can_be_dragged_while_no_capsule_is_open(make_strip):
    strip = make_strip(None)
    moved = []
    strip.playheadMoved.connect(moved.append)
    press(strip, 400)
    move(strip, 500)
    release(strip, 500)
    wheel(strip, 500, 120)
    assert moved == []


def test_a_capsule_five_minutes_old_can_be_dragged_through(make_strip):
    first = NOW - 5 * MINUTE
    times = first + np.arange(300) * 400
    strip = make_strip(StripData.of(times, np.arange(300) % 6, span=(first, NOW)))
    moved = []
    strip.playheadMoved.connect(moved.append)
    x0, x1 = strip.view.scale.x(int(times[0])), strip.view.scale.x(int(times[-1]))
    assert x1 - x0 > 350, "two minutes of additions are not a pixel"
    assert strip.view.now_x > 900
    press(strip, x0)
    for x in range(int(x0), int(x1)):
        move(strip, x)
    release(strip, x1)
    shown = {int(np.searchsorted(times, ms, "right")) for ms in moved}
    assert len(shown) > 250, "nearly every frame is a moment of its own"


def test_a_single_frame_from_just_now(make_strip):
    strip = make_strip(StripData.of([NOW], [1], span=(NOW, NOW)))
    press(strip, 3)
    assert strip.playhead() is not None
    assert strip.playhead() < NOW
    release(strip, 3)
    strip.grab()


def test_a_click_on_a_frame_goes_to_its_very_instant(make_strip):
    times = [NOW - HOUR, NOW - HOUR // 2, NOW - HOUR // 4]
    strip = make_strip(StripData.of(times, [0, 1, 2], span=(times[0], NOW), ids=[4, 5, 6]))
    assert strip.view.as_cells
    x = strip.view.scale.x(times[1])
    assert strip.target_at(QPointF(x + 15, MIDDLE)) is Thing.CELL
    press(strip, x + 15)
    release(strip, x + 15)
    assert strip.playhead() == times[1]
    opened = []
    strip.frameActivated.connect(opened.append)
    mouse(strip, QEvent.Type.MouseButtonDblClick, x - 15)
    assert opened == [5]


def test_twice_on_a_stack_spreads_it_out(make_strip):
    first = NOW - 5 * MINUTE
    times = [first + 7 * n for n in range(20)]
    strip = make_strip(StripData.of(times, [1] * 20, span=(first, NOW)))
    assert [cell.count for cell in strip.shown_cells()] == [20]
    mouse(strip, QEvent.Type.MouseButtonDblClick, strip.view.scale.x(first) + 5)
    assert [cell.count for cell in strip.shown_cells()] == [1] * 20
    x = [cell.x for cell in strip.shown_cells()]
    assert 22 < x[0] < x[-1] < 1440 - 22


def test_twice_on_frames_of_one_instant_opens_the_first(make_strip):
    strip = make_strip(StripData.of([NOW - HOUR] * 3, [1] * 3, span=(NOW - HOUR, NOW)))
    opened = []
    strip.frameActivated.connect(opened.append)
    mouse(strip, QEvent.Type.MouseButtonDblClick, strip.view.scale.x(NOW - HOUR))
    assert opened == [0]


def test_a_click_on_a_flag_goes_to_its_very_instant(make_strip):
    mark = NOW - YEAR
    strip = make_strip(life(500, checkpoints=[(mark, "Options agreed")]))
    x = strip.view.scale.x(mark)
    press(strip, x + 7, y=23)
    release(strip, x + 7, y=23)
    assert strip.playhead() == mark


# ------------------------------------------------------------------------------------------------- pan, zoom


def test_the_middle_button_moves_the_film(strip):
    strip.zoom_span(YEAR)
    instant = strip.view.scale.ms(600)
    press(strip, 600, button=MID)
    move(strip, 500, buttons=MID)
    assert strip.view.scale.x(instant) == pytest.approx(500)
    move(strip, 650, buttons=MID)
    release(strip, 650, button=MID)
    assert strip.view.scale.x(instant) == pytest.approx(650)
    assert strip.moved == []


def test_the_film_cannot_be_pushed_out_of_sight(strip):
    press(strip, 700, button=MID)
    move(strip, -90_000, buttons=MID)
    release(strip, -90_000, button=MID)
    assert 0 <= strip.view.now_x <= 1440


def test_the_wheel_zooms_at_the_cursor(strip):
    instant, before = strip.view.scale.ms(900), strip.view.scale.ms_per_px
    wheel(strip, 900, 120)
    assert strip.view.scale.ms_per_px == pytest.approx(before / 1.2)
    assert strip.view.scale.x(instant) == pytest.approx(900, abs=0.01)
    assert not strip.view.follows
    for _ in range(60):
        wheel(strip, 900, -120)
    assert strip.view.scale.ms_per_px <= strip.view.fitted().ms_per_px * 2.01


def test_shift_and_the_wheel_pan(strip):
    strip.zoom_span(YEAR)
    before = strip.view.scale
    wheel(strip, 900, 120, keys=SHIFT)
    assert strip.view.scale == before.panned(60)
    wheel(strip, 900, dx=-120)
    assert strip.view.scale.origin_ms == pytest.approx(before.origin_ms)


def test_presets_show_the_time_up_to_now_or_round_the_past(strip):
    extents = []
    strip.viewChanged.connect(extents.append)
    strip.zoom_span(30 * DAY)
    assert extents[-1] == pytest.approx(30 * DAY)
    assert strip.view.now_x == pytest.approx(1440 - 44)
    strip.set_playhead(NOW - YEAR)
    strip.zoom_span(DAY)
    assert strip.view.head_x == pytest.approx(720)
    strip.zoom_fit()
    assert strip.view.follows
    assert strip.view.scale == strip.view.fitted()


def test_zoom_glides_unless_motion_is_unwanted(strip, look, qtbot):
    look.set_reduced_motion(False)
    before = strip.view.scale.ms_per_px
    strip.zoom_span(30 * DAY)
    assert strip.view.scale.ms_per_px == pytest.approx(before, rel=0.5)
    qtbot.waitUntil(lambda: strip.view.scale.extent_ms == pytest.approx(30 * DAY), timeout=2000)
    look.set_reduced_motion(True)
    strip.zoom_fit()
    assert strip.view.scale == strip.view.fitted()


def test_a_press_stops_a_gliding_zoom(strip, look):
    look.set_reduced_motion(False)
    strip.zoom_span(30 * DAY)
    wheel(strip, 500, 120)
    after = strip.view.scale
    QApplication.processEvents()
    assert strip.view.scale == after


# ------------------------------------------------------------------------------------------------------ keys


@pytest.fixture
def five(make_strip):
    """Five changes at 10, 20, … 50 minutes after a beginning two hours ago."""
    first = NOW - 2 * HOUR
    at = [first + minutes * MINUTE for minutes in (10, 20, 30, 40, 50)]
    strip = make_strip(
        StripData.of(at[:2], [0, 1], changes_ms=at[2:4], removals_ms=at[4:], span=(first, NOW))
    )
    strip.at = at
    strip.moved = []
    strip.playheadMoved.connect(strip.moved.append)
    return strip


def test_left_and_right_go_from_change_to_change(five, qtbot):
    for _ in range(7):
        qtbot.keyClick(five, Qt.Key.Key_Left)
    assert five.moved == five.at[::-1]
    for _ in range(6):
        qtbot.keyClick(five, Qt.Key.Key_Right)
    assert five.moved[5:] == [*five.at[1:], None]


def test_home_end_and_n(five, qtbot):
    qtbot.keyClick(five, Qt.Key.Key_Home)
    qtbot.keyClick(five, Qt.Key.Key_N)
    qtbot.keyClick(five, Qt.Key.Key_Home)
    qtbot.keyClick(five, Qt.Key.Key_End)
    assert five.moved == [five.at[0], None, five.at[0], None]


def test_ctrl_goes_to_results_and_checkpoints(make_strip, qtbot):
    strip = make_strip(life(100, checkpoints=[(NOW - YEAR, "x")]))
    strip.set_hits(np.array([NOW - 2 * YEAR, NOW - YEAR // 2]), 0)
    moved = []
    strip.playheadMoved.connect(moved.append)
    for _ in range(4):
        qtbot.keyClick(strip, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert moved == [NOW - YEAR // 2, NOW - YEAR, NOW - 2 * YEAR]


def test_plus_minus_and_zero_zoom(five, qtbot):
    fitted = five.view.scale.ms_per_px
    qtbot.keyClick(five, Qt.Key.Key_Plus)
    assert five.view.scale.ms_per_px == pytest.approx(fitted / 1.5)
    qtbot.keyClick(five, Qt.Key.Key_Minus)
    assert five.view.scale.ms_per_px == pytest.approx(fitted)
    qtbot.keyClick(five, Qt.Key.Key_Plus)
    qtbot.keyClick(five, Qt.Key.Key_0)
    assert five.view.scale == five.view.fitted()


def test_a_step_out_of_sight_brings_the_film_along(five, qtbot):
    five.zoom_to(NOW - 10 * MINUTE, NOW)
    qtbot.keyClick(five, Qt.Key.Key_Home)
    assert 0 <= five.view.head_x <= 1440
    qtbot.keyClick(five, Qt.Key.Key_End)
    assert 0 <= five.view.head_x <= 1440


def test_brackets_make_a_range_and_escape_drops_it(five, qtbot):
    ranges = []
    five.rangeChanged.connect(ranges.append)
    five.set_playhead(five.at[1])
    qtbot.keyClick(five, Qt.Key.Key_BracketLeft)
    five.set_playhead(five.at[3])
    qtbot.keyClick(five, Qt.Key.Key_BracketRight)
    qtbot.keyClick(five, Qt.Key.Key_Escape)
    assert ranges == [(five.at[1], NOW), (five.at[1], five.at[3]), None]


def test_enter_opens_what_was_added_last_then(five, qtbot):
    opened = []
    five.frameActivated.connect(opened.append)
    for moment in (None, five.at[0], five.at[0] - 1):
        five.set_playhead(moment)
        qtbot.keyClick(five, Qt.Key.Key_Return)
    assert opened == [1, 0]


def test_keys_without_meaning_go_on_to_the_window(five):
    from PySide6.QtGui import QKeyEvent

    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_F, NO_KEYS)
    event.setAccepted(True)
    QApplication.sendEvent(five, event)
    assert not event.isAccepted()


# ----------------------------------------------------------------------------------------------------- range


def test_shift_drag_makes_a_range_and_its_ends_can_be_taken(strip):
    ranges = []
    strip.rangeChanged.connect(ranges.append)
    press(strip, 300, keys=SHIFT)
    move(strip, 301, keys=SHIFT)
    assert ranges == [], "a click with an unsteady hand is no range"
    move(strip, 500, keys=SHIFT)
    release(strip, 500)
    scale = strip.view.scale
    assert strip.range() == (round(scale.ms(300)), round(scale.ms(500)))
    press(strip, 500)
    move(strip, 200)
    release(strip, 200)
    assert strip.range() == (round(scale.ms(200)), round(scale.ms(300)))
    assert strip.moved == []


# ------------------------------------------------------------------------------------------------------ data


def test_a_growing_capsule_stays_in_sight_until_one_zooms(make_strip):
    strip = make_strip(life(10, span=YEAR))
    strip.set_data(life(20, span=3 * YEAR))
    assert strip.view.scale == strip.view.fitted()
    strip.zoom_span(DAY)
    before = strip.view.scale
    strip.set_data(life(30, span=3 * YEAR))
    assert strip.view.scale == before


def test_another_capsule_starts_afresh(strip):
    strip.zoom_span(DAY)
    strip.set_playhead(NOW - YEAR)
    strip.set_range((NOW - DAY, NOW))
    strip.set_data(None)
    assert strip.playhead() is None
    assert strip.range() is None
    strip.set_data(life(10))
    assert strip.view.follows


def test_the_future_is_now(strip):
    strip.set_playhead(NOW + DAY)
    assert strip.playhead() is None
    strip.set_playhead(NOW - DAY)
    assert strip.playhead() == NOW - DAY
    assert strip.moved == [], "what the owner sets, the owner knows"


def test_now_moves_with_the_clock_only_while_seen(make_strip):
    strip = make_strip(life(5, span=MINUTE))
    strip._clock = lambda: (NOW + 5000) / 1000
    strip.set_live(True)
    assert strip._tick.isActive()
    strip._on_tick()
    assert strip.view.now_ms == NOW + 5000
    strip.hide()
    assert not strip._tick.isActive()
    strip.show()
    strip.set_live(False)
    assert not strip._tick.isActive()


def test_clicking_a_hit_names_it(strip):
    hits = np.array([NOW - 2 * YEAR, NOW - YEAR, NOW - YEAR + 1])
    strip.set_hits(hits, 1)
    found = []
    strip.hitActivated.connect(found.append)
    press(strip, strip.view.scale.x(NOW - YEAR), y=39)
    release(strip, strip.view.scale.x(NOW - YEAR), y=39)
    assert found == [1]
    assert strip.moved == []


def test_hits_in_any_order(strip):
    strip.set_hits(np.array([NOW - DAY, NOW - YEAR, NOW - 2 * YEAR]), 0)
    assert strip.view.hits.tolist() == [NOW - 2 * YEAR, NOW - YEAR, NOW - DAY]
    assert strip.view.current == 2
    strip.set_hits(np.array([NOW]), 7)
    assert strip.view.current is None


def test_a_narrow_and_a_wide_window(make_strip):
    strip = make_strip(life(300), width=1440)
    strip.resize(300, strip.height())
    assert strip.view.scale == strip.view.fitted()
    strip.zoom_span(YEAR)
    end, per_px = strip.view.scale.end_ms, strip.view.scale.ms_per_px
    strip.resize(900, strip.height())
    assert strip.view.scale.end_ms == pytest.approx(end)
    assert strip.view.scale.ms_per_px == per_px


# ----------------------------------------------------------------------------------------------------- drops


def drag(strip, kind, x, mime):
    actions, buttons = Qt.DropAction.CopyAction, LEFT
    if kind is QDropEvent:
        event = QDropEvent(QPointF(x, MIDDLE), actions, mime, buttons, NO_KEYS)
    else:
        event = kind(QPoint(x, MIDDLE), actions, mime, buttons, NO_KEYS)
    QApplication.sendEvent(strip, event)
    return event


def test_a_drop_says_when_it_happened(strip):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/nowhere/a.txt")])
    hovered, dropped = [], []
    strip.dropHovered.connect(hovered.append)
    strip.droppedAt.connect(lambda ms, data: dropped.append((ms, data.urls())))
    assert drag(strip, QDragEnterEvent, 300, mime).isAccepted()
    drag(strip, QDragMoveEvent, 400, mime)
    drag(strip, QDropEvent, 500, mime)
    at = [round(strip.view.scale.ms(x)) for x in (300, 400, 500)]
    assert hovered == [*at[:2], None]
    assert dropped == [(at[2], mime.urls())]
    assert strip.playhead() is None


def test_a_drag_that_leaves_leaves_nothing(strip):
    mime = QMimeData()
    mime.setText("x")
    hovered = []
    strip.dropHovered.connect(hovered.append)
    drag(strip, QDragEnterEvent, 300, mime)
    QApplication.sendEvent(strip, QDragLeaveEvent())
    assert hovered[-1] is None


def test_no_drop_without_a_capsule(make_strip):
    strip = make_strip(None)
    mime = QMimeData()
    mime.setText("x")
    assert not drag(strip, QDragEnterEvent, 300, mime).isAccepted()
