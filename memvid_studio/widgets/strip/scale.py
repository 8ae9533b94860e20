"""From instants to pixels and back: one straight line, so that panning and zooming are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt

from memvid_studio.widgets.strip.calendar import DAY, HOUR, MINUTE, YEAR
from memvid_studio.widgets.strip.data import Instants

PAD_LEFT: Final = 20
"""Film before the first instant when everything is shown."""
PAD_CELL: Final = 28
"""The same where the first frame is a cell 44 px wide."""
PAD_RIGHT: Final = 44
"""Film after now when everything is shown."""
MIN_MS_PER_PX: Final = 0.02
"""Two frames put in one go are a millisecond apart: they can still be told from each other."""
MAX_MS_PER_PX: Final = 100.0 * YEAR
_LEAST_FIT: Final = MINUTE
_YOUNG: Final = DAY

# A young capsule grows while one watches. Its whole life is shown in steps of about a quarter, so that the
# film stands still between them and now wanders over it.
_STEPS: Final[Sequence[float]] = tuple(
    minutes * MINUTE
    for minutes in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150)
) + tuple(hours * HOUR for hours in (3, 4, 5, 6, 8, 10, 12, 15, 18, 21, 25))


@dataclass(frozen=True, slots=True)
class Scale:
    """``origin_ms`` is the instant at x = 0; ``width`` is in logical pixels."""

    origin_ms: float
    ms_per_px: float
    width: int

    @overload
    def x(self, ms: float) -> float: ...
    @overload
    def x(self, ms: Instants | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]: ...
    def x(self, ms: Any) -> Any:
        """Where an instant lies, in logical pixels from the left edge."""
        return (ms - self.origin_ms) / self.ms_per_px

    def ms(self, x: float) -> float:
        """Which instant lies at ``x``."""
        return self.origin_ms + x * self.ms_per_px

    @property
    def end_ms(self) -> float:
        """The instant at the right edge."""
        return self.ms(self.width)

    @property
    def extent_ms(self) -> float:
        """How much time is on the film."""
        return self.width * self.ms_per_px

    def panned(self, dx: float) -> Scale:
        """Moved so that what was at ``x`` is at ``x + dx``."""
        return replace(self, origin_ms=self.origin_ms - dx * self.ms_per_px)

    def zoomed(self, factor: float, x: float, *, most: float = MAX_MS_PER_PX) -> Scale:
        """Closer by ``factor`` (below 1: further away); the instant at ``x`` stays where it is."""
        ms_per_px = min(max(self.ms_per_px / factor, MIN_MS_PER_PX), most)
        return Scale(self.ms(x) - x * ms_per_px, ms_per_px, self.width)

    def resized(self, width: int) -> Scale:
        """The same zoom in another width; the right edge keeps its instant, as the film runs out to the right."""
        return Scale(self.end_ms - width * self.ms_per_px, self.ms_per_px, width)

    def kept_within(self, first_ms: int, last_ms: int) -> Scale:
        """Moved so far that something of the capsule's life stays near the middle."""
        half = self.extent_ms / 2
        return replace(self, origin_ms=min(max(self.origin_ms, first_ms - half), last_ms - half))

    def mixed(self, other: Scale, share: float) -> Scale:
        """Between this scale and another one: the zoom moves in ratios, the middle at the zoom's pace."""
        if share >= 1:
            return other
        ms_per_px = self.ms_per_px * (other.ms_per_px / self.ms_per_px) ** share
        if abs(other.ms_per_px - self.ms_per_px) < 1e-9 * self.ms_per_px:
            along = share
        else:
            along = (ms_per_px - self.ms_per_px) / (other.ms_per_px - self.ms_per_px)
        origin = self.origin_ms + (other.origin_ms - self.origin_ms) * along
        return Scale(origin, ms_per_px, other.width)


def fit(first_ms: int, last_ms: int, width: int, pad: int = PAD_LEFT) -> Scale:
    """Everything from the first instant, ``pad`` px from the left, to now; the young get film to grow into."""
    span = float(max(last_ms - first_ms, 0))
    if span < _YOUNG:
        span = next(step for step in _STEPS if step >= max(span * 1.02, _LEAST_FIT))
    room = max(width - pad - PAD_RIGHT, width // 2, 1)
    ms_per_px = min(max(span / room, MIN_MS_PER_PX), MAX_MS_PER_PX)
    return Scale(first_ms - min(pad, width / 4) * ms_per_px, ms_per_px, max(width, 1))


def showing(start_ms: float, end_ms: float, width: int) -> Scale:
    """Exactly from one instant to another, as far as the limits of the zoom allow."""
    ms_per_px = min(max((end_ms - start_ms) / max(width, 1), MIN_MS_PER_PX), MAX_MS_PER_PX)
    middle = (start_ms + end_ms) / 2
    return Scale(middle - ms_per_px * width / 2, ms_per_px, max(width, 1))
