"""One commit: what it appends, what it carries along, and that it leaves what the last one needs alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from blake3 import blake3

from engine.errors import EngineError
from engine.format.enums import Status
from engine.format.sketch import decode_sketch_track
from engine.format.time_index import decode_time_index
from engine.store.bytestore import MemoryStore
from engine.store.changes import Put, Update
from engine.store.commit import read_vectors
from engine.store.frames import CHANGE_KEY, HISTORY_MIME, LOG_MIME
from engine.store.prepared import prepare
from engine.store.verify import verify
from engine.types import PutItem
from tests.conftest import FORMATS
from tests.unit.engine.store.capsules import (
    delete,
    do,
    documents,
    fresh,
    in_memory,
    noise,
    paged,
    put,
    reopened,
    restore,
    text,
    update,
)

SAMPLES = FORMATS / "samples"


def with_vector(*values: float, content: str = "with a vector") -> Put:
    return Put(prepare(PutItem(content, embedding=list(values))))


class TestLayout:
    def test_nothing_of_the_last_state_is_touched(self) -> None:
        container = in_memory()
        assert isinstance(container.store, MemoryStore)
        for number in range(10):
            put(container, f"note {number}")
            update(container, container.ledger.newest_version(number and 0), tags=[str(number)])
            before = container.store.contents()
            container.commit()
            after = container.store.contents()
            wal_end = container.header.wal_offset + container.header.wal_size
            assert after[wal_end : len(before)] == before[wal_end:]
            assert len(after) > len(before)

    def test_blocks_are_where_the_table_of_contents_says(self) -> None:
        container = in_memory()
        frame_ids = [put(container, f"note {number}", timestamp=1000 - number) for number in range(5)]
        put(container, paged(b"%PDF", ["one", "two"]))
        delete(container, frame_ids[2])
        container.commit()
        toc = container.toc
        assert toc.time_index is not None
        assert toc.sketch_track is not None
        data = container.store.pread(toc.time_index.offset, toc.time_index.length)
        assert blake3(data).digest() == toc.time_index.checksum
        times, ids = decode_time_index(data, len(toc.frames))
        assert times.tolist() == sorted(times.tolist())
        assert sorted(ids.tolist()) == [0, 1, 3, 4, 5]
        sketches = decode_sketch_track(
            container.store.pread(toc.sketch_track.offset, toc.sketch_track.length)
        )
        assert len(sketches) == len(toc.frames) == toc.sketch_track.entry_count

    def test_history_has_one_frame_for_life(self) -> None:
        container = in_memory()
        found = set()
        for number in range(4):
            put(container, str(number))
            container.commit()
            found |= {f.id for f in container.toc.frames if f.metadata and f.metadata.mime == HISTORY_MIME}
        assert found == {1}

    def test_our_notes_leave_with_the_commit(self) -> None:
        container = in_memory()
        put(container, "one")
        update(container, 0, tags=["t"])
        delete(container, 2)
        restore(container, 0)
        container.commit()
        frames = container.toc.frames
        assert [frame.id for frame in frames if CHANGE_KEY in frame.extra_metadata] == []
        logs = [frame for frame in frames if frame.metadata and frame.metadata.mime == LOG_MIME]
        assert len(logs) == 3
        assert all(log.status is Status.DELETED and log.payload_length == 0 for log in logs)

    def test_equal_content_of_versions_is_stored_once(self) -> None:
        content = noise(5000)
        container = in_memory()
        put(container, prepare(PutItem(content, mime="image/png")))
        for number in range(5):
            update(container, container.ledger.newest_version(0), tags=[str(number)])
        container.commit()
        assert container.store.pread(0, container.store.size()).count(content) == 2  # one of them in the ring
        ranges = {
            (f.payload_offset, f.payload_length) for f in container.toc.frames if f.payload_length > 4000
        }
        assert len(ranges) == 1
        update(container, container.ledger.newest_version(0), tags=["after a commit"])
        container.commit()
        assert {
            (f.payload_offset, f.payload_length) for f in container.toc.frames if f.payload_length > 4000
        } == ranges
        active = [f for f in container.toc.frames if f.payload_length > 4000 and f.status is Status.ACTIVE]
        assert len(active) == 1

    def test_parts_follow_their_document(self) -> None:
        container = in_memory()
        put(container, paged(b"%PDF", ["one", "two"]))
        newer = update(container, 0, title="New")
        container.commit()
        assert [container.toc.frames[part].parent_id for part in (1, 2)] == [newer, newer]
        assert [container.toc.frames[part].status for part in (1, 2)] == [Status.ACTIVE] * 2
        delete(container, newer)
        container.commit()
        assert [container.toc.frames[part].status for part in (1, 2)] == [Status.DELETED] * 2
        back = restore(container, newer)
        container.commit()
        assert [container.toc.frames[part].parent_id for part in (1, 2)] == [back, back]
        assert [container.toc.frames[part].status for part in (1, 2)] == [Status.ACTIVE] * 2
        update(container, back, text("other"))
        container.commit()
        assert [container.toc.frames[part].status for part in (1, 2)] == [Status.SUPERSEDED] * 2

    def test_live_and_dead_bytes(self) -> None:
        container = in_memory()
        put(container, prepare(PutItem(noise(100_000), mime="image/png")))
        put(container, prepare(PutItem(noise(50_000, 1), mime="image/png")))
        container.commit()
        live, dead = container.space()
        assert live > 150_000
        assert live + dead == container.size
        delete(container, 0)
        container.commit()
        less, more = container.space()
        assert 99_000 < live - less <= 100_000
        assert more > dead + 99_000

    def test_an_empty_capsule_has_no_dead_bytes(self) -> None:
        container = in_memory()
        assert container.space() == (container.size, 0)

    def test_after_the_first_commit_all_but_the_empty_table_of_contents_is_live(self) -> None:
        container = in_memory()
        empty = container.size - container.header.wal_offset - container.header.wal_size
        put(container, "a note")
        put(container, paged(b"%PDF", ["one", "two"]))
        container.commit()
        assert container.space() == (container.size - empty, empty)

    def test_parts_die_with_their_document(self) -> None:
        container = in_memory()
        pages = [f"{noise(20_000, number).hex()}" for number in range(3)]
        frame_id = put(container, paged(noise(50_000), pages))
        container.commit()
        live, _ = container.space()
        delete(container, frame_id)
        container.commit()
        less, _ = container.space()
        assert live - less > 50_000 + 3 * 20_000
        newer = restore(container, frame_id)
        container.commit()
        # And they live on with it, also when another version has their content.
        again, _ = container.space()
        assert again - less > 50_000 + 3 * 20_000
        update(container, newer, tags=["t"])
        container.commit()
        assert container.space()[0] >= again


class TestVectors:
    def test_go_into_the_file(self) -> None:
        container = in_memory()
        do(container, with_vector(1, 0), with_vector(0, 1))
        put(container, "without")
        container.commit()
        do(container, with_vector(0.5, 0.5))
        container.commit()
        ids, matrix = read_vectors(container.store, container.toc)
        assert [container.ledger.text(int(i)) for i in ids] == ["with a vector"] * 3
        np.testing.assert_array_equal(matrix, np.array([[1, 0], [0, 1], [0.5, 0.5]], np.float32))
        assert verify(container, deep=True).overall_status == "passed"

    def test_survive_a_kill(self) -> None:
        container = in_memory()
        do(container, with_vector(1, 2, 3))
        again = in_memory(container.store.pread(0, container.store.size()))
        again.commit()
        ids, matrix = read_vectors(again.store, again.toc)
        assert (ids.tolist(), matrix.tolist()) == ([0], [[1, 2, 3]])

    @pytest.mark.parametrize("when", ["pending", "committed", "same call"])
    def test_of_another_length_are_refused_before_anything_is_written(self, when: str) -> None:
        container = in_memory()
        if when == "same call":
            with pytest.raises(EngineError, match=r"3 dimensions.* 2"):
                do(container, with_vector(1, 2, 3), with_vector(1, 2))
            do(container, with_vector(1, 2, 3))
        else:
            do(container, with_vector(1, 2, 3))
            if when == "committed":
                container.commit()
            with pytest.raises(EngineError, match=r"3 dimensions.* 2"):
                do(container, with_vector(1, 2))
        put(container, "goes on")
        container.commit()
        assert len(documents(container)) == 2
        assert verify(container, deep=True).overall_status == "passed"

    def test_are_refused_where_they_cannot_join_the_ones_there_are(self, tmp_path: Path) -> None:
        path = tmp_path / "hnsw.mv2"
        path.write_bytes((SAMPLES / "hnsw.mv2").read_bytes())
        container = reopened(path)
        count = len(documents(container))
        with pytest.raises(EngineError, match="without an embedding"):
            do(container, with_vector(1, 2, 3, 4))
        put(container, "goes on")
        container.commit()
        assert len(documents(container)) == count + 1
        container.close()

    @pytest.mark.parametrize("wrong", [["a"], [None], [[1.0]], "ab", 7, [float("inf")], [1e300], []])
    def test_have_to_be_numbers(self, wrong: object) -> None:
        with pytest.raises(EngineError, match="embedding"):
            prepare(PutItem("x", embedding=wrong))

    def test_may_be_an_array(self) -> None:
        container = in_memory()
        document = prepare(PutItem("x", embedding=np.array([0.25, 0.5], np.float32)))
        do(container, Put(document))
        container.commit()
        assert read_vectors(container.store, container.toc)[1].tolist() == [[0.25, 0.5]]

    def test_an_update_may_bring_one(self) -> None:
        container = in_memory()
        put(container, "x")
        newer = do(container, Update(0, prepare(PutItem("y", embedding=[1.0])), {})).ids[0]
        container.commit()
        assert read_vectors(container.store, container.toc)[0].tolist() == [newer]


def test_file_grows_only_by_what_is_written(tmp_path: Path) -> None:
    container = fresh(tmp_path / "a.mv2")
    put(container, "one")
    container.commit()
    size = container.size
    put(container, prepare(PutItem(noise(10_000), mime="image/png")))
    done, _ = container.commit()
    assert done is not None
    assert done.size == container.size == (tmp_path / "a.mv2").stat().st_size
    assert done.written == container.size - size
    assert done.written < 10_000 + 2_500
    container.close()
