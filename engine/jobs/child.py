"""What runs inside a child process: take a unit from the pipe, run it, send back what came out.

Started by :mod:`engine.jobs.executors` as a plain interpreter that imports this module and nothing of the
caller's, so a script without a main guard works. The process ends when its pipe closes, even in the middle of
a unit: a killed parent leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any, NoReturn

CHILD_FLAG = "--engine-child"
"""First argument of a frozen program that was started to be a child."""

READY = b"ready"

GRACE = 10.0
"""Seconds after which a child whose parent did not stop it in time ends itself (the parent may be gone)."""


def freeze_support() -> None:
    """Be a child, if this frozen program was started as one; return otherwise.

    A bundled program has no interpreter to start, its children are the program itself. So its ``__main__``
    calls this first, before anything heavy is imported.
    """
    if len(sys.argv) == 5 and sys.argv[1] == CHILD_FLAG:
        main(sys.argv[2:])


def main(arguments: list[str]) -> NoReturn:
    """Serve units until the pipe closes. ``arguments``: pipe descriptor, bytes of memory, time limit."""
    descriptor, memory_limit, time_limit = int(arguments[0]), int(arguments[1]), float(arguments[2])
    os.set_inheritable(descriptor, False)
    pipe = Connection(descriptor)
    _be_modest(memory_limit)
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, inbox), name="receive", daemon=True).start()
    try:
        pipe.send_bytes(READY)
        while True:
            message = inbox.get()
            # The kernel's alarm ends this process even inside native code that never comes back.
            signal.setitimer(signal.ITIMER_REAL, time_limit + GRACE)
            answer = _run(message)
            signal.setitimer(signal.ITIMER_REAL, 0)
            pipe.send_bytes(answer)
    except OSError:
        os._exit(0)


def _receive(pipe: Connection, inbox: queue.SimpleQueue[bytes]) -> None:
    while True:
        try:
            inbox.put(pipe.recv_bytes())
        except (EOFError, OSError):
            # Not sys.exit: the main thread may be deep in a unit that nobody waits for any more.
            os._exit(0)


def _be_modest(memory_limit: int) -> None:
    """Low priority, bounded memory, no core files, and Ctrl+C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with contextlib.suppress(OSError):  # a sandbox may forbid it; the work is right without
        os.nice(10)
    import resource

    for what, limit in ((resource.RLIMIT_AS, memory_limit), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with contextlib.suppress(OSError, ValueError):  # some systems refuse RLIMIT_AS
            resource.setrlimit(what, (bound, hard))


def _run(message: bytes) -> bytes:
    """Run a pickled (function, args, kwargs); returns a pickled (True, result) or (False, error)."""
    try:
        function, args, kwargs = pickle.loads(message)  # noqa: S301 - from our own parent
        return pickle.dumps((True, function(*args, **kwargs)), protocol=5)
    except Exception as error:  # noqa: BLE001 - the caller's future is where it belongs
        return _pickled_error(error)


def _pickled_error(error: Exception) -> bytes:
    error.add_note("In a child process:\n" + "".join(traceback.format_exception(error)))
    try:
        data = pickle.dumps((False, error), protocol=5)
        _: Any = pickle.loads(data)  # noqa: S301 - made one line above
    except Exception:  # noqa: BLE001 - an error class with a signature of its own cannot travel
        data = pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")), protocol=5)
    return data
