"""CSV and its relatives as a grid."""

from __future__ import annotations

import csv
import io
import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

import engine
from memvid_studio.views.bars import Line
from memvid_studio.views.viewers.base import Viewer
from memvid_studio.views.viewers.request import Request, Run, type_and_size
from memvid_studio.widgets.grid_view import Cell, GridView, Span, is_number
from memvid_studio.widgets.text_view import plain
from memvid_studio.words import counted, number, tr

MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 1_000
_SLICE: Final = 1_000
"""Rows read in one go; between slices other threads get their turn."""
_SEPARATOR: Final = "\x1f"
# Fields longer than this are cut by nobody: the module's own limit (128 KB) would refuse the whole file.
csv.field_size_limit(4 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as shown. ``cut``: there are more rows than are shown."""

    rows: list[list[str]]
    has_head: bool
    cut: bool
    marks: dict[Cell, Sequence[Span]]


def load_table(request: Request) -> Table:
    """Read the rows and find the words in them. Pool thread."""
    info = request.info
    tabs = "tab" in info.mime or info.title.lower().endswith((".tsv", ".tab"))
    rows, cut = read_rows(plain(request.moment.text(info.id)), "\t" if tabs else None)
    has_head = looks_like_head(rows)
    shown = rows[1:] if has_head else rows
    return Table(rows, has_head, cut, find_in_rows(shown, request.terms))


def read_rows(text: str, delimiter: str | None) -> tuple[list[list[str]], bool]:
    """The rows of a delimited text, at most ``MOST_ROWS``, and whether there were more.

    Without ``delimiter`` it is found out from the beginning. A text that breaks the rules gives its lines.
    """
    if delimiter is None:
        try:
            delimiter = csv.Sniffer().sniff(text[:8_192], delimiters=",;\t|").delimiter
        except csv.Error:
            delimiter = ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        while len(rows) < MOST_ROWS:
            some = [row[:MOST_COLUMNS] for row in itertools.islice(reader, _SLICE)]
            if not some:
                return rows, False
            rows.extend(some)
        return rows[:MOST_ROWS], next(reader, None) is not None or len(rows) > MOST_ROWS
    except csv.Error:
        lines = text.split("\n", MOST_ROWS)
        return [[line] for line in lines[:MOST_ROWS]], len(lines) > MOST_ROWS


def looks_like_head(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: words only, over rows that hold something else."""
    if len(rows) < 2 or not rows[0]:
        return False
    first = rows[0]
    return all(cell.strip() and not is_number(cell) for cell in first) and len(set(first)) == len(first)


def find_in_rows(rows: Sequence[Sequence[str]], terms: tuple[str, ...]) -> dict[Cell, Sequence[Span]]:
    """(row, column) to the spans of ``terms`` in that cell."""
    marks: dict[Cell, list[Span]] = {}
    if not terms:
        return {}
    for number_, row in enumerate(rows):
        starts = [0, *itertools.accumulate(len(cell) + 1 for cell in row)]
        for start, end in engine.find_spans(_SEPARATOR.join(row), terms):
            column = bisect_right(starts, start) - 1
            offset = starts[column]
            # A phrase that goes on in the next cell is no phrase.
            if end - offset <= len(row[column]):
                marks.setdefault((number_, column), []).append((start - offset, end - offset))
    return dict(marks)


class TableViewer(Viewer):
    """Rows and columns; a mark is a cell that holds one of the words."""

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(run, parent)
        self.grid = GridView()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid)
        self._summary = Line(style="small", role="text2")
        self.controls_row.addWidget(self._summary)
        self.controls_row.addStretch(1)
        self._table: Table | None = None
        self._cells: list[Cell] = []
        self._current = -1

    def load(self, request: Request) -> None:
        self._generation += 1
        self.request = request
        self._ask(load_table, request, done=lambda table: self._show(request, table))

    def _show(self, request: Request, table: Table) -> None:
        self._table = table
        self.grid.set_rows(table.rows, has_head=table.has_head)
        count = len(table.rows) - (1 if table.has_head else 0)
        text = f"{type_and_size(request.info)} · {counted(count, tr('{n} row'), tr('{n} rows'))}"
        if table.cut:
            text += " " + tr("of more, the first {n} are shown").replace("{n}", number(MOST_ROWS))
        self._summary.set_text(text)
        self.ready.emit()
        self._mark(table.marks)
        self.factsChanged.emit()

    def _mark(self, marks: dict[Cell, Sequence[Span]]) -> None:
        self._cells = sorted(marks)
        self._current = -1
        self.grid.set_marks(marks)
        if self._cells:
            self.go_to_mark(0)
        else:
            self.marksChanged.emit()

    def clear(self) -> None:
        super().clear()
        self._table = None
        self._cells, self._current = [], -1
        self.grid.set_rows((), has_head=False)
        self._summary.set_text("")

    def facts(self) -> list[str]:
        if self._table is None:
            return []
        count = len(self._table.rows) - (1 if self._table.has_head else 0)
        return [counted(count, tr("{n} row"), tr("{n} rows"))]

    def set_terms(self, terms: tuple[str, ...]) -> None:
        table = self._table
        if table is not None:
            rows = table.rows[1:] if table.has_head else table.rows
            self._ask(find_in_rows, rows, terms, done=self._mark)

    @property
    def mark_count(self) -> int:
        return len(self._cells)

    @property
    def current_mark(self) -> int:
        return self._current

    def go_to_mark(self, index: int) -> None:
        self._current = index
        self.grid.go_to_cell(self._cells[index] if index >= 0 else None)
        self.marksChanged.emit()

    def focus_content(self) -> None:
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
