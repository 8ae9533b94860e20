"""Capsules, kinds and tags in one list that changes without losing its place."""

from __future__ import annotations

from pathlib import Path

import pytest

import engine
from memvid_studio.models.library import CapsuleEntry, LibraryModel, RowKind

pytestmark = pytest.mark.gui

NOTES = CapsuleEntry(Path("/a/notes.mv2"), "notes", sealed=False, count=12031, is_current=True)
SEALED = CapsuleEntry(Path("/a/land.mv2e"), "land", sealed=True, count=None, is_current=False)


@pytest.fixture
def model(qapp) -> LibraryModel:
    return LibraryModel()


def lines(model: LibraryModel) -> list[tuple[str, str]]:
    return [(model.row(n).text, model.row(n).right) for n in range(model.rowCount())]


def test_nothing_open(model, qtmodeltester):
    qtmodeltester.check(model)
    assert lines(model) == [("Capsules", ""), ("Capsules you open are listed here.", "")]


def test_capsules_kinds_and_tags(model, qtmodeltester):
    model.set_capsules([NOTES, SEALED])
    kinds = {engine.Kind.TEXT: 19, engine.Kind.IMAGE: 8}
    model.set_facets(kinds, [("upper weir", 21)], searched=True, active=frozenset({("kind", "text")}))
    qtmodeltester.check(model)
    assert lines(model) == [
        ("Capsules", ""),
        ("notes", "12,031"),
        ("land", "sealed"),
        ("Kinds", "hits"),
        ("Documents", "0"),
        ("Text", "19"),
        ("Images", "8"),
        ("Audio", "0"),
        ("Tables", "0"),
        ("Other", "0"),
        ("Tags", ""),
        ("upper weir", "21"),
    ]
    text = model.row(5)
    assert (text.active, text.faint) == (True, False)
    assert model.row(4).faint, "zero is shown, but faintly"


def test_counts_change_without_a_reset(model):
    model.set_capsules([NOTES])
    model.set_facets({}, [("a", 1), ("b", 1)], searched=False, active=frozenset())
    resets, removed = [], []
    model.modelReset.connect(lambda: resets.append(1))
    model.rowsRemoved.connect(lambda *where: removed.append(where))
    model.set_facets({engine.Kind.TEXT: 2}, [("a", 5), ("b", 1)], searched=False, active=frozenset())
    assert (resets, removed) == ([], [])
    assert ("a", "5") in lines(model)
    model.set_facets({}, [("b", 1)], searched=False, active=frozenset())
    assert len(removed) == 1


def test_a_chosen_tag_stays_in_sight(model):
    many = [(f"tag {n:02}", 50 - n) for n in range(20)]
    model.set_facets({}, many, searched=True, active=frozenset({("tag", "tag 19"), ("tag", "gone")}))
    shown = lines(model)
    assert ("tag 19", "31") in shown
    assert ("gone", "0") in shown
    assert ("tag 15", "35") not in shown
    assert shown[-1] == ("Show 7 more", "")
    model.show_all_tags()
    assert ("tag 15", "35") in lines(model)
    assert model.find(RowKind.TAG, "tag 15").isValid()


def test_no_tags_at_all(model):
    model.set_facets({}, [], searched=False, active=frozenset())
    assert lines(model)[-1] == ("No tags here.", "")


def test_capsules_of_one_name_are_told_apart(model):
    other = CapsuleEntry(Path("/b/old/notes.mv2"), "notes", sealed=False, count=3, is_current=False)
    model.set_capsules([NOTES, SEALED, other])
    assert [text for text, _ in lines(model)][1:4] == ["notes · a", "land", "notes · old"]
    model.set_capsules([NOTES, SEALED])
    assert lines(model)[1] == ("notes", "12,031")
