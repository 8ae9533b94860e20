"""One question, one answer: what the window shows of a capsule at a Moment for a query.

:func:`look` runs on a pool thread and touches no Qt. The lists, the counts, the marks on the strip and the
first rows come from one Moment, so they can never disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

import engine
from memvid_studio.words import from_ms, query_value

FIRST_ROWS = 14
"""Rows whose cells come with the answer, so that the first screen is never grey."""
FIRST_HITS = 60
MORE_HITS = 240


@dataclass(frozen=True, slots=True)
class Filter:
    """One token of the search field: ``field`` is ``tag``, ``label``, ``track`` or ``kind``."""

    field: str
    value: str

    def as_query(self) -> str:
        """Its form in the query language."""
        return f"{self.field}:{query_value(self.value)}"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``when_ms`` None means now; ``sort`` is one of the engine's names."""

    text: str = ""
    filters: tuple[Filter, ...] = ()
    sort: str = "relevance"
    when_ms: int | None = None
    limit: int = FIRST_HITS
    typing: bool = False
    """The last word may be unfinished."""
    keep: int | None = None
    """A document whose version at this Moment is wanted, in the list or not."""

    @property
    def is_search(self) -> bool:
        """False: everything there is, newest first."""
        return bool(self.text.strip() or self.filters)

    def query(self) -> engine.SearchQuery:
        """In the engine's words."""
        words = [each.as_query() for each in self.filters if each.field != "kind"]
        # As it was typed: a space after the last word says that the word is finished.
        text = self.text
        if text.strip():
            bracket = words and " OR " in text
            # Left open while typing: closed, it would stand behind the last word and finish it.
            words.append(f"({text}{'' if self.typing else ')'}" if bracket else text)
        kinds = tuple(engine.Kind(each.value) for each in self.filters if each.field == "kind")
        return engine.SearchQuery(" ".join(words), kinds=kinds, sort=self.sort, is_typing=self.typing)


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Documents by time: ``times_ms`` ascending, ``ids`` in the same order (both int64)."""

    times_ms: Any
    ids: Any

    @classmethod
    def of(cls, times_ms: Any, ids: Any) -> Marks:
        """Sorted here."""
        order = np.argsort(times_ms, kind="stable")
        return cls(times_ms[order], ids[order])


_NO_MARKS = Marks(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class View:
    """The answer. ``ids``: document frames in the order of the list (int64). ``hits``: the found ones.

    ``kinds`` and ``tags`` count what the list holds; ``recorded`` and ``happened`` are the documents to mark on
    the strip by either clock, empty when nothing was searched. ``later``: revisions recorded after this Moment.
    ``kept``: the version of the wanted document at this Moment.
    """

    question: Question
    moment: engine.Moment
    revision: int
    recorded_at: datetime | None
    document_count: int
    ids: Any
    hits: tuple[engine.Hit, ...]
    total: int
    total_exact: bool
    took_ms: float
    note: str
    terms: tuple[str, ...]
    kinds: dict[engine.Kind, int]
    tags: tuple[tuple[str, int], ...]
    recorded: Marks
    happened: Marks
    later: int = 0
    kept: engine.FrameInfo | None = None
    kept_since: datetime | None = None
    """When the document that is looked at was first recorded; None if nobody looks at one."""
    first: dict[int, engine.FrameInfo] = field(default_factory=dict)

    @property
    def is_past(self) -> bool:
        """True when the playhead is not at now."""
        return self.question.when_ms is not None


def look(capsule: engine.Capsule, question: Question) -> View:
    """Asks the engine. Raises whatever the engine raises (QueryError with its position among it)."""
    now = capsule.now
    moment = now if question.when_ms is None else capsule.at(from_ms(question.when_ms))
    hits: tuple[engine.Hit, ...] = ()
    hit_ids = None
    took_ms, note, total_exact = 0.0, "", True
    terms: tuple[str, ...] = ()
    if question.is_search:
        result = moment.search(question.query(), limit=question.limit)
        hits, total, total_exact = result.hits, result.total, result.total_exact
        took_ms, note, terms = result.took_ms, result.note, result.terms
        ids = np.fromiter((hit.document_id for hit in hits), np.int64, len(hits))
        hit_ids = np.asarray(result.document_ids, np.int64) if result.document_ids is not None else ids
        facets = moment.facets(hit_ids)
    else:
        sort = "newest" if question.sort == "relevance" else question.sort
        ids = moment.document_ids(sort=sort)
        total = len(ids)
        facets = moment.facets()
    kept, kept_since = None, None
    if question.keep is not None:
        kept, kept_since = version_at(moment, now, question.keep)
    return View(
        question=question,
        moment=moment,
        revision=moment.revision,
        recorded_at=moment.recorded_at,
        document_count=len(moment),
        ids=ids,
        hits=hits,
        total=total,
        total_exact=total_exact,
        took_ms=took_ms,
        note=note,
        terms=terms,
        kinds=dict(facets.kinds),
        tags=tuple(facets.tags),
        recorded=_NO_MARKS if hit_ids is None else Marks.of(moment.recorded_ms(hit_ids), hit_ids),
        happened=_NO_MARKS if hit_ids is None else Marks.of(moment.happened_ms(hit_ids), hit_ids),
        later=max(0, now.revision - moment.revision),
        kept=kept,
        kept_since=kept_since,
        first=fetch(moment, tuple(int(each) for each in ids[:FIRST_ROWS])),
    )


def fetch(moment: engine.Moment, ids: tuple[int, ...]) -> dict[int, engine.FrameInfo]:
    """What is known of these frames. A frame that is not visible is left out."""
    return {info.id: info for info in moment.infos(ids)}


def version_at(
    moment: engine.Moment, now: engine.Moment, frame_id: int
) -> tuple[engine.FrameInfo | None, datetime | None]:
    """The version of a document that is visible at ``moment``, None if there is none; when it was first there."""
    try:
        history = now.history(frame_id)
    except engine.FrameNotFound:
        return None, None
    versions = [frame_id, *(each.frame_id for each in reversed(history))]
    info = next(iter(moment.infos(dict.fromkeys(versions))), None)
    return info, min((each.recorded_at for each in history), default=None)
