"""What is known of running jobs: rows for the popover, rates and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import engine

_SMOOTHING_SECONDS = 8.0


@dataclass(slots=True, eq=False)
class JobRecord:
    """One job as far as its events have told. Times are ``time.monotonic()`` seconds."""

    job_id: int
    capsule_path: Path
    title: str = ""
    state: engine.JobState = engine.JobState.PENDING
    done: int = 0
    total: int | None = None
    unit: str = ""
    current: tuple[tuple[str, engine.Progress], ...] = ()
    waiting: tuple[str, ...] = ()
    failed: tuple[engine.Failure, ...] = ()
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    rate: float = 0.0
    """Things done per second, smoothed over some seconds."""
    _marked: tuple[float, int] = (0.0, 0)

    @property
    def is_final(self) -> bool:
        """Done, failed or cancelled."""
        return self.state.is_final

    def take(self, event: engine.JobChanged, now: float) -> None:
        """Take over what the event says."""
        if not self._marked[0]:
            self._marked = (self.started, 0)
        since, before = self._marked
        if event.progress.done > before and now > since:
            momentary = (event.progress.done - before) / (now - since)
            weight = min(1.0, (now - since) / _SMOOTHING_SECONDS) if self.rate else 1.0
            self.rate += (momentary - self.rate) * weight
            self._marked = (now, event.progress.done)
        self.title, self.state = event.title, event.state
        self.done, self.total, self.unit = event.progress.done, event.progress.total, event.progress.unit
        self.current, self.waiting, self.failed = event.current, event.waiting, event.failed
        if self.is_final and self.ended is None:
            self.ended = now

    def seconds_left(self) -> float | None:
        """A guess, None while there is nothing to go by."""
        if self.total is None or self.rate <= 0 or self.is_final or self.done < 2:
            return None
        return (self.total - self.done) / self.rate

    def names(self) -> tuple[str, ...]:
        """Sources that are not in yet: those being read first."""
        return tuple(name for name, _ in self.current) + self.waiting


class JobBook:
    """The jobs of all open capsules, newest first. No Qt, no threads: fed on the GUI thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: dict[tuple[Path, int], JobRecord] = {}

    def take(self, capsule_path: Path, event: engine.JobChanged) -> JobRecord:
        """Enters the event and returns its record."""
        key = (capsule_path, event.job_id)
        now = self._clock()
        record = self._records.get(key)
        if record is None:
            record = self._records[key] = JobRecord(event.job_id, capsule_path, started=now)
        record.take(event, now)
        return record

    def settle(self, capsule_path: Path, job_id: int, added: int) -> JobRecord | None:
        """It is over, and this many sources are in: more than its last event told, when it was cancelled."""
        record = self._records.get((capsule_path, job_id))
        if record is not None:
            record.done = max(record.done, added)
        return record

    def records(self) -> list[JobRecord]:
        """Newest first."""
        return list(reversed(self._records.values()))

    def running(self, capsule_path: Path | None = None) -> list[JobRecord]:
        """Those that have not ended, oldest first; of one capsule or of all."""
        return [
            record
            for record in self._records.values()
            if not record.is_final and capsule_path in {None, record.capsule_path}
        ]

    def forget_ended(self) -> None:
        """Drops what has ended."""
        self._records = {key: record for key, record in self._records.items() if not record.is_final}
