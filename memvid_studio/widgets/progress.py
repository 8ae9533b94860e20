"""Progress: a four pixel bar, true where the end is known, a moving block where it is not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.paint import panel

_BLOCK = 0.4
_TICK = 33
_PERIOD = 1400


class ProgressBar(QProgressBar):
    """``setRange`` and ``setValue`` as in Qt; ``setRange(0, 0)`` means nobody knows how much is left.

    ``now``: it is about what happens now, so it stays blue while a past moment is shown. ``role`` colours it
    by another role, ``success`` or ``error`` for instance.
    """

    def __init__(self, parent: QWidget | None = None, *, now: bool = True, role: str = "accent") -> None:
        super().__init__(parent)
        self._now = now
        self._role = role
        self._phase = 0
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK)
        self._tick.timeout.connect(self._step)
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._watch)

    def set_role(self, role: str) -> None:
        """Change the colour."""
        self._role = role
        self.update()

    @property
    def indeterminate(self) -> bool:
        """Whether the end is unknown."""
        return self.minimum() == self.maximum()

    def setRange(self, minimum: int, maximum: int) -> None:
        super().setRange(minimum, maximum)
        self._watch()

    def setMaximum(self, maximum: int) -> None:
        super().setMaximum(maximum)
        self._watch()

    def _watch(self) -> None:
        wanted = self.indeterminate and self.isVisible() and not theme().reduced_motion
        if wanted and not self._tick.isActive():
            self._tick.start()
        elif not wanted:
            self._tick.stop()

    def _step(self) -> None:
        self._phase = (self._phase + _TICK) % _PERIOD
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        look = theme()
        return QSize(look.px(120), look.size.progress)

    def minimumSizeHint(self) -> QSize:
        return QSize(16, theme().size.progress)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        height = min(look.size.progress, self.height())
        track = QRectF(0, (self.height() - height) / 2, self.width(), height)
        panel(painter, track, height / 2, look.color("sunken"))
        color = look.color(self._role, now=self._now)
        if not self.indeterminate:
            share = (self.value() - self.minimum()) / (self.maximum() - self.minimum())
            if share > 0:
                done = QRectF(track.x(), track.y(), max(track.width() * min(share, 1.0), height), height)
                panel(painter, done, height / 2, color)
        else:
            block = track.width() * _BLOCK
            # Enters at the left, leaves at the right; without motion it stands in the middle.
            at = 0.5 if theme().reduced_motion else self._phase / _PERIOD
            left = track.x() + at * (track.width() + block) - block
            painter.setClipRect(track)
            panel(painter, QRectF(left, track.y(), block, height), height / 2, color)
        painter.end()
