"""The card over the film: when it comes, what it says, when it goes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication

from memvid_studio.widgets.strip.calendar import HOUR, YEAR
from memvid_studio.widgets.strip.data import StripData
from memvid_studio.widgets.strip.hover import Preview
from tests.unit.studio.strip.conftest import NOW, life

pytestmark = pytest.mark.gui


def point(strip, x, y=70):
    at = QPointF(x, y)
    none = Qt.MouseButton.NoButton
    where = QPointF(strip.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(
        strip, QMouseEvent(QEvent.Type.MouseMove, at, where, none, none, Qt.KeyboardModifier.NoModifier)
    )


def shown_card(strip):
    card = strip._hover.card()
    return card if card is not None and card.isVisible() else None


@pytest.fixture
def strip(make_strip):
    return make_strip(life(4000, checkpoints=[(NOW - YEAR, "Options agreed")]))


def test_it_comes_after_a_moment_and_follows(strip, qtbot):
    point(strip, 500)
    assert shown_card(strip) is None
    qtbot.waitUntil(lambda: shown_card(strip) is not None, timeout=2000)
    card = shown_card(strip)
    title, count, said = card.texts()
    hover, stretch = strip.view.hover_bar(500)
    assert stretch == strip._hover.pointed
    assert count == f"{hover.total} frames"
    assert title.endswith(("2024", "2025"))
    assert said
    point(strip, 900)
    qtbot.waitUntil(lambda: card.texts()[0] != title, timeout=2000)


def test_it_stands_above_the_film_and_inside_the_window(strip, qtbot):
    for x in (25, 700, 1390):
        point(strip, x)
        strip._hover._show()
        card = shown_card(strip)
        from memvid_studio.widgets.shadow import shadow_margins

        body = card.geometry().marginsRemoved(shadow_margins("popover"))
        assert body.bottom() + 1 == strip.y() - 8
        assert body.width() == 344
        assert body.left() >= 8
        assert body.right() < 1440 - 7
        assert card.focusPolicy() == Qt.FocusPolicy.NoFocus
        assert card.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def test_it_goes_when_the_mouse_leaves_or_presses(strip, qtbot):
    heard = []
    strip.hovered.connect(heard.append)
    point(strip, 500)
    strip._hover._show()
    QApplication.sendEvent(strip, QEvent(QEvent.Type.Leave))
    assert shown_card(strip) is None
    assert heard[-1] is None
    point(strip, 500)
    strip._hover._show()
    qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=strip.rect().center())
    assert shown_card(strip) is None
    qtbot.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=strip.rect().center())


def test_an_empty_place_has_none(make_strip):
    strip = make_strip(
        StripData.of([NOW - 3 * YEAR, *range(NOW - 99, NOW)], [0] * 100, span=(NOW - 3 * YEAR, NOW))
    )
    heard = []
    strip.hovered.connect(heard.append)
    point(strip, 700)
    strip._hover._show()
    assert shown_card(strip) is None
    assert heard == []


def test_previews_are_asked_for_and_stale_ones_ignored(strip):
    asked = []
    strip.previewsWanted.connect(asked.append)
    point(strip, 500)
    strip._hover._show()
    card = shown_card(strip)
    assert len(asked) == 1
    assert asked[0].total == len(asked[0].ids)
    assert asked[0].ids[0] >= 1000
    pixel = QPixmap(40, 30)
    pixel.fill(QColor("#12AB34"))
    before = card.grab().toImage()
    strip.set_previews(
        asked[0], [Preview(picture=pixel), Preview(text="Low water, third week."), Preview(kind="audio")]
    )
    after = card.grab().toImage()
    green = QColor("#12AB34").rgb()
    size = after.size()
    seen = [{image.pixel(x, size.height() // 2) for x in range(size.width())} for image in (before, after)]
    assert green not in seen[0]
    assert green in seen[1]
    point(strip, 900)
    strip._hover._show()
    strip.set_previews(asked[0], [Preview(picture=pixel)])
    again = card.grab().toImage()
    assert green not in {again.pixel(x, size.height() // 2) for x in range(size.width())}


def test_a_flag_says_its_name_and_moment(strip):
    point(strip, strip.view.scale.x(NOW - YEAR) + 5, y=23)
    strip._hover._show()
    title, count, _ = shown_card(strip).texts()
    assert (title, count) == ("Options agreed", "Wed 12 Mar 2025, 03:51")


def test_a_stack_of_cells_says_what_is_in_it(make_strip):
    at = NOW - HOUR // 2
    strip = make_strip(StripData.of([NOW - HOUR, at, at + 50, at + 90], [0, 1, 1, 4], span=(NOW - HOUR, NOW)))
    point(strip, strip.view.scale.x(at) + 3)
    strip._hover._show()
    assert shown_card(strip).texts()[1:] == ("3 frames", "2 texts, 1 image")


def test_changes_removals_and_results_are_counted_too(make_strip):
    data = life(3000)
    strip = make_strip(data)
    strip.set_hits(data.times_ms[1500:1501])
    hover, _ = strip.view.hover_bar(float(strip.view.scale.x(int(data.times_ms[1500]))))
    assert hover.hits == 1
    from memvid_studio.widgets.strip.card import _in_words

    said = _in_words(hover)
    assert said.endswith("1 result")
    assert ("change" in said) == bool(hover.changes)
