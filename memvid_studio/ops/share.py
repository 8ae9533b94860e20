"""Handing a capsule over: a sealed copy under a password."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

import engine
from memvid_studio.bridge.tasks import Lane
from memvid_studio.ops.problems import Problem, describe
from memvid_studio.ops.session import Session
from memvid_studio.words import quoted, tr


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What the seal dialog says of the file before anything is written."""

    size_bytes: int
    document_count: int
    deleted: int
    superseded: int
    target_exists: bool


@dataclass(frozen=True, slots=True)
class SealOrder:
    """What to write. ``drop_history`` leaves deleted and older versions out."""

    path: Path
    password: str
    drop_history: bool


class Share(QObject):
    """Seals copies; the open capsule stays as it is."""

    factsReady = Signal(object)
    """SealFacts"""
    sealed = Signal(object)
    """Path"""
    exported = Signal(object)
    """Path"""
    busyChanged = Signal(str)
    problem = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def ask_facts(self, target: Path) -> None:
        """``factsReady`` follows."""
        held = self._session.current
        if held is None:
            return
        capsule = held.capsule

        def find() -> SealFacts:
            stats = capsule.stats()
            deleted, superseded = capsule.dead_content()
            return SealFacts(stats.size_bytes, stats.document_count, deleted, superseded, target.exists())

        self._session.tasks.run(
            find,
            done=self.factsReady.emit,
            failed=lambda error: self.problem.emit(describe(error)),
            owner=self,
        )

    def seal(self, order: SealOrder, *, failed: Callable[[Problem], object] | None = None) -> None:
        """Writes the sealed copy; ``sealed`` follows, or ``failed`` (without it ``problem``) hears why not."""
        held = self._session.current
        if held is None:
            return
        capsule = held.capsule
        self.busyChanged.emit(tr("Sealing {name}").replace("{name}", quoted(order.path.name)))

        def write() -> Path:
            # Written beside and renamed: a copy that stands there already is replaced whole or not at all.
            beside = order.path.with_name(f".{order.path.name}.{secrets.token_hex(4)}")
            try:
                capsule.seal(beside, password=order.password, drop_history=order.drop_history)
                beside.replace(order.path)
            finally:
                beside.unlink(missing_ok=True)
            return order.path

        def done(path: Path) -> None:
            self.busyChanged.emit("")
            self.sealed.emit(path)

        def refused(error: BaseException) -> None:
            self.busyChanged.emit("")
            title = tr("{name} was not sealed").replace("{name}", quoted(order.path.name))
            (failed or self.problem.emit)(describe(error, title))

        self._session.tasks.run(write, done=done, failed=refused, owner=self, lane=Lane.LONG)

    def export(self, moment: engine.Moment, frame_id: int, path: Path) -> None:
        """Writes a document's original bytes to a file; ``exported`` or ``problem`` follows."""

        def write() -> Path:
            content = moment.read(frame_id)
            beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            try:
                beside.write_bytes(content)
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
            return path

        title = tr("{name} was not written").replace("{name}", quoted(path.name))
        self._session.tasks.run(
            write,
            done=self.exported.emit,
            failed=lambda error: self.problem.emit(describe(error, title)),
            owner=self,
            lane=Lane.LONG,
        )
