"""What a typed query means, what is said about a wrong one, and what is made of a half one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import QueryError
from engine.limits import MAX_QUERY_CHARS
from engine.search.parser import parse, parse_lenient
from engine.search.query import (
    And,
    Dates,
    Everything,
    Key,
    Not,
    Or,
    Query,
    Words,
    all_of,
    any_of,
    format_query,
)

A, B, C = Words("a"), Words("b"), Words("c")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", Everything()),
        ("   ", Everything()),
        ("*", Everything()),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a b c", And((A, B, C))),
        ("a OR b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a OR b AND c", Or((A, And((B, C))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("((a))", A),
        ("(a b) c", And((A, B, C))),
        ("a or b", And((A, Words("or"), B))),
        ("NOT a", Not(A)),
        ("-a", Not(A)),
        ("a -b", And((A, Not(B)))),
        ("a AND NOT b", And((A, Not(B)))),
        ("a NOT b", And((A, Not(B)))),
        ("--a", A),
        ("NOT -a", A),
        ("-(a b)", Not(And((A, B)))),
        ("a-b", Words("a-b")),
        ("a - b", And((A, Words("-"), B))),
        ('"a b"', Words("a b")),
        ('-"a b"', Not(Words("a b"))),
        ("“a b” c", And((Words("a b"), C))),
        (r'"say \"a\" \\ \n"', Words(r'say "a" \ \n')),
        ("pla*", Words("pla", is_prefix=True)),
        ('"upper we"*', Words("upper we", is_prefix=True)),
        ("title:a", Words("a", in_title=True)),
        ("Title: a", Words("a", in_title=True)),
        ('title:"a b"', Words("a b", in_title=True)),
        ("title:a*", Words("a", is_prefix=True, in_title=True)),
        ("-title:a", Not(Words("a", in_title=True))),
        ("tag:a", Key("tag", "a")),
        ('tag:"a b"', Key("tag", "a b", is_literal=True)),
        ("tag:key=value", Key("tag", "key=value")),
        ("tag:and", Key("tag", "and")),
        ("(tag:a OR tag:b)", Or((Key("tag", "a"), Key("tag", "b")))),
        ("uri:mv2://x/a(1).pdf", Key("uri", "mv2://x/a(1).pdf")),
        ("uri:mv2://x/*", Key("uri", "mv2://x/*")),
        ("kind:Image", Key("kind", "Image")),
        ("date:2024", Dates("2024", "2024")),
        ("date:[2024-01 TO *]", Dates("2024-01", "*")),
        ("date:[ * TO 2024-01-31 ]", Dates("*", "2024-01-31")),
        ("date:2024-01-31T10:00:00+02:00", Dates("2024-01-31T10:00:00+02:00", "2024-01-31T10:00:00+02:00")),
        ("http://a.b/c", Words("http://a.b/c")),
        ("12:30", Words("12:30")),
        (r"C:\new", Words(r"C:\new")),
        ("a(b)", And((A, B))),
        ('a"b"', And((A, B))),
    ],
)
def test_meaning(text: str, meaning: Query) -> None:
    assert parse(text) == meaning


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ('say "a b', 4, "no end"),
        ("(a b", 0, "no end"),
        ("x (a (b)", 2, "no end"),
        ("a) b", 1, "no opening"),
        ("a ()", 2, "nothing between"),
        ("a AND", 2, "Behind AND"),
        ("a OR", 2, "Behind OR"),
        ("OR a", 0, "front of OR"),
        ("AND a", 0, "front of AND"),
        ("a AND OR b", 2, "Behind AND"),
        ("a OR OR b", 2, "Behind OR"),
        ("a (OR b)", 3, "front of OR"),
        ("NOT", 0, "Behind NOT"),
        ("a AND NOT", 6, "Behind NOT"),
        ("(a NOT) b", 3, "Behind NOT"),
        ("tag:", 0, "a word"),
        ("tag: AND b", 0, "a word"),
        ("tag:(a b)", 0, "a word"),
        ('a title:""', 2, "a word"),
        ("a date:", 2, "a date"),
        ("date:yesterday", 5, "no date"),
        ("date:2024-13", 5, "no date"),
        ("date:[2024 TO never]", 5, "“never” is no date"),
        ("date:[2024 2025]", 5, "is written"),
        ("date:[2024 TO 2025", 5, "no end"),
        ("date:[2025 TO 2024]", 5, "before it begins"),
        ("kind:video", 5, "no kind"),
        ("(" * 60 + "a" + ")" * 60, 50, "too deep"),
        ("a" * (MAX_QUERY_CHARS + 1), MAX_QUERY_CHARS, "too long"),
    ],
)
def test_complaints(text: str, position: int, says: str) -> None:
    with pytest.raises(QueryError, match=says) as caught:
        parse(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", Everything()),
        ("wei", Words("wei", is_prefix=True)),
        ("wei ", Words("wei")),
        ("w", Words("w")),
        ("a we", And((A, Words("we", is_prefix=True)))),
        ("a -we", And((A, Not(Words("we", is_prefix=True))))),
        ('"upper we', Words("upper we", is_prefix=True)),
        ('"upper weir"', Words("upper weir")),
        ('a "', And((A, Words("")))),
        ("a AND", A),
        ("a OR ", A),
        ("OR a ", A),
        ("a OR OR b ", Or((A, B))),
        ("a NOT", A),
        ("a -", And((A, Words("-")))),
        ("a (b ", And((A, B))),
        ("a (", A),
        ("(", Everything()),
        ("a ) b ", And((A, B))),
        ("tag:", Everything()),
        ("a tag:", A),
        ("tag:a", Key("tag", "a")),
        ("title:wei", Words("wei", is_prefix=True, in_title=True)),
        ("a date:20", A),
        ("a date:[2024", A),
        ("a date:[2024 TO", And((A, Dates("2024", "*")))),
        ("a date:[2024 TO 20", A),
        ("kind:ima", Everything()),
        ("日本", Words("日本")),
        ("日本we", Words("日本we", is_prefix=True)),
        ("हिन्दी", Words("हिन्दी", is_prefix=True)),
        ("cafe\u0301", Words("cafe\u0301", is_prefix=True)),
        ("e\u0301", Words("e\u0301")),
        ("weir,", Words("weir,")),
        ("up-w", Words("up-w")),
        ("up-we", Words("up-we", is_prefix=True)),
        ("-we", Not(Words("we", is_prefix=True))),
        ("(a OR we", Or((A, Words("we", is_prefix=True)))),
        ("we a", And((Words("we"), A))),
        ('tag:"we', Key("tag", "we", is_literal=True)),
        ("x" * (MAX_QUERY_CHARS + 5), Words("x" * MAX_QUERY_CHARS, is_prefix=True)),
        ("(" * 60 + "a", Everything()),
    ],
)
def test_half_typed(text: str, meaning: Query) -> None:
    assert parse_lenient(text) == meaning


# --- properties

_KEY_CHARS = st.characters(exclude_categories=("Z", "C"), exclude_characters='()"“”„[]')
_dates = st.sampled_from(["*", "2023", "2024-02", "2024-02-29", "2024-02-29T10:00:00Z"])


@st.composite
def _date_leaves(draw: st.DrawFn) -> Query:
    first = draw(_dates)
    return Dates(first, draw(st.sampled_from([first, "*", "2025"])))


_fields = st.sampled_from(["uri", "tag", "label", "track", "mime"])
_leaves = st.one_of(
    st.just(Everything()),
    st.builds(Words, st.text(max_size=12), st.booleans()),
    st.builds(Words, st.text(min_size=1, max_size=12).filter(str.strip), st.booleans(), st.just(True)),
    st.builds(
        Key,
        _fields,
        st.text(_KEY_CHARS, min_size=1, max_size=8).filter(lambda text: text not in ("AND", "OR", "NOT")),
    ),
    st.builds(Key, _fields, st.text(min_size=1, max_size=12).filter(str.strip), st.just(True)),
    _date_leaves(),
)
queries = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        inner.filter(lambda part: not isinstance(part, Not)).map(Not),
        st.lists(inner, min_size=2, max_size=4).map(all_of),
        st.lists(inner, min_size=2, max_size=4).map(any_of),
    ),
    max_leaves=10,
)


@given(queries)
def test_formatting_keeps_the_meaning(query: Query) -> None:
    assert parse(format_query(query)) == query


_PIECES = st.sampled_from(
    ["a", "weir", '"', "“", "(", ")", " ", "-", "AND", "OR", "NOT", "tag:", "title:", "date:", "[", "]", "TO",
     "2024", "*", ":", "\\", "kind:", "\n", "日", "é"]
)  # fmt: skip
anything = st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=14).map("".join))


@given(anything)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    refused: QueryError | None = None
    try:
        parse(text)
    except QueryError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.position <= len(text)
        assert str(refused).endswith(".")


@given(anything)
def test_anything_can_be_typed(text: str) -> None:
    parse_lenient(text)


@given(anything)
def test_typing_on_means_the_same_once_it_is_finished(text: str) -> None:
    """With a space behind it a query that has no mistakes means what it means without guessing."""
    try:
        wanted = parse(text + " ")
    except QueryError:
        return
    assert parse_lenient(text + " ") == wanted
