"""Child processes that run units: a broken unit takes nothing with it but itself.

::

    submit() ──▶ queue ──▶ slot thread 1 ──pipe──▶ child 1        each child runs one unit at a time, so who
                       ──▶ slot thread 2 ──pipe──▶ child 2        dies names the unit that killed it

A child that dies is replaced and its unit is tried once more, alone; a unit that kills again, or takes
longer than the time limit, fails with :class:`UnitLost`. Children start with the first unit, end after
``idle_after`` seconds without one, and end by themselves when this process goes away.

Why not ``ProcessPoolExecutor``: its children import the caller's ``__main__``, one death breaks every unit in
flight without saying which one it was, and there is no limit on time or memory.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Final, NoReturn, TypeVar

from engine.config import EngineConfig
from engine.errors import Cancelled, EngineError
from engine.jobs.child import CHILD_FLAG, READY

logger = logging.getLogger("engine.jobs")

T = TypeVar("T")

TIME_LIMIT: Final = 120.0
"""Seconds one unit may take. Units are cut to 0.2–2 s: this is a file that hangs its reader, no slow one."""

MEMORY_LIMIT: Final = 4 * 1024**3
"""Address space of a child, bytes: room for a 100-megapixel picture, far below a machine's memory."""

IDLE_AFTER: Final = 60.0
START_LIMIT: Final = 60.0
"""Seconds a child may take to start on a machine under load."""

STOP_LIMIT: Final = 2.0

_POOLS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "RAYON")
ONE_THREAD: Final = {f"{pool}_NUM_THREADS": "1" for pool in _POOLS}
"""One native thread per child: the children are the parallelism."""

BOOTSTRAP: Final = (
    "import sys; sys.path[:] = sys.argv[4:]; from engine.jobs.child import main; main(sys.argv[1:4])"
)


class UnitLost(EngineError):
    """A unit ended without an answer; the message continues “the file …” for a person."""


class ChildDied(UnitLost):
    """The process that ran the unit died, twice."""


class TookTooLong(UnitLost):
    """The unit did not end within the time limit."""


class _Died(Exception):
    """A child died; the message is what to say if that happens a second time."""


def default_workers() -> int:
    """One less than the cores this process may use, at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    return max(1, cores - 1)


@dataclass(frozen=True, slots=True)
class _Work:
    future: Future[Any]
    message: bytes
    name: str


class _Child:
    """One interpreter at the other end of a pipe. Used by one thread at a time; ``kill`` by any."""

    def __init__(self, *, time_limit: float, memory_limit: int) -> None:
        ours, theirs = socket.socketpair()
        # What the child's libraries print goes to a file: of use when it dies, noise otherwise.
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        try:
            with theirs:
                numbers = [str(theirs.fileno()), str(memory_limit), str(time_limit)]
                self._process = subprocess.Popen(
                    _command(numbers),
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=self._said,
                    stderr=self._said,
                    env={**os.environ, **ONE_THREAD},
                )
        except BaseException:
            ours.close()
            self._said.close()
            raise
        self._pipe = Connection(ours.detach())
        self._ending = threading.Lock()
        self.is_ended = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_ready(self) -> None:
        """Raises ``_Died`` when the process does not come up."""
        try:
            if self._pipe.poll(START_LIMIT) and self._pipe.recv_bytes() == READY:
                return
        except (EOFError, OSError):
            logger.debug("Child %d closed its pipe while starting", self.pid)
        self.kill()
        why = self.last_words().rpartition("\n")[2] or "it did not answer"
        raise _Died(f"could not be read: no child process could be started ({why})")

    def ask(self, message: bytes, time_limit: float) -> bytes | None:
        """The answer to one unit, or None when the process died. Raises ``TimeoutError``."""
        try:
            self._pipe.send_bytes(message)
            if not self._pipe.poll(time_limit):
                raise TimeoutError
            return self._pipe.recv_bytes()
        except TimeoutError:
            raise
        except (EOFError, OSError):
            return None

    def stop(self) -> None:
        """End the process: it leaves when its pipe closes."""
        with self._ending:
            if self.is_ended:
                return
            self.is_ended = True
            self._pipe.close()
            try:
                self._process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def kill(self) -> None:
        """End the process now, whatever it does. Its pipe stays open for the thread that reads from it."""
        with self._ending:
            if not self.is_ended:
                self._process.kill()

    def bury(self) -> str:
        """After a death or ``kill``: collect the process; returns what ended it, in words."""
        with self._ending:
            self.is_ended = True
            self._pipe.close()
            self._process.kill()
            code = self._process.wait()
        if code < 0:
            with contextlib.suppress(ValueError):
                return signal.Signals(-code).name
        return f"exit {code}"

    def last_words(self) -> str:
        """The end of what the process printed; empty when it printed nothing."""
        try:
            size = self._said.seek(0, os.SEEK_END)
            self._said.seek(max(0, size - 2000))
            return self._said.read().decode("utf-8", "replace").strip()
        except (OSError, ValueError):
            return ""

    def close(self) -> None:
        self._said.close()


def _command(numbers: list[str]) -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_FLAG, *numbers]
    # -P: a file named like one of our imports in the current folder must not be taken for it.
    paths = [path for path in sys.path if path]
    root = str(Path(__file__).resolve().parents[2])
    if root not in paths:
        paths.append(root)
    return [sys.executable, "-P", "-c", BOOTSTRAP, *numbers, *paths]


class ChildProcessExecutor(Executor):
    """Runs module-level functions with picklable arguments in child processes.

    Attributes: ``workers`` is the number of children it may have. Threads: one per child, started when
    needed; all methods may be called on any thread.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        time_limit: float = TIME_LIMIT,
        memory_limit: int = MEMORY_LIMIT,
        idle_after: float = IDLE_AFTER,
    ) -> None:
        self.workers = workers or default_workers()
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._idle_after = idle_after
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._threads: list[threading.Thread] = []
        self._children: set[_Child] = set()
        self._closed = False
        self._terminated = False
        # A unit that killed its child runs again with no other second attempt beside it, so that two hungry
        # ones do not kill each other twice.
        self._second_attempts = threading.Lock()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run ``fn(*args, **kwargs)`` in a child. ``fn`` is importable by name and not from ``__main__``."""
        if getattr(fn, "__module__", None) == "__main__":
            raise EngineError(
                f"{fn.__qualname__} is defined in the main script, which child processes do not import. "
                "Move it to a module."
            )
        message = pickle.dumps((fn, args, kwargs), protocol=5)
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("This executor was shut down.")
            self._queue.put(_Work(future, message, getattr(fn, "__qualname__", repr(fn))))
            if self._idle > 0:
                self._idle -= 1
            elif len(self._threads) < self.workers:
                thread = threading.Thread(
                    target=self._serve, name=f"children-{len(self._threads) + 1}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing new; end the children when what was submitted has run (or was cancelled)."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
            if cancel_futures:
                self._cancel_waiting()
            for _ in threads:
                self._queue.put(None)
        if wait:
            for thread in threads:
                thread.join()

    def terminate(self) -> None:
        """End now: nobody wants any of the results. Running units fail with ``Cancelled``."""
        self._terminated = True
        with self._lock:
            children = list(self._children)
        for child in children:
            child.kill()
        self.shutdown(wait=True, cancel_futures=True)

    @property
    def pids(self) -> tuple[int, ...]:
        """The children that are alive now."""
        with self._lock:
            return tuple(child.pid for child in self._children)

    # --- slot threads --------------------------------------------------------------------------------------

    def _cancel_waiting(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                work = self._queue.get_nowait()
                if work is not None:
                    work.future.cancel()

    def _serve(self) -> None:
        child: _Child | None = None
        while True:
            try:
                work = self._queue.get(timeout=self._idle_after if child is not None else None)
            except queue.Empty:
                self._end(child)
                child = None
                continue
            if work is None:
                break
            if work.future.set_running_or_notify_cancel():
                child = self._run(work, child)
            del work  # a result must not live on in a waiting thread
            with self._lock:
                # What is in the queue already was counted against an idle slot or started a thread, or found
                # all slots busy; in the last case this slot will take it without being idle.
                if self._queue.empty():
                    self._idle += 1
        self._end(child)

    def _run(self, work: _Work, child: _Child | None) -> _Child | None:
        """Run one unit, in ``child`` if there is one; returns the child that is alive afterwards."""
        try:
            try:
                answer, child = self._attempt(work, child)
            except _Died as first:
                logger.debug("A child died (%s) while running %s", first, work.name)
                with self._second_attempts:
                    answer, child = self._attempt(work, None)
            succeeded, value = pickle.loads(answer)  # noqa: S301 - from our own child
        except _Died as second:
            work.future.set_exception(ChildDied(str(second)))
            return None
        except Exception as error:  # noqa: BLE001 - the future is where it belongs
            work.future.set_exception(error)
            return None if child is None or child.is_ended else child
        if succeeded:
            work.future.set_result(value)
        else:
            work.future.set_exception(value)
        return child

    def _attempt(self, work: _Work, child: _Child | None) -> tuple[bytes, _Child]:
        """The answer and the child that gave it. Raises ``_Died``, ``TookTooLong``, ``Cancelled``."""
        if self._terminated:
            self._end(child)
            _raise_cancelled()
        if child is None:
            child = self._start()
        try:
            answer = child.ask(work.message, self._time_limit)
        except TimeoutError:
            self._bury(child)
            raise TookTooLong(f"took longer than {self._time_limit:.0f} s to read") from None
        if answer is not None:
            return answer, child
        cause = self._bury(child)
        if self._terminated:
            _raise_cancelled()
        raise _Died(f"stopped its reader twice ({cause})")

    def _start(self) -> _Child:
        try:
            child = _Child(time_limit=self._time_limit, memory_limit=self._memory_limit)
        except OSError as error:
            raise _Died(f"could not be read: no child process could be started ({error})") from error
        with self._lock:
            self._children.add(child)
            if self._terminated:
                child.kill()
        try:
            child.wait_ready()
        except _Died:
            self._bury(child)
            if self._terminated:
                _raise_cancelled()
            raise
        return child

    def _bury(self, child: _Child) -> str:
        cause = child.bury()
        if words := child.last_words():
            logger.debug("Child %d, last words: %s", child.pid, words)
        child.close()
        with self._lock:
            self._children.discard(child)
        return cause

    def _end(self, child: _Child | None) -> None:
        if child is None:
            return
        child.stop()
        child.close()
        with self._lock:
            self._children.discard(child)


def _raise_cancelled() -> NoReturn:
    raise Cancelled("The executor was ended.")


def make_executor(config: EngineConfig) -> Executor:
    """The executor for extraction units that a configuration asks for. Starts nothing yet."""
    if config.executor_factory is None:
        return ChildProcessExecutor(config.workers)
    from engine.jobs.rebuild import RebuildingExecutor

    return RebuildingExecutor(config.executor_factory)


def close_executor(executor: Executor) -> None:
    """End an executor whose results nobody wants any more, as fast as it can."""
    if isinstance(executor, ChildProcessExecutor):
        executor.terminate()
    else:
        executor.shutdown(wait=False, cancel_futures=True)
