"""Finding the newest whole state, whatever stands behind it, and the records that go on top."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import DamagedFile, NotACapsule, UnsupportedVersion
from engine.format.enums import Op
from engine.format.header import Header
from engine.format.wal import END_MARKER, FrameOperation, encode_entry, encode_record, scan
from engine.limits import HEADER_SIZE
from engine.store.bytestore import MemoryStore
from engine.store.changes import Delete, Put, Update
from engine.store.container import Container, empty_capsule
from engine.store.frames import FLUSH_KEY
from engine.store.prepared import prepare
from engine.store.snapshot import pending_operations, read_snapshot
from engine.store.verify import verify
from engine.types import PutItem
from tests.unit.engine.store.capsules import (
    delete,
    do,
    documents,
    in_memory,
    log,
    noise,
    paged,
    put,
    text,
    ticking,
    update,
    whole_past,
)
from tests.unit.engine.store.stores import PowerStore, in_order


def filled() -> Container:
    container = in_memory(clock=ticking())
    for number in range(4):
        put(container, f"note {number}")
    container.commit()
    put(container, "pending")
    delete(container, 1)
    return container


def data_of(container: Container) -> bytes:
    return container.store.pread(0, container.store.size())


def with_header(data: bytes, **fields: Any) -> bytes:
    return replace(Header.decode(data[:HEADER_SIZE]), **fields).encode() + data[HEADER_SIZE:]


class TestNewestState:
    @pytest.mark.parametrize("junk", [b"x", bytes(56), bytes(4096), noise(100_000), b"MV2FOOT!" * 50])
    def test_bytes_behind_it_do_not_matter(self, junk: bytes) -> None:
        container = filled()
        known = whole_past(container)
        again = in_memory(data_of(container) + junk)
        assert whole_past(again) == known
        assert again.notes
        put(again, "goes on")
        again.commit()
        last = in_memory(data_of(again))
        assert whole_past(last)[: len(known)] == known
        assert last.notes == []

    def test_the_header_may_be_older(self) -> None:
        """Killed between footer and header: the new state counts, and no record is applied twice."""
        container = filled()
        before = data_of(container)[:HEADER_SIZE]
        ring = container.header.wal_offset
        wal = container.store.pread(ring, 10_000)
        container.commit()
        known, entries = whole_past(container), log(container)
        data = data_of(container)
        again = in_memory(before + wal + data[ring + len(wal) :])
        assert whole_past(again) == known
        assert log(again) == entries
        assert not again.dirty
        put(again, "goes on")
        assert whole_past(in_memory(data_of(again)))[: len(known)] == known

    @pytest.mark.parametrize("left", [0, 1, 20, 55])
    @pytest.mark.parametrize("behind", [b"", b"torn " * 100])
    def test_the_footer_may_be_missing(self, left: int, behind: bytes) -> None:
        """The power goes when the header is on the disk and the footer is not: nobody may be told less than before."""
        container = filled()
        container.commit()
        known = whole_past(container)
        data = data_of(container)
        image = data[: len(data) - 56 + left] + behind
        again = in_memory(image)
        assert whole_past(again) == known
        put(again, "goes on")
        again.commit()
        assert whole_past(in_memory(data_of(again)))[: len(known)] == known

    def test_a_first_commit_whose_footer_is_missing(self) -> None:
        container = in_memory()
        put(container, "only one")
        container.commit()
        assert documents(in_memory(data_of(container)[:-56])) == documents(container)

    @pytest.mark.parametrize("cut", [False, True], ids=["damaged", "cut off"])
    def test_an_older_state_is_shown_when_the_newest_is_damaged(self, cut: bool) -> None:
        """It is not what the capsule held last, so nothing may be built on it."""
        container = filled()
        container.commit()
        known = documents(container)
        put(container, "newest")
        container.commit()
        data = data_of(container)
        data = data[:-300] if cut else data[:-100] + bytes([data[-100] ^ 1]) + data[-99:]
        again = in_memory(data)
        assert documents(again) == known
        assert "older state" in again.blocked
        with pytest.raises(DamagedFile, match="older state"):
            put(again, "x")
        assert verify(again, deep=False).overall_status == "failed"

    def test_changes_are_not_put_on_top_of_a_state_they_do_not_follow(self) -> None:
        container = filled()
        container.commit()
        known = documents(container)
        put(container, "newest")
        container.commit()
        put(container, "on top of the newest")
        data = bytearray(data_of(container))
        data[-100] ^= 1
        assert documents(in_memory(bytes(data))) == known

    def test_the_empty_beginning_is_no_older_state(self) -> None:
        container = in_memory()
        put(container, "all there is")
        container.commit()
        data = bytearray(data_of(container))
        data[-100] ^= 1
        with pytest.raises(DamagedFile, match="table of contents"):
            in_memory(bytes(data))

    def test_damage_anywhere_is_noticed(self) -> None:
        """One byte: all is there, or it is said that it is not."""
        numbers = random.Random(3)
        container = filled()
        container.commit()
        known = whole_past(container)
        data = bytearray(data_of(container))
        outcomes = set()
        for at in numbers.sample(range(HEADER_SIZE + 256 * 1024, len(data)), 300):
            data[at] ^= 0x40
            try:
                again = in_memory(bytes(data))
                if again.blocked or verify(again, deep=True).overall_status == "failed":
                    outcomes.add("said")
                else:
                    outcomes.add("whole")
                    assert whole_past(again) == known
            except DamagedFile:
                outcomes.add("refused")
            data[at] ^= 0x40
        assert outcomes == {"said", "whole", "refused"} or outcomes == {"said", "whole"}


class TestCapsuleInACapsule:
    """A document may be a capsule itself, with a table of contents and a footer of its own."""

    def inner(self, *, empty: bool) -> bytes:
        if empty:
            return empty_capsule()
        container = in_memory()
        for number in range(3):
            put(container, prepare(PutItem(noise(300_000, number), mime="image/png")))
        container.commit()
        return data_of(container)

    @pytest.mark.parametrize("empty", [False, True])
    def test_is_not_taken_for_the_state_of_the_file(self, empty: bool) -> None:
        inner = self.inner(empty=empty)
        document = prepare(PutItem(inner, mime="application/x-mv2"))
        document = replace(document, blob=replace(document.blob, stored=inner, encoding=0))
        store = PowerStore(empty_capsule())
        container = in_memory(store=store)
        put(container, "first")
        container.commit()
        known = whole_past(container)
        store.moments.clear()
        before = store.contents()
        put(container, document)
        writes = [write for _, writes in (*store.moments, store.now()) for write in writes]
        seen = set()
        for image in in_order(before, writes, step=100_000):
            again = in_memory(image)
            assert whole_past(again)[: len(known)] == known
            seen.add(len(documents(again)))
        assert seen == {1, 2}
        # The process died exactly behind the document's bytes.
        at = store.contents().index(inner, 4096 + 256 * 1024)
        again = in_memory(before[: len(before)] + store.contents()[len(before) : at + len(inner)])
        assert whole_past(again) == known

    def test_comes_out_as_it_went_in(self) -> None:
        inner = self.inner(empty=False)
        container = in_memory()
        frame_id = put(container, prepare(PutItem(inner, mime="application/x-mv2")))
        assert documents(in_memory(data_of(container)))[frame_id].content == inner


class TestNoState:
    def test_nothing(self) -> None:
        with pytest.raises(NotACapsule, match="empty file"):
            read_snapshot(MemoryStore(b""))

    @pytest.mark.parametrize(
        "data", [b"%PDF-1.7 ...", b"PK\3\4....", b"x", bytes(10_000), b"MV2E" + bytes(100)]
    )
    def test_something_else(self, data: bytes) -> None:
        with pytest.raises(NotACapsule):
            read_snapshot(MemoryStore(data))

    def test_a_beginning_only(self) -> None:
        data = data_of(filled())
        for size in (5, 100, 4095, 4096, 5000, 200_000, len(data) - 500):
            with pytest.raises(DamagedFile):
                read_snapshot(MemoryStore(data[:size]))

    def test_another_version(self) -> None:
        data = bytearray(data_of(filled()))
        data[6] = 3
        with pytest.raises(UnsupportedVersion):
            read_snapshot(MemoryStore(bytes(data)))


def record(sequence: int, *, flush: str | None = None, search_text: str = "text") -> bytes:
    extra = {} if flush is None else {FLUSH_KEY: flush}
    operation = FrameOperation(timestamp=sequence, search_text=search_text, extra_metadata=extra)
    return encode_record(sequence, encode_entry(operation))


def broken(data: bytes) -> bytes:
    """A record whose payload is not what its digest says."""
    return data[:-1] + bytes([data[-1] ^ 1])


class TestPendingOperations:
    def sequences(self, *records: bytes, applied: int = 0) -> tuple[list[int], int, bool]:
        found = pending_operations(scan(b"".join(records) + END_MARKER), applied)
        return [sequence for sequence, _ in found.operations], found.last_sequence, bool(found.problem)

    def test_in_order(self) -> None:
        assert self.sequences(record(1), record(2), record(3)) == ([1, 2, 3], 3, False)

    def test_only_what_is_not_applied(self) -> None:
        assert self.sequences(record(1), record(2), record(3), applied=2) == ([3], 3, False)
        assert self.sequences(record(1), applied=9) == ([], 9, False)

    def test_damage_in_what_is_applied_does_not_matter(self) -> None:
        assert self.sequences(broken(record(1)), record(2), record(3), applied=1) == ([2, 3], 3, False)

    def test_a_torn_last_one_never_was(self) -> None:
        assert self.sequences(record(1), broken(record(2))) == ([1], 1, False)

    def test_one_missing_before_others_is_a_problem(self) -> None:
        assert self.sequences(record(1), broken(record(2)), record(3)) == ([1], 1, True)
        assert self.sequences(record(2), record(3)) == ([], 0, True)

    @pytest.mark.parametrize("lost", [1, 2, 3])
    def test_written_together_they_count_together(self, lost: int) -> None:
        several = [record(number, flush="2-4") for number in (2, 3, 4)]
        several[lost - 1] = broken(several[lost - 1])
        assert self.sequences(record(1), *several) == ([1], 1, False)

    def test_written_together_and_cut_off(self) -> None:
        several = [record(number, flush="2-4") for number in (2, 3, 4)]
        for count in (1, 2):
            assert self.sequences(record(1), *several[:count]) == ([1], 1, False)
        assert self.sequences(record(1), *several) == ([1, 2, 3, 4], 4, False)

    def test_damage_in_what_was_acknowledged_is_a_problem(self) -> None:
        first = [record(1, flush="1-2"), broken(record(2, flush="1-2"))]
        assert self.sequences(*first, record(3)) == ([], 0, True)
        assert self.sequences(*first, record(3, flush="3-4"), record(4, flush="3-4")) == ([], 0, True)

    @pytest.mark.parametrize("flush", ["", "x", "1", "3-1", "5-9", "-", "²-³"])
    def test_a_note_that_makes_no_sense_is_none(self, flush: str) -> None:
        assert self.sequences(record(1, flush=flush), record(2, flush=flush)) == ([1, 2], 2, False)

    def test_what_cannot_be_read_is_a_problem(self) -> None:
        assert self.sequences(record(1), encode_record(2, b"\xff" * 60), record(3)) == ([1], 1, True)

    def test_the_next_one_goes_behind_the_last_that_counts(self) -> None:
        ring = record(1) + record(2, flush="2-3")
        assert pending_operations(scan(ring + END_MARKER), 0).end == len(record(1))
        assert pending_operations(scan(ring + END_MARKER), 1).end == 0


class TestTornFlush:
    """Several records with one flush, of which only some reached the disk."""

    def torn(self) -> tuple[bytes, list[Any]]:
        container = filled()
        known = whole_past(container)
        at = container.header.wal_offset + container._head
        do(container, Put(paged(b"%PDF", ["one", "two"])), Update(0, text("x"), {}), Delete(2))
        data = bytearray(data_of(container))
        second = at + len(encode_record(1, b"")) + int.from_bytes(data[at + 8 : at + 12], "little")
        data[second + 60] ^= 1
        return bytes(data), known

    def test_is_as_if_it_had_not_been(self) -> None:
        data, known = self.torn()
        again = in_memory(data)
        assert whole_past(again) == known
        assert verify(again, deep=True).overall_status == "passed"

    def test_is_written_over(self) -> None:
        data, known = self.torn()
        again = in_memory(data)
        for number in range(3):
            put(again, f"after {number}")
            assert whole_past(in_memory(data_of(again))) == whole_past(again)
        again.commit()
        assert whole_past(again)[: len(known)] == known
        assert len(whole_past(again)) == len(known) + 3


class TestProblems:
    def gap(self) -> bytes:
        container = filled()
        data = bytearray(data_of(container))
        at = container.header.wal_offset
        data[at + 60] ^= 1
        return bytes(data)

    @pytest.mark.parametrize("kind", ["gap", "tombstone", "reuse", "nonsense"])
    def test_reading_goes_on_and_writing_does_not(self, kind: str) -> None:
        if kind == "gap":
            data, left = self.gap(), 4
        else:
            container = filled()
            entry = {
                "tombstone": encode_entry(FrameOperation(op=Op.TOMBSTONE, target_frame_id=4000)),
                "reuse": encode_entry(FrameOperation(reuse_payload_from=4000, search_text="x")),
                "nonsense": b"\xff" * 99,
            }[kind]
            strange = encode_record(container._sequence + 1, entry)
            container.store.pwrite(container.header.wal_offset + container._head, strange + END_MARKER)
            data, left = data_of(container), 4
        again = in_memory(data)
        assert len(documents(again)) == left
        assert "Nothing is changed in this file until it has been repaired" in again.blocked
        with pytest.raises(DamagedFile, match="until it has been repaired"):
            put(again, "x")
        if again.dirty:
            with pytest.raises(DamagedFile, match="until it has been repaired"):
                again.commit()
        assert again.dirty == (kind != "gap")
        assert data_of(again) == data
        report = verify(again, deep=True)
        assert {check.name for check in report.checks if check.status != "passed"} == {"structure", "wal"}
        with pytest.raises(DamagedFile):
            update(again, 0, "x")
