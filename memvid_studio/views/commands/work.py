"""Jobs and sealing: what takes a while."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

import engine
from memvid_studio.ops.ingest import Ended
from memvid_studio.ops.jobs import JobRecord
from memvid_studio.ops.problems import Problem
from memvid_studio.ops.session import Held
from memvid_studio.ops.share import SealFacts, SealOrder
from memvid_studio.ops.undo import Step
from memvid_studio.views.commands.context import Context
from memvid_studio.views.commands.undoing import offer_undo
from memvid_studio.views.dialogs.seal import SUFFIX, SealDialog
from memvid_studio.widgets.notice import Action, NoticeKind
from memvid_studio.words import counted, quoted

SAY_AFTER_MS = 120
"""Milliseconds between the end of a job and its notice."""


class WorkCommands(QObject):
    """The jobs popover, what a job came to, the sealed copy."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ctx = context
        self._sealing: SealDialog | None = None
        self._steps: dict[int, tuple[Held, Step]] = {}
        self._connect_jobs()

    def _connect_jobs(self) -> None:
        acts, jobs, session = self._ctx.actions, self._ctx.window.jobs, self._ctx.desk.session
        acts.jobs.triggered.connect(self.show_jobs)
        acts.seal.triggered.connect(self.seal)
        self._ctx.window.library.shareWanted.connect(self.seal)
        self._ctx.window.status.jobsWanted.connect(self.show_jobs)
        self._ctx.window.status.problemWanted.connect(self._show_write_problem)
        session.jobChanged.connect(self._job_changed)
        jobs.stopWanted.connect(self._stop_job)
        jobs.undoWanted.connect(self._undo_job)
        self._ctx.desk.ingest.ended.connect(self._ingest_ended)
        self._ctx.desk.search.pastChanged.connect(self._refresh_undoable)
        session.listChanged.connect(self._refresh_undoable)
        share = self._ctx.desk.share
        share.factsReady.connect(self._show_facts)
        share.sealed.connect(self._sealed)
        share.exported.connect(self._exported)
        share.busyChanged.connect(self._ctx.window.status.set_busy)

    def show_jobs(self) -> None:
        """The newest job, running or ended."""
        popover = self._ctx.window.jobs
        if popover.isVisible():
            popover.close_popover()
            return
        records = self._ctx.desk.session.jobs.records()
        running = [record for record in records if not record.is_final]
        if not records:
            self._ctx.say(
                "info", self.tr("Nothing is being added"), self.tr("Drop files on the window to add them.")
            )
            return
        record = (running or records)[0]
        popover.show_job(record, record.capsule_path.stem)
        popover.open_at(self._ctx.window.status)

    def _job_changed(self, record: JobRecord) -> None:
        popover = self._ctx.window.jobs
        shown = popover.job
        if popover.isVisible() and shown is not None and shown.job_id == record.job_id:
            popover.show_job(record, record.capsule_path.stem)

    def _stop_job(self, record: JobRecord) -> None:
        held = next((each for each in self._ctx.desk.session.held if each.path == record.capsule_path), None)
        self._ctx.desk.ingest.cancel(record.job_id, held)

    def _undo_job(self, record: JobRecord) -> None:
        if record.job_id in self._steps:
            held, step = self._steps[record.job_id]
            held.undo.undo(step)

    def _refresh_undoable(self) -> None:
        """What was taken back, or whose capsule is closed, cannot be any more; the past cannot be changed."""
        open_now, past = self._ctx.desk.session.held, self._ctx.desk.search.is_past
        for job_id, (held, step) in list(self._steps.items()):
            there = held in open_now and held.undo.holds(step)
            if not there:
                del self._steps[job_id]
            self._ctx.window.jobs.set_undoable(job_id, undoable=there and not past)

    def _ingest_ended(self, ended: Ended) -> None:
        if ended.step is not None:
            if all(held is not ended.held for held, _ in self._steps.values()):
                ended.held.undo.changed.connect(self._refresh_undoable)
            self._steps[ended.job_id] = (ended.held, ended.step)
            self._refresh_undoable()
        result = ended.result
        record = self._ctx.desk.session.jobs.settle(ended.held.path, ended.job_id, len(result.frame_ids))
        if record is not None:
            self._job_changed(record)
        added = counted(len(result.frame_ids), self.tr("Added 1 file"), self.tr("Added {n} files"))
        parts = []
        if result.duplicates:
            parts.append(
                counted(
                    len(result.duplicates),
                    self.tr("1 was there already and was left out."),
                    self.tr("{n} were there already and were left out."),
                )
            )
        buttons = []
        if ended.error is not None and not isinstance(ended.error, engine.Cancelled):
            title = self.tr("Adding was interrupted")
            self._say_ended(ended, "error", title, f"{ended.error} {added}.")
            return
        if result.failed:
            parts.append(
                counted(
                    len(result.failed),
                    self.tr("Not read: {why}.").replace("{why}", _first_failure(result)),
                    self.tr("{n} were not read, or not in full."),
                )
            )
            buttons.append(Action(self.tr("Show which"), self._show_failures))
        if result.failed or result.duplicates or ended.state == engine.JobState.CANCELLED:
            kind: NoticeKind = "warning" if result.failed else "info"
            self._say_ended(ended, kind, added, " ".join(parts), *buttons)
        elif result.frame_ids:
            self._say_ended(ended, "success", added, "")

    def _say_ended(self, ended: Ended, kind: NoticeKind, title: str, text: str, *buttons: Action) -> None:
        def say() -> None:
            step = ended.step
            if step is not None and ended.held.undo.holds(step):
                offer_undo(self._ctx, ended.held, step, kind, title, text, *buttons)
            else:
                self._ctx.say(kind, title, text, *buttons)

        # The last rows, counts and the film change in this very turn; painting a notice over them as well would be
        # the longest wait of the whole job.
        QTimer.singleShot(SAY_AFTER_MS, self, say)

    def _show_failures(self) -> None:
        if not self._ctx.window.jobs.isVisible():
            self.show_jobs()

    def seal(self) -> None:
        """Asks what goes into the sealed copy, and for its password."""
        held = self._ctx.desk.session.current
        if held is None or not self._ctx.actions.seal.isEnabled():
            return
        target = held.path.with_suffix(SUFFIX)
        if held.sealed:
            # Its own file keeps its own password; a copy can have another, or be the way out when it cannot be saved.
            name = self.tr("{name} copy").replace("{name}", held.path.stem)
            target = held.path.with_name(name + SUFFIX)
        dialog = self._sealing = SealDialog(self._ctx.window, target, open_file=held.path)
        dialog.sealWanted.connect(self._seal)
        dialog.targetChanged.connect(self._ctx.desk.share.ask_facts)
        dialog.finished.connect(self._seal_ended)
        self._ctx.open_dialog(dialog)
        self._ctx.desk.share.ask_facts(target)

    def _show_facts(self, facts: SealFacts) -> None:
        if self._sealing is not None:
            self._sealing.show_facts(facts)

    def _seal(self, order: SealOrder) -> None:
        def failed(problem: Problem) -> None:
            if self._sealing is not None:
                self._sealing.fail(f"{problem.title}. {problem.text}")
            else:
                self._ctx.tell(problem)

        self._ctx.desk.share.seal(order, failed=failed)

    def _seal_ended(self) -> None:
        self._sealing = None

    def _sealed(self, path: Path) -> None:
        if self._sealing is not None:
            self._sealing.done(True)
        self._ctx.say(
            "success",
            self.tr("Sealed {name}").replace("{name}", quoted(path.name)),
            self.tr("In {folder}.").replace("{folder}", str(path.parent)),
            Action(self.tr("Open it"), lambda: self._ctx.desk.session.open(path)),
        )

    def _exported(self, path: Path) -> None:
        title = self.tr("Exported {name}").replace("{name}", quoted(path.name))
        self._ctx.say("success", title, self.tr("In {folder}.").replace("{folder}", str(path.parent)))

    def _show_write_problem(self) -> None:
        held = self._ctx.desk.session.current
        if held is not None and held.write_problem:
            self._ctx.say(
                "error",
                self.tr("A change is not saved yet"),
                held.write_problem,
                Action(self.tr("Try again"), self._ctx.desk.session.save, primary=True),
            )


def _first_failure(result: engine.IngestResult) -> str:
    failure = result.failed[0]
    return f"{Path(failure.source).name}: {failure.reason}"
