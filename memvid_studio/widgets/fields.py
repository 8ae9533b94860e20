"""Fields to type into: one line, several lines, and a password with its strength."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from memvid_studio.theme import theme
from memvid_studio.widgets.buttons import IconButton
from memvid_studio.widgets.paint import draw_text, panel, text_width
from memvid_studio.widgets.password import Estimate, Strength, estimate, make_passphrase
from memvid_studio.widgets.text import Text

_INSET = 7
_ICON_LEFT = 10
_BUTTON = 24
_SEGMENTS = 5
_SEGMENT_GAP = 4
_COPIED_STAYS = 1500


def paint_field(painter: QPainter, rect: QRectF, *, focus: bool, enabled: bool, error: bool = False) -> None:
    """The ground and edge of a field: two pixels of accent inside while it has the focus."""
    look = theme()
    width = look.border.focus if focus else look.border.line
    edge = "error" if error else "accent" if focus else "control" if enabled else "line"
    panel(painter, rect, look.radius.control, look.color("pane"), look.color(edge), width)


class LineEdit(QLineEdit):
    """A field of one line, perhaps with an icon in front. Signals and methods are those of QLineEdit."""

    def __init__(
        self,
        text: str = "",
        placeholder: str = "",
        *,
        icon: str | None = None,
        mono: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon = icon
        self._mono = mono
        self._error = ""
        self._room_right = 0
        self.setFrame(False)
        self.setPlaceholderText(placeholder)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)
        self._apply()
        theme().scaled.connect(self._apply)

    def set_error(self, message: str) -> None:
        """Edge in the error colour and the reason as a tooltip; an empty message takes both away."""
        self._error = message
        self.setToolTip(message)
        self.setAccessibleDescription(message)
        self.update()

    def error(self) -> str:
        """The reason, empty when nothing is wrong."""
        return self._error

    def reserve(self, right: int) -> None:
        """Keep room at the right end for what stands over the field."""
        self._room_right = right
        self._apply()

    def _apply(self) -> None:
        look = theme()
        font = look.font("code" if self._mono else "body")
        if self._mono:
            font.setPixelSize(look.px(13))
        self.setFont(font)
        left = _INSET + (look.size.icon + look.space.s8 if self._icon is not None else 0)
        self.setTextMargins(left, 0, _INSET + self._room_right, 0)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(theme().px(200), theme().size.field)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(64), theme().size.field)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        enabled = self.isEnabled()
        rect = QRectF(self.rect())
        paint_field(painter, rect, focus=self.hasFocus(), enabled=enabled, error=bool(self._error))
        if self._icon is not None:
            side = look.size.icon
            at = QRectF(_ICON_LEFT, (self.height() - side) / 2, side, side)
            look.paint_icon(painter, at, self._icon, "text2" if enabled else "disabled")
        painter.end()
        super().paintEvent(event)


class TextArea(QPlainTextEdit):
    """A field of several lines; Tab leaves it. ``lines`` sets its least height."""

    def __init__(
        self, text: str = "", placeholder: str = "", *, lines: int = 2, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._lines = lines
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.document().setDocumentMargin(4)
        self.viewport().setAutoFillBackground(False)
        self.setViewportMargins(5, 4, 2, 4)
        self._edge = _Edge(self)
        self._apply()
        theme().scaled.connect(self._apply)

    def _apply(self) -> None:
        self.setFont(theme().font("small"))
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._edge.setGeometry(self.rect())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._edge.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._edge.update()

    def sizeHint(self) -> QSize:
        look = theme()
        return QSize(look.px(200), look.line_height("small") * self._lines + 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(96), self.sizeHint().height())


class _Edge(QWidget):
    """The ground of a text area, behind its viewport."""

    def __init__(self, area: TextArea) -> None:
        super().__init__(area)
        self._area = area
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.lower()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area
        paint_field(painter, QRectF(self.rect()), focus=area.hasFocus(), enabled=area.isEnabled())
        painter.end()


class PasswordField(QWidget):
    """A password: shown or hidden, made of words, copied, judged.

    ``new``: for a password being chosen, with dice, copy and strength; otherwise only the eye, for one being
    entered. ``seconds_per_guess`` is what unlocking costs on this machine.

    Signals: ``textChanged(str)``, ``submitted()``.
    """

    textChanged = Signal(str)
    submitted = Signal()

    def __init__(
        self,
        *,
        new: bool = False,
        placeholder: str = "",
        seconds_per_guess: float = 0.5,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._seconds_per_guess = seconds_per_guess
        self.edit = LineEdit("", placeholder, mono=True)
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setAccessibleName(self.tr("Password"))
        self.edit.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.edit.textChanged.connect(self._changed)
        self.edit.returnPressed.connect(self.submitted)
        self.setFocusProxy(self.edit)
        self._eye = IconButton("eye-outline", self.tr("Show the password"), side=_BUTTON, parent=self.edit)
        self._eye.clicked.connect(self._turn_eye)
        buttons = [self._eye]
        self._copy: IconButton | None = None
        self._meter: _Meter | None = None
        if new:
            dice = IconButton(
                "dice-multiple-outline", self.tr("Make one of words"), side=_BUTTON, parent=self.edit
            )
            dice.clicked.connect(self.generate)
            self._copy = IconButton("content-copy", self.tr("Copy"), side=_BUTTON, parent=self.edit)
            self._copy.clicked.connect(self._copy_text)
            buttons += [dice, self._copy]
            self._meter = _Meter()
        # A row over the field, so that the tab key visits the buttons after the text.
        row = QHBoxLayout(self.edit)
        row.setContentsMargins(0, 0, 5, 0)
        row.setSpacing(0)
        row.addStretch(1)
        for button in buttons:
            button.setCursor(Qt.CursorShape.ArrowCursor)
            row.addWidget(button)
        self.edit.reserve(theme().px(_BUTTON) * len(buttons))
        self._warning = Text("", "micro", "warning")
        self._warning.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().space.s4)
        column.addWidget(self.edit)
        if self._meter is not None:
            column.addWidget(self._meter)
        column.addWidget(self._warning)
        self._judge()

    # -------------------------------------------------------------------------------------------- content

    def text(self) -> str:
        """The password."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Replace the password."""
        self.edit.setText(text)

    def generate(self) -> None:
        """Put a new password made of words into the field, visibly."""
        self.set_shown(True)
        self.edit.setText(make_passphrase())
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_shown(self, shown: bool) -> None:
        """Show the letters or hide them."""
        modes = QLineEdit.EchoMode
        self.edit.setEchoMode(modes.Normal if shown else modes.Password)
        self._eye.set_icon("eye-off-outline" if shown else "eye-outline")
        self._eye.set_tip(self.tr("Hide the password") if shown else self.tr("Show the password"))

    @property
    def shown(self) -> bool:
        """Whether the letters can be read."""
        return self.edit.echoMode() == QLineEdit.EchoMode.Normal

    def set_error(self, message: str) -> None:
        """Mark the field and say below it what is wrong; Caps Lock for instance."""
        self.edit.set_error(message)
        self._warning.set_role("error" if message else "warning")
        self._warning.setText(message)
        self._warning.setVisible(bool(message))

    def set_seconds_per_guess(self, seconds: float) -> None:
        """Judge anew, for another cost of unlocking."""
        self._seconds_per_guess = seconds
        self._judge()

    def estimate(self) -> Estimate:
        """How good the present password is."""
        return estimate(self.text(), self._seconds_per_guess)

    def verdict(self) -> tuple[str, str]:
        """The strength in one word, and how long guessing takes in a few."""
        found = self.estimate()
        words = {
            Strength.NONE: "",
            Strength.VERY_WEAK: self.tr("Very weak"),
            Strength.WEAK: self.tr("Weak"),
            Strength.FAIR: self.tr("Fair"),
            Strength.STRONG: self.tr("Strong"),
            Strength.VERY_STRONG: self.tr("Very strong"),
        }
        seconds = found.seconds
        if seconds < 3600:
            times = self.tr("minutes to guess")
        elif seconds < 2 * 86400:
            times = self.tr("hours to guess")
        elif seconds < 60 * 86400:
            times = self.tr("days to guess")
        elif seconds < 2 * 31557600:
            times = self.tr("months to guess")
        elif seconds < 200 * 31557600:
            times = self.tr("years to guess")
        else:
            times = self.tr("centuries to guess")
        return words[found.strength], times if found.strength else ""

    def _changed(self, text: str) -> None:
        self.set_error("")
        self._judge()
        self.textChanged.emit(text)

    def _judge(self) -> None:
        if self._meter is not None:
            self._meter.show_strength(self.estimate().strength, *self.verdict())
        if self._copy is not None:
            self._copy.setEnabled(bool(self.text()))

    def _turn_eye(self) -> None:
        self.set_shown(not self.shown)

    def _copy_text(self) -> None:
        if self._copy is None:
            return
        QGuiApplication.clipboard().setText(self.text())
        self._copy.set_icon("check")
        QTimer.singleShot(_COPIED_STAYS, self._copy, self._show_copy_again)

    def _show_copy_again(self) -> None:
        if self._copy is not None:
            self._copy.set_icon("content-copy")


class _Meter(QWidget):
    """Five segments and a verdict in words, so that colour is not all there is."""

    def __init__(self) -> None:
        super().__init__()
        self._strength = Strength.NONE
        self._word = ""
        self._times = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_strength(self, strength: Strength, word: str, times: str) -> None:
        self._strength, self._word, self._times = strength, word, times
        self.setAccessibleName(f"{word}, {times}" if word else "")
        self.update()

    def sizeHint(self) -> QSize:
        look = theme()
        return QSize(look.px(200), 4 + look.size.progress + 4 + look.line_height("micro"))

    def minimumSizeHint(self) -> QSize:
        return QSize(64, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        role = {Strength.FAIR: "warning", Strength.STRONG: "success", Strength.VERY_STRONG: "success"}.get(
            self._strength, "error"
        )
        width = (self.width() - (_SEGMENTS - 1) * _SEGMENT_GAP) / _SEGMENTS
        tall = look.size.progress
        for index in range(_SEGMENTS):
            part = QRectF(index * (width + _SEGMENT_GAP), 4, width, tall)
            panel(painter, part, tall / 2, look.color(role if index < self._strength else "sunken"))
        if self._word:
            line = QRectF(0, 4 + tall + 4, self.width(), look.line_height("micro"))
            strong = look.font("micro")
            strong.setWeight(strong.Weight.Medium)
            draw_text(painter, line, self._word, strong, look.color(role))
            after = line.adjusted(text_width(strong, self._word), 0, 0, 0)
            draw_text(painter, after, f" · {self._times}", look.font("micro"), look.color("text3"))
        painter.end()
