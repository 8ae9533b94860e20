"""A capsule's file in one hand: what is put is there, now and for whoever opens the file next."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import CapsuleExists, EngineError, FrameNotFound, ReadOnly
from engine.limits import WAL_SIZE_AT_CREATION
from engine.store.changes import Delete, Put, Update
from engine.store.container import NEW_BATCH, Container
from engine.store.prepared import prepare
from engine.store.verify import verify
from engine.types import PutItem
from tests.unit.engine.store.capsules import (
    delete,
    do,
    documents,
    fresh,
    in_memory,
    log,
    noise,
    paged,
    picture,
    put,
    reopened,
    restore,
    text,
    ticking,
    update,
    whole_past,
)


def assert_same_after_reopening(container: Container, path: Path) -> None:
    """What one process knows is what the next one reads, whether it has been committed or not."""
    twin = reopened(path, read_only=True)
    assert whole_past(twin) == whole_past(container)
    assert log(twin) == log(container)
    assert twin.ledger.head_hash() == container.ledger.head_hash()
    assert [check for check in verify(twin, deep=True).checks if check.status != "passed"] == []
    twin.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.mv2"


class TestPut:
    def test_is_there_at_once_and_for_the_next_reader(self, path: Path) -> None:
        container = fresh(path)
        frame_id = put(container, "Weir removal options", title="Weir", tags=("river", "plan"))
        assert documents(container)[frame_id].text == "Weir removal options"
        assert container.dirty
        assert_same_after_reopening(container, path)

    def test_survives_a_commit(self, path: Path) -> None:
        container = fresh(path)
        frame_id = put(container, "Weir removal options", title="Weir")
        before = whole_past(container)
        container.commit()
        assert not container.dirty
        assert whole_past(container) == before
        assert documents(container)[frame_id].title == "Weir"
        assert_same_after_reopening(container, path)

    @pytest.mark.parametrize("committed", [False, True])
    def test_of_nothing_is_an_empty_document(self, path: Path, committed: bool) -> None:
        container = fresh(path)
        frame_id = put(container, "")
        other = put(container, "", title="Only a title", tags=("t",))
        if committed:
            container.commit()
        for which in (frame_id, other):
            assert documents(container)[which].text == ""
            assert documents(container)[which].mime == "text/plain"
        assert_same_after_reopening(container, path)

    @pytest.mark.parametrize("content", ["x", "  ", "\n", "\0", "é", "a" * 500_000, "🜂 " * 9_000])
    def test_keeps_any_text_exactly(self, path: Path, content: str) -> None:
        container = fresh(path)
        frame_id = put(container, content)
        assert documents(container)[frame_id].text == content
        container.commit()
        assert documents(container)[frame_id].text == content
        assert_same_after_reopening(container, path)

    @pytest.mark.parametrize("committed", [False, True])
    def test_with_pages(self, path: Path, committed: bool) -> None:
        container = fresh(path)
        frame_id = put(container, paged(b"%PDF made up", ["first page", "second page"], title="Paper"))
        if committed:
            container.commit()
        found = documents(container)[frame_id]
        assert found.content == b"%PDF made up"
        assert [(part[1], part[2].page if part[2] else None) for part in found.parts] == [
            ("first page", 1),
            ("second page", 2),
        ]
        assert found.text == "first page\n\nsecond page"
        assert_same_after_reopening(container, path)

    def test_of_the_same_bytes_twice_gives_each_its_own_place_in_the_file(self, path: Path) -> None:
        # The official reader refuses a file in which two active frames share a range.
        container = fresh(path)
        content = noise(500)
        for _ in range(2):
            put(container, prepare(PutItem(content, mime="application/octet-stream")))
            put(container, "x")
        do(container, *[Put(prepare(PutItem(content, mime="image/png")))] * 2, direct=True)
        frames = [frame for frame in container.toc.frames if frame.payload_length]
        ranges = [(frame.payload_offset, frame.payload_length) for frame in frames]
        assert len(set(ranges)) == len(ranges)
        assert verify(container, deep=True).overall_status == "passed"

    def test_too_large_for_the_wal_goes_straight_into_the_file(self, path: Path) -> None:
        container = fresh(path)
        put(container, "small one before")
        content = noise(WAL_SIZE_AT_CREATION // 4)
        frame_id = put(container, prepare(PutItem(content, mime="application/octet-stream")))
        assert not container.dirty
        assert documents(container)[frame_id].content == content
        assert_same_after_reopening(container, path)

    def test_that_fills_the_wal_commits_by_itself(self, path: Path) -> None:
        container = fresh(path)
        was_clean = 0
        for number in range(60):
            put(container, noise(4000, number).hex())
            was_clean += not container.dirty
        assert was_clean >= 1
        assert [found.text for found in documents(container).values()] == [
            noise(4000, n).hex() for n in range(60)
        ]
        twin = reopened(path, read_only=True)
        assert documents(twin) == documents(container)
        assert verify(twin, deep=True).overall_status == "passed"


class TestBatch:
    def test_is_one_commit_and_one_revision_each(self, path: Path) -> None:
        container = fresh(path)
        put(container, "before")
        done = do(container, *(Put(text(f"document {n}")) for n in range(20)), batch=NEW_BATCH, direct=True)
        assert container.ledger.revision == 21
        assert [entry[4] for entry in log(container)] == [0] + [2] * 20
        assert len(done.ids) == 20
        assert not container.dirty
        assert_same_after_reopening(container, path)

    def test_is_all_or_nothing(self, path: Path) -> None:
        container = fresh(path)
        put(container, "before")
        before = whole_past(container)
        with pytest.raises(FrameNotFound):
            do(container, Put(text("one")), Delete(99), Put(text("two")))
        assert whole_past(container) == before
        assert_same_after_reopening(container, path)
        put(container, "goes on")
        assert_same_after_reopening(container, path)

    def test_a_refused_change_does_not_stop_the_others(self, path: Path) -> None:
        container = fresh(path)
        refused: dict[int, EngineError] = {}
        done = do(container, Put(text("one")), Delete(99), Put(text("two")), refused=refused)
        assert isinstance(refused[1], FrameNotFound)
        assert [documents(container)[i].text for i in done.ids if i >= 0] == ["one", "two"]
        assert_same_after_reopening(container, path)

    def test_all_refused_changes_nothing(self, path: Path) -> None:
        container = fresh(path)
        put(container)
        size, revision = path.stat().st_size, container.ledger.revision
        refused: dict[int, EngineError] = {}
        assert do(container, Delete(7), Delete(8), refused=refused).ids == (-1, -1)
        assert (path.stat().st_size, container.ledger.revision) == (size, revision)

    def test_a_refused_change_does_not_read_the_file_again(self, path: Path) -> None:
        container = fresh(path)
        put(container)
        ledger = container.ledger
        with pytest.raises(FrameNotFound):
            delete(container, 99)
        assert container.ledger is ledger


class TestChanges:
    @pytest.fixture(params=[False, True], ids=["pending", "committed"])
    def committed(self, request: pytest.FixtureRequest) -> bool:
        return bool(request.param)

    @pytest.fixture
    def container(self, path: Path, committed: bool) -> Container:
        container = fresh(path)
        put(container, "first", title="First", tags=("a",), labels=("l",), track="t", timestamp=1_600_000_000)
        put(container, paged(b"%PDF made up", ["page one", "page two"], title="Paper"))
        put(container, picture(title="Dot"))
        if committed:
            container.commit()
        return container

    def check(self, container: Container, path: Path) -> None:
        assert_same_after_reopening(container, path)
        before, entries = whole_past(container), log(container)
        container.commit()
        assert whole_past(container) == before
        assert log(container) == entries
        assert_same_after_reopening(container, path)

    def test_update_of_text(self, container: Container, path: Path) -> None:
        newer = update(container, 0, "second")
        assert documents(container)[newer].text == "second"
        assert documents(container)[newer].title == "First"
        assert documents(container, 3)[0].text == "first"
        assert 0 not in documents(container)
        assert log(container)[-1][1] == "update"
        self.check(container, path)

    def test_retag(self, container: Container, path: Path) -> None:
        newer = update(container, 0, tags=["x", "y"])
        assert documents(container)[newer].tags == ("x", "y")
        assert documents(container)[newer].text == "first"
        assert documents(container)[newer].timestamp == 1_600_000_000
        assert log(container)[-1][1] == "tag"
        self.check(container, path)

    def test_retag_of_a_document_with_pages_keeps_the_pages(self, container: Container, path: Path) -> None:
        pages = documents(container)[1].parts
        newer = update(container, 1, tags=["x"], title="New title")
        assert documents(container)[newer].parts == pages
        assert documents(container)[newer].content == b"%PDF made up"
        assert documents(container, 3)[1].parts == pages
        self.check(container, path)

    def test_delete_and_restore(self, container: Container, path: Path) -> None:
        pages = documents(container)[1].parts
        delete(container, 1)
        assert [found.title for found in documents(container).values()] == ["First", "Dot"]
        self.check(container, path)
        back = restore(container, 1)
        assert documents(container)[back].parts == pages
        assert 1 not in documents(container)
        assert [entry[1] for entry in log(container)[-2:]] == ["delete", "restore"]
        self.check(container, path)

    def test_restore_of_an_older_version(self, container: Container, path: Path) -> None:
        newer = update(container, 0, "second")
        back = restore(container, 0)
        assert documents(container)[back].text == "first"
        assert newer not in documents(container)
        assert container.ledger.newest_version(0) == back
        self.check(container, path)

    def test_pages_belong_to_the_versions_with_their_content(self, container: Container, path: Path) -> None:
        newer = update(container, 1, "now it is a note", mime="text/plain")
        assert documents(container)[newer].parts == ()
        visible = container.ledger.visible(container.ledger.revision)
        assert [int(visible.document_of[part]) for part in (2, 3)] == [-1, -1]
        self.check(container, path)
        back = restore(container, 1)
        visible = container.ledger.visible(container.ledger.revision)
        assert [int(visible.document_of[part]) for part in (2, 3)] == [back, back]
        assert documents(container)[back].text == "page one\n\npage two"
        self.check(container, path)

    def test_restore_of_what_is_there_is_refused(self, container: Container) -> None:
        with pytest.raises(EngineError, match="already"):
            restore(container, 0)

    def test_change_of_an_old_version_names_the_new_one(self, container: Container) -> None:
        newer = update(container, 0, "second")
        with pytest.raises(FrameNotFound, match=f"newest version is frame {newer}"):
            update(container, 0, "third")

    def test_change_of_a_part_is_refused(self, container: Container) -> None:
        with pytest.raises(EngineError, match="part of document 1"):
            delete(container, 2)

    def test_words_for_other_readers_leave_the_table_of_contents(
        self, container: Container, path: Path
    ) -> None:
        # Until the commit they keep the file safe; afterwards the text would stand in the file twice.
        put(container, "a long story " * 200)
        update(container, 0, tags=["x"])
        delete(container, container.ledger.newest_version(0))
        restore(container, 0)
        container.commit()
        texts = [
            f
            for f in container.toc.frames
            if f.metadata and f.metadata.mime == "text/plain" and f.payload_length
        ]
        assert len(texts) >= 4
        assert [frame.id for frame in texts if frame.search_text] == []


class TestFile:
    def test_create_does_not_touch_what_is_there(self, path: Path) -> None:
        path.write_bytes(b"precious")
        with pytest.raises(CapsuleExists, match=r"notes\.mv2"):
            fresh(path)
        assert path.read_bytes() == b"precious"

    def test_read_only_changes_nothing(self, path: Path) -> None:
        container = fresh(path)
        put(container)
        data = path.read_bytes()
        reader = reopened(path, read_only=True)
        assert documents(reader) == documents(container)
        with pytest.raises(ReadOnly, match=r"notes\.mv2"):
            put(reader)
        with pytest.raises(ReadOnly):
            reader.commit()
        assert path.read_bytes() == data

    def test_commit_of_nothing_writes_nothing(self, path: Path) -> None:
        container = fresh(path)
        put(container)
        container.commit()
        data = path.read_bytes()
        assert container.commit() == (None, False)
        assert path.read_bytes() == data

    def test_time_goes_on_when_the_clock_goes_back(self) -> None:
        clock = iter([5_000_000, 4_000_000, 3_000_000, 3_000_001, 9_000_000, 9_000_000, 9_000_000, 9_000_000])
        container = in_memory(clock=lambda: next(clock, 9_000_000))
        for number in range(4):
            put(container, str(number))
        times = [entry[0] for entry in log(container)]
        assert times == sorted(set(times))
        assert (
            in_memory(container.store.pread(0, container.store.size())).ledger.history.ms.view.tolist()
            == times
        )

    def test_author_of_any_characters(self, path: Path) -> None:
        container = fresh(path)
        do(container, Put(text("one")), author="Zoë \udcff")
        do(container, Update(0, None, {"tags": ["t"]}), author="Zoë \udcff")
        container.commit()
        assert [entry[3] for entry in log(container)] == ["Zoë ?", "Zoë ?"]
        assert_same_after_reopening(container, path)

    def test_every_state_between_two_commits_is_readable(self, path: Path) -> None:
        container = fresh(path, clock=ticking())
        for number in range(30):
            kind = number % 5
            if kind == 0:
                put(container, f"text {number}")
            elif kind == 1:
                put(container, paged(b"%%PDF %d" % number, [f"page {number}", "the end"]))
            elif kind == 2:
                update(container, max(documents(container)), tags=[str(number)])
            elif kind == 3:
                delete(container, min(documents(container)))
            else:
                container.commit()
            assert_same_after_reopening(container, path)
