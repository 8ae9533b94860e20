"""The same word, however it is written; and the way back to where it stands."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import (
    MAX_KEY_CHARS,
    PIECE_CHARS,
    FoldedText,
    Term,
    _is_joining,
    find_term,
    fold,
    fold_key,
    fold_uri,
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
        ("سـلام سَلام", ["سلام", "سلام"]),
        ("ｶﾞﾗｽ か\u200d\u3099", ["ガ", "ラ", "ス", "が"]),
        ("ㅎㅏ글 한\u3164", ["하", "글", "한"]),
        ("ᄒ\u200bᅡᆫ", ["한"]),
        ("re\u00ad\nmoval re\x02\r\nmoval, re\nmoval", ["removal", "removal", "re", "moval"]),
        ("क\u093c\u200d क\u093c", ["क\u093c", "क\u093c"]),
        ("ন\u09c7\u09be নো", ["নো", "নো"]),
        ("ᾳ α\u0345", ["αι", "αι"]),
        ("㋉ ㍿", ["10", "月", "株", "式", "会", "社"]),
        ("葛\U000e0100飾", ["葛", "飾"]),
        ("𝐖𝐞𝐢𝐫", ["weir"]),
        ("C++ & \ud800 …", ["c"]),
        ("", []),
    ],
)
def test_words(text: str, folded: list[str]) -> None:
    assert words(text) == folded


def test_a_voiced_kana_is_another_letter() -> None:
    assert words("か") != words("が")


_ODD = st.sampled_from([
    *"aeißﬁ½日ガか한ᄒㅎㅏㅠㄳｶα😀 \n\r\x02,กั",
    *("e\u0301", "カ\u3099", "\u3099", "\uff9e", "\u1112\u1161\u11ab", "\u11ab", "\u3164", "\u0640", "سَ"),
    *("\u00ad", "\ud800", "\u200d", "\u200b", "\ufe00", "\u0345", "\u034f", "\u0301" * 40),
    *("ন\u09c7", "\u09be", "क\u093c", "\u093c", "\U00011099\U000110ba"),
])  # fmt: skip
_TEXTS = st.lists(_ODD, max_size=12).map("".join) | st.text(max_size=20)


@given(_TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once
    assert fold_key(fold_key(text)) == fold_key(text)
    assert fold_uri(fold_uri(text)) == fold_uri(text)
    "".join((*once, fold_key(text), fold_uri(text))).encode()


@given(_TEXTS)
def test_form_and_case_do_not_matter(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert words(unicodedata.normalize("NFD", text)) == words(composed)


@pytest.mark.parametrize(
    "line", ["Über den Dächern, 日本 e\u0301. ", "re\u00ad\r\nmoval ", "カ\u3099\u200d" * 7, "\n" * 5, "x"]
)
def test_long_texts_fold_like_short_ones(line: str) -> None:
    count = PIECE_CHARS // 2
    assert fold(line * count) == fold(line) * count
    assert FoldedText(line * count).folded == fold(line) * count


def test_a_heap_of_marks_takes_no_time() -> None:
    heap = "a" + "\u0301\u0323" * 100_000 + "b"
    assert words(heap) == ["ab"]
    assert fold_key(heap) == "a"
    assert fold_uri("x" * 2 * MAX_KEY_CHARS) == "x" * MAX_KEY_CHARS


def test_folding_by_several_threads_at_once() -> None:
    alphabets = [[chr(code) for code in range(low, low + 0x80)] for low in range(0x300, 0x1300, 0x80)]
    texts = [" ".join(f"ক{char}x" for char in letters) for letters in alphabets]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(words, texts * 4))
    assert found == [words(text) for text in texts] * 4


@pytest.mark.parametrize(
    ("text", "key"),
    [("  Upper\tWEIR ", "upper weir"), ("Status=Done!", "status=done!"), ("Café", "cafe"), ("C++", "c++"),
     ("日本", "日本"), ("★", "★"), ("\x1f", "")],
)  # fmt: skip
def test_keys_keep_their_signs(text: str, key: str) -> None:
    assert fold_key(text) == key


@given(st.text(st.characters(codec="ascii")))
def test_plain_keys_take_a_short_way_to_the_same_end(text: str) -> None:
    far = "é" + text
    assert fold_key(far) == " ".join(("e" + fold_key(f"|{text}")[1:]).split())


def test_uris_keep_their_accents() -> None:
    assert fold_uri("MV2://Notes/Café") == "mv2://notes/café"
    assert fold_uri("MV2://Notes/Cafe\u0301") == "mv2://notes/café"
    fold_uri("bad\ud800").encode()


def test_joined_words_come_apart_again() -> None:
    assert join_words(("upper", "weir")) == "upper weir"
    assert join_words(("日", "本")) == "日本"
    assert join_words(("abc", "日", "本", "x")) == "abc 日本 x"
    assert words(join_words(("か", "\u3099"))) == ["か", "\u3099"]


@given(_TEXTS.map(words).filter(bool).map(tuple))
def test_a_term_survives_being_shown(found: tuple[str, ...]) -> None:
    for is_prefix in (False, not is_spaceless(found[-1])):
        term = Term(found, is_prefix)
        assert Term.parse(term.display) == term


def test_no_term_without_a_word() -> None:
    assert Term.parse("…") is None
    assert Term.parse("*") is None


# --- offsets


def found_in(text: str, term: Term) -> list[str]:
    folded = FoldedText(text)
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


@given(_TEXTS)
def test_offsets_cover_the_word_and_nothing_else(text: str) -> None:
    folded = FoldedText(text)
    assert folded.folded.split() == words(text)
    assert folded.folded == fold(text)
    for word in set(words(text)):
        spans = [folded.span(*span) for span in find_term(folded.folded, Term((word,)))]
        assert spans
        for start, end in spans:
            assert 0 <= start < end <= len(text)
            assert word in words(text[start:end])
            # Nothing of another word is in it, unless one character or what stands on it is both.
            assert (
                words(text[start:end]) == [word]
                or any(len(words(char)) > 1 for char in text[start:end])
                or all(map(_is_joining, text[start + 1 : end]))
            )
