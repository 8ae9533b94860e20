"""A new note: title, text, tags."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from memvid_studio.ops.edit import Note
from memvid_studio.views.bars import Line
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.widgets.fields import LineEdit, TextArea
from memvid_studio.words import moment


class NoteDialog(DialogSheet):
    """Hands over a :class:`Note`; an empty text cannot be added. It stays until the note is in."""

    noteWritten = Signal(object)
    """Note"""

    def __init__(
        self, window: QWidget, capsule: str, *, text: str = "", happened: datetime | None = None
    ) -> None:
        sentence = self.tr("Goes into {name}. Ctrl+Enter adds it.").replace("{name}", capsule)
        if happened is not None:
            when = self.tr("Happened {moment}.").replace("{moment}", moment(happened))
            sentence = f"{sentence} {when}"
        super().__init__(
            window,
            self.tr("New note"),
            sentence,
            icon="note-text-outline",
            verb=self.tr("Add note"),
            width=560,
            keep_open=True,
        )
        self._happened = happened
        self.heading = LineEdit()
        self.heading.setPlaceholderText(self.tr("Taken from the first line if left empty"))
        self.heading.setAccessibleName(self.tr("Title"))
        self.text = TextArea(text, lines=9)
        self.text.setAccessibleName(self.tr("Text"))
        self.text.textChanged.connect(self._changed)
        self.tags = LineEdit()
        self.tags.setPlaceholderText(self.tr("Separated by commas"))
        self.tags.setAccessibleName(self.tr("Tags"))
        for label, field in (
            (self.tr("Title"), self.heading),
            (self.tr("Text"), self.text),
            (self.tr("Tags"), self.tags),
        ):
            self.body.addWidget(Line(label, "label", "text2"))
            self.body.addWidget(field)
            self.body.addSpacing(4)
        self.accepted.connect(self._hand_over)
        self._changed()

    def fill(self, note: Note) -> None:
        """Goes on with a note that was begun before."""
        self.heading.setText(note.title)
        self.text.setPlainText(note.text)
        self.tags.setText(", ".join(note.tags))
        self._happened = note.happened or self._happened

    def refuse(self, reason: str) -> None:
        """It is not saved: the words stay."""
        self.set_busy(False)
        self.set_error(reason)

    def _hand_over(self) -> None:
        self.set_error("")
        self.set_busy(True)
        self.noteWritten.emit(self.note())

    def note(self) -> Note:
        """What was written."""
        text = self.text.toPlainText()
        first = next((line.strip("# \t") for line in text.splitlines() if line.strip("# \t")), "")
        tags = tuple(dict.fromkeys(tag.strip() for tag in self.tags.text().split(",") if tag.strip()))
        return Note(self.heading.text().strip() or first[:80], text, tags, self._happened)

    def begun(self) -> Note | None:
        """What is lost if it is closed now: the note as it was typed, None if nothing was."""
        title, text = self.heading.text().strip(), self.text.toPlainText()
        return Note(title, text, self.note().tags, self._happened) if title or text.strip() else None

    def _changed(self) -> None:
        self.verb.setEnabled(bool(self.text.toPlainText().strip()) and not self.is_busy)
