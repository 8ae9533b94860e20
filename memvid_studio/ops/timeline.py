"""The capsule's life as arrays for the strip, loaded off the GUI thread and looked up on it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

import engine
from memvid_studio.bridge.latest import LatestOnly
from memvid_studio.bridge.tasks import Lane
from memvid_studio.ops.problems import describe
from memvid_studio.ops.session import Session


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """What the strip draws. Times are int64 milliseconds.

    ``by_id`` holds (sorted frame ids, their recorded ms, their happened ms); ``happened_ms`` with
    ``happened_kinds`` are the additions once more, sorted by when they happened.
    """

    arrays: engine.StripArrays
    by_id: tuple[Any, Any, Any]
    happened_ms: Any
    happened_kinds: Any
    now_ms: int

    def times_of(self, document_ids: Any, *, happened: bool) -> Any:
        """When these documents were recorded (or happened), sorted; unknown ids are left out."""
        ids, recorded, occurred = self.by_id
        if not len(ids) or document_ids is None or not len(document_ids):
            return np.empty(0, np.int64)
        wanted = np.asarray(document_ids, np.int64)
        places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
        places = places[ids[places] == wanted]
        return np.sort((occurred if happened else recorded)[places])

    def time_of(self, document_id: int, *, happened: bool) -> int | None:
        """The mark of one document."""
        found = self.times_of(np.array([document_id]), happened=happened)
        return int(found[0]) if len(found) else None


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
    arrays = capsule.now.strip()
    order = np.argsort(arrays.frame_ids, kind="stable")
    by_id = (arrays.frame_ids[order], arrays.times_ms[order], arrays.happened_ms[order])
    happened = np.argsort(arrays.happened_ms, kind="stable")
    return capsule, Life(
        arrays, by_id, arrays.happened_ms[happened], arrays.kinds[happened], round(time.time() * 1000)
    )
