"""Files whose numbers lie: they are read as far as they can be, quickly, and nothing in them is destroyed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from engine.errors import DamagedFile, EngineError
from engine.format.footer import Footer
from engine.format.header import Header
from engine.format.toc import Toc
from engine.format.wal import (
    END_MARKER,
    FrameOperation,
    RecordHeader,
    encode_entry,
    encode_record,
    find_record,
    scan,
)
from engine.limits import HEADER_SIZE
from engine.store import snapshot as snapshot_module
from engine.store.bytestore import FileStore, MemoryStore
from engine.store.changes import Put
from engine.store.container import Container
from engine.store.frames import HISTORY_URI
from engine.store.ledger import Ledger
from engine.store.snapshot import SEARCH_HASHED, read_snapshot
from engine.store.verify import verify
from engine.types import Operation
from tests.conftest import FORMATS
from tests.unit.engine.store.capsules import (
    do,
    documents,
    in_memory,
    paged,
    put,
    reopened,
    text,
    update,
    whole_past,
)

HUGE = (2**63, 2**64 - 1, 2**40)


def contents(container: Container) -> bytes:
    return container.store.pread(0, container.store.size())


def capsule() -> bytes:
    container = in_memory()
    put(container, "hello world")
    put(container, "second")
    update(container, 0, "changed")
    container.commit()
    return contents(container)


def with_toc(data: bytes, change: Callable[[Toc], None], **header: Any) -> bytes:
    """The capsule with a changed table of contents, all of its digests right, and with changed header fields."""
    snapshot = read_snapshot(MemoryStore(data))
    change(snapshot.toc)
    toc = snapshot.toc.encode()
    head = replace(snapshot.header, toc_checksum=toc[-32:], **header).encode()
    footer = Footer(len(toc), blake3(toc).digest(), 99).encode()
    return head + data[HEADER_SIZE : snapshot.toc_offset] + toc + footer


def as_it_is(toc: Toc) -> None:
    """No change."""


def frame_with(which: int, **fields: Any) -> Callable[[Toc], None]:
    def change(toc: Toc) -> None:
        toc.frames[which] = replace(toc.frames[which], **fields)

    return change


def history_with(**fields: Any) -> Callable[[Toc], None]:
    def change(toc: Toc) -> None:
        which = next(frame.id for frame in toc.frames if frame.uri == HISTORY_URI)
        toc.frames[which] = replace(toc.frames[which], **fields)

    return change


class TestStore:
    @pytest.mark.parametrize("kind", ["file", "memory"])
    def test_reads_nothing_where_it_is_not(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / "bytes"
        path.write_bytes(b"0123456789")
        store = FileStore(path, writable=False) if kind == "file" else MemoryStore(b"0123456789")
        assert store.pread(3, 4) == b"3456"
        for length in HUGE:
            assert store.pread(3, length) == b"3456789"
        for offset in (*HUGE, 10, 11, -1, -(2**63)):
            assert store.pread(offset, 4) == b""
            assert store.pread(offset, 2**63) == b""
        assert store.pread(3, 0) == store.pread(3, -1) == b""
        store.close()


class TestPlaces:
    @pytest.mark.parametrize("number", HUGE)
    @pytest.mark.parametrize("field", ["payload_offset", "payload_length"])
    def test_of_content(self, field: str, number: int, tmp_path: Path) -> None:
        path = tmp_path / "lies.mv2"
        path.write_bytes(with_toc(capsule(), frame_with(1, **{field: number})))
        container = reopened(path)
        with pytest.raises(DamagedFile, match="content of frame 1"):
            container.ledger.content(1)
        assert container.ledger.text(2) == "changed"
        assert verify(container, deep=True).overall_status == "failed"
        newest = put(container, "goes on")
        container.commit()
        assert container.ledger.text(newest) == "goes on"
        container.close()

    @pytest.mark.parametrize("number", HUGE)
    @pytest.mark.parametrize("field", ["payload_offset", "payload_length"])
    def test_of_the_history(self, field: str, number: int, tmp_path: Path) -> None:
        path = tmp_path / "lies.mv2"
        path.write_bytes(with_toc(capsule(), history_with(**{field: number})))
        container = reopened(path)
        assert {found.text for found in documents(container).values()} == {"changed", "second"}
        assert "history block is damaged" in container.damage[0]
        container.close()

    @pytest.mark.parametrize("number", HUGE)
    @pytest.mark.parametrize("track", ["sketch_track", "time_index"])
    def test_of_tracks(self, track: str, number: int, tmp_path: Path) -> None:
        def change(toc: Toc) -> None:
            setattr(toc, track, replace(getattr(toc, track), offset=number))

        path = tmp_path / "lies.mv2"
        path.write_bytes(with_toc(capsule(), change))
        container = reopened(path)
        assert len(documents(container)) == 2
        assert verify(container, deep=True).overall_status == "failed"
        put(container, "goes on")
        container.commit()
        assert len(documents(container)) == 3
        container.close()


class TestRing:
    @pytest.mark.parametrize(
        "header",
        [{"wal_size": 2**24}, {"wal_size": 2**63}, {"wal_offset": 2**36}, {"wal_offset": 2**63}],
        ids=str,
    )
    def test_that_is_larger_than_its_place_is_not_written_to(
        self, header: dict[str, int], tmp_path: Path
    ) -> None:
        path = tmp_path / "lies.mv2"
        path.write_bytes(with_toc(capsule(), as_it_is, **header))
        data = path.read_bytes()
        container = reopened(path)
        assert {found.text for found in documents(container).values()} == {"changed", "second"}
        assert "belong to it" in container.blocked
        with pytest.raises(DamagedFile, match="repaired"):
            put(container, "x")
        container.close()
        assert path.read_bytes() == data

    def test_never_reaches_into_content(self) -> None:
        """What lies first decides, be it content, an index or the table of contents."""
        data = capsule()
        snapshot = read_snapshot(MemoryStore(data))
        end = snapshot.header.wal_offset + snapshot.header.wal_size
        assert snapshot.ring_problem == ""

        def change(toc: Toc) -> None:
            assert toc.time_index is not None
            toc.time_index = replace(toc.time_index, offset=end - 1)

        assert "262,143 of them" in in_memory(with_toc(data, change)).blocked
        assert "262,143 of them" in in_memory(with_toc(data, frame_with(1, payload_offset=end - 1))).blocked
        assert (
            in_memory(with_toc(data, frame_with(1, payload_offset=end - 1, payload_length=0))).blocked == ""
        )

    def test_of_every_sample_has_its_place(self) -> None:
        found = sorted((FORMATS / "samples").glob("*.mv2"))
        assert len(found) > 5
        for path in found:
            try:
                snapshot = read_snapshot(MemoryStore(path.read_bytes()))
            except EngineError:
                continue
            assert snapshot.ring_problem == "", path.name

    def marked(self, count: int, left: int) -> bytes:
        """Pending changes that fill the ring but for ``left`` bytes, and a marker over the first of them."""
        container = in_memory(capsule())
        header = container.header
        first, room = container._sequence + 1, header.wal_size - left
        size = room // count - RecordHeader.SIZE
        records = b""
        for number in range(count):
            if number == count - 1:
                size = room - len(records) - RecordHeader.SIZE
            bare = encode_entry(FrameOperation(payload=b"x", search_text="x"))
            entry = encode_entry(FrameOperation(payload=b"x" * (size - len(bare) + 1), search_text="x"))
            records += encode_record(first + number, entry)
        assert len(records) == room
        container.store.pwrite(header.wal_offset, records + bytes(left))
        assert len(documents(in_memory(contents(container)))) == 2 + count
        container.store.pwrite(header.wal_offset, END_MARKER)
        return contents(container)

    @pytest.mark.parametrize("left", [0, 47])
    def test_with_a_marker_over_the_first_pending_change_is_not_written_to(self, left: int) -> None:
        data = self.marked(5, left)
        container = in_memory(data)
        assert len(documents(container)) == 2
        first = container._sequence + 1
        assert f"Changes {first} to {first + 4} are cut off by a mark" in container.blocked
        assert "cut off by a mark" in container.damage[0]
        with pytest.raises(DamagedFile, match="repaired"):
            put(container, "x")
        assert contents(container) == data
        assert verify(container, deep=False).overall_status == "failed"

    def test_with_a_marker_over_applied_changes_is_as_ever(self) -> None:
        container = in_memory(self.marked(5, 0))
        header = replace(container.header, wal_sequence=container._sequence + 5)
        container.store.pwrite(0, header.encode())
        data = contents(container)
        assert len(read_snapshot(MemoryStore(data)).hidden) == 4
        again = in_memory(data)
        assert again.blocked == ""
        put(again, "goes on")
        assert whole_past(in_memory(contents(again))) == whole_past(again)

    def test_with_any_number_in_an_old_record_is_as_ever(self) -> None:
        data = bytearray(self.marked(5, 0))
        sequence = Header.decode(data[:HEADER_SIZE]).wal_sequence
        ring = bytes(data[HEADER_SIZE:])
        at = find_record(ring)
        assert at is not None
        for number in (sequence + 1, sequence + 2, sequence + 3, sequence + 77):
            for record in scan(ring, at).records:
                data[HEADER_SIZE + record.offset : HEADER_SIZE + record.offset + 8] = bytes([1]) + bytes(7)
            data[HEADER_SIZE + at : HEADER_SIZE + at + 8] = number.to_bytes(8, "little")
            blocked = in_memory(bytes(data)).blocked
            assert ("cut off" in blocked) == (number <= sequence + 2), number

    def test_with_a_flush_that_was_never_complete_is_as_ever(self) -> None:
        container = in_memory(capsule())
        do(container, *(Put(text(f"together {number}")) for number in range(4)))
        container.store.pwrite(container.header.wal_offset, END_MARKER)
        again = in_memory(contents(container))
        assert again.blocked == ""
        # One of them goes in its place, and is committed: what is left of the others must not come to life.
        put(again, "x")
        again.commit()
        last = in_memory(contents(again))
        assert last.blocked == ""
        assert documents(last) == documents(again)


class TestEffort:
    """How long a file keeps its reader busy is a matter of its size, not of what it says."""

    def test_of_the_search_for_a_state(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Footers that follow each other, each of which claims all that lies before it."""
        before = capsule()[: 2**18]
        many = b"".join(
            Footer(len(before) - HEADER_SIZE + Footer.SIZE * number, bytes(32), 1).encode()
            for number in range(9000)
        )
        store = CountingStore(before + many)
        with pytest.raises(DamagedFile, match="table of contents"):
            read_snapshot(store)
        assert store.read < 1.1 * SEARCH_HASHED
        # And a state before as many as there may well be is found.
        monkeypatch.setattr(snapshot_module, "SEARCH_HASHED", 2**26)
        whole = capsule()
        found = read_snapshot(CountingStore(whole + many[: Footer.SIZE * 100]))
        assert found.toc_offset + Footer.SIZE < len(whole)

    def test_of_revisions_that_name_one_document_with_many_parts(self) -> None:
        container = in_memory()
        put(container, paged(b"%PDF", [f"page {number}" for number in range(2000)]))
        container.commit()
        history = container.ledger.history
        for _ in range(20_000):
            history.append(replace(history.entry(1), operation=Operation.UPDATE))
        twin = Ledger(container.store, history)
        twin.load_frames(container.ledger.frames)
        started = time.perf_counter()
        twin.replay_history()
        assert time.perf_counter() - started < 3
        assert twin.born.view[:2001].tolist() == [1] * 2001


class CountingStore(MemoryStore):
    """Knows how much was read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.read = 0

    def pread(self, offset: int, length: int) -> bytes:
        found = super().pread(offset, length)
        self.read += len(found)
        return found
