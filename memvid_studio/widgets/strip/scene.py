"""Everything one picture of the film is made from, and the small brushes its painters share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF

from memvid_studio.theme import Theme
from memvid_studio.widgets.strip.calendar import Calendar
from memvid_studio.widgets.strip.data import Prepared
from memvid_studio.widgets.strip.lanes import Lanes
from memvid_studio.widgets.strip.layout import Cluster, Flag
from memvid_studio.widgets.strip.scale import Scale

GHOST_NAMES = 0.4
"""How much of a name or a mark is left when it lies later than the playhead."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture of the film at one scale; painters read it and change nothing.

    ``now_x`` is where now lies; ``full_at`` the number of additions (and of changes) that reach full height.
    ``flags`` and ``clusters`` come from the layout.
    """

    scale: Scale
    lanes: Lanes
    ratio: float
    look: Theme
    calendar: Calendar
    prepared: Prepared
    now_x: float
    full_at: tuple[float, float]
    as_cells: bool
    clusters: tuple[Cluster, ...]
    flags: tuple[Flag, ...]
    range_x: tuple[float, float] | None = None
    compare_x: tuple[float, float] | None = None
    clockless: bool = False
    """Whether no capsule is open, so that the film has holes and no hours."""

    @cached_property
    def metrics(self) -> QFontMetricsF:
        """Of the print in the edges."""
        return QFontMetricsF(self.look.font("micro"))

    @cached_property
    def bold_metrics(self) -> QFontMetricsF:
        """Of the larger unit in the print."""
        return QFontMetricsF(self.look.font("section"))

    def measure(self, text: str, bold: bool) -> float:
        """The width of a label."""
        return (self.bold_metrics if bold else self.metrics).horizontalAdvance(text)

    def snap(self, x: float) -> float:
        """The nearest whole device pixel."""
        return round(x * self.ratio) / self.ratio

    def column(self, painter: QPainter, x: float, top: float, bottom: float, color: QColor) -> None:
        """A crisp line one logical pixel wide."""
        painter.fillRect(QRectF(self.snap(x), top, 1, bottom - top), color)


def faded(color: QColor, share: float) -> QColor:
    """The colour with only a share of its opacity."""
    result = QColor(color)
    result.setAlphaF(color.alphaF() * share)
    return result


def diamond(x: float, y: float, size: float) -> QPolygonF:
    """A square on its corner, ``size`` px from corner to corner."""
    half = size / 2
    return QPolygonF([QPointF(x, y - half), QPointF(x + half, y), QPointF(x, y + half), QPointF(x - half, y)])
