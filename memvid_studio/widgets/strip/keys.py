"""The keys of the strip: everything the mouse can do, and the same words for the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from memvid_studio.widgets.strip.strip import TimelineStrip

_ZOOM = 1.5
_PAGE = 0.8


def press_key(strip: TimelineStrip, event: QKeyEvent) -> bool:
    """Do what a key means; False if it means nothing.

    Left and right go to the change before and after; with Ctrl to the result or checkpoint, with Shift the
    film itself moves. Home is the first change, End and N are now; + and - zoom, 0 shows everything;
    [ and ] begin and end a range at the playhead, Escape drops it; Enter opens the frame added last.
    """
    key, modifiers, view = event.key(), event.modifiers(), strip.view
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    if key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
        back = key == Qt.Key.Key_Left
        if shift:
            strip.pan_by(-0.1 if back else 0.1)
        elif control:
            strip.go_to(view.next_mark(-1 if back else 1))
        else:
            strip.go_to(view.step_back() if back else view.step_on())
        return True
    if control or modifiers & Qt.KeyboardModifier.AltModifier:
        return False
    if key in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}:
        strip.pan_by(-_PAGE if key == Qt.Key.Key_PageUp else _PAGE)
    elif key == Qt.Key.Key_Home:
        strip.go_to(view.first_stop())
    elif key in {Qt.Key.Key_End, Qt.Key.Key_N}:
        strip.go_to(None)
    elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
        strip.zoom_by(_ZOOM)
    elif key in {Qt.Key.Key_Minus, Qt.Key.Key_Underscore}:
        strip.zoom_by(1 / _ZOOM)
    elif key == Qt.Key.Key_0:
        strip.zoom_fit()
    elif key in {Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight}:
        _set_range_end(strip, at_start=key == Qt.Key.Key_BracketLeft)
    elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
        strip.activate_shown()
    elif key == Qt.Key.Key_Escape and view.range is not None:
        strip.clear_range()
    else:
        return False
    return True


def _set_range_end(strip: TimelineStrip, *, at_start: bool) -> None:
    view = strip.view
    here = view.head_ms
    start, end = view.range if view.range is not None else (view.first_ms, view.now_ms)
    start, end = (here, max(end, here)) if at_start else (min(start, here), here)
    strip.put_range(start, end)
