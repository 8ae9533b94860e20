"""Engine threads post; the GUI thread gets lists, a few milliseconds' worth per turn."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

_BUDGET_SECONDS = 0.004
_BATCH = 64


class EventPump(QObject):
    """Carries events from engine threads to the thread this object lives in, in order, none lost.

    ``batch`` is emitted with a list of events; when a turn has taken 4 ms the rest waits for the next turn of
    the event loop, so that painting and typing come in between.
    """

    batch = Signal(list)
    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox: deque[Any] = deque()
        self._armed = threading.Event()
        self._wake.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def post(self, event: Any) -> None:
        """Any thread. One wake-up per burst, not per event."""
        self._inbox.append(event)
        if not self._armed.is_set():
            self._armed.set()
            try:
                self._wake.emit()
            except RuntimeError:  # deleted at the end of the application
                self._inbox.clear()

    def discard(self) -> None:
        """Drops what was posted and not shown yet (the capsule it came from is closed)."""
        self._inbox.clear()

    @Slot()
    def _drain(self) -> None:
        # Cleared before reading: an event posted from here on wakes us again, none can fall between.
        self._armed.clear()
        give_up = time.perf_counter() + _BUDGET_SECONDS
        while self._inbox:
            events: list[Any] = []
            while self._inbox and len(events) < _BATCH:
                events.append(self._inbox.popleft())
            self.batch.emit(events)
            if time.perf_counter() > give_up:
                break
        if self._inbox and not self._armed.is_set():
            self._armed.set()
            self._wake.emit()
