"""The capsule's life as arrays for the strip, loaded off the GUI thread and looked up on it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

import engine
from memvid_studio.bridge.latest import LatestOnly
from memvid_studio.bridge.tasks import Lane
from memvid_studio.ops.problems import describe
from memvid_studio.ops.session import Session


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """What the strip draws, and the time it was read. Times are int64 milliseconds."""

    arrays: engine.StripArrays
    now_ms: int


class Timeline(QObject):
    """Keeps :class:`Life` of the current capsule up to date."""

    loaded = Signal(object)
    """Life, or None when no capsule is open."""
    problem = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._life: Life | None = None
        self._latest = LatestOnly(session.tasks, self, lane=Lane.READ)
        self._latest.done.connect(self._take)
        session.currentChanged.connect(self._another_capsule)
        session.contentChanged.connect(lambda _: self._ask())

    @property
    def life(self) -> Life | None:
        """What was loaded last."""
        return self._life

    def _another_capsule(self) -> None:
        self._latest.forget()
        self._life = None
        self.loaded.emit(None)
        self._ask()

    def _ask(self) -> None:
        held = self._session.current
        if held is not None:
            self._latest.ask(_load, held.capsule)

    def _take(self, answer: tuple[engine.Capsule, Life] | None, error: Any) -> None:
        held = self._session.current
        if error is not None:
            self.problem.emit(describe(error))
        elif answer is not None and held is not None and answer[0] is held.capsule:
            self._life = answer[1]
            self.loaded.emit(self._life)


def _load(capsule: engine.Capsule) -> tuple[engine.Capsule, Life]:
    """On a pool thread."""
    return capsule, Life(capsule.now.strip(), round(time.time() * 1000))
