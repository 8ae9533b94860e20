"""Every error says what happened and what to do."""

from __future__ import annotations

import errno

import pytest

import engine
from memvid_studio.ops.jobs import JobBook
from memvid_studio.ops.problems import describe


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (engine.NotACapsule("header", "MV2", "PDF"), "This is not a capsule"),
        (engine.ChecksumError("table of contents"), "The file is damaged"),
        (
            engine.LockedError("memvid (pid 7) is writing.", pid=7),
            "Another program is writing to this capsule",
        ),
        (engine.CapsuleExists("notes.mv2 is there."), "There is a file of this name already"),
        (engine.EngineError("Something of ours."), "Could not open “a”"),
        (PermissionError(errno.EACCES, "Permission denied", "/x/a.mv2"), "Could not open “a”"),
        (OSError(errno.ENOSPC, "No space left on device", "/x/a.mv2"), "The disk is full"),
        (ZeroDivisionError("division by zero"), "Could not open “a”"),
    ],
)
def test_titles(error, title):
    problem = describe(error, "Could not open “a”")
    assert problem.title == title
    assert problem.text


def test_only_our_own_mistakes_come_with_a_report():
    assert describe(engine.EngineError("x")).report == ""
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    assert "test_problems.py" in describe(caught.value).report


def test_a_full_disk_is_recognised_behind_our_own_error():
    error = engine.StorageError("The change is not saved. Free some space.")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    problem = describe(error)
    assert (problem.title, problem.text) == ("The disk is full", "The change is not saved. Free some space.")


def test_nothing_is_said_twice():
    error = engine.StorageError("The disk is full. Free some space.")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert describe(error).text == "Free some space."


def test_the_time_left_of_a_job(tmp_path):
    seconds = [0.0]
    book = JobBook(clock=lambda: seconds[0])
    running = engine.JobState.RUNNING

    def tell(done: int, state: engine.JobState = running):
        return book.take(
            tmp_path,
            engine.JobChanged(1, "Adding", state, engine.Progress(done, 100, "files"), waiting=("z",)),
        )

    assert tell(0).seconds_left() is None
    for done in range(1, 21):
        seconds[0] += 0.5
        record = tell(done)
    assert record.seconds_left() == pytest.approx(40, rel=0.01)
    assert book.running(tmp_path) == [record]
    assert book.running(tmp_path / "other") == []
    assert tell(100, engine.JobState.DONE).is_final
    assert record.seconds_left() is None
    assert book.running() == []
    settled = book.settle(tmp_path, 1, 104)
    assert settled is record
    assert settled is not None
    assert settled.done == 104
    assert book.settle(tmp_path, 2, 1) is None
    book.forget_ended()
    assert book.records() == []
