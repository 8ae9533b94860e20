"""Several hands on one file: nothing is lost, everybody sees it, and who is in the way is named."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import engine
from engine.errors import CapsuleNotFound, LockedError
from engine.store.bytestore import MemoryStore
from engine.store.changes import Put
from engine.store.container import NEW_BATCH, memory_copy
from engine.store.lock import manifest_path
from engine.store.verify import verify
from tests.conftest import REPOSITORY
from tests.unit.engine.store.capsules import (
    delete,
    do,
    documents,
    fresh,
    in_memory,
    log,
    put,
    reopened,
    restore,
    text,
    ticking,
    update,
    whole_past,
)

HOLD_LOCK = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.flock(fd, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""

HOLD_OPEN = """
import sys
held = open(sys.argv[1], "rb")
print("held", flush=True)
sys.stdin.read()
"""

PUT_MANY = """
import sys
import engine
from engine.config import EngineConfig
path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with engine.open(path, config=EngineConfig(author=name, lock_timeout=30, idle_commit_after=0.01)) as capsule:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(count):
        kept = capsule.put(f"{name} {number}", title=f"{name} {number}")
        if number % 5 == 0:
            capsule.update(kept, tags=["changed"])
        if number % 7 == 0:
            capsule.commit()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shared.mv2"


@contextmanager
def other_process(code: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A Python process that has said its first line; it ends with its stdin."""
    child = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    with child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline().strip() in ("held", "ready")
        try:
            yield child
        finally:
            child.stdin.close()
            child.wait(30)


class TestTwoContainers:
    def test_changes_alternate(self, path: Path) -> None:
        clock = ticking()
        one = fresh(path, clock=clock)
        two = reopened(path, clock=clock)
        steps: list[Callable[[], object]] = [
            lambda: put(one, "one"),
            lambda: put(two, "two"),
            lambda: update(one, 1, tags=["t"]),
            two.commit,
            lambda: put(one, "after the commit of the other"),
            lambda: delete(two, 0),
            one.commit,
            one.commit,
            lambda: restore(two, 0),
            lambda: do(one, Put(text("a")), Put(text("b")), batch=NEW_BATCH, direct=True),
            lambda: put(two, "last"),
        ]
        for step in steps:
            step()
        third = reopened(path, read_only=True)
        two.reload_if_changed()
        one.reload_if_changed()
        assert whole_past(one) == whole_past(two) == whole_past(third)
        assert log(one) == log(two) == log(third)
        assert [found.text for found in documents(third).values()] == [
            "two", "after the commit of the other", "one", "a", "b", "last",
        ]  # fmt: skip
        assert verify(third, deep=True).overall_status == "passed"

    def test_a_change_says_that_it_took_in_others(self, path: Path) -> None:
        one = fresh(path)
        two = reopened(path)
        assert not do(one, Put(text("x"))).reloaded
        assert do(two, Put(text("y"))).reloaded
        assert not do(two, Put(text("z"))).reloaded
        assert do(one, Put(text("x"))).reloaded
        one.commit()
        assert do(two, Put(text("after a commit"))).reloaded

    def test_nothing_is_read_again_without_need(self, path: Path) -> None:
        one = fresh(path)
        ledger = one.ledger
        for number in range(5):
            put(one, f"{number}")
            assert not one.reload_if_changed()
            if number == 2:
                one.commit()
                assert not one.reload_if_changed()
        assert one.ledger is ledger

    def test_a_reader_sees_what_is_pending_and_writes_nothing(self, path: Path) -> None:
        one = fresh(path)
        put(one, "committed")
        one.commit()
        put(one, "pending")
        data, stamp = path.read_bytes(), path.stat().st_mtime_ns
        reader = reopened(path, read_only=True)
        assert [found.text for found in documents(reader).values()] == ["committed", "pending"]
        put(one, "more")
        assert reader.reload_if_changed()
        assert len(documents(reader)) == 3
        one.commit()
        assert reader.reload_if_changed()
        assert len(documents(reader)) == 3
        assert (data, stamp) != (path.read_bytes(), path.stat().st_mtime_ns)
        data = path.read_bytes()
        assert verify(reader, deep=True).overall_status == "passed"
        assert path.read_bytes() == data

    def test_the_file_is_replaced_by_another(self, path: Path, tmp_path: Path) -> None:
        """As the official program does at each of its commits."""
        one = fresh(path)
        put(one, "first")
        copy = tmp_path / "copy.mv2"
        copy.write_bytes(path.read_bytes())
        two = reopened(copy)
        put(two, "by the other, in a new file")
        two.commit()
        two.close()
        moment = documents(one)
        os.replace(copy, path)  # noqa: PTH105
        assert documents(one) == moment
        third = put(one, "third")
        assert [found.text for found in documents(one).values()] == [
            "first",
            "by the other, in a new file",
            "third",
        ]
        assert third == max(documents(one))
        assert documents(reopened(path, read_only=True)) == documents(one)

    def test_the_file_is_taken_away(self, path: Path) -> None:
        one = fresh(path)
        put(one, "first")
        path.unlink()
        with pytest.raises(CapsuleNotFound, match=r"shared\.mv2.*moved or renamed"):
            put(one, "second")
        assert len(documents(one)) == 1
        assert not one.reload_if_changed()


class Between(MemoryStore):
    """Lets something happen in the middle of a reading."""

    def __init__(self, data: bytes, offset: int, happening: Callable[[], object]) -> None:
        super().__init__(data)
        self.offset = offset
        self.happening: Callable[[], object] | None = happening

    def pread(self, offset: int, length: int) -> bytes:
        if offset == self.offset and self.happening is not None:
            happening, self.happening = self.happening, None
            happening()
        return super().pread(offset, length)


class TestReadingWhileSomebodyCommits:
    @pytest.mark.parametrize("commits", [1, 2])
    @pytest.mark.parametrize("where", ["header", "ring", "end"])
    def test_no_pending_change_is_overlooked(self, where: str, commits: int) -> None:
        writer = in_memory(clock=ticking())
        put(writer, "committed")
        writer.commit()
        put(writer, "pending")
        known = documents(writer)
        data = writer.store.pread(0, writer.store.size())
        offset = {"header": 0, "ring": writer.header.wal_offset, "end": len(data) - 56}[where]
        store = Between(data, offset, lambda: None)

        def commit() -> None:
            other = in_memory(store=store)
            for _ in range(commits):
                put(other, "of the other")
                other.commit()

        store.happening = commit
        reader = in_memory(store=store)
        assert store.happening is None
        assert {i: documents(reader).get(i) for i in known} == known

    def test_a_copy_is_of_one_state(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        writer = fresh(path)
        put(writer, "pending")
        reading = os.pread
        done = []

        def pread(fd: int, length: int, offset: int) -> bytes:
            data = reading(fd, length, offset)
            if offset == 0 and length > 10_000 and not done:
                done.append(True)
                at = 4096 + 256 * 1024
                # As if the ring had been read after the commit and the header before it.
                writer.commit()
                data = data[:4096] + reading(fd, at - 4096, 4096) + data[at:]
            return data

        monkeypatch.setattr(os, "pread", pread)
        copy = memory_copy(path)
        monkeypatch.undo()
        assert done
        assert documents(in_memory(copy.contents())) == documents(writer)


class TestProcesses:
    def test_two_put_at_the_same_time(self, path: Path) -> None:
        engine.create(path).close()
        with (
            other_process(PUT_MANY, path, "Ana", "40") as first,
            other_process(PUT_MANY, path, "Bo", "40") as second,
        ):
            for child in (first, second):
                assert child.stdin is not None
                child.stdin.write("go\n")
                child.stdin.flush()
        assert (first.returncode, second.returncode) == (0, 0)
        with engine.open(path) as capsule:
            titles = [info.title for info in capsule.now.frames()]
            assert sorted(titles) == sorted(f"{name} {n}" for name in ("Ana", "Bo") for n in range(40))
            changed = {info.title for info in capsule.now.frames() if info.tags == ("changed",)}
            assert changed == {f"{name} {n}" for name in ("Ana", "Bo") for n in range(0, 40, 5)}
            revisions = capsule.now.revisions()
            assert len(revisions) == 96
            assert {r.author for r in revisions} == {"Ana", "Bo"}
            assert not any(r.estimated for r in revisions)
            assert capsule.verify(deep=True).overall_status == "passed"

    def test_a_process_that_holds_the_lock_is_named(self, path: Path) -> None:
        container = fresh(path, lock_timeout=0.1)
        put(container, "first")
        with other_process(HOLD_LOCK, path) as child:
            began = time.monotonic()
            with pytest.raises(LockedError) as caught:
                put(container, "second")
            assert 0.1 <= time.monotonic() - began < 2
            assert caught.value.pid == child.pid
            assert caught.value.program == Path(f"/proc/{child.pid}/comm").read_text().strip()
            assert f"pid {child.pid}" in str(caught.value)
            assert "shared.mv2" in str(caught.value)
            assert "You can read" in str(caught.value)
            assert caught.value.exit_code == 4
            with pytest.raises(LockedError):
                container.commit()
            # Reading asks nobody.
            assert len(documents(reopened(path, read_only=True))) == 1
        put(container, "second")
        container.commit()
        assert len(documents(container)) == 2

    def test_a_change_waits_for_the_lock(self, path: Path) -> None:
        container = fresh(path, lock_timeout=10)
        with other_process(HOLD_LOCK, path) as child:
            assert child.stdin is not None
            timer = threading.Timer(0.3, child.stdin.close)
            timer.start()
            put(container, "had to wait")
            timer.join()
        assert len(documents(container)) == 1

    def test_the_lock_is_not_held_in_between(self, path: Path) -> None:
        container = fresh(path)
        put(container, "x")
        with path.open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(file, fcntl.LOCK_UN)
        container.commit()
        with path.open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_a_program_that_may_still_write_is_respected(self, path: Path) -> None:
        """The official program keeps its side file open and no lock on the file that it has put in place."""
        container = fresh(path, lock_timeout=0.1)
        side = manifest_path(path)
        side.write_bytes(b"MVSGWAL1")
        put(container, "a side file that nobody has open was left by somebody who died")
        with other_process(HOLD_OPEN, side) as child:
            with pytest.raises(LockedError) as caught:
                put(container, "second")
            assert caught.value.pid == child.pid
        put(container, "second")
        assert len(documents(container)) == 2


class TestCapsules:
    def test_one_shows_what_the_other_puts(self, path: Path) -> None:
        with engine.create(path) as one, engine.open(path) as two:
            reloaded = threading.Event()
            two.on_event(lambda event: reloaded.set() if isinstance(event, engine.Reloaded) else None)
            frame_id = one.put("seen by the other", title="Seen")
            assert reloaded.wait(10)
            assert two.now.frame(frame_id).title == "Seen"
            assert two.now.search("seen").total == 1
            moment = two.now
            one.delete(frame_id)
            two.put("of the second")
            assert moment.text(frame_id) == "seen by the other"
            assert [two.now.text(info.id) for info in two.now.frames()] == ["of the second"]
        with engine.open(path) as capsule:
            assert capsule.revision == 3

    def test_closing_both_keeps_everything(self, path: Path) -> None:
        one = engine.create(path)
        two = engine.open(path)
        for number in range(10):
            one.put(f"one {number}")
            two.put(f"two {number}")
        one.close()
        two.close()
        with engine.open(path, read_only=True) as capsule:
            assert len(capsule.now) == 20
            assert capsule.verify(deep=True).overall_status == "passed"

    def test_a_locked_file_can_be_closed_and_loses_nothing(self, path: Path) -> None:
        capsule = engine.create(path, config=engine.EngineConfig(lock_timeout=0.1))
        capsule.put("only in the ring")
        with other_process(HOLD_LOCK, path):
            with pytest.raises(engine.LockedError):
                capsule.put("refused")
            capsule.close()
        with engine.open(path) as again:
            assert [again.now.text(info.id) for info in again.now.frames()] == ["only in the ring"]
