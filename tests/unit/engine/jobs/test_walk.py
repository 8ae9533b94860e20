from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.jobs.walk import walk
from engine.types import Failure


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.txt", "a/2.txt", "a/10.txt", "c/deep/er.txt", ".hidden", ".git/config", "a/.DS_Store"):
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "folder"


def split(items: list[str | Failure], root: Path) -> tuple[list[str], dict[str, str]]:
    files = [os.path.relpath(item, root) for item in items if isinstance(item, str)]
    failed = {os.path.relpath(item.source, root): item.reason for item in items if isinstance(item, Failure)}
    return files, failed


def test_files_in_order_of_names_and_hidden_ones_counted(folder: Path) -> None:
    files, failed = split(list(walk([str(folder)])), folder)
    assert files == ["a/10.txt", "a/2.txt", "b.txt", "c/deep/er.txt"]
    assert failed == {
        ".": "2 hidden entries were left out (.git, .hidden); add them by themselves if they belong here"
    }


def test_a_hidden_file_that_is_named_is_taken(folder: Path) -> None:
    assert list(walk([str(folder / ".hidden"), str(folder / ".git")])) == [
        str(folder / ".hidden"),
        str(folder / ".git/config"),
    ]


def test_the_same_source_twice_is_one(folder: Path) -> None:
    files, _ = split(list(walk([str(folder / "a"), str(folder / "a"), str(folder / "b.txt")])), folder)
    assert files == ["a/10.txt", "a/2.txt", "b.txt"]


def test_links(folder: Path) -> None:
    (folder / "a" / "up").symlink_to(folder)
    (folder / "a" / "nowhere").symlink_to(folder / "gone")
    (folder / "a" / "file").symlink_to(folder / "b.txt")
    files, failed = split(list(walk([str(folder)])), folder)
    assert files == ["a/10.txt", "a/2.txt", "a/file", "b.txt", "c/deep/er.txt"]
    assert failed.pop(".")
    assert failed == {
        "a/up": "is a link to a folder that is added already",
        "a/nowhere": "is a link to something that is not there",
    }


def test_what_is_not_there(tmp_path: Path) -> None:
    assert list(walk([str(tmp_path / "gone"), "a\0b"])) == [
        Failure(str(tmp_path / "gone"), "is not there"),
        Failure("a\0b", "has a name that no file can have"),
    ]


def test_a_folder_that_cannot_be_opened(folder: Path, monkeypatch) -> None:
    real = os.scandir

    def scandir(path: str):
        if path.endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", scandir)
        files, failed = split(list(walk([str(folder)])), folder)
    assert files == ["b.txt", "c/deep/er.txt"]
    assert failed["a"] == "the folder cannot be read: no permission"


def test_the_capsule_does_not_swallow_itself(folder: Path) -> None:
    own = folder / "b.txt"
    files, failed = split(list(walk([str(folder), str(own)], own_path=str(own))), folder)
    assert "b.txt" not in files
    assert failed["b.txt"] == "is the capsule itself"


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).mkdir()
    (tmp_path / os.fsdecode(b"caf\xe9/\xff.txt")).write_text("x")
    (tmp_path / os.fsdecode(b"caf\xe9/gone")).symlink_to("nowhere")
    (tmp_path / os.fsdecode(b"caf\xe9/.h\xff")).touch()
    items = list(walk([str(tmp_path)]))
    assert [os.fsencode(item) for item in items if isinstance(item, str)] == [
        os.fsencode(tmp_path) + b"/caf\xe9/\xff.txt"
    ]
    for item in items:
        if isinstance(item, Failure):
            (item.source + item.reason).encode("utf-8")
