"""Units for tests of executors: functions that a child process can import by name."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path


def double(number: int) -> int:
    return 2 * number


def where() -> tuple[int, int, str, str]:
    """Process id, niceness, threads of native libraries, and the file of the main module."""
    main = sys.modules["__main__"]
    return os.getpid(), os.nice(0), os.environ["OMP_NUM_THREADS"], str(getattr(main, "__file__", None))


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def mark_and_nap(path: str, seconds: float) -> str:
    """Append this process's id to a file, then sleep."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(seconds)
    return path


def die(how: str = "exit") -> None:
    """End the process in the middle of a unit."""
    print("last words of the child", file=sys.stderr, flush=True)
    if how == "exit":
        os._exit(7)
    os.kill(os.getpid(), signal.SIGKILL if how == "kill" else signal.SIGSEGV)


def die_once(marker: str) -> str:
    """Dies the first time, answers the second time."""
    path = Path(marker)
    if not path.exists():
        path.write_text("died")
        os._exit(1)
    return "alive"


def hang_in_native_code() -> None:
    """Never returns to Python and never lets go of the interpreter."""
    import ctypes

    ctypes.pythonapi.PyObject_Hash  # noqa: B018 - loads the library that keeps the lock while it is called
    library = ctypes.PyDLL(None)
    library.sleep(600)


def take_memory(size: int) -> int:
    return len(bytes(size))


class Awkward(Exception):
    """Cannot travel between processes: its constructor wants more than its arguments say."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} and {second}")


def fail(awkward: bool = False) -> None:
    if awkward:
        raise Awkward(1, 2)
    raise ValueError("not today")


def give_back_a_lambda() -> object:
    return lambda: 1
