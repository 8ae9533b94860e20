"""Grounds and bars: the sheets of grey and white that the window is laid out on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.focus import FocusRing
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

    Lines lie at the top of what they separate; that of the content below a sub-bar belongs to the bar, which
    is a pixel higher for it. Attributes: ``row``, the layout the controls go into.
    """

    def __init__(self, kind: str, role: str, lines: str | None = None, parent: QWidget | None = None) -> None:
        if lines is None:
            lines = "tb" if kind == "sub" else "t"
        super().__init__(role, lines, parent)
        self._kind = kind
        self.row = QHBoxLayout(self)
        # Two at the top: the line, and one that puts controls of even height on whole pixels.
        self._top, self._bottom = 2 * ("t" in lines), int("b" in lines)
        self.set_sides(12)
        self.row.setSpacing(8)
        self._fit()
        theme().changed.connect(self._fit)

    def set_sides(self, left: int, right: int | None = None) -> None:
        """Space before the first and after the last control."""
        self.row.setContentsMargins(left, self._top, left if right is None else right, self._bottom)

    def _fit(self) -> None:
        height: int = getattr(theme().size, self._kind) + self._bottom
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


class Link(QAbstractButton):
    """A word that does something: accent text, underlined under the mouse.

    ``now``: blue in a past moment too, for what happens now.
    """

    def __init__(
        self, text: str, style: str = "label", *, now: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._style, self._now = style, now
        self.setText(text)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        FocusRing(self, theme().radius.tag)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        look = theme()
        width = text_width(look.font(self._style), self.text())
        return QSize(int(width + 0.999), max(look.size.minimum_target, look.line_height(self._style)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        font = look.font(self._style)
        font.setUnderline(self.underMouse() and self.isEnabled())
        role = look.color("accentText", now=self._now) if self.isEnabled() else look.color("disabled")
        painter = QPainter(self)
        draw_text(painter, QRectF(self.rect()), self.text(), font, role)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


class Sign(QWidget):
    """An icon that only shows, in a colour role."""

    def __init__(
        self, icon: str, role: str = "text2", *, side: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._role, self._side = icon, role, side
        self.setFixedSize(side, side)
        theme().changed.connect(self.update)

    def show_icon(self, icon: str, role: str) -> None:
        """Another icon or colour."""
        if (icon, role) != (self._icon, self._role):
            self._icon, self._role = icon, role
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme().paint_icon(painter, QRectF(self.rect()), self._icon, self._role)
        painter.end()
