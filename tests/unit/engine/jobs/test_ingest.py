"""Ingestion into a sink that stands for the writer."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.codecs import choose
from engine.errors import EngineError, StorageError
from engine.extract.source import SMALL, SourcePlan
from engine.jobs import coordinator
from engine.jobs.executors import ChildDied, ChildProcessExecutor, TookTooLong
from engine.jobs.ingest import read_options, start_ingest
from engine.jobs.job import Job
from engine.store.prepared import PreparedDocument
from engine.types import Failure, IngestResult, JobChanged, JobState, Place, Progress

REPOSITORY = Path(__file__).resolve().parents[4]
DEMO = REPOSITORY / "resources" / "demo" / "files"
BROKEN = REPOSITORY / "tests" / "formats" / "documents"


class Sink:
    """Stands for the writer: takes batches, commits at once or when told."""

    def __init__(self) -> None:
        self.batches: list[list[PreparedDocument]] = []
        self.flushes = 0
        self.holds = False
        self.error: Exception | None = None
        self._held: list[tuple[Future[list[int]], list[int]]] = []
        self._ids = itertools.count(100)
        self._lock = threading.Lock()

    @property
    def documents(self) -> list[PreparedDocument]:
        return [document for batch in self.batches for document in batch]

    @property
    def by_title(self) -> dict[str | None, PreparedDocument]:
        return {document.title: document for document in self.documents}

    def submit(self, documents: Sequence[PreparedDocument]) -> Future[list[int]]:
        future: Future[list[int]] = Future()
        with self._lock:
            self.batches.append(list(documents))
            ids = [next(self._ids) for _ in documents]
            if self.error is not None:
                future.set_exception(self.error)
            elif self.holds:
                self._held.append((future, ids))
            else:
                future.set_result(ids)
        return future

    def is_known(self, digest: bytes) -> bool:
        return False

    def commit(self) -> None:
        with self._lock:
            held, self._held = self._held, []
        for future, ids in held:
            future.set_result(ids)

    def flush(self) -> None:
        self.flushes += 1
        self.commit()


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture(scope="module")
def children() -> Iterator[Executor]:
    executor = ChildProcessExecutor(2)
    # Both start now: what a test starts is looked for when it ends.
    for nap in [executor.submit(time.sleep, 0.3) for _ in range(2)]:
        nap.result(20)
    yield executor
    executor.terminate()


@pytest.fixture
def ingest(sink: Sink, children: Executor) -> Iterator[Callable[..., Job]]:
    jobs: list[Job] = []

    def ingest(*sources: Path | str, **options) -> Job:
        options.setdefault("submit", sink.submit)
        options.setdefault("is_known", sink.is_known)
        options.setdefault("executor", children)
        jobs.append(start_ingest(sources, **options))
        return jobs[-1]

    yield ingest
    sink.holds = False
    for job in jobs:
        job.cancel()
    sink.commit()
    for job in jobs:
        assert job.join(10)


def result_of(job: Job) -> IngestResult:
    job.wait(30)
    assert job.error is None
    assert isinstance(job.result, IngestResult)
    return job.result


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def content(document: PreparedDocument) -> bytes:
    return choose.decode(document.blob.encoding, document.blob.stored, document.blob.size)


class TestTheMainJob:
    def test_the_demo_material(self, ingest, sink: Sink) -> None:
        events: list[JobChanged] = []
        result = result_of(ingest(DEMO, emit=events.append, title="Adding files"))
        files = sorted(path for path in DEMO.iterdir())
        assert len(result.frame_ids) == len(files) == len(sink.documents)
        assert (result.duplicates, result.failed) == ((), ())
        kept = {document.source_path: document for document in sink.documents}
        for path in files:
            assert content(kept[str(path)]) == path.read_bytes()
            assert kept[str(path)].uri is None
        assert events[0].state is JobState.RUNNING
        assert events[-1].state is JobState.DONE
        assert events[-1].progress == Progress(len(files), len(files), "files")

    def test_broken_files_do_not_stop_the_others(self, ingest, sink: Sink) -> None:
        result = result_of(ingest(BROKEN, DEMO / "Budget.md"))
        reasons = {Path(failure.source).name: failure.reason for failure in result.failed}
        text = "kept as a file, its text could not be read: it "
        picture = "kept as a file, its picture could not be read: it "
        assert reasons.pop("empty.md") == "is empty"
        assert reasons == {
            "docx-cut-in-half.docx": text + "is damaged: the end of the file is missing",
            "docx-needs-a-password.docx": text + "needs a password",
            "docx-that-unpacks-to-140-mb.docx": text
            + "unpacks to more than 128 MB, as files made to fill the memory do",
            "docx-with-a-flipped-bit.docx": text + "is damaged",
            "docx-with-entities.docx": text
            + "holds XML with entities of its own, which can be used to fill the memory",
            "docx-without-its-document.docx": text + "is damaged, or not what its name says",
            "jpeg-cut-in-half.jpg": picture + "is damaged: the end of the file is missing",
            "jpeg-of-eleven-bytes.jpg": picture + "is damaged: the end of the file is missing",
            "pdf-cut-before-the-first-page.pdf": text + "is damaged: the end of the file is missing",
            "pdf-cut-in-half.pdf": text + "is damaged: the end of the file is missing",
            "pdf-needs-a-password.pdf": text + "needs a password",
            "png-cut-in-half.png": picture + "is damaged: the end of the file is missing",
            "png-of-400-megapixels.png": picture + "has 20,000 × 20,000 pixels, more than can be shown",
        }
        titles = set(sink.by_title)
        assert "Budget.md" in titles
        assert set(reasons) < titles

    def test_options_apply_to_all(self, ingest, sink: Sink, tmp_path: Path) -> None:
        write(tmp_path / "a.txt", "a")
        write(tmp_path / "b.txt", "b")
        options = read_options(
            tags=["x", "x", " y "], labels=["L"], track="t", timestamp=5, metadata={"k": {"deep": 1}}
        )
        result_of(ingest(tmp_path, options=options))
        for document in sink.documents:
            assert (document.tags, document.labels, document.track) == (("x", "y"), ("L",), "t")
            assert document.timestamp == 5
            assert document.metadata == {"k": '{"deep": 1}'}

    def test_title_and_uri_of_a_single_file(self, ingest, sink: Sink, tmp_path: Path) -> None:
        path = write(tmp_path / "a.txt", "a")
        result_of(ingest(path, options=read_options(title="Mine", uri="mv2://a")))
        assert (sink.documents[0].title, sink.documents[0].uri) == ("Mine", "mv2://a")
        for sources in ((tmp_path,), (path, path)):
            with pytest.raises(EngineError, match="A title can be given to one single file only"):
                ingest(*sources, options=read_options(title="Mine"))

    def test_options_no_frame_can_hold_are_refused_at_once(self) -> None:
        with pytest.raises(EngineError, match="not JSON"):
            read_options(metadata={"a": object()})
        with pytest.raises(EngineError, match="list of texts"):
            read_options(tags="alpha")

    def test_nothing_to_add(self, ingest, sink: Sink, tmp_path: Path) -> None:
        assert result_of(ingest()) == IngestResult((), (), ())
        assert result_of(ingest(tmp_path)) == IngestResult((), (), ())
        assert result_of(ingest(tmp_path / "gone")).failed == (
            Failure(str(tmp_path / "gone"), "is not there"),
        )

    def test_names_that_are_not_utf_8(self, ingest, sink: Sink, tmp_path: Path) -> None:
        write(tmp_path / os.fsdecode(b"caf\xe9.txt"), "weir")
        write(tmp_path / os.fsdecode(b"large\xff.bin"), bytes(range(256)) * 8192)
        write(tmp_path / os.fsdecode(b"empty\xff"), "")
        result = result_of(ingest(tmp_path))
        assert set(sink.by_title) == {"caf�.txt", "large�.bin"}
        assert result.failed == (Failure(f"{tmp_path}/empty�", "is empty"),)


class TestDuplicates:
    def test_what_is_known_is_listed_and_not_added(self, ingest, sink: Sink, tmp_path: Path) -> None:
        from blake3 import blake3

        write(tmp_path / "a.txt", "old")
        write(tmp_path / "b.txt", "new")
        known = blake3(b"old").digest()
        result = result_of(ingest(tmp_path, is_known=lambda digest: digest == known))
        assert result.duplicates == (f"{tmp_path}/a.txt",)
        assert set(sink.by_title) == {"b.txt"}
        assert len(result.frame_ids) == 1

    def test_the_same_content_twice_in_one_job(self, ingest, sink: Sink, tmp_path: Path) -> None:
        for name in "abc":
            write(tmp_path / f"{name}.txt", "same")
        result = result_of(ingest(tmp_path))
        assert len(result.frame_ids) == len(sink.documents) == 1
        assert len(result.duplicates) == 2

    def test_the_second_takes_the_place_of_a_first_that_falls_out(
        self, ingest, sink: Sink, tmp_path: Path, monkeypatch
    ) -> None:
        large = bytes(range(256)) * 8192
        first, second = write(tmp_path / "a.bin", large), write(tmp_path / "b.bin", large)
        real = coordinator.load_original
        monkeypatch.setattr(
            coordinator, "load_original", lambda *args: (first.unlink(missing_ok=True), real(*args))[1]
        )
        # One at a time and in order, so that it is the first that is on its way when it vanishes.
        result = result_of(ingest(first, second, window=2))
        assert [document.title for document in sink.documents] in (["b.bin"], ["a.bin"])
        assert len(result.frame_ids) == 1
        gone = Failure(str(first), "is gone")
        assert (result.failed, result.duplicates) in (
            ((gone,), ()),
            ((), (str(first),)),
        )
        assert second.exists()


class TestLargeFiles:
    def test_the_original_is_read_where_it_lies(self, ingest, sink: Sink, tmp_path: Path) -> None:
        data = b"".join(b"line %d of a long file\n" % n for n in range(120_000))
        write(tmp_path / "long.txt", data)
        events: list[JobChanged] = []
        result_of(ingest(tmp_path, emit=events.append))
        document = sink.documents[0]
        assert len(data) > SMALL
        assert document.text
        assert document.head.startswith("line 0 of a long file\n")
        assert content(document) == data

    def test_parts_of_many_units_come_in_order(self, ingest, sink: Sink, tmp_path: Path) -> None:
        from pypdf import PdfWriter

        writer = PdfWriter()
        for _ in range(8):
            writer.append(DEMO / "Weir removal options.pdf")
        writer.write(tmp_path / "long.pdf")
        writer.close()
        result_of(ingest(tmp_path))
        parts = sink.documents[0].parts
        assert [part.place for part in parts] == [Place(page=n) for n in range(1, 65)]

    @pytest.mark.parametrize("what", ["changed", "gone"])
    def test_a_file_that_does_not_stay_fails_alone(
        self, ingest, sink: Sink, tmp_path: Path, monkeypatch, what: str
    ) -> None:
        path = write(tmp_path / "a.bin", bytes(range(256)) * 8192)
        write(tmp_path / "b.txt", "stays")
        real = coordinator.load_original

        def meanwhile(*args):
            if what == "gone":
                path.unlink()
            else:
                status = path.stat()
                path.write_bytes(bytes(256 * 8192))
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
            return real(*args)

        monkeypatch.setattr(coordinator, "load_original", meanwhile)
        result = result_of(ingest(tmp_path))
        expected = "is gone" if what == "gone" else "changed while it was being read; add it again"
        assert result.failed == (Failure(str(path), expected),)
        assert set(sink.by_title) == {"b.txt"}


class FakeExecutor(Executor):
    """Runs units on a thread; ``wrong`` maps (function name, file name) to an error instead."""

    def __init__(self, wrong: dict[tuple[str, str], Exception]) -> None:
        self._wrong = wrong
        self._inner = ThreadPoolExecutor(1)
        self.calls: list[tuple[str, str]] = []

    def submit(self, fn, /, *args, **kwargs):
        path = args[1] if fn.__name__ == "run_unit" else args[0]
        key = (fn.__name__ + (" plain" if args[-1] is True else ""), Path(path).name)
        self.calls.append(key)
        if key in self._wrong:
            future: Future = Future()
            future.set_exception(self._wrong[key])
            return future
        return self._inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._inner.shutdown(wait=wait, cancel_futures=cancel_futures)


class TestLostUnits:
    @pytest.fixture
    def make(self) -> Iterator[Callable[[dict[tuple[str, str], Exception]], FakeExecutor]]:
        made: list[FakeExecutor] = []

        def make(wrong: dict[tuple[str, str], Exception]) -> FakeExecutor:
            made.append(FakeExecutor(wrong))
            return made[-1]

        yield make
        for executor in made:
            executor.shutdown()

    def test_a_file_that_kills_its_reader_is_kept_by_its_bytes(self, ingest, sink: Sink, make) -> None:
        died = ChildDied("stopped its reader twice (SIGSEGV)")
        executor = make({("plan_source", "Budget.md"): died})
        result = result_of(ingest(DEMO / "Budget.md", DEMO / "Landowners.md", executor=executor))
        assert result.failed == (
            Failure(
                str(DEMO / "Budget.md"),
                "kept as a file, its text could not be read: it stopped its reader twice (SIGSEGV)",
            ),
        )
        assert content(sink.by_title["Budget.md"]) == (DEMO / "Budget.md").read_bytes()
        assert len(result.frame_ids) == 2

    def test_one_that_cannot_even_be_kept_is_listed(self, ingest, sink: Sink, make) -> None:
        died = ChildDied("stopped its reader twice (exit 1)")
        wrong = {("plan_source", "Budget.md"): died, ("plan_source plain", "Budget.md"): died}
        result = result_of(ingest(DEMO / "Budget.md", executor=make(wrong)))
        assert result.failed == (Failure(str(DEMO / "Budget.md"), "stopped its reader twice (exit 1)"),)
        assert sink.documents == []

    def test_pages_that_take_too_long_do_not_lose_the_others(
        self, ingest, sink: Sink, make, tmp_path: Path
    ) -> None:
        from pypdf import PdfWriter

        writer = PdfWriter()
        for _ in range(2):
            writer.append(DEMO / "Weir removal options.pdf")
        writer.write(tmp_path / "long.pdf")
        writer.close()
        executor = make({("run_unit", "long.pdf"): TookTooLong("took longer than 120 s to read")})
        result = result_of(ingest(tmp_path, executor=executor))
        assert result.failed == (
            Failure(
                f"{tmp_path}/long.pdf",
                "kept as a file, its text could not be read: it took longer than 120 s to read (pages 1 to 8) "
                "and took longer than 120 s to read (pages 9 to 16)",
            ),
        )
        assert content(sink.documents[0]) == (tmp_path / "long.pdf").read_bytes()

    def test_an_error_nobody_thought_of(self, ingest, sink: Sink, make, caplog) -> None:
        wrong = {("plan_source", "Budget.md"): ZeroDivisionError("division by zero")}
        result = result_of(ingest(DEMO / "Budget.md", DEMO / "Landowners.md", executor=make(wrong)))
        assert result.failed == (
            Failure(str(DEMO / "Budget.md"), "could not be read (ZeroDivisionError: division by zero)"),
        )
        assert set(sink.by_title) == {"Landowners.md"}

    def test_a_child_that_is_killed_in_the_middle_costs_nothing(
        self, ingest, sink: Sink, tmp_path: Path
    ) -> None:
        for n in range(200):
            write(tmp_path / f"{n:03}.html", f"<html><p>page {n}</p>" + "<p>filling</p>" * 500)
        executor = ChildProcessExecutor(2)
        try:
            job = ingest(tmp_path, executor=executor)
            killed = 0
            while not job.state.is_final:
                for pid in executor.pids:
                    if killed < 5:
                        os.kill(pid, signal.SIGKILL)
                        killed += 1
                time.sleep(0.02)
            result = result_of(job)
            # A unit that was hit twice is kept as a file; nothing is lost either way.
            assert len(result.frame_ids) == 200
            assert len(result.failed) <= 2
            assert killed == 5
        finally:
            executor.terminate()


class TestProgress:
    def test_only_what_is_committed_counts(self, ingest, sink: Sink, tmp_path: Path) -> None:
        for n in range(40):
            write(tmp_path / f"{n}.txt", f"note {n}")
        sink.holds = True
        job = ingest(tmp_path)
        give_up = time.monotonic() + 20
        while len(sink.documents) < 40:
            assert time.monotonic() < give_up
            time.sleep(0.01)
        assert job.state is JobState.RUNNING
        assert job.progress.done == 0
        sink.commit()
        assert result_of(job).frame_ids == tuple(range(100, 140))
        assert job.progress == Progress(40, 40, "files")

    def test_batches_are_small(self, ingest, sink: Sink, tmp_path: Path) -> None:
        for n in range(100):
            write(tmp_path / f"{n}.txt", f"note {n}")
        result_of(ingest(tmp_path))
        assert max(map(len, sink.batches)) <= 32
        assert sum(map(len, sink.batches)) == 100

    def test_the_last_commit_is_asked_for(self, ingest, sink: Sink, tmp_path: Path) -> None:
        write(tmp_path / "a.txt", "a")
        sink.holds = True
        result = result_of(ingest(tmp_path, flush=sink.flush))
        assert (result.frame_ids, sink.flushes) == ((100,), 1)

    def test_what_is_being_read_and_what_waits(self, ingest, sink: Sink, tmp_path: Path) -> None:
        from pypdf import PdfWriter

        writer = PdfWriter()
        for _ in range(40):
            writer.append(DEMO / "Weir removal options.pdf")
        writer.write(tmp_path / "long.pdf")
        writer.close()
        for n in range(600):
            write(tmp_path / f"note {n:03}.txt", f"note {n} " * 3000)
        events: list[JobChanged] = []
        with ThreadPoolExecutor(1) as threads:
            result_of(ingest(tmp_path, emit=events.append, executor=threads))
        pages = [
            progress
            for event in events
            for name, progress in event.current
            if name == "long.pdf" and progress.unit
        ]
        assert pages
        assert all(progress.total == 320 and progress.unit == "pages" for progress in pages)
        assert [progress.done for progress in pages] == sorted(progress.done for progress in pages)
        assert any(event.waiting for event in events)
        assert max(len(event.waiting) for event in events) <= 200
        done = [event.progress.done for event in events]
        assert done == sorted(done)
        assert done[-1] == 601


class TestCancel:
    def test_state_at_once_and_what_was_submitted_stays(self, ingest, sink: Sink, tmp_path: Path) -> None:
        for n in range(300):
            write(tmp_path / f"{n}.html", f"<html><p>page {n}" + "<p>filling" * 800)
        sink.holds = True
        job = ingest(tmp_path)
        give_up = time.monotonic() + 20
        while not sink.batches:
            assert time.monotonic() < give_up
            time.sleep(0.005)
        job.cancel()
        assert job.state is JobState.CANCELLED
        assert not job.join(0.05)  # the writer still has some
        time.sleep(0.1)
        submitted = len(sink.documents)
        assert submitted < 300
        sink.commit()
        assert job.join(10)
        assert job.state is JobState.CANCELLED
        assert len(job.result.frame_ids) == submitted == len(sink.documents)

    def test_before_anything_was_read(self, ingest, sink: Sink, tmp_path: Path) -> None:
        write(tmp_path / "a.txt", "a")
        with ThreadPoolExecutor(1) as threads:
            threads.submit(time.sleep, 0.3)
            job = ingest(tmp_path, executor=threads)
            job.cancel()
            assert job.join(10)
        assert job.state is JobState.CANCELLED
        assert job.result == IngestResult((), (), ())
        assert sink.batches == []


class TestTheWriterFails:
    def test_the_job_fails_with_its_reason(self, ingest, sink: Sink, tmp_path: Path) -> None:
        write(tmp_path / "a.txt", "a")
        sink.error = StorageError("The disk is full.")
        job = ingest(tmp_path).wait(20)
        assert job.join(10)
        assert (job.state, job.error) == (JobState.FAILED, sink.error)
        assert job.result.frame_ids == ()

    def test_a_submit_that_raises(self, ingest, tmp_path: Path) -> None:
        def refuse(documents: Sequence[PreparedDocument]) -> Future[list[int]]:
            raise EngineError("closed")

        write(tmp_path / "a.txt", "a")
        job = ingest(tmp_path, submit=refuse).wait(20)
        assert (job.state, str(job.error)) == (JobState.FAILED, "closed")

    def test_an_executor_that_was_shut_down(self, ingest, tmp_path: Path, caplog) -> None:
        write(tmp_path / "a.txt", "a")
        executor = ChildProcessExecutor(1)
        executor.shutdown()
        job = ingest(tmp_path, executor=executor).wait(20)
        assert job.state is JobState.FAILED
        assert "shut down" in str(job.error)
        caplog.clear()


def test_in_a_script_without_a_main_guard(tmp_path: Path) -> None:
    script = write(
        tmp_path / "script.py",
        "from concurrent.futures import Future\n"
        "from engine.jobs.executors import ChildProcessExecutor\n"
        "from engine.jobs.ingest import start_ingest\n"
        "def submit(documents):\n"
        "    future = Future()\n"
        "    future.set_result(list(range(len(documents))))\n"
        "    return future\n"
        "executor = ChildProcessExecutor(2)\n"
        f"job = start_ingest([{str(DEMO)!r}], submit=submit, is_known=lambda digest: False, executor=executor)\n"
        "print(len(job.wait(60).result.frame_ids))\n"
        "executor.shutdown()\n",
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{len(list(DEMO.iterdir()))}\n", "")


def test_the_coordinator_thread_does_no_heavy_work(ingest, sink: Sink, tmp_path: Path, monkeypatch) -> None:
    """Between two waits it holds the interpreter for a few milliseconds at most."""
    for n in range(300):
        write(tmp_path / f"{n:03}.html", f"<html><p>page {n}" + "<p>some filling words" * 400)
    for n in range(20):
        write(tmp_path / f"{n:03}.txt", f"note {n} " * 80_000)
    slices: list[float] = []
    real = coordinator.Coordinator._take

    def take(self, timeout):
        slices.append(time.thread_time() - began[0])
        real(self, timeout)
        began[0] = time.thread_time()

    began = [0.0]
    monkeypatch.setattr(coordinator.Coordinator, "_take", take)
    result_of(ingest(tmp_path))
    assert len(sink.documents) == 320
    slices.sort()
    assert slices[int(len(slices) * 0.99)] < 0.005
    assert slices[-1] < 0.05


def test_plans_are_what_children_send(ingest, sink: Sink, tmp_path: Path, monkeypatch) -> None:
    """Nothing large goes through a pipe: a file above a megabyte comes without its bytes."""
    import pickle

    from engine.extract.source import ReadOptions
    from engine.extract.units import plan_source

    write(tmp_path / "a.bin", os.urandom(3 << 20))
    plan = plan_source(str(tmp_path / "a.bin"), ReadOptions())
    assert isinstance(plan, SourcePlan)
    assert len(pickle.dumps(plan)) < 4096
