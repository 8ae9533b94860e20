from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import find_spans, fold, fold_mapped, words


def marked(text: str, *terms: str) -> list[str]:
    return [text[start:end] for start, end in find_spans(text, terms)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Weir", "weir"),
        ("Zürich CAFÉ", "zurich cafe"),
        ("cafe\u0301", "cafe"),
        ("Straße", "strasse"),
        ("Œuvre, Łódź, Ørsted", "oeuvre, lodz, orsted"),
        ("re\u00admoval", "removal"),
        ("ﬁsh", "fish"),
        ("が한글", "が한글"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_case_and_accents_fold_away_and_other_scripts_keep_their_words(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_marks_cover_the_original_characters_whatever_folding_did_to_their_number() -> None:
    assert marked("The CAFÉ, a cafe\u0301 and cafes", "cafe") == ["CAFÉ", "cafe\u0301"]
    assert marked("Große Straße 5", "strasse") == ["Straße"]
    assert marked("full re\u00admoval of it", "removal") == ["re\u00admoval"]
    assert marked("a ﬁsh pass", "fish") == ["ﬁsh"]


def test_a_term_is_a_whole_word_a_phrase_or_a_beginning() -> None:
    text = "Weir, weirs and the upper\nweir; upper-weir."
    assert marked(text, "weir") == ["Weir", "weir", "weir"]
    assert marked(text, "upper weir") == ["upper\nweir", "upper-weir"]
    assert marked(text, "weir*") == ["Weir", "weirs", "weir", "weir"]
    assert marked(text, "upper weir", "weir") == ["Weir", "upper\nweir", "upper-weir"]


def test_scripts_without_blanks_are_found_inside_a_run() -> None:
    assert marked("東京都に住む", "京都") == ["京都"]


def test_nothing_to_look_for_finds_nothing() -> None:
    assert find_spans("some text", ()) == []
    assert find_spans("some text", ("", "…", "*")) == []
    assert find_spans("a a a a", ("a",), limit=2) == [(0, 1), (2, 3)]


@given(st.text())
def test_folding_twice_changes_nothing_and_offsets_run_through_the_text(text: str) -> None:
    folded, offsets = fold_mapped(text)
    assert folded == fold(text)
    assert fold(folded) == folded
    assert len(offsets) == len(folded) + 1
    assert list(offsets) == sorted(offsets)
    assert offsets[-1] == len(text)


@given(st.text(alphabet="aAéßﬁ\u0301\u00ad x9_-", max_size=40))
def test_every_word_of_a_text_is_found_in_it_where_it_stands(text: str) -> None:
    for word in words(text):
        spans = find_spans(text, (word,))
        assert spans
        for start, end in spans:
            assert 0 <= start < end <= len(text)
            assert word in fold(text[start:end])
