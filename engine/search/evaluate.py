"""Answers a query at a Moment, exactly.

The index knows every frame ever written; which of them count is judged here, with arrays over frame ids. A
leaf of the query gives frames; those visible give documents; AND, OR and NOT are done on documents. So a page
replaced since, a document retagged or deleted, a state long gone: none of it can be wrong by a stale index.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.index.lexical import IndexView, LexicalIndex
from engine.index.shard import IndexDamaged, Postings
from engine.index.source import FrameSource
from engine.search.parser import parse, parse_lenient
from engine.search.periods import read_bounds
from engine.search.query import And, Dates, Everything, Key, Not, Or, Query, Words
from engine.search.rank import Best, Scores, order_documents
from engine.search.snippet import make_snippet
from engine.text import Term, fold_key, fold_uri
from engine.types import Hit, Kind, Place, SearchQuery, SearchResult

WORDS: Final = "words"
_MODE_NAMES: Final = {"meaning": "by meaning", "images": "for images"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Visible(Protocol):
    """What there is at a Moment. ``document_of``: for each frame id the visible document it is of, or -1."""

    @property
    def document_of(self) -> Ids: ...
    @property
    def documents(self) -> Ids: ...


class SearchLedger(FrameSource, Protocol):
    """What a search asks of the store."""

    @property
    def timestamps(self) -> Ids: ...
    def visible(self, revision: int, /) -> Visible: ...
    def place(self, frame_id: int, /) -> Place | None: ...
    def title(self, frame_id: int, /) -> str: ...
    def uri(self, frame_id: int, /) -> str: ...
    def mime(self, frame_id: int, /) -> str: ...
    def kind(self, frame_id: int, /) -> Kind: ...
    def text(self, frame_id: int, /) -> str: ...


def search(
    index: LexicalIndex,
    ledger: SearchLedger,
    revision: int,
    query: str | SearchQuery,
    *,
    limit: int = 10,
    modes: Sequence[str] = (WORDS,),
    moment: Any = None,
) -> SearchResult:
    """The documents visible at ``revision`` that match, best first, at most ``limit`` of them with snippets.

    Catches the index up first. ``total`` and ``document_ids`` cover all that match, always. ``moment`` is
    handed through. Raises QueryError; with ``query.is_typing`` an unfinished query is completed instead.
    """
    began = time.perf_counter()
    asked = SearchQuery(query) if isinstance(query, str) else query
    meaning = parse_lenient(asked.text) if asked.is_typing else parse(asked.text)
    visible = ledger.visible(revision)
    try:
        found = _find(index, ledger, visible, meaning, asked, limit)
    except IndexDamaged:
        # What is in the cache went bad while in use. It is derived data: made again, this time in memory.
        index.abandon()
        found = _find(index, ledger, visible, meaning, asked, limit)
    return SearchResult(
        hits=found.hits,
        total=len(found.documents),
        total_exact=True,
        took_ms=(time.perf_counter() - began) * 1000,
        moment=moment,
        note=" ".join(filter(None, (found.note, _note_on(modes)))),
        terms=tuple(dict.fromkeys(term.display for term in found.terms)),
        document_ids=found.documents,
    )


def _note_on(modes: Sequence[str]) -> str:
    missing = [_MODE_NAMES.get(mode, f"by {mode}") for mode in modes if mode != WORDS]
    if not missing:
        return ""
    return f"Searching {' and '.join(missing)} is not available here yet; these are the matches by words."


@dataclass(frozen=True, slots=True)
class _Found:
    hits: tuple[Hit, ...]
    documents: Ids
    terms: tuple[Term, ...]
    note: str


def _find(
    index: LexicalIndex,
    ledger: SearchLedger,
    visible: Visible,
    meaning: Query,
    asked: SearchQuery,
    limit: int,
) -> _Found:
    index.catch_up(ledger, upto=len(visible.document_of))
    evaluation = _Evaluation(index.view(), ledger, visible)
    mask = evaluation.mask(meaning)
    note = ""
    if mask is None:
        mask = evaluation.nothing()
        note = "There is no word in this query that could be searched for."
    if asked.kinds:
        mask &= evaluation.of_kinds(asked.kinds)
    documents = np.flatnonzero(mask).astype(np.int64)
    scores = Scores(visible.document_of, evaluation.text_weights, evaluation.title_weights)
    terms = tuple(dict.fromkeys(evaluation.terms))
    best = order_documents(
        documents,
        scores.documents,
        ledger.timestamps,
        lambda ids: index.titles.numbers(ledger, ids),
        asked.sort,
        limit,
    )
    chosen = scores.best(best)
    # A book found by its title: its first page is shown, not all of its text joined to cut off a line.
    titled = [
        each
        for each, shown in zip(best, chosen, strict=True)
        if shown.frame_id == each and not shown.has_text
    ]
    pages = _first_parts(visible.document_of, np.array(titled, np.int64))
    hits = tuple(
        _hit(ledger, int(each), shown, pages.get(int(each), shown.frame_id), scores.of(int(each)), terms)
        for each, shown in zip(best, chosen, strict=True)
    )
    return _Found(hits, documents, terms, note)


def _hit(
    ledger: SearchLedger, document: int, best: Best, shown: int, score: float, terms: tuple[Term, ...]
) -> Hit:
    """``shown``: the frame that the snippet is cut from."""
    snippet, spans = make_snippet(_text(ledger, shown), terms)
    return Hit(
        frame_id=best.frame_id,
        document_id=document,
        title=ledger.title(document),
        uri=ledger.uri(document),
        score=score,
        snippet=snippet,
        spans=spans,
        sources=(WORDS,),
        place=ledger.place(best.frame_id),
        mime=ledger.mime(document),
        kind=ledger.kind(document),
        timestamp=_moment_of(int(ledger.timestamps[document])),
        match_count=best.match_count,
    )


def _first_parts(document_of: Ids, documents: Ids) -> dict[int, int]:
    """The first visible part of each of ``documents`` that has any."""
    frames = np.flatnonzero(np.isin(document_of, documents)) if len(documents) else documents
    frames = frames[document_of[frames] != frames]
    owners, at = np.unique(document_of[frames], return_index=True)
    return dict(zip(owners.tolist(), frames[at].tolist(), strict=True))


def _text(ledger: SearchLedger, frame_id: int) -> str:
    try:
        return ledger.text(frame_id)
    except EngineError:  # content gone or damaged: still a hit, with nothing to show
        return ""


def _moment_of(seconds: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


@dataclass(slots=True)
class _Evaluation:
    """One query at one Moment. Masks are over frame ids, set only at visible documents."""

    view: IndexView
    ledger: SearchLedger
    visible: Visible
    terms: list[Term] = field(default_factory=list)
    """What to highlight: the words that were wanted."""
    text_weights: NDArray[np.float32] = field(init=False)
    title_weights: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        self.text_weights = np.zeros(self.size, np.float32)
        self.title_weights = np.zeros(self.size, np.float32)

    @property
    def size(self) -> int:
        return len(self.visible.document_of)

    def nothing(self) -> Mask:
        return np.zeros(self.size, np.bool_)

    def everything(self) -> Mask:
        mask = self.nothing()
        mask[self.visible.documents] = True
        return mask

    def of_kinds(self, kinds: tuple[Kind, ...]) -> Mask:
        mask = self.nothing()
        for kind in kinds:
            mask |= self._own(self.view.keys("kind", str(kind)).ids)
        return mask

    def mask(self, query: Query, *, is_wanted: bool = True) -> Mask | None:
        """The documents that match; None where nothing could ever match (a lone ``&``): it is left out.

        ``is_wanted``: not under a NOT, so its words count for the order and are highlighted.
        """
        match query:
            case Everything():
                return self.everything()
            case Words():
                return self._words(query, is_wanted=is_wanted)
            case Key():
                return self._key(query)
            case Dates():
                return self._dates(query)
            case Not(part):
                inner = self.mask(part, is_wanted=not is_wanted)
                return None if inner is None else self.everything() & ~inner
            case And(parts):
                return self._combine(parts, np.logical_and, is_wanted=is_wanted)
            case Or(parts):
                return self._combine(parts, np.logical_or, is_wanted=is_wanted)

    def _combine(self, parts: tuple[Query, ...], operation: np.ufunc, *, is_wanted: bool) -> Mask | None:
        total: Mask | None = None
        for part in parts:
            mask = self.mask(part, is_wanted=is_wanted)
            if mask is not None:
                total = mask if total is None else operation(total, mask, out=total)
        return total

    def _words(self, leaf: Words, *, is_wanted: bool) -> Mask | None:
        term = Term.of(leaf.text, is_prefix=leaf.is_prefix)
        if term is None:
            return None
        in_titles = self._existing(self.view.term("title", term))
        if is_wanted:
            self.terms.append(term)
            self.title_weights[in_titles.ids] += in_titles.scores
        if leaf.in_title:
            return self._own(in_titles.ids)
        in_texts = self._existing(self.view.term("text", term))
        if is_wanted:
            self.text_weights[in_texts.ids] += in_texts.scores
        mask = self.nothing()
        for ids in (in_texts.ids, in_titles.ids):
            documents = self.visible.document_of[ids]
            mask[documents[documents >= 0]] = True
        return mask

    def _key(self, leaf: Key) -> Mask:
        fold = fold_uri if leaf.field == "uri" else fold_key
        found = self.view.keys(
            leaf.field,
            fold(leaf.value),
            is_glob=leaf.is_glob,
            is_whole=leaf.is_literal or leaf.field in ("uri", "kind"),
        )
        return self._own(found.ids)

    def _dates(self, leaf: Dates) -> Mask:
        bounds = read_bounds(leaf.first, leaf.last)
        low, high = bounds if bounds is not None else (None, None)
        documents = self.visible.documents
        times = self.ledger.timestamps[documents]
        inside = np.ones(len(documents), np.bool_)
        if low is not None:
            inside &= times >= low
        if high is not None:
            inside &= times <= high
        mask = self.nothing()
        mask[documents[inside]] = True
        return mask

    def _own(self, ids: Ids) -> Mask:
        """Documents among ``ids`` that are visible themselves: their own fields, not those of a part."""
        ids = ids[ids < self.size]
        mask = self.nothing()
        mask[ids[self.visible.document_of[ids] == ids]] = True
        return mask

    def _existing(self, found: Postings) -> Postings:
        """Without the frames that came after this Moment."""
        inside = found.ids < self.size
        return found if bool(inside.all()) else Postings(found.ids[inside], found.scores[inside])
