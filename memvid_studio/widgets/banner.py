"""The bar above the panes while a past moment is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.buttons import Button
from memvid_studio.widgets.paint import draw_text, hline, text_width

_SIDE = 12
_ICON_LEFT = 13
_TEXT_LEFT = 38


class PastBanner(QWidget):
    """Which moment is shown, that nothing can be changed there, and the ways out.

    Signals: ``compareRequested``, ``branchRequested``, ``nowRequested``.
    """

    compareRequested = Signal()
    branchRequested = Signal()
    nowRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moment = ""
        self._facts = ""
        self.compare = Button(self.tr("Compare with now"), "compare", "outline", parent=self)
        self.branch = Button(self.tr("Branch from here"), "source-branch", "outline", parent=self)
        self.now = Button(self.tr("Return to now"), "page-last", "primary", hint="N", parent=self)
        self.compare.clicked.connect(self.compareRequested)
        self.branch.clicked.connect(self.branchRequested)
        self.now.clicked.connect(self.nowRequested)
        row = QHBoxLayout(self)
        # One pixel more below: the line.
        row.setContentsMargins(_SIDE, 0, _SIDE, 1)
        row.setSpacing(theme().space.s8)
        row.addStretch(1)
        for button in (self.compare, self.branch, self.now):
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_moment(self, moment: str, facts: str = "") -> None:
        """Name the moment in words; ``facts`` is a sentence more, how much changed later for instance."""
        self._moment = moment
        self._facts = facts
        self.setAccessibleName(f"{self.headline()} {self.sentence()}")
        self.update()

    def set_offered(self, *, compare: bool, branch: bool) -> None:
        """Which ways out there are besides the one to now."""
        self.compare.setVisible(compare)
        self.branch.setVisible(branch)

    def headline(self) -> str:
        """The first part, in bold."""
        return self.tr("You are looking at {moment}").replace("{moment}", self._moment)

    def sentence(self) -> str:
        """The second part."""
        plain = self.tr("Nothing can be changed here.")
        return f"{plain} {self._facts}" if self._facts else plain

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width() + theme().px(320), theme().size.banner)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), theme().size.banner)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color("pastSoft"))
        hline(painter, 0, self.height() - 1, self.width(), look.color("pastLine"))
        side = look.size.icon
        middle = QRectF(0, 0, self.width(), self.height() - 1)
        icon = QRectF(_ICON_LEFT, (middle.height() - side) / 2, side, side)
        look.paint_icon(painter, icon, "history", "past")
        offered = [button for button in (self.compare, self.branch, self.now) if not button.isHidden()]
        end = offered[0].x() - look.px(_SIDE)
        strong, plain = look.font("strong"), look.font("body")
        x = float(look.px(_TEXT_LEFT))
        room = QRectF(x, 0, max(end - x, 0), middle.height())
        draw_text(painter, room, self.headline(), strong, look.color("past"))
        x += text_width(strong, self.headline()) + look.space.s8
        if end - x > look.px(60):
            draw_text(
                painter, QRectF(x, 0, end - x, middle.height()), self.sentence(), plain, look.color("past")
            )
        painter.end()
