"""The details segment: every fact of a document, to read and to copy."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from PySide6.QtGui import (
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLength,
    QTextOption,
    QTextTableFormat,
)
from PySide6.QtWidgets import QWidget

import engine
from memvid_studio.theme import theme
from memvid_studio.views.viewers.request import type_name
from memvid_studio.widgets.text_view import QuietDocument, TextView, code_font, plain
from memvid_studio.words import clock, counted, day, local, number, size, tr

Row = tuple[str, str, bool]
"""Name, value, and whether the value is code."""

_LABEL = 112
_LONGEST = 4_000


def details_of(info: engine.FrameInfo) -> list[Row]:
    """Every fact; empty ones are left out."""
    rows: list[Row] = [
        (tr("Title"), info.title, False),
        (tr("Address"), info.uri, True),
        (tr("Type"), f"{type_name(info)} ({info.mime})", False),
        (tr("Size"), _exact_size(info.size), False),
    ]
    if info.width and info.height:
        rows.append((tr("Dimensions"), f"{number(info.width)} × {number(info.height)}", False))
    if info.part_count:
        rows.append((tr("Parts"), counted(info.part_count, tr("{n} part"), tr("{n} parts")), False))
    rows.append((tr("Happened"), _stamp(info.timestamp), False))
    if info.recorded_at is not None:
        rows.append((tr("Recorded"), _stamp(info.recorded_at), False))
    if info.ended_at is not None:
        deleted = info.ended_by is engine.Operation.DELETE
        name = tr("Deleted") if deleted else tr("Replaced")
        rows.append((name, _stamp(info.ended_at), False))
    rows.append((tr("Frame"), number(info.id), False))
    if info.supersedes is not None:
        rows.append((tr("Replaces"), tr("frame {n}").replace("{n}", number(info.supersedes)), False))
    if info.track:
        rows.append((tr("Track"), info.track, False))
    rows.append((tr("Tags"), ", ".join(info.tags), False))
    rows.append((tr("Labels"), ", ".join(info.labels), False))
    for key, value in info.metadata.items():
        text = (
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)
        )
        rows.append((str(key), text[:_LONGEST], not isinstance(value, str)))
    return [row for row in rows if row[1]]


def _exact_size(count: int) -> str:
    return size(count) if count < 1000 else f"{size(count)} ({number(count)} bytes)"


def _stamp(when: datetime) -> str:
    zone = local(when).tzname() or ""
    return f"{day(when)}, {clock(when, seconds=True)} {zone}".strip()


class DetailsView(TextView):
    """Names at the left, values at the right: one text, so that any of it can be copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(tr("Details"))
        self._rows: list[Row] = []
        theme().changed.connect(self._rebuild)

    def show_rows(self, rows: Iterable[Row]) -> None:
        """Show these facts instead."""
        self._rows = list(rows)
        self._rebuild()

    def rows(self) -> list[tuple[str, str]]:
        """Names and values as shown."""
        return [(name, value) for name, value, _ in self._rows]

    def _rebuild(self) -> None:
        look = theme()
        document = QuietDocument()
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(look.font("body"))
        option = document.defaultTextOption()
        # Addresses and digests have no blanks to break at.
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        if self._rows:
            self._fill(document)
        self.show_document(document)

    def _fill(self, document: QTextDocument) -> None:
        look = theme()
        shape = QTextTableFormat()
        shape.setBorder(0)
        shape.setCellPadding(0)
        shape.setCellSpacing(0)
        fixed, rest = QTextLength.Type.FixedLength, QTextLength.Type.PercentageLength
        shape.setColumnWidthConstraints([QTextLength(fixed, look.px(_LABEL)), QTextLength(rest, 100)])
        table = QTextCursor(document).insertTable(len(self._rows), 2, shape)
        line = QTextBlockFormat()
        line.setLineHeight(look.line_height("body"), QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        line.setBottomMargin(look.px(6))
        name_letters = QTextCharFormat()
        name_letters.setFont(look.font("label"))
        name_letters.setForeground(look.color("text3"))
        for row, (name, value, is_code) in enumerate(self._rows):
            letters = QTextCharFormat()
            if is_code:
                letters.setFont(code_font())
            for column, text, style in ((0, name, name_letters), (1, value, letters)):
                cursor = table.cellAt(row, column).firstCursorPosition()
                cursor.setBlockFormat(line)
                # A line feed would begin a block with space of its own below it.
                cursor.insertText(plain(text).replace("\n", "\u2028"), style)
