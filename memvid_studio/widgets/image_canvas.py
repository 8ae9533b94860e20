"""One picture: fitted, zoomed at the cursor, dragged."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.scroll_marks import MarkedScrollBar

PADDING: Final = 16
ZOOMS: Final = (0.05, 0.1, 0.17, 0.25, 0.33, 0.5, 0.67, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_CHECK: Final = 8


class ImageCanvas(QAbstractScrollArea):
    """Shows a picture of ``full_size`` pixels from an image that may be smaller, and asks for a larger one.

    Zoom 1.0 is one pixel of the picture on one pixel of the screen. Signals: ``wantsPicture(QSize)``, at
    least this many pixels would be seen; ``zoomChanged(float)``.
    """

    wantsPicture = Signal(QSize)
    zoomChanged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._full = QSize()
        self._zoom = 1.0
        self._fits = True
        self._grabbed: QPoint | None = None
        self._asked = QSize()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Picture"))
        self.setVerticalScrollBar(MarkedScrollBar())

    # ------------------------------------------------------------------------------------------ content

    def clear(self) -> None:
        """Show nothing; the next picture is fitted."""
        self._image, self._full, self._fits = QImage(), QSize(), True
        self._asked = QSize()
        self._lay_out()

    def set_picture(self, image: QImage, full_size: QSize) -> None:
        """Show ``image``, which stands for ``full_size`` pixels. Zoom and place stay if that is the same."""
        same = full_size == self._full
        self._image, self._full = image, full_size
        if not same:
            self._fits = True
            self._asked = image.size()
        self._lay_out()
        self.zoomChanged.emit(self.zoom)

    @property
    def has_picture(self) -> bool:
        """Whether there is something to see."""
        return not self._image.isNull()

    # --------------------------------------------------------------------------------------------- zoom

    @property
    def fits(self) -> bool:
        """Whether all of the picture is in sight, as large as there is room but never enlarged."""
        return self._fits

    @property
    def zoom(self) -> float:
        """Screen pixels per picture pixel."""
        return self._fitting_zoom() if self._fits else self._zoom

    def fit(self) -> None:
        """Bring all of it into sight, also when the room changes."""
        self._fits = True
        self._lay_out()
        self.zoomChanged.emit(self.zoom)

    def set_zoom(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom; what lies at ``anchor`` (of the viewport, by default its middle) stays there."""
        if self._full.isEmpty():
            return
        point = anchor if anchor is not None else QPointF(self.viewport().rect().center())
        before = self._picture_rect()
        x = (point.x() - before.x()) / before.width()
        y = (point.y() - before.y()) / before.height()
        self._fits, self._zoom = False, min(max(zoom, ZOOMS[0]), ZOOMS[-1])
        self._lay_out()
        after = self._picture_rect()
        across, bar = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(after.x() + x * after.width() - point.x()))
        bar.setValue(bar.value() + round(after.y() + y * after.height() - point.y()))
        self.zoomChanged.emit(self.zoom)

    def zoom_by_step(self, steps: int, anchor: QPointF | None = None) -> None:
        """The next larger (+1) or smaller (-1) zoom."""
        now = self.zoom
        if steps > 0:
            larger = [zoom for zoom in ZOOMS if zoom > now * 1.01]
            self.set_zoom(larger[0] if larger else ZOOMS[-1], anchor)
        else:
            smaller = [zoom for zoom in ZOOMS if zoom < now * 0.99]
            self.set_zoom(smaller[-1] if smaller else ZOOMS[0], anchor)

    def wanted_size(self) -> QSize:
        """Pixels that can be seen of the picture at this zoom, at most its own."""
        if self._full.isEmpty():
            room = self.viewport().size() * self.devicePixelRatioF()
            return room.expandedTo(QSize(1, 1))
        scaled = QSize(round(self._full.width() * self.zoom), round(self._full.height() * self.zoom))
        return scaled.boundedTo(self._full).expandedTo(QSize(1, 1))

    def _fitting_zoom(self) -> float:
        if self._full.isEmpty():
            return 1.0
        ratio = self.devicePixelRatioF()
        width = max(1, self.viewport().width() - 2 * PADDING) * ratio
        height = max(1, self.viewport().height() - 2 * PADDING) * ratio
        return float(min(1.0, width / self._full.width(), height / self._full.height()))

    def _shown_size(self) -> QSize:
        """In logical pixels."""
        scale = self.zoom / self.devicePixelRatioF()
        width, height = round(self._full.width() * scale), round(self._full.height() * scale)
        return QSize(max(1, width), max(1, height))

    def _picture_rect(self) -> QRectF:
        size, room = self._shown_size(), self.viewport().size()
        free_x, free_y = room.width() - size.width(), room.height() - size.height()
        across, bar = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        x = round(free_x / 2) if free_x >= 2 * PADDING else PADDING - across
        y = round(free_y / 2) if free_y >= 2 * PADDING else PADDING - bar
        return QRectF(x, y, size.width(), size.height())

    def _lay_out(self) -> None:
        size, room = self._shown_size(), self.viewport().size()
        for bar, extent, available in (
            (self.horizontalScrollBar(), size.width(), room.width()),
            (self.verticalScrollBar(), size.height(), room.height()),
        ):
            over = 0 if self._full.isEmpty() or self._fits else extent + 2 * PADDING - available
            bar.setPageStep(available)
            bar.setSingleStep(theme().px(20))
            bar.setRange(0, max(0, over))
        self.viewport().update()
        self._ask()

    def _ask(self) -> None:
        """Ask for more pixels when those there are would be enlarged; not again for the same."""
        wanted = self.wanted_size()
        if self._full.isEmpty() or self._image.isNull() or wanted.width() <= self._image.width():
            return
        if wanted.width() > self._asked.width():
            # With some room, so that not every step of the wheel decodes the picture anew.
            self._asked = (wanted * 1.5).boundedTo(self._full)
            self.wantsPicture.emit(self._asked)

    # ------------------------------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), look.color("sunken"))
        if not self._image.isNull():
            rect = self._picture_rect()
            if self._image.hasAlphaChannel():
                _paint_checks(painter, rect & QRectF(event.rect()), rect.topLeft())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.zoom < 3)
            painter.drawImage(rect, self._image)
        painter.end()

    # -------------------------------------------------------------------------------------------- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        if self._fits:
            self.zoomChanged.emit(self.zoom)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by_step(1 if event.angleDelta().y() > 0 else -1, event.position())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._fits:
            self.set_zoom(1.0, event.position())
        else:
            self.fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = event.position().toPoint()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            moved = event.position().toPoint() - self._grabbed
            self._grabbed = event.position().toPoint()
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - moved.y())
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - moved.x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = None
            self.viewport().unsetCursor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom_by_step(1)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom_by_step(-1)
        elif event.key() == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)


def _paint_checks(painter: QPainter, area: QRectF, origin: QPointF) -> None:
    """The ground behind what is transparent."""
    look = theme()
    painter.save()
    painter.setClipRect(area)
    painter.fillRect(area, look.color("pane"))
    painter.setPen(Qt.PenStyle.NoPen)
    color = look.color("hover")
    first_row, last_row = (
        int((area.top() - origin.y()) // _CHECK),
        int((area.bottom() - origin.y()) // _CHECK),
    )
    first, last = int((area.left() - origin.x()) // _CHECK), int((area.right() - origin.x()) // _CHECK)
    for row in range(first_row, last_row + 1):
        for column in range(first + (first + row) % 2, last + 1, 2):
            at = QRectF(origin.x() + column * _CHECK, origin.y() + row * _CHECK, _CHECK, _CHECK)
            painter.fillRect(at, color)
    painter.restore()
