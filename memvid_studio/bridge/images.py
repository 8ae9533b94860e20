"""Small pictures for lists: asked for once, decoded elsewhere, kept as pixmaps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from memvid_studio.bridge.tasks import Lane, Tasks

if TYPE_CHECKING:
    import engine

_KEPT = 400
_AT_ONCE = 4


class Thumbnails(QObject):
    """Pixmaps of image documents by frame id; content of a frame never changes, so they never go stale.

    ``get`` returns None until the picture is there; ``ready`` says which one came.
    """

    ready = Signal(int)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._pixmaps: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._wanted: OrderedDict[int, tuple[engine.Moment, int]] = OrderedDict()
        self._under_way = 0
        self._generation = 0

    def get(self, moment: engine.Moment, frame_id: int, side: int) -> QPixmap | None:
        """The picture, at most ``side`` device pixels wide and high; asks for it if it is not known."""
        if frame_id in self._pixmaps:
            self._pixmaps.move_to_end(frame_id)
            return self._pixmaps[frame_id]
        self._wanted[frame_id] = (moment, side)
        self._wanted.move_to_end(frame_id)
        self._start()
        return None

    def clear(self) -> None:
        """Another capsule: ids mean something else."""
        self._generation += 1
        self._pixmaps.clear()
        self._wanted.clear()

    def _start(self) -> None:
        while self._wanted and self._under_way < _AT_ONCE:
            frame_id, (moment, side) = self._wanted.popitem()  # what was asked for last is on the screen
            self._pixmaps[frame_id] = None
            self._under_way += 1
            take = partial(self._take, self._generation, frame_id)
            self._tasks.run(
                _load,
                moment,
                frame_id,
                side,
                done=take,
                failed=partial(self._give_up, take),
                owner=self,
                lane=Lane.READ,
            )

    def _give_up(self, take: Callable[[None], None], _error: BaseException) -> None:
        # It keeps the tile of its kind; opening it says what is wrong with it.
        take(None)

    def _take(self, generation: int, frame_id: int, image: QImage | None) -> None:
        self._under_way -= 1
        if generation == self._generation and image is not None:
            self._pixmaps[frame_id] = QPixmap.fromImage(image)
            while len(self._pixmaps) > _KEPT:
                self._pixmaps.popitem(last=False)
            self.ready.emit(frame_id)
        self._start()


def _load(moment: engine.Moment, frame_id: int, side: int) -> QImage:
    """On a pool thread; QImage may be made there, QPixmap may not."""
    picture = moment.picture(frame_id, side, side)
    image = QImage(
        picture.rgba, picture.width, picture.height, 4 * picture.width, QImage.Format.Format_RGBA8888
    )
    return image.copy()  # the bytes belong to Python
