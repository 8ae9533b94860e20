"""A real window on real capsules, and its end."""

from __future__ import annotations

import gc
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent

from memvid_studio.app import Studio


def close_studio(qtbot: Any, studio: Studio) -> None:
    """Closes what is open, ends the threads, deletes the window."""
    closed: list[bool] = []
    studio.desk.session.allClosed.connect(lambda: closed.append(True))
    studio.desk.session.close_all()
    qtbot.waitUntil(lambda: bool(closed), timeout=10_000)
    studio.close()
    studio.window.deleteLater()
    studio.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
