"""What is shown of a hit, and that what is marked in it is what was looked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.search.snippet import MAX_SCAN_CHARS, SCAN_CHARS, SNIPPET_CHARS, make_snippet
from engine.text import Term, find_spans, words


def snippet(text: str, *terms: str) -> tuple[str, list[str]]:
    parsed = [term for term in map(Term.parse, terms) if term is not None]
    shown, spans = make_snippet(text, parsed)
    return shown, [shown[start:end] for start, end in spans]


def test_a_short_text_is_shown_whole() -> None:
    assert snippet("The upper weir.", "weir") == ("The upper weir.", ["weir"])


def test_white_space_is_collapsed_and_spans_follow() -> None:
    shown, marked = snippet("\n\n  The   upper\n\tWeir \n and the weir  \n", "weir", "upper")
    assert shown == "The upper Weir and the weir"
    assert marked == ["upper", "Weir", "weir"]


def test_a_phrase_over_a_line_break_is_one_mark() -> None:
    assert snippet("an upper\n   weir", "upper weir") == ("an upper weir", ["upper weir"])


def test_only_the_phrase_is_marked() -> None:
    assert snippet("upper upper weir weir", "upper weir")[1] == ["upper weir"]


def test_ellipses_stand_where_text_was_left_out() -> None:
    filler = "lorem ipsum dolor sit amet " * 20
    shown, marked = snippet(f"{filler}the weir here {filler}", "weir")
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert marked == ["weir"]
    assert SNIPPET_CHARS - 40 <= len(shown) <= SNIPPET_CHARS + 10
    assert set(shown.strip("…").split()) <= {"lorem", "ipsum", "dolor", "sit", "amet", "the", "weir", "here"}


def test_the_window_with_most_words_wins() -> None:
    filler = "lorem ipsum " * 40
    text = f"weir weir weir {filler} the removal of a weir {filler} removal"
    shown, marked = snippet(text, "weir", "removal")
    assert marked == ["removal", "weir"]
    assert "the removal of a weir" in shown


def test_the_beginning_if_nothing_is_found() -> None:
    text = "word " * 100
    shown, marked = snippet(text, "weir")
    assert shown.startswith("word word")
    assert shown.endswith("word…")
    assert marked == []
    assert len(shown) <= SNIPPET_CHARS + 1


def test_accents_and_other_scripts() -> None:
    assert snippet("im Café", "cafe") == ("im Café", ["Café"])
    assert snippet("私は東京タワーに行く", "東京") == ("私は東京タワーに行く", ["東京"])
    assert snippet("die Straße", "strasse") == ("die Straße", ["Straße"])


def test_a_match_far_inside_a_long_text() -> None:
    text = "lorem ipsum " * 10_000 + "the weir" + " dolor" * 100
    shown, marked = snippet(text, "weir")
    assert marked == ["weir"]
    assert shown.startswith("…")


def test_a_match_beyond_what_is_looked_through_shows_the_beginning() -> None:
    shown, marked = snippet("lorem " * (MAX_SCAN_CHARS // 5) + "weir", "weir")
    assert marked == []
    assert shown.startswith("lorem lorem")


def test_words_are_whole_at_the_cuts() -> None:
    for shift in range(-12, 12):
        lead = "x" * (SCAN_CHARS + shift)
        assert snippet(f"{lead} weird weir", "weir")[1] == ["weir"], shift
        assert snippet(f"{lead}weir", "weir")[1] == [], shift
        assert snippet(f"{lead} weirdness", "weir")[1] == [], shift
        assert snippet(f"{lead} upper weir", "upper weir")[1] == ["upper weir"], shift


def test_a_very_long_word() -> None:
    shown, marked = snippet("y" * 5000 + " weir " + "x" * 5000, "weir")
    assert marked == ["weir"]
    assert len(shown) < SNIPPET_CHARS + 60
    word = "z" * 400
    assert snippet(f"a {word} b", word)[1] == [word]


def test_no_text() -> None:
    assert snippet("", "weir") == ("", [])
    assert snippet(" \n ", "weir") == ("", [])


_TEXTS = st.lists(
    st.sampled_from(
        ["weir", "Weir", "upper", "Café", "日本", "lorem ipsum", " ", "\n\n", ", ", "x" * 30, "e\u0301", "ß"]
    ),
    max_size=120,
).map("".join)
_TERMS = st.lists(
    st.sampled_from(["weir", "upper weir", "cafe", "日本", "lo*", "ipsum lorem", "ss"]), max_size=3
)


@given(_TEXTS, _TERMS)
def test_spans_hold_what_was_looked_for(text: str, texts: list[str]) -> None:
    terms = [term for term in map(Term.parse, texts) if term is not None]
    shown, spans = make_snippet(text, terms)
    assert "  " not in shown
    assert "\n" not in shown
    assert len(shown) <= SNIPPET_CHARS + 100
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(shown)
        last = end
        marked = words(shown[start:end])
        assert any(
            marked[: len(term.words)] == list(term.words)
            or (term.is_prefix and marked[0].startswith(term.words[0]))
            for term in terms
        )
    if find_spans(text, texts):
        assert spans
    if len(text) <= SNIPPET_CHARS:
        assert shown == " ".join(text.split())
        assert len(spans) == len(find_spans(text, texts))


# --- highlighting in viewers


def marked(text: str, *terms: str) -> list[str]:
    return [text[start:end] for start, end in find_spans(text, terms)]


def test_highlighting() -> None:
    text = "Upper Weir; the weirs of Café Weir, 東京タワー"
    assert marked(text, "weir") == ["Weir", "Weir"]
    assert marked(text, "weir*") == ["Weir", "weirs", "Weir"]
    assert marked(text, "upper weir", "cafe") == ["Upper Weir", "Café"]
    assert marked(text, "東京", "タワー") == ["東京", "タワー"]
    assert marked(text, "Café") == ["Café"]
    assert marked(text) == []
    assert marked(text, "…") == []
    assert marked("", "weir") == []


def test_overlapping_marks_become_one() -> None:
    assert marked("upper weir removal", "upper weir", "weir removal") == ["upper weir removal"]
    assert marked("upper weir", "weir", "weir*", "upper weir") == ["upper weir"]


def test_a_phrase_is_found_across_pieces_of_a_long_text() -> None:
    for pad in range(SCAN_CHARS - 12, SCAN_CHARS + 2):
        assert marked("é" + " " * pad + "upper weir", "upper weir") == ["upper weir"]
