"""What stands where there is nothing: a title, one sentence, the next action."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.paint import panel
from memvid_studio.widgets.text import Text

_WIDEST = 420


class EmptyState(QWidget):
    """Left-aligned title, sentence and action, in the middle of the height it is given.

    ``action`` is any control, a button for instance; it may be given or replaced later.
    """

    def __init__(
        self, title: str, sentence: str = "", action: QWidget | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        look = theme()
        self._title = Text(title, "title", wrap=True)
        self._sentence = Text(sentence, "body", "text2", wrap=True)
        if not sentence:
            self._sentence.hide()
        self._action = action
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(look.space.s24, look.space.s24, look.space.s24, look.space.s24)
        self._column.setSpacing(look.space.s4)
        self._column.addStretch(1)
        self._column.addWidget(self._title)
        self._column.addWidget(self._sentence)
        self._column.addSpacing(look.space.s12)
        if action is not None:
            self._column.addWidget(action, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch(2)
        for text in (self._title, self._sentence):
            text.setMaximumWidth(look.px(_WIDEST))

    def say(self, title: str, sentence: str = "") -> None:
        """Change the words."""
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))

    def set_action(self, action: QWidget | None) -> None:
        """Replace the control below; the old one is deleted."""
        if self._action is not None:
            self._column.removeWidget(self._action)
            self._action.deleteLater()
        self._action = action
        if action is not None:
            self._column.insertWidget(self._column.count() - 1, action, 0, Qt.AlignmentFlag.AlignLeft)

    def title(self) -> str:
        """The title shown."""
        return self._title.text()

    def sentence(self) -> str:
        """The sentence shown."""
        return self._sentence.text()


class Skeleton(QWidget):
    """Grey blocks where lines of text will be; shown only when loading takes longer than a moment."""

    def __init__(self, lines: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines

    def sizeHint(self) -> QSize:
        return QSize(320, theme().line_height("body") * self._lines)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        step = look.line_height("body")
        for line in range(self._lines):
            share = (0.92, 0.78, 0.86, 0.55)[line % 4]
            block = QRectF(0, line * step + step * 0.2, self.width() * share, step * 0.6)
            panel(painter, block, look.radius.tag, look.color("sunken"))
        painter.end()
