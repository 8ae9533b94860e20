"""Work away from the GUI thread, with an answer that comes back to it.

The window never waits: it hands a function over, and ``done`` or ``failed`` is called later on the GUI
thread, unless the owner has been deleted meanwhile.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

log = logging.getLogger("studio.tasks")


class Lane(enum.Enum):
    """Which work may run together. The value is the number of threads.

    ``LOOK``: the one question behind the lists. ``READ``: viewers, cells, thumbnails. ``CHANGE``: whatever
    writes to the open capsule, in the order it was asked for. ``LONG``: minutes-long work on other files.
    """

    LOOK = ("look", 1)
    READ = ("read", 3)
    CHANGE = ("change", 1)
    LONG = ("long", 1)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What came out of one call: a value or an error, and who wants to hear of it."""

    value: Any
    error: BaseException | None
    done: Callable[[Any], object] | None
    failed: Callable[[BaseException], object] | None
    owner: QObject | None


class Tasks(QObject):
    """Runs functions on pool threads and calls back on the thread this object lives in (the GUI thread).

    An error nobody asked for is emitted as ``unhandled``: nothing is lost silently.
    """

    unhandled = Signal(object)
    """BaseException of a call that was started without ``failed``."""
    idle = Signal()
    """The last call that was under way has ended."""
    _back = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools: dict[Lane, ThreadPoolExecutor] = {}
        self._pending = 0
        self._closed = False
        self._back.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def pending(self) -> int:
        """Calls whose answer has not been delivered yet. GUI thread."""
        return self._pending

    def run(
        self,
        fn: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[BaseException], object] | None = None,
        owner: QObject | None = None,
        lane: Lane = Lane.READ,
    ) -> None:
        """Calls ``fn(*args)`` on a pool thread. GUI thread only.

        ``done(value)`` or ``failed(error)`` follows on the GUI thread, and neither if ``owner`` was deleted.
        """
        if self._closed:
            log.debug("refused after close: %r", fn)
            return
        self._pending += 1
        future = self._pool(lane).submit(fn, *args)
        future.add_done_callback(lambda ended: self._ended(ended, done, failed, owner))

    def close(self, *, wait: bool = True) -> None:
        """Starts nothing more; calls not begun yet are dropped, except changes, which are carried out."""
        self._closed = True
        for lane, pool in self._pools.items():  # first stop all, then wait for each
            pool.shutdown(wait=False, cancel_futures=lane is not Lane.CHANGE)
        if wait:
            for pool in self._pools.values():
                pool.shutdown(wait=True)
        self._pools.clear()

    def _pool(self, lane: Lane) -> ThreadPoolExecutor:
        pool = self._pools.get(lane)
        if pool is None:
            name, threads = lane.value
            pool = self._pools[lane] = ThreadPoolExecutor(threads, thread_name_prefix=f"studio-{name}")
        return pool

    def _ended(
        self,
        future: Future[Any],
        done: Callable[[Any], object] | None,
        failed: Callable[[BaseException], object] | None,
        owner: QObject | None,
    ) -> None:
        """On the pool thread (or the GUI thread, for a call that close() dropped)."""
        if future.cancelled():
            return
        error = future.exception()
        answer = Answer(None if error else future.result(), error, done, failed, owner)
        try:
            self._back.emit(answer)
        except RuntimeError:  # the application is going down and took this object with it
            log.debug("answer came after the end", exc_info=error)

    @Slot(object)
    def _deliver(self, answer: Answer) -> None:
        self._pending -= 1
        try:
            if answer.owner is not None and not isValid(answer.owner):
                return
            if answer.error is None:
                if answer.done is not None:
                    answer.done(answer.value)
            elif answer.failed is not None:
                answer.failed(answer.error)
            else:
                self.unhandled.emit(answer.error)
        finally:
            if self._pending == 0:
                self.idle.emit()
