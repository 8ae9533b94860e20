"""The mouse on the strip: which thing is meant, and what a drag does with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from memvid_studio.widgets.strip.lanes import Lanes
from memvid_studio.widgets.strip.layout import Cell, Cluster, Flag
from memvid_studio.widgets.strip.scale import Scale
from memvid_studio.widgets.strip.view import View

HEAD_ZONE = 8
"""Px on each side of the playhead that mean the playhead."""
GRIP_ZONE = 6
EDGE_ZONE = 20
"""Px at either end of the film in which a drag pulls more film in."""
_HALF_TURN = 120
_ZOOM_STEP = 1.2
_RANGE_LEAST = 3
_STACK_MARGIN = 0.1


class Thing(Enum):
    """What a point on the film belongs to."""

    FILM = auto()
    HEAD = auto()
    RANGE_START = auto()
    RANGE_END = auto()
    HIT = auto()
    FLAG = auto()
    CELL = auto()


class Drag(Enum):
    """What the pressed mouse moves."""

    NOTHING = auto()
    HEAD = auto()
    FILM = auto()
    RANGE = auto()


@dataclass(frozen=True, slots=True)
class Target:
    """A thing under the pointer, with what it is made of."""

    thing: Thing
    cluster: Cluster | None = None
    flag: Flag | None = None
    cell: Cell | None = None


class Stage(Protocol):
    """What the pointer asks of the strip and tells it."""

    view: View

    def lanes(self) -> Lanes: ...
    def shown_clusters(self) -> tuple[Cluster, ...]: ...
    def shown_flags(self) -> tuple[Flag, ...]: ...
    def shown_cells(self) -> list[Cell]: ...
    def move_head(self, ms: int | None, *, jump: bool = False) -> None: ...
    def release_head(self) -> None: ...
    def set_scale(self, scale: Scale, *, panning: bool = False) -> None: ...
    def settle(self) -> None: ...
    def zoom_to(self, start_ms: float, end_ms: float) -> None: ...
    def put_range(self, start_ms: int, end_ms: int) -> None: ...
    def clear_range(self) -> None: ...
    def activate_hit(self, index: int) -> None: ...
    def activate_frame(self, index: int) -> None: ...


class Pointer:
    """The state of one press, from button down to button up or Escape."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.drag = Drag.NOTHING
        self._offset = 0.0
        self._last_x = 0.0
        self._anchor_ms = 0
        self._before: int | None = None
        self._button = Qt.MouseButton.NoButton

    @property
    def busy(self) -> bool:
        """Whether a button holds something."""
        return self.drag is not Drag.NOTHING

    # ----------------------------------------------------------------------------------------------- what

    def target(self, at: QPointF) -> Target:
        """What the point belongs to. Small things win over the film they lie on."""
        stage, view, x = self._stage, self._stage.view, at.x()
        lanes = stage.lanes()
        if not view.open:
            return Target(Thing.FILM)
        if view.range is not None:
            for thing, ms in ((Thing.RANGE_START, view.range[0]), (Thing.RANGE_END, view.range[1])):
                if abs(x - view.scale.x(ms)) <= GRIP_ZONE and lanes.names <= at.y() < lanes.edge:
                    return Target(thing)
        if abs(x - view.head_x) <= HEAD_ZONE:
            return Target(Thing.HEAD)
        if lanes.hits <= at.y() < lanes.density:
            for cluster in stage.shown_clusters():
                if abs(x - view.scale.x(cluster.ms)) <= GRIP_ZONE:
                    return Target(Thing.HIT, cluster=cluster)
        if lanes.names <= at.y() < lanes.hits:
            for flag in stage.shown_flags():
                if -2 <= x - flag.x <= 12:
                    return Target(Thing.FLAG, flag=flag)
        if lanes.hits <= at.y() <= lanes.base:
            for cell in stage.shown_cells():
                if abs(x - cell.x) <= 22:
                    return Target(Thing.CELL, cell=cell)
        return Target(Thing.FILM)

    # ---------------------------------------------------------------------------------------------- events

    def press(self, event: QMouseEvent) -> bool:
        """A button went down. False if it means nothing here."""
        if self.busy:
            return True
        view, at = self._stage.view, event.position()
        if not view.open:
            return False
        if event.button() == Qt.MouseButton.MiddleButton:
            self._begin(Drag.FILM, event)
            return True
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        target = self.target(at)
        if target.cluster is not None:
            self._stage.activate_hit(target.cluster.first)
            return True
        if target.thing in {Thing.RANGE_START, Thing.RANGE_END} and view.range is not None:
            self._begin(Drag.RANGE, event)
            self._anchor_ms = view.range[1 if target.thing is Thing.RANGE_START else 0]
            return True
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._begin(Drag.RANGE, event)
            self._anchor_ms = view.instant_at(at.x())
            return True
        self._begin(Drag.HEAD, event)
        if target.thing is Thing.HEAD:
            # Taken hold of: it must not jump to where exactly it was taken.
            self._offset = view.head_x - at.x()
        elif target.flag is not None:
            self._offset = target.flag.x - at.x()
            self._stage.move_head(view.clamped(target.flag.mark.ms), jump=True)
        elif target.cell is not None and target.cell.count == 1:
            ms = int(view.data.times_ms[target.cell.first])
            self._offset = target.cell.x - at.x()
            self._stage.move_head(view.clamped(ms), jump=True)
        else:
            self._stage.move_head(view.moment_at(at.x()), jump=True)
        return True

    def _begin(self, drag: Drag, event: QMouseEvent) -> None:
        self.drag = drag
        self._button = event.button()
        self._offset = 0.0
        self._last_x = event.position().x()
        self._before = self._stage.view.playhead

    def move(self, event: QMouseEvent) -> bool:
        """The mouse moved with a button held. False if nothing is held."""
        if not self.busy:
            return False
        if not event.buttons() & self._button:
            # The release went to somebody else: a popup, another window.
            self.release()
            return False
        x = event.position().x()
        if x == self._last_x and self.drag is Drag.HEAD:
            return True
        if self.drag is Drag.FILM:
            dx = x - self._last_x
            self._last_x = x
            view = self._stage.view
            self._stage.set_scale(view.kept(view.scale.panned(dx)), panning=True)
        else:
            self._last_x = x
            self._follow()
        return True

    def _follow(self) -> None:
        view = self._stage.view
        if self.drag is Drag.HEAD:
            self._stage.move_head(view.moment_at(self._last_x + self._offset))
        elif self.drag is Drag.RANGE:
            x = min(max(self._last_x, 0.0), float(view.scale.width))
            here = min(view.instant_at(x), view.end_ms)
            if abs(view.scale.x(self._anchor_ms) - x) >= _RANGE_LEAST:
                self._stage.put_range(min(here, self._anchor_ms), max(here, self._anchor_ms))

    def pull(self) -> bool:
        """Called while the mouse is held: brings more film in when it is held at an end. False when it is not."""
        if self.drag not in {Drag.HEAD, Drag.RANGE}:
            return False
        view, x = self._stage.view, self._last_x
        width = view.scale.width
        over = x - (width - EDGE_ZONE) if x > width - EDGE_ZONE else x - EDGE_ZONE if x < EDGE_ZONE else 0.0
        if over < 0 and view.scale.origin_ms <= view.first_ms - EDGE_ZONE * view.scale.ms_per_px:
            return False
        if over > 0 and view.scale.end_ms >= view.end_ms + EDGE_ZONE * view.scale.ms_per_px:
            return False
        if not over:
            return False
        dx = -min(max(over / 2, -24.0), 24.0)
        self._stage.set_scale(view.kept(view.scale.panned(dx)), panning=True)
        self._follow()
        return True

    def release(self) -> bool:
        """The button went up. False if nothing was held."""
        drag, self.drag = self.drag, Drag.NOTHING
        if drag is Drag.HEAD:
            self._stage.release_head()
        if drag is not Drag.NOTHING:
            self._stage.settle()
        return drag is not Drag.NOTHING

    def cancel(self) -> bool:
        """Escape: the playhead goes back to where it was taken. False if it was not held."""
        if self.drag is not Drag.HEAD:
            return self.release()
        self.drag = Drag.NOTHING
        self._stage.move_head(self._before, jump=True)
        self._stage.release_head()
        self._stage.settle()
        return True

    def double_click(self, at: QPointF) -> bool:
        """Twice on a frame opens it, twice on a stack spreads it out. False if there was neither."""
        cell = self.target(at).cell
        if cell is None:
            return False
        times = self._stage.view.data.times_ms
        first, last = int(times[cell.first]), int(times[cell.last])
        if first == last:
            self._stage.activate_frame(cell.first)
        else:
            margin = max((last - first) * _STACK_MARGIN, 1)
            self._stage.zoom_to(first - margin, last + margin)
        return True

    def wheel(self, event: QWheelEvent) -> bool:
        """Zoom at the cursor; with Shift, or sideways, pan. False without a capsule."""
        view = self._stage.view
        if not view.open:
            return False
        angle, exact = event.angleDelta(), event.pixelDelta()
        sideways = abs(angle.x()) > abs(angle.y())
        if sideways or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turned = angle.x() if sideways else angle.y()
            moved = exact.x() if sideways else exact.y()
            dx = float(moved) if not exact.isNull() else turned * 0.5
            self._stage.set_scale(view.kept(view.scale.panned(dx)), panning=True)
        elif angle.y():
            factor = _ZOOM_STEP ** (angle.y() / _HALF_TURN)
            self._stage.set_scale(view.zoomed(factor, event.position().x()))
        return True
