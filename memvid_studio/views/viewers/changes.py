"""The panel beside a past document: what changed since, in the capsule and in this document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

import engine
from memvid_studio.theme import theme
from memvid_studio.views.bars import Ground, Line
from memvid_studio.views.viewers.history import author_icon
from memvid_studio.views.viewers.request import Request
from memvid_studio.views.viewers.versions import At, Version, load_versions
from memvid_studio.widgets.buttons import Button
from memvid_studio.widgets.highlight import marked_text
from memvid_studio.widgets.paint import draw_text, hline, panel, text_width
from memvid_studio.words import counted, day, number, tr

WIDTH = 272
_MOST = 12
"""Later versions listed; the history segment has them all."""


@dataclass(frozen=True, slots=True)
class Since:
    """Counts of documents that differ now, and the later versions of the one shown, oldest first."""

    added: int
    changed: int
    removed: int
    later: tuple[Version, ...]
    versions: int
    version: int


def load_since(request: Request, now: engine.Moment, at: At | None) -> Since:
    """Compare a document's Moment with now. Pool thread."""
    changes = now.changes_since(request.moment)
    versions = load_versions(now, request.info, at)
    later = tuple(each for each in versions if each.revision.number > request.moment.revision)
    known = [each for each in versions if each.revision.number <= request.moment.revision and each.number]
    count = sum(1 for each in versions if each.number)
    return Since(len(changes.added), len(changes.changed), len(changes.removed), later, count, len(known))


class _Counts(QWidget):
    """Three rows: sign, number, word, bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[tuple[str, int, str, str], ...] = ()
        theme().scaled.connect(self.updateGeometry)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_counts(self, added: int, changed: int, removed: int) -> None:
        self._rows = (
            ("+", added, tr("added"), "added"),
            ("~", changed, tr("changed"), "changed"),
            ("−", removed, tr("removed"), "removed"),
        )
        self.setAccessibleName(", ".join(f"{number(count)} {word}" for _, count, word, _ in self._rows))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme().px(120), 3 * theme().px(24))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        body, strong = look.font("body"), look.font("control")
        most = max((count for _, count, _, _ in self._rows), default=0)
        digits = max([text_width(strong, number(count)) for _, count, _, _ in self._rows] or [0.0])
        words = max([text_width(body, word) for _, _, word, _ in self._rows] or [0.0])
        height = look.px(24)
        for row, (sign, count, word, role) in enumerate(self._rows):
            y = row * height
            draw_text(painter, QRectF(0, y, 12, height), sign, look.font("strong"), look.color(role))
            right = look.px(16) + max(digits, look.px(44))
            box = QRectF(look.px(16), y, right - look.px(16), height)
            draw_text(painter, box, number(count), strong, look.color("text"), Qt.AlignmentFlag.AlignRight)
            left = right + look.px(8)
            draw_text(painter, QRectF(left, y, words + 2, height), word, body, look.color("text2"))
            bar = left + words + look.px(16)
            room = self.width() - bar - look.px(12)
            if count and room > 0:
                length = max(look.px(9), room * count / most)
                rect = QRectF(bar, y + height / 2 - look.px(3), length, look.px(6))
                panel(painter, rect, look.px(3), look.color(role))
        painter.end()


class _Later(QWidget):
    """Later versions: who, when, and what, in two lines at most."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._versions: Sequence[Version] = ()
        theme().scaled.connect(self.updateGeometry)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_versions(self, versions: Sequence[Version]) -> None:
        self._versions = versions
        self.setAccessibleName(". ".join(each.summary for each in versions))
        self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:
        return round(sum(self._height(version, width) for version in self._versions))

    def sizeHint(self) -> QSize:
        width = theme().px(WIDTH - 32)
        return QSize(width, self.heightForWidth(width))

    def _height(self, version: Version, width: float) -> float:
        look = theme()
        text = marked_text(version.summary, (), width, style="small", lines=2)
        return look.px(8) + look.px(18) + text.height + look.px(8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        y = 0.0
        micro = look.font("micro")
        for version in self._versions:
            hline(painter, 0, y, self.width(), look.color("line"))
            meta = QRectF(0, y + look.px(8), self.width(), look.px(16))
            author = version.revision.author
            when = day(version.revision.recorded_at)
            draw_text(painter, meta, when, micro, look.color("text3"), Qt.AlignmentFlag.AlignRight)
            if author:
                side = look.px(13)
                square = QRectF(0, meta.y() + (meta.height() - side) / 2, side, side)
                look.paint_icon(painter, square, author_icon(author), "text3")
                left = side + look.px(6)
                room = meta.width() - left - text_width(micro, when) - look.px(8)
                draw_text(
                    painter, QRectF(left, meta.y(), room, meta.height()), author, micro, look.color("text3")
                )
            text = marked_text(version.summary, (), self.width(), style="small", lines=2)
            text.paint(painter, QRectF(0, meta.bottom() + look.px(2), 1, 1).topLeft(), look.color("text"))
            y += self._height(version, self.width())
        painter.end()


class ChangesPanel(Ground):
    """272 wide, at the right of what is read. Signals: ``compareRequested``."""

    compareRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sidebar", "l", parent)
        self._fit()
        theme().scaled.connect(self._fit)
        self._counts = _Counts()
        self._show_all = Button(tr("Show all changes"), trailing="chevron-right")
        self._later_title = Line(style="strong")
        self._later = _Later()
        column = QVBoxLayout(self)
        column.setContentsMargins(17, 16, 16, 16)
        column.setSpacing(0)
        column.addWidget(Line(tr("What changed since"), "strong"))
        column.addSpacing(4)
        column.addWidget(self._counts)
        column.addSpacing(8)
        column.addWidget(self._show_all, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(24)
        column.addWidget(self._later_title)
        column.addSpacing(8)
        column.addWidget(self._later)
        column.addStretch(1)
        self._show_all.clicked.connect(self.compareRequested)
        self.offer_compare(False)

    def _fit(self) -> None:
        self.setFixedWidth(theme().px(WIDTH))

    def offer_compare(self, offered: bool) -> None:
        """Whether there is a place that shows all changes."""
        self._show_all.setVisible(offered)

    def show_since(self, since: Since, kind: engine.Kind) -> None:
        """Show these counts and the later versions of a document of this kind."""
        self._counts.set_counts(since.added, since.changed, since.removed)
        self._show_all.setEnabled(bool(since.added or since.changed or since.removed))
        versions = [each for each in since.later if each.number]
        deleted = [each for each in since.later if not each.number]
        what = tr("This note") if kind is engine.Kind.TEXT else tr("This document")
        if versions:
            text = counted(len(versions), tr("{n} later version"), tr("{n} later versions"))
            text = f"{what}: {text}"
        else:
            text = tr("{what} was deleted later") if deleted else tr("{what} is the same now")
            text = text.replace("{what}", what)
        self._later_title.set_text(text)
        self._later.set_versions(since.later[:_MOST])

    def title_of_later(self) -> str:
        """What is said about later versions."""
        return self._later_title.text()
