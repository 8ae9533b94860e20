"""One class of tests for every executor, then what only our own child processes promise."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.config import EngineConfig
from engine.errors import Cancelled, EngineError
from engine.jobs.executors import (
    ChildDied,
    ChildProcessExecutor,
    TookTooLong,
    close_executor,
    make_executor,
)
from engine.jobs.rebuild import RebuildingExecutor
from tests.unit.engine.jobs import units

REPOSITORY = Path(__file__).resolve().parents[4]


def standard_pool() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


MAKERS: dict[str, Callable[[], Executor]] = {
    "own": lambda: ChildProcessExecutor(2),
    "standard": lambda: RebuildingExecutor(standard_pool),
}


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(params=MAKERS)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    executor = MAKERS[request.param]()
    yield executor
    executor.shutdown(wait=True, cancel_futures=True)


class TestEveryExecutor:
    def test_results_come_back(self, executor: Executor) -> None:
        assert [future.result(20) for future in [executor.submit(units.double, n) for n in range(20)]] == [
            2 * n for n in range(20)
        ]

    def test_errors_come_back(self, executor: Executor) -> None:
        with pytest.raises(ValueError, match="not today"):
            executor.submit(units.fail).result(20)
        assert executor.submit(units.double, 4).result(20) == 8

    def test_a_unit_that_kills_its_process_fails_alone(self, executor: Executor, tmp_path: Path) -> None:
        bystanders = [executor.submit(units.nap, 0.1) for _ in range(3)]
        killer = executor.submit(units.die, "exit")
        late = [executor.submit(units.double, n) for n in range(5)]
        with pytest.raises(ChildDied, match="stopped its reader twice"):
            killer.result(20)
        assert [future.result(20) for future in bystanders] == [0.1] * 3
        assert [future.result(20) for future in late] == [0, 2, 4, 6, 8]
        assert executor.submit(units.double, 21).result(20) == 42

    def test_a_unit_whose_process_was_killed_by_others_is_tried_again(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        assert executor.submit(units.die_once, str(tmp_path / "marker")).result(20) == "alive"

    def test_nothing_is_accepted_after_shutdown(self, executor: Executor) -> None:
        done = executor.submit(units.double, 1)
        executor.shutdown(wait=True)
        assert done.result(0) == 2
        with pytest.raises(RuntimeError, match="shut down"):
            executor.submit(units.double, 2)


class TestChildProcesses:
    @pytest.fixture
    def make(self) -> Iterator[Callable[..., ChildProcessExecutor]]:
        made: list[ChildProcessExecutor] = []

        def make(*args, **kwargs) -> ChildProcessExecutor:
            made.append(ChildProcessExecutor(*args, **kwargs))
            return made[-1]

        yield make
        for executor in made:
            executor.terminate()

    def test_children_are_modest_and_do_not_know_the_main_script(self, make) -> None:
        pid, niceness, threads, main = make(1).submit(units.where).result(20)
        assert pid != os.getpid()
        assert niceness >= min(19, os.nice(0) + 10)
        assert threads == "1"
        assert main == "None"

    def test_they_start_with_the_first_unit_and_not_more_than_needed(self, make) -> None:
        executor = make(3)
        assert executor.pids == ()
        for n in range(5):
            assert executor.submit(units.double, n).result(20) == 2 * n
        assert len(executor.pids) == 1

    def test_units_run_side_by_side(self, make, tmp_path: Path) -> None:
        executor = make(3)
        futures = [executor.submit(units.mark_and_nap, str(tmp_path / "pids"), 0.5) for _ in range(3)]
        for future in futures:
            future.result(20)
        assert len(set((tmp_path / "pids").read_text().split())) == 3

    def test_idle_children_end_and_come_back(self, make) -> None:
        executor = make(1, idle_after=0.1)
        first = executor.submit(units.where).result(20)[0]
        wait_until(lambda: executor.pids == ())
        assert not is_alive(first)
        assert executor.submit(units.where).result(20)[0] != first

    def test_sigkill_from_outside_in_the_middle_of_a_unit(self, make, tmp_path: Path) -> None:
        executor = make(1)
        marker = tmp_path / "pids"
        future = executor.submit(units.mark_and_nap, str(marker), 0.4)
        wait_until(lambda: marker.exists() and marker.read_text() != "")
        os.kill(int(marker.read_text()), signal.SIGKILL)
        assert future.result(20) == str(marker)
        assert len(set(marker.read_text().split())) == 2

    def test_a_child_killed_while_idle_costs_nothing(self, make) -> None:
        executor = make(1)
        os.kill(executor.submit(units.where).result(20)[0], signal.SIGKILL)
        assert executor.submit(units.double, 2).result(20) == 4

    @pytest.mark.parametrize(
        ("how", "words"), [("kill", "SIGKILL"), ("crash", "SIGSEGV"), ("exit", "exit 7")]
    )
    def test_the_message_says_what_ended_it(self, make, how: str, words: str) -> None:
        with pytest.raises(ChildDied, match=words):
            make(1).submit(units.die, how).result(20)

    def test_a_unit_that_takes_too_long_is_ended(self, make) -> None:
        executor = make(1, time_limit=0.3)
        began = time.monotonic()
        slow = executor.submit(units.nap, 60.0)
        quick = executor.submit(units.double, 3)
        with pytest.raises(TookTooLong, match="took longer than"):
            slow.result(20)
        assert quick.result(20) == 6
        assert time.monotonic() - began < 10

    def test_so_is_one_that_hangs_in_native_code(self, make) -> None:
        with pytest.raises(TookTooLong):
            make(1, time_limit=0.3).submit(units.hang_in_native_code).result(20)

    def test_too_much_memory_is_an_error_of_the_unit(self, make) -> None:
        executor = make(1, memory_limit=1 << 30)
        with pytest.raises(MemoryError):
            executor.submit(units.take_memory, 2 << 30).result(20)
        assert executor.submit(units.take_memory, 1 << 20).result(20) == 1 << 20

    def test_an_error_that_cannot_travel_is_told_in_words(self, make) -> None:
        with pytest.raises(RuntimeError, match="Awkward: 1 and 2"):
            make(1).submit(units.fail, True).result(20)

    def test_a_result_that_cannot_travel_is_an_error(self, make) -> None:
        executor = make(1)
        with pytest.raises(Exception, match="pickle"):
            executor.submit(units.give_back_a_lambda).result(20)
        assert executor.submit(units.double, 1).result(20) == 2

    def test_functions_of_the_main_script_are_refused(self, make, monkeypatch) -> None:
        monkeypatch.setattr(units.double, "__module__", "__main__")
        with pytest.raises(EngineError, match="Move it to a module"):
            make(1).submit(units.double, 1)

    def test_waiting_units_can_be_cancelled(self, make) -> None:
        executor = make(1)
        running, waiting = executor.submit(units.nap, 0.3), executor.submit(units.double, 1)
        assert waiting.cancel()
        assert running.result(20) == 0.3
        assert executor.submit(units.double, 5).result(20) == 10

    def test_shutdown_waits_for_what_was_submitted(self, make) -> None:
        executor = make(1)
        futures = [executor.submit(units.nap, 0.05) for _ in range(3)]
        executor.shutdown()
        assert [future.result(0) for future in futures] == [0.05] * 3
        assert executor.pids == ()

    def test_terminate_does_not_wait(self, make) -> None:
        executor = make(2)
        running = executor.submit(units.nap, 60.0)
        also: Future[float] = executor.submit(units.nap, 60.0)
        waiting = executor.submit(units.nap, 60.0)
        wait_until(lambda: len(executor.pids) == 2)
        pids = executor.pids
        began = time.monotonic()
        executor.terminate()
        assert time.monotonic() - began < 5
        assert not any(is_alive(pid) for pid in pids)
        assert waiting.cancelled()
        for future in (running, also):
            with pytest.raises(Cancelled):
                future.result(0)

    def test_a_child_that_cannot_start_says_why(self, make, monkeypatch) -> None:
        monkeypatch.setattr("engine.jobs.executors.BOOTSTRAP", "import no_such_module_here")
        with pytest.raises(ChildDied, match=r"no child process could be started.*no_such_module_here"):
            make(1).submit(units.double, 1).result(20)


def run_script(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    script = folder / "script.py"
    script.write_text(textwrap.dedent(text))
    return subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_script_without_a_main_guard_works(tmp_path: Path) -> None:
    done = run_script(
        tmp_path,
        """
        from engine.jobs.executors import ChildProcessExecutor
        from tests.unit.engine.jobs import units

        print("the script runs")
        executor = ChildProcessExecutor(2)
        print(sum(executor.map(units.double, range(10))))
        executor.shutdown()
        """,
    )
    assert (done.stdout, done.stderr) == ("the script runs\n90\n", "")


def test_a_script_that_forgets_to_shut_down_ends_and_leaves_nothing(tmp_path: Path) -> None:
    done = run_script(
        tmp_path,
        """
        from engine.jobs.executors import ChildProcessExecutor
        from tests.unit.engine.jobs import units

        executor = ChildProcessExecutor(1)
        print(executor.submit(units.where).result()[0])
        executor.submit(units.nap, 60.0)
        """,
    )
    assert done.stderr == ""
    wait_until(lambda: not is_alive(int(done.stdout)))


def test_children_of_a_killed_parent_end(tmp_path: Path) -> None:
    """In the middle of a unit too, which would have run for a minute."""
    done = run_script(
        tmp_path,
        f"""
        import os, signal, time
        from engine.jobs.executors import ChildProcessExecutor
        from tests.unit.engine.jobs import units

        executor = ChildProcessExecutor(1)
        executor.submit(units.mark_and_nap, {str(tmp_path / "pid")!r}, 60.0)
        path = {str(tmp_path / "pid")!r}
        while not (os.path.exists(path) and os.path.getsize(path)):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)
        """,
    )
    assert done.returncode == -signal.SIGKILL
    wait_until(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_a_file_in_the_current_folder_is_not_taken_for_a_library(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('the wrong file was imported')")
    monkeypatch.chdir(tmp_path)
    executor = ChildProcessExecutor(1)
    try:
        assert executor.submit(units.double, 1).result(20) == 2
    finally:
        executor.terminate()


def test_the_executor_of_a_configuration(tmp_path: Path) -> None:
    own = make_executor(EngineConfig(workers=3))
    assert isinstance(own, ChildProcessExecutor)
    assert own.workers == 3
    close_executor(own)
    threads = make_executor(EngineConfig(executor_factory=lambda: ThreadPoolExecutor(1)))
    assert threads.submit(units.double, 4).result(10) == 8
    close_executor(threads)


def test_two_killers_in_a_foreign_pool_fail_and_the_rest_comes_through() -> None:
    executor = RebuildingExecutor(standard_pool)
    try:
        mixed = [
            executor.submit(units.die, "exit") if n in {2, 5} else executor.submit(units.double, n)
            for n in range(8)
        ]
        for n, future in enumerate(mixed):
            if n in {2, 5}:
                assert isinstance(future.exception(30), ChildDied)
            else:
                assert future.result(30) == 2 * n
    finally:
        executor.shutdown()
