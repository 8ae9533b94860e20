"""A name and a place for a new capsule."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from memvid_studio.views.bars import Line, Link, Sign
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.widgets.fields import LineEdit

SUFFIX = ".mv2"


class NewCapsuleDialog(DialogSheet):
    """Stays open until the capsule is there: its name may be taken, its place closed to you."""

    createWanted = Signal(object)
    """Path"""

    def __init__(self, window: QWidget, folder: Path) -> None:
        super().__init__(
            window,
            self.tr("New capsule"),
            self.tr("One file that holds everything you put into it."),
            icon="plus",
            verb=self.tr("Create"),
            keep_open=True,
        )
        self._folder = folder
        self.name = LineEdit(self.tr("Untitled"))
        self.name.setAccessibleName(self.tr("Name"))
        self.name.selectAll()
        self.name.textChanged.connect(self._changed)
        self.name.returnPressed.connect(self.accept)
        self.body.addWidget(Line(self.tr("Name"), "label", "text2"))
        self.body.addWidget(self.name)
        self.body.addSpacing(8)
        self.body.addWidget(Line(self.tr("Place"), "label", "text2"))
        self.place_line = Line(str(folder), "body", "text")
        change = Link(self.tr("Change …"))
        change.clicked.connect(self._choose_folder)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Sign("folder-outline"))
        row.addWidget(self.place_line, 1)
        row.addWidget(change)
        self.body.addLayout(row)
        self.accepted.connect(lambda: self.createWanted.emit(self.path()))
        self._changed()

    def path(self) -> Path:
        """Where the capsule is to be; the ending is added when it is missing."""
        name = self.name.text().strip()
        return self._folder / (name if name.lower().endswith(SUFFIX) else name + SUFFIX)

    def _changed(self) -> None:
        name = self.name.text().strip()
        wrong = ""
        if "/" in name or "\0" in name or name in {".", ".."}:
            wrong = self.tr("A file name cannot hold a slash.")
        self.name.set_error(wrong)
        self.set_error(wrong)
        self.verb.setEnabled(bool(name) and not wrong)
        self.set_file(self.path().name if name else "")

    def _choose_folder(self) -> None:
        chooser = QFileDialog(self.window(), self.tr("Place for the capsule"), str(self._folder))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.fileSelected.connect(self._folder_chosen)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _folder_chosen(self, folder: str) -> None:
        self._folder = Path(folder)
        self.place_line.set_text(folder)
        self._changed()
