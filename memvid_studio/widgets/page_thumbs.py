"""A column of small pages, to see where one is and where the found words are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from memvid_studio import theme_tokens as tokens
from memvid_studio.theme import parse_color, theme
from memvid_studio.widgets.page_canvas import Mark, PagePicture, Size, paint_text_blocks, tint_paper
from memvid_studio.widgets.paint import draw_text, panel
from memvid_studio.words import number

_WIDTH: Final = 88
_THUMB: Final = 52
_TALLEST: Final = 104
_LABEL: Final = 28
_TOP: Final = 15
_KEPT: Final = 400


class PageThumbs(QAbstractScrollArea):
    """Thumbnails 52 wide with their page numbers. Pages count from 1.

    Signals: ``wantsPages`` when :meth:`wanted` may have a new answer; ``pageClicked(int)``.
    """

    wantsPages = Signal()
    pageClicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heights: np.ndarray[Any, np.dtype[np.float64]] = np.empty(0)
        self._tops = np.empty(0)
        self._pictures: dict[int, PagePicture] = {}
        self._asked: dict[int, int] = {}
        self._page = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Page thumbnails"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sizes: Sequence[Size] = ()
        self._fit()
        theme().scaled.connect(self._fit)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    def _fit(self) -> None:
        """Another text size: the column and its labels grow."""
        self.setFixedWidth(theme().px(_WIDTH))
        page = self._page
        self.set_pages(self._sizes)
        self.set_current(page)

    def sizeHint(self) -> QSize:
        return QSize(theme().px(_WIDTH), theme().px(300))

    def set_pages(self, sizes: Sequence[Size]) -> None:
        """Show a document whose pages have these sizes in points."""
        look = theme()
        self._sizes = sizes
        shape = np.array(sizes, dtype=np.float64).reshape(len(sizes), 2)
        tall = np.round(look.px(_THUMB) * shape[:, 1] / shape[:, 0]) if len(sizes) else np.empty(0)
        self._heights = np.clip(tall, look.px(24), look.px(_TALLEST))
        pitch = self._heights + look.px(_LABEL)
        self._tops = look.px(_TOP) + np.cumsum(pitch) - pitch
        self._pictures.clear()
        self._asked.clear()
        self._page = 0
        self._set_range()
        self.verticalScrollBar().setValue(0)
        self._scrolled()

    def set_current(self, page: int) -> None:
        """Ring this page and keep it in sight."""
        self._page = page
        if 1 <= page <= len(self._tops):
            top, height = float(self._tops[page - 1]), float(self._heights[page - 1])
            bar, room = self.verticalScrollBar(), self.viewport().height()
            if top - theme().px(_TOP) < bar.value() or top + height + theme().px(_LABEL) > bar.value() + room:
                bar.setValue(round(top + height / 2 - room / 2))
        self.viewport().update()

    def set_page(self, page: int, picture: PagePicture) -> None:
        """Hand over the small picture of a page, made for :meth:`wanted`."""
        self._pictures[page] = picture
        if len(self._pictures) > _KEPT:
            farthest = max(self._pictures, key=lambda kept: abs(kept - page))
            del self._pictures[farthest]
            self._asked.pop(farthest, None)
        self.viewport().update()

    def set_failed(self, page: int) -> None:
        """A page cannot be shown: its paper stays empty."""
        self._pictures[page] = PagePicture(QImage(), ())
        self.viewport().update()

    def forget_marks(self) -> None:
        """Other words are looked for: thumbnails are wanted anew, the present ones stay until then."""
        self._asked.clear()
        self.wantsPages.emit()

    def wanted(self) -> tuple[int, int] | None:
        """The next page in sight without a thumbnail and the width in pixels it is wanted in."""
        width = round(theme().px(_THUMB) * self.devicePixelRatioF())
        if not self.isVisible():
            return None
        first, last = self._visible()
        for page in sorted(range(first, last + 1), key=lambda candidate: abs(candidate - self._page)):
            if self._asked.get(page) != width:
                self._asked[page] = width
                return page, width
        return None

    def _visible(self) -> tuple[int, int]:
        if not len(self._tops):
            return 0, -1
        top = self.verticalScrollBar().value()
        first = int(np.searchsorted(self._tops + self._heights, top, side="left")) + 1
        last = int(np.searchsorted(self._tops, top + self.viewport().height(), side="right"))
        return min(first, len(self._tops)), last

    def _set_range(self) -> None:
        end = float(self._tops[-1] + self._heights[-1]) + theme().px(_LABEL) if len(self._tops) else 0.0
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(theme().px(40))
        bar.setRange(0, max(0, round(end) - self.viewport().height()))

    def _scrolled(self) -> None:
        self.viewport().update()
        self.wantsPages.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_range()
        self.wantsPages.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        y = event.position().y() + self.verticalScrollBar().value()
        page = int(np.searchsorted(self._tops - theme().px(8), y, side="right"))
        if page:
            self.pageClicked.emit(page)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), look.color("sidebar"))
        painter.fillRect(QRectF(self.viewport().width() - 1, 0, 1, self.height()), look.color("line"))
        left = (self.viewport().width() - look.px(_THUMB)) // 2
        first, last = self._visible()
        for page in range(max(1, first), last + 1):
            top = float(self._tops[page - 1]) - self.verticalScrollBar().value()
            rect = QRectF(left, top, look.px(_THUMB), float(self._heights[page - 1]))
            self._paint_thumb(painter, page, rect)
        painter.end()

    def _paint_thumb(self, painter: QPainter, page: int, rect: QRectF) -> None:
        look = theme()
        current = page == self._page
        painter.fillRect(rect, look.color("paper"))
        picture = self._pictures.get(page)
        if picture is None:
            paint_text_blocks(painter, rect)
        elif not picture.image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(rect, picture.image)
            tint_paper(painter, rect)
            for mark in picture.marks:
                _paint_small_mark(painter, rect, mark)
        if current:
            panel(painter, rect.adjusted(-4, -4, 4, 4), 2, None, look.color("accent"), 2)
        else:
            panel(painter, rect, 0, None, look.color("lineStrong" if look.dark else "line"))
        label = QRectF(0, rect.bottom() + look.px(4), self.viewport().width(), look.px(16))
        font, role = (look.font("section"), "text") if current else (look.font("micro"), "text3")
        draw_text(painter, label, number(page), font, look.color(role), Qt.AlignmentFlag.AlignHCenter)


def _paint_small_mark(painter: QPainter, rect: QRectF, mark: Mark) -> None:
    """At this size a word is a dash: at least 5 × 2 pixels, so that it is seen."""
    color = parse_color(tokens.LIGHT["hitCurrent"])
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    for box in mark.boxes:
        width = max(5.0, (box[2] - box[0]) * rect.width())
        height = max(2.0, (box[3] - box[1]) * rect.height())
        at = QRectF(rect.x() + box[0] * rect.width(), rect.y() + box[1] * rect.height(), width, height)
        painter.fillRect(at & rect, color)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
