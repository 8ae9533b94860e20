"""How the strip gets from one picture to the next: zooms and jumps glide, bars ease, drags do not."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QVariantAnimation, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from memvid_studio.widgets.paint import glide
from memvid_studio.widgets.strip.film import full_at
from memvid_studio.widgets.strip.picture import Picture
from memvid_studio.widgets.strip.scale import Scale
from memvid_studio.widgets.strip.view import View


class Movement(QObject):
    """The animations of one strip; the view is always at its goal except for the scale of a running zoom.

    Signals: ``zoomed(float)`` the ms on the film whenever that changes.
    """

    zoomed = Signal(float)

    def __init__(self, strip: QWidget, view: View, picture: Picture) -> None:
        super().__init__(strip)
        self._strip = strip
        self._view = view
        self._picture = picture
        self._running: dict[str, QVariantAnimation | None] = {}
        self._head_at: float | None = None

    def stop(self, name: str) -> None:
        """End ``scale``, ``bars`` or ``head`` where it is."""
        animation = self._running.pop(name, None)
        if animation is not None and isValid(animation):
            animation.stop()
        if name == "head":
            self._head_at = None

    # ---------------------------------------------------------------------------------------------- scale

    def go_to(self, scale: Scale, *, glides: bool, follows: bool | None = None) -> None:
        """Show another scale. Whether everything is kept in sight stays as it is unless it says otherwise."""
        self.stop("scale")
        before = self._view.scale
        if follows is not None:
            self._view.follows = follows
        elif scale != self._view.fitted():
            self._view.follows = False
        if not glides or not self._strip.isVisible() or scale == before:
            self.take_scale(scale)
            self.settle_bars(glides=False)
            return

        def between(share: float) -> None:
            self.take_scale(before.mixed(scale, share))

        def arrived() -> None:
            self.take_scale(scale)
            self.settle_bars(glides=True)

        self._running["scale"] = glide(self, 0.0, 1.0, between, "base", arrived)

    def take_scale(self, scale: Scale) -> None:
        """Show a scale at once."""
        zoomed = scale.extent_ms != self._view.scale.extent_ms
        self.stop("head")
        self._view.scale = scale
        self._strip.update()
        if zoomed:
            self.zoomed.emit(scale.extent_ms)

    def settle_bars(self, *, glides: bool, cells: bool = True) -> None:
        """Choose bars or cells, and move the bars to their heights for what is on the film."""
        if cells and self._view.settle_cells():
            self._strip.update()
        self.stop("bars")
        before = self._picture.full_at
        wanted = full_at(self._view.prepared, self._view.scale, self._view.pitch)
        if wanted == before:
            return

        def between(share: float) -> None:
            # By ratios: heights go with a power of the count.
            self._picture.full_at = (
                before[0] * (wanted[0] / before[0]) ** share,
                before[1] * (wanted[1] / before[1]) ** share,
            )
            self._strip.update()

        if glides and self._strip.isVisible():
            self._running["bars"] = glide(self, 0.0, 1.0, between, "fast", lambda: between(1.0))
        else:
            between(1.0)

    # ----------------------------------------------------------------------------------------------- head

    def head_x(self) -> float:
        """Where the playhead is drawn, which during a jump is not yet where it stands."""
        return self._view.head_x if self._head_at is None else self._head_at

    def place_head(self, ms: int | None, *, jump: bool) -> None:
        """Put the playhead somewhere; with ``jump`` its picture slides there."""
        view, before = self._view, self.head_x()
        old = self._picture.head_area(before, self._strip.height())
        self.stop("head")
        was_now, view.playhead = view.playhead is None, ms
        if was_now is not (ms is None):
            self._strip.update()
        if jump and self._strip.isVisible() and abs(view.head_x - before) > 2:
            self._running["head"] = glide(
                self, before, view.head_x, self._slide_head, "playhead_jump", self._head_arrived
            )
        else:
            self._repaint(old.left(), old.right(), view.head_x)

    def _slide_head(self, x: float) -> None:
        old = self._picture.head_area(self.head_x(), self._strip.height())
        self._head_at = float(x)
        self._repaint(old.left(), old.right(), self._head_at)

    def _head_arrived(self) -> None:
        self._head_at = None
        self._strip.update()

    def _repaint(self, left: float, right: float, x: float) -> None:
        """Only between the old and the new playhead, where exposed film and shadow change places."""
        if self._view.as_cells:
            self._strip.update()
            return
        new = self._picture.head_area(x, self._strip.height())
        low, high = min(left, new.left()), max(right, new.right())
        self._strip.update(math.floor(low), 0, math.ceil(high - low) + 1, self._strip.height())
