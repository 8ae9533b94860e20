"""The same word, however it is written; and the way back to where it stands."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import (
    PIECE_CHARS,
    Term,
    find_term,
    fold,
    fold_key,
    fold_uri,
    fold_with_offsets,
    is_spaceless,
    join_words,
    words,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("The Upper WEIR", ["the", "upper", "weir"]),
        ("Café", ["cafe"]),
        ("Cafe\u0301", ["cafe"]),
        ("Grüße", ["grusse"]),
        ("ŁÓDŹ Ørsted œuvre Æsir", ["lodz", "orsted", "oeuvre", "aesir"]),
        ("İstanbul ırmak", ["istanbul", "irmak"]),
        ("ΣΊΣΥΦΟΣ σίσυφος", ["σισυφοσ", "σισυφοσ"]),
        ("Ёлка елка", ["елка", "елка"]),
        ("ﬁne m² ①", ["fine", "m2", "1"]),
        ("ＦＵＬＬ", ["full"]),
        ("foo_bar don't e-mail", ["foo", "bar", "don", "t", "e", "mail"]),
        ("hy\u00adphen zero\u200bwidth re\x02mo\ufffeval", ["hyphen", "zerowidth", "removal"]),
        ("日本語 abc日本", ["日", "本", "語", "abc", "日", "本"]),
        ("한국어는", ["한", "국", "어", "는"]),
        (unicodedata.normalize("NFD", "한국어"), ["한", "국", "어"]),
        (unicodedata.normalize("NFD", "ガラス"), ["ガ", "ラ", "ス"]),
        ("ภาษา", ["ภ", "า", "ษ", "า"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("שָׁלוֹם", ["שלום"]),
        ("أهلا اهلا", ["اهلا", "اهلا"]),
        ("C++ & \ud800 …", ["c"]),
        ("", []),
    ],
)
def test_words(text: str, folded: list[str]) -> None:
    assert words(text) == folded


def test_a_voiced_kana_is_another_letter() -> None:
    assert words("か") != words("が")


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once
    assert fold_key(fold_key(text)) == fold_key(text)
    assert fold_uri(fold_uri(text)) == fold_uri(text)
    "".join((*once, fold_key(text), fold_uri(text))).encode()


@given(st.text())
def test_form_and_case_do_not_matter(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert words(unicodedata.normalize("NFD", text)) == words(composed)


def test_long_texts_fold_like_short_ones() -> None:
    line = "Über den Dächern, 日本 e\u0301. "
    count = PIECE_CHARS // 10
    assert words(line * count) == words(line) * count


@pytest.mark.parametrize(
    ("text", "key"),
    [("  Upper\tWEIR ", "upper weir"), ("Status=Done!", "status=done!"), ("Café", "cafe"), ("C++", "c++"),
     ("日本", "日本"), ("★", "★"), ("\x1f", "")],
)  # fmt: skip
def test_keys_keep_their_signs(text: str, key: str) -> None:
    assert fold_key(text) == key


def test_uris_keep_their_accents() -> None:
    assert fold_uri("MV2://Notes/Café") == "mv2://notes/café"
    assert fold_uri("MV2://Notes/Cafe\u0301") == "mv2://notes/café"
    fold_uri("bad\ud800").encode()


def test_joined_words_come_apart_again() -> None:
    assert join_words(("upper", "weir")) == "upper weir"
    assert join_words(("日", "本")) == "日本"
    assert join_words(("abc", "日", "本", "x")) == "abc 日本 x"


@given(st.lists(st.sampled_from(["weir", "日", "本", "한", "x", "2024", "ภ"]), min_size=1).map(tuple))
def test_a_term_survives_being_shown(found: tuple[str, ...]) -> None:
    for is_prefix in (False, not is_spaceless(found[-1])):
        term = Term(found, is_prefix)
        assert Term.parse(term.display) == term


def test_no_term_without_a_word() -> None:
    assert Term.parse("…") is None
    assert Term.parse("*") is None


# --- offsets


def found_in(text: str, term: Term) -> list[str]:
    folded = fold_with_offsets(text)
    return [text[slice(*folded.span(*span))] for span in find_term(folded.folded, term)]


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        ("Weir, weir; weirs", Term(("weir",)), ["Weir", "weir"]),
        ("Weir, weir; weirs", Term(("weir",), True), ["Weir", "weir", "weirs"]),
        ("ein Café, zwei Cafés", Term(("cafe",)), ["Café"]),
        ("Straße strasse", Term(("strasse",)), ["Straße", "strasse"]),
        ("the e\u0301tude here", Term(("etude",)), ["e\u0301tude"]),
        ("the etude\u0301 here", Term(("etude",)), ["etude\u0301"]),
        ("東京タワーと東京駅", Term(("東", "京")), ["東京", "東京"]),
        ("upper,\n weir  upper weird UPPER-WEIR", Term(("upper", "weir")), ["upper,\n weir", "UPPER-WEIR"]),
        ("upper weird", Term(("upper", "weir"), True), ["upper weird"]),
        ("a a a", Term(("a", "a")), ["a a"]),
        ("x a", Term(("a",)), ["a"]),
        ("full re\x02moval of it", Term(("removal",)), ["re\x02moval"]),
        ("nothing", Term(("else",)), []),
        (
            unicodedata.normalize("NFD", "über ガラス und 한국"),
            Term(("ガ",)),
            [unicodedata.normalize("NFD", "ガ")],
        ),
        (unicodedata.normalize("NFD", "한국어"), Term(("국",)), [unicodedata.normalize("NFD", "국")]),
        ("½ cup, ﬁne", Term(("fine",)), ["ﬁne"]),
        ("😀 weir 😀", Term(("weir",)), ["weir"]),
    ],
)
def test_found_words_are_marked_as_they_are_written(text: str, term: Term, found: list[str]) -> None:
    assert found_in(text, term) == found


_LETTERS = st.sampled_from(
    [*"aeißﬁ½日ガ한é \n,", "e\u0301", "カ\u3099", "\u1112\u1161\u11ab", "😀", "\u00ad", "\ud800"]
)


@given(st.lists(_LETTERS, max_size=12).map("".join) | st.text(max_size=20))
def test_offsets_cover_the_word_and_nothing_else(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.folded.split() == words(text)
    assert folded.folded == fold(text)
    for word in set(words(text)):
        spans = [folded.span(*span) for span in find_term(folded.folded, Term((word,)))]
        assert spans
        for start, end in spans:
            assert 0 <= start < end <= len(text)
            assert word in words(text[start:end])
            # Taking anything away at either end loses it, except marks that fold to nothing.
            assert (
                word not in words(text[start + 1 : end])
                or words(text[start]) == []
                or len(words(text[start])) > 1
            )
