"""Titles in the order people expect, however they come in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.index import titles
from engine.index.titles import TitleOrder, title_key
from engine.text import words
from tests.unit.engine.search.plain_ledger import PlainLedger


def ids(*each: int) -> np.ndarray:
    return np.array(each, np.int64)


def a_ledger(*names: str) -> PlainLedger:
    ledger = PlainLedger()
    for name in names:
        ledger.put(title=name)
    return ledger


@pytest.mark.parametrize(
    "names",
    [
        ("Page 2", "page 10", "Page 10 b", "Page b"),
        ("2", "10", "a"),
        ("Äpfel", "apfel 2", "Zebra", "…", "…"),
        ("1" * 18, "1" * 19, "2" * 19),
        ("007", "07", "7", "8"),
        ("a", "a b", "ab"),
    ],
)
def test_titles_as_people_sort_them(names: tuple[str, ...]) -> None:
    assert sorted({*names}, key=title_key) == list(dict.fromkeys(names))


def _plainly(title: str) -> tuple[bool, list[tuple[int, int, str]]]:
    parts = [
        (0, int(word), word) if word.isdecimal() and len(word) <= 18 else (1, 0, word)
        for word in words(title)
    ]
    return not parts, parts


@given(st.lists(st.text(alphabet="ab0179 ä.-", max_size=8) | st.text(max_size=4), max_size=8))
def test_one_text_sorts_like_words_and_numbers(names: list[str]) -> None:
    assert sorted(names, key=title_key) == sorted(names, key=_plainly)


def test_equal_titles_have_equal_numbers() -> None:
    ledger = a_ledger("Weir", "dam", "WEIR", "")
    numbers = TitleOrder().numbers(ledger, ids(0, 1, 2, 3))
    assert numbers[0] == numbers[2]
    assert numbers[1] < numbers[0] < numbers[3]
    assert TitleOrder().numbers(ledger, ids()).tolist() == []


@given(st.lists(st.sampled_from(["b", "a", "c 10", "c 9", "", "Ä", "z", "m", "m m"]), min_size=1), st.data())
def test_new_titles_find_their_place_among_the_old(names: list[str], data: st.DataObject) -> None:
    ledger = a_ledger(*names)
    order = TitleOrder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(titles, "BATCH", data.draw(st.integers(1, 5)))
        for _round in range(4):
            asked = ids(*sorted(data.draw(st.sets(st.integers(0, len(ledger.entries) - 1)))))
            numbers = order.numbers(ledger, asked)
            by_number = sorted(asked.tolist(), key=lambda each: numbers[asked.tolist().index(each)])
            assert by_number == sorted(asked.tolist(), key=lambda each: title_key(ledger.title(each)))
            ledger.put(title=data.draw(st.sampled_from(["b", "aa", "c 9 b", "0"])))


def test_a_known_title_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = a_ledger(*map(str, range(50)))
    asked: list[int] = []
    title = ledger.title

    def note(frame_id: int) -> str:
        asked.append(frame_id)
        return title(frame_id)

    monkeypatch.setattr(ledger, "title", note)
    order = TitleOrder()
    order.numbers(ledger, ids(*range(50)))
    ledger.put(title="one more")
    order.numbers(ledger, ids(*range(51)))
    assert asked == list(range(51))


def test_other_frames_start_it_over() -> None:
    order = TitleOrder()
    assert order.numbers(a_ledger("b", "a"), ids(0, 1)).tolist() == [1, 0]
    other = a_ledger("a", "b")
    other.name = "another capsule"
    assert order.numbers(other, ids(0, 1)).tolist() == [0, 1]
    assert order.numbers(a_ledger("x"), ids(0)).tolist() == [0]
