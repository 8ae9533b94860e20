"""A session on a capsule made of lists."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale
from shiboken6 import delete

import engine
from memvid_studio.bridge.tasks import Tasks
from tests.unit.studio.fakes import FakeCapsule


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Numbers and dates as an English desktop shows them, whatever the machine is set to."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def tasks(qapp) -> Iterator[Tasks]:
    """Pool threads that end with the test."""
    tasks = Tasks()
    yield tasks
    tasks.close()
    # Qt objects in cycles end on this thread, not on a pool thread of the next test.
    gc.collect()


@pytest.fixture
def fake_engine(monkeypatch) -> dict[Path, FakeCapsule]:
    """``engine.create`` and ``engine.open`` give fakes; what was made or may be opened, by path."""
    made: dict[Path, FakeCapsule] = {}

    def create(path, *, config=None):
        made[path] = FakeCapsule(path)
        return made[path]

    def probe(path):
        if path not in made:
            raise engine.CapsuleNotFound(f"{path.name} is not there.")
        return engine.FileFacts(path, "capsule", path.suffix == ".mv2e", 4096, "2.1")

    def open_(path, *, password=None, config=None):
        if path.suffix == ".mv2e" and password != "right":
            raise engine.WrongPassword("This password does not open it.")
        return made[path]

    monkeypatch.setattr(engine, "create", create, raising=False)
    monkeypatch.setattr(engine, "open", open_, raising=False)
    monkeypatch.setattr(engine, "probe", probe, raising=False)
    return made


@pytest.fixture
def session(qtbot, tasks, fake_engine):
    from memvid_studio.ops.session import Session

    session: Any = Session(tasks)
    session.problems = []
    session.problem.connect(session.problems.append)
    yield session
    delete(session)


@pytest.fixture
def notes(qtbot, session, fake_engine) -> FakeCapsule:
    """An open, empty capsule."""
    path = Path("/nowhere/notes.mv2")
    fake_engine[path] = FakeCapsule(path)
    with qtbot.waitSignal(session.opened):
        session.open(path)
    return fake_engine[path]


@pytest.fixture
def settle(qtbot, tasks) -> Callable[[], None]:
    """Waits until no call is under way and events were delivered."""

    def wait() -> None:
        qtbot.wait(5)
        qtbot.waitUntil(lambda: tasks.pending == 0)
        qtbot.wait(5)

    return wait
