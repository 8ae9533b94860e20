"""Rows are ids; cells come late; what stays keeps its place."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QListView

import engine
from memvid_studio.models.cards import make_card
from memvid_studio.models.results import CARD_ROLE, ID_ROLE, PAGE, ResultsModel
from memvid_studio.ops.look import fetch
from tests.unit.studio.fakes import FakeCapsule

pytestmark = pytest.mark.gui


@pytest.fixture
def capsule() -> FakeCapsule:
    capsule = FakeCapsule()
    for number in range(200):
        capsule.put(f"text {number}", title=f"Title {number}")
    return capsule


@pytest.fixture
def model(tasks) -> ResultsModel:
    return ResultsModel(tasks, fetch)


def ids_of(model: ResultsModel) -> list[int]:
    return [model.index(row).data(ID_ROLE) for row in range(model.rowCount())]


def test_the_model_keeps_the_rules(qtmodeltester, model, capsule):
    qtmodeltester.check(model)
    model.show(capsule.now, np.arange(50))
    model.show_jobs([("a.pdf", None, "document")])
    qtmodeltester.check(model)
    model.show(capsule.now, np.array([3, 1, 60, 2]))
    model.show_jobs([])
    qtmodeltester.check(model)
    model.clear()
    qtmodeltester.check(model)


def test_cells_are_grey_first_and_come_in_batches(qtbot, model, capsule):
    model.show(capsule.now, np.arange(200))
    cards = [model.index(row).data(CARD_ROLE) for row in range(20)]
    assert {card.state for card in cards} == {"loading"}
    assert capsule.frame_calls == [], "data() asked the engine"
    changed = []
    model.dataChanged.connect(lambda first, last: changed.append(first.row()))
    qtbot.waitUntil(lambda: model.card(0).state == "there")
    assert model.card(19).title == "Title 19"
    assert sorted(capsule.frame_calls) == list(range(20)), "only what was looked at, each once"
    assert set(range(20)) <= set(changed)


def test_known_rows_are_never_grey(model, capsule):
    model.show(capsule.now, np.arange(200), known=fetch(capsule.now, (0, 1, 2)))
    assert [model.card(row).state for row in range(4)] == ["there", "there", "there", "loading"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [1, 2, 3]),
        ([1, 2, 3], []),
        ([1, 2, 3], [9, 1, 2, 3]),
        ([1, 2, 3], [1, 2, 9, 8, 3]),
        ([1, 2, 3, 4], [1, 4]),
        ([1, 2, 3], [4, 5, 6]),
        ([1, 2, 3], [1, 2, 3]),
        ([1, 1, 1], [1, 1]),
        ([1, 2, 3], [3, 2, 1]),
    ],
)
def test_any_list_becomes_any_other(qtmodeltester, model, capsule, before, after):
    model.show_jobs([("a.pdf", None, "document")])
    model.show(capsule.now, np.array(before, np.int64))
    moves = []
    model.rowsInserted.connect(lambda parent, first, last: moves.append(last - first + 1))
    model.rowsRemoved.connect(lambda parent, first, last: moves.append(first - last - 1))
    model.show(capsule.now, np.array(after, np.int64))
    assert ids_of(model) == [-1, *after]
    assert sum(moves) == len(after) - len(before)
    qtmodeltester.check(model)


def test_a_row_that_stays_keeps_its_selection(qtbot, model, capsule):
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(model)
    model.show(capsule.now, np.array([5, 6, 7, 8]))
    chosen = model.index(2)
    view.selectionModel().setCurrentIndex(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    model.show(capsule.now, np.array([9, 5, 6, 7, 8]))
    assert view.currentIndex().data(ID_ROLE) == 7
    model.show_jobs([("a", None, "text"), ("b", None, "text")])
    assert view.currentIndex().data(ID_ROLE) == 7
    assert view.selectionModel().isSelected(view.currentIndex())
    view.setModel(None)


def test_another_moment_shows_the_old_cell_until_the_new_one_is_there(qtbot, model, capsule):
    model.show(capsule.now, np.arange(3), known=fetch(capsule.now, (0, 1, 2)))
    capsule.delete(1)
    past = capsule.at(capsule.times[10])
    model.show(past, np.arange(3), past=True)
    assert model.card(1).state == "there"
    assert model.frame(1) is None, "its facts are of another Moment"
    qtbot.waitUntil(lambda: model.card(1).past_note == "deleted 1 Jan 2025")


def test_an_answer_for_an_older_question_is_dropped(qtbot, model, capsule, settle):
    model.show(capsule.now, np.arange(5))
    model.card(4)
    qtbot.wait(0)
    model.clear()
    settle()
    assert model.rowCount() == 0
    assert model.frame(4) is None


def test_rows_of_a_job_can_be_seen_but_not_chosen(model, capsule):
    model.show(capsule.now, np.arange(3))
    progress = engine.Progress(3, 12, "pages")
    model.show_jobs([("report.pdf", progress, "document"), ("b.txt", None, "text")])
    first, second = model.card(0), model.card(1)
    assert (first.state, first.snippet, first.fraction) == ("reading", "Reading, page 4 of 12", 0.25)
    assert (second.state, second.snippet) == ("waiting", "Waiting to be read")
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsSelectable
    assert model.row_of(0) == 2
    assert model.id_at(1) == -1


def test_a_million_rows(qtbot, model, capsule):
    """A view lays out each row it knows: it gets them a page at a time."""
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.setUniformItemSizes(True)
    view.resize(300, 600)
    view.show()
    model.show(capsule.now, np.arange(1_000_000))
    assert model.rowCount() == PAGE
    view.scrollToBottom()
    qtbot.waitUntil(lambda: model.rowCount() == 2 * PAGE)
    model.show(capsule.now, np.arange(1, 1_000_000))
    assert model.rowCount() == 2 * PAGE
    assert model.row_of(7 * PAGE + 1) == 7 * PAGE
    assert model.rowCount() == 8 * PAGE
    assert model.index(7 * PAGE).data(ID_ROLE) == 7 * PAGE + 1
    model.show(capsule.now, np.arange(3))
    assert model.rowCount() == 3
    view.setModel(None)


def test_hits_make_their_rows_at_once_and_ask_for_more_at_the_end(qtbot, model, capsule):
    result = capsule.now.search(engine.SearchQuery("text"), limit=10)
    ids = np.array([hit.document_id for hit in result.hits])
    model.show(capsule.now, ids, hits=result.hits, total=result.total)
    card = model.card(0)
    assert (card.state, card.snippet, card.spans) == ("there", "text 0", ((0, 4),))
    with qtbot.waitSignal(model.moreWanted):
        assert model.canFetchMore(model.index(-1))
        model.fetchMore(model.index(-1))
    model.show(capsule.now, np.arange(200))
    assert not model.canFetchMore(model.index(-1))


def frame(**changes):
    capsule = FakeCapsule()
    capsule.put("the text", title="Report.pdf")
    from dataclasses import replace

    return replace(capsule.now.frame(0), **changes)


def test_what_a_card_says_of_a_pdf_hit():
    info = frame(mime="application/pdf", kind=engine.Kind.DOCUMENT, part_count=24)
    hit = engine.Hit(
        5,
        0,
        "Report.pdf",
        "",
        1.0,
        "…full removal…",
        ((6, 13),),
        ("words",),
        engine.Place(page=7),
        match_count=9,
    )
    card = make_card(0, info, hit)
    assert (card.place, card.meta) == ("p. 7 of 24", "1 Jan 2025 · 9 pages match")
    assert card.sources == ("words",)


def test_what_a_card_says_without_a_search():
    image = make_card(0, frame(kind=engine.Kind.IMAGE, width=4032, height=3024, mime="image/jpeg"), None)
    assert (image.place, image.with_picture) == ("4032 × 3024", True)
    note = make_card(0, frame(mime="text/markdown", tags=("mill", "race")), None)
    assert (note.place, note.meta) == ("note", "1 Jan 2025 · mill, race")
    assert make_card(0, frame(title="", uri=""), None).title == "Untitled"
    assert make_card(0, frame(mime="message/rfc822"), None).kind == "message"
