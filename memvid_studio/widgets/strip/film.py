"""The film itself: edges with holes, print, days off, what is beyond now, and the bars."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from memvid_studio.theme_tokens import KIND_ORDER
from memvid_studio.widgets.strip import names
from memvid_studio.widgets.strip.calendar import DAY, hole_unit, print_unit, starts_larger
from memvid_studio.widgets.strip.data import Prepared
from memvid_studio.widgets.strip.density import Buckets, Counts, buckets, heights, reference, stack
from memvid_studio.widgets.strip.layout import PRINT_GAP, prints
from memvid_studio.widgets.strip.marks import paint_marks
from memvid_studio.widgets.strip.raster import Columns, downward, upward
from memvid_studio.widgets.strip.scale import Scale
from memvid_studio.widgets.strip.scene import Scene, faded

_LATER_VEIL = 0.27
_TICK = 8
_FOOT = 2
_CELL_MARK = 10


def count_by_kind(prepared: Prepared, found: Buckets) -> Counts:
    """Additions by kind and bucket."""
    return np.stack([found.count(times) for times in prepared.by_kind])


def count_changes(prepared: Prepared, found: Buckets) -> tuple[Counts, Counts]:
    """Changes and removals by bucket."""
    return found.count(prepared.data.changes_ms), found.count(prepared.data.removals_ms)


def full_at(prepared: Prepared, scale: Scale, pitch: float) -> tuple[float, float]:
    """How many additions, and how many changes, fill their lane on the film at this scale."""
    found = buckets(scale, pitch)
    changes, removals = count_changes(prepared, found)
    return reference(found.count(prepared.data.times_ms)), reference(changes + removals)


class Film:
    """The pictures of one scene, each made when it is first asked for."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @cached_property
    def ground(self) -> QPixmap:
        """Blank film with its clock."""
        scene = self.scene
        picture = QPixmap(round(scene.scale.width * scene.ratio), round(scene.lanes.bottom * scene.ratio))
        picture.setDevicePixelRatio(scene.ratio)
        painter = QPainter(picture)
        _paint_ground(painter, scene)
        painter.end()
        return picture

    @cached_property
    def exposed(self) -> QPixmap:
        """What happened up to the playhead."""
        picture = self.ground.copy()
        painter = QPainter(picture)
        _paint_bars(painter, self.scene, ghost=False)
        paint_marks(painter, self.scene, ghost=False)
        painter.end()
        return picture

    @cached_property
    def ghost(self) -> QPixmap:
        """What came later than the playhead: the shadow of the same."""
        scene, lanes = self.scene, self.scene.lanes
        picture = self.ground.copy()
        painter = QPainter(picture)
        _paint_bars(painter, scene, ghost=True)
        until_now = min(max(scene.now_x, 0.0), float(scene.scale.width))
        body = QRectF(0, lanes.names, until_now, lanes.edge - lanes.names)
        painter.fillRect(body, faded(scene.look.color("filmBase"), _LATER_VEIL))
        paint_marks(painter, scene, ghost=True)
        painter.end()
        return picture


# ---------------------------------------------------------------------------------------------------- ground


def _paint_ground(painter: QPainter, scene: Scene) -> None:
    look, lanes, width = scene.look, scene.lanes, scene.scale.width
    painter.fillRect(QRectF(0, 0, width, lanes.bottom), look.color("filmEdge"))
    body = QRectF(0, lanes.names, width, lanes.edge - lanes.names)
    painter.fillRect(body, look.color("filmBase"))
    if scene.now_x < width:
        left = scene.snap(max(scene.now_x, 0))
        painter.fillRect(QRectF(left, body.top(), width - left, body.height()), look.color("filmBlank"))
    _paint_days_off(painter, scene)
    for stretch, role in ((scene.range_x, "filmRange"), (scene.compare_x, "filmCompareRange")):
        if stretch is not None:
            left, right = (scene.snap(x) for x in stretch)
            painter.fillRect(QRectF(left, body.top(), right - left, body.height()), look.color(role))
    if scene.clockless:
        _paint_even_holes(painter, scene)
    else:
        _paint_print(painter, scene)
        _paint_holes(painter, scene)
    painter.fillRect(QRectF(0, lanes.base, width, 1), look.color("filmLine"))


def _paint_days_off(painter: QPainter, scene: Scene) -> None:
    scale, lanes = scene.scale, scene.lanes
    day = DAY / scale.ms_per_px
    # Narrower, days off are stripes; wider, the film is nothing but one day off.
    if not 12 <= day <= scale.width / 2:
        return
    color = scene.look.color("filmWeekend")
    for begin, end in scene.calendar.weekends(scale.origin_ms, scale.end_ms):
        left, right = scene.snap(scale.x(begin)), scene.snap(scale.x(end))
        painter.fillRect(QRectF(left, lanes.names, right - left, lanes.edge - lanes.names), color)


def _paint_print(painter: QPainter, scene: Scene) -> None:
    look, lanes, scale = scene.look, scene.lanes, scene.scale
    unit, larger = print_unit(scale.ms_per_px, lanes.text_scale)
    edges = scene.calendar.edges(unit, scale.origin_ms, scale.end_ms)
    if not len(edges):
        return
    begins = set(scene.calendar.edges(larger, scale.origin_ms - unit.length, scale.end_ms).tolist())
    ticks = [
        (edge, names.tick(edge, unit, scene.calendar), edge in begins)
        for edge in edges.tolist()
        if scale.x(edge) > -1
    ]
    grid, small, bold = look.color("filmGrid"), look.font("micro"), look.font("section")
    gap = lanes.px(PRINT_GAP)
    line = QRectF(0, lanes.edge, 1, lanes.bottom - lanes.edge)
    metrics = scene.metrics
    baseline = round(line.top() + (line.height() + metrics.ascent() - metrics.descent()) / 2)
    for item in prints(ticks, scale, scene.measure, gap):
        x = scene.snap(scale.x(item.ms))
        color = look.color("filmText" if item.bold else "filmPrint")
        scene.column(painter, x, lanes.names, lanes.edge, grid)
        scene.column(painter, x, lanes.edge, lanes.edge + lanes.px(_TICK), faded(color, 0.7))
        if item.text:
            painter.setFont(bold if item.bold else small)
            painter.setPen(color)
            painter.drawText(QPointF(x + gap, baseline), item.text)


def _paint_holes(painter: QPainter, scene: Scene) -> None:
    look, film, scale, ratio = scene.look, scene.look.film, scene.scale, scene.ratio
    unit, larger = hole_unit(scale.ms_per_px, film.hole_min_pitch)
    edges = scene.calendar.edges(unit, scale.origin_ms - 2 * unit.length, scale.end_ms + unit.length)
    if len(edges) < 2:
        return
    majors = scene.calendar.edges(larger, float(edges[0]), float(edges[-1]))
    width, height = film.hole_width, film.hole_height
    top = scene.snap((scene.lanes.names - height) / 2)
    kept = {
        bright: _hole(width, height, ratio, look.color("filmHoleMajor" if bright else "filmHole"))
        for bright in (False, True)
    }
    for x, bright in zip(scale.x(edges[1:]).tolist(), starts_larger(edges, majors), strict=True):
        painter.drawPixmap(QPointF(scene.snap(x - width / 2), top), kept[bright])


def _paint_even_holes(painter: QPainter, scene: Scene) -> None:
    film = scene.look.film
    hole = _hole(film.hole_width, film.hole_height, scene.ratio, scene.look.color("filmHole"))
    top = scene.snap((scene.lanes.names - film.hole_height) / 2)
    pitch = film.hole_min_pitch + 1
    for x in range(round(scene.now_x) % pitch - pitch, scene.scale.width, pitch):
        painter.drawPixmap(QPointF(x - film.hole_width / 2, top), hole)


def _hole(width: float, height: float, ratio: float, color: QColor) -> QPixmap:
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(0, 0, width, height), 1, 1)
    painter.end()
    return pixmap


# ------------------------------------------------------------------------------------------------------ bars


def _paint_bars(painter: QPainter, scene: Scene, *, ghost: bool) -> None:
    look, lanes, film, ratio = scene.look, scene.lanes, scene.look.film, scene.ratio
    width = scene.scale.width
    found = buckets(scene.scale, film.bar_pitch)
    columns = Columns.of(found, width, ratio, film.bar_width)
    grow = lanes.text_scale
    if not scene.as_cells:
        by_kind = count_by_kind(scene.prepared, found)
        high = heights(
            by_kind.sum(axis=0),
            scene.full_at[0],
            limit=lanes.density_height,
            per_item=round(film.bar_per_frame_max * grow),
            least=film.bar_min,
            ratio=ratio,
        )
        tops = stack(by_kind, high, max(round(ratio), 1))
        device = round(lanes.density_height * ratio)
        if ghost:
            image = upward(columns, tops[-1:], device, [look.color("filmGhost")])
        else:
            image = upward(columns, tops, device, [look.kind_color(kind) for kind in KIND_ORDER])
        painter.drawImage(QRectF(0, lanes.density, width, lanes.density_height), image)
    if ghost:
        return
    changes, removals = count_changes(scene.prepared, found)
    together = changes + removals
    if scene.as_cells:
        length = np.where(together > 0, round(min(_CELL_MARK * grow, lanes.changes_height) * ratio), 0)
    else:
        length = heights(
            together,
            scene.full_at[1],
            limit=lanes.changes_height,
            per_item=round(film.bar_per_frame_max * grow),
            least=film.bar_min,
            ratio=ratio,
        )
    # Where nothing was changed there is nothing for a foot to stand under: removals alone are red altogether.
    foot = np.where(changes == 0, length, np.where(removals > 0, round(_FOOT * ratio), 0))
    colors = [look.color("filmChanged"), look.color("filmRemoved")]
    image = downward(columns, length, foot, round(lanes.changes_height * ratio), colors)
    painter.drawImage(QRectF(0, lanes.changes, width, lanes.changes_height), image)
