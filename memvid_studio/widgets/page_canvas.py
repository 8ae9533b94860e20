"""Pages of paper on a sunken ground: pixels come late, scrolling never waits for them.

The canvas knows the sizes of all pages at once and keeps the pictures of some. Whoever feeds it asks
:meth:`PageCanvas.wanted` for the page that is missing most and hands it over with ``set_page``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from memvid_studio import theme_tokens as tokens
from memvid_studio.theme import parse_color, theme
from memvid_studio.widgets.hit_mark import paint_paper_mark
from memvid_studio.widgets.scroll_marks import MarkedScrollBar

Box = tuple[float, float, float, float]
Size = tuple[float, float]

GAP: Final = 16
ZOOMS: Final = (0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0)
PIXELS_PER_POINT: Final = 96 / 72
"""At 100 % a page has its true size on a screen of 96 dots per inch."""
MEMORY: Final = 160 * 1024 * 1024
"""Bytes of page pictures kept; what is in sight is kept anyhow."""
_SHADOW_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A found word on a page: its boxes as fractions of the page's width and height."""

    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as it was rendered, with the marks on it."""

    image: QImage
    marks: tuple[Mark, ...]


def marks_of(boxes: Sequence[Box], owners: Sequence[int], width: int, height: int) -> tuple[Mark, ...]:
    """Boxes in pixels of a page picture, gathered by the word they belong to."""
    found: dict[int, list[Box]] = {}
    for box, owner in zip(boxes, owners, strict=True):
        part = (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
        found.setdefault(owner, []).append(part)
    return tuple(Mark(tuple(found[owner])) for owner in sorted(found))


class PageCanvas(QAbstractScrollArea):
    """Pages below each other, scrolled and zoomed. Pages count from 1.

    Signals: ``wantsPages`` when :meth:`wanted` may have a new answer; ``pageChanged(int)`` when another page
    is the one looked at; ``zoomChanged(float)``, 1.0 is true size.
    """

    wantsPages = Signal()
    pageChanged = Signal(int)
    zoomChanged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sizes: np.ndarray[Any, np.dtype[np.float64]] = np.empty((0, 2))
        self._widths = np.empty(0)
        self._heights = np.empty(0)
        self._tops = np.empty(0)
        self._zoom = 1.0
        self._fits_width = True
        self._pictures: OrderedDict[int, PagePicture] = OrderedDict()
        self._failed: dict[int, str] = {}
        self._asked: dict[int, int] = {}
        self._stale: set[int] = set()
        self._counts: dict[int, int] = {}
        self._current: tuple[int, int] | None = None
        self._page = 0
        self._grabbed: QPoint | None = None
        self._late = QTimer(self, singleShot=True)
        self._late.setInterval(theme().motion.skeleton_after)
        self._late.timeout.connect(self.viewport().update)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Pages"))
        self.setVerticalScrollBar(MarkedScrollBar())
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    # ------------------------------------------------------------------------------------------ content

    def set_pages(self, sizes: Sequence[Size]) -> None:
        """Show a document whose pages have these sizes in points; pictures and marks are forgotten."""
        self._sizes = np.array(sizes, dtype=np.float64).reshape(len(sizes), 2)
        self._pictures.clear()
        self._failed.clear()
        self._stale.clear()
        self._counts.clear()
        self._current = None
        self._page = 0
        self._lay_out()
        self.verticalScrollBar().setValue(0)
        self._scrolled()

    @property
    def page_count(self) -> int:
        """How many pages the document has."""
        return len(self._sizes)

    @property
    def page(self) -> int:
        """The page that is looked at; 0 without a document."""
        return self._page

    def set_page(self, page: int, picture: PagePicture, width: int) -> None:
        """Hand over the picture of a page and the width in pixels it was asked for in."""
        self._failed.pop(page, None)
        self._stale.discard(page)
        self._asked[page] = width
        self._pictures[page] = picture
        self._pictures.move_to_end(page)
        self._counts[page] = len(picture.marks)
        self._drop_old()
        self._place_ticks()
        self.viewport().update()

    def set_failed(self, page: int, reason: str) -> None:
        """A page cannot be shown: say so on its paper."""
        self._failed[page] = reason
        self.viewport().update()

    def forget_marks(self) -> None:
        """Other words are looked for: pictures stay, marks go and pages are wanted anew."""
        for page, picture in self._pictures.items():
            self._pictures[page] = replace(picture, marks=())
        self._stale = set(self._pictures)
        self._counts.clear()
        self._current = None
        self._place_ticks()
        self.viewport().update()

    def wanted(self) -> tuple[int, int] | None:
        """The page missing most and the width in pixels it is wanted in; None when all is there."""
        first, last = self._visible_pages()
        if not first:
            return None
        nearest = sorted(range(first, last + 1), key=lambda page: abs(page - self._page))
        around = [page for page in (last + 1, first - 1) if 1 <= page <= self.page_count]
        for page in (*nearest, *around):
            if page in self._failed:
                continue
            width = max(1, round(float(self._widths[page - 1]) * self.devicePixelRatioF()))
            picture = self._pictures.get(page)
            if picture is None or page in self._stale or self._asked.get(page) != width:
                self._asked[page] = width
                return page, width
        return None

    # -------------------------------------------------------------------------------------------- marks

    def set_mark_counts(self, counts: dict[int, int]) -> None:
        """How many marks each page will have, for the ticks beside pages not rendered yet."""
        self._counts = {**counts, **{p: len(known.marks) for p, known in self._pictures.items()}}
        self._place_ticks()

    def marks_on(self, page: int) -> tuple[Mark, ...] | None:
        """The marks of a page, None while it is not rendered."""
        picture = self._pictures.get(page)
        return None if picture is None or page in self._stale else picture.marks

    def set_current_mark(self, page: int, number: int) -> None:
        """Make mark ``number`` (from 0) of ``page`` the current one and bring it into sight."""
        self._current = (page, number)
        marks = self.marks_on(page)
        if marks and number < len(marks):
            box = self._on_page(page, marks[number].boxes[0])
            height, width = self.viewport().height(), self.viewport().width()
            if box.top() < 0 or box.bottom() > height - GAP:
                bar = self.verticalScrollBar()
                bar.setValue(bar.value() + round(box.top()) - height // 3)
            if box.left() < 0 or box.right() > width:
                across = self.horizontalScrollBar()
                across.setValue(across.value() + round(box.left()) - width // 3)
        elif not self._in_sight(page):
            self.go_to_page(page)
        self.viewport().update()

    def mark_rects(self, page: int, number: int) -> list[QRectF]:
        """Where a mark lies in the viewport."""
        marks = self.marks_on(page)
        return [self._on_page(page, box) for box in marks[number].boxes] if marks else []

    # ---------------------------------------------------------------------------------- where and how large

    def go_to_page(self, page: int) -> None:
        """Bring the top of a page to the top."""
        if self.page_count:
            page = min(max(page, 1), self.page_count)
            self.verticalScrollBar().setValue(round(float(self._tops[page - 1])) - GAP)
            self._set_page(page)

    @property
    def zoom(self) -> float:
        """1.0 is true size; of the page looked at, while pages fit the width."""
        if self._fits_width and self.page_count:
            at = max(self._page, 1) - 1
            return float(self._widths[at] / (self._sizes[at, 0] * PIXELS_PER_POINT))
        return self._zoom

    @property
    def fits_width(self) -> bool:
        """Whether pages are as wide as there is room."""
        return self._fits_width

    def set_zoom(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom; what lies at ``anchor`` (of the viewport) stays there, by default the middle of the top."""
        self._rescale(False, min(max(zoom, ZOOMS[0]), ZOOMS[-1]), anchor)

    def fit_width(self) -> None:
        """Make pages as wide as there is room, also when the room changes."""
        self._rescale(True, self._zoom, None)

    def zoom_by_step(self, steps: int, anchor: QPointF | None = None) -> None:
        """The next larger (+1) or smaller (-1) zoom."""
        now = self.zoom
        if steps > 0:
            larger = [zoom for zoom in ZOOMS if zoom > now * 1.01]
            self.set_zoom(larger[0] if larger else ZOOMS[-1], anchor)
        else:
            smaller = [zoom for zoom in ZOOMS if zoom < now * 0.99]
            self.set_zoom(smaller[-1] if smaller else ZOOMS[0], anchor)

    def _rescale(self, fits: bool, zoom: float, anchor: QPointF | None) -> None:
        point = anchor if anchor is not None else QPointF(self.viewport().width() / 2, 0)
        bar, across = self.verticalScrollBar(), self.horizontalScrollBar()
        held = self._place_at(point)
        self._fits_width, self._zoom = fits, zoom
        self._lay_out()
        if held is not None:
            index, x, y = held
            bar.setValue(round(float(self._tops[index] + y * self._heights[index]) - point.y()))
            left = self._left(index) + across.value()
            across.setValue(round(left + x * float(self._widths[index]) - point.x()))
        self._scrolled()
        self.zoomChanged.emit(self.zoom)

    def _place_at(self, point: QPointF) -> tuple[int, float, float] | None:
        """Index of the page at a point of the viewport and the place on it, in parts of its size."""
        if not self.page_count:
            return None
        y = point.y() + self.verticalScrollBar().value()
        index = max(0, int(np.searchsorted(self._tops, y, side="right")) - 1)
        x = (point.x() - self._left(index)) / float(self._widths[index])
        return index, x, (y - float(self._tops[index])) / float(self._heights[index])

    def _lay_out(self) -> None:
        room = max(50, self.viewport().width() - 2 * GAP)
        if self._fits_width:
            self._widths = np.full(self.page_count, float(room))
        else:
            self._widths = np.round(self._sizes[:, 0] * PIXELS_PER_POINT * self._zoom)
        self._heights = np.round(self._widths * self._sizes[:, 1] / self._sizes[:, 0])
        self._tops = GAP + np.cumsum(self._heights + GAP) - (self._heights + GAP)
        total = float(self._tops[-1] + self._heights[-1]) + GAP if self.page_count else 0.0
        widest = float(self._widths.max()) + 2 * GAP if self.page_count else 0.0
        bar, across = self.verticalScrollBar(), self.horizontalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(theme().px(40))
        bar.setRange(0, max(0, round(total) - self.viewport().height()))
        across.setPageStep(self.viewport().width())
        across.setRange(0, max(0, round(widest) - self.viewport().width()))
        self._asked = {}
        self._place_ticks()
        self.viewport().update()

    def _left(self, index: int) -> float:
        """Left edge of a page in the viewport: centred, or scrolled where it is wider than the room."""
        room = self.viewport().width()
        width = float(self._widths[index])
        if width + 2 * GAP <= room:
            return round((room - width) / 2)
        return GAP - self.horizontalScrollBar().value()

    def _page_rect(self, page: int) -> QRectF:
        index = page - 1
        top = float(self._tops[index]) - self.verticalScrollBar().value()
        return QRectF(self._left(index), top, float(self._widths[index]), float(self._heights[index]))

    def _on_page(self, page: int, box: Box) -> QRectF:
        """A box in parts of a page as a rectangle of the viewport, one pixel of padding round it."""
        rect = self._page_rect(page)
        left, top = rect.x() + box[0] * rect.width(), rect.y() + box[1] * rect.height()
        right, bottom = rect.x() + box[2] * rect.width(), rect.y() + box[3] * rect.height()
        return QRectF(round(left) - 1, round(top), round(right - left) + 2, round(bottom - top))

    def _visible_pages(self) -> tuple[int, int]:
        """First and last page in sight; (0, -1) without a document."""
        if not self.page_count:
            return 0, -1
        top = self.verticalScrollBar().value()
        first = int(np.searchsorted(self._tops + self._heights, top, side="right"))
        last = int(np.searchsorted(self._tops, top + self.viewport().height(), side="right"))
        first = min(first, self.page_count - 1)
        return first + 1, max(first + 1, min(last, self.page_count))

    def _in_sight(self, page: int) -> bool:
        first, last = self._visible_pages()
        return first <= page <= last

    def _scrolled(self) -> None:
        if self.page_count:
            middle = self.verticalScrollBar().value() + self.viewport().height() * 0.4
            page = int(np.searchsorted(self._tops, middle, side="right"))
            if not self._in_sight(self._page) or self._shows_more_of(page):
                self._set_page(max(1, page))
        self._late.start()
        self.viewport().update()
        self.wantsPages.emit()

    def _shows_more_of(self, page: int) -> bool:
        """Whether ``page`` is really looked at: a page jumped to stays the one while its top is in sight."""
        top = float(self._tops[self._page - 1]) - self.verticalScrollBar().value()
        return page != self._page and not -1 <= top <= self.viewport().height() * 0.5

    def _set_page(self, page: int) -> None:
        if page != self._page:
            self._page = page
            self.pageChanged.emit(page)

    def _drop_old(self) -> None:
        first, last = self._visible_pages()
        held = sum(picture.image.sizeInBytes() for picture in self._pictures.values())
        for page in list(self._pictures):
            if held <= MEMORY:
                break
            if not first - 1 <= page <= last + 1:
                held -= self._pictures.pop(page).image.sizeInBytes()
                self._asked.pop(page, None)

    def _place_ticks(self) -> None:
        bar = self.verticalScrollBar()
        if not isinstance(bar, MarkedScrollBar):
            return
        total = max(1.0, bar.maximum() + self.viewport().height())
        ticks: list[float] = []
        for page in sorted(self._counts):
            count = self._counts[page]
            if not count or page > self.page_count:
                continue
            top, height = float(self._tops[page - 1]), float(self._heights[page - 1])
            marks = self.marks_on(page)
            if marks is not None:
                ticks.extend((top + mark.boxes[0][1] * height) / total for mark in marks)
            else:
                ticks.extend((top + height * (n + 0.5) / count) / total for n in range(min(count, 40)))
        bar.set_marks(sorted(ticks))

    # ------------------------------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        look = theme()
        painter.fillRect(event.rect(), look.color("sunken"))
        first, last = self._visible_pages()
        for page in range(first, last + 1):
            rect = self._page_rect(page)
            if rect.intersects(QRectF(event.rect())):
                paint_shadow(painter, rect)
                self._paint_page(painter, page, rect)
        painter.end()

    def _paint_page(self, painter: QPainter, page: int, rect: QRectF) -> None:
        look = theme()
        picture = self._pictures.get(page)
        if picture is None:
            painter.fillRect(rect, look.color("paper"))
            if page in self._failed:
                self._paint_reason(painter, rect, self._failed[page])
            elif not self._late.isActive():
                paint_text_blocks(painter, rect)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, picture.image)
        tint_paper(painter, rect)
        for number, mark in enumerate(picture.marks):
            for box in mark.boxes:
                paint_paper_mark(painter, self._on_page(page, box), current=self._current == (page, number))

    def _paint_reason(self, painter: QPainter, rect: QRectF, reason: str) -> None:
        painter.setFont(theme().font("body"))
        painter.setPen(parse_color(tokens.LIGHT["text3"]))
        inner = rect.adjusted(GAP * 2, GAP * 2, -GAP * 2, -GAP * 2)
        painter.drawText(inner, Qt.TextFlag.TextWordWrap, reason)

    # -------------------------------------------------------------------------------------------- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits_width:
            self._rescale(True, self._zoom, None)
        else:
            self._lay_out()
            self._scrolled()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._asked = {}
            self.wantsPages.emit()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by_step(1 if event.angleDelta().y() > 0 else -1, event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        step = max(1, self.viewport().height() - theme().px(40))
        key = event.key()
        if key in {Qt.Key.Key_PageDown, Qt.Key.Key_Space}:
            bar.setValue(bar.value() + step)
        elif key == Qt.Key.Key_PageUp:
            bar.setValue(bar.value() - step)
        elif key == Qt.Key.Key_Home:
            self.go_to_page(1)
        elif key == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

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


def paint_shadow(painter: QPainter, rect: QRectF) -> None:
    """The soft edge under a sheet of paper: one pixel down, four wide."""
    color = QColor(theme().color("shadow"))
    alpha = color.alphaF()
    for step in range(_SHADOW_STEPS, 0, -1):
        color.setAlphaF(alpha * (1 - step / (_SHADOW_STEPS + 1)) * 0.25)
        painter.fillRect(rect.adjusted(-step, 1 - step, step, 1 + step), color)


def tint_paper(painter: QPainter, rect: QRectF) -> None:
    """White paper is softer in the dark."""
    paper = theme().color("paper")
    if paper != QColor(Qt.GlobalColor.white):
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        painter.fillRect(rect, paper)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)


def paint_text_blocks(painter: QPainter, rect: QRectF) -> None:
    """Grey lines where the text of a page will be."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(parse_color(tokens.LIGHT["sunken"]))
    unit = rect.width() / 60
    lengths = (0.9, 0.75, 0.95, 0.55, 0.88, 0.7, 0.92, 0.4)
    for number, length in enumerate(lengths):
        top = rect.y() + unit * (8 + 3.2 * number)
        bar = QRectF(rect.x() + 7 * unit, top, (rect.width() - 14 * unit) * length, unit * 1.2)
        painter.drawRoundedRect(bar, min(4.0, bar.height() / 2), min(4.0, bar.height() / 2))
