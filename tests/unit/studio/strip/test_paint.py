"""What is on the film, pixel by pixel where a pixel means something, and what it costs to put it there."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPixmap, QRegion

from memvid_studio.theme_tokens import KIND_ORDER
from memvid_studio.widgets.strip.calendar import DAY, HOUR, MINUTE, YEAR
from memvid_studio.widgets.strip.data import StripData
from memvid_studio.widgets.strip.raster import Columns, downward, premultiplied, upward
from tests.unit.studio.strip.conftest import NOW, STOCKHOLM, life

pytestmark = pytest.mark.gui


def picture(strip, ratio: float = 1.0) -> QImage:
    """The strip as it would be painted on a screen with this many device pixels to a pixel."""
    strip.devicePixelRatioF = lambda: ratio
    pixmap = QPixmap(round(strip.width() * ratio), round(strip.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    strip.render(pixmap, QPoint(), QRegion(strip.rect()))
    return pixmap.toImage()


def colors(image: QImage, left: float, top: float, right: float, bottom: float) -> Counter[int]:
    return Counter(
        image.pixel(x, y) for x in range(round(left), round(right)) for y in range(round(top), round(bottom))
    )


def kind_colors(look) -> set[int]:
    return {look.kind_color(kind).rgb() for kind in KIND_ORDER}


# --------------------------------------------------------------------------------------------------- pixels


def test_the_rows_of_the_film(make_strip, look):
    strip = make_strip(life(0))
    image = picture(strip)
    x = 1000
    rows = {2: "filmEdge", 40: "filmBase", 90: "filmLine", 98: "filmBase", 120: "filmEdge"}
    while image.pixelColor(x, 60) == look.color("filmGrid"):
        x += 1
    assert {y: image.pixelColor(x, y).name() for y in rows} == {
        y: look.color(role).name() for y, role in rows.items()
    }
    assert image.pixelColor(1430, 40) == look.color("filmBlank"), "beyond now nothing is exposed"


def test_bright_holes_stand_where_months_begin(make_strip, look):
    strip = make_strip(life(50, span=3.1 * YEAR))
    image = picture(strip)
    bright = look.color("filmHoleMajor").rgb()
    found = [x for x in range(1, 1380) if image.pixel(x, 8) == bright and image.pixel(x - 1, 8) != bright]
    scale = strip.view.scale
    from memvid_studio.widgets.strip import calendar as cal

    months = STOCKHOLM.edges(cal.MONTH, scale.ms(20), scale.ms(1360))[1:]
    week = 7 * DAY / scale.ms_per_px
    for month in months:
        assert any(-3 <= x - scale.x(int(month)) <= week + 3 for x in found)
    assert abs(len(found) - len(months)) <= 2


def test_one_bar_has_its_colours_from_bottom_to_top(make_strip, look):
    first = NOW - 3 * YEAR
    at = NOW - YEAR
    times = np.sort(np.concatenate((np.full(6, at), np.arange(first, first + 400 * DAY, 2 * DAY))))
    kinds = np.zeros(len(times), np.uint8)
    kinds[times == at] = range(6)
    strip = make_strip(StripData.of(times, kinds, span=(first, NOW)))
    assert not strip.view.as_cells
    image = picture(strip)
    x = next(
        x for x in range(int(strip.view.scale.x(at)) - 4, 1440) if image.pixel(x, 89) in kind_colors(look)
    )
    column = [image.pixel(x, y) for y in range(89, 43, -1)]
    order = list(dict.fromkeys(pixel for pixel in column if pixel in kind_colors(look)))
    assert order == [look.kind_color(kind).rgb() for kind in KIND_ORDER]


def test_bars_are_three_pixels_and_one_between(make_strip, look):
    strip = make_strip(life(20_000))
    for ratio in (1, 2, 1.5, 1.25):
        row = [picture(strip, ratio).pixel(x, round(89 * ratio)) for x in range(300, 700)]
        lit = "".join("#" if pixel in kind_colors(look) else " " for pixel in row).strip()
        bars = lit.split(" " * round(ratio)) if round(4 * ratio) == 4 * ratio else lit.split()
        inner = [len(bar) for bar in bars[1:-1] if bar]
        assert set(inner) == {round(3 * ratio)}, (ratio, Counter(inner))


def test_later_than_the_playhead_there_is_only_a_shadow(make_strip, look):
    strip = make_strip(life(5000))
    strip.set_playhead(NOW - YEAR)
    x = strip.view.head_x
    image = picture(strip)
    before, after = colors(image, 30, 44, x - 6, 106), colors(image, x + 6, 44, 1380, 106)
    assert set(before) & kind_colors(look)
    assert not set(after) & (
        kind_colors(look) | {look.color("filmChanged").rgb(), look.color("filmRemoved").rgb()}
    )
    assert len(after) > 3, "but a shadow there is"
    assert image.pixelColor(round(x), 60) == look.color("filmPast")
    strip.set_playhead(None)
    image = picture(strip)
    assert image.pixelColor(round(strip.view.now_x), 60) == look.color("filmNow")
    assert set(colors(image, x + 6, 44, 1380, 106)) & kind_colors(look)


def test_changes_hang_below_the_line_and_removals_are_red(make_strip, look):
    first = NOW - 3 * YEAR
    at = [first + days * DAY for days in (100, 300, 500)]
    data = StripData.of(
        life(200).times_ms, life(200).kinds, changes_ms=[at[0], at[2]], removals_ms=at[1:], span=(first, NOW)
    )
    image = picture(make_strip(data))
    strip_scale = make_strip(data).view.scale
    grey, red = look.color("filmChanged").rgb(), look.color("filmRemoved").rgb()
    found = []
    for ms in at:
        x = strip_scale.x(ms)
        found.append(set(colors(image, x - 4, 93, x + 4, 106)) & {grey, red})
    assert found == [{grey}, {red}, {grey, red}]


def test_the_marker_pen_is_for_hits_only(make_strip, look):
    strip = make_strip(life(500))
    hit = look.color("filmHit").rgb()
    assert hit not in colors(picture(strip), 0, 0, 1440, 124)
    at = NOW - YEAR
    strip.set_hits(np.array([at, at + DAY, NOW - 2 * YEAR]), 0)
    image = picture(strip)
    x = strip.view.scale.x(at)
    assert hit in colors(image, x - 5, 34, x + 6, 44)
    assert hit in colors(image, x + 7, 34, x + 16, 44), "the number beside it: two hits are one mark"


def test_frames_are_cells_when_each_has_28_pixels(make_strip, look):
    first = NOW - HOUR
    strip = make_strip(StripData.of([first, NOW - HOUR // 2], [0, 4], span=(first, NOW)))
    image = picture(strip)
    for ms, kind in ((first, "document"), (NOW - HOUR // 2, "image")):
        x = strip.view.scale.x(ms)
        assert image.pixelColor(round(x) - 18, 84) == look.kind_color(kind), "the edge of its kind"
        assert image.pixelColor(round(x) - 18, 50) == look.color("filmCell")
    strip.set_playhead(NOW - 45 * MINUTE)
    x = strip.view.scale.x(NOW - HOUR // 2)
    assert picture(strip).pixelColor(round(x) - 18, 84) != look.kind_color("image")
    small = QPixmap(30, 40)
    small.fill(QColor("#12AB34"))
    strip.set_playhead(None)
    strip.set_thumbnails(lambda index: small if index == 1 else None)
    assert picture(strip).pixelColor(round(x) - 12, 50) == QColor("#12AB34")


def test_the_strip_stays_film_in_both_themes_and_follows_the_switch(make_strip, look):
    strip = make_strip(life(300))
    light = picture(strip).pixelColor(700, 2)
    look.set_dark(True)
    dark = picture(strip).pixelColor(700, 2)
    assert light == QColor("#101216")
    assert dark == QColor("#08090B")


def test_without_a_capsule_the_film_is_blank_with_a_playhead_at_its_start(make_strip, look):
    image = picture(make_strip(None))
    assert image.pixelColor(20, 60) == look.color("filmNow")
    assert set(colors(image, 30, 20, 1440, 88)) == {look.color("filmBlank").rgb()}
    assert look.color("filmHole").rgb() in colors(image, 60, 5, 1440, 11)
    assert look.color("filmHoleMajor").rgb() not in colors(image, 60, 5, 1440, 11)


def test_everything_can_be_painted_at_every_zoom_and_size(make_strip, look):
    for data in (
        life(0),
        life(1, span=0),
        life(3, span=200),
        life(3000, span=200),
        life(2000, span=900 * YEAR),
    ):
        for width in (200, 1440):
            strip = make_strip(data, width)
            for extent in (0.01, 1.0, 1e3, 1e5, 1e8, 1e11, 1e14, 1e16):
                strip.zoom_span(extent)
                strip.set_playhead(NOW - 5)
                assert not picture(strip).isNull()
                strip.set_playhead(None)
    look.set_scale(2.0)
    strip = make_strip(life(40))
    assert strip.sizeHint().height() == 248
    assert strip.lanes().edge == 212
    picture(strip)


def test_instants_from_anywhere_do_not_break_it(make_strip):
    times = [-(2**62), -(10**14), 0, NOW, 2**62]
    strip = make_strip(StripData.of(times, [0, 1, 2, 3, 4], span=(-(2**62), NOW)))
    picture(strip)
    assert strip.value_in_words() == "now, Thu 12 Mar 2026, 09:41"


# --------------------------------------------------------------------------------------------------- raster


def test_a_stack_as_pixels():
    from memvid_studio.widgets.strip.density import Buckets

    buckets = Buckets(np.array([0, 1, 2]), 1.0, 4)
    columns = Columns.of(buckets, 12, 1.0, 3)
    assert columns.bucket.tolist() == [2, 0, 0, 0, 2, 1, 1, 1, 2, 2, 2, 2]
    red, blue = QColor("#FF0000"), QColor("#0000FF")
    image = upward(columns, np.array([[1, 0], [3, 2]]), 4, [red, blue])
    text = {red.rgba(): "r", blue.rgba(): "b", 0: "."}
    rows = ["".join(text[image.pixel(x, y)] for x in range(12)) for y in range(4)]
    assert rows == ["............", ".bbb........", ".bbb.bbb....", ".rrr.bbb...."]
    image = downward(columns, np.array([3, 1]), np.array([2, 0]), 4, [red, blue])
    rows = ["".join(text[image.pixel(x, y)] for x in range(12)) for y in range(4)]
    assert rows == [".rrr.rrr....", ".bbb........", ".bbb........", "............"]


def test_half_transparent_colours_are_premultiplied():
    assert premultiplied(QColor(255, 128, 0, 128)) == 0x80804000


# ---------------------------------------------------------------------------------------------------- costs


def best(action, times: int = 7) -> float:
    """The quickest of several runs, in ms: what it costs when nobody else wants the machine."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        taken.append((time.perf_counter() - begin) * 1000)
    return min(taken)


def test_a_million_frames_cost_no_more_than_a_hundred(make_strip):
    strip = make_strip(life(1_000_000))
    first = best(lambda: picture(strip), 1)
    image = QImage(1440, 124, QImage.Format.Format_ARGB32_Premultiplied)
    whole = best(lambda: strip.render(image))
    step = [0]

    def drag() -> None:
        step[0] += 7
        strip.move_head(strip.view.moment_at(700 + step[0]))
        x = int(strip.view.head_x)
        strip.render(image, QPoint(x - 60, 0), QRegion(QRect(x - 60, 0, 120, 124)))

    strip.move_head(strip.view.moment_at(700))
    strip.render(image)
    dragged = best(drag)

    def pan() -> None:
        step[0] += 1
        strip.set_scale(strip.view.scale.panned(3 if step[0] % 2 else -3), panning=True)
        strip.render(image)

    panned = best(pan)
    # Loose, for a busy machine; alone these are about 25, 0.2, 0.3 and 6 ms.
    assert first < 400
    assert whole < 4
    assert dragged < 4
    assert panned < 40
