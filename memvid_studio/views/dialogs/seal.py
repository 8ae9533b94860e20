"""Sealing a copy: what goes in, under which password, into which file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from memvid_studio.ops.share import SealFacts, SealOrder
from memvid_studio.views.bars import Line, Link
from memvid_studio.widgets.check import CheckBox
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.widgets.fields import PasswordField
from memvid_studio.widgets.segmented import Segmented
from memvid_studio.widgets.text import Text
from memvid_studio.words import counted, size

SUFFIX = ".mv2e"


class SealDialog(DialogSheet):
    """Stays open until the copy is written; what went wrong is said in it."""

    sealWanted = Signal(object)
    """SealOrder"""
    targetChanged = Signal(object)
    """Path of the copy; answer with :meth:`show_facts`."""

    def __init__(self, window: QWidget, target: Path, *, open_file: Path | None = None) -> None:
        """``open_file`` is the capsule itself, which cannot be its own copy."""
        super().__init__(
            window,
            self.tr("Seal a copy to share"),
            self.tr("Writes a new encrypted file. Your capsule stays as it is."),
            icon="shield-lock-outline",
            verb=self.tr("Seal a copy"),
            verb_icon="lock-outline",
            keep_open=True,
        )
        self._target, self._open_file = target, open_file
        self._facts: SealFacts | None = None
        self.body.addWidget(Line(self.tr("What goes in"), "label", "text2"))
        self.scope = Segmented([self.tr("Everything")])
        self.body.addWidget(self.scope)
        self.holds = Line("", "small", "text3")
        self.body.addWidget(self.holds)
        self.dead = Text("", "body", "text", wrap=True)
        self.leave_out = CheckBox(self.tr("Leave them out"))
        self.dead.hide()
        self.leave_out.hide()
        self.body.addSpacing(4)
        self.body.addWidget(self.dead)
        self.body.addWidget(self.leave_out)
        self.body.addSpacing(8)
        self.body.addWidget(Line(self.tr("Password"), "label", "text2"))
        self.password = PasswordField(new=True)
        self.password.textChanged.connect(self._changed)
        self.password.submitted.connect(self.accept)
        self.body.addWidget(self.password)
        self.body.addWidget(
            Text(
                self.tr(
                    "There is no way back without it: keep it somewhere, and hand it over by another way."
                ),
                "small",
                "text3",
                wrap=True,
            )
        )
        change = Link(self.tr("Change …"))
        change.clicked.connect(self._choose_target)
        self.add_to_foot(change)
        self.set_file(target.name, "lock-outline")
        self.accepted.connect(self._seal)
        self._changed()

    def show_facts(self, facts: SealFacts) -> None:
        """What the capsule holds, and what it still holds that nobody sees."""
        self._facts = facts
        documents = counted(facts.document_count, self.tr("1 frame"), self.tr("{n} frames"))
        self.holds.set_text(f"{documents}, {size(facts.size_bytes)}")
        parts = []
        if facts.deleted:
            parts.append(counted(facts.deleted, self.tr("1 deleted"), self.tr("{n} deleted")))
        if facts.superseded:
            parts.append(counted(facts.superseded, self.tr("1 older"), self.tr("{n} older")))
        if parts:
            text = self.tr("This file still contains {what}.")
            what = self.tr(" and ").join(parts)
            one = facts.deleted + facts.superseded == 1
            noun = self.tr("version") if one else self.tr("versions")
            self.dead.setText(text.replace("{what}", f"{what} {noun}"))
        self.dead.setVisible(bool(parts))
        self.leave_out.setVisible(bool(parts))
        self._changed()
        self.place()

    def order(self) -> SealOrder:
        """What was asked for."""
        drop = self.leave_out.isVisibleTo(self) and self.leave_out.isChecked()
        return SealOrder(self._target, self.password.text(), drop_history=drop)

    def fail(self, reason: str) -> None:
        """It was not written."""
        self.set_busy(False)
        self.set_error(reason)
        self._changed(keep_error=True)

    def _seal(self) -> None:
        self.set_error("")
        self.set_busy(True)
        self.sealWanted.emit(self.order())

    def _changed(self, *, keep_error: bool = False) -> None:
        if not keep_error:
            self.set_error("")
        exists = self._facts is not None and self._facts.target_exists
        if exists and not keep_error:
            self.set_error(
                self.tr("There is a file of this name. It will be replaced; Change … chooses another.")
            )
        self.verb.setEnabled(bool(self.password.text()) and not self.is_busy)

    def _choose_target(self) -> None:
        chooser = QFileDialog(self.window(), self.tr("Sealed copy"), str(self._target.parent))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilter(self.tr("Sealed capsules (*.mv2e)"))
        chooser.setDefaultSuffix(SUFFIX.removeprefix("."))
        chooser.selectFile(self._target.name)
        chooser.fileSelected.connect(self._target_chosen)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _target_chosen(self, name: str) -> None:
        if Path(name) == self._open_file:
            self.set_error(self.tr("This is the capsule that is open. Choose another name for the copy."))
            return
        self._target = Path(name)
        self.set_file(self._target.name, "lock-outline")
        self.targetChanged.emit(self._target)
