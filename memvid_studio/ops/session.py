"""The capsules that are open, and the one the window shows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

import engine
from memvid_studio.bridge.pump import EventPump
from memvid_studio.bridge.tasks import Lane, Tasks
from memvid_studio.ops.jobs import JobBook, JobRecord
from memvid_studio.ops.problems import Problem, describe, is_refused
from memvid_studio.ops.undo import UndoStack
from memvid_studio.words import quoted, tr


@dataclass(slots=True, eq=False)
class Held:
    """An open capsule with what belongs to it for as long as it is open."""

    capsule: engine.Capsule
    path: Path
    sealed: bool
    undo: UndoStack
    unsubscribe: Callable[[], None]
    read_only: bool = False
    notes: tuple[str, ...] = ()
    """What was odd about the file when it was opened."""
    size: int = 0
    """Bytes of the file, as far as events have told."""
    document_count: int = 0
    unsaved: bool = False
    """Sealed capsules keep changes in memory until they are saved."""
    write_problem: str = ""
    """Why the last save failed; empty again after one that worked."""
    jobs: dict[int, engine.Job] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem


class Session(QObject):
    """Opens, creates, switches and closes. All methods are called on the GUI thread and return at once."""

    currentChanged = Signal()
    """``current`` is another capsule, or None."""
    listChanged = Signal()
    """Capsules were opened or closed, or their counts changed."""
    busyChanged = Signal(str)
    """What is being opened or created, in words; empty when nothing is."""
    passwordNeeded = Signal(object, str)
    """A sealed capsule's FileFacts, and why the last password failed (empty at first)."""
    contentChanged = Signal(object)
    """Frame ids (tuple) changed in the current capsule; empty: anything may have."""
    savedChanged = Signal()
    """unsaved or write_problem of the current capsule changed."""
    jobChanged = Signal(object)
    """JobRecord"""
    opened = Signal(object)
    """Path of a capsule that was opened or created."""
    problem = Signal(object)
    """Problem"""
    closeRefused = Signal(object, object)
    """A sealed capsule's Held and the Problem: its changes could not be saved, so it is open again."""
    allClosed = Signal()
    """After ``close_all``, or when the last capsule was closed: nothing is open, closing or being opened."""

    def __init__(
        self, tasks: Tasks, parent: QObject | None = None, *, config: engine.EngineConfig | None = None
    ) -> None:
        super().__init__(parent)
        self.tasks = tasks
        self.jobs = JobBook()
        self._config = config
        self._held: dict[Path, Held] = {}
        self._current: Held | None = None
        self._opening = self._closing = 0
        self._ending = False
        self._pump = EventPump(self)
        self._pump.batch.connect(self._take_events)

    # -------------------------------------------------------------------------------------- what is open

    @property
    def current(self) -> Held | None:
        """The capsule the window shows."""
        return self._current

    @property
    def held(self) -> list[Held]:
        """All open capsules, in the order they were opened."""
        return list(self._held.values())

    # ----------------------------------------------------------------------------------- open and close

    def create(
        self,
        path: Path,
        *,
        then: Callable[[], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        """A new, empty capsule at ``path``; ``then`` is called when it is the current one.

        ``failed`` hears of the problem instead of everybody. ``clock`` tells it the time instead of the machine.
        """
        config = self._config
        if clock is not None:
            config = replace(config or engine.EngineConfig(), clock_ms=clock)
        doing = tr("Creating {name}").replace("{name}", quoted(path.name))

        def make() -> engine.Capsule:
            path.parent.mkdir(parents=True, exist_ok=True)
            return engine.create(path, config=config)

        title = tr("Could not create {name}").replace("{name}", quoted(path.name))
        tell = failed or self.problem.emit
        self._start(
            doing,
            make,
            lambda capsule: self._take_in(capsule, path, sealed=False, then=then),
            lambda error: tell(describe(error, title)),
        )

    def open(
        self,
        path: Path,
        password: str | None = None,
        *,
        failed: Callable[[Problem], object] | None = None,
    ) -> None:
        """Opens ``.mv2`` or ``.mv2e``; one that is open already is shown. Asks by ``passwordNeeded``.

        ``failed`` hears of a problem instead of everybody.
        """
        path = path.absolute()
        if path in self._held:
            self.show(path)
            return
        doing = tr("Opening {name}").replace("{name}", quoted(path.name))

        def attempt() -> tuple[engine.FileFacts, engine.Capsule | None]:
            facts = engine.probe(path)
            if facts.sealed and password is None:
                return facts, None
            try:
                return facts, engine.open(path, password=password, config=self._config)
            except engine.StorageError as error:
                if not (is_refused(error) or _only_readable(path)):
                    raise
            # What cannot be written can often be read: another person's file, a disc, a snapshot.
            return facts, engine.open(path, password=password, read_only=True, config=self._config)

        def done(result: tuple[engine.FileFacts, engine.Capsule | None]) -> None:
            facts, capsule = result
            if capsule is None:
                self.passwordNeeded.emit(facts, "")
            else:
                self._take_in(capsule, path, sealed=facts.sealed, size=facts.size)

        def refused(error: BaseException) -> None:
            if isinstance(error, engine.WrongPassword):
                facts = engine.FileFacts(path=path, kind="sealed", sealed=True, size=0, version="")
                self.passwordNeeded.emit(facts, str(error))
            else:
                title = tr("Could not open {name}").replace("{name}", quoted(path.name))
                (failed or self.problem.emit)(describe(error, title))

        self._start(doing, attempt, done, refused)

    def show(self, path: Path) -> None:
        """Makes an open capsule the current one."""
        held = self._held.get(path)
        if held is not None and held is not self._current:
            self._current = held
            self.currentChanged.emit()
            self.savedChanged.emit()

    def close(self, path: Path | None = None, *, discard: bool = False) -> None:
        """Commits and closes a capsule (the current one without ``path``); another open one is shown then.

        A sealed capsule that cannot be saved comes back by ``closeRefused``; ``discard`` gives its changes up.
        """
        held = self._held.get(path) if path is not None else self._current
        if held is None:
            return
        del self._held[held.path]
        if self._current is held:
            self._current = next(reversed(self._held.values()), None)
            self.currentChanged.emit()
            self.savedChanged.emit()
        self.listChanged.emit()

        def done(_: None) -> None:
            self._closing -= 1
            held.undo.deleteLater()
            self._look_whether_all_closed()

        def failed(error: BaseException) -> None:
            problem = describe(error, not_saved(held))
            if held.sealed and held.capsule.unsaved:
                self._closing -= 1
                self._ending = False
                self._held[held.path] = self._current = held
                self._tell_current()
                self.closeRefused.emit(held, problem)
                return
            self.problem.emit(problem)
            done(None)

        self._closing += 1
        self.tasks.run(_close, held, discard, done=done, failed=failed, owner=self, lane=Lane.CHANGE)

    def close_all(self) -> None:
        """Closes every capsule, those that are just being opened too; ``allClosed`` follows."""
        self._ending = True
        for path in list(self._held):
            self.close(path)
        self._look_whether_all_closed()

    def _look_whether_all_closed(self) -> None:
        if not (self._held or self._closing or (self._ending and self._opening)):
            self._ending = False
            self.allClosed.emit()

    def _tell_current(self) -> None:
        self.listChanged.emit()
        self.currentChanged.emit()
        self.savedChanged.emit()

    def save(self) -> None:
        """Writes a sealed capsule's changes to its file (others are saved with every change)."""
        held = self._current
        if held is None or held.read_only:
            return
        self.tasks.run(
            held.capsule.commit,
            done=lambda _: self._note_saved(held, unsaved=held.capsule.unsaved),
            failed=lambda error: self._write_failed(held, describe(error, not_saved(held)), again=True),
            owner=self,
            lane=Lane.CHANGE,
        )

    def _start(
        self,
        doing: str,
        fn: Callable[[], Any],
        done: Callable[[Any], object],
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        self._opening += 1
        self.busyChanged.emit(doing)

        def ended(then: Callable[[Any], object], outcome: Any) -> None:
            self._opening -= 1
            if not self._opening:
                self.busyChanged.emit("")
            then(outcome)
            if self._ending:
                self._look_whether_all_closed()

        self.tasks.run(
            fn,
            done=lambda value: ended(done, value),
            failed=lambda error: ended(failed or (lambda e: self.problem.emit(describe(e))), error),
            owner=self,
            lane=Lane.CHANGE,
        )

    def _take_in(
        self,
        capsule: engine.Capsule,
        path: Path,
        *,
        sealed: bool,
        size: int = 0,
        then: Callable[[], object] | None = None,
    ) -> None:
        path = path.absolute()
        if self._ending or path in self._held:
            # Asked for twice, or too late: nobody would ever close it.
            self._closing += 1
            self.tasks.run(
                capsule.close, done=self._spare_closed, failed=self._spare_closed, lane=Lane.CHANGE
            )
            self.show(path)
            return
        undo = UndoStack(self.tasks, self)
        undo.failed.connect(lambda error, text: self.problem.emit(describe(error, text)))
        held = Held(
            capsule,
            path,
            sealed,
            undo,
            capsule.on_event(lambda event: self._pump.post((path, event))),
            read_only=capsule.read_only,
            notes=tuple(capsule.notes),
            size=size,
        )
        self._held[path] = held
        self._current = held
        self._tell_current()
        self.opened.emit(path)
        if then is not None:
            then()

    def _spare_closed(self, _outcome: object) -> None:
        self._closing -= 1
        self._look_whether_all_closed()

    # -------------------------------------------------------------------------------------------- events

    def note_count(self, held: Held, count: int) -> None:
        """The view knows how many documents there are now."""
        if held.document_count != count:
            held.document_count = count
            self.listChanged.emit()

    def _take_events(self, events: list[tuple[Path, engine.Event]]) -> None:
        """A burst at a time: a hundred commits mean one new look, not a hundred."""
        touched: set[int] | None = set()
        told = told_saved = False
        records: dict[int, JobRecord] = {}
        for path, event in events:
            held = self._held.get(path)
            if held is None:
                continue
            if isinstance(event, engine.JobChanged):
                record = self.jobs.take(path, event)
                records[id(record)] = record
            elif isinstance(event, engine.WriteFailed):
                self._write_failed(held, Problem(tr("A change is not saved yet"), event.reason))
            elif isinstance(event, engine.Committed):
                held.size = event.size
                self._note_saved(held, unsaved=held.capsule.unsaved)
                told_saved = told_saved or held is self._current
            else:
                if isinstance(event, engine.Changed):
                    self._note_saved(held, unsaved=held.sealed, keep_problem=True)
                    if touched is not None:
                        touched.update(event.frame_ids)
                else:
                    touched = None
                told = told or held is self._current
        if told_saved:
            self.savedChanged.emit()
        if told:
            self.contentChanged.emit(tuple(sorted(touched)) if touched else ())
        for record in records.values():
            self.jobChanged.emit(record)

    def _note_saved(self, held: Held, *, unsaved: bool, keep_problem: bool = False) -> None:
        problem = held.write_problem if keep_problem else ""
        if (held.unsaved, held.write_problem) != (unsaved, problem):
            held.unsaved, held.write_problem = unsaved, problem
            if held is self._current:
                self.savedChanged.emit()

    def _write_failed(self, held: Held, problem: Problem, *, again: bool = False) -> None:
        """The engine tries again and again; what is known already is told only ``again`` if it was asked for."""
        known = held.write_problem == problem.text
        held.write_problem = problem.text
        if held is self._current:
            self.savedChanged.emit()
        if again or not known:
            self.problem.emit(problem)


def not_saved(held: Held) -> str:
    """The title of what is told when a capsule cannot be saved."""
    return tr("The changes to {name} are not saved").replace("{name}", quoted(held.path.name))


def _only_readable(path: Path) -> bool:
    return os.access(path, os.R_OK) and not os.access(path, os.W_OK)


def _close(held: Held, discard: bool) -> None:
    """On the change thread. Raises what the capsule's ``close`` raises; a sealed one may be open then."""
    for job in held.jobs.values():
        job.cancel()
    for job in held.jobs.values():
        with contextlib.suppress(engine.EngineError, TimeoutError):
            job.wait(10)
    try:
        held.capsule.close(discard=discard)
    except BaseException:
        if not (held.sealed and held.capsule.unsaved):
            held.unsubscribe()
        raise
    held.unsubscribe()
