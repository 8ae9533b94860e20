from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.extract import render
from memvid_studio import theme as theme_module
from memvid_studio.views.viewers.pane import ViewerPane
from memvid_studio.views.viewers.request import Request
from tests.unit.studio.viewers.fakes import FakeMoment


@pytest.fixture(autouse=True)
def light_and_now(qapp) -> Iterator[None]:
    """Every test begins with the light theme, at now, at 100 %."""
    look = theme_module.install(qapp)
    yield
    look.set_dark(False)
    look.set_past(False)
    look.set_scale(1.0)
    render.forget_all()


@pytest.fixture
def moment() -> FakeMoment:
    return FakeMoment()


@pytest.fixture
def shown(qtbot) -> Callable[[Any], Any]:
    """Shows a widget and gives it back."""

    def show(widget: Any, width: int = 736, height: int = 560) -> Any:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()
        qtbot.waitExposed(widget)
        return widget

    return show


@pytest.fixture
def pane(shown, tasks) -> ViewerPane:
    return shown(ViewerPane(tasks.run))


@pytest.fixture
def load(qtbot, settle) -> Callable[..., Any]:
    """Loads a document into a viewer and waits until it is there."""

    def load(viewer: Any, moment: Any, info: Any, terms: tuple[str, ...] = (), hit: Any = None) -> Any:
        with qtbot.waitSignal(viewer.ready):
            viewer.load(Request(moment, info, hit, terms))
        settle()
        return viewer

    return load
