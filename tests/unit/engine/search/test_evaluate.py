"""What a search answers, field by field."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.errors import QueryError
from engine.index.lexical import LexicalIndex
from engine.index.shard import IndexDamaged
from engine.search import evaluate
from engine.search.evaluate import search
from engine.types import Kind, Place, SearchQuery, SearchResult
from tests.unit.engine.search.plain_ledger import PlainLedger

if TYPE_CHECKING:
    from engine.search.evaluate import SearchLedger
    from engine.store.ledger import Ledger

    def the_store_fits(ledger: Ledger) -> SearchLedger:
        """For the type checker: what the store offers is what a search asks for."""
        return ledger


DAY = 86_400


@pytest.fixture
def index() -> Iterator[LexicalIndex]:
    index = LexicalIndex()
    yield index
    index.close()


@pytest.fixture
def ledger() -> PlainLedger:
    return PlainLedger()


def ids(result: SearchResult) -> list[int]:
    return [hit.document_id for hit in result.hits]


def test_a_hit_has_all_that_is_shown(index: LexicalIndex, ledger: PlainLedger) -> None:
    ledger.put("something else", title="Other", timestamp=DAY)
    book = ledger.put(
        parts=("About rivers.", "The removal of the upper weir.", "The lower weir."),
        title="Options",
        uri="mv2://options",
        mime="application/pdf",
        kind=Kind.DOCUMENT,
        timestamp=2 * DAY,
    )
    moment = object()
    result = search(index, ledger, ledger.revision, "weir removal", moment=moment)
    assert result.total == 1
    assert result.total_exact
    assert result.moment is moment
    assert result.note == ""
    assert result.terms == ("weir", "removal")
    assert result.took_ms > 0
    assert result.document_ids.dtype == np.int64
    assert result.document_ids.tolist() == [book]
    (hit,) = result.hits
    assert hit.document_id == book
    assert hit.frame_id == book + 2
    assert hit.place == Place(page=2)
    assert hit.title == "Options"
    assert hit.uri == "mv2://options"
    assert hit.mime == "application/pdf"
    assert hit.kind is Kind.DOCUMENT
    assert hit.timestamp == datetime(1970, 1, 3, tzinfo=UTC)
    assert hit.sources == ("words",)
    assert hit.match_count == 2
    assert hit.snippet == "The removal of the upper weir."
    assert [hit.snippet[start:end] for start, end in hit.spans] == ["removal", "weir"]
    assert hit.score > 0
    pickle.dumps(result.hits)


def test_words_of_one_document_may_stand_on_different_pages(index: LexicalIndex, ledger: PlainLedger) -> None:
    book = ledger.put(parts=("upper", "weir", "neither"))
    ledger.put("upper")
    assert ids(search(index, ledger, ledger.revision, "upper weir")) == [book]
    assert ids(search(index, ledger, ledger.revision, '"upper weir"')) == []
    assert ids(search(index, ledger, ledger.revision, "neither -upper")) == []


def test_the_empty_query_lists_everything_newest_first(index: LexicalIndex, ledger: PlainLedger) -> None:
    for when in (3, 1, 2, 2):
        ledger.put(f"note {when}", timestamp=when * DAY)
    gone = ledger.put("gone", timestamp=9 * DAY)
    ledger.delete(gone)
    result = search(index, ledger, ledger.revision, " ")
    assert ids(result) == [0, 3, 2, 1]
    assert result.hits[0].snippet == "note 3"
    assert result.terms == ()
    assert ids(search(index, ledger, ledger.revision, "*", limit=2)) == [0, 3]
    assert search(index, ledger, ledger.revision, "", limit=0).total == 4
    assert ids(search(index, ledger, 0, "")) == []


def test_sorts_and_kinds(index: LexicalIndex, ledger: PlainLedger) -> None:
    ledger.put("weir", title="Page 10", timestamp=1, kind=Kind.TABLE)
    ledger.put("weir weir weir", title="page 9", timestamp=2)
    ledger.put("weir and a lot of other words", title="", timestamp=3)
    ledger.put("weir", title="Äpfel", timestamp=3)

    def sorted_by(sort: str, **more: object) -> list[int]:
        return ids(search(index, ledger, 4, SearchQuery("weir", sort=sort, **more)))  # type: ignore[arg-type]

    assert sorted_by("newest") == [3, 2, 1, 0]
    assert sorted_by("oldest") == [0, 1, 2, 3]
    assert sorted_by("title") == [3, 1, 0, 2]
    assert sorted_by("relevance") == [1, 3, 0, 2]
    assert sorted_by("newest", kinds=(Kind.TABLE, Kind.AUDIO)) == [0]
    assert sorted_by("title", kinds=(Kind.AUDIO,)) == []
    with pytest.raises(ValueError, match="sort is one of"):
        sorted_by("size")


def test_a_few_of_many_in_the_right_order(index: LexicalIndex, ledger: PlainLedger) -> None:
    for number in range(300):
        ledger.put("weir", timestamp=number * 7 % 100)
    best = ids(search(index, ledger, 300, "weir", limit=12))
    wanted = sorted(range(300), key=lambda each: (-(each * 7 % 100), -each))[:12]
    assert best == wanted
    assert ids(search(index, ledger, 300, SearchQuery("weir", sort="oldest"), limit=3)) == [0, 100, 200]


def test_a_title_counts_more(index: LexicalIndex, ledger: PlainLedger) -> None:
    ledger.put("a weir among some other words of this text")
    titled = ledger.put("some other words that are in this text", title="The weir")
    result = search(index, ledger, 2, "weir")
    assert ids(result) == [titled, 0]
    assert result.hits[0].snippet == "some other words that are in this text"
    assert result.hits[0].match_count == 1


def test_found_by_its_title_a_book_shows_its_first_page(index: LexicalIndex, ledger: PlainLedger) -> None:
    first = ledger.put(parts=("page one", "page two"), title="Weirs")
    second = ledger.change(first, title="More weirs")
    (hit,) = search(index, ledger, ledger.revision, "weirs").hits
    assert (hit.document_id, hit.frame_id, hit.place) == (second, second, None)
    assert hit.snippet == "page one"


@pytest.mark.parametrize("is_typing", [False, True])
def test_a_page_stands_for_its_document_whatever_title_and_source_say(
    index: LexicalIndex, ledger: PlainLedger, is_typing: bool
) -> None:
    pages = (
        "The mill and its history, at length.",
        "Removal of the weir costs more than a weir.",
        "Upper weir.",
    )
    name = "Weir removal options.pdf"
    book = ledger.put(f"{name} weir removal weir removal", parts=pages, title=name)
    ledger._add(is_part=True, title="Weir removal", text="A heading of its own.", group=book)
    query = SearchQuery("weir remov" if is_typing else "weir removal", is_typing=is_typing)
    (hit,) = search(index, ledger, ledger.revision, query).hits
    assert (hit.document_id, hit.frame_id, hit.place) == (book, book + 2, Place(page=2))
    assert hit.match_count == 2
    assert hit.snippet == pages[1]
    assert [hit.snippet[start:end] for start, end in hit.spans] == ["Removal", "weir", "weir"]

    retagged = ledger.change(book, tags=("read",))
    (hit,) = search(index, ledger, ledger.revision, query).hits
    assert (hit.document_id, hit.frame_id, hit.match_count) == (retagged, book + 2, 2)


def test_without_a_matching_page_the_document_stands_for_itself(
    index: LexicalIndex, ledger: PlainLedger
) -> None:
    book = ledger.put("<h1>Weirs</h1> <!-- todo -->", parts=("Dams", "Rivers"), title="Water")
    chapter = ledger._add(is_part=True, title="Gravel", text="Of stones.", group=book)
    (hit,) = search(index, ledger, 1, "todo").hits
    assert (hit.frame_id, hit.match_count, hit.snippet) == (book, 1, "<h1>Weirs</h1> <!-- todo -->")
    (hit,) = search(index, ledger, 1, "gravel").hits
    assert (hit.frame_id, hit.match_count, hit.snippet) == (chapter, 1, "Of stones.")
    (hit,) = search(index, ledger, 1, "water").hits
    assert (hit.frame_id, hit.match_count) == (book, 1)


def test_a_title_that_matches_too_puts_a_document_first(index: LexicalIndex, ledger: PlainLedger) -> None:
    ledger.put(parts=("a weir among many other words", "weir weir"), title="Notes")
    titled = ledger.put(parts=("a weir among many other words", "nothing"), title="The weir")
    first, second = search(index, ledger, ledger.revision, "weir").hits
    assert (first.document_id, first.frame_id, first.match_count) == (titled, titled + 1, 1)
    assert (second.frame_id, second.match_count) == (2, 2)
    assert first.score > second.score


def test_edits_and_deletions_are_judged_by_the_moment(index: LexicalIndex, ledger: PlainLedger) -> None:
    old = ledger.put("the old weir", tags=("a",))
    new = ledger.update(old, "the new dam")
    ledger.delete(new)
    back = ledger.change(new, tags=("b",))
    assert [ids(search(index, ledger, revision, "weir")) for revision in range(5)] == [[], [old], [], [], []]
    assert [ids(search(index, ledger, revision, "dam")) for revision in range(5)] == [
        [],
        [],
        [new],
        [],
        [back],
    ]
    assert [ids(search(index, ledger, revision, "tag:a")) for revision in range(5)] == [
        [],
        [old],
        [new],
        [],
        [],
    ]
    assert ids(search(index, ledger, 4, "tag:b")) == [back]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("cafe", True),
        ("CAFÉ", True),
        ("tokyo 東京", True),
        ("京タ", True),
        ("京東", False),
        ("東*", True),
        ('"im cafe"', True),
        ('"cafe im"', False),
        ("don't", True),
        ("strasse", True),
        ("stra*", True),
        ("str*ss", False),
        ("cafes", False),
    ],
)
def test_accents_and_scripts(index: LexicalIndex, ledger: PlainLedger, query: str, is_found: bool) -> None:
    ledger.put("Im Café an der Straße. Don't miss 東京タワー in Tokyo.")
    assert ids(search(index, ledger, 1, query)) == ([0] if is_found else [])


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("tag:weir", True),
        ('tag:"weir"', False),
        ('tag:"Upper Weir"', True),
        ("tag:project", True),
        ("tag:alpha", True),
        ("tag:project=alpha", True),
        ('tag:"project=alpha"', True),
        ("tag:c++", True),
        ("tag:c", True),
        ('tag:"c"', False),
        ('tag:"c#"', False),
        ("tag:up*", True),
        ('tag:"up*"', False),
        ("tag:*pha", True),
        ("tag:cafe", True),
        ("tag:*", True),
        ("label:todo", True),
        ("label:*", True),
        ("track:notes", True),
        ("track:trip", True),
        ("mime:application/pdf", True),
        ("mime:pdf", True),
        ('mime:"pdf"', False),
        ("mime:application/*", True),
        ("uri:MV2://a/B", True),
        ("uri:mv2://a", False),
        ("uri:mv2://a/*", True),
        ("uri:*b", True),
        ("uri:b", False),
        ("kind:document", True),
        ("kind:Text", False),
        ("title:two", True),
        ('title:"two words"', True),
        ('title:"words two"', False),
        ("title:wor*", True),
        ("title:page", False),
        ("page", True),
        ("heading", True),
        ("title:heading", False),
        ("tag:page", False),
        ("date:1970-01-03", True),
        ("date:1970-01-02", False),
        ("date:[1970-01-03 TO 1970-01-03]", True),
        ("date:[* TO 1970-01-02]", False),
        ("date:[1970-01-04 TO *]", False),
        ("date:1970", True),
        ("date:1970-01-03T00:00:05Z", True),
        ("date:1970-01-03T00:00:06Z", False),
        ("-tag:weir", False),
        ("-tag:dam", True),
    ],
)
def test_fields(index: LexicalIndex, ledger: PlainLedger, query: str, is_found: bool) -> None:
    ledger.put(
        parts=("page",),
        title="Two words",
        uri="mv2://A/b",
        tags=("Upper weir", "project=Alpha", "C++", "Café"),
        labels=("todo",),
        track="notes of a trip",
        mime="application/pdf",
        kind=Kind.DOCUMENT,
        timestamp=2 * DAY + 5,
    )
    ledger._add(is_part=True, title="heading", tags=("page",), group=0)
    assert ids(search(index, ledger, 1, query)) == ([0] if is_found else [])


def test_times_before_1970_and_beyond_the_calendar(index: LexicalIndex, ledger: PlainLedger) -> None:
    early = ledger.put("weir", timestamp=-157_766_400)  # 1965-01-01
    far = ledger.put("weir", timestamp=1 << 50)
    assert ids(search(index, ledger, 2, "date:1965-01")) == [early]
    assert ids(search(index, ledger, 2, "date:[2100 TO *]")) == [far]
    far_hit, early_hit = search(index, ledger, 2, "weir").hits
    assert far_hit.timestamp is None
    assert early_hit.timestamp == datetime(1965, 1, 1, tzinfo=UTC)


def test_a_prefix_prefers_the_whole_word(index: LexicalIndex, ledger: PlainLedger) -> None:
    ledger.put("planets and more")
    whole = ledger.put("plan and more")
    other = ledger.put("planning and more")
    result = search(index, ledger, 3, "plan*")
    assert set(ids(result)) == {0, whole, other}
    assert ids(result)[0] == whole
    assert result.terms == ("plan*",)
    assert [hit.snippet[slice(*hit.spans[0])] for hit in result.hits if hit.document_id == other] == [
        "planning"
    ]


def test_a_prefix_of_very_many_words(index: LexicalIndex, ledger: PlainLedger) -> None:
    for number in range(400):
        ledger.put(f"w{number:03} end")
    assert search(index, ledger, 400, "w*").total == 400
    assert search(index, ledger, 400, "w1*").total == 100
    assert search(index, ledger, 400, '"w12 e"*').total == 0
    assert search(index, ledger, 400, '"w120 e"*').total == 1


def test_more_matches_than_are_fetched_at_once(
    index: LexicalIndex, ledger: PlainLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.index.shard.FETCH_HITS", 50)
    for number in range(700):
        ledger.put("weir" if number % 3 or number < 200 else "dam")
    result = search(index, ledger, 700, "weir", limit=5)
    assert result.document_ids.tolist() == [each for each in range(700) if each % 3 or each < 200]
    assert result.total_exact


def test_what_most_frames_hold_is_weighed_at_the_top(
    index: LexicalIndex, ledger: PlainLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.index.shard.WEIGHED_HITS", 5)
    for number in range(40):
        ledger.put(
            "dam" if number % 4 == 0 else "weir weir" if number in (9, 11) else "weir and river",
            timestamp=number,
        )
    result = search(index, ledger, 40, "weir", limit=40)
    assert result.document_ids.tolist() == [each for each in range(40) if each % 4]
    assert ids(result)[:2] == [11, 9]
    assert ids(search(index, ledger, 40, "-weir", limit=3)) == [36, 32, 28]
    assert search(index, ledger, 40, "title:weir").total == 0


def test_a_query_without_words(index: LexicalIndex, ledger: PlainLedger) -> None:
    ledger.put("weir & dam")
    result = search(index, ledger, 1, "… & ?")
    assert result.total == 0
    assert "no word" in result.note
    assert ids(search(index, ledger, 1, "weir & dam")) == [0]
    assert ids(search(index, ledger, 1, "weir OR &")) == [0]
    assert ids(search(index, ledger, 1, "-& weir")) == [0]


def test_what_was_excluded_is_not_highlighted(index: LexicalIndex, ledger: PlainLedger) -> None:
    ledger.put("weir and dam")
    ledger.put("weir alone")
    result = search(index, ledger, 2, "weir NOT dam")
    assert result.terms == ("weir",)
    assert ids(result) == [1]
    assert search(index, ledger, 2, "NOT (NOT weir)").terms == ("weir",)
    (first, second) = search(index, ledger, 2, "-nothing").hits
    assert (first.score, first.spans, first.match_count) == (0, (), 1)
    assert second.document_id == 0


def test_other_modes_are_answered_by_words_and_say_so(index: LexicalIndex, ledger: PlainLedger) -> None:
    ledger.put("weir")
    result = search(index, ledger, 1, "weir", modes=("meaning", "images"))
    assert result.total == 1
    assert "by meaning and for images" in result.note


def test_mistakes_are_refused_unless_still_typing(index: LexicalIndex, ledger: PlainLedger) -> None:
    ledger.put("the upper weir")
    with pytest.raises(QueryError) as caught:
        search(index, ledger, 1, 'weir AND "upper w')
    assert caught.value.position == 9
    result = search(index, ledger, 1, SearchQuery('the AND "upper w', is_typing=True))
    assert result.total == 0  # one letter stands for itself
    result = search(index, ledger, 1, SearchQuery('the AND "upper we', is_typing=True))
    assert ids(result) == [0]
    assert result.terms == ("the", "upper we*")


def test_a_half_typed_word_is_a_beginning_at_any_moment(index: LexicalIndex, ledger: PlainLedger) -> None:
    old = ledger.put("the removal", tags=("removal",))
    ledger.put("to remove a weir", title="Removed")
    new = ledger.update(old, "the dam")
    ledger.put("rem")

    def typed(text: str, revision: int, **more: object) -> list[int]:
        query = SearchQuery(text, is_typing=True, sort="oldest", **more)  # type: ignore[arg-type]
        return search(index, ledger, revision, query).document_ids.tolist()

    assert [typed("rem", revision) for revision in range(5)] == [[], [old], [old, 1], [1], [1, 3]]
    assert [typed("the rem", revision) for revision in range(5)] == [[], [old], [old], [], []]
    assert [typed('"the rem', revision) for revision in range(5)] == [[], [old], [old], [], []]
    assert [typed("title:rem", revision) for revision in range(5)] == [[], [], [1], [1], [1]]
    assert [typed("-rem", revision) for revision in range(5)] == [[], [], [], [new], [new]]
    # Finished, too short, a tag: taken as it stands.
    assert [typed("rem ", revision) for revision in range(5)] == [[], [], [], [], [3]]
    assert typed("rem weir", 2) == []
    assert typed("r", 4) == []
    assert typed("tag:rem", 1) == typed("tag:remov", 1) == []
    assert typed("tag:removal", 1) == typed("tag:rem*", 1) == [old]
    assert typed("removed", 4) == search(index, ledger, 4, "removed").document_ids.tolist() == [1]
    assert typed("rem", 4, kinds=(Kind.IMAGE,)) == []


def test_a_half_typed_word_in_both_parts_of_the_index(tmp_path: Path, ledger: PlainLedger) -> None:
    index = LexicalIndex(tmp_path / "words")
    ledger.put("removal of a weir")
    index.catch_up(ledger)
    index.flush(ledger)
    assert index.facts.saved == 1
    ledger.put("weirs are removed")
    query = SearchQuery("weir remov", is_typing=True)
    assert set(ids(search(index, ledger, 2, query))) == {0}
    assert set(ids(search(index, ledger, 2, SearchQuery("remov", is_typing=True)))) == {0, 1}
    assert set(ids(search(index, ledger, 1, SearchQuery("remov", is_typing=True)))) == {0}
    index.close()


def test_content_that_cannot_be_read_is_a_hit_without_snippet(
    index: LexicalIndex, ledger: PlainLedger
) -> None:
    ledger.put("weir", title="A title")
    search(index, ledger, 1, "weir")
    ledger.gone.add(0)
    (hit,) = search(index, ledger, 1, "weir").hits
    assert (hit.title, hit.snippet, hit.spans) == ("A title", "", ())


def test_an_index_that_goes_bad_is_made_again(
    index: LexicalIndex, ledger: PlainLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.put("weir")
    find, calls = evaluate._find, []

    def fail_once(*args: object) -> object:
        calls.append(args)
        if len(calls) == 1:
            raise IndexDamaged("a page could not be read")
        return find(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(evaluate, "_find", fail_once)
    assert ids(search(index, ledger, 1, "weir")) == [0]
    assert len(calls) == 2
