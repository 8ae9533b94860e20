"""One ingest job at work: plans, hands out units, collects, counts.

::

    walk ──▶ plan (child) ──▶ known already? ──▶ units (children) ──▶ original (loader) ──▶ batch ──▶ submit
                                   └ duplicate         └ failure: kept as a file          writer ◀──┘

Everything with a loop over content runs in children; large originals are read, hashed and compressed on a loader
thread by code that lets go of the interpreter. The coordinator itself only moves values from one list to
another: it shares the interpreter with a window.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import queue
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

from engine.errors import Cancelled, EngineError, SourceError
from engine.extract.source import (
    CHANGED,
    ReadOptions,
    SourceFile,
    SourcePlan,
    Stamp,
    UnitResult,
    clean_name,
    clean_path,
)
from engine.extract.units import plan_source, run_unit
from engine.jobs.executors import UnitLost
from engine.jobs.job import REPORT_EVERY, Job
from engine.jobs.walk import walk
from engine.limits import MIB
from engine.store.prepared import Blob, PreparedDocument, PreparedPart
from engine.types import Failure, IngestResult, Progress

logger = logging.getLogger("engine.jobs")

Submit = Callable[[Sequence[PreparedDocument]], "Future[list[int]]"]

BATCH_FILES: Final = 32
BATCH_BYTES: Final = 16 * MIB
BATCH_AGE: Final = 0.25
"""Seconds the first file of a batch waits for others: rows appear while a person still looks."""

MAX_UNSAVED: Final = 256 * MIB
"""Bytes handed over and not yet committed, above which nothing new is read. Larger than any batch a commit waits
for, so this never waits for itself."""

SLICE: Final = 0.002
"""Seconds of Python in one go."""

SHOWN_WAITING: Final = 200
SHOWN_CURRENT: Final = 16


def load_original(path: str, stamp: Stamp) -> Blob:
    """Read and compress the bytes of a planned file. Raises ``SourceError`` when they are not those any more."""
    file = SourceFile(path)
    file.check(stamp)
    blob = Blob.of(file.data())
    if blob.digest != stamp.digest:
        raise SourceError(CHANGED)
    return blob


class _File:
    """One file on its way."""

    __slots__ = ("done", "failures", "found", "is_dropped", "path", "plain", "plan", "todo")

    def __init__(self, path: str) -> None:
        self.path = path
        self.plan: SourcePlan | None = None
        self.plain = False
        self.todo: deque[tuple[int, int]] = deque()
        self.found: dict[int, tuple[PreparedPart, ...]] = {}
        self.done = 0
        self.failures: list[str] = []
        self.is_dropped = False

    @property
    def shown(self) -> tuple[str, Progress]:
        name = clean_name(self.path)
        if self.plan is None or not self.plan.units:
            return name, Progress()
        return name, Progress(self.done, self.plan.units[-1][1], self.plan.unit_name)

    def reason_kept(self, document: PreparedDocument) -> str:
        noun = self.plan.noun if self.plan is not None else "text"
        why = " and ".join(dict.fromkeys(self.failures))
        if document.text or document.parts:
            return f"kept, but not all of its {noun} could be read: it {why}"
        return f"kept as a file, its {noun} could not be read: it {why}"


class Coordinator:
    """The state of one ingest job. Everything but the callbacks of futures runs on its own thread."""

    def __init__(
        self,
        job: Job,
        paths: Sequence[str],
        *,
        options: ReadOptions,
        submit: Submit,
        is_known: Callable[[bytes], bool],
        executor: Executor,
        own_path: str | None,
        flush: Callable[[], object] | None,
        window: int,
    ) -> None:
        self._job = job
        self._options = options
        self._submit = submit
        self._is_known = is_known
        self._executor = executor
        self._flush = flush
        self._window = window
        self._loader: ThreadPoolExecutor | None = None

        self._walker = walk(paths, own_path=own_path)
        self._is_walked = False
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._queue: deque[_File] = deque()
        self._reading: dict[_File, None] = {}
        self._flying: dict[Future[Any], None] = {}
        self._unit_next = False
        self._same: dict[bytes, list[_File]] = {}
        self._batch: list[tuple[_File, PreparedDocument]] = []
        self._batch_bytes = 0
        self._batch_since = 0.0
        self._saving = 0
        self._saving_bytes = 0
        self._is_flushed = False

        self._count = self._finished = 0
        self._frame_ids: list[int] = []
        self._duplicates: list[str] = []
        self._failed: list[Failure] = []
        self._is_dirty = True
        self._reported_at = 0.0

    # --- the loop -------------------------------------------------------------------------------------------

    def run(self) -> None:
        job = self._job
        job.on_cancel(lambda: self._inbox.put(_nothing))
        try:
            with contextlib.suppress(Cancelled):
                job.begin()
            while not job.is_cancelled:
                self._discover()
                self._feed()
                self._hand_over_when_due()
                self._report()
                if self._is_over():
                    break
                self._take(self._patience())
            if job.is_cancelled:
                self._wind_down()
            self._report(force=True)
            job.finish(self._result())
        except Exception as error:
            if not isinstance(error, EngineError):
                logger.exception("Job “%s” failed", job.title)
            self._drop_flying()
            self._report(force=True)
            job.fail(error, self._result())
        finally:
            if self._loader is not None:
                self._loader.shutdown(wait=True, cancel_futures=True)

    def _is_over(self) -> bool:
        return self._is_walked and not (
            self._queue or self._reading or self._flying or self._batch or self._saving
        )

    def _patience(self) -> float | None:
        """How long to wait for the next event; None: until there is one."""
        if not self._is_walked:
            return 0.001  # a breath for the window between two slices
        waits = []
        if self._batch:
            waits.append(self._batch_since + BATCH_AGE - time.monotonic())
        if self._is_dirty:
            waits.append(self._reported_at + REPORT_EVERY - time.monotonic())
        return max(0.001, min(waits)) if waits else None

    def _take(self, timeout: float | None) -> None:
        """Wait for an event, then handle what has come, for one slice."""
        try:
            handle = self._inbox.get(timeout=timeout)
        except queue.Empty:
            return
        stop = time.monotonic() + SLICE
        while True:
            handle()
            if time.monotonic() > stop:
                return
            try:
                handle = self._inbox.get_nowait()
            except queue.Empty:
                return

    def _discover(self) -> None:
        stop = time.monotonic() + SLICE
        while not self._is_walked and time.monotonic() < stop:
            item = next(self._walker, None)
            if item is None:
                self._is_walked = True
            elif isinstance(item, Failure):
                self._failed.append(item)
            else:
                self._queue.append(_File(item))
                self._count += 1
            self._is_dirty = True

    def _feed(self) -> None:
        """Keep the window full; plans and units take turns, so that small files overtake large ones."""
        while len(self._flying) < self._window and self._saving_bytes < MAX_UNSAVED:
            with_units = next((file for file in self._reading if file.todo), None)
            can_plan = self._queue and len(self._reading) < 4 * self._window  # each may hold a megabyte
            if with_units is not None and (self._unit_next or not can_plan):
                self._send_unit(with_units)
            elif can_plan:
                self._send_plan(self._queue.popleft())
            else:
                return
            self._unit_next = not self._unit_next

    def _fly(self, future: Future[Any], handle: Callable[[], None]) -> None:
        self._flying[future] = None

        def landed() -> None:
            if future in self._flying:  # else it was dropped meanwhile
                del self._flying[future]
                handle()

        future.add_done_callback(lambda _: self._inbox.put(landed))

    # --- one file -------------------------------------------------------------------------------------------

    def _send_plan(self, file: _File) -> None:
        self._reading[file] = None
        future = self._executor.submit(plan_source, file.path, self._options, file.plain)
        self._fly(future, lambda: self._planned(file, future))

    def _planned(self, file: _File, future: Future[SourcePlan]) -> None:
        try:
            plan = future.result()
        except UnitLost as error:
            if file.plain:
                self._fail(file, str(error))
            else:
                # Its reader dies on it, but its bytes may be kept.
                file.plain = True
                file.failures.append(str(error))
                self._send_plan(file)
            return
        except Exception as error:  # noqa: BLE001 - one broken file must not stop the rest
            self._fail(file, _words(error))
            return
        if self._is_known(plan.stamp.digest):
            self._end(file)
            self._duplicates.append(clean_path(file.path))
            return
        same = self._same.get(plan.stamp.digest)
        if same is not None:
            # Listed as a duplicate at the end; takes the first one's place if that one falls out.
            self._end(file)
            same.append(file)
            return
        self._same[plan.stamp.digest] = []
        file.plan = plan
        file.todo.extend(plan.units)
        if plan.failure is not None:
            file.failures.append(plan.failure)
        if not file.todo:
            self._read(file)

    def _send_unit(self, file: _File) -> None:
        assert file.plan is not None  # noqa: S101 - units come out of a plan
        start, stop = file.todo.popleft()
        future = self._executor.submit(run_unit, file.plan.extractor, file.path, start, stop, file.plan.stamp)
        self._fly(future, lambda: self._unit_read(file, start, stop, future))

    def _unit_read(self, file: _File, start: int, stop: int, future: Future[UnitResult]) -> None:
        if file.is_dropped:
            return
        assert file.plan is not None  # noqa: S101 - units come out of a plan
        try:
            result = future.result()
        except SourceError as error:
            self._fail(file, str(error))
            return
        except Exception as error:  # noqa: BLE001 - one broken piece must not lose the others
            result = UnitResult((), f"{_words(error)} ({file.plan.unit_name} {start + 1} to {stop})")
        file.found[start] = result.parts
        file.done += stop - start
        if result.failure is not None:
            file.failures.append(result.failure)
        self._is_dirty = True
        if len(file.found) == len(file.plan.units):
            self._read(file)

    def _read(self, file: _File) -> None:
        """All units are in."""
        assert file.plan is not None  # noqa: S101 - as above
        document = file.plan.document
        if file.found:
            parts = tuple(part for start in sorted(file.found) for part in file.found[start])
            document = replace(document, parts=document.parts + parts)
        if not file.plan.needs_original:
            self._add(file, document)
            return
        if self._loader is None:
            self._loader = ThreadPoolExecutor(1, thread_name_prefix=f"ingest-{self._job.id}-original")
        future = self._loader.submit(load_original, file.path, file.plan.stamp)
        self._fly(future, lambda: self._loaded(file, document, future))

    def _loaded(self, file: _File, document: PreparedDocument, future: Future[Blob]) -> None:
        try:
            blob = future.result()
        except Exception as error:  # noqa: BLE001 - one broken file must not stop the rest
            self._fail(file, _words(error))
            return
        self._add(file, replace(document, blob=blob))

    def _add(self, file: _File, document: PreparedDocument) -> None:
        if not self._batch:
            self._batch_since = time.monotonic()
        self._batch.append((file, document))
        self._batch_bytes += document.stored_size
        self._reading.pop(file, None)
        self._is_dirty = True
        if len(self._batch) >= BATCH_FILES or self._batch_bytes >= BATCH_BYTES:
            self._hand_over()

    def _fail(self, file: _File, reason: str) -> None:
        """The file cannot be taken at all."""
        file.is_dropped = True
        self._end(file)
        self._failed.append(Failure(clean_path(file.path), reason))
        if file.plan is not None:
            for other in reversed(self._same.pop(file.plan.stamp.digest, [])):
                self._finished -= 1
                self._queue.appendleft(_File(other.path))

    def _end(self, file: _File) -> None:
        self._reading.pop(file, None)
        file.todo.clear()
        self._finished += 1
        self._is_dirty = True

    # --- to the writer --------------------------------------------------------------------------------------

    def _hand_over_when_due(self) -> None:
        nothing_to_wait_for = self._is_walked and not (self._queue or self._flying)
        is_old = time.monotonic() - self._batch_since >= BATCH_AGE
        if self._batch and (is_old or nothing_to_wait_for):
            self._hand_over()
        if nothing_to_wait_for and self._saving and self._flush is not None and not self._is_flushed:
            self._is_flushed = True
            self._flush()

    def _hand_over(self) -> None:
        batch, size = self._batch, self._batch_bytes
        self._batch, self._batch_bytes = [], 0
        kept = [
            Failure(clean_path(file.path), file.reason_kept(document)) if file.failures else None
            for file, document in batch
        ]
        future = self._submit([document for _, document in batch])
        self._saving += 1
        self._saving_bytes += size
        future.add_done_callback(lambda _: self._inbox.put(lambda: self._saved(future, kept, size)))

    def _saved(self, future: Future[list[int]], kept: Sequence[Failure | None], size: int) -> None:
        self._saving -= 1
        self._saving_bytes -= size
        self._frame_ids.extend(future.result())
        self._failed.extend(failure for failure in kept if failure is not None)
        self._finished += len(kept)
        self._is_dirty = True

    # --- the end --------------------------------------------------------------------------------------------

    def _drop_flying(self) -> None:
        for future in list(self._flying):
            future.cancel()
        self._flying.clear()

    def _wind_down(self) -> None:
        """Nobody wants the rest; what is at the writer's stays and is waited for."""
        self._drop_flying()
        self._batch.clear()
        if self._saving and self._flush is not None:
            self._flush()
        while self._saving:
            self._take(None)

    def _result(self) -> IngestResult:
        same = [clean_path(file.path) for files in self._same.values() for file in files]
        return IngestResult(tuple(self._frame_ids), (*self._duplicates, *same), tuple(self._failed))

    def _report(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if not force and (not self._is_dirty or now - self._reported_at < REPORT_EVERY):
            return
        self._reported_at, self._is_dirty = now, False
        with contextlib.suppress(Cancelled):
            self._job.report(
                self._finished,
                self._count if self._is_walked else None,
                current=[file.shown for file in itertools.islice(self._reading, SHOWN_CURRENT)],
                failed=self._failed,
                waiting=[clean_name(file.path) for file in itertools.islice(self._queue, SHOWN_WAITING)],
            )


def _nothing() -> None:
    """Wakes the coordinator up."""


def _words(error: BaseException) -> str:
    """An error in words that continue a file's name."""
    if isinstance(error, EngineError):
        return str(error)
    if isinstance(error, MemoryError):
        return "needs more memory to be read than there is"
    if isinstance(error, CancelledError):
        return "was not read: its reader was ended"
    logger.info("A unit failed", exc_info=error)
    return f"could not be read ({type(error).__name__}: {error})"
