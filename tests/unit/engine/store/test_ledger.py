"""What was there when, and what it says; and looking at all of it for mistakes."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from engine.errors import (
    CapsuleFull,
    ChecksumError,
    ContentGone,
    DamagedFile,
    EngineError,
    FormatError,
    FrameNotFound,
    LockedError,
    StorageError,
)
from engine.format.enums import Encoding, Op, Status
from engine.format.frame import Frame
from engine.format.wal import FrameOperation
from engine.limits import MAX_PAYLOAD_BYTES
from engine.store import changes, lock
from engine.store.bytestore import FileStore
from engine.store.changes import Delete, Put, Stamp, Update, plan
from engine.store.container import Container
from engine.store.prepared import prepare
from engine.store.replay import Replayer
from engine.store.verify import verify
from engine.types import Kind, Operation, PutItem
from tests.unit.engine.store.capsules import (
    delete,
    do,
    documents,
    in_memory,
    log,
    noise,
    paged,
    picture,
    put,
    restore,
    text,
    update,
)


@pytest.fixture
def container() -> Container:
    container = in_memory()
    put(container, "first", title="First", tags=("a",))
    put(container, paged(b"%PDF", ["one", "two"], title="Paper"))
    put(container, picture(title="Dot"))
    container.commit()
    return container


class TestContent:
    def test_of_frames_that_do_not_exist(self, container: Container) -> None:
        for wrong in (-1, 99, "0", None, 0.5):
            with pytest.raises(FrameNotFound):
                container.ledger.frame(wrong)  # type: ignore[arg-type]

    def test_that_is_gone(self, container: Container) -> None:
        frame = container.ledger.frames[0]
        container.ledger.set_frame(0, replace(frame, payload_offset=0, payload_length=0))
        with pytest.raises(ContentGone, match="Frame 0"):
            container.ledger.stored(0)

    def test_that_was_damaged(self, container: Container) -> None:
        frame = container.ledger.frames[0]
        container.store.pwrite(frame.payload_offset, b"\xff")
        with pytest.raises(ChecksumError, match=r"content of frame 0.*restore the file from a backup"):
            container.ledger.content(0)

    def test_that_lies_beyond_the_file(self, container: Container) -> None:
        frame = container.ledger.frames[0]
        container.ledger.set_frame(0, replace(frame, payload_offset=2**40))
        with pytest.raises(DamagedFile, match="cut short"):
            container.ledger.content(0)
        container.ledger.set_frame(0, replace(frame, payload_length=MAX_PAYLOAD_BYTES + 1))
        with pytest.raises(DamagedFile, match="at most"):
            container.ledger.content(0)

    def test_that_claims_another_length(self, container: Container) -> None:
        frame = container.ledger.frames[0]
        container.ledger.set_frame(0, replace(frame, canonical_length=2**50))
        with pytest.raises(FormatError):
            container.ledger.content(0)
        container.ledger.set_frame(0, replace(frame, canonical_encoding=Encoding.ZSTD))
        with pytest.raises(FormatError):
            container.ledger.content(0)

    def test_that_is_damaged_is_not_searched_and_keeps_its_title(self, container: Container) -> None:
        container.store.pwrite(container.ledger.frames[0].payload_offset, b"\xff")
        entry = container.ledger.index_entry(0)
        assert entry is not None
        assert (entry.text, entry.title) == ("", "First")

    def test_for_the_word_index(self, container: Container) -> None:
        entries = [container.ledger.index_entry(frame_id) for frame_id in range(container.ledger.frame_count)]
        described = [(e.is_part, e.title, e.text, e.kind) if e else None for e in entries]
        assert described == [
            (False, "First", "first", Kind.TEXT),
            (False, "Paper", "", Kind.DOCUMENT),
            (True, "Paper (page 1/2)", "one", Kind.TEXT),
            (True, "Paper (page 2/2)", "two", Kind.TEXT),
            (False, "Dot", "", Kind.IMAGE),
            None,
        ]


class TestKnownContent:
    def test_follows_every_change(self, container: Container) -> None:
        ledger = container.ledger
        digest = blake3(b"first").digest()
        other = blake3(b"second").digest()
        assert ledger.is_active_content(digest)
        newer = update(container, 0, "second")
        assert (ledger.is_active_content(digest), ledger.is_active_content(other)) == (False, True)
        delete(container, newer)
        assert not ledger.is_active_content(other)
        restore(container, 0)
        assert (ledger.is_active_content(digest), ledger.is_active_content(other)) == (True, False)
        put(container, "third")
        assert ledger.is_active_content(blake3(b"third").digest())
        assert not ledger.is_active_content(blake3(b"one").digest())  # a part is no document

    def test_with_two_of_the_same(self, container: Container) -> None:
        digest = blake3(b"first").digest()
        second = put(container, "first")
        assert container.ledger.is_active_content(digest)
        delete(container, second)
        assert container.ledger.is_active_content(digest)
        delete(container, 0)
        assert not container.ledger.is_active_content(digest)


class TestIdentity:
    def test_is_that_of_the_frames_seen(self, container: Container) -> None:
        ledger = container.ledger
        before = ledger.identity(ledger.frame_count)
        put(container, "more")
        container.commit()
        assert ledger.identity(6) == before
        assert ledger.identity(7) != before
        again = in_memory(container.store.pread(0, container.store.size()))
        assert again.ledger.identity(6) == before
        other = in_memory()
        put(other, "something else")
        other.commit()
        assert other.ledger.identity(2) != before
        assert ledger.identity(0) == in_memory().ledger.identity(0)


class TestPlan:
    stamp = Stamp(5_000, "Ana")

    def test_a_change_that_brings_nothing_is_announced(self, container: Container) -> None:
        """Every record set that another program replays holds an insert with a payload."""
        ledger = container.ledger
        for change in (
            Put(text("x")),
            Put(text("")),
            Put(paged(b"%PDF", ["a", "b"])),
            Put(picture()),
            Update(0, text("y"), {}),
            Update(0, None, {"tags": ["t"]}),
            Update(1, None, {"title": "t"}),
            Delete(0),
        ):
            operations = plan(ledger, change, self.stamp).operations
            inserts = [operation for operation in operations if operation.op is Op.INSERT]
            assert inserts
            empty = isinstance(change, Put) and not change.document.blob.size
            assert empty or any(operation.payload for operation in inserts)
            for operation in inserts:
                mime = operation.metadata.mime if operation.metadata else None
                if mime == "text/plain":
                    assert operation.search_text
                assert not (operation.payload and operation.reuse_payload_from is not None)

    def test_frame_ids_are_those_that_come_out(self, container: Container) -> None:
        for change in (Put(text("x")), Update(0, None, {"title": "t"}), Put(paged(b"%PDF", ["a"]))):
            planned = plan(container.ledger, change, self.stamp).frame_id
            assert do(container, change).ids == (planned,)

    def test_a_full_capsule(self, container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(changes, "MAX_FRAMES", container.ledger.next_id + 1)
        with pytest.raises(CapsuleFull, match="Start a new capsule"):
            put(container, paged(b"%PDF", ["a"]))
        with pytest.raises(CapsuleFull):
            delete(container, 0)
        put(container, "the last one")
        with pytest.raises(CapsuleFull):
            put(container, "one too many")


class TestReplay:
    def test_records_of_another_program(self) -> None:
        container = in_memory()
        replayer = Replayer(container.ledger, 10_000)
        replayer.apply(FrameOperation(timestamp=5, search_text="theirs", uri="mv2://x"), 1)
        replayer.apply(FrameOperation(timestamp=99, search_text="in the future"), 2)
        replayer.apply(FrameOperation(op=Op.TOMBSTONE, target_frame_id=0, timestamp=7), 3)
        container.ledger.publish()
        assert log(container) == [
            (5_000, "put", 0, "", 0), (10_000, "put", 1, "", 0), (10_000, "delete", 0, "", 0),
        ]  # fmt: skip
        assert set(documents(container)) == {1}

    @pytest.mark.parametrize(
        "operation",
        [
            FrameOperation(op=Op.TOMBSTONE, target_frame_id=5),
            FrameOperation(op=Op.TOMBSTONE),
            FrameOperation(reuse_payload_from=0),
            FrameOperation(reuse_payload_from=2**60),
        ],
    )
    def test_of_what_does_not_exist(self, operation: FrameOperation) -> None:
        with pytest.raises(FormatError):
            Replayer(in_memory().ledger, 0).apply(operation, 1)


class TestVerify:
    def failed(self, container: Container, *, deep: bool = True) -> set[str]:
        report = verify(container, deep=deep)
        failed = {check.name for check in report.checks if check.status == "failed"}
        assert (report.overall_status == "failed") == bool(failed)
        return failed

    def test_all_is_well(self, container: Container) -> None:
        report = verify(container, deep=True)
        assert report.overall_status == "passed"
        assert {check.name for check in report.checks} == {
            "structure", "wal", "payload ranges", "time index", "sketch track", "links", "content", "history",
        }  # fmt: skip
        assert len(bytes.fromhex(report.head_hash)) == 32
        assert "content" not in {check.name for check in verify(container, deep=False).checks}

    def change(self, container: Container, frame_id: int, **fields: Any) -> None:
        container.ledger.set_frame(frame_id, replace(container.ledger.frames[frame_id], **fields))

    def test_two_active_frames_at_one_place(self, container: Container) -> None:
        first = container.ledger.frames[0]
        self.change(container, 1, payload_offset=first.payload_offset)
        assert "payload ranges" in self.failed(container)

    def test_content_behind_the_end(self, container: Container) -> None:
        self.change(container, 0, payload_offset=container.size)
        assert self.failed(container) >= {"payload ranges", "content"}

    def test_content_that_was_damaged(self, container: Container) -> None:
        container.store.pwrite(container.ledger.frames[2].payload_offset, b"\xff")
        assert self.failed(container) == {"content"}
        assert self.failed(container, deep=False) == set()

    @pytest.mark.parametrize("name", ["time index", "sketch track"])
    def test_blocks_that_were_damaged(self, container: Container, name: str) -> None:
        manifest = container.toc.time_index if name == "time index" else container.toc.sketch_track
        assert manifest is not None
        container.store.pwrite(manifest.offset + manifest.length - 1, b"\xff")
        assert self.failed(container) == {name}

    def test_a_time_index_of_other_documents(self, container: Container) -> None:
        toc = container.toc
        toc.frames[4] = replace(toc.frames[4], status=Status.DELETED)
        assert "time index" in self.failed(container)

    def test_links_to_nowhere(self, container: Container) -> None:
        self.change(container, 2, parent_id=77)
        assert self.failed(container) == {"links"}

    @pytest.mark.parametrize(
        "fields", [{"title": "Other"}, {"tags": ("b",)}, {"timestamp": 1}, {"uri": "mv2://y"}]
    )
    def test_a_document_that_is_not_what_was_recorded(
        self, container: Container, fields: dict[str, Any]
    ) -> None:
        self.change(container, 0, **fields)
        assert self.failed(container) == {"history"}

    def test_a_rewritten_past(self, container: Container) -> None:
        container.ledger.head_hash()
        container.ledger.history.ms[1] = int(container.ledger.history.ms[1]) - 1
        assert self.failed(container) == {"history"}

    def test_many_problems_are_counted(self) -> None:
        container = in_memory()
        do(
            container,
            *(Put(prepare(PutItem(noise(50, n), mime="image/png"))) for n in range(15)),
            direct=True,
        )
        for frame in list(container.ledger.frames[:15]):
            container.store.pwrite(frame.payload_offset, b"\0\0\0\0")
        details = next(c.details for c in verify(container, deep=True).checks if c.name == "content")
        assert details.endswith("; and 5 more")


class TestLock:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "a.mv2"
        path.write_bytes(b"x")
        return path

    def test_is_taken_and_given_back(self, path: Path) -> None:
        store = FileStore(path, writable=True)
        with path.open("rb+") as other:
            with lock.exclusive(path, store, 0) as held:
                assert held is store
                with pytest.raises(BlockingIOError):
                    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                assert lock.lock_holder(store.inode) == os.getpid()
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with pytest.raises(LockedError), lock.exclusive(path, store, 0.05):
                pass
        store.close()

    def test_is_given_back_after_an_error(self, path: Path) -> None:
        store = FileStore(path, writable=True)
        with pytest.raises(ZeroDivisionError), lock.exclusive(path, store, 0):
            1 / 0  # noqa: B018
        with lock.exclusive(path, store, 0):
            pass
        store.close()

    def test_is_on_the_file_that_the_name_leads_to(self, path: Path) -> None:
        store = FileStore(path, writable=True)
        beside = path.with_name("b.mv2")
        beside.write_bytes(b"y")
        os.replace(beside, path)  # noqa: PTH105
        with lock.exclusive(path, store, 0) as held:
            assert held is not store
            assert held.pread(0, 1) == b"y"
            assert held.inode == (path.stat().st_dev, path.stat().st_ino)
        held.close()
        store.close()

    def test_a_file_system_that_cannot_lock(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        store = FileStore(path, writable=True)

        def refuse(*_: Any) -> None:
            raise OSError(37, "No locks available")

        monkeypatch.setattr(fcntl, "flock", refuse)
        with pytest.raises(StorageError, match=r"a\.mv2"), lock.exclusive(path, store, 0):
            pass
        monkeypatch.undo()
        store.close()

    def test_names(self, path: Path) -> None:
        assert lock.program_of(os.getpid())
        assert lock.program_of(2**22 + 1) is None
        assert lock.manifest_path(Path("/a/notes.v1.mv2")) == Path("/a/notes.v1.manifest.wal")
        assert lock.open_elsewhere(path) is None
        with path.open("rb"):
            assert lock.open_elsewhere(path) == os.getpid()
        assert lock.open_elsewhere(path.with_name("gone")) is None
        assert "Another program" in str(lock.locked_error(path, None))


def test_operations_have_names() -> None:
    container = in_memory()
    put(container, "a")
    update(container, 0, tags=["t"])
    update(container, 2, "b")
    delete(container, 3)
    restore(container, 0)
    assert [entry[1] for entry in log(container)] == [
        Operation.PUT, Operation.TAG, Operation.UPDATE, Operation.DELETE, Operation.RESTORE,
    ]  # fmt: skip
    frames = container.ledger.frames
    assert isinstance(frames[0], Frame)
    with pytest.raises(EngineError):
        restore(container, 1)
