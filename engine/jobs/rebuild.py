"""Keeps an executor of somebody else's usable when one of its processes dies.

``ProcessPoolExecutor`` and its like break as a whole: every unit in flight fails and nothing is accepted any
more. Here the executor is made anew and the units that were in flight are tried again one by one, so the one
that kills is found out and fails alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.jobs.executors import ChildDied

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Unit:
    future: Future[Any]
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class RebuildingExecutor(Executor):
    """Passes units on to the executor that ``factory`` makes, and to the next one when that breaks.

    Threads: one of its own, only while it repairs. All methods may be called on any thread.
    """

    def __init__(self, factory: Callable[[], Executor]) -> None:
        self._factory = factory
        self._lock = threading.Lock()
        self._inner: Executor | None = None
        self._lost: list[_Unit] = []
        self._held: list[_Unit] = []
        self._repairing: threading.Thread | None = None
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        unit = _Unit(Future(), fn, args, kwargs)
        with self._lock:
            if self._closed:
                raise RuntimeError("This executor was shut down.")
            if self._repairing is not None:
                # What comes now would be in flight beside a suspect and could be taken for it.
                self._held.append(unit)
                return unit.future
        self._pass_on(unit)
        return unit.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._lock:
            self._closed = True
            inner, repairing = self._inner, self._repairing
            held = [*self._held, *self._lost] if cancel_futures else []
            if cancel_futures:
                self._held, self._lost = [], []
        for unit in held:
            unit.future.cancel()
        if wait and repairing is not None:
            repairing.join()
        if inner is not None:
            inner.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _executor(self) -> Executor:
        with self._lock:
            if self._inner is None:
                self._inner = self._factory()
            return self._inner

    def _pass_on(self, unit: _Unit) -> None:
        try:
            inner = self._executor().submit(unit.function, *unit.args, **unit.kwargs)
        except BrokenExecutor:
            self._lose(unit)
            return
        unit.future.add_done_callback(lambda outer: inner.cancel() if outer.cancelled() else None)
        inner.add_done_callback(lambda done: self._take(unit, done))

    def _take(self, unit: _Unit, done: Future[Any]) -> None:
        """What came out of the inner executor; on a thread of its own choosing."""
        error: BaseException | None
        try:
            error = done.exception()
        except CancelledError:
            unit.future.cancel()
            return
        if isinstance(error, BrokenExecutor):
            self._lose(unit)
        else:
            _settle(unit.future, error, None if error is not None else done.result())

    def _lose(self, unit: _Unit) -> None:
        with self._lock:
            if self._closed:
                _settle(unit.future, ChildDied("stopped its reader"), None)
                return
            self._lost.append(unit)
            if self._repairing is None:
                self._repairing = threading.Thread(target=self._repair, name="repair", daemon=True)
                self._repairing.start()

    def _renew(self) -> None:
        with self._lock:
            broken, self._inner = self._inner, None
        if broken is not None:
            broken.shutdown(wait=True, cancel_futures=True)

    def _repair(self) -> None:
        self._renew()
        while (unit := self._next_lost()) is not None:
            if unit.future.cancelled():
                continue
            try:
                result = self._executor().submit(unit.function, *unit.args, **unit.kwargs).result()
            except BrokenExecutor:
                _settle(unit.future, ChildDied("stopped its reader twice"), None)
                self._renew()
            except BaseException as error:  # noqa: BLE001 - the future is where it belongs
                _settle(unit.future, error, None)
            else:
                _settle(unit.future, None, result)

    def _next_lost(self) -> _Unit | None:
        """The next unit to be tried alone; after the last one the held ones go on their way together."""
        with self._lock:
            if self._lost:
                return self._lost.pop(0)
            held, self._held = self._held, []
            self._repairing = None
        for unit in held:
            self._pass_on(unit)
        return None


def _settle(future: Future[Any], error: BaseException | None, result: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
