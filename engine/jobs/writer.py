"""The one thread per capsule that changes its file.

Callers hand changes over and wait for a future. Changes that wait at the same time share one flush. Documents of
an ingest job collect until a commit pays, then go in together. In idle moments it commits what only the WAL
holds, and looks whether another program has written.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from engine.config import EngineConfig
from engine.errors import EngineError
from engine.limits import MIB
from engine.store.bytestore import FileStore
from engine.store.changes import Change, Put
from engine.store.container import NEW_BATCH, Container
from engine.store.history import NO_BATCH
from engine.store.prepared import PreparedDocument
from engine.types import Changed, Committed, Event, Reloaded, WriteFailed

logger = logging.getLogger("engine.writer")

BULK_BYTES: Final = 64 * MIB
"""Waiting documents of this size are committed whatever it costs."""

BULK_AGE: Final = 30.0
"""Seconds after which waiting documents are committed whatever it costs."""

BULK_SOON: Final = 0.4
"""Seconds after which they are committed if that rewrites at most `BULK_AMPLIFICATION` times their bytes."""

BULK_AMPLIFICATION: Final = 4

BULK_QUIET: Final = 0.1
"""No further document for so many seconds: a commit that is cheap enough for an idle moment happens now."""

BULK_PATIENCE: Final = 2.0
"""Seconds after which they are committed if that is cheap enough for an idle moment."""

LOOK_EVERY: Final = 1.0
"""Seconds between two looks whether another program has written."""

RETRY_AFTER: Final = 5.0
"""Seconds before a commit that failed is tried again."""


@dataclass(slots=True)
class _Request:
    changes: Sequence[Change]
    future: Future[tuple[int, ...]]
    batch: int = NO_BATCH
    direct: bool = False
    author: str | None = None


@dataclass(slots=True)
class _Bulk:
    documents: Sequence[PreparedDocument]
    future: Future[list[int]]
    key: object
    size: int


@dataclass(slots=True)
class _Call:
    function: Callable[[], Any]
    future: Future[Any]


_Item = _Request | _Bulk | _Call | None


class Writer:
    """Owns the container; everything that changes it happens on its thread."""

    def __init__(self, container: Container, config: EngineConfig, emit: Callable[[Event], None]) -> None:
        self._container = container
        self._config = config
        self._emit = emit
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._bulk: list[_Bulk] = []
        self._bulk_since = self._bulk_last = 0.0
        self._batches: dict[object, int] = {}
        self._last_change = 0.0
        self._next_try = 0.0
        self._next_look = time.monotonic() + LOOK_EVERY
        self._in_memory = not isinstance(container.store, FileStore)
        self._closed = False
        self._gate = threading.Lock()
        self._stop = False
        self._thread = threading.Thread(target=self._run, name=f"writer {container.path.name}", daemon=True)
        self._thread.start()

    # --- any thread ---------------------------------------------------------------------------------------

    def submit(
        self, changes: Sequence[Change], *, batch: bool = False, direct: bool = False
    ) -> Future[tuple[int, ...]]:
        """Make changes, all or none; the future gives the frame ids once they are durable."""
        future: Future[tuple[int, ...]] = Future()
        self._put(_Request(changes, future, NEW_BATCH if batch else NO_BATCH, direct))
        return future

    def submit_bulk(self, documents: Sequence[PreparedDocument], key: object) -> Future[list[int]]:
        """Documents of a job; the future gives their frame ids once they are committed. ``key`` names the batch."""
        future: Future[list[int]] = Future()
        self._put(_Bulk(documents, future, key, sum(document.stored_size for document in documents)))
        return future

    def call(self, function: Callable[[], Any]) -> Future[Any]:
        """Run something that needs the container to itself."""
        future: Future[Any] = Future()
        self._put(_Call(function, future))
        return future

    def flush(self) -> None:
        """Commit the documents that wait now instead of when it pays; returns at once."""
        self.call(lambda: None)

    def close(self) -> None:
        """Finish what was handed over and end the thread. Nothing is committed here."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _put(self, item: _Item) -> None:
        name = self._container.path.name
        if threading.current_thread() is self._thread:
            raise EngineError(
                f"A listener of “{name}” cannot change it while it is being told; use another thread."
            )
        # Together with `close`: nothing is ever put behind the end.
        with self._gate:
            if self._closed:
                raise EngineError(f"“{name}” has been closed.")
            self._queue.put(item)

    # --- the writer thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop:
            items = self._wait()
            self._guarded(lambda waiting=items: self._handle(waiting), items)  # type: ignore[misc]
            self._guarded(self._tick, [])
        self._guarded(self._flush_bulk, list(self._bulk))

    def _guarded(self, work: Callable[[], None], items: Sequence[_Item]) -> None:
        """Whatever goes wrong, the thread lives on and nobody waits for ever."""
        try:
            work()
        except Exception as error:
            logger.exception("the writer of %s went on after an error", self._container.path.name)
            for item in items:
                if item is not None and not item.future.done():
                    item.future.set_exception(error)

    def _wait(self) -> list[_Item]:
        try:
            items = [self._queue.get(timeout=self._patience())]
        except queue.Empty:
            return []
        while True:
            try:
                items.append(self._queue.get_nowait())
            except queue.Empty:
                return items

    def _patience(self) -> float:
        """Seconds until there is something to do without being asked."""
        now = time.monotonic()
        moments = [self._next_look]
        if self._bulk:
            moments.append(min(self._bulk_since + BULK_SOON, self._bulk_last + BULK_QUIET))
        if self._idle_commit_wanted():
            moments.append(max(self._last_change + self._config.idle_commit_after, self._next_try))
        return max(0.005, min(moments) - now)

    def _handle(self, items: Sequence[_Item]) -> None:
        group: list[_Request] = []
        for item in items:
            if isinstance(item, _Request) and len(item.changes) == 1 and not item.direct:
                group.append(item)
                continue
            self._change(group)
            group = []
            if item is None:
                self._stop = True
            elif isinstance(item, _Bulk):
                self._bulk_last = time.monotonic()
                self._bulk_since = self._bulk_since if self._bulk else self._bulk_last
                self._bulk.append(item)
            elif isinstance(item, _Call):
                self._flush_bulk()
                _settle(item.future, item.function)
            else:
                self._change([item])
        self._change(group)

    def _change(self, requests: Sequence[_Request]) -> None:
        """Requests of one change each share a flush; a larger one stands alone."""
        requests = [request for request in requests if request.future.set_running_or_notify_cancel()]
        if not requests:
            return
        container = self._container
        alone = len(requests) == 1
        refused: dict[int, EngineError] = {}
        changes = [change for request in requests for change in request.changes]
        try:
            done = container.apply(
                changes,
                self._config.author,
                batch=requests[0].batch,
                direct=requests[0].direct,
                refused=None if alone else refused,
            )
        except Exception as error:  # noqa: BLE001  whoever waits for the future gets it
            for request in requests:
                request.future.set_exception(error)
            return
        self._last_change = time.monotonic()
        if done.reloaded:
            self._emit(Reloaded(container.ledger.revision))
        touched = tuple(frame_id for frame_id in done.ids if frame_id >= 0)
        if touched:
            self._emit(Changed(container.ledger.revision, touched))
        if done.problem is not None:
            self._emit(WriteFailed(str(done.problem)))
        elif not container.dirty:
            self._emit(Committed(container.ledger.revision, container.size))
        if alone:
            requests[0].future.set_result(done.ids)
            return
        for position, request in enumerate(requests):
            problem = refused.get(position)
            if problem is not None:
                request.future.set_exception(problem)
            else:
                request.future.set_result((done.ids[position],))

    def _tick(self) -> None:
        now = time.monotonic()
        if self._bulk and self._bulk_due(now):
            self._flush_bulk()
        if self._idle_commit_wanted() and now >= max(
            self._last_change + self._config.idle_commit_after, self._next_try
        ):
            self._idle_commit()
        if now >= self._next_look:
            self._next_look = now + LOOK_EVERY
            self._look()

    def _bulk_due(self, now: float) -> bool:
        size = sum(item.size for item in self._bulk)
        cost = self._container.commit_cost()
        age, quiet = now - self._bulk_since, now - self._bulk_last
        cheap = cost <= self._config.idle_commit_bytes
        return (
            size >= max(BULK_BYTES, cost // 4)
            or age >= BULK_AGE
            or (age >= BULK_SOON and cost <= BULK_AMPLIFICATION * size)
            or (cheap and (quiet >= BULK_QUIET or age >= BULK_PATIENCE))
        )

    def _flush_bulk(self) -> None:
        """Commit the waiting documents, those of one job in one go."""
        waiting, self._bulk = self._bulk, []
        by_key: dict[object, list[_Bulk]] = {}
        for item in waiting:
            if item.future.set_running_or_notify_cancel():
                by_key.setdefault(item.key, []).append(item)
        for key, items in by_key.items():
            self._write_bulk(key, items)

    def _write_bulk(self, key: object, items: Sequence[_Bulk]) -> None:
        container = self._container
        changes = [Put(document) for item in items for document in item.documents]
        try:
            done = container.apply(
                changes, self._config.author, batch=self._batches.get(key, NEW_BATCH), direct=True
            )
        except Exception as error:  # noqa: BLE001  whoever waits for the future gets it
            for item in items:
                item.future.set_exception(error)
            return
        self._batches.setdefault(key, done.first_revision)
        if done.reloaded:
            self._emit(Reloaded(container.ledger.revision))
        self._emit(Changed(container.ledger.revision, done.ids))
        self._emit(Committed(container.ledger.revision, container.size))
        at = 0
        for item in items:
            count = len(item.documents)
            item.future.set_result(list(done.ids[at : at + count]))
            at += count

    def _idle_commit_wanted(self) -> bool:
        return (
            self._container.dirty
            and not self._container.blocked
            and not self._in_memory
            and self._container.idle_commit_pays(self._config.idle_commit_bytes)
        )

    def _idle_commit(self) -> None:
        try:
            done, reloaded = self._container.commit()
        except EngineError as error:
            # The WAL holds everything; only the table of contents is behind. Somebody else may hold the lock.
            self._next_try = time.monotonic() + RETRY_AFTER
            logger.info("commit put off: %s", error)
            if isinstance(error, OSError):
                self._emit(WriteFailed(str(error)))
            return
        if reloaded:
            self._emit(Reloaded(self._container.ledger.revision))
        if done is not None:
            self._emit(Committed(self._container.ledger.revision, done.size))

    def _look(self) -> None:
        try:
            changed = self._container.reload_if_changed()
        except EngineError as error:
            logger.warning("another program's changes cannot be read: %s", error)
            return
        if changed:
            self._emit(Reloaded(self._container.ledger.revision))


def _settle(future: Future[Any], function: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        value = function()
    except Exception as error:  # noqa: BLE001  whoever waits for the future gets it
        future.set_exception(error)
    else:
        future.set_result(value)
