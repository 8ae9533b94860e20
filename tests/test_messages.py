"""What people are told when something is wrong: each case for real, and the table in ``docs/messages.md`` beside it.

Run this file as a script to print the table's rows.
"""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import engine

FORMATS = Path(__file__).parent / "formats"
TABLE = Path(__file__).parent.parent / "docs" / "messages.md"


def opening(path: Path, **options: object) -> str:
    with pytest.raises(engine.EngineError) as caught:
        engine.open(path, **options)  # type: ignore[arg-type]
    return str(caught.value)


def a_capsule(folder: Path) -> Path:
    path = folder / "notes.mv2"
    with engine.create(path) as capsule:
        capsule.put("A note that was there before.", title="Before")
    return path


def taking_in(folder: Path, source: Path | str) -> str:
    """The reason beside the file's name, after an ingestion that went on without it; everything else is in."""
    good = folder / "good.txt"
    good.write_text("This one can be read.")
    with engine.open(a_capsule(folder)) as capsule:
        job = capsule.ingest([source, good]).wait(60)
        assert job.state is engine.JobState.DONE
        assert capsule.now.search("read").total == 1
        assert capsule.verify(deep=True).overall_status == "passed"
        (failure,) = job.result.failed
    return str(failure.reason)


def not_a_capsule(folder: Path, _: pytest.MonkeyPatch) -> str:
    path = folder / "report.mv2"
    path.write_bytes(b"%PDF-1.7\n" + b"this is a PDF file" * 500)
    return opening(path)


def empty_file(folder: Path, _: pytest.MonkeyPatch) -> str:
    path = folder / "empty.mv2"
    path.touch()
    return opening(path)


def a_folder(folder: Path, _: pytest.MonkeyPatch) -> str:
    path = folder / "papers.mv2"
    path.mkdir()
    return opening(path)


def not_there(folder: Path, _: pytest.MonkeyPatch) -> str:
    return opening(folder / "gone.mv2")


def no_permission(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = a_capsule(folder)
    really_open = os.open

    def refuse(name: object, flags: int, *rest: object) -> int:
        if str(name) == str(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return really_open(name, flags, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    return opening(path)


def write_protected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = a_capsule(folder)
    really = os.access
    monkeypatch.setattr(os, "access", lambda name, mode: False if mode == os.W_OK else really(name, mode))
    message = opening(path)
    with engine.open(path, read_only=True) as capsule:
        assert len(capsule.now) == 1
    return message


def disk_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = a_capsule(folder)
    with engine.open(path) as capsule:
        really_write = os.pwrite

        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as disk:
            disk.setattr(os, "pwrite", full)
            with pytest.raises(engine.StorageError) as caught:
                capsule.put("This does not fit.")
        assert os.pwrite is really_write
        assert [capsule.now.text(int(one)) for one in capsule.now.document_ids()] == [
            "A note that was there before."
        ]
        capsule.put("Now there is room.")
    with engine.open(path) as capsule:
        assert len(capsule.now) == 2
        assert capsule.verify(deep=True).overall_status == "passed"
    return str(caught.value)


def wrong_password(_: Path, __: pytest.MonkeyPatch) -> str:
    return opening(FORMATS / "samples" / "locked.mv2e", password="open sesame")


def no_password(_: Path, __: pytest.MonkeyPatch) -> str:
    return opening(FORMATS / "samples" / "locked.mv2e")


def locked_by_another_program(folder: Path, _: pytest.MonkeyPatch) -> str:
    path = a_capsule(folder)
    code = (
        "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); "
        "print(1, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        with engine.open(path, config=engine.EngineConfig(lock_timeout=0.05)) as capsule:
            with pytest.raises(engine.LockedError) as caught:
                capsule.put("Waiting.")
            assert len(capsule.now) == 1
            assert caught.value.pid == holder.pid
            holder.stdin.close()
            holder.wait()
            capsule.put("The other one is done.")
    return str(caught.value).replace(str(holder.pid), "4121")


def pdf_with_a_password(folder: Path, _: pytest.MonkeyPatch) -> str:
    return taking_in(folder, next((FORMATS / "documents").glob("pdf*password*")))


def pdf_cut_short(folder: Path, _: pytest.MonkeyPatch) -> str:
    return taking_in(folder, next((FORMATS / "documents").glob("pdf*cut*")))


def zip_bomb(folder: Path, _: pytest.MonkeyPatch) -> str:
    return taking_in(folder, next((FORMATS / "documents").glob("docx-that-unpacks*")))


def disappears(folder: Path, _: pytest.MonkeyPatch) -> str:
    return taking_in(folder, folder / "moved away.txt")


def name_that_is_not_utf8(folder: Path, _: pytest.MonkeyPatch) -> str:
    name = os.fsdecode(b"Gr\xfc\xdfe.txt")
    (folder / name).write_text("Herzliche Worte aus der Ferne.")
    with engine.open(a_capsule(folder)) as capsule:
        job = capsule.ingest([folder / name]).wait(60)
        assert job.result.failed == ()
        (frame,) = job.result.frame_ids
        assert capsule.now.search("Ferne").total == 1
        return f"no error; it is listed as “{capsule.now.frame(frame).title}”"


def exists_already(folder: Path, _: pytest.MonkeyPatch) -> str:
    path = a_capsule(folder)
    with pytest.raises(engine.CapsuleExists) as caught:
        engine.create(path)
    return str(caught.value)


def damaged_toc(_: Path, __: pytest.MonkeyPatch) -> str:
    return opening(FORMATS / "samples" / "corrupt_toc.mv2")


def cut_short(_: Path, __: pytest.MonkeyPatch) -> str:
    return opening(FORMATS / "samples" / "truncated.mv2")


def sealed_cut_short(_: Path, __: pytest.MonkeyPatch) -> str:
    return opening(FORMATS / "broken" / "sealed-cut-between-chunks.mv2e", password="correct horse battery")


CASES: dict[str, Callable[[Path, pytest.MonkeyPatch], str]] = {
    "A file that is no capsule": not_a_capsule,
    "An empty file": empty_file,
    "A folder": a_folder,
    "A file that is not there": not_there,
    "No permission to read": no_permission,
    "No permission to write": write_protected,
    "The name is taken": exists_already,
    "The disk is full": disk_full,
    "Wrong password": wrong_password,
    "No password": no_password,
    "Another program writes": locked_by_another_program,
    "The table of contents is damaged": damaged_toc,
    "The capsule was cut short": cut_short,
    "A PDF that needs a password": pdf_with_a_password,
    "A PDF that was cut short": pdf_cut_short,
    "A Word file that unpacks without end": zip_bomb,
    "A file that disappears": disappears,
    "A name that is not UTF-8": name_that_is_not_utf8,
}


def steady(message: str, folder: Path) -> str:
    return message.replace(str(folder), "/home/marta").replace(str(FORMATS / "samples"), "/home/marta")


def rows() -> Iterator[tuple[str, str]]:
    for line in TABLE.read_text("utf-8").splitlines():
        found = re.fullmatch(r"\| (.+?) \| (.+?) \|", line)
        if found and found.group(1) not in ("What happened", "---"):
            yield found.group(1), found.group(2)


@pytest.mark.parametrize("case", CASES)
def test_the_message_shown_is_the_one_in_the_table(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = steady(CASES[case](tmp_path, monkeypatch), tmp_path)
    assert dict(rows())[case] == message.replace("|", "\\|")
    assert "Traceback" not in message
    assert "Errno" not in message


def test_the_table_has_no_other_rows() -> None:
    assert {case for case, _ in rows()} == set(CASES)
