"""Work that reports progress, can be cancelled and ends in exactly one of done, failed, cancelled.

A job is looked at from any thread. The side that does the work holds the same object and calls
:meth:`Job.report` (which is also where it learns that nobody wants the result any more) and one of
:meth:`Job.finish` and :meth:`Job.fail`.

State runs pending → running → done | failed | cancelled and stays there. A cancelled job is final for
whoever looks at it the moment ``cancel`` returns; what is behind it may still need a while to let go,
:meth:`Job.join` waits for that.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from engine.errors import Cancelled
from engine.types import Failure, JobChanged, JobState, Progress

logger = logging.getLogger("engine.jobs")

REPORT_EVERY = 0.1
"""Seconds between two progress events of one job: faster than an eye, slower than a repaint."""

Listener = Callable[[JobChanged], None]

_ids = itertools.count(1)


class Job:
    """Handle on work in the background.

    Attributes: ``id`` (unique in this process), ``title`` (for a person), ``state``, ``progress``, ``error``
    (what it failed with), ``result``. All may be read on any thread.

    Listeners get a :class:`engine.types.JobChanged` on the thread that made the change (a worker's, or the
    one that called ``cancel``), never concurrently, the final state last. They must be quick.
    """

    def __init__(self, title: str, *, emit: Listener | None = None, unit: str = "") -> None:
        self.id = next(_ids)
        self.title = title
        self.error: BaseException | None = None
        self.result: Any = None
        self._state = JobState.PENDING
        self._progress = Progress(0, None, unit)
        self._current: tuple[tuple[str, Progress], ...] = ()
        self._failed: tuple[Failure, ...] = ()
        self._waiting: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._final = threading.Event()
        self._settled = threading.Event()
        self._listeners: list[Listener] = [] if emit is None else [emit]
        self._on_cancel: list[Callable[[], None]] = []
        # Held while listeners run, so that events arrive in the order in which they happened. Re-entrant: a
        # listener may cancel the job it is told about.
        self._telling = threading.RLock()
        self._told_final = False
        self._told_at = 0.0

    def __repr__(self) -> str:
        return f"<Job {self.id} {self.title!r} {self._state} {self._progress.done}/{self._progress.total}>"

    # --- for whoever looks at it ---------------------------------------------------------------------------

    @property
    def state(self) -> JobState:
        return self._state

    @property
    def progress(self) -> Progress:
        return self._progress

    @property
    def failed(self) -> tuple[Failure, ...]:
        """Sources that could not be taken so far, each with its reason."""
        return self._failed

    def cancel(self) -> None:
        """Nobody wants the result any more. Final at once; does nothing to a job that has ended."""
        if not self._end(JobState.CANCELLED):
            return
        for callback in tuple(self._on_cancel):
            callback()
        self._tell(force=True)

    def wait(self, timeout: float | None = None) -> Job:
        """Wait until the job is done, failed or cancelled; returns the job. Raises ``TimeoutError``."""
        if not self._final.wait(timeout):
            raise TimeoutError(f"“{self.title}” is still running after {timeout} s.")
        return self

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the work behind the job has let go of everything; True when it has."""
        return self._settled.wait(timeout)

    def add_listener(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` at every change from now on. Returns the function that ends it."""
        with self._lock:
            self._listeners.append(listener)

        def remove() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return remove

    # --- for whoever does the work -------------------------------------------------------------------------

    @property
    def is_cancelled(self) -> bool:
        return self._state is JobState.CANCELLED

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` on the cancelling thread. At once if the job has been cancelled already."""
        with self._lock:
            self._on_cancel.append(callback)
            late = self._state is JobState.CANCELLED
        if late:
            callback()

    def begin(self) -> None:
        """The work starts. Raises ``Cancelled`` when nobody wants it any more."""
        with self._lock:
            if self._state is JobState.PENDING:
                self._state = JobState.RUNNING
        self.raise_if_cancelled()
        self._tell(force=True)

    def raise_if_cancelled(self) -> None:
        if self._state is JobState.CANCELLED:
            raise Cancelled(f"“{self.title}” was cancelled.")

    def report(
        self,
        done: int | None = None,
        total: int | None = None,
        *,
        current: Sequence[tuple[str, Progress]] | None = None,
        failed: Sequence[Failure] | None = None,
        waiting: Sequence[str] | None = None,
    ) -> None:
        """Say how far the work is; what is left out stays as it was. Raises ``Cancelled``.

        Listeners hear of it at most every ``REPORT_EVERY`` seconds; the last values always arrive with the
        final state.
        """
        with self._lock:
            old = self._progress
            self._progress = Progress(
                old.done if done is None else done, old.total if total is None else total, old.unit
            )
            if current is not None:
                self._current = tuple(current)
            if failed is not None:
                self._failed = tuple(failed)
            if waiting is not None:
                self._waiting = tuple(waiting)
        self.raise_if_cancelled()
        self._tell()

    def finish(self, result: Any) -> None:
        """The work is over. A cancelled job stays cancelled and keeps ``result`` as what was still done."""
        with self._lock:
            self.result = result
        if self._end(JobState.DONE):
            self._tell(force=True)
        self._settled.set()

    def fail(self, error: BaseException, result: Any = None) -> None:
        """The work cannot go on. ``result`` is what was done before."""
        with self._lock:
            self.result = result
            if not self._state.is_final:
                self.error = error
        if self._end(JobState.FAILED):
            self._tell(force=True)
        self._settled.set()

    # --- inside --------------------------------------------------------------------------------------------

    def _end(self, state: JobState) -> bool:
        with self._lock:
            if self._state.is_final:
                return False
            self._state = state
            self._current = ()
            self._waiting = ()
        self._final.set()
        return True

    def _tell(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._told_at < REPORT_EVERY:
            return
        with self._telling:
            if self._told_final:
                return
            with self._lock:
                event = JobChanged(
                    job_id=self.id,
                    title=self.title,
                    state=self._state,
                    progress=self._progress,
                    current=self._current,
                    failed=self._failed,
                    waiting=self._waiting,
                )
                listeners = tuple(self._listeners)
            self._told_at = now
            self._told_final = event.state.is_final
            for listener in listeners:
                try:
                    listener(event)
                except Exception:  # a listener's fault must not end the work it listens to
                    logger.exception("A listener of job “%s” failed", self.title)


def start_job(title: str, work: Callable[[Job], Any], *, emit: Listener | None = None, unit: str = "") -> Job:
    """Run ``work(job)`` on a thread of its own; what it returns is the job's result."""
    job = Job(title, emit=emit, unit=unit)

    def run() -> None:
        try:
            job.begin()
            result = work(job)
        except Cancelled as error:
            # Cancelled from inside counts as cancelled too: it is never shown as an error.
            job.cancel()
            job.fail(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job has to end and say so
            job.fail(error)
        else:
            job.finish(result)

    # A daemon: a script that ends without closing its capsule must not hang on background work.
    threading.Thread(target=run, name=f"job-{job.id}", daemon=True).start()
    return job
