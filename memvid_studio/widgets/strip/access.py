"""The strip for screen readers: one slider named Timeline whose value is the moment in words."""

from __future__ import annotations

import weakref
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
    def __init__(self, slider: weakref.ref[Slider]) -> None:
        super().__init__()
        self._slider = slider

    def currentValue(self) -> Any:
        slider = self._slider()
        return "" if slider is None else slider.value_in_words()

    def setCurrentValue(self, value: Any) -> None:
        slider = self._slider()
        try:
            step = int(value)
        except (TypeError, ValueError):
            return
        if slider is not None:
            slider.go_to_step(min(max(step, 0), slider.step_count()))

    def minimumValue(self) -> Any:
        return 0

    def maximumValue(self) -> Any:
        slider = self._slider()
        return 0 if slider is None else slider.step_count()

    def minimumStepSize(self) -> Any:
        return 1


class _Timeline(QAccessibleWidget):
    # Qt owns this half and the bindings keep the Python one for good: it must not keep the strip.
    def __init__(self, widget: QWidget, slider: Slider) -> None:
        super().__init__(widget, QAccessible.Role.Slider, tr("Timeline"))
        self._slider = weakref.ref(slider)
        self._value = _Value(self._slider)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        if kind == QAccessible.InterfaceType.ValueInterface:
            # The bindings hand the pointer through as it is.
            return VoidPtr(Shiboken.getCppPointer(self._value)[0])
        return super().interface_cast(kind)

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Value:
            return str(self._value.currentValue())
        return super().text(kind)


_sliders: list[type[QWidget]] = []


def describe_as_slider(kind: type[QWidget]) -> None:
    """From now on widgets of this class, which must be a :class:`Slider`, are announced as sliders."""
    if not _sliders:
        QAccessible.installFactory(_make)
    if kind not in _sliders:
        _sliders.append(kind)


def _make(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    for kind in _sliders:
        if isinstance(thing, kind):
            return _Timeline(thing, thing)  # type: ignore[arg-type]
    return None
