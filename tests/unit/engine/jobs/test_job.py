from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from engine.errors import Cancelled
from engine.jobs.job import Job, start_job
from engine.types import Failure, JobChanged, JobState, Progress


@pytest.fixture
def events() -> list[JobChanged]:
    return []


def test_a_job_that_works(events: list[JobChanged]) -> None:
    def work(job: Job) -> str:
        job.report(1, 2)
        return "result"

    job = start_job("Testing", work, emit=events.append, unit="files")
    assert job.wait(5) is job
    assert job.join(5)
    assert (job.state, job.result, job.error) == (JobState.DONE, "result", None)
    assert job.progress == Progress(1, 2, "files")
    assert [event.state for event in events] == [JobState.RUNNING, JobState.DONE]
    assert events[-1] == JobChanged(job.id, "Testing", JobState.DONE, Progress(1, 2, "files"))


def test_a_job_that_fails(events: list[JobChanged]) -> None:
    def work(job: Job) -> None:
        raise ValueError("broken")

    job = start_job("Testing", work, emit=events.append).wait(5)
    assert job.state is JobState.FAILED
    assert str(job.error) == "broken"
    assert events[-1].state is JobState.FAILED


def test_cancel_is_final_at_once_and_the_work_learns_of_it(events: list[JobChanged]) -> None:
    started, seen = threading.Event(), threading.Event()

    def work(job: Job) -> str:
        started.set()
        try:
            while True:
                job.report(current=[("a.pdf", Progress(1, 3, "pages"))])
                time.sleep(0.001)
        finally:
            seen.set()

    job = start_job("Testing", work, emit=events.append)
    assert started.wait(5)
    job.cancel()
    assert job.state is JobState.CANCELLED
    job.wait(0)
    assert seen.wait(5)
    assert job.join(5)
    assert job.state is JobState.CANCELLED
    assert job.error is None
    assert events[-1].state is JobState.CANCELLED
    assert events[-1].current == ()


def test_a_job_has_one_final_state() -> None:
    job = Job("Testing")
    job.begin()
    job.finish(1)
    job.cancel()
    job.fail(ValueError())
    assert job.state is JobState.DONE
    assert job.error is None


def test_what_was_still_done_of_a_cancelled_job_is_kept() -> None:
    job = Job("Testing")
    job.begin()
    job.cancel()
    assert not job.join(0)
    job.finish("half")
    assert job.join(0)
    assert (job.state, job.result) == (JobState.CANCELLED, "half")


def test_a_job_cancelled_before_it_began_never_runs() -> None:
    job = Job("Testing")
    job.cancel()
    with pytest.raises(Cancelled):
        job.begin()
    with pytest.raises(Cancelled):
        job.report(1)


def test_work_that_raises_cancelled_is_cancelled_not_failed() -> None:
    def work(job: Job) -> None:
        raise Cancelled

    job = start_job("Testing", work).wait(5)
    assert job.join(5)
    assert (job.state, job.error) == (JobState.CANCELLED, None)


def test_wait_gives_up() -> None:
    job = Job("Adding papers")
    with pytest.raises(TimeoutError, match="Adding papers"):
        job.wait(0.01)


def test_progress_is_told_at_most_every_tenth_of_a_second(events: list[JobChanged], monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr("engine.jobs.job.time", SimpleNamespace(monotonic=lambda: now[0]))
    job = Job("Testing", emit=events.append, unit="files")
    job.begin()
    for n in range(1000):
        now[0] += 0.001
        job.report(n, 1000)
    assert 9 <= len(events) - 1 <= 10
    job.report(1000, failed=[Failure("a", "is gone")])
    job.finish(None)
    assert events[-1].progress == Progress(1000, 1000, "files")
    assert events[-1].failed == (Failure("a", "is gone"),)


def test_the_final_state_comes_last_whoever_reports_at_the_same_time() -> None:
    for _ in range(20):
        events: list[JobChanged] = []
        job = Job("Testing", emit=events.append)
        job.begin()
        stop = threading.Event()

        def chatter(job: Job = job, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                job._told_at = 0.0
                try:
                    job.report(1)
                except Cancelled:
                    return

        threads = [threading.Thread(target=chatter) for _ in range(3)]
        for thread in threads:
            thread.start()
        job.cancel()
        stop.set()
        for thread in threads:
            thread.join()
        finals = [n for n, event in enumerate(events) if event.state.is_final]
        assert finals == [len(events) - 1]


def test_a_listener_may_cancel_fail_and_leave(events: list[JobChanged], caplog) -> None:
    job = Job("Testing", emit=events.append)

    def faulty(event: JobChanged) -> None:
        raise RuntimeError("listener")

    remove = job.add_listener(faulty)
    job.add_listener(lambda event: job.cancel())
    job.begin()
    assert job.state is JobState.CANCELLED
    assert [event.state for event in events] == [JobState.RUNNING, JobState.CANCELLED]
    assert "A listener of job" in caplog.text
    caplog.clear()
    remove()
    remove()


def test_on_cancel_is_called_once_also_when_it_comes_late() -> None:
    calls: list[str] = []
    job = Job("Testing")
    job.on_cancel(lambda: calls.append("early"))
    job.cancel()
    job.cancel()
    job.on_cancel(lambda: calls.append("late"))
    assert calls == ["early", "late"]


def test_ids_differ() -> None:
    make: Callable[[], Job] = lambda: Job("x")  # noqa: E731
    assert len({make().id for _ in range(10)}) == 10
