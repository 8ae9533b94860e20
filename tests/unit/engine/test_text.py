"""Marks in a text: what the index takes for the same word is marked, where it stands in the original."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.text import find_spans, fold, words


def marked(text: str, *terms: str) -> list[str]:
    return [text[start:end] for start, end in find_spans(text, terms)]


def test_marks_cover_the_original_characters_whatever_folding_did_to_their_number() -> None:
    assert marked("The CAFÉ, a cafe\u0301 and cafes", "cafe") == ["CAFÉ", "cafe\u0301"]
    assert marked("Große Straße 5", "strasse") == ["Straße"]
    assert marked("full re\u00admoval of it", "removal") == ["re\u00admoval"]
    assert marked("full re\x02moval of it", "removal") == ["re\x02moval"]
    assert marked("a ﬁsh pass", "fish") == ["ﬁsh"]


def test_a_term_is_a_whole_word_a_phrase_or_a_beginning() -> None:
    text = "Weir, weirs and the upper\nweir; upper-weir."
    assert marked(text, "weir") == ["Weir", "weir", "weir"]
    assert marked(text, "upper weir") == ["upper\nweir", "upper-weir"]
    assert marked(text, "weir*") == ["Weir", "weirs", "weir", "weir"]
    assert marked(text, "upper weir", "weir") == ["Weir", "upper\nweir", "upper-weir"]


def test_scripts_without_blanks_are_found_inside_a_run() -> None:
    assert marked("東京都に住む", "京都") == ["京都"]
    assert marked("한국은", "한국") == ["한국"]


def test_nothing_to_look_for_finds_nothing() -> None:
    assert find_spans("some text", ()) == []
    assert find_spans("some text", ("", "…", "*")) == []
    assert find_spans("", ("some",)) == []


def test_the_first_marks_are_kept_when_there_is_a_limit() -> None:
    assert find_spans("b a b a", ("a", "b"), limit=3) == [(0, 1), (2, 3), (4, 5)]


@given(st.text(alphabet="aAéßﬁ\u0301\u00ad x9_-", max_size=40))
def test_every_word_of_a_text_is_found_in_it_where_it_stands(text: str) -> None:
    for word in words(text):
        spans = find_spans(text, (word,))
        assert spans
        assert spans == sorted(spans)
        for start, end in spans:
            assert 0 <= start < end <= len(text)
            assert word in fold(text[start:end])
