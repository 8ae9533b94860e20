"""Grounds and bars: the sheets of grey and white that the window is laid out on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.paint import draw_text, text_width


class Ground(QWidget):
    """A widget filled with the colour of a role, with a line along one or more edges.

    ``lines`` holds edges: t(op), b(ottom), l(eft), r(ight).
    """

    def __init__(self, role: str, lines: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._lines = lines
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = theme()
        painter.fillRect(event.rect(), look.color(self._role))
        line, width, height = look.color("line"), self.width(), self.height()
        for edge, box in (
            ("t", (0, 0, width, 1)),
            ("b", (0, height - 1, width, 1)),
            ("l", (0, 0, 1, height)),
            ("r", (width - 1, 0, 1, height)),
        ):
            if edge in self._lines:
                painter.fillRect(*box, line)
        painter.end()


class Bar(Ground):
    """A row of controls of a fixed height: ``kind`` is ``head``, ``sub``, ``transport`` or ``status``.

    Attributes: ``row``, the layout the controls go into.
    """

    def __init__(self, kind: str, role: str, lines: str = "b", parent: QWidget | None = None) -> None:
        super().__init__(role, lines, parent)
        self._kind = kind
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(12, 0, 12, 1 if "b" in lines else 0)
        self.row.setSpacing(8)
        self._fit()
        theme().changed.connect(self._fit)

    def _fit(self) -> None:
        height: int = getattr(theme().size, self._kind)
        if height != self.height():
            self.setFixedHeight(height)


class Line(QLabel):
    """One line of text in a type style and colour role, cut with an ellipsis where it does not fit.

    ``now`` keeps the blue of now in a past moment.
    """

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        role: str = "text",
        *,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        fixed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._style, self._role, self._elide = style, role, elide
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(
            QSizePolicy.Policy.Fixed if fixed else QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed
        )
        self._fixed = fixed
        theme().changed.connect(self.updateGeometry)
        theme().changed.connect(self.update)

    def set_role(self, role: str) -> None:
        """Another colour."""
        if role != self._role:
            self._role = role
            self.update()

    def set_text(self, text: str) -> None:
        """Another text; nothing happens when it is the same."""
        if text != self.text():
            self.setText(text)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        look = theme()
        width = text_width(look.font(self._style), self.text())
        return QSize(int(width + 0.999), look.line_height(self._style))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return hint if self._fixed else QSize(min(hint.width(), theme().px(24)), hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        role = self._role if self.isEnabled() else "disabled"
        align = Qt.AlignmentFlag.AlignRight if self.alignment() & Qt.AlignmentFlag.AlignRight else _LEFT
        draw_text(
            painter,
            QRectF(self.rect()),
            self.text(),
            look.font(self._style),
            look.color(role),
            align,
            self._elide,
        )
        painter.end()


_LEFT = Qt.AlignmentFlag.AlignLeft


class Pressable(QWidget):
    """Catches a click on a whole area, so that a press inside it never falls through to what lies below."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
