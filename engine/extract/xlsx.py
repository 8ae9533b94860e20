"""Spreadsheets: the values as they were last calculated, in parts that know their sheet and cells."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from engine.extract.archive import open_archive
from engine.extract.office import core_properties
from engine.extract.sections import SECTION, row_text
from engine.extract.source import Extractor, Facts, Reading, SourceFile
from engine.types import PartItem, Place

MAX_ROWS: Final = 200_000
"""Rows read of one file: about twenty seconds of work."""


class SheetExtractor(Extractor):
    """Spreadsheets."""

    def inspect(self, file: SourceFile, /) -> Facts:
        open_archive(file).close()
        book = _open(file)
        try:
            names = list(book.sheetnames)
            return Facts(units=1, metadata={"sheets": names, **core_properties(book.properties)})
        finally:
            book.close()

    def read_all(self, file: SourceFile, /) -> Reading:
        open_archive(file).close()
        book = _open(file)
        reading = Reading()
        left = MAX_ROWS
        try:
            for sheet in book.worksheets:
                gathered = _Gathered(sheet.title)
                for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
                    if left <= 0:
                        reading.failure = f"has more rows than the {MAX_ROWS:,} that are read of one file"
                        break
                    left -= 1
                    gathered.add(number, values)
                    reading.parts.extend(gathered.full())
                reading.parts.extend(gathered.rest())
        finally:
            book.close()
        return reading


def _open(file: SourceFile) -> Any:
    import openpyxl

    return openpyxl.load_workbook(io.BytesIO(file.data()), read_only=True, data_only=True)


class _Gathered:
    """Rows of one sheet on their way to a part."""

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._clear()

    def _clear(self) -> None:
        self._lines: list[str] = []
        self._size = self._first = self._last = self._width = 0

    def add(self, number: int, values: Sequence[Any]) -> None:
        line = row_text(_cell_text(value) for value in values)
        if not line:
            return
        self._first = self._first or number
        self._last = number
        self._width = max(self._width, *(n for n, value in enumerate(values, 1) if value is not None))
        self._lines.append(line)
        self._size += len(line) + 1

    def full(self) -> Iterator[PartItem]:
        if self._size >= SECTION:
            yield from self.rest()

    def rest(self) -> Iterator[PartItem]:
        if self._lines:
            from openpyxl.utils import get_column_letter

            cells = f"A{self._first}:{get_column_letter(self._width)}{self._last}"
            yield PartItem("\n".join(self._lines), place=Place(sheet=self._sheet, cells=cells))
        self._clear()


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
