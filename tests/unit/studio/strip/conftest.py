"""A theme in its first state, and lives of capsules to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from memvid_studio.widgets.strip.calendar import DAY, YEAR, Calendar
from memvid_studio.widgets.strip.data import StripData

NOW = 1_773_304_860_000  # Thu 12 Mar 2026, 09:41 in Stockholm
STOCKHOLM = Calendar(ZoneInfo("Europe/Stockholm"))


@pytest.fixture
def look(qapp) -> Iterator[object]:
    """The theme: light, now, without motion unless a test wants it."""
    from memvid_studio.theme import install

    look = install(qapp)
    look.set_dark(False)
    look.set_past(False)
    look.set_scale(1.0)
    look.set_reduced_motion(True)
    yield look
    look.set_dark(False)
    look.set_past(False)
    look.set_scale(1.0)
    look.set_reduced_motion(False)


def life(count: int, *, span: float = 3 * YEAR, seed: int = 1, now: int = NOW, **more) -> StripData:
    """So many additions over so much time, of all kinds."""
    rng = np.random.default_rng(seed)
    first = now - int(span)
    times = np.sort(rng.integers(first, now + 1, count))
    if count:
        times[0] = first
    more.setdefault("changes_ms", times[5::11] + 1)
    more.setdefault("removals_ms", times[7::37] + 2)
    return StripData.of(
        times, rng.integers(0, 6, count), span=(first, now), ids=np.arange(count) + 1000, **more
    )


@pytest.fixture
def make_strip(qtbot, look) -> Iterator[Callable[..., object]]:
    """A visible strip in a window 1440 px wide, with room for the card above it."""
    from PySide6.QtWidgets import QWidget

    from memvid_studio.widgets.strip.strip import TimelineStrip

    alive = []  # the test's own list of windows holds no reference

    def make(data: StripData | None = None, width: int = 1440) -> TimelineStrip:
        window = QWidget()
        alive.append(window)
        qtbot.addWidget(window)
        window.resize(width, 400)
        strip = TimelineStrip(window, calendar=STOCKHOLM)
        strip.setGeometry(0, 400 - look.size.film, width, look.size.film)
        window.show()
        strip.set_data(data)
        return strip

    yield make
    alive.clear()


__all__ = ["DAY", "NOW", "STOCKHOLM", "life", "look", "make_strip"]
