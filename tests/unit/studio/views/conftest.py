"""The window with everything behind it, on capsules in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

import engine
from memvid_studio import settings as keys
from memvid_studio.app import Options, Studio
from tests.support.studio import close_studio


@pytest.fixture
def studio(qtbot, tmp_path) -> Iterator[Any]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    studio: Any = Studio(app, Options(scratch=True))
    studio.settings.set(keys.THEME, "light")
    studio.settings.set(keys.REDUCED_MOTION, True)
    studio.settings.set(keys.LAST_FOLDER, str(tmp_path))
    studio.told = []
    studio.context.told.connect(lambda title, text: studio.told.append((title, text)))
    studio.window.resize(1440, 900)
    studio.start()
    yield studio
    close_studio(qtbot, studio)


@pytest.fixture
def notes(tmp_path) -> Path:
    """A capsule of five notes; the fourth has a second version, the fifth is deleted."""
    path = tmp_path / "notes.mv2"
    with engine.create(path) as capsule:
        capsule.put(
            "weir removal restores the reach", title="Options", tags=["upper weir"], timestamp=1_600_000_000
        )
        capsule.put("the miller wants his race", title="Letter", tags=["mill"], timestamp=1_610_000_000)
        capsule.put("gauge at the upper weir", title="Gauge", tags=["upper weir"], timestamp=1_620_000_000)
        log = capsule.put("first decision", title="Log", mime="text/markdown", timestamp=1_630_000_000)
        gone = capsule.put("cost of the weir", title="Budget", timestamp=1_640_000_000)
        capsule.update(log, "first decision, second decision")
        capsule.delete(gone)
    return path


@pytest.fixture
def open_notes(qtbot, studio, notes) -> Callable[[], Studio]:
    """Opens the capsule of notes and waits until it is shown."""

    def open_it() -> Studio:
        studio.desk.session.open(notes)
        qtbot.waitUntil(lambda: studio.window.results_model.rowCount() == 4)
        qtbot.waitUntil(lambda: studio.desk.timeline.life is not None)
        return studio

    return open_it
