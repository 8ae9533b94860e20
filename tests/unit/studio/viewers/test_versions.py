from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import engine
from memvid_studio.views.viewers.changes import load_since
from memvid_studio.views.viewers.history import HistoryView, VersionModel, author_icon, counts_text
from memvid_studio.views.viewers.request import Request
from memvid_studio.views.viewers.versions import compare_lines, headline, load_versions, span_of
from tests.unit.studio.viewers.fakes import START, note_with_versions

FIRST = "# Decision log\n\nThree options.\n\n- Sediment behind the weir: not yet sampled.\n"
SECOND = FIRST.replace("not yet sampled.", "2,100 m³, a third of it fine.")
THIRD = SECOND + "\n## Costs\n\n1. 120 for the pass\n"


def test_each_version_says_what_it_changed() -> None:
    capsule = note_with_versions(FIRST, SECOND, THIRD)
    info = capsule.now.frame(20)
    versions = load_versions(capsule.now, info, capsule.at)
    assert [each.number for each in versions] == [1, 2, 3]
    assert versions[0].summary == "Decision log"
    assert counts_text(versions[0]) == "5 lines"
    assert versions[1].summary == "Sediment behind the weir: 2,100 m³, a third of it fine."
    assert counts_text(versions[1]) == "+1 -1"
    assert versions[2].summary == "Costs"
    assert counts_text(versions[2]) == "+4"
    assert span_of(versions) == "3 versions in 40 days"


def test_without_texts_the_operation_is_named() -> None:
    capsule = note_with_versions(FIRST, SECOND)
    versions = load_versions(capsule.now, capsule.now.frame(10), None)
    assert [each.summary for each in versions] == ["Added", "Changed"]
    assert counts_text(versions[1]) == ""


def test_other_operations_and_lost_texts_have_their_entries() -> None:
    capsule = note_with_versions(FIRST, FIRST, SECOND, SECOND)
    now = capsule.now
    operations = [
        engine.Operation.PUT,
        engine.Operation.TAG,
        engine.Operation.UPDATE,
        engine.Operation.RESTORE,
    ]
    now.versions = [
        replace(each, operation=operation) for each, operation in zip(now.versions, operations, strict=True)
    ]
    gone = engine.Revision(5, START + timedelta(days=200), engine.Operation.DELETE, 30, "", None)
    found = engine.Revision(6, START + timedelta(days=201), engine.Operation.EXTRACTED, 30, "", None)
    now.versions += [gone, found]
    now.revision = 6
    capsule.moments[3].stored.clear()
    versions = load_versions(now, now.frame(30), capsule.at)
    assert [(each.number, each.summary) for each in versions] == [
        (1, "Decision log"),
        (2, "Tags changed"),
        (3, "Changed"),
        (4, "Decision log"),
        (0, "Deleted"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["a"], ["a", "- [x] **b** `c`"], (1, 0, "b c")),
        (["a", "14 October 2024"], ["a"], (0, 1, "Without: 14 October 2024")),
        (["a"], ["", "## 14 October 2024", "a"], (2, 0, "14 October 2024")),
        (["|a|"], ["|a|", "|---|"], (1, 0, "")),
        ([], [], (0, 0, "")),
    ],
)
def test_lines_are_compared_and_the_first_new_one_speaks(old, new, expected) -> None:
    assert compare_lines(old, new) == expected


def test_a_headline_is_the_first_line_that_says_something() -> None:
    assert headline("\n\n---\n> ## Title\nmore") == "Title"
    assert headline("") == ""


def test_the_past_knows_which_version_it_is_and_what_came_later() -> None:
    capsule = note_with_versions(FIRST, SECOND, THIRD)
    capsule.now.changes = engine.Changes((1, 2, 3), ((0, 20),), (7,))
    past = capsule.at(1)
    since = load_since(Request(past, past.frame(0), None, ()), capsule.now, capsule.at)
    assert (since.added, since.changed, since.removed) == (3, 1, 1)
    assert (since.version, since.versions) == (1, 3)
    assert [each.number for each in since.later] == [2, 3]


def test_the_list_has_the_newest_first_with_its_badges(qtmodeltester) -> None:
    capsule = note_with_versions(FIRST, SECOND, THIRD)
    model = VersionModel()
    model.set_versions(load_versions(capsule.now, capsule.now.frame(20), capsule.at), shown_frame=10)
    qtmodeltester.check(model)
    assert [model.versions[row].number for row in range(3)] == [3, 2, 1]
    assert [model.badge(row) for row in range(3)] == ["now", "shown", ""]
    said = str(model.data(model.index(1, 0)))
    assert said.startswith("Version 2, shown, Sediment behind the weir")
    assert "field-bot" in said


@pytest.fixture
def history(shown) -> HistoryView:
    view = shown(HistoryView())
    capsule = note_with_versions(FIRST, SECOND, THIRD)
    versions = load_versions(capsule.now, capsule.now.frame(20), capsule.at)
    view.set_versions(versions, 20, latest_is_now=True, can_restore=True)
    return view


def test_an_older_version_can_be_gone_to_and_restored(history, qtbot) -> None:
    assert history.chosen().number == 3
    assert not history._restore.isVisible()
    assert not history._go.isEnabled()
    history.list.setCurrentIndex(history.model.index(2, 0))
    assert history._restore.text() == "Restore version 1"
    assert history._hint.text() == "Restoring adds version 4. Nothing is lost, and undo takes it back."
    with qtbot.waitSignal(history.restoreRequested) as restored:
        history._restore.click()
    assert restored.args == [0]
    with qtbot.waitSignal(history.momentRequested) as went:
        history._go.click()
    assert went.args == [1]


def test_in_the_past_nothing_can_be_restored(history) -> None:
    capsule = note_with_versions(FIRST, SECOND)
    versions = load_versions(capsule.now, capsule.now.frame(10), capsule.at)
    history.set_versions(versions, 0, latest_is_now=True, can_restore=False)
    assert history.chosen().number == 1
    assert not history._restore.isVisible()


def test_rows_are_76_high_and_no_history_is_no_trouble(history) -> None:
    assert history.list.visualRect(history.model.index(1, 0)).height() == 76
    history.set_versions((), 0, latest_is_now=False, can_restore=True)
    assert history.chosen() is None
    history.grab()


def test_programs_and_people_have_their_icons() -> None:
    assert author_icon("field-bot") == "robot-outline"
    assert author_icon("memvid-sdk 2.0") == "robot-outline"
    assert author_icon("Marta Lindqvist") == "account-outline"
