"""The log of revisions: its block in the file, its chain of hashes, its growing columns."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormatError
from engine.store.columns import Column
from engine.store.history import HEAD, Entry, History, decode_block, leaf_of
from engine.types import Operation

entries = st.lists(
    st.builds(
        Entry,
        ms=st.integers(-(2**60), 2**60),
        operation=st.sampled_from(Operation),
        frame_id=st.integers(0, 999),
        author=st.text(max_size=12),
        batch=st.integers(0, 999),
        flags=st.integers(0, 3),
        leaf=st.binary(min_size=16, max_size=16),
    ),
    max_size=30,
)


def filled(given_entries: list[Entry]) -> History:
    history = History(bytes(16))
    for entry in given_entries:
        history.append(entry)
    return history


def rows(history: History) -> list[Entry]:
    return [history.entry(revision) for revision in range(1, len(history) + 1)]


@given(entries)
def test_a_block_comes_back(some: list[Entry]) -> None:
    history = filled(some)
    block = decode_block(history.encode(wal_sequence=7, frame_count=1000))
    assert rows(block.history) == rows(history)
    assert (block.wal_sequence, block.frame_count) == (7, 1000)
    assert (
        block.head_hash == history.head_hash() == block.history.head_hash() == block.history.computed_head()
    )


@given(entries, st.data())
def test_any_change_breaks_the_chain(some: list[Entry], data: st.DataObject) -> None:
    history = filled(some)
    if not some:
        return
    head = history.head_hash()
    row = data.draw(st.integers(0, len(some) - 1))
    what = data.draw(st.sampled_from(["ms", "operation", "leaf"]))
    if what == "ms":
        history.ms[row] = int(history.ms[row]) + 1
    elif what == "operation":
        history.operation[row] = (int(history.operation[row]) + 1) % 6
    else:
        history.leaves[row * 16] ^= 1
    assert history.computed_head() != head


@given(st.binary(max_size=300))
def test_any_bytes_are_a_block_or_refused(data: bytes) -> None:
    for tried in (data, HEAD.pack(b"MVSH", 1, 0, bytes(16), bytes(32), 0, 5, 3, 200) + data):
        try:
            decode_block(tried)
        except FormatError:
            continue


@given(entries, st.data())
def test_a_damaged_block_is_a_block_or_refused(some: list[Entry], data: st.DataObject) -> None:
    block = bytearray(filled(some).encode(wal_sequence=1, frame_count=1000))
    at = data.draw(st.integers(0, len(block) - 1))
    block[at] ^= data.draw(st.integers(1, 255))
    try:
        decode_block(bytes(block))
    except FormatError:
        return


def test_a_hostile_block_asks_for_no_memory() -> None:
    head = HEAD.pack(b"MVSH", 1, 0, bytes(16), bytes(32), 0, 5, 4_000_000, 2**40)
    with pytest.raises(FormatError):
        decode_block(head + b"x")


def test_times_never_decrease() -> None:
    history = filled([Entry(ms, Operation.PUT, 0, "", 0, 0, b"") for ms in (5, 3, 9, 1)])
    assert history.ms.view.tolist() == [5, 5, 9, 9]


def test_the_chain_covers_the_author() -> None:
    one = filled([Entry(1, Operation.PUT, 0, "Ana", 0, 0, bytes(16))])
    other = filled([Entry(1, Operation.PUT, 0, "Bo", 0, 0, bytes(16))])
    assert one.head_hash() != other.head_hash()


def test_leaves_are_filled_in_only_before_they_are_hashed() -> None:
    history = filled(
        [Entry(1, Operation.PUT, 0, "", 0, 0, b""), Entry(2, Operation.PUT, 1, "", 0, 0, b"x" * 16)]
    )
    assert history.without_leaf() == [1]
    history.set_leaf(1, b"y" * 16)
    assert history.without_leaf() == []
    history.head_hash()
    with pytest.raises(ValueError, match="already part of the chain"):
        history.set_leaf(1, b"z" * 16)


def test_leaves_differ_with_everything_they_cover() -> None:
    digest = bytes(32)
    leaves = {
        leaf_of(0, digest, "u", "t", 1, ("a",)),
        leaf_of(1, digest, "u", "t", 1, ("a",)),
        leaf_of(0, b"x" * 32, "u", "t", 1, ("a",)),
        leaf_of(0, digest, "v", "t", 1, ("a",)),
        leaf_of(0, digest, "u", "s", 1, ("a",)),
        leaf_of(0, digest, "u", "t", 2, ("a",)),
        leaf_of(0, digest, "u", "t", 1, ("b",)),
        leaf_of(0, digest, "u", "t", 1, ("a", "")),
        leaf_of(0, digest, "ut", "", 1, ("a",)),
        leaf_of(0, digest, None, None, 1, ()),
    }
    assert len(leaves) == 10
    assert {len(leaf) for leaf in leaves} == {16}


class TestColumns:
    def test_grow_and_keep_their_views(self) -> None:
        column = Column(np.int64)
        views = []
        for number in range(500):
            column.append(number)
            views.append(column.view)
        assert all(view.tolist() == list(range(len(view))) for view in views)
        assert (len(column), int(column[499])) == (500, 499)
        column[3] = -1
        assert column.view[3] == -1
        for wrong in (-1, 500):
            with pytest.raises(IndexError):
                column[wrong]
            with pytest.raises(IndexError):
                column[wrong] = 1

    def test_start_from_what_was_read(self) -> None:
        read = np.arange(3, dtype=np.int64)
        read.flags.writeable = False
        column = Column(np.int64, read)
        column[0] = 9
        column.append(4)
        assert column.view.tolist() == [9, 1, 2, 4]
        assert read.tolist() == [0, 1, 2]

    def test_are_read_while_they_grow(self) -> None:
        column = Column(np.int64)
        wrong: list[int] = []

        def read() -> None:
            while len(column) < 20_000:
                view = column.view
                if len(view) and int(view[-1]) != len(view) - 1:
                    wrong.append(len(view))

        reader = threading.Thread(target=read)
        reader.start()
        for number in range(20_000):
            column.append(number)
        reader.join()
        assert wrong == []
