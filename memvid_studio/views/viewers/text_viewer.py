"""Text, Markdown, source code, and the text found in web pages and office files."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QStackedLayout, QWidget

import engine
from memvid_studio.theme import theme
from memvid_studio.views.bars import Line
from memvid_studio.views.viewers.base import Viewer
from memvid_studio.views.viewers.request import (
    Form,
    Request,
    Run,
    form_of,
    looks_like_markdown,
    same_document,
    type_and_size,
)
from memvid_studio.widgets.buttons import IconButton
from memvid_studio.widgets.markdown import Styled, markdown_steps
from memvid_studio.widgets.text_view import TextView, document_spans, plain
from memvid_studio.words import number, tr

Span = tuple[int, int]

LONGEST: Final = 4_000_000
"""Characters shown of one text; more would make scrolling to the end take seconds."""
LONGEST_MARKDOWN: Final = 400_000
"""Characters of Markdown that are styled: reading so many takes about 40 ms, in one go."""
_SLICE: Final = 0.006
"""Seconds of styling between two looks at what else the window has to do."""
MOST_MARKS: Final = 20_000
_OPENABLE = {"http", "https", "mailto"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A text ready to show. ``length``: of all of it, in characters; ``form`` as found out from the text."""

    text: str
    length: int
    form: Form
    terms: tuple[str, ...]
    spans: Sequence[Span]


def load_text(request: Request, form: Form, source: bool) -> Loaded:
    """Read a document's text and find the words in it. Pool thread."""
    moment, info = request.moment, request.info
    if source and form is Form.WEB_PAGE:
        text = decode(moment.read(info.id))
    elif info.part_count and form in {Form.WEB_PAGE, Form.EXTRACTED}:
        # The text of a web page itself is its source; what a person reads is what was found in it.
        text = "\n\n".join(moment.text(part.id) for part in moment.parts(info.id))
    else:
        text = moment.text(info.id)
    length = len(text)
    text = plain(text[:LONGEST])
    if form is Form.PLAIN and length <= LONGEST_MARKDOWN and looks_like_markdown(text):
        form = Form.MARKDOWN
    if form is Form.MARKDOWN and (source or length > LONGEST_MARKDOWN):
        form = Form.CODE if source else Form.PLAIN
    if form is Form.WEB_PAGE and source:
        form = Form.CODE
    # The words of Markdown are looked for in what is shown of it, which is known only then.
    spans = [] if form is Form.MARKDOWN else find(text, request.terms)
    return Loaded(text, length, form, request.terms, spans)


def find(text: str, terms: tuple[str, ...]) -> list[Span]:
    """Positions in a document that holds ``text``."""
    return document_spans(text, engine.find_spans(text, terms, limit=MOST_MARKS)) if terms else []


def decode(content: bytes) -> str:
    """Bytes of a text file, whatever its encoding: a wrong letter is better than nothing to see."""
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


class TextViewer(Viewer):
    """Reads any text. Markdown and web pages have a second side, their source."""

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(run, parent)
        self._reading = TextView()
        self._code = TextView(mono=True)
        self._stack = QStackedLayout(self)
        for view in (self._reading, self._code):
            view.linkActivated.connect(open_link)
            self._stack.addWidget(view)
        self._summary = Line(style="small", role="text2")
        self._source_button = IconButton("code-tags", tr("Show the source"), checkable=True)
        self._source_button.clicked.connect(self._toggle_source)
        self.controls_row.addWidget(self._summary)
        self.controls_row.addWidget(self._source_button)
        self.controls_row.addStretch(1)
        self._source = False
        self._loaded: Loaded | None = None
        self._terms: tuple[str, ...] = ()
        self._making: tuple[Request, Loaded, int | None] | None = None
        self._steps: Generator[None, None, Styled] | None = None
        self._later = QTimer(self, singleShot=True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._go_on)
        self._look = (theme().dark, theme().scale)
        theme().changed.connect(self._restyle)

    @property
    def view(self) -> TextView:
        """The view that shows the text now."""
        view = self._stack.currentWidget()
        assert isinstance(view, TextView)  # noqa: S101 - only such views are in the stack
        return view

    def load(self, request: Request) -> None:
        before = self.request
        same = before is not None and same_document(before.info, request.info)
        if not same:
            self._source = False
        self._stop()
        self.request = request
        self._terms = request.terms
        form = form_of(request.info)
        place = self.view.verticalScrollBar().value() if same else None
        self._ask(
            load_text, request, form, self._source, done=lambda loaded: self._show(request, loaded, place)
        )

    def _show(self, request: Request, loaded: Loaded, place: int | None) -> None:
        if loaded.form is not Form.MARKDOWN:
            view = self._code if loaded.form is Form.CODE else self._reading
            view.set_text(loaded.text)
            # Other words may have been typed while this was on its way, or since it was loaded.
            same = self._terms == loaded.terms
            view.set_marks(loaded.spans if same else find(loaded.text, self._terms))
            self._shown(request, loaded, view, place)
            return
        self._making = (request, loaded, place)
        self._steps = markdown_steps(loaded.text)
        self._go_on()

    def _go_on(self) -> None:
        """Style Markdown for a few milliseconds at a time; it is shown when all of it is done."""
        if self._steps is None or self._making is None:
            return
        enough = time.perf_counter() + _SLICE
        try:
            while time.perf_counter() < enough:
                next(self._steps)
        except StopIteration as end:
            styled: Styled = end.value
            request, loaded, place = self._making
            self._making = self._steps = None
            self._reading.show_document(styled.document, styled.grounds, bullets=True)
            self._reading.set_marks(find(self._reading.text(), self._terms))
            self._shown(request, loaded, self._reading, place)
        else:
            self._later.start()

    def _shown(self, request: Request, loaded: Loaded, view: TextView, place: int | None) -> None:
        self._loaded = loaded
        self._stack.setCurrentWidget(view)
        view.setAccessibleName(request.info.title)
        self._say_what(request, loaded)
        self.ready.emit()
        if place is not None:
            view.verticalScrollBar().setValue(place)
        if view.mark_count:
            # A document that is shown anew stays where it is.
            view.go_to_mark(0 if place is None else view.first_mark_in_sight(), scroll=place is None)
        self.marksChanged.emit()
        self.factsChanged.emit()

    def _say_what(self, request: Request, loaded: Loaded) -> None:
        text = type_and_size(request.info)
        if form_of(request.info) in {Form.EXTRACTED, Form.WEB_PAGE} and not self._source:
            text = f"{text} · {tr('text found in it')}"
        if loaded.form is Form.MARKDOWN and form_of(request.info) is Form.PLAIN:
            text = f"{tr('Markdown')}, {text.partition(', ')[2]}"
        if loaded.length > LONGEST:
            shown = tr("the first {n} of {m} characters")
            text += " · " + shown.replace("{n}", number(LONGEST)).replace("{m}", number(loaded.length))
        self._summary.set_text(text)
        has_source = self._source or loaded.form in {Form.MARKDOWN, Form.WEB_PAGE}
        self._source_button.setVisible(has_source)
        self._source_button.setChecked(self._source)

    def _toggle_source(self) -> None:
        self._source = self._source_button.isChecked()
        if self.request is not None:
            request = self.request
            self._stop()
            form = form_of(request.info)
            self._ask(
                load_text, request, form, self._source, done=lambda loaded: self._show(request, loaded, None)
            )

    def _stop(self) -> None:
        """Answers on their way and styling under way are for something else."""
        self._generation += 1
        self._later.stop()
        self._making = self._steps = None

    def clear(self) -> None:
        super().clear()
        self._stop()
        self._source = False
        self._loaded = None
        self._reading.set_text("")
        self._code.set_text("")
        self._summary.set_text("")

    def shown_text(self) -> str:
        """What is shown, for copying."""
        return self.view.text()

    # -------------------------------------------------------------------------------------------- marks

    def set_terms(self, terms: tuple[str, ...]) -> None:
        self._terms = terms
        if self._loaded is None or self._making is not None:
            return  # what is being made is marked with these words
        view = self.view
        text = view.text() if self._loaded.form is Form.MARKDOWN else self._loaded.text
        view.set_marks(find(text, terms))
        if view.mark_count:
            view.go_to_mark(view.first_mark_in_sight())
        self.marksChanged.emit()

    @property
    def mark_count(self) -> int:
        return self.view.mark_count

    @property
    def current_mark(self) -> int:
        return self.view.current_mark

    def go_to_mark(self, index: int) -> None:
        self.view.go_to_mark(index)
        self.marksChanged.emit()

    def focus_content(self) -> None:
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    # -------------------------------------------------------------------------------------------- theme

    def _restyle(self) -> None:
        """Colours and sizes are in the document; in the past it looks the same."""
        look, before = (theme().dark, theme().scale), self._look
        self._look = look
        if look == before or self._loaded is None or self.request is None:
            return
        if self._loaded.form is Form.MARKDOWN or look[1] != before[1]:
            self._show(self.request, self._loaded, self.view.verticalScrollBar().value())


def open_link(address: str) -> None:
    """Open a link a person clicked, in the browser or mail program; other kinds of address do nothing."""
    url = QUrl(address)
    if url.scheme().lower() in _OPENABLE:
        QDesktopServices.openUrl(url)
