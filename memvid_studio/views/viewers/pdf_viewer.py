"""PDF pages, drawn in a child process one at a time: what is in sight first, thumbnails when nothing else waits."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

import engine
from memvid_studio.theme import theme
from memvid_studio.views.bars import Line
from memvid_studio.views.viewers.base import Viewer
from memvid_studio.views.viewers.page_field import PageField
from memvid_studio.views.viewers.request import Request, Run, same_document
from memvid_studio.views.viewers.zoom_label import ZoomLabel
from memvid_studio.widgets.buttons import IconButton
from memvid_studio.widgets.page_canvas import GAP, PageCanvas, PagePicture, marks_of
from memvid_studio.widgets.page_thumbs import PageThumbs
from memvid_studio.words import counted, number, tr

_NARROW = 560
"""Below this width the thumbnails give way to the page."""
_ROOM_FOR_ZOOM = 520


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A page as it came back: its picture, and the sizes of all pages."""

    page: int
    width: int
    picture: PagePicture
    sizes: tuple[tuple[float, float], ...]


def draw_page(request: Request, page: int, width: int, terms: tuple[str, ...]) -> _Drawn:
    """Have a page drawn and make it what Qt paints fastest. Pool thread."""
    drawn = request.moment.page_image(request.info.id, page, width, terms)
    image = QImage(drawn.rgb, drawn.width, drawn.height, 3 * drawn.width, QImage.Format.Format_RGB888)
    picture = PagePicture(
        image.convertToFormat(QImage.Format.Format_RGB32),
        marks_of(drawn.boxes, drawn.box_hits, drawn.width, drawn.height),
    )
    return _Drawn(page, width, picture, drawn.page_sizes)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the text found in the pages tells: marks by page, and the last frame that holds any of it."""

    counts: dict[int, int]
    last_frame: int | None


def read_parts(request: Request, terms: tuple[str, ...]) -> _Parts:
    """Count the words on each page, from the text that was found when it was put in. Pool thread."""
    counts: dict[int, int] = {}
    parts = request.moment.parts(request.info.id)
    last = max((part.id for part in parts), default=None)
    for part in parts if terms else ():
        page = part.place.page if part.place is not None else None
        if page is not None:
            found = len(engine.find_spans(request.moment.text(part.id), terms))
            if found:
                counts[page] = counts.get(page, 0) + found
    return _Parts(counts, last)


class PdfViewer(Viewer):
    """Pages below each other with thumbnails beside them; opens at the page of the hit."""

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(run, parent)
        self.thumbs = PageThumbs()
        self.canvas = PageCanvas()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.thumbs)
        row.addWidget(self.canvas, 1)
        self._terms: tuple[str, ...] = ()
        self._counts: dict[int, int] = {}
        self._counted = False
        self._current: tuple[int, int] | None = None
        self._first_page = 1
        self._drawing = False
        self._wants_thumbs = True
        self._last_frame: int | None = None
        self._later = QTimer(self, singleShot=True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._draw_next)
        self._make_controls()
        self.canvas.wantsPages.connect(self._later.start)
        self.thumbs.wantsPages.connect(self._later.start)
        self.canvas.pageChanged.connect(self._page_changed)
        self.canvas.zoomChanged.connect(self._show_zoom)
        self.thumbs.pageClicked.connect(self.canvas.go_to_page)

    def _make_controls(self) -> None:
        row = self.controls_row
        row.setSpacing(0)
        self._outline = IconButton("page-layout-sidebar-left", tr("Page thumbnails"))
        self._previous = IconButton("chevron-left", tr("Previous page"))
        self._field = PageField()
        self._of = Line("", "control", "text2", fixed=True)
        self._next = IconButton("chevron-right", tr("Next page"))
        smaller = IconButton("minus", tr("Smaller"))
        larger = IconButton("plus", tr("Larger"))
        self._zoom = ZoomLabel()
        self._fit = IconButton("fit-to-page-outline", tr("Fit the width"))
        for widget, gap in (
            (self._outline, 12),
            (self._previous, 4),
            (self._field, 8),
            (self._of, 8),
            (self._next, 12),
            (smaller, 8),
            (self._zoom, 8),
            (larger, 4),
            (self._fit, 0),
        ):
            row.addWidget(widget)
            row.addSpacing(gap)
        row.addStretch(1)
        self._zooming = (smaller, self._zoom, larger)
        # The pane may be narrower than all of them: then the zoom goes, the wheel still does it.
        self.controls.setMinimumWidth(1)
        self._outline.clicked.connect(self._toggle_thumbs)
        self._previous.clicked.connect(lambda: self.canvas.go_to_page(self.canvas.page - 1))
        self._next.clicked.connect(lambda: self.canvas.go_to_page(self.canvas.page + 1))
        self._field.pageEntered.connect(self.canvas.go_to_page)
        smaller.clicked.connect(lambda: self.canvas.zoom_by_step(-1))
        larger.clicked.connect(lambda: self.canvas.zoom_by_step(1))
        self._fit.clicked.connect(self._toggle_fit)

    # ------------------------------------------------------------------------------------------- content

    def load(self, request: Request) -> None:
        self._generation += 1
        before = self.request
        same = before is not None and same_document(before.info, request.info) and self.canvas.page_count > 0
        self.request = request
        self._terms = request.terms
        self._counts, self._counted, self._current = {}, False, None
        self._last_frame = None
        self._first_page = request.page or (self.canvas.page if same else 1)
        if not same:
            self.canvas.set_pages(())
            self.thumbs.set_pages(())
        width = round(max(100, self.canvas.viewport().width() - 2 * GAP) * self.devicePixelRatioF())
        self._drawing = True
        self._ask(
            draw_page, request, self._first_page, width, self._terms, done=self._opened, failed=self._refused
        )
        self._count()

    def _opened(self, drawn: _Drawn) -> None:
        self._drawing = False
        self.thumbs.set_pages(drawn.sizes)
        self.canvas.set_pages(drawn.sizes)
        self.canvas.set_page(drawn.page, drawn.picture, drawn.width)
        self.canvas.set_mark_counts(self._counts)
        if self.request is not None:
            self.canvas.setAccessibleName(self.request.info.title)
        self._of.set_text(tr("of {n}").replace("{n}", number(self.canvas.page_count)))
        self._field.set_range(self.canvas.page_count)
        self.ready.emit()
        self.canvas.go_to_page(self._first_page)
        self._choose_first_mark()
        self.factsChanged.emit()
        self._later.start()

    def _refused(self, error: BaseException) -> None:
        self._drawing = False
        # The page of the hit may be gone from this version; the document itself may still open.
        if self._first_page != 1:
            self._first_page = 1
            request = self.request
            if request is not None:
                self._drawing = True
                self._ask(draw_page, request, 1, 800, self._terms, done=self._opened, failed=self._refused)
            return
        self.failed.emit(error)

    def clear(self) -> None:
        super().clear()
        self._drawing = False
        self._later.stop()
        self._counts, self._current = {}, None
        self.canvas.set_pages(())
        self.thumbs.set_pages(())
        self._of.set_text("")

    def facts(self) -> list[str]:
        count = self.canvas.page_count
        return [counted(count, tr("{n} page"), tr("{n} pages"))] if count else []

    # ------------------------------------------------------------------------------------------- drawing

    def last_frame(self) -> int | None:
        return self._last_frame

    def _draw_next(self) -> None:
        """One page at a time: what is wanted is asked anew after each, so scrolling past costs nothing."""
        if self._drawing or self.request is None or not self.canvas.page_count:
            return
        wanted = self.canvas.wanted()
        small = wanted is None
        if wanted is None:
            wanted = self.thumbs.wanted()
        if wanted is None:
            return
        page, width = wanted
        terms = self._terms
        self._drawing = True
        self._ask(
            draw_page,
            self.request,
            page,
            width,
            terms,
            done=lambda drawn: self._drawn(drawn, small, terms),
            failed=lambda error: self._not_drawn(page, small, error),
        )

    def _drawn(self, drawn: _Drawn, small: bool, terms: tuple[str, ...]) -> None:
        self._drawing = False
        if terms != self._terms:
            pass  # drawn for other words: it is still wanted, and asked for anew
        elif small:
            self.thumbs.set_page(drawn.page, drawn.picture)
        else:
            self.canvas.set_page(drawn.page, drawn.picture, drawn.width)
            self._learn(drawn.page, len(drawn.picture.marks))
            if self._current is not None and self._current[0] == drawn.page:
                self.canvas.set_current_mark(*self._current)
        self._draw_next()

    def _not_drawn(self, page: int, small: bool, error: BaseException) -> None:
        self._drawing = False
        if small:
            self.thumbs.set_failed(page)
        else:
            self.canvas.set_failed(page, str(error))
        self._draw_next()

    # --------------------------------------------------------------------------------------------- marks

    def _count(self) -> None:
        if self.request is not None:
            terms = self._terms
            self._ask(
                read_parts,
                self.request,
                terms,
                done=lambda parts: self._counted_marks(parts, terms),
                failed=lambda _error: self._counted_marks(_Parts({}, None), terms),
            )

    def _counted_marks(self, parts: _Parts, terms: tuple[str, ...]) -> None:
        if terms != self._terms:
            return
        counts, self._last_frame = parts.counts, parts.last_frame
        self._counted = True
        self._counts = {**counts, **self._counts}
        self.canvas.set_mark_counts(self._counts)
        self._choose_first_mark()
        self.marksChanged.emit()
        self.factsChanged.emit()

    def _learn(self, page: int, count: int) -> None:
        """What is marked on a drawn page is right, whatever was counted before."""
        if self._terms and self._counts.get(page, 0) != count:
            self._counts[page] = count
            self.marksChanged.emit()
        if self._current is not None and self._current[0] == page and self._current[1] >= max(count, 1):
            self._current = (page, max(0, count - 1))

    def _choose_first_mark(self) -> None:
        """The first mark on the page of the hit, or on the first page that has any."""
        if self._current is not None or not self.canvas.page_count:
            return
        drawn = self.canvas.marks_on(self._first_page)
        if drawn is not None and self._terms:
            self._counts[self._first_page] = len(drawn)
        pages = [page for page in sorted(self._counts) if self._counts[page]]
        if not pages:
            return
        request = self.request
        if self._first_page in pages:
            page = self._first_page
        elif self._counted and request is not None and request.page is None:
            page = pages[0]
        else:
            return
        self._current = (page, 0)
        self.canvas.set_current_mark(page, 0)
        self.marksChanged.emit()

    def set_terms(self, terms: tuple[str, ...]) -> None:
        if terms == self._terms or self.request is None:
            return
        self._terms = terms
        self._counts, self._counted, self._current = {}, False, None
        self._first_page = max(1, self.canvas.page)
        self.canvas.forget_marks()
        self.thumbs.forget_marks()
        self.marksChanged.emit()
        self._count()
        self._later.start()

    def follow_hit(self, request: Request) -> None:
        before = self.request.page if self.request is not None else None
        super().follow_hit(request)
        if request.page is not None and request.page != before:
            self._first_page, self._current = request.page, None
            self.canvas.go_to_page(request.page)
            self._choose_first_mark()

    @property
    def mark_count(self) -> int:
        return sum(self._counts.values())

    @property
    def current_mark(self) -> int:
        if self._current is None:
            return -1
        page, place = self._current
        return sum(count for before, count in self._counts.items() if before < page) + place

    def go_to_mark(self, index: int) -> None:
        for page in sorted(self._counts):
            if index < self._counts[page]:
                self._current = (page, index)
                self.canvas.set_current_mark(page, index)
                self.marksChanged.emit()
                return
            index -= self._counts[page]

    # ------------------------------------------------------------------------------------------ controls

    def focus_content(self) -> None:
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _page_changed(self, page: int) -> None:
        self.thumbs.set_current(page)
        self._field.set_page(page)
        self._previous.setEnabled(page > 1)
        self._next.setEnabled(page < self.canvas.page_count)
        self._show_zoom(self.canvas.zoom)

    def _show_zoom(self, zoom: float) -> None:
        self._zoom.set_zoom(zoom)
        self._fit.set_tip(tr("True size") if self.canvas.fits_width else tr("Fit the width"))

    def _toggle_fit(self) -> None:
        if self.canvas.fits_width:
            self.canvas.set_zoom(1.0)
        else:
            self.canvas.fit_width()

    def _toggle_thumbs(self) -> None:
        self._wants_thumbs = not self._wants_thumbs
        self._show_thumbs()

    def _show_thumbs(self) -> None:
        self.thumbs.setVisible(self._wants_thumbs and self.width() >= theme().px(_NARROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_thumbs()
        for widget in self._zooming:
            widget.setVisible(self.width() >= theme().px(_ROOM_FOR_ZOOM))
