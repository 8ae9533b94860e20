"""Transport and film: where in time the window stands, and moving it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

import engine
from memvid_studio.bridge.images import Thumbnails
from memvid_studio.bridge.tasks import Tasks
from memvid_studio.ops.look import View, fetch
from memvid_studio.ops.timeline import Life
from memvid_studio.widgets.strip.card import Preview
from memvid_studio.widgets.strip.data import Instants, StripData
from memvid_studio.widgets.strip.playback import Playback
from memvid_studio.widgets.strip.strip import TimelineStrip
from memvid_studio.widgets.strip.transport import HAPPENED, RECORDED, TransportBar
from memvid_studio.widgets.strip.view import Hover
from memvid_studio.words import from_ms, moment, to_ms

_IMAGE = list(engine.Kind).index(engine.Kind.IMAGE)
_PREVIEWS = 3
_THUMBNAIL_SIDE = 160
_MINUTE_MS = 60_000


class TimelinePanel(QWidget):
    """The strip with its transport. Dragging asks for Moments; what they hold is shown by others."""

    momentWanted = Signal(object)
    """ms, or None for now: at every step of a drag."""
    clockChanged = Signal(bool)
    """True: by when it happened; False: by when it was recorded."""
    dropped = Signal(object, object)
    """ms and QMimeData, valid during the signal only."""
    dropHovered = Signal(object)
    frameWanted = Signal(int)
    hitWanted = Signal(int)
    """The index of a hit, ascending in time."""

    def __init__(self, tasks: Tasks, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks, self._thumbnails = tasks, thumbnails
        self._life: Life | None = None
        self._view: View | None = None
        self.happened = False
        self.transport = TransportBar(self)
        self.strip = TimelineStrip(self)
        self._playback = Playback(self.strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.transport)
        column.addWidget(self.strip)
        strip, bar = self.strip, self.transport
        strip.playheadMoved.connect(self.momentWanted)
        strip.viewChanged.connect(bar.set_span)
        strip.droppedAt.connect(self.dropped)
        strip.dropHovered.connect(self.dropHovered)
        strip.frameActivated.connect(self.frameWanted)
        strip.hitActivated.connect(self.hitWanted)
        strip.previewsWanted.connect(self._find_previews)
        strip.set_thumbnails(self._thumbnail)
        thumbnails.ready.connect(lambda _: strip.set_thumbnails(self._thumbnail))
        bar.stepRequested.connect(self.step)
        bar.firstRequested.connect(lambda: strip.go_to(strip.view.first_stop()))
        bar.nowRequested.connect(self.go_to_now)
        bar.playToggled.connect(self._playback.play)
        bar.speedChosen.connect(self._playback.set_speed)
        bar.clockChosen.connect(self._clock_chosen)
        bar.fitRequested.connect(strip.zoom_fit)
        bar.spanChosen.connect(lambda span: strip.zoom_fit() if span is None else strip.zoom_span(span))
        self._playback.changed.connect(bar.set_playing)
        strip.set_live(True)
        self._minute = QTimer(self)
        self._minute.setInterval(_MINUTE_MS // 4)
        self._minute.timeout.connect(self._tell_time)

    # --------------------------------------------------------------------------------------- what is shown

    def show_nothing(self) -> None:
        """No capsule is open."""
        self._life = self._view = None
        self._playback.stop()
        self._minute.stop()
        self.strip.set_data(None)
        self.transport.set_closed()

    def show_life(self, life: Life) -> None:
        """The capsule as it is now."""
        self._life = life
        arrays = life.arrays
        times, kinds, ids = arrays.times_ms, arrays.kinds, arrays.frame_ids
        if self.happened:
            times, kinds, ids = arrays.happened
        starts = [int(each[0]) for each in (times, arrays.changes_ms, arrays.removals_ms) if len(each)]
        self.strip.set_data(
            StripData.of(
                times,
                kinds,
                changes_ms=arrays.changes_ms,
                removals_ms=arrays.removals_ms,
                span=(min(starts, default=life.now_ms), life.now_ms),
                ids=ids,
            )
        )

    def show_moment(self, view: View, *, newest: bool) -> None:
        """The Moment the window shows. Unless it is the ``newest`` that was asked for, the playhead is further
        along already and stays there.
        """
        self._view = view
        when_ms = view.question.when_ms
        if newest and self.strip.playhead() != when_ms:
            self.strip.set_playhead(when_ms)
        if when_ms is None:
            self._minute.start()
        else:
            self._minute.stop()
        self._tell_time()

    def show_hits(self, times_ms: Instants, current: int | None) -> None:
        """Results of the search as marks."""
        self.strip.set_hits(times_ms, current)

    def _tell_time(self) -> None:
        view = self._view
        if view is None:
            return
        when_ms = view.question.when_ms
        when = datetime.now(UTC) if when_ms is None else from_ms(when_ms)
        self.transport.set_moment(moment(when), view.revision, view.document_count, past=view.is_past)

    # ------------------------------------------------------------------------------------------- going there

    def go_to_now(self) -> None:
        """Back from the past."""
        self._playback.stop()
        self.strip.go_to(None)
        # The playhead may stand at now already while the window does not: an answer is on its way.
        self.momentWanted.emit(None)

    def step(self, direction: int) -> None:
        """To the change before (-1) or after (1)."""
        view = self.strip.view
        self.strip.go_to(view.step_back() if direction < 0 else view.step_on())

    def go_to_time(self, when: datetime | None) -> None:
        """To a moment of the past."""
        if when is not None:
            self.strip.go_to(to_ms(when))

    def zoom(self, factor: float) -> None:
        """Closer (above 1) or further away."""
        self.strip.zoom_by(factor)

    def fit(self) -> None:
        """The whole life."""
        self.strip.zoom_fit()

    def set_happened(self, happened: bool) -> None:
        """Which clock the strip goes by."""
        self.transport.set_clock(HAPPENED if happened else RECORDED)
        self._clock_chosen(HAPPENED if happened else RECORDED)

    def _clock_chosen(self, clock: int) -> None:
        happened = clock == HAPPENED
        if happened != self.happened:
            self.happened = happened
            self.clockChanged.emit(happened)

    # ---------------------------------------------------------------------------------- pictures of frames

    def _thumbnail(self, index: int) -> QPixmap | None:
        """For a cell of the strip: the picture of an image."""
        life, view = self._life, self._view
        if life is None or view is None:
            return None
        _, kinds, ids = life.arrays.happened if self.happened else self._recorded(life)
        if index >= len(ids) or int(kinds[index]) != _IMAGE:
            return None
        return self._thumbnails.get(view.moment, int(ids[index]), _THUMBNAIL_SIDE)

    def _recorded(self, life: Life) -> tuple[Instants, Instants, Instants]:
        return life.arrays.times_ms, life.arrays.kinds, life.arrays.frame_ids

    def _find_previews(self, hover: Hover) -> None:
        view = self._view
        if view is None or not hover.ids:
            return
        ids = hover.ids[:_PREVIEWS]
        self._tasks.run(
            fetch,
            view.moment,
            ids,
            done=self._show_previews(hover, view),
            owner=self,
        )

    def _show_previews(self, hover: Hover, view: View) -> Callable[[dict[int, engine.FrameInfo]], None]:
        def show(found: dict[int, engine.FrameInfo]) -> None:
            previews = []
            for info in found.values():
                picture = None
                if info.kind == engine.Kind.IMAGE:
                    picture = self._thumbnails.get(view.moment, info.id, _THUMBNAIL_SIDE)
                previews.append(Preview(info.preview or info.title, picture, info.kind.value))
            self.strip.set_previews(hover, previews)

        return show
