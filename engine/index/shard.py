"""One tantivy index and the only code that talks to tantivy.

Every frame is a tantivy document that is never changed or removed. Text is folded before it gets here
(:mod:`engine.text`), so tantivy only cuts it at spaces.

What tantivy raises for its own reasons, panics of its Rust code included, arrives as :class:`IndexDamaged`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from engine.errors import EngineError, QueryError
from engine.index.source import IndexEntry
from engine.text import Term, fold, fold_key, fold_uri

WORD_FIELDS: Final = ("text", "title")
KEY_FIELDS: Final = ("uri", "tag", "label", "track", "mime", "kind")

MAX_KEY_CHARS: Final = 1000
"""Longer tags, uris and the like are compared by their beginning: tantivy drops terms near 64 KB."""

WORD_MARK: Final = "\x1f"
"""Set before a word of a tag, to tell it from a whole one; folding leaves no such character in either."""

FETCH_HITS: Final = 8192
"""Matches fetched in one go. Making their Python objects holds the interpreter for about 1.5 ms."""

WEIGHED_HITS: Final = 1000
"""Of what stands in more than half of all frames so many are weighed, the best; the others count like the last."""

CACHED_IDS: Final = 2_000_000
"""Frame ids a view keeps so that the next keystroke need not fetch them again: 24 MB."""

WRITER_HEAP: Final = 32_000_000
"""Bytes tantivy collects before it writes a segment by itself; below 15 MB it refuses."""

_ANALYZER: Final = "folded"
_SCORE: Final = itemgetter(0)
_ADDRESS: Final = itemgetter(1)


class IndexDamaged(EngineError):
    """The index cannot be used (any more). Nothing is lost: it can be made again from the frames.

    A search makes it again by itself; nobody outside has to know.
    """


@contextmanager
def tantivy_errors(doing: str) -> Iterator[None]:
    """Turns whatever tantivy raises into :class:`IndexDamaged`."""
    try:
        yield
    except (ValueError, OSError, RuntimeError, TypeError) as error:
        raise IndexDamaged(f"{doing}: {error}") from error
    except BaseException as error:
        # A panic in Rust comes as an exception that is none, so that nobody catches it by accident.
        if type(error).__name__ == "PanicException":
            raise IndexDamaged(f"{doing}: {error}") from error
        raise


@contextmanager
def uncollected() -> Iterator[None]:
    """Python's garbage collector waits: thousands of objects come here and go again at once.

    Their number alone would make it look through everything there is, 20 ms among 10,000 documents. Whoever
    found it running lets it run again, so it runs in the end however threads overlap.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Postings:
    """The frames that match one thing, each once and in no particular order, with their weight."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]

    @staticmethod
    def join(parts: list[Postings]) -> Postings:
        """All of ``parts``, which have no frame in common."""
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return Postings(np.empty(0, np.int64), np.empty(0, np.float32))
        return Postings(
            np.concatenate([part.ids for part in parts]), np.concatenate([part.scores for part in parts])
        )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("fid", indexed=True, fast=True)
    for name in WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name=_ANALYZER)
    for name in KEY_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _keys(value: str) -> set[str]:
    """What a tag answers to: itself, the sides of ``key=value``, and, marked as such, each of its words."""
    sides = [fold_key(side) for side in value.split("=", 1)]
    whole = [fold_key(value), *sides]
    parts = [*fold(value).split(), *(word for side in sides for word in side.split())]
    return {item[:MAX_KEY_CHARS] for item in (*whole, *(WORD_MARK + part for part in parts)) if item}


def _document(frame_id: int, entry: IndexEntry | None) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer("fid", frame_id)
    if entry is None:
        return document
    document.add_text("title", fold(entry.title))
    document.add_text("text", fold(entry.text))
    if entry.is_part:
        return document
    document.add_text("kind", str(entry.kind))
    document.add_text("uri", fold_uri(entry.uri)[:MAX_KEY_CHARS])
    for name, values in (
        ("tag", entry.tags),
        ("label", entry.labels),
        ("track", (entry.track,) if entry.track else ()),
        ("mime", (entry.mime,) if entry.mime else ()),
    ):
        for key in {key for value in values for key in _keys(value)}:
            document.add_text(name, key)
    return document


class Shard:
    """A tantivy index, in ``folder`` or in memory. One thread may write at a time; searchers may be many.

    Raises :class:`IndexDamaged` from every method.
    """

    def __init__(self, folder: Path | None = None, *, create: bool = True) -> None:
        with tantivy_errors("opening the word index"):
            if folder is None:
                self._index = tantivy.Index(_schema())
            elif create:
                self._index = tantivy.Index(_schema(), str(folder), reuse=False)
            else:
                self._index = tantivy.Index.open(str(folder))
            analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
            self._index.register_tokenizer(_ANALYZER, analyzer)
        self._writer: tantivy.IndexWriter | None = None

    def lock(self) -> bool:
        """Become the one that writes. False: another process is."""
        if self._writer is None:
            with tantivy_errors("opening the word index for writing"):
                try:
                    self._writer = self._index.writer(WRITER_HEAP, 1)
                except ValueError as error:
                    if "LockBusy" in str(error):
                        return False
                    raise
        return True

    def add(self, frame_id: int, entry: IndexEntry | None) -> None:
        """Take a frame in; searchable after :meth:`commit`. :meth:`lock` must have been given.

        A frame with nothing to find (None) is taken in too: a view counts on knowing every frame.
        """
        document = _document(frame_id, entry)
        with tantivy_errors("adding to the word index"):
            self._held.add_document(document)

    def drop_from(self, frame_id: int) -> None:
        """Take out this frame and all after it: left by a writer that did not get to say so."""
        with tantivy_errors("cleaning the word index"):
            self._index.reload()
            query = Query.range_query(self._index.schema, "fid", tantivy.FieldType.Integer, frame_id, None)
            if self._index.searcher().search(query, limit=1).hits:
                self._held.delete_documents_by_query(query)
                self._held.commit()
                self._index.reload()

    def commit(self) -> None:
        with tantivy_errors("saving the word index"):
            self._held.commit()
            self._index.reload()

    def searcher(self, start: int, stop: int) -> ShardView:
        """What is committed now, cut to the frames ``start <= id < stop``; later commits do not change it.

        All of these must have been added.
        """
        with tantivy_errors("reading the word index"):
            return ShardView(self._index.searcher(), self._index.schema, start, stop)

    def discard(self) -> None:
        """Let go at once: what was not committed is gone, merges under way are given up."""
        self._writer = None

    def close(self) -> None:
        """Let go of the folder. Merges under way end first: the next owner would start them again."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with tantivy_errors("closing the word index"):
                writer.wait_merging_threads()

    @property
    def _held(self) -> tantivy.IndexWriter:
        assert self._writer is not None, "lock() comes first"  # noqa: S101 - a slip of ours, not of the data
        return self._writer


class ShardView:
    """A fixed state of a shard. Safe to share between threads."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, start: int, stop: int) -> None:
        self.start = start
        self.stop = stop
        self._searcher = searcher
        self._schema = schema
        self._cache: dict[tuple[object, ...], Postings] = {}
        self._cached = 0

    @property
    def document_count(self) -> int:
        return self._searcher.num_docs

    def frequency(self, field: str, word: str) -> int:
        """In how many frames ``word`` stands in ``field``, roughly: frames outside the cut count too."""
        with tantivy_errors("reading the word index"):
            return self._searcher.doc_freq(field, word)

    def words_from(self, field: str, prefix: str, limit: int) -> list[str]:
        """At most ``limit`` words of ``field`` that begin with ``prefix``."""
        with tantivy_errors("reading the word index"):
            return [word for word, _count in self._searcher.terms_with_prefix(field, prefix, limit=limit)]

    def term(self, field: str, term: Term) -> Postings:
        """Frames with ``term`` in ``field``: by BM25, but all alike for a prefix.

        Raises QueryError for words next to each other of which the last begins like too many.
        """
        try:
            return self._remember((field, term), lambda: self._term_query(field, term), is_weighed=True)
        except IndexDamaged as error:
            if not (term.is_prefix and "expansion" in str(error).lower()):
                raise
            raise QueryError(
                f"Too many words begin with “{term.words[-1]}”. Add a letter or leave out the star."
            ) from error

    def _term_query(self, field: str, term: Term) -> Query:
        words = term.words
        if term.is_prefix and len(words) == 1:
            return Query.regex_query(self._schema, field, _escape(words[0]) + ".*")
        if term.is_prefix:
            patterns: list[Any] = [*map(_escape, words[:-1]), _escape(words[-1]) + ".*"]
            return Query.regex_phrase_query(self._schema, field, patterns)
        if len(words) == 1:
            return Query.term_query(self._schema, field, words[0], "freq")
        return Query.phrase_query(self._schema, field, list(words))

    def keys(self, field: str, key: str, *, is_glob: bool = False, is_whole: bool = True) -> Postings:
        """Frames with the folded ``key`` in ``field``, all alike; in a glob, a star stands for anything.

        Not whole: a word of it will do.
        """

        def make() -> Query:
            if is_glob:
                pattern = ".*".join(_escape(piece) for piece in key.split("*"))
                mark = "" if is_whole else f"{WORD_MARK}?"
                return Query.regex_query(self._schema, field, mark + pattern)
            whole = key[:MAX_KEY_CHARS]
            wanted = [whole] if is_whole else [whole, (WORD_MARK + key)[:MAX_KEY_CHARS]]
            return Query.term_set_query(self._schema, field, wanted)

        return self._remember((field, key, is_glob, is_whole), make, is_weighed=False)

    def _remember(self, key: tuple[object, ...], make: Callable[[], Query], *, is_weighed: bool) -> Postings:
        found = self._cache.get(key)
        if found is None:
            with tantivy_errors("searching the word index"):
                found = self._fetch(make(), is_weighed=is_weighed)
            if self._cached + len(found.ids) > CACHED_IDS:
                self._cache.clear()
                self._cached = 0
            self._cache[key] = found
            self._cached += len(found.ids)
        return found

    def _fetch(self, query: Query, *, is_weighed: bool) -> Postings:
        # The counting leaves the interpreter free, the fetching does not.
        count: int = self._searcher.search(query, limit=1, count=True).count  # type: ignore[attr-defined]
        others = self._searcher.num_docs - count
        if count <= WEIGHED_HITS or count <= others:
            return self._gather(query, count)
        # Most frames match: the ones that do not are fewer to fetch.
        without = Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])
        has_it = np.ones(self.stop - self.start, np.bool_)
        has_it[self._gather(without, others).ids - self.start] = False
        ids = np.flatnonzero(has_it) + self.start
        scores = np.ones(len(ids), np.float32)
        if is_weighed:
            best = self._hits(query, WEIGHED_HITS)
            scores *= best.scores.min()
            best = self._cut(best)
            scores[np.searchsorted(ids, best.ids)] = best.scores
        return Postings(ids.astype(np.int64), scores)

    def _gather(self, query: Query, count: int) -> Postings:
        """The ``count`` matches of ``query``, in slices if there are many."""
        if count <= FETCH_HITS:
            return self._cut(self._hits(query, count))
        found = []
        step = max(FETCH_HITS, (self.stop - self.start) * FETCH_HITS // count)
        for low in range(self.start, self.stop, step):
            bound = Query.range_query(
                self._schema, "fid", tantivy.FieldType.Integer, low, min(low + step, self.stop) - 1
            )
            both = Query.boolean_query(
                [(Occur.Must, query), (Occur.Must, Query.const_score_query(bound, 0.0))]
            )
            found.append(self._hits(both, min(step, count)))
            time.sleep(0)
        return Postings.join(found)

    def _hits(self, query: Query, limit: int) -> Postings:
        """The ``limit`` best."""
        if not limit:
            return Postings.join([])
        with uncollected():
            return self._read_hits(query, limit)

    def _read_hits(self, query: Query, limit: int) -> Postings:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        ids = self._searcher.fast_field_values("fid", list(map(_ADDRESS, hits)))
        return Postings(np.array(ids, np.int64), np.fromiter(map(_SCORE, hits), np.float32, len(hits)))

    def _cut(self, found: Postings) -> Postings:
        inside = (found.ids >= self.start) & (found.ids < self.stop)
        return found if bool(inside.all()) else Postings(found.ids[inside], found.scores[inside])


_REGEX_SIGNS: Final = frozenset("\\.+*?()|[]{}^$")


def _escape(text: str) -> str:
    """``text`` as a pattern that matches only itself."""
    return "".join("\\" + char if char in _REGEX_SIGNS else char for char in text)
