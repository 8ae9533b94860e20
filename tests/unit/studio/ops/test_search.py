"""One question, one answer: typing, tokens and the playhead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from memvid_studio.ops.look import Filter, Question
from memvid_studio.ops.search import Search
from memvid_studio.ops.timeline import Timeline
from memvid_studio.words import to_ms
from tests.unit.studio.fakes import FakeCapsule

pytestmark = pytest.mark.gui


@pytest.fixture
def search(session, notes: FakeCapsule, settle) -> Any:
    search: Any = Search(session)
    search.views = []
    search.answered.connect(search.views.append)
    notes.put("weir removal restores the reach", title="Options", tags=["upper weir"])
    notes.put("the miller wants his race", title="Letter", tags=["mill"])
    notes.put("gauge at the upper weir", title="Gauge", tags=["upper weir"])
    settle()
    search.views.clear()
    return search


def titles(view) -> list[str]:
    return [view.moment.frame(each).title for each in view.ids]


def test_nothing_asked_is_everything_newest_first(search, settle):
    search.again()
    settle()
    view = search.views[-1]
    assert titles(view) == ["Gauge", "Letter", "Options"]
    assert len(view.recorded.ids) == 0
    assert view.document_count == 3
    assert set(view.first) == set(view.ids.tolist())


def test_words_and_tokens(search, settle):
    search.set_text("weir")
    settle()
    assert titles(search.views[-1]) == ["Options", "Gauge"]
    assert dict(search.views[-1].tags) == {"upper weir": 2}
    search.set_filters((Filter("tag", "mill"),))
    settle()
    assert titles(search.views[-1]) == []
    search.set_text("")
    settle()
    assert titles(search.views[-1]) == ["Letter"]
    search.toggle_filter(Filter("tag", "mill"))
    settle()
    assert search.views[-1].total == 3


def test_a_query_that_cannot_be_read_points_at_the_typed_character(qtbot, search):
    search.set_filters((Filter("tag", "mill"),))
    search.set_text(" weir (")
    with qtbot.waitSignal(search.refused) as told:
        search.submit()
    assert told.args[1] == 6


def test_the_query_is_what_was_typed(search):
    """A space after the last word says that the word is finished."""
    assert Question("weir ", typing=True).query().text == "weir "
    assert Question("   ", typing=True).query().text == ""
    tagged = Question("mill OR wei", (Filter("tag", "a"),), typing=True)
    assert tagged.query().text.endswith("(mill OR wei")
    assert replace(tagged, typing=False).query().text.endswith("(mill OR wei)")


def test_the_past_is_asked_like_now(search, notes, settle):
    past = []
    search.pastChanged.connect(past.append)
    search.go_to(to_ms(notes.times[2]))
    settle()
    view = search.views[-1]
    assert titles(view) == ["Letter", "Options"]
    assert (view.is_past, view.later, view.revision) == (True, 1, 2)
    notes.put("later", title="Later")
    settle()
    assert titles(search.views[-1]) == ["Letter", "Options"]
    assert search.views[-1].later == 2
    search.go_to(None)
    settle()
    assert search.views[-1].document_count == 4
    assert past == [True, False]


def test_every_drag_ends_at_its_last_place(qtbot, search, notes, settle):
    notes.delay = 0.01
    for minute in range(60):
        search.go_to(to_ms(notes.times[1]) + minute * 1000)
        qtbot.wait(1)
    search.go_to(to_ms(notes.times[3]))
    settle()
    assert search.views[-1].revision == 3
    assert 3 < len(search.views) < 61


def test_a_change_is_seen_without_asking(qtbot, search, notes):
    with qtbot.waitSignal(search.answered) as told:
        notes.put("new", title="New")
    assert told.args[0].document_count == 4


def test_the_end_of_the_hits_asks_for_more(qtbot, search, notes, settle):
    for number in range(100):
        notes.put(f"weir {number}")
    search.set_text("weir")
    settle()
    assert len(search.views[-1].ids) == 60
    assert search.views[-1].total == 102
    search.more()
    settle()
    assert len(search.views[-1].ids) == 102
    search.more()
    assert not search._latest.busy, "there is no more"


def test_another_capsule_forgets_the_question(qtbot, session, search, tmp_path, settle):
    search.set_text("weir")
    search.go_to(1)
    with qtbot.waitSignal(session.opened):
        session.create(tmp_path / "other.mv2")
    settle()
    assert search.question == Question()
    assert not search.is_past
    assert search.views[-1].document_count == 0
    with qtbot.waitSignal(search.cleared):
        session.close_all()


def test_the_strip_knows_where_hits_stand(session, search, notes, settle):
    timeline = Timeline(session)
    notes.put("x")
    search.set_text("weir")
    settle()
    life, view = timeline.life, search.views[-1]
    assert life is not None
    assert life.arrays.frame_ids.tolist() == [0, 1, 2, 3]
    assert view.recorded.times_ms.tolist() == [to_ms(notes.times[1]), to_ms(notes.times[3])]
    assert view.recorded.ids.tolist() == [0, 2]


def test_the_version_that_is_looked_at_is_found_at_every_moment(search, notes, settle):
    newer = notes.update(0, "weir removal, decided")
    settle()
    search.keep(newer)
    search.go_to(to_ms(notes.times[1]))
    settle()
    assert search.views[-1].kept.id == 0
    search.go_to(to_ms(notes.times[0]))
    settle()
    assert [view.kept for view in search.views[-1:]] == [None]
    search.go_to(None)
    settle()
    assert search.views[-1].kept.id == newer
