"""The timeline as a widget: one film from window edge to window edge, one playhead.

Everything is painted. The film with its bars is kept as a pixmap per scale, its shadow later than the playhead
as a second one; dragging the playhead only moves the border between the two.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QLocale, QPoint, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleValueChangeEvent,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from memvid_studio import words
from memvid_studio.theme import theme
from memvid_studio.widgets.strip import names
from memvid_studio.widgets.strip.access import describe_as_slider
from memvid_studio.widgets.strip.calendar import Calendar
from memvid_studio.widgets.strip.data import StripData
from memvid_studio.widgets.strip.hover import HoverWatch, Preview
from memvid_studio.widgets.strip.keys import press_key
from memvid_studio.widgets.strip.lanes import Lanes
from memvid_studio.widgets.strip.layout import Cell, Cluster, Flag
from memvid_studio.widgets.strip.marks import Thumbnail
from memvid_studio.widgets.strip.movement import Movement
from memvid_studio.widgets.strip.picture import Overlay, Picture
from memvid_studio.widgets.strip.pointer import Drag, Pointer, Thing
from memvid_studio.widgets.strip.scale import Scale, showing
from memvid_studio.widgets.strip.view import Hover, View
from memvid_studio.words import tr

_TICK_LEAST_MS = 1_000
_TICK_MOST_MS = 60_000
_CALM_SECONDS = 1.0
_PULL_MS = 16
_KEYBOARD = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}


class TimelineStrip(QWidget):
    """The capsule's life as a strip of film. GUI thread only; instants are int milliseconds since 1970.

    A moment is an int or None for now. Signals:
    ``playheadMoved(object)`` at every step of a drag or key, ``playheadReleased(object)`` when it has come to
    rest; ``rangeChanged(object)`` (start, end) or None; ``hovered(object)`` a :class:`Hover` or None;
    ``previewsWanted(object)`` a Hover whose card is shown: answer with :meth:`set_previews`;
    ``hitActivated(int)`` the index into the hits, ascending; ``frameActivated(int)`` an id, or the index
    without ids; ``viewChanged(float)`` the ms on the film after every zoom; ``contextRequested(object,
    QPoint)`` moment under the mouse and where; ``dropHovered(object)`` ms or None;
    ``droppedAt(object, object)`` ms and the QMimeData, which is valid during the signal only.
    """

    playheadMoved = Signal(object)
    playheadReleased = Signal(object)
    rangeChanged = Signal(object)
    hovered = Signal(object)
    previewsWanted = Signal(object)
    hitActivated = Signal(int)
    frameActivated = Signal(int)
    viewChanged = Signal(float)
    contextRequested = Signal(object, QPoint)
    dropHovered = Signal(object)
    droppedAt = Signal(object, object)

    def __init__(self, parent: QWidget | None = None, *, calendar: Calendar | None = None) -> None:
        super().__init__(parent)
        look = theme()
        self.view = View(calendar or local_calendar(), pitch=look.film.bar_pitch)
        self._picture = Picture(self.view, look)
        self._pointer = Pointer(self)
        self._hover = HoverWatch(self)
        self._thumbnail: Thumbnail | None = None
        self._clock: Callable[[], float] = time.time
        self._live = False
        self._drop_x: float | None = None
        self._ring = False
        self._movement = Movement(self, self.view, self._picture)
        self._movement.zoomed.connect(self._zoomed)
        self._data_at = 0.0
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.timeout.connect(self._on_tick)
        self._pull = QTimer(self)
        self._pull.setInterval(_PULL_MS)
        self._pull.timeout.connect(self._on_pull)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs to the right in every language
        self.setAccessibleName(tr("Timeline"))
        describe_as_slider(TimelineStrip)
        self._describe()
        look.changed.connect(self._on_theme)

    # ---------------------------------------------------------------------------------------------- data

    def set_data(self, data: StripData | None) -> None:
        """Show another state of the capsule; None when no capsule is open. Zoom and playhead stay where they can."""
        was_open = self.view.open
        # One change glides into its place. In a stream of them (files coming in) a glide would never arrive, and
        # paint the film sixty times a second meanwhile.
        is_calm, self._data_at = time.monotonic() - self._data_at > _CALM_SECONDS, time.monotonic()
        glides = was_open and is_calm
        self.view.set_data(data)
        self._picture.invalidate()
        self._hover.forget()
        if self.view.follows and not self._pointer.busy:
            self._movement.go_to(self.view.fitted(), glides=glides and self.view.open and self.isVisible())
        self._movement.settle_bars(glides=glides)
        self._schedule_tick()
        self._describe()
        self.update()

    def set_now(self, now_ms: int) -> None:
        """Move now on, without new data."""
        if now_ms <= self.view.now_ms or not self.view.open:
            return
        self.view.now_ms = now_ms
        if self.view.follows and not self._pointer.busy:
            self._movement.go_to(self.view.fitted(), glides=self.isVisible())
        self.update()

    def set_live(self, live: bool) -> None:
        """Let now move with the clock of the machine, a pixel at a time, while the strip is visible."""
        self._live = live
        self._schedule_tick()

    def set_hits(self, hits_ms: npt.NDArray[np.int64], current: int | None = None) -> None:
        """Mark results of the search; ``current`` is the index of the one being looked at."""
        self.view.set_hits(hits_ms, current)
        self._picture.invalidate()
        self._describe()
        self.update()

    def set_thumbnails(self, source: Thumbnail | None) -> None:
        """Where pictures for cells come from: index of an addition -> pixmap or None. Call again when one is ready."""
        self._thumbnail = source
        self.update()

    def set_previews(self, hover: Hover, previews: list[Preview]) -> None:
        """Fill the card that asked for them; ignored when another one is shown by now."""
        self._hover.set_previews(hover, previews)

    # ------------------------------------------------------------------------------------------- playhead

    def playhead(self) -> int | None:
        """The moment the playhead stands at, None for now."""
        return self.view.playhead

    def set_playhead(self, ms: int | None) -> None:
        """Put the playhead somewhere without a signal; the future is now. Not while it is held."""
        if not self._pointer.busy:
            self._movement.place_head(self.view.clamped(ms), jump=True)
            self._describe()

    def go_to(self, ms: int | None) -> None:
        """Move the playhead as a key does: with signals, and into sight."""
        self.move_head(self.view.clamped(ms), jump=True)
        self._movement.go_to(self.view.revealing(self.view.head_ms), glides=True, follows=self.view.follows)
        self.release_head()

    def move_head(self, ms: int | None, *, jump: bool = False) -> None:
        """A step of a drag. ``jump`` slides the picture of it; what is shown changes at once."""
        if ms != self.view.playhead:
            self._movement.place_head(ms, jump=jump)
            self._describe()
            self.playheadMoved.emit(ms)
        elif not jump:
            self._movement.stop("head")

    def release_head(self) -> None:
        """The playhead has come to rest."""
        self._announce()
        self.playheadReleased.emit(self.view.playhead)

    # ---------------------------------------------------------------------------------------------- range

    def range(self) -> tuple[int, int] | None:
        """The stretch that is selected."""
        return self.view.range

    def set_range(self, span: tuple[int, int] | None) -> None:
        """Select a stretch without a signal."""
        self.view.range = None if span is None else (min(span), max(span))
        self.update()

    def put_range(self, start_ms: int, end_ms: int) -> None:
        """Select a stretch by hand."""
        if self.view.range != (start_ms, end_ms):
            self.set_range((start_ms, end_ms))
            self.rangeChanged.emit(self.view.range)

    def clear_range(self) -> None:
        """Select nothing."""
        if self.view.range is not None:
            self.set_range(None)
            self.rangeChanged.emit(None)

    def set_compare(self, moments: tuple[int, int | None] | None) -> None:
        """Show a second, blue playhead and tint what lies between; None stops it."""
        self.view.compare = moments
        self.update()

    # ----------------------------------------------------------------------------------------------- zoom

    def zoom_to(self, start_ms: float, end_ms: float) -> None:
        """Show exactly this stretch."""
        self._movement.go_to(self.view.kept(showing(start_ms, end_ms, self.view.scale.width)), glides=True)

    def zoom_span(self, extent_ms: float) -> None:
        """Show so much time: up to now, or round a playhead that is in the past."""
        self._movement.go_to(self.view.spanning(extent_ms), glides=True)

    def zoom_fit(self) -> None:
        """Show everything, and keep doing so as the capsule grows."""
        self._movement.go_to(self.view.fitted(), glides=True, follows=True)

    def zoom_by(self, factor: float, x: float | None = None) -> None:
        """Closer by ``factor``, round ``x`` or the playhead if it is in sight, else the middle."""
        if x is None:
            head = self.view.head_x
            x = head if 0 <= head <= self.view.scale.width else self.view.scale.width / 2
        self._movement.go_to(self.view.zoomed(factor, x), glides=True)

    def pan_by(self, share: float) -> None:
        """Move the film by a share of its width; positive shows what is later."""
        scale = self.view.scale
        self._movement.go_to(self.view.kept(scale.panned(-share * scale.width)), glides=True)

    def set_scale(self, scale: Scale, *, panning: bool = False) -> None:
        """Show this scale at once: the film is under the finger."""
        self._movement.stop("scale")
        self.view.follows = False
        self._movement.take_scale(scale)
        if not panning:
            self._movement.settle_bars(glides=True)
        elif not self._pointer.busy:
            self._movement.settle_bars(glides=True, cells=False)
        self._hover.forget()

    def settle(self) -> None:
        """A drag is over: bars and cells may adapt to what is now on the film."""
        self._pull.stop()
        if self.view.follows:
            self._movement.go_to(self.view.fitted(), glides=True)
        self._movement.settle_bars(glides=True)
        self._describe()

    def _zoomed(self, extent_ms: float) -> None:
        self._schedule_tick()
        self.viewChanged.emit(extent_ms)

    # ---------------------------------------------------------------------- what the pointer and keys ask

    def lanes(self) -> Lanes:
        """The rows of the film."""
        return self._picture.lanes(self.height())

    def shown_clusters(self) -> tuple[Cluster, ...]:
        """Hits as they are drawn."""
        return self._picture.film(self.height(), self.devicePixelRatioF()).scene.clusters

    def shown_flags(self) -> tuple[Flag, ...]:
        """Checkpoints and bookmarks as they are drawn."""
        return self._picture.film(self.height(), self.devicePixelRatioF()).scene.flags

    def shown_cells(self) -> list[Cell]:
        """Cells as they are drawn."""
        return self._picture.cells()

    def activate_hit(self, index: int) -> None:
        """A diamond was clicked."""
        self.hitActivated.emit(index)

    def activate_frame(self, index: int) -> None:
        """A cell was clicked twice."""
        ids = self.view.data.ids
        self.frameActivated.emit(index if ids is None else int(ids[index]))

    def activate_shown(self) -> None:
        """Open what was added last at the moment shown."""
        times = self.view.data.times_ms
        after = int(np.searchsorted(times, self.view.head_ms, "right"))
        if after:
            self.activate_frame(after - 1)

    # --------------------------------------------------------------------------------------- accessibility

    def value_in_words(self) -> str:
        """The moment shown, as a screen reader says it."""
        if not self.view.open:
            return tr("No capsule open")
        moment = names.moment(self.view.head_ms, self.view.calendar)
        return tr("now, {moment}").replace("{moment}", moment) if self.view.playhead is None else moment

    def step_count(self) -> int:
        """How many instants the arrow keys halt at; this one is now."""
        return len(self.view.prepared.stops)

    def go_to_step(self, step: int) -> None:
        """Move to a halt counted from 0, or to now."""
        stops = self.view.prepared.stops
        self.go_to(int(stops[step]) if step < len(stops) else None)

    def _describe(self) -> None:
        hits, checkpoints = self.view.marks_in_view()
        self.setAccessibleDescription(
            tr("{results}, {checkpoints} in view")
            .replace("{results}", words.counted(hits, tr("{n} result"), tr("{n} results")))
            .replace("{checkpoints}", words.counted(checkpoints, tr("{n} checkpoint"), tr("{n} checkpoints")))
        )

    def _announce(self) -> None:
        if QAccessible.isActive():
            said = self.value_in_words()
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, said))
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    # ---------------------------------------------------------------------------------------------- events

    def sizeHint(self) -> QSize:
        return QSize(800, theme().size.film)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, theme().size.film)

    def _on_theme(self) -> None:
        self._picture.invalidate()
        self.updateGeometry()
        self.update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._movement.stop("scale")
        self._movement.stop("head")
        self.view.resize(self.width())
        self._movement.settle_bars(glides=False)

    def showEvent(self, _event: QShowEvent) -> None:
        self._schedule_tick()

    def hideEvent(self, _event: QHideEvent) -> None:
        self._tick.stop()
        self._pointer.cancel()
        self._hover.forget()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        overlay = Overlay(self._movement.head_x(), self._hover.pointed, self._drop_x, self._ring)
        self._picture.paint(painter, self.height(), self.devicePixelRatioF(), overlay, self._thumbnail)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
            and self.view.open
        ):
            self.set_scale(self.view.zoomed(1 + event.value(), event.position().x()))
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hover.forget()
        if self._pointer.press(event):
            if self._pointer.drag in {Drag.HEAD, Drag.RANGE}:
                self._pull.start()
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._pointer.move(event) and event.buttons() == Qt.MouseButton.NoButton:
            self._set_cursor(event.position())
            self._hover.move(event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._pointer.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._pointer.double_click(event.position()):
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.setAccepted(self._pointer.wheel(event))

    def leaveEvent(self, _event: QEvent) -> None:
        self._hover.forget()
        self.unsetCursor()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.view.open and not self._pointer.busy:
            by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
            ms = self.view.moment_at(event.pos().x()) if by_mouse else self.view.playhead
            self.contextRequested.emit(ms, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._pointer.busy:
            self._pointer.cancel()
        elif not (self.view.open and press_key(self, event)):
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in _KEYBOARD
        self.update()

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        self._ring = False
        self.update()

    def _set_cursor(self, at: QPointF) -> None:
        thing = self._pointer.target(at).thing
        if thing in {Thing.HEAD, Thing.RANGE_START, Thing.RANGE_END} and self.view.open:
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        elif thing in {Thing.HIT, Thing.FLAG, Thing.CELL}:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def target_at(self, at: QPointF) -> Thing:
        """What a point belongs to."""
        return self._pointer.target(at).thing

    def hover_at(self, at: QPointF) -> tuple[Hover, tuple[float, float] | None] | None:
        """What the card would say for a point, and which stretch in px to light up."""
        if not self.view.open or self._pointer.busy:
            return None
        target = self._pointer.target(at)
        if target.cell is not None:
            return self.view.hover_cell(target.cell), None
        if target.flag is not None:
            return self.view.hover_flag(target.flag.mark, target.flag.x), None
        if self.view.as_cells:
            return None
        return self.view.hover_bar(at.x())

    # --------------------------------------------------------------------------------------------- timers

    def _schedule_tick(self) -> None:
        self._tick.stop()
        if self._live and self.view.open and self.isVisible():
            wanted = self.view.scale.ms_per_px / self.devicePixelRatioF()
            self._tick.start(round(min(max(wanted, _TICK_LEAST_MS), _TICK_MOST_MS)))

    def _on_tick(self) -> None:
        self.set_now(round(self._clock() * 1000))
        self._schedule_tick()

    def _on_pull(self) -> None:
        self._pointer.pull()

    # ----------------------------------------------------------------------------------------------- drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.view.open:
            event.acceptProposedAction()
            self._drop_at(event.position().x())
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self.view.open:
            event.acceptProposedAction()
            self._drop_at(event.position().x())

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._drop_at(None)

    def dropEvent(self, event: QDropEvent) -> None:
        if not self.view.open:
            event.ignore()
            return
        ms = self.view.instant_at(event.position().x())
        self._drop_at(None)
        event.acceptProposedAction()
        self.droppedAt.emit(ms, event.mimeData())

    def _drop_at(self, x: float | None) -> None:
        if x != self._drop_x:
            self._drop_x = x
            self.dropHovered.emit(None if x is None else self.view.instant_at(x))
            self.update()


def local_calendar() -> Calendar:
    """The machine's time zone with the locale's weeks."""
    locale = QLocale()
    working = {day.value - 1 for day in locale.weekdays()}
    return Calendar(first_weekday=locale.firstDayOfWeek().value - 1, weekend=frozenset(range(7)) - working)
