"""Plays a strip: the playhead runs over the film, or steps from change to change where motion is unwanted."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from memvid_studio.theme import theme
from memvid_studio.widgets.strip.strip import TimelineStrip

FILM_SECONDS = 20.0
"""How long the film that is in sight takes at normal speed."""
_FRAME_MS = 33
_STEP_MS = 500


class Playback(QObject):
    """Moves the playhead of one strip by itself, with the strip's own signals.

    Signals: ``changed(int)`` the direction: -1, 0 or 1. It stops by itself at now and before the first change.
    """

    changed = Signal(int)

    def __init__(self, strip: TimelineStrip) -> None:
        super().__init__(strip)
        self._strip = strip
        self._direction = 0
        self._speed = 1.0
        self._at = 0.0
        self._told: int | None = None
        self._then = 0.0
        self._clock: Callable[[], float] = time.monotonic
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)

    @property
    def direction(self) -> int:
        """-1 backwards, 1 forwards, 0 standing."""
        return self._direction

    def set_speed(self, speed: float) -> None:
        """Times the normal speed. Raises ValueError unless it is above 0."""
        if speed <= 0:
            raise ValueError(f"a speed is above 0, not {speed}")
        self._speed = speed
        if self._timer.isActive():
            self._timer.setInterval(self._interval())

    def play(self, direction: int) -> None:
        """Start forwards (1) or backwards (-1); 0 stops. Forwards from now begins at the beginning."""
        if direction == 0:
            self.stop()
            return
        view = self._strip.view
        first = view.first_stop()
        if not view.open or first is None:
            return
        if direction > 0 and view.playhead is None:
            self._strip.go_to(first)
        self._direction = direction
        self._at = float(view.head_ms)
        self._told = view.playhead
        self._then = self._clock()
        self._timer.start(self._interval())
        self.changed.emit(direction)

    def stop(self) -> None:
        """Stand still where it is."""
        self._timer.stop()
        if self._direction:
            self._direction = 0
            self._strip.release_head()
            self.changed.emit(0)

    def _interval(self) -> int:
        return round(_STEP_MS / self._speed) if theme().reduced_motion else _FRAME_MS

    def _turn(self) -> None:
        strip, view = self._strip, self._strip.view
        now = self._clock()
        passed, self._then = now - self._then, now
        first = view.first_stop()
        if not view.open or first is None:
            self.stop()
            return
        if view.playhead != self._told:
            # Somebody took hold of the playhead: play on from where they put it.
            self._at = float(view.head_ms)
        if theme().reduced_motion:
            here = view.step_on() if self._direction > 0 else view.step_back()
        else:
            self._at += self._direction * passed * self._speed * view.scale.extent_ms / FILM_SECONDS
            here = view.clamped(round(self._at))
        ended = here is None if self._direction > 0 else here is not None and here <= first
        strip.move_head(first if ended and self._direction < 0 else here)
        self._told = view.playhead
        shown = view.revealing(view.head_ms)
        if shown != view.scale:
            follows = view.follows
            strip.set_scale(shown, panning=True)
            view.follows = follows
        if ended:
            self.stop()
