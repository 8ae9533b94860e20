"""The bottom line: what is being worked on at the left, what is being looked at on the right."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from memvid_studio.ops.jobs import JobRecord
from memvid_studio.views.bars import Bar, Line, Link, Sign
from memvid_studio.widgets.progress import ProgressBar
from memvid_studio.words import about, counted, number


@dataclass(frozen=True, slots=True)
class Saved:
    """``state`` is ``saved``, ``unsaved``, ``past``, ``read-only``, ``problem`` or ``none``; ``text`` says it."""

    state: str
    text: str


_SIGNS = {
    "saved": ("check-circle-outline", "success", "text2"),
    "unsaved": ("circle-edit-outline", "warning", "warning"),
    "past": ("lock-outline", "past", "past"),
    "read-only": ("lock-outline", "text2", "text2"),
    "problem": ("alert-outline", "error", "error"),
}


class StatusBar(Bar):
    """Left: Ready, what is being opened, jobs, or why saving is paused. Right: results, size, saved or not."""

    jobsWanted = Signal()
    problemWanted = Signal()

    def __init__(self, version: str, parent: QWidget | None = None) -> None:
        super().__init__("status", "window", "t", parent)
        self._version = version
        self._busy = ""
        self._problem = ""
        self._jobs: list[JobRecord] = []
        self.sign = Sign("refresh", "text2", side=14)
        self.doing = Line("", "small", "text2")
        self.progress = ProgressBar()
        self.progress.setFixedWidth(120)
        self.left_time = Line("", "small", "text3")
        self.link = Link(self.tr("Show jobs"), now=True)
        self.link.clicked.connect(self._link)
        self.facts = Line("", "small", "text2", fixed=True)
        self.saved_sign = Sign("check-circle-outline", "success", side=14)
        self.saved = Line("", "small", "text2", fixed=True)
        for widget in (self.sign, self.doing, self.progress, self.left_time, self.link):
            self.row.addWidget(widget)
        self.row.addStretch(1)
        self.row.addWidget(self.facts)
        self.row.addWidget(self.saved_sign)
        self.row.addWidget(self.saved)
        self.row.setSpacing(8)
        self._refresh()
        self.show_facts((), Saved("none", ""))

    # --------------------------------------------------------------------------------------------- left

    def set_busy(self, text: str) -> None:
        """Something that has no bar: opening, sealing. Empty: nothing."""
        self._busy = text
        self._refresh()

    def set_problem(self, text: str) -> None:
        """Why changes are not saved; empty when they are."""
        self._problem = text
        self._refresh()

    def set_jobs(self, jobs: list[JobRecord]) -> None:
        """The jobs that are running, oldest first."""
        self._jobs = jobs
        self._refresh()

    def _refresh(self) -> None:
        job = self._jobs[0] if self._jobs else None
        self.progress.setVisible(job is not None and not self._problem)
        self.left_time.setVisible(job is not None and not self._problem)
        self.link.setVisible(job is not None or bool(self._problem))
        self.sign.setVisible(bool(job or self._problem or self._busy))
        if self._problem:
            self.sign.show_icon("alert-circle-outline", "error")
            self.doing.set_role("error")
            self.doing.set_text(self.tr("Saving is paused: {why}").replace("{why}", self._problem))
            self.link.setText(self.tr("Show"))
        elif job is not None:
            self.sign.show_icon("refresh", "text2")
            self.doing.set_role("text2")
            self._show_job(job)
            self.link.setText(self.tr("Show jobs"))
        else:
            self.sign.show_icon("refresh", "text2")
            self.doing.set_role("text2")
            self.doing.set_text(f"{self._busy} …" if self._busy else self.tr("Ready"))
        self.link.updateGeometry()

    def _show_job(self, job: JobRecord) -> None:
        done, total = job.done, job.total
        if len(self._jobs) > 1:
            done = sum(each.done for each in self._jobs)
            totals = [each.total for each in self._jobs if each.total is not None]
            total = sum(totals) if len(totals) == len(self._jobs) else None
        if total is None:
            self.doing.set_text(
                counted(done, self.tr("Adding, {n} file so far"), self.tr("Adding, {n} files so far"))
            )
            self.progress.setRange(0, 0)
        else:
            text = self.tr("Adding {done} of {n} files").replace("{done}", number(done))
            one = self.tr("Adding 1 file")
            self.doing.set_text(counted(total, one, text))
            self.progress.setRange(0, max(1, total))
            self.progress.setValue(done)
        seconds = job.seconds_left()
        self.left_time.set_text("" if seconds is None else about(seconds))

    def _link(self) -> None:
        if self._problem:
            self.problemWanted.emit()
        else:
            self.jobsWanted.emit()

    # -------------------------------------------------------------------------------------------- right

    def show_facts(self, facts: tuple[str, ...], saved: Saved) -> None:
        """What is looked at, and whether it is safe. Without a capsule the version stands there."""
        if saved.state == "none":
            self.facts.set_text(f"Memvid Studio {self._version}")
        else:
            self.facts.set_text("  ·  ".join(facts) + "  ·")
        sign = _SIGNS.get(saved.state)
        self.saved_sign.setVisible(sign is not None)
        self.saved.setVisible(sign is not None)
        if sign is not None:
            icon, tint, role = sign
            self.saved_sign.show_icon(icon, tint)
            self.saved.set_role(role)
            self.saved.set_text(saved.text)
