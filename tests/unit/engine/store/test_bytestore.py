"""Bytes in a file and in memory behave the same; what the system refuses is said in words."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from engine.errors import CapsuleNotFound, EngineError, StorageError
from engine.store.bytestore import (
    ByteStore,
    FileStore,
    MemoryStore,
    replace_file,
    storage_error,
    sync_folder,
    write_new_file,
)


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ByteStore:
    if request.param == "memory":
        return MemoryStore(b"0123456789")
    path = tmp_path / "bytes"
    path.write_bytes(b"0123456789")
    return FileStore(path, writable=True)


class TestBoth:
    def test_reading(self, store: ByteStore) -> None:
        assert store.size() == 10
        assert store.pread(2, 3) == b"234"
        assert store.pread(8, 10) == b"89"
        assert store.pread(10, 5) == store.pread(99, 5) == store.pread(3, 0) == b""

    def test_writing(self, store: ByteStore) -> None:
        store.pwrite(2, b"xyz")
        store.pwrite(12, b"end")
        store.sync()
        assert store.pread(0, 99) == b"01xyz56789\0\0end"
        assert store.size() == 15

    def test_cutting(self, store: ByteStore) -> None:
        store.truncate(4)
        assert store.pread(0, 99) == b"0123"
        store.truncate(6)
        assert store.pread(0, 99) == b"0123\0\0"

    def test_closing_twice(self, store: ByteStore) -> None:
        store.close()
        store.close()


class TestFile:
    def test_is_given_back_when_the_last_reader_is_done(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "bytes"
        path.write_bytes(b"0123456789")
        store = FileStore(path, writable=False)
        reading, closing = threading.Event(), threading.Event()
        really = os.pread

        def slow(fd: int, length: int, offset: int) -> bytes:
            reading.set()
            assert closing.wait(5)
            return really(fd, length, offset)

        monkeypatch.setattr(os, "pread", slow)
        found: list[bytes] = []
        thread = threading.Thread(target=lambda: found.append(store.pread(0, 4)))
        thread.start()
        assert reading.wait(5)
        store.close()
        closing.set()
        thread.join()
        assert found == [b"0123"]
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(store.descriptor())
        with pytest.raises(EngineError, match="has been closed"):
            store.pread(0, 1)

    def test_reads_that_stop_early_go_on(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "bytes"
        path.write_bytes(bytes(range(100)))
        store = FileStore(path, writable=True)
        really_read, really_write = os.pread, os.pwrite
        monkeypatch.setattr(os, "pread", lambda fd, length, at: really_read(fd, min(length, 7), at))
        monkeypatch.setattr(os, "pwrite", lambda fd, data, at: really_write(fd, data[:3], at))
        store.pwrite(50, b"abcdefghij")
        assert store.pread(45, 20) == bytes(range(45, 50)) + b"abcdefghij" + bytes(range(60, 65))
        store.close()

    @pytest.mark.parametrize("call", ["pread", "pwrite", "truncate", "sync"])
    def test_refusals_name_the_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
        path = tmp_path / "notes.mv2"
        path.write_bytes(b"x")
        store = FileStore(path, writable=True)

        def refuse(*_: Any) -> None:
            raise OSError(errno.EIO, "Input/output error")

        name = {"pread": "pread", "pwrite": "pwrite", "truncate": "ftruncate", "sync": "fdatasync"}[call]
        monkeypatch.setattr(os, name, refuse)
        arguments = {"pread": (0, 1), "pwrite": (0, b"x"), "truncate": (0,), "sync": ()}[call]
        with pytest.raises(StorageError, match=r"“notes\.mv2”.*Check the disk") as caught:
            getattr(store, call)(*arguments)
        assert caught.value.errno == errno.EIO
        monkeypatch.undo()
        store.close()

    def test_what_cannot_be_opened(self, tmp_path: Path) -> None:
        with pytest.raises(CapsuleNotFound, match=r"gone\.mv2"):
            FileStore(tmp_path / "gone.mv2", writable=False)
        with pytest.raises(StorageError, match="is a folder"):
            FileStore(tmp_path, writable=True)

    def test_is_given_back_when_nobody_holds_it(self, tmp_path: Path) -> None:
        path = tmp_path / "bytes"
        path.touch()
        fd = FileStore(path, writable=False).descriptor()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


class TestNewFiles:
    def test_are_whole(self, tmp_path: Path) -> None:
        write_new_file(tmp_path / "a", [b"one", b"two"])
        assert (tmp_path / "a").read_bytes() == b"onetwo"
        with pytest.raises(FileExistsError):
            write_new_file(tmp_path / "a", [b"x"])
        assert (tmp_path / "a").read_bytes() == b"onetwo"

    def test_leave_nothing_behind_when_they_fail(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        (tmp_path / "old").write_bytes(b"old")
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(StorageError, match="disk is full"):
            write_new_file(tmp_path / "a", [b"x"])
        with pytest.raises(StorageError, match="disk is full"):
            replace_file(tmp_path / "old", [b"new"])
        monkeypatch.undo()
        assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("old", b"old")]

    def test_replace(self, tmp_path: Path) -> None:
        (tmp_path / "old").write_bytes(b"old")
        with (tmp_path / "old").open("rb") as reader:
            replace_file(tmp_path / "old", [b"new", b"er"])
            assert reader.read() == b"old"
        assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("old", b"newer")]

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(StorageError, match="does not exist"):
            write_new_file(tmp_path / "no" / "a", [b"x"])
        with pytest.raises(StorageError):
            sync_folder(tmp_path / "no")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota is used up"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "no permission"),
        (errno.EIO, "Check the disk"),
    ],
)
def test_words_for_refusals(code: int, words: str) -> None:
    error = storage_error(OSError(code, os.strerror(code)), "“notes.mv2”")
    assert "notes.mv2" in str(error)
    assert words in str(error)
    assert error.errno == code
    assert isinstance(error, OSError)
