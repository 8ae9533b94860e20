"""Labels in a type style and a colour role."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.highlight import MarkedText, marked_text

_ENDLESS = 10_000


class Text(QLabel):
    """Plain text in a type style and a colour role, following the theme.

    With ``wrap`` it takes as many lines as it needs, in the line height of its style, which QLabel cannot do.
    """

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        role: str = "text",
        *,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._style = style
        self._role = role
        self._applied: tuple[float, int] | None = None
        self.setWordWrap(wrap)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if wrap:
            # Not Fixed: that would be the height at the preferred width, too little where there is less room.
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self._apply()
        theme().scaled.connect(self._apply)

    def set_role(self, role: str) -> None:
        """Change the colour."""
        self._role = role
        self._applied = None
        self._apply()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply()

    def _apply(self) -> None:
        look = theme()
        color = look.color(self._role)
        wanted = (look.scale, color.rgba())
        if wanted == self._applied:
            return
        self._applied = wanted
        self.setFont(look.font(self._style))
        self.setMinimumHeight(look.line_height(self._style))
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, color)
        self.setPalette(palette)

    # -------------------------------------------------------------------------------------------- wrapping

    def _paragraphs(self, width: int) -> list[MarkedText]:
        return [
            marked_text(line, (), max(width, 1), style=self._style, lines=_ENDLESS)
            for line in self.text().split("\n")
        ]

    def _text_height(self, width: int) -> int:
        margins = self.contentsMargins()
        inner = width - margins.left() - margins.right()
        line = theme().line_height(self._style)
        tall = sum(max(part.height, line) for part in self._paragraphs(inner))
        return round(tall) + margins.top() + margins.bottom()

    def hasHeightForWidth(self) -> bool:
        return self.wordWrap()

    def heightForWidth(self, width: int) -> int:
        return self._text_height(width) if self.wordWrap() else super().heightForWidth(width)

    def sizeHint(self) -> QSize:
        plain = super().sizeHint()
        if not self.wordWrap():
            return plain.expandedTo(QSize(0, theme().line_height(self._style)))
        # As wide as a comfortable line, or as the text if that is shorter.
        margins = self.contentsMargins()
        sides = margins.left() + margins.right()
        widest = max(self.fontMetrics().horizontalAdvance(line) for line in self.text().split("\n"))
        width = min(widest + 1, theme().px(420), self.maximumWidth()) + sides
        return QSize(width, self._text_height(width))

    def minimumSizeHint(self) -> QSize:
        if not self.wordWrap():
            return super().minimumSizeHint().expandedTo(QSize(0, theme().line_height(self._style)))
        return QSize(min(theme().px(64), self.sizeHint().width()), theme().line_height(self._style))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.wordWrap():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        box = self.contentsRect()
        color = self.palette().color(QPalette.ColorRole.WindowText)
        if not self.isEnabled():
            color = theme().color("disabled")
        y = float(box.y())
        for part in self._paragraphs(box.width()):
            part.paint(painter, QPointF(box.x(), y), color)
            y += max(part.height, theme().line_height(self._style))
        painter.end()
