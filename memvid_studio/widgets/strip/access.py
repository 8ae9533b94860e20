"""The strip for screen readers: one slider named Timeline whose value is the moment in words."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleValueInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import Shiboken, VoidPtr

from memvid_studio.words import tr


class Slider(Protocol):
    """What a widget must offer to be read and moved as a slider over the changes of a capsule."""

    def value_in_words(self) -> str:
        """The moment shown."""
        ...

    def step_count(self) -> int:
        """How many changes there are; this step is now."""
        ...

    def go_to_step(self, step: int) -> None:
        """Show the moment of a change, counted from 0, or now."""
        ...


class _Value(QAccessibleValueInterface):
    def __init__(self, slider: Slider) -> None:
        super().__init__()
        self._slider = slider

    def currentValue(self) -> Any:
        return self._slider.value_in_words()

    def setCurrentValue(self, value: Any) -> None:
        try:
            step = int(value)
        except (TypeError, ValueError):
            return
        self._slider.go_to_step(min(max(step, 0), self._slider.step_count()))

    def minimumValue(self) -> Any:
        return 0

    def maximumValue(self) -> Any:
        return self._slider.step_count()

    def minimumStepSize(self) -> Any:
        return 1


class _Timeline(QAccessibleWidget):
    def __init__(self, widget: QWidget, slider: Slider) -> None:
        super().__init__(widget, QAccessible.Role.Slider, tr("Timeline"))
        self._slider = slider
        self._value = _Value(slider)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        if kind == QAccessible.InterfaceType.ValueInterface:
            # The bindings hand the pointer through as it is.
            return VoidPtr(Shiboken.getCppPointer(self._value)[0])
        return super().interface_cast(kind)

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Value:
            return self._slider.value_in_words()
        return super().text(kind)


_kept: dict[int, _Timeline] = {}
_installed: list[bool] = []
_sliders: list[type[QWidget]] = []


def describe_as_slider(kind: type[QWidget]) -> None:
    """From now on widgets of this class, which must be a :class:`Slider`, are announced as sliders."""
    if kind not in _sliders:
        _sliders.append(kind)
    if not _installed:
        _installed.append(True)
        QAccessible.installFactory(_make)


def _make(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    for kind in _sliders:
        if isinstance(thing, kind):
            made = _Timeline(thing, thing)  # type: ignore[arg-type]
            # Qt's cache keeps the pointer only: the Python half has to live as long as the widget.
            key = id(thing)
            _kept[key] = made
            thing.destroyed.connect(partial(_forget, key))
            return made
    return None


def _forget(key: int, _gone: QObject | None = None) -> None:
    _kept.pop(key, None)
