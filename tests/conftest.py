"""What holds for every test: no screen, no home of yours, no traces left behind."""

from __future__ import annotations

import gc
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before anything can read them: here and not in a fixture, because imports and child processes see them too.
os.environ["MEMVID_TELEMETRY"] = "0"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.*=false;qt.text.font.db=false")

REPOSITORY = Path(__file__).resolve().parent.parent
FORMATS = REPOSITORY / "tests" / "formats"
DEMO = REPOSITORY / "resources" / "demo"

# HYPOTHESIS_PROFILE=deep looks longer and elsewhere every time; the default is the same on every machine.
settings.register_profile(
    "ci",
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


# ------------------------------------------------------------------------------------------------------ paths


@pytest.fixture(scope="session")
def formats() -> Path:
    """The sample capsules with what is known of each, in JSON beside it."""
    return FORMATS


@pytest.fixture(scope="session")
def demo() -> Path:
    """The demo material: files to drop on a window."""
    return DEMO


# ------------------------------------------------------------------------------------- a home for each test

_HOME_VARIABLES = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CACHE_HOME": ".cache",
    "XDG_STATE_HOME": ".local/state",
    "XDG_RUNTIME_DIR": ".run",
}


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home directory: settings, caches and recent files of one test are not those of another."""
    with tempfile.TemporaryDirectory(prefix="home-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        monkeypatch.setenv("HOME", name)
        for variable, folder in _HOME_VARIABLES.items():
            (home / folder).mkdir(parents=True, mode=0o700)
            monkeypatch.setenv(variable, str(home / folder))
        for variable in ("MV2_PASSWORD", "MV2_AUTHOR", "MEMVID_API_KEY"):
            monkeypatch.delenv(variable, raising=False)
        yield home


# ----------------------------------------------------------------------------------------- nothing left over

_GRACE_SECONDS = 3.0


def _threads() -> dict[int, str]:
    return {id(thread): thread.name for thread in threading.enumerate()}


def _children() -> dict[int, str]:
    """Direct child processes with their command lines (Linux; elsewhere nothing is checked)."""
    found = {}
    for listing in Path("/proc/self/task").glob("*/children"):
        try:
            pids = listing.read_text().split()
        except OSError:  # the thread ended between the two looks
            continue
        for pid in pids:
            try:
                command = (
                    Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            # Python keeps one resource tracker per process, on purpose and until the end.
            if state != "Z" and "resource_tracker" not in command:
                found[int(pid)] = command
    return found


def _timers() -> dict[int, str]:
    """Running QTimers anywhere in the process."""
    from PySide6.QtCore import QTimer
    from shiboken6 import isValid

    found = {}
    for thing in gc.get_objects():
        if issubclass(type(thing), QTimer) and isValid(thing) and thing.isActive():
            parent = thing.parent()
            owner = f"{type(parent).__name__} {parent.objectName()!r}" if parent is not None else "nobody"
            found[id(thing)] = f"QTimer of {owner}, every {thing.interval()} ms"
    return found


def _windows() -> dict[int, str]:
    """Visible top-level widgets."""
    from PySide6.QtWidgets import QApplication

    return {
        id(widget): f"{type(widget).__name__} {widget.objectName()!r}"
        for widget in QApplication.topLevelWidgets()
        if widget.isVisible()
    }


def _let_qt_finish() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()


@pytest.fixture(autouse=True)
def nothing_left_over(request: pytest.FixtureRequest, home: Path) -> Iterator[None]:
    """Fails a test that leaves a thread, a child process, a running QTimer or an open window behind.

    What was there before (fixtures of a wider scope) may stay. Whatever is stopping gets three seconds.
    """
    looks: dict[str, Callable[[], dict[int, str]]] = {"thread": _threads, "child process": _children}
    with_qt = "qapp" in request.fixturenames
    if with_qt:
        looks |= {"timer": _timers, "window": _windows}
    before = {kind: look() for kind, look in looks.items()}
    known_threads = threading.enumerate()  # held, so that no new thread can take the id of one that ended
    yield

    def left_over() -> list[str]:
        return [
            f"{kind}: {what}"
            for kind, look in looks.items()
            for key, what in look().items()
            if key not in before[kind]
        ]

    give_up = time.monotonic() + _GRACE_SECONDS
    while left := left_over():
        if time.monotonic() > give_up:
            pytest.fail("left behind:\n  " + "\n  ".join(left), pytrace=False)
        gc.collect()
        if with_qt:
            _let_qt_finish()
        time.sleep(0.02)
    del known_threads
