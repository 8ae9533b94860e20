"""Check boxes and toggles."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QSizePolicy, QWidget
from shiboken6 import isValid

from memvid_studio.theme import theme
from memvid_studio.widgets.focus import FocusRing
from memvid_studio.widgets.paint import draw_text, glide, panel, text_width

_GAP = 8
_TOGGLE_GAP = 10
# A title with its sentence right below it, closer than lines of running text.
_TITLE_LINE = 19


class CheckBox(QCheckBox):
    """A check box with a text, and perhaps a fainter ``detail`` behind it."""

    def __init__(self, text: str, detail: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._detail = detail
        self.setAccessibleDescription(detail)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        FocusRing(self, theme().radius.tag)

    def set_detail(self, detail: str) -> None:
        """Change the fainter text."""
        self._detail = detail
        self.setAccessibleDescription(detail)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = theme()
        width: float = look.size.check
        if self.text():
            width += look.px(_GAP) + text_width(look.font("small"), self.text())
        if self._detail:
            width += look.px(_GAP) + text_width(look.font("small"), self._detail)
        return QSize(int(width + 0.999), look.size.minimum_target)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().size.check, theme().size.minimum_target)

    def hitButton(self, pos: object) -> bool:
        return self.rect().contains(pos)  # type: ignore[call-overload, no-any-return]

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        side = look.size.check
        box = QRectF(0, round((self.height() - side) / 2), side, side)
        enabled = self.isEnabled()
        if self.checkState() == Qt.CheckState.Unchecked:
            over = self.underMouse() and enabled
            edge = "text3" if over else "control" if enabled else "line"
            panel(painter, box, look.radius.tag, look.color("pane"), look.color(edge))
        else:
            panel(painter, box, look.radius.tag, look.color("accent" if enabled else "disabled"))
            mark = "check" if self.checkState() == Qt.CheckState.Checked else "minus"
            inset = look.px(2)
            look.paint_icon(painter, box.adjusted(inset, inset, -inset, -inset), mark, "onAccent")
        x = box.right() + look.px(_GAP)
        font = look.font("small")
        role = "text" if enabled else "disabled"
        room = QRectF(x, 0, self.width() - x, self.height())
        draw_text(painter, room, self.text(), font, look.color(role))
        if self._detail:
            x += text_width(font, self.text()) + look.px(_GAP)
            room = QRectF(x, 0, self.width() - x, self.height())
            draw_text(painter, room, self._detail, font, look.color("text3" if enabled else "disabled"))
        painter.end()


class Toggle(QAbstractButton):
    """A switch with a title and one sentence on what it does; for things that take effect as they stand."""

    def __init__(self, title: str = "", sentence: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = sentence
        self._at = 0.0
        self._moving: QVariantAnimation | None = None
        self.setText(title)
        self.setAccessibleDescription(sentence)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._slide)
        FocusRing(self, theme().size.toggle_height / 2)

    def _slide(self, on: bool) -> None:
        if self._moving is not None and isValid(self._moving):
            self._moving.stop()
        end = 1.0 if on else 0.0
        if not self.isVisible():
            self._set_at(end)
            return
        self._moving = glide(self, self._at, end, self._set_at)

    def _set_at(self, at: float) -> None:
        self._at = at
        self.update()

    def sizeHint(self) -> QSize:
        look = theme()
        width: float = look.size.toggle_width
        lines = look.px(_TITLE_LINE) if self.text() else 0
        if self.text():
            texts = [text_width(look.font("control"), self.text())]
            if self._sentence:
                texts.append(text_width(look.font("micro"), self._sentence))
                lines += look.line_height("micro")
            width += look.px(_TOGGLE_GAP) + max(texts)
        return QSize(int(width + 0.999), max(lines, look.size.minimum_target))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().size.toggle_width, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        width, height = look.size.toggle_width, look.size.toggle_height
        track = QRectF(0, round((self.height() - height) / 2), width, height)
        enabled = self.isEnabled()
        on = "accent" if enabled else "disabled"
        off = "control" if enabled else "lineStrong"
        panel(painter, track, height / 2, look.color(on if self._at > 0.5 else off))
        knob = height - 4
        x = track.x() + 2 + self._at * (width - knob - 4)
        ball = look.color("onAccent", now=self._at <= 0.5)
        panel(painter, QRectF(x, track.y() + 2, knob, knob), knob / 2, ball)
        x = width + look.px(_TOGGLE_GAP)
        first = look.px(_TITLE_LINE)
        both = first + (look.line_height("micro") if self._sentence else 0)
        top = (self.height() - both) / 2
        room = self.width() - x
        role = "text" if enabled else "disabled"
        draw_text(painter, QRectF(x, top, room, first), self.text(), look.font("control"), look.color(role))
        if self._sentence:
            line = QRectF(x, top + first, room, look.line_height("micro"))
            faint = look.color("text3" if enabled else "disabled")
            draw_text(painter, line, self._sentence, look.font("micro"), faint)
        painter.end()
