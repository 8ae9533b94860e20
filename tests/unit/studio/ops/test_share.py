"""Sealing writes a copy and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from memvid_studio.ops.share import SealOrder, Share

pytestmark = pytest.mark.gui


@pytest.fixture
def share(session, notes) -> Share:
    share = Share(session)
    share.problem.connect(session.problems.append)
    return share


def test_what_the_file_still_holds(qtbot, share, notes, tmp_path):
    first = notes.put("one")
    notes.put("two")
    notes.delete(notes.update(first, "one again"))
    (tmp_path / "there.mv2e").touch()
    with qtbot.waitSignal(share.factsReady) as told:
        share.ask_facts(tmp_path / "there.mv2e")
    facts = told.args[0]
    assert (facts.document_count, facts.deleted, facts.superseded) == (1, 1, 1)
    assert facts.target_exists


def test_a_copy_is_written_beside_the_capsule(qtbot, share, notes, tmp_path):
    target = tmp_path / "copy.mv2e"
    with qtbot.waitSignal(share.sealed) as told:
        share.seal(SealOrder(target, "gravel-otter", drop_history=True))
    assert told.args == [target]
    assert target.read_text() == "notes.mv2 gravel-otter True"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_copy_leaves_the_old_one_and_no_rubbish(qtbot, session, share, tmp_path):
    target = tmp_path / "copy.mv2e"
    target.write_text("the old copy")
    with qtbot.waitSignal(share.problem):
        share.seal(SealOrder(target, "no room", drop_history=False))
    assert session.problems[-1].title == "The disk is full"
    assert target.read_text() == "the old copy"
    assert list(tmp_path.iterdir()) == [target]


def test_the_target_is_beside_no_matter_what_it_is_called(qtbot, share, tmp_path):
    target: Path = tmp_path / "odd name.mv2e"
    with qtbot.waitSignal(share.sealed):
        share.seal(SealOrder(target, "x", drop_history=False))
    assert target.exists()
