"""Garbage is collected on the GUI thread only, in moments when nobody waits for it.

Python runs its collector on whichever thread happens to allocate. A cycle that holds a Qt object must not be
taken apart on a pool thread: its destructor would run beside the event loop. It is kinder to the eye, too: a
full collection of a large heap takes longer than a frame.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 400
_FULL_SECONDS = 30.0


class GuiGarbage(QObject):
    """Replaces the automatic collector from its making until :meth:`stop`. GUI thread.

    Young objects are looked at several times a second if there are enough of them, all objects every half
    minute.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._thresholds = gc.get_threshold()
        self._full_at = time.monotonic() + _FULL_SECONDS
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collects what is due."""
        now = time.monotonic()
        young, middle, _ = gc.get_count()
        if now >= self._full_at:
            self._full_at = now + _FULL_SECONDS
            gc.collect()
        elif middle > self._thresholds[1]:
            gc.collect(1)
        elif young > self._thresholds[0]:
            gc.collect(0)

    def stop(self) -> None:
        """The automatic collector is as it was before."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()
