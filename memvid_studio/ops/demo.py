"""The example: three years of a river project, made from the demo material with its own dates."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QObject

import engine
from memvid_studio.bridge.tasks import Lane
from memvid_studio.ops.desk import Desk
from memvid_studio.ops.problems import describe
from memvid_studio.words import tr

NAME = "aldermoor.mv2"
LOG = "Decision log.md"
GIVEN_UP = "Idea, bypass channel.md"
_GIVEN_UP_AFTER = timedelta(days=460)
_ENTRY = re.compile(r"^\*\*(\d{1,2} [A-Z][a-z]+ \d{4})\.\*\*", re.MULTILINE)


def material() -> Path:
    """Where the demo files, their dates and their tags are."""
    return Path(__file__).resolve().parents[2] / "resources" / "demo"


@dataclass(slots=True)
class Clock:
    """The time a capsule is told. ``fixed_ms`` None: that of the machine."""

    fixed_ms: int | None = None

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 if self.fixed_ms is None else self.fixed_ms


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the project: what to do with which file."""

    when: datetime
    name: str
    do: str
    text: str = ""


def log_versions(text: str) -> list[tuple[datetime, str]]:
    """The decision log as it stood after each of its dated entries, which it holds newest first."""
    starts = [match.start() for match in _ENTRY.finditer(text)]
    if not starts:
        return []
    head, ends = text[: starts[0]], [*starts[1:], len(text)]
    entries = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    versions = []
    for place in range(len(entries) - 1, -1, -1):
        words = _ENTRY.match(entries[place])
        if words is not None:
            # Month names are those of the file, whatever the locale is.
            day = datetime.strptime(words.group(1), "%d %B %Y").replace(hour=19, minute=30, tzinfo=UTC)
            versions.append((day, head + "".join(entries[place:])))
    return versions


def story(folder: Path) -> list[Event]:
    """Everything that happened, in order of time."""
    dates = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    events = []
    for name, text in dates.items():
        when = datetime.fromisoformat(text)
        if name == LOG:
            log = (folder / "files" / name).read_text(encoding="utf-8")
            for number, (day, version) in enumerate(log_versions(log)):
                events.append(Event(day, name, "update" if number else "write", version))
        else:
            events.append(Event(when, name, "add"))
        if name == GIVEN_UP:
            events.append(Event(when + _GIVEN_UP_AFTER, name, "delete"))
    return sorted(events, key=lambda event: event.when)


def build(capsule: engine.Capsule, clock: Clock, folder: Path) -> None:
    """Lets the story happen, each change recorded on its day. On a pool thread; raises what the engine raises."""
    tags = json.loads((folder / "tags.json").read_text(encoding="utf-8"))
    known: dict[str, int] = {}
    try:
        for event in story(folder):
            clock.fixed_ms = round(event.when.timestamp() * 1000)
            _happen(capsule, event, folder / "files" / event.name, tags.get(event.name, ()), known)
    finally:
        clock.fixed_ms = None


def _happen(
    capsule: engine.Capsule, event: Event, path: Path, tags: list[str], known: dict[str, int]
) -> None:
    if event.do == "add":
        job = capsule.ingest([path], timestamp=event.when, tags=tags).wait()
        if job.result is not None and job.result.frame_ids:
            known[event.name] = job.result.frame_ids[0]
    elif event.do == "write":
        known[event.name] = capsule.put(
            event.text, title=event.name, mime="text/markdown", tags=tags, timestamp=event.when
        )
    elif event.do == "update":
        known[event.name] = capsule.update(known[event.name], event.text)
    elif event.name in known:
        capsule.delete(known[event.name])


class Demo(QObject):
    """Opens the example; makes it the first time, while the window already shows what is there."""

    def __init__(self, desk: Desk, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._folder = desk, folder

    def open(self, done: Callable[[], object] | None = None) -> None:
        """``done`` is called when everything is in it."""
        path = self._folder / NAME
        if any(held.path == path for held in self._desk.session.held):
            self._desk.session.show(path)
            return

        def go_on(there: bool) -> None:
            if there:
                self._desk.session.open(path)
                if done is not None:
                    done()
            else:
                self._make(path, done)

        self._desk.tasks.run(_look_for, path, done=go_on, owner=self, lane=Lane.CHANGE)

    def _make(self, path: Path, done: Callable[[], object] | None) -> None:
        clock = Clock()
        session = self._desk.session

        def then() -> None:
            held = session.current
            if held is None:
                return
            capsule = held.capsule
            session.busyChanged.emit(tr("Preparing the example"))
            self._desk.tasks.run(
                lambda: _build_marked(capsule, clock, path),
                done=lambda _: ended(None),
                failed=ended,
                owner=self,
                lane=Lane.LONG,
            )

        def ended(error: BaseException | None) -> None:
            session.busyChanged.emit("")
            still_open = any(held.path == path for held in session.held)
            if error is not None and still_open:
                session.problem.emit(describe(error, tr("The example is not complete")))
            elif done is not None:
                done()

        session.create(path, then=then, clock=clock)


def _mark(path: Path) -> Path:
    return path.with_suffix(".unfinished")


def _look_for(path: Path) -> bool:
    """Whether the finished example is there; one whose making was interrupted is taken away."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if _mark(path).exists():
        path.unlink(missing_ok=True)
        _mark(path).unlink()
    return path.exists()


def _build_marked(capsule: engine.Capsule, clock: Clock, path: Path) -> None:
    _mark(path).touch()
    build(capsule, clock, material())
    _mark(path).unlink()
