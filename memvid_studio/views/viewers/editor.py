"""The text of a note, to change: plain text in the reading column."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from memvid_studio.theme import theme
from memvid_studio.views.bars import Line
from memvid_studio.widgets.buttons import Button
from memvid_studio.widgets.scroll_marks import MarkedScrollBar
from memvid_studio.widgets.text_view import column_width
from memvid_studio.words import tr

_PADDING = 32
_TOP = 24


class _Field(QTextEdit):
    """Plain text only, whatever is pasted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(False)
        self.setVerticalScrollBar(MarkedScrollBar())
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)

    def set_plain(self, text: str) -> None:
        """Text in lines of the reading style; the undo history starts here."""
        look = theme()
        self.setFont(look.font("reading"))
        self.setUndoRedoEnabled(False)
        self.setPlainText("")
        cursor = self.textCursor()
        line = QTextBlockFormat()
        line.setLineHeight(look.line_height("reading"), QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor.setBlockFormat(line)
        cursor.insertText(text)
        frame = self.document().rootFrame().frameFormat()
        frame.setLeftMargin(look.px(_PADDING))
        frame.setRightMargin(look.px(_PADDING))
        frame.setTopMargin(look.px(_TOP))
        frame.setBottomMargin(look.px(_TOP))
        self.document().setDocumentMargin(0)
        self.document().rootFrame().setFrameFormat(frame)
        self.setUndoRedoEnabled(True)
        self.document().setModified(False)
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        self.setTextCursor(cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # In an empty line Qt takes Enter for "end of this kind of paragraph": the line is not begun, and loses
        # its line height.
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
            event.accept()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        column = column_width() + 2 * theme().px(_PADDING)
        self.setLineWrapColumnOrWidth(min(self.viewport().width(), column))


class Editor(QWidget):
    """Signals: ``saved(str)``, the new text; ``cancelled``. ``controls`` goes into the sub-bar."""

    saved = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = _Field()
        self.field.setAccessibleName(tr("Text"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)
        self.controls = QWidget(self)
        self.controls.hide()
        row = QHBoxLayout(self.controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._state = Line(tr("Editing"), "small", "text2")
        cancel = Button(tr("Cancel"))
        self._save = Button(tr("Save"), kind="primary")
        self._save.setToolTip(tr("Save (Ctrl+S)"))
        row.addWidget(self._state, 1)
        row.addWidget(cancel)
        row.addWidget(self._save)
        cancel.clicked.connect(self.cancelled)
        self._save.clicked.connect(self.save)
        self.field.document().modificationChanged.connect(self._show_state)
        self._original = ""

    def begin(self, text: str, original: str) -> None:
        """Edit ``text``; it counts as changed while it differs from ``original``."""
        self._original = original
        self.field.set_plain(text)
        self.field.document().setModified(text != original)
        self._show_state()
        self.field.setFocus()

    def text(self) -> str:
        """The text as it is now."""
        return self.field.toPlainText()

    @property
    def is_changed(self) -> bool:
        """Whether there is something to lose."""
        return self.field.document().isModified() and self.text() != self._original

    def save(self) -> None:
        """Hand the text over; without a change nothing is saved."""
        text = self.text()
        if text != self._original:
            self.saved.emit(text)
        else:
            self.cancelled.emit()

    def _show_state(self) -> None:
        changed = self.field.document().isModified()
        self._state.set_text(tr("Editing, not saved yet") if changed else tr("Editing"))
        self._save.setEnabled(changed)

    def event(self, event: QEvent) -> bool:
        # While a text is edited Ctrl+S saves it, whatever the window would save.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Save)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Save):
            self.save()
        elif event.matches(QKeySequence.StandardKey.Cancel):
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
