"""What stands there while no capsule is open: three ways to begin, and that dropping works too."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from memvid_studio.theme import theme
from memvid_studio.views.bars import Ground, Line, Sign
from memvid_studio.widgets.focus import FocusRing
from memvid_studio.widgets.highlight import paint_marked_text
from memvid_studio.widgets.kbd import KeyCap
from memvid_studio.widgets.paint import draw_text, panel
from memvid_studio.widgets.text import Text

_WIDTH = 744
_CARD = (232, 148)


class Card(QAbstractButton):
    """One way to begin: icon, title, two lines, its keys."""

    def __init__(
        self,
        icon: str,
        title: str,
        sentence: str,
        keys: str,
        *,
        first: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._sentence, self._first = icon, sentence, first
        self.setText(title)
        self.setAccessibleDescription(f"{sentence} {keys}")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        FocusRing(self, theme().radius.popover)
        self._caps = KeyCap(keys, parent=self)
        self._caps.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        look = theme()
        return QSize(look.px(_CARD[0]), look.px(_CARD[1]))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(160), theme().px(_CARD[1]))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        edge = "accent" if self._first or self.underMouse() else "lineStrong"
        fill = "pressed" if self.isDown() else "hover" if self.underMouse() else "raised"
        panel(painter, QRectF(self.rect()), look.radius.popover, look.color(fill), look.color(edge))
        left, width = look.px(16), self.width() - look.px(32)
        icon = QRectF(left, look.px(16), look.size.icon_large, look.size.icon_large)
        look.paint_icon(painter, icon, self._icon, "accentText")
        title = QRectF(left, look.px(50), width, look.px(20))
        draw_text(painter, title, self.text(), look.font("strong"), look.color("text"))
        body = QRectF(left, look.px(72), width, look.px(32))
        paint_marked_text(painter, body, self._sentence, style="small", lines=2, color=look.color("text2"))
        painter.end()
        self._caps.move(left, self.height() - look.px(16) - self._caps.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)


class FirstRunPage(Ground):
    """New, open, look around; dropping anything here makes a new capsule with it."""

    newWanted = Signal()
    openWanted = Signal()
    demoWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("pane", parent=parent)
        self.setMinimumWidth(420)
        self.new_card = Card(
            "plus", self.tr("New capsule"), self.tr("Choose a name and a place, then drop files in."), "Ctrl+N",
            first=True,
        )  # fmt: skip
        self.open_card = Card(
            "folder-outline",
            self.tr("Open a capsule"),
            self.tr("An .mv2 file, or a sealed .mv2e with its password."),
            "Ctrl+O",
        )
        self.demo_card = Card(
            "play",
            self.tr("Look around first"),
            self.tr("A small example: three years of a river project."),
            "Ctrl+D",
        )
        self.new_card.clicked.connect(self.newWanted)
        self.open_card.clicked.connect(self.openWanted)
        self.demo_card.clicked.connect(self.demoWanted)

        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(Text(self.tr("Keep what you know in one file"), "welcome"))
        column.addSpacing(8)
        intro = Text(
            self.tr(
                "A capsule holds documents, pictures and recordings. Search all of it, see what it held last "
                "Tuesday, and hand a sealed copy to somebody else."
            ),
            "reading",
            "text2",
            wrap=True,
        )
        intro.setMaximumWidth(theme().px(590))
        column.addWidget(intro)
        column.addSpacing(28)
        cards = QGridLayout()
        cards.setHorizontalSpacing(24)
        for place, card in enumerate((self.new_card, self.open_card, self.demo_card)):
            cards.addWidget(card, 0, place)
        column.addLayout(cards)
        column.addSpacing(24)
        for icon, style, role, text in (
            (
                "tray-arrow-down",
                "body",
                "text2",
                self.tr("Or drop files anywhere in this window. You get a new capsule with them inside."),
            ),
            (
                "shield-lock-outline",
                "small",
                "text3",
                self.tr("Everything stays on this machine. Nothing is sent anywhere."),
            ),
        ):
            row = QHBoxLayout()
            row.setSpacing(10)
            row.addWidget(Sign(icon, role))
            row.addWidget(Line(text, style, role), 1)
            column.addLayout(row)
            column.addSpacing(8)
        column.addStretch(1)
        middle = QWidget()
        middle.setLayout(column)
        middle.setMaximumWidth(theme().px(_WIDTH))
        across = QHBoxLayout(self)
        across.setContentsMargins(32, 16, 32, 16)
        across.addStretch(1)
        across.addWidget(middle, 100)
        across.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        look = theme()
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, look.color("line"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(look.color("lineStrong"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        inner = QRectF(self.rect()).adjusted(16.5, 17.5, -16.5, -16.5)
        painter.drawRoundedRect(inner, look.radius.dialog, look.radius.dialog)
        painter.end()
