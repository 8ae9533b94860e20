"""What helps to find out what went wrong: logging, crash reports, a watch over the GUI thread."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLoggingCategory, QObject, QSocketNotifier, QTimer, Signal

log = logging.getLogger("studio")

SLOW_SLOT_MS = 16
"""One frame at 60 Hz: a slot that takes longer is seen as a stutter."""

_open_files: list[object] = []


def set_up_logging(*, debug: bool) -> None:
    """Warnings to stderr; with ``debug`` everything of ours."""
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.WARNING,
        format="%(asctime)s %(levelname).1s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for noisy in ("PIL", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if not debug:
        # One line per installed font for every script that none of them can write.
        QLoggingCategory.setFilterRules("qt.text.font.db.warning=false")


def keep_crash_log(folder: Path) -> Path | None:
    """A crash of the interpreter writes where every thread was to a file in ``folder``; None if it cannot."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "crash.log"
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        log.warning("no crash log: %s", error)
        return None
    _open_files.append(file)  # faulthandler writes to its descriptor for as long as we live
    faulthandler.enable(file)
    return path


def report_uncaught(tell: Callable[[BaseException], None]) -> None:
    """Hands exceptions that nobody caught, of any thread, to ``tell`` and to the log."""

    def hook(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, where)
            return
        log.error("uncaught", exc_info=(kind, error, where))
        tell(error)

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            hook(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = hook
    threading.excepthook = thread_hook


class Signals(QObject):
    """Ctrl+C in the terminal and the system's request to end, brought to the event loop.

    Python looks at signals only when it runs, and an idle window runs none: a socket wakes it.
    """

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.asked.emit())

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._reader.recv(64)

    def stop(self) -> None:
        """Signals do again what they did before."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._before)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._reader.close()
        self._writer.close()


class Watchdog(QObject):
    """Logs when the event loop did not come round for longer than a frame, with where it was.

    A timer in the GUI thread leaves a mark every few milliseconds; a thread looks at the mark and, when it is
    too old, at the stack of the GUI thread. For debugging: the thread costs a little.
    """

    def __init__(self, parent: QObject | None = None, *, limit_ms: int = SLOW_SLOT_MS) -> None:
        super().__init__(parent)
        self._limit = limit_ms / 1000
        self._mark = time.perf_counter()
        self._gui_thread = threading.get_ident()
        self._end = threading.Event()
        self.worst_ms = 0.0
        timer = QTimer(self)
        timer.setInterval(2)
        timer.timeout.connect(self._beat)
        timer.start()
        self._thread = threading.Thread(target=self._watch, name="studio-watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._end.set()
        self._thread.join()

    def _beat(self) -> None:
        now = time.perf_counter()
        gap = now - self._mark
        self._mark = now
        self.worst_ms = max(self.worst_ms, gap * 1000)
        if gap > self._limit:
            log.debug("the window stood still for %.0f ms", gap * 1000)

    def _watch(self) -> None:
        told = 0.0
        while not self._end.wait(self._limit / 2):
            mark = self._mark
            if time.perf_counter() - mark > self._limit and mark != told:
                told = mark
                frame = sys._current_frames().get(self._gui_thread)
                if frame is not None:
                    stack = "".join(traceback.format_stack(frame)[-6:])
                    log.debug("the window waits in\n%s", stack)
