"""Paints a view: keeps the film of the present scene, and lays cells, playheads and what is pointed at over it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from memvid_studio.theme import Theme
from memvid_studio.widgets.strip import names
from memvid_studio.widgets.strip.film import Film
from memvid_studio.widgets.strip.lanes import Lanes
from memvid_studio.widgets.strip.layout import Cell
from memvid_studio.widgets.strip.marks import (
    FLAG_WIDTH,
    Thumbnail,
    paint_cells,
    paint_grips,
    paint_hits,
    paint_playhead,
    pill_rect,
)
from memvid_studio.widgets.strip.scene import Scene, faded
from memvid_studio.widgets.strip.view import View
from memvid_studio.words import tr

CLUSTER_REACH = 10
_HEAD_REACH = 6
"""Px beyond the film at which nothing of a playhead is seen any more."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What lies over the film for the moment: where the playhead is drawn, what is pointed at or dropped on."""

    head_x: float
    pointed: tuple[float, float] | None = None
    drop_x: float | None = None
    focus: bool = False


class Picture:
    """The painter of one view. ``full_at`` is set by the owner, who eases it."""

    def __init__(self, view: View, look: Theme) -> None:
        self._view = view
        self._look = look
        self._serial = 0
        self._key: tuple[object, ...] = ()
        self._film: Film | None = None
        self.full_at = (1.0, 1.0)

    def invalidate(self) -> None:
        """Something changed that the scene's key does not see: data, hits, colours, text size."""
        self._serial += 1

    def lanes(self, height: int) -> Lanes:
        """The rows of the film at this height."""
        return Lanes.of(self._look.film, height, self._look.scale)

    def film(self, height: int, ratio: float) -> Film:
        """The film of the present scene, made anew only if the scene is another one."""
        view = self._view
        now_x = round(view.now_x * ratio) / ratio
        key = (
            self._serial,
            view.scale,
            height,
            ratio,
            now_x,
            view.as_cells,
            self.full_at,
            view.range,
            view.compare,
        )
        if self._film is None or key != self._key:
            self._key, self._film = key, Film(self._scene(height, ratio, now_x))
        return self._film

    def _scene(self, height: int, ratio: float, now_x: float) -> Scene:
        view, look = self._view, self._look
        lanes = self.lanes(height)
        small = QFontMetricsF(look.font("micro"))
        compare = view.compare
        return Scene(
            scale=view.scale,
            lanes=lanes,
            ratio=ratio,
            look=look,
            calendar=view.calendar,
            prepared=view.prepared,
            now_x=now_x,
            full_at=self.full_at,
            as_cells=view.as_cells,
            clusters=view.clusters(lanes.px(CLUSTER_REACH), lanes.px(look.film.hit_number_min_gap)),
            flags=view.flags(lambda text, _bold: small.horizontalAdvance(text), lanes.px(FLAG_WIDTH)),
            range_x=None
            if view.range is None
            else (view.scale.x(view.range[0]), view.scale.x(view.range[1])),
            compare_x=None
            if compare is None
            else (
                view.scale.x(compare[0]),
                view.scale.x(view.now_ms if compare[1] is None else compare[1]),
            ),
            clockless=not view.open,
        )

    # ------------------------------------------------------------------------------------------ geometry

    def pill_text(self) -> str:
        """What the playhead says."""
        view = self._view
        if view.playhead is None:
            return tr("Now")
        return names.pill(view.playhead, view.scale.extent_ms, view.calendar)

    def head_area(self, x: float, height: int) -> QRectF:
        """What a playhead at ``x`` covers."""
        pill = pill_rect(self._look, self.lanes(height), x, self.pill_text(), self._view.scale.width)
        return QRectF(x - 8, 0, 16, height).united(pill.adjusted(-2, 0, 2, 2))

    def cells(self) -> list[Cell]:
        """The cells on the film."""
        return self._view.cells(self._look.film.cell_width)

    # ------------------------------------------------------------------------------------------ painting

    def paint(
        self, painter: QPainter, height: int, ratio: float, overlay: Overlay, thumbnail: Thumbnail | None
    ) -> None:
        """Paint the strip. The painter's clip decides how much of it is touched."""
        view, look = self._view, self._look
        film = self.film(height, ratio)
        scene, lanes = film.scene, film.scene.lanes
        width = view.scale.width
        if view.playhead is None:
            painter.drawPixmap(QPointF(0, 0), film.exposed)
        else:
            border = min(max(scene.snap(overlay.head_x), 0.0), float(width))
            for left, right, picture in ((0.0, border, film.exposed), (border, float(width), film.ghost)):
                source = QRectF(left * ratio, 0, (right - left) * ratio, picture.height())
                painter.drawPixmap(QRectF(left, 0, right - left, lanes.bottom), picture, source)
        if overlay.pointed is not None:
            left, right = overlay.pointed
            stretch = QRectF(left, lanes.names, right - left, lanes.edge - lanes.names)
            painter.fillRect(stretch, faded(look.color("filmText"), 0.22))
        if view.as_cells:
            shown_until = view.now_ms if view.playhead is None else view.scale.ms(overlay.head_x) + 0.5
            paint_cells(painter, scene, self.cells(), max(shown_until, view.head_ms), thumbnail)
            paint_hits(painter, scene, until_ms=shown_until)
        self._paint_ends(painter, scene, overlay, ratio)
        if overlay.focus:
            painter.setPen(QPen(look.color("filmNow"), look.border.focus))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(1, 1, width - 2, height - 2))

    def _paint_ends(self, painter: QPainter, scene: Scene, overlay: Overlay, ratio: float) -> None:
        view, look, lanes, width = self._view, self._look, scene.lanes, self._view.scale.width
        paint_grips(painter, scene, look.color("filmNow"))
        if scene.compare_x is not None and view.compare is not None:
            other = view.compare[1]
            text = tr("Now") if other is None else names.pill(other, view.scale.extent_ms, view.calendar)
            x = scene.compare_x[1]
            paint_playhead(painter, look, lanes, x, ratio, width, text, "filmNow", "filmOnNow")
        if overlay.drop_x is not None:
            ms = view.instant_at(overlay.drop_x)
            text = names.pill(ms, view.scale.extent_ms, view.calendar)
            paint_playhead(painter, look, lanes, overlay.drop_x, ratio, width, text, "filmText", "filmEdge")
        if -_HEAD_REACH < overlay.head_x < width + _HEAD_REACH:
            role, on = ("filmNow", "filmOnNow") if view.playhead is None else ("filmPast", "filmOnPast")
            paint_playhead(painter, look, lanes, overlay.head_x, ratio, width, self.pill_text(), role, on)
