"""Playing: the playhead runs by a clock of ours, or steps where motion is unwanted."""

from __future__ import annotations

from typing import Any

import pytest

from memvid_studio.widgets.strip.calendar import HOUR, MINUTE
from memvid_studio.widgets.strip.data import StripData
from memvid_studio.widgets.strip.playback import FILM_SECONDS, Playback
from tests.unit.studio.strip.conftest import NOW

pytestmark = pytest.mark.gui

FIRST = NOW - 2 * HOUR
AT = [FIRST + minutes * MINUTE for minutes in (0, 10, 20, 30)]


class Watch:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def player(make_strip, look):
    strip = make_strip(StripData.of(AT, [0, 1, 2, 3], span=(FIRST, NOW)))
    look.set_reduced_motion(False)
    player: Any = Playback(strip)
    player.strip, player.watch, player.heard, player.moved = strip, Watch(), [], []
    player._clock = player.watch
    player.changed.connect(player.heard.append)
    strip.playheadMoved.connect(player.moved.append)
    yield player
    player.stop()


def turn(player, seconds: float) -> None:
    player.watch.now += seconds
    player._turn()


def test_forwards_from_now_begins_at_the_beginning(player):
    player.play(1)
    assert player.moved == [AT[0]]
    turn(player, 1.0)
    assert player.strip.playhead() == pytest.approx(
        AT[0] + player.strip.view.scale.extent_ms / FILM_SECONDS, abs=2
    )
    turn(player, 60.0)
    assert player.strip.playhead() is None
    assert player.heard == [1, 0], "at now there is nothing more to play"
    assert not player._timer.isActive()


def test_backwards_ends_at_the_first_change(player):
    player.play(-1)
    turn(player, 1.0)
    assert player.strip.playhead() < NOW
    turn(player, 600.0)
    assert player.strip.playhead() == AT[0]
    assert player.heard == [-1, 0]


def test_speed(player):
    player.play(1)
    player.set_speed(4.0)
    turn(player, 1.0)
    assert player.strip.playhead() == pytest.approx(
        AT[0] + 4 * player.strip.view.scale.extent_ms / FILM_SECONDS, abs=2
    )
    with pytest.raises(ValueError, match="above 0"):
        player.set_speed(0)


def test_it_plays_on_from_where_somebody_put_the_playhead(player):
    player.play(1)
    player.strip.set_playhead(AT[2])
    turn(player, 0.1)
    assert player.strip.playhead() >= AT[2]


def test_without_motion_it_steps_from_change_to_change(player, look):
    look.set_reduced_motion(True)
    player.play(1)
    for _ in range(4):
        turn(player, 0.5)
    assert player.moved == [*AT, None]
    assert player.direction == 0


def test_the_film_comes_along(player):
    player.strip.zoom_to(FIRST, FIRST + 5 * MINUTE)
    player.play(1)
    turn(player, 18.0)
    turn(player, 18.0)
    assert 0 <= player.strip.view.head_x <= 1440


def test_nothing_plays_where_nothing_happened(make_strip):
    for data in (None, StripData.of([], [], span=(NOW, NOW))):
        player = Playback(make_strip(data))
        player.play(1)
        assert player.direction == 0
        assert not player._timer.isActive()


def test_closing_the_capsule_stops_it(player):
    player.play(1)
    player.strip.set_data(None)
    turn(player, 0.1)
    assert player.direction == 0
