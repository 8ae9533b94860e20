"""Documents without a capsule: a Moment that reads from a dict and draws pages in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import engine
from engine.extract.render import render_page, render_picture

START = datetime(2025, 1, 1, 12, tzinfo=UTC)


@dataclass
class Stored:
    """One frame: its bytes, the text found in it, and its parts as (page, text)."""

    info: engine.FrameInfo
    content: bytes
    text: str
    parts: list[tuple[int, str]] = field(default_factory=list)
    error: Exception | None = None


def make_info(frame_id: int, title: str, mime: str, kind: engine.Kind, **more) -> engine.FrameInfo:
    facts = {
        "id": frame_id,
        "uri": f"mv2://docs/{title}",
        "title": title,
        "mime": mime,
        "kind": kind,
        "track": None,
        "tags": (),
        "labels": (),
        "metadata": {},
        "timestamp": START,
        "recorded_at": START + timedelta(minutes=frame_id),
        "size": 0,
        "status": engine.FrameStatus.ACTIVE,
        "supersedes": None,
        "superseded_by": None,
        "parent_id": None,
        **more,
    }
    return engine.FrameInfo(**facts)


class FakeMoment:
    """``calls`` counts what was asked; ``hold()`` keeps every answer back until the block ends."""

    def __init__(self, revision: int = 1) -> None:
        self.revision = revision
        self.recorded_at = START + timedelta(minutes=revision)
        self.stored: dict[int, Stored] = {}
        self.calls: list[str] = []
        self.versions: list[engine.Revision] = []
        self.changes = engine.Changes((), (), ())
        self._open = threading.Event()
        self._open.set()

    def add(
        self, title: str, content: str | bytes, mime: str = "text/plain", *, kind=engine.Kind.TEXT, **more
    ) -> engine.FrameInfo:
        parts = more.pop("parts", [])
        error = more.pop("error", None)
        text = more.pop("text", content if isinstance(content, str) else "")
        raw = content.encode() if isinstance(content, str) else content
        frame_id = more.pop("id", len(self.stored) * 10)
        info = make_info(frame_id, title, mime, kind, size=len(raw), part_count=len(parts), **more)
        self.stored[frame_id] = Stored(info, raw, text, list(parts), error)
        return info

    @contextmanager
    def hold(self) -> Iterator[None]:
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def _get(self, what: str, frame_id: int) -> Stored:
        self.calls.append(what)
        assert self._open.wait(10)
        found = self.stored.get(frame_id)
        if found is None:
            raise engine.FrameNotFound(f"There is no frame {frame_id}.")
        if found.error is not None:
            raise found.error
        return found

    def frame(self, frame_id: int) -> engine.FrameInfo:
        return self._get("frame", frame_id).info

    def text(self, frame_id: int) -> str:
        owner, part = divmod(frame_id, 10)
        if part:
            return self._get("text", owner * 10).parts[part - 1][1]
        return self._get("text", frame_id).text

    def read(self, frame_id: int) -> bytes:
        return self._get("read", frame_id).content

    def parts(self, frame_id: int) -> Sequence[engine.FrameInfo]:
        found = self._get("parts", frame_id)
        return [
            make_info(frame_id + place, "", "text/plain", found.info.kind, place=engine.Place(page=page))
            for place, (page, _) in enumerate(found.parts, 1)
        ]

    def page_image(self, frame_id: int, page: int, width: int, terms: tuple[str, ...] = ()):
        found = self._get(f"page {page}", frame_id)
        return render_page(str(frame_id).encode(), found.content, page, width, terms)

    def picture(self, frame_id: int, max_width: int, max_height: int):
        found = self._get(f"picture {max_width}", frame_id)
        return render_picture(str(frame_id).encode(), found.content, max_width, max_height)

    def history(self, frame_id: int) -> Sequence[engine.Revision]:
        return [each for each in self.versions if each.number <= self.revision]

    def changes_since(self, other: object) -> engine.Changes:
        return self.changes


class FakeCapsule:
    """``at(n)`` gives the Moment of revision n."""

    def __init__(self, moments: dict[int, FakeMoment]) -> None:
        self.moments = moments

    @property
    def now(self) -> FakeMoment:
        return self.moments[max(self.moments)]

    def at(self, revision: int) -> FakeMoment:
        return self.moments[revision]


def note_with_versions(*texts: str) -> Any:
    """A capsule with one note and one version per text; frame ids 0, 10, 20 …, revisions 1, 2, 3 …"""
    moments: dict[int, FakeMoment] = {}
    revisions = []
    for number, text in enumerate(texts, 1):
        operation = engine.Operation.PUT if number == 1 else engine.Operation.UPDATE
        frame_id = (number - 1) * 10
        when = START + timedelta(days=20 * number)
        revisions.append(engine.Revision(number, when, operation, frame_id, "field-bot", None))
        moment = FakeMoment(number)
        moment.recorded_at = when
        before = frame_id - 10 if number > 1 else None
        moment.add("Decision log", text, "text/markdown", id=frame_id, supersedes=before)
        moment.versions = revisions
        moments[number] = moment
    return FakeCapsule(moments)
