"""The password of a sealed capsule."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

import engine
from memvid_studio.views.bars import Line
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.widgets.fields import PasswordField
from memvid_studio.words import day, size


class UnlockDialog(DialogSheet):
    """Stays open until the password is right."""

    passwordGiven = Signal(object, str)
    """Path and password."""

    def __init__(self, window: QWidget, facts: engine.FileFacts) -> None:
        super().__init__(
            window,
            self.tr("Open a sealed capsule"),
            self.tr("It opens in memory: nothing is written unencrypted."),
            icon="lock-outline",
            verb=self.tr("Open"),
            verb_icon="lock-open-variant-outline",
            keep_open=True,
        )
        self.path: Path = facts.path
        self.password = PasswordField()
        self.password.textChanged.connect(self._changed)
        self.password.submitted.connect(self.accept)
        self.body.addWidget(Line(self.tr("Password"), "label", "text2"))
        self.body.addWidget(self.password)
        facts_line = [facts.path.name]
        if facts.size:
            facts_line.append(size(facts.size))
        if facts.modified is not None:
            facts_line.append(self.tr("sealed {day}").replace("{day}", day(facts.modified)))
        self.body.addWidget(Line(" · ".join(facts_line), "small", "text3"))
        self.accepted.connect(self._give)
        self._changed()

    def refuse(self, reason: str) -> None:
        """The password was wrong."""
        self.set_busy(False)
        self.password.set_error(reason)
        self.password.setFocus()

    def _changed(self) -> None:
        self.password.set_error("")
        self.verb.setEnabled(bool(self.password.text()) and not self.is_busy)

    def _give(self) -> None:
        self.set_busy(True)
        self.passwordGiven.emit(self.path, self.password.text())
