"""Taking things in: files, folders, text, with an undo for the whole drop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

import engine
from memvid_studio.bridge.tasks import Lane
from memvid_studio.ops.jobs import JobRecord
from memvid_studio.ops.problems import describe
from memvid_studio.ops.session import Held, Session
from memvid_studio.ops.undo import Step
from memvid_studio.words import counted, quoted, tr


@dataclass(frozen=True, slots=True, eq=False)
class Ended:
    """A job that took sources in has ended. ``step`` takes back what it added, None if that is nothing."""

    held: Held
    job_id: int
    state: engine.JobState
    result: engine.IngestResult
    step: Step | None
    error: Any = None


class Ingest(QObject):
    """Starts ingest jobs and knows them until they end."""

    started = Signal(object, object)
    """Held, tuple of source names: they are about to be read."""
    ended = Signal(object)
    """Ended"""
    problem = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        session.jobChanged.connect(self._job_changed)

    def add(
        self,
        paths: Sequence[Path],
        *,
        happened: datetime | None = None,
        held: Held | None = None,
        **options: Any,
    ) -> None:
        """Files and folders into the current capsule, in the background. ``happened`` dates all of them."""
        held = held or self._session.current
        if held is None or not paths:
            return
        capsule, sources = held.capsule, list(paths)
        if happened is not None:
            options["timestamp"] = happened
        self.started.emit(held, tuple(path.name for path in sources))

        def done(job: engine.Job) -> None:
            held.jobs[job.id] = job
            self._look_after(held, job.id)

        self._session.tasks.run(
            lambda: capsule.ingest(sources, **options),
            done=done,
            failed=lambda error: self.problem.emit(describe(error, tr("Nothing could be added"))),
            owner=self,
            lane=Lane.CHANGE,
        )

    def cancel(self, job_id: int, held: Held | None = None) -> None:
        """What is committed stays; nothing more is added."""
        held = held or self._session.current
        job = held.jobs.get(job_id) if held is not None else None
        if job is not None:
            self._session.tasks.run(job.cancel, owner=self)

    def _job_changed(self, record: JobRecord) -> None:
        if record.is_final:
            held = next((each for each in self._session.held if each.path == record.capsule_path), None)
            if held is not None:
                self._look_after(held, record.job_id)

    def _look_after(self, held: Held, job_id: int) -> None:
        """Called when the job is known and when it ended, in whichever order these come."""
        job = held.jobs.get(job_id)
        if job is None or not job.state.is_final:
            return
        del held.jobs[job_id]
        # A cancelled job is final at once, but what it had under way may still come in.
        self._session.tasks.run(job.join, 60.0, done=lambda _: self._over(held, job), owner=self)

    def _over(self, held: Held, job: engine.Job) -> None:
        result = job.result or engine.IngestResult((), (), ())
        step = None
        if result.frame_ids:
            step = adding_step(held.capsule, result.frame_ids)
            held.undo.push(step)
        self.ended.emit(Ended(held, job.id, job.state, result, step, job.error))


def adding_step(capsule: engine.Capsule, frame_ids: Sequence[int], title: str = "") -> Step:
    """Undo for documents that were added: delete them, and restore them again."""
    present = list(frame_ids)
    if title:
        text = tr("add {name}").replace("{name}", quoted(title))
    else:
        text = counted(len(present), tr("add {n} document"), tr("add {n} documents"))

    def back() -> None:
        for each in present:
            _delete_if_there(capsule, each)

    def again() -> int | None:
        present[:] = [capsule.restore(each) for each in present]
        return present[0] if len(present) == 1 else None

    return Step(text, back, again)


def _delete_if_there(capsule: engine.Capsule, frame_id: int) -> None:
    """Somebody may have deleted it meanwhile; then there is nothing to take back."""
    try:
        capsule.delete(frame_id)
    except engine.FrameNotFound:
        return
