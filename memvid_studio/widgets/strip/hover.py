"""Waits until the mouse rests, then shows the card; lights up what is pointed at right away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaMethod, QObject, QPointF, QTimer

from memvid_studio.theme import theme
from memvid_studio.widgets.strip.card import HoverCard, Preview

if TYPE_CHECKING:
    from memvid_studio.widgets.strip.strip import TimelineStrip
    from memvid_studio.widgets.strip.view import Hover

__all__ = ["HoverWatch", "Preview"]


class HoverWatch(QObject):
    """Belongs to one strip. ``pointed`` is the stretch in px that is lit up."""

    def __init__(self, strip: TimelineStrip) -> None:
        super().__init__(strip)
        self._strip = strip
        self._card: HoverCard | None = None
        self._hover: Hover | None = None
        self._at = QPointF()
        self.pointed: tuple[float, float] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._show)

    def move(self, at: QPointF) -> None:
        """The mouse moved over the strip without a button."""
        self._at = at
        found = self._strip.hover_at(at)
        hover = None if found is None or found[0].is_empty else found[0]
        if hover == self._hover:
            return
        self._point_at(found[1] if found is not None and hover is not None else None)
        self._hover = hover
        self._strip.hovered.emit(hover)
        if hover is None:
            self._rest.stop()
            self._hide()
        else:
            self._rest.start(theme().motion.hover_delay)

    def forget(self) -> None:
        """The mouse left, pressed or the film moved: nothing is pointed at."""
        self._rest.stop()
        self._point_at(None)
        self._hide()
        if self._hover is not None:
            self._hover = None
            self._strip.hovered.emit(None)

    def set_previews(self, hover: Hover, previews: list[Preview]) -> None:
        """Hand the card its pictures, if it still shows this."""
        if self._card is not None and self._card.isVisible() and hover == self._hover:
            self._card.set_previews(previews)

    def card(self) -> HoverCard | None:
        """The card, once it has been shown."""
        return self._card

    def _show(self) -> None:
        strip, hover = self._strip, self._hover
        window = strip.window()
        if hover is None or not strip.isVisible() or window is strip:
            return
        if self._card is None or self._card.parentWidget() is not window:
            self._hide()
            self._card = HoverCard(window)
        wanted = strip.isSignalConnected(QMetaMethod.fromSignal(strip.previewsWanted))
        self._card.show_for(hover, strip.view.calendar, strip, previews=wanted)
        if hover.total:
            strip.previewsWanted.emit(hover)

    def _hide(self) -> None:
        if self._card is not None:
            self._card.hide()

    def _point_at(self, stretch: tuple[float, float] | None) -> None:
        if stretch != self.pointed:
            self.pointed = stretch
            self._strip.update()
