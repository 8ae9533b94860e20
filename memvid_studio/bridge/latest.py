"""One question in flight, only the newest one waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from memvid_studio.bridge.tasks import Lane, Tasks


class LatestOnly(QObject):
    """For questions asked faster than they are answered: a dragged playhead, a typed query.

    A question that is still waiting is replaced by a newer one; one that runs is let finish and its answer
    shown, even if a newer question waits. Showing only the very newest would show nothing while somebody
    keeps dragging.
    """

    done = Signal(object, object)
    """value, error: exactly one of them is None (a value of None comes with error None)."""
    busyChanged = Signal(bool)

    def __init__(self, tasks: Tasks, parent: QObject | None = None, *, lane: Lane = Lane.LOOK) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._lane = lane
        self._token = 0
        self._shown = 0
        self._busy = False
        self._waiting: tuple[int, Callable[..., Any], tuple[Any, ...]] | None = None

    @property
    def busy(self) -> bool:
        """A question is under way or waiting."""
        return self._busy

    def ask(self, fn: Callable[..., Any], *args: Any) -> None:
        """Asks ``fn(*args)`` on a pool thread. GUI thread."""
        self._token += 1
        self._waiting = (self._token, fn, args)
        if not self._busy:
            self._start()

    def forget(self) -> None:
        """Whatever was asked so far is not shown any more."""
        self._waiting = None
        self._shown = self._token

    def _start(self) -> None:
        if self._waiting is None:
            return
        token, fn, args = self._waiting
        self._waiting = None
        if not self._busy:
            self._busy = True
            self.busyChanged.emit(True)
        self._tasks.run(
            fn,
            *args,
            done=lambda value: self._finish(token, value, None),
            failed=lambda error: self._finish(token, None, error),
            owner=self,
            lane=self._lane,
        )

    def _finish(self, token: int, value: Any, error: BaseException | None) -> None:
        again = self._waiting is not None
        if again:
            self._start()  # before showing, so that the pool thread works while we paint
        if token > self._shown:
            self._shown = token
            self.done.emit(value, error)
        if not again:
            self._busy = False
            if self._waiting is not None:  # asked by whoever listened to done
                self._start()
            else:
                self.busyChanged.emit(False)
