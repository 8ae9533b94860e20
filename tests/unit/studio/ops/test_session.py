"""Opening, switching, closing; what events of a capsule mean for the window."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import engine
from tests.unit.studio.fakes import FakeCapsule

pytestmark = pytest.mark.gui


def test_a_new_capsule_becomes_the_current_one(qtbot, session, fake_engine, tmp_path):
    path = tmp_path / "new.mv2"
    with qtbot.waitSignals([session.currentChanged, session.listChanged, session.opened]):
        session.create(path)
    assert session.current.path == path
    assert session.current.capsule is fake_engine[path]


def test_what_cannot_be_opened_is_a_problem_with_a_title(qtbot, session):
    with qtbot.waitSignal(session.problem) as told:
        session.open(Path("/nowhere/missing.mv2"))
    assert told.args[0].title == "The file is not there"
    assert "missing.mv2" in told.args[0].text
    assert session.current is None


def test_a_sealed_capsule_asks_for_its_password_until_it_is_right(qtbot, session, fake_engine):
    path = Path("/nowhere/sealed.mv2e")
    fake_engine[path] = FakeCapsule(path)
    with qtbot.waitSignal(session.passwordNeeded) as asked:
        session.open(path)
    assert asked.args[1] == ""
    with qtbot.waitSignal(session.passwordNeeded) as asked:
        session.open(path, "wrong")
    assert "does not open" in asked.args[1]
    with qtbot.waitSignal(session.opened):
        session.open(path, "right")
    assert session.current.sealed
    assert session.problems == []


def test_a_capsule_that_is_open_is_shown_again_not_opened_twice(qtbot, session, fake_engine, tmp_path):
    for name in ("a.mv2", "b.mv2"):
        with qtbot.waitSignal(session.opened):
            session.create(tmp_path / name)
    first = session.held[0]
    session.open(tmp_path / "a.mv2")
    assert session.current is first
    assert len(session.held) == 2


def test_closing_commits_and_shows_the_one_before(qtbot, session, fake_engine, tmp_path, settle):
    for name in ("a.mv2", "b.mv2"):
        with qtbot.waitSignal(session.opened):
            session.create(tmp_path / name)
    capsule = session.current.capsule
    session.close()
    assert session.current.path.name == "a.mv2"
    settle()
    assert capsule.closed
    assert capsule.listeners == []
    with qtbot.waitSignal(session.allClosed):
        session.close_all()
    assert session.current is None


def open_sealed(qtbot, session, fake_engine, name: str) -> FakeCapsule:
    path = Path("/nowhere") / name
    fake_engine[path] = capsule = FakeCapsule(path)
    with qtbot.waitSignal(session.opened):
        session.open(path, "right")
    capsule.put("a change")
    capsule.unsaved = True
    return capsule


def test_a_sealed_capsule_that_cannot_be_saved_comes_back(qtbot, session, fake_engine, settle):
    capsule = open_sealed(qtbot, session, fake_engine, "full.mv2e")
    open_sealed(qtbot, session, fake_engine, "fine.mv2e")
    held, ended = session.held[0], []
    session.allClosed.connect(lambda: ended.append(True))
    capsule.fail_next = engine.StorageError(28, "No space left")
    with qtbot.waitSignal(session.closeRefused) as told:
        session.close_all()
    assert told.args[0] is held
    assert told.args[1].title == "The disk is full"
    settle()
    assert session.current is held
    assert session.held == [held]
    assert not ended
    assert capsule.listeners  # what happens to it is still heard of
    with qtbot.waitSignal(session.allClosed):
        session.close(held.path, discard=True)
    assert capsule.closed
    assert session.problems == []


def test_everything_is_closed_only_when_the_last_one_is(qtbot, session, fake_engine, settle):
    capsules = [open_sealed(qtbot, session, fake_engine, f"{name}.mv2e") for name in "abc"]
    closed = []
    session.allClosed.connect(lambda: closed.append([each.closed for each in capsules]))
    session.close_all()
    settle()
    assert closed == [[True, True, True]]


def test_what_is_opened_too_late_or_twice_is_closed_again(qtbot, session, fake_engine, settle, tmp_path):
    path = tmp_path / "twice.mv2"
    fake_engine[path] = capsule = FakeCapsule(path)
    capsule_of_later = fake_engine[tmp_path / "late.mv2"] = FakeCapsule(tmp_path / "late.mv2")
    session.open(path)
    session.open(path)
    settle()
    assert len(session.held) == 1
    assert len(capsule.listeners) == 1
    session.open(tmp_path / "late.mv2")
    with qtbot.waitSignal(session.allClosed):
        session.close_all()
    assert capsule_of_later.closed
    assert session.held == []
    assert session.current is None


def test_a_burst_of_changes_is_one_word_to_the_window(qtbot, session, notes):
    told = []
    session.contentChanged.connect(told.append)
    for number in range(30):
        notes.put(f"note {number}")
    qtbot.waitUntil(lambda: bool(told))
    assert len(told) < 5
    assert {each for ids in told for each in ids} == set(range(30))


def test_another_program_may_have_changed_anything(qtbot, session, notes):
    with qtbot.waitSignal(session.contentChanged) as told:
        notes.tell(engine.Reloaded(7))
    assert told.args[0] == ()


def test_a_failed_save_is_told_and_forgotten_after_one_that_worked(qtbot, session, notes):
    with qtbot.waitSignal(session.savedChanged):
        notes.tell(engine.WriteFailed("The disk is full. Free some space."))
    assert session.current.write_problem == "The disk is full. Free some space."
    assert session.problems[-1].text == "The disk is full. Free some space."
    # The engine tries again every few seconds: nobody wants to hear of each time.
    notes.tell(engine.WriteFailed("The disk is full. Free some space."))
    qtbot.wait(20)
    assert len(session.problems) == 1
    with qtbot.waitSignal(session.savedChanged):
        notes.tell(engine.Committed(1, 4096))
    assert session.current.write_problem == ""


def test_a_sealed_capsule_is_not_saved_until_it_is(qtbot, session, fake_engine):
    path = Path("/nowhere/sealed.mv2e")
    fake_engine[path] = capsule = FakeCapsule(path)
    with qtbot.waitSignal(session.opened):
        session.open(path, "right")
    with qtbot.waitSignal(session.savedChanged):
        capsule.put("secret")
    assert session.current.unsaved
    with qtbot.waitSignal(session.savedChanged):
        session.save()
    assert capsule.committed
    assert not session.current.unsaved


def test_events_of_a_capsule_in_the_background_do_not_move_the_window(qtbot, session, fake_engine, tmp_path):
    for name in ("a.mv2", "b.mv2"):
        with qtbot.waitSignal(session.opened):
            session.create(tmp_path / name)
    told, jobs = [], []
    session.contentChanged.connect(told.append)
    session.jobChanged.connect(jobs.append)
    background = fake_engine[tmp_path / "a.mv2"]
    background.put("elsewhere")
    background.tell_job(background.ingest([]), 1, 3)
    qtbot.waitUntil(lambda: bool(jobs))
    assert told == []
    assert jobs[0].capsule_path.name == "a.mv2"


@pytest.mark.parametrize("error_number", [(30,), ()])
def test_what_may_not_be_written_is_opened_for_reading(
    qtbot, session, fake_engine, monkeypatch, error_number
):
    path = Path("/nowhere/disc.mv2")
    fake_engine[path] = FakeCapsule(path)

    def on_a_disc(name, *, password=None, read_only=False, config=None):
        if not read_only:
            raise engine.StorageError(*error_number, "“disc.mv2” cannot be changed: no permission.")
        fake_engine[name].read_only = True
        return fake_engine[name]

    monkeypatch.setattr(engine, "open", on_a_disc)
    monkeypatch.setattr(os, "access", lambda _path, mode: mode == os.R_OK)
    with qtbot.waitSignal(session.opened):
        session.open(path)
    assert session.current.read_only
    assert session.problems == []
