"""Small marks in rows: film tiles of a kind or of a picture, and one pixel tags."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.paint import draw_text, panel, text_width

_TAG_PADDING = 6


def paint_tile(painter: QPainter, rect: QRectF, kind: str, picture: QPixmap | QImage | None = None) -> None:
    """A film tile filling the square ``rect``: the picture where there is one, else the kind's icon."""
    look = theme()
    if picture is None or picture.isNull():
        ratio = painter.deviceTransform().m11()
        painter.drawPixmap(rect.topLeft(), look.kind_tile(kind, round(rect.width()), ratio))
        return
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    path = QPainterPath()
    radius = min(look.radius.tile, rect.width() * 0.25)
    path.addRoundedRect(rect, radius, radius)
    painter.setClipPath(path)
    side = min(picture.width(), picture.height())
    source = QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
    if isinstance(picture, QImage):
        painter.drawImage(rect, picture, source)
    else:
        painter.drawPixmap(rect, picture, source)
    painter.restore()


def tag_width(text: str) -> float:
    """How wide :func:`paint_tag` makes a tag with this text."""
    look = theme()
    return float(round(text_width(look.font("micro"), text) + 2 * look.px(_TAG_PADDING)))


def paint_tag(
    painter: QPainter, x: float, y: float, text: str, *, edge: str = "line", color: str = "text2"
) -> float:
    """A one pixel tag with its top left at ``x, y``, one micro line high; returns its width.

    Tags in a selected row take ``accentLine`` and ``accentText``, those about the past ``pastLine`` and
    ``past``.
    """
    look = theme()
    rect = QRectF(x, y, tag_width(text), look.line_height("micro"))
    panel(painter, rect, look.radius.tag, None, look.color(edge))
    draw_text(painter, rect, text, look.font("micro"), look.color(color), Qt.AlignmentFlag.AlignHCenter)
    return rect.width()


class Tile(QWidget):
    """A film tile as a widget, ``side`` pixels at text size 1."""

    def __init__(self, kind: str, side: int = 40, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._side = side
        self._picture: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_kind(self, kind: str, picture: QImage | None = None) -> None:
        """Show another kind, or the picture itself."""
        self._kind, self._picture = kind, picture
        self.update()

    def sizeHint(self) -> QSize:
        side = theme().px(self._side)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = min(self.width(), self.height())
        paint_tile(painter, QRectF(0, 0, side, side), self._kind, self._picture)
        painter.end()
