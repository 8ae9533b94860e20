"""A capsule in a few lists: what Studio needs of one, without a file."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

import engine

START = datetime(2025, 1, 1, 12, tzinfo=UTC)


@dataclass
class Row:
    """One frame: shown from revision ``born`` until before ``ended``."""

    info: engine.FrameInfo
    text: str
    born: int
    ended: int | None = None
    ended_by: engine.Operation | None = None


class FakeMoment:
    def __init__(self, capsule: FakeCapsule, revision: int) -> None:
        self.capsule, self.revision = capsule, revision
        self.recorded_at = capsule.times[revision] if revision else None

    def _rows(self) -> list[Row]:
        return [
            row
            for row in self.capsule.rows
            if row.born <= self.revision and (row.ended is None or row.ended > self.revision)
        ]

    def __len__(self) -> int:
        return len(self._rows())

    def document_ids(self, *, sort: str = "oldest") -> Any:
        rows = self._rows()
        if sort == "title":
            rows.sort(key=lambda row: row.info.title)
        else:
            rows.sort(key=lambda row: (row.info.timestamp, row.info.id), reverse=sort == "newest")
        return np.array([row.info.id for row in rows], np.int64)

    def frame(self, frame_id: int) -> engine.FrameInfo:
        self.capsule.frame_calls.append(frame_id)
        for row in self._rows():
            if row.info.id == frame_id:
                ended = self.capsule.times[row.ended] if row.ended is not None else None
                return replace(row.info, ended_at=ended, ended_by=row.ended_by)
        raise engine.FrameNotFound(f"No frame {frame_id} here")

    def infos(self, frame_ids: Iterable[int]) -> list[engine.FrameInfo]:
        found = []
        for each in frame_ids:
            try:
                found.append(self.frame(int(each)))
            except engine.FrameNotFound:
                continue
        return found

    def recorded_ms(self, frame_ids: Any) -> Any:
        return np.array(
            [_ms(self.capsule.times[self.capsule.rows[each].born]) for each in frame_ids], np.int64
        )

    def happened_ms(self, frame_ids: Any) -> Any:
        return np.array([_ms(self.capsule.rows[each].info.timestamp) for each in frame_ids], np.int64)

    def text(self, frame_id: int) -> str:
        return next(row.text for row in self._rows() if row.info.id == frame_id)

    def history(self, frame_id: int) -> list[engine.Revision]:
        lineage, known = {frame_id}, -1
        while len(lineage) != known:
            known = len(lineage)
            for row in self.capsule.rows:
                if row.info.supersedes in lineage or row.info.id in lineage:
                    lineage |= {each for each in (row.info.id, row.info.supersedes) if each is not None}
        return [
            engine.Revision(
                row.born, self.capsule.times[row.born], engine.Operation.PUT, row.info.id, "", None
            )
            for row in self.capsule.rows
            if row.info.id in lineage
        ]

    def search(self, query: engine.SearchQuery, *, limit: int = 10) -> engine.SearchResult:
        if query.text.endswith("(") and not query.is_typing:
            raise engine.QueryError("The bracket is not closed", len(query.text) - 1)
        words = [word.lower() for word in query.text.split() if ":" not in word and word != "("]
        tags = [word.partition(":")[2].strip('"') for word in query.text.split() if word.startswith("tag:")]
        hits = []
        for row in self._rows():
            if not all(word in row.text.lower() for word in words):
                continue
            if not all(tag in row.info.tags for tag in tags):
                continue
            if query.kinds and row.info.kind not in query.kinds:
                continue
            at = row.text.lower().find(words[0]) if words else 0
            spans = ((at, at + len(words[0])),) if words else ()
            info = row.info
            hits.append(
                engine.Hit(
                    info.id,
                    info.id,
                    info.title,
                    info.uri,
                    1.0,
                    row.text,
                    spans,
                    ("words",),
                    None,
                    info.mime,
                    info.kind,
                    info.timestamp,
                )
            )
        ids = np.array([hit.document_id for hit in hits], np.int64)
        return engine.SearchResult(
            tuple(hits[:limit]), len(hits), True, 0.8, self, terms=tuple(words), document_ids=ids
        )

    def facets(self, document_ids: Any = None) -> engine.Facets:
        wanted = None if document_ids is None else set(document_ids.tolist())
        rows = [row for row in self._rows() if wanted is None or row.info.id in wanted]
        kinds: dict[engine.Kind, int] = {}
        tags: dict[str, int] = {}
        for row in rows:
            kinds[row.info.kind] = kinds.get(row.info.kind, 0) + 1
            for tag in row.info.tags:
                tags[tag] = tags.get(tag, 0) + 1
        ordered = sorted(tags.items(), key=lambda item: (-item[1], item[0]))
        return engine.Facets(kinds=kinds, tags=tuple(ordered), labels=(), tracks=())

    def strip(self) -> engine.StripArrays:
        rows = [row for row in self.capsule.rows if row.info.supersedes is None]
        ids, kinds = np.array([row.info.id for row in rows], np.int64), np.array([1 for _ in rows], np.uint8)
        return engine.StripArrays(
            times_ms=self.recorded_ms(ids),
            kinds=kinds,
            frame_ids=ids,
            changes_ms=np.empty(0, np.int64),
            removals_ms=np.empty(0, np.int64),
            happened=(np.sort(self.happened_ms(ids)), kinds, ids),
        )


def _ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)


@dataclass
class FakeJob:
    id: int
    state: engine.JobState = engine.JobState.RUNNING
    progress: engine.Progress = field(default_factory=engine.Progress)
    result: engine.IngestResult | None = None
    error: Any = None
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True

    def join(self, timeout: float | None = None) -> bool:
        return True


class FakeCapsule:
    """Changes take ``delay`` seconds; the clock moves a minute with every revision."""

    read_only = unsaved = False
    notes: tuple[str, ...] = ()

    def __init__(self, path: Path = Path("/nowhere/notes.mv2"), *, delay: float = 0.0) -> None:
        self.path, self.delay = path, delay
        self.rows: list[Row] = []
        self.times: list[datetime] = [START]
        self.listeners: list[Callable[[Any], None]] = []
        self.frame_calls: list[int] = []
        self.jobs: list[FakeJob] = []
        self.closed = self.committed = False
        self.fail_next: BaseException | None = None
        self._ids = itertools.count(0)

    revision = property(lambda self: len(self.times) - 1)

    @property
    def now(self) -> FakeMoment:
        return FakeMoment(self, self.revision)

    def at(self, when: datetime) -> FakeMoment:
        time.sleep(self.delay)
        return FakeMoment(self, max(n for n, at in enumerate(self.times) if n == 0 or at <= when))

    def on_event(self, callback: Callable[[Any], None]) -> Callable[[], None]:
        self.listeners.append(callback)
        return lambda: self.listeners.remove(callback)

    def tell(self, event: Any) -> None:
        for listener in list(self.listeners):
            listener(event)

    def _step(self) -> int:
        if self.fail_next is not None:
            error, self.fail_next = self.fail_next, None
            raise error
        self.times.append(self.times[-1] + timedelta(minutes=1))
        return self.revision

    def _add(self, text: str, *, supersedes: int | None = None, **put: Any) -> int:
        revision = self._step()
        frame_id = next(self._ids)
        info = engine.FrameInfo(
            id=frame_id,
            uri=f"mv2://{frame_id}",
            title=put.get("title") or "",
            mime=put.get("mime") or "text/plain",
            kind=put.get("kind", engine.Kind.TEXT),
            track=None,
            tags=tuple(put.get("tags", ())),
            labels=(),
            metadata={},
            timestamp=put.get("timestamp") or self.times[revision],
            recorded_at=self.times[revision],
            size=len(text),
            status=engine.FrameStatus.ACTIVE,
            supersedes=supersedes,
            superseded_by=None,
            parent_id=None,
            preview=text[:80],
        )
        self.rows.append(Row(info, text, revision))
        if supersedes is not None and self.rows[supersedes].ended is None:
            self.rows[supersedes].ended = revision
            self.rows[supersedes].ended_by = engine.Operation.UPDATE
        self.tell(engine.Changed(revision, (frame_id,)))
        return frame_id

    def put(self, content: str, **put: Any) -> int:
        return self._add(content, **put)

    def update(self, frame_id: int, content: str) -> int:
        old = self.rows[frame_id].info
        return self._add(
            content,
            supersedes=frame_id,
            title=old.title,
            tags=old.tags,
            timestamp=old.timestamp,
            mime=old.mime,
        )

    def restore(self, frame_id: int) -> int:
        row = self.rows[frame_id]
        lineage = {revision.frame_id for revision in self.now.history(frame_id)}
        current = next((each.info.id for each in self.now._rows() if each.info.id in lineage), frame_id)
        return self._add(
            row.text,
            supersedes=current,
            title=row.info.title,
            tags=row.info.tags,
            timestamp=row.info.timestamp,
            mime=row.info.mime,
        )

    def delete(self, frame_id: int) -> None:
        self.now.frame(frame_id)
        revision = self._step()
        self.rows[frame_id].ended = revision
        self.rows[frame_id].ended_by = engine.Operation.DELETE
        self.tell(engine.Changed(revision, (frame_id,)))

    def ingest(self, sources: Sequence[Path], **options: Any) -> FakeJob:
        if self.fail_next is not None:
            error, self.fail_next = self.fail_next, None
            raise error
        job = FakeJob(len(self.jobs) + 1)
        self.jobs.append(job)
        return job

    def tell_job(self, job: FakeJob, done: int, total: int, **more: Any) -> None:
        job.progress = engine.Progress(done, total, "files")
        self.tell(engine.JobChanged(job.id, "Adding", job.state, job.progress, **more))

    def end_job(
        self, job: FakeJob, ids: Iterable[int], state: engine.JobState = engine.JobState.DONE
    ) -> None:
        job.result = engine.IngestResult(tuple(ids), (), ())
        job.state = state
        self.tell_job(job, 1, 1)

    def stats(self, moment: Any = None) -> engine.Stats:
        return engine.Stats(len(self.rows), len(self.now), len(self.now), 4096, 4096, 0, 0, self.revision)

    def dead_content(self) -> tuple[int, int]:
        ended = [row for row in self.rows if row.ended is not None]
        deleted = sum(row.ended_by == engine.Operation.DELETE for row in ended)
        return deleted, len(ended) - deleted

    def seal(self, out: Path, *, password: str, drop_history: bool = False) -> Path:
        if password == "no room":
            out.write_bytes(b"half")
            raise engine.StorageError(28, "No space left on device")
        out.write_text(f"{self.path.name} {password} {drop_history}")
        return out

    def commit(self) -> None:
        if self.fail_next is not None:
            error, self.fail_next = self.fail_next, None
            raise error
        self.committed = True
        self.tell(engine.Committed(self.revision, 4096))

    def close(self, *, discard: bool = False) -> None:
        if not discard:
            self.commit()
        self.closed = True
