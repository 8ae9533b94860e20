"""The word index of a capsule: every frame ever written, whether it is visible now or not.

It covers the frames below a watermark and catches up from there. It is derived data: nothing is lost with it.

::

    folder (if there is one)  [0 ............ saved)           in the user's cache, kept between runs
    memory                                   [saved ... covered)   what came since, or all of it

Small additions go to the memory part, because saving costs some 20 ms; it moves to the folder when it has
grown. A view of both is published as one value, so a search sees one state however long it takes.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from engine.index.folder import Build, IndexFolder
from engine.index.shard import IndexDamaged, Postings, Shard, ShardView
from engine.index.source import FrameSource
from engine.index.titles import TitleOrder
from engine.text import Term

log = logging.getLogger(__name__)

FLUSH_FRAMES: Final = 2000
"""So many frames in memory move to the folder: about 70 ms of work that the next start is spared."""

SAVE_FRAMES: Final = 20_000
"""A long catch-up is saved after so many frames, so that a crash does not undo all of it."""

SLICE_FRAMES: Final = 50
"""After so many frames (about 2 ms) other threads get their turn: a window may share this process."""

PREFIX_WORDS: Final = 64
"""A prefix of up to so many words is ranked by the weight of each; a commoner one says little anyway."""

WHOLE_WORD_BOOST: Final = 2.0
"""``plan*`` means plan first, then planet."""


class IndexView:
    """One state of the index: frames below ``covered``. Safe to share between threads.

    Its methods raise IndexDamaged, and QueryError for what cannot be looked up.
    """

    def __init__(self, shards: tuple[ShardView, ...], covered: int, identity: str) -> None:
        self.covered = covered
        self.identity = identity
        self._shards = shards

    def term(self, field: str, term: Term) -> Postings:
        """The frames with ``term`` in ``field`` (``text`` or ``title``) and how well they fit."""
        if term.is_prefix and len(term.words) == 1:
            known = {
                word
                for shard in self._shards
                for word in shard.words_from(field, term.words[0], PREFIX_WORDS + 1)
            }
            if len(known) <= PREFIX_WORDS:
                return self._best_of(field, term.words[0], sorted(known))
        found = [shard.term(field, term) for shard in self._shards]
        if len(found) < 2 or term.is_prefix:
            return Postings.join(found)
        scales = self._scales(field, term.words)
        return Postings.join(
            [Postings(item.ids, item.scores * scale) for item, scale in zip(found, scales, strict=True)]
        )

    def keys(self, field: str, key: str, *, is_glob: bool = False, is_whole: bool = True) -> Postings:
        """The frames with the folded ``key`` in ``field`` (uri, tag, label, track, mime, kind).

        In a glob, ``*`` stands for anything. Not whole: a word of a tag will do.
        """
        return Postings.join(
            [shard.keys(field, key, is_glob=is_glob, is_whole=is_whole) for shard in self._shards]
        )

    def _best_of(self, field: str, prefix: str, known: list[str]) -> Postings:
        """Frames with any of the words, each weighed by its best one."""
        found = [(word, self.term(field, Term((word,)))) for word in known]
        if not found:
            return Postings.join([])
        ids = np.concatenate([item.ids for _word, item in found])
        scores = np.concatenate(
            [item.scores * np.float32(WHOLE_WORD_BOOST if word == prefix else 1) for word, item in found]
        )
        order = np.lexsort((-scores, ids))
        ids, scores = ids[order], scores[order]
        first = np.ones(len(ids), bool)
        first[1:] = ids[1:] != ids[:-1]
        return Postings(ids[first], scores[first])

    def _scales(self, field: str, words: tuple[str, ...]) -> list[np.float32]:
        """Makes weights from several parts comparable: each knows only how rare a word is in itself."""
        counts = [shard.document_count for shard in self._shards]
        frequencies = [[shard.frequency(field, word) for word in words] for shard in self._shards]
        overall = sum(_rarity(sum(counts), sum(column)) for column in zip(*frequencies, strict=True))
        return [
            np.float32(overall / sum(_rarity(count, frequency) for frequency in row))
            for count, row in zip(counts, frequencies, strict=True)
        ]


def _rarity(count: int, frequency: int) -> float:
    """BM25's inverse document frequency; always above zero."""
    return math.log(1 + (max(count, frequency) - frequency + 0.5) / (frequency + 0.5))


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """``covered``: frames below this are findable; ``saved``: so many of them are in the folder."""

    covered: int
    saved: int
    has_folder: bool


class LexicalIndex:
    """Keeps the word index of one capsule up to date. Any thread may call any method."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder``: where it lives between runs, made when needed; None: in memory only."""
        self.titles: Final = TitleOrder()
        """For sorting what was found."""
        self._lock = threading.RLock()
        self._folder = None if folder is None else IndexFolder(folder)
        self._base: Build | None = None
        self._base_view: ShardView | None = None
        self._is_writable = False
        self._tail: Shard | None = None
        self._view: IndexView | None = None
        self._is_closed = False

    def catch_up(self, source: FrameSource, *, upto: int | None = None, budget: float | None = None) -> bool:
        """Take in the frames below ``upto`` (None: all) that are missing.

        Stops after about ``budget`` seconds; what was done until then counts. Returns whether nothing is
        missing any more. If the frames seen so far are not those of ``source``, starts over.
        """
        target = source.frame_count if upto is None else min(upto, source.frame_count)
        if self._serves(source, target):
            return True
        deadline = None if budget is None else time.monotonic() + budget
        with self._lock:
            if self._is_closed:
                raise ValueError("the word index is closed")
            if not self._serves(source, 0):
                self._start_over(source)
            if self._covered < target:
                self._extend(source, target, deadline)
            return self._covered >= target

    def view(self) -> IndexView:
        """What can be searched now. :meth:`catch_up` comes first."""
        view = self._view
        if view is None:
            raise ValueError("nothing is indexed yet")
        return view

    def flush(self, source: FrameSource) -> None:
        """Save what is only in memory, if there is a folder to save it in."""
        with self._lock:
            if self._folder is not None and self._tail is not None and self._serves(source, 0):
                self._extend_folder(source, self._covered, None)

    def abandon(self) -> None:
        """The folder's part turned out to be unusable: go on without a folder, from the beginning."""
        with self._lock:
            log.warning("the word index in the cache cannot be read; it is made again in memory")
            self._drop()
            self._folder = None

    def close(self) -> None:
        """Let go of the folder. Views already taken stay usable."""
        with self._lock:
            self._is_closed = True
            self._drop()

    @property
    def facts(self) -> IndexFacts:
        view, base = self._view, self._base
        return IndexFacts(view.covered if view else 0, base.covered if base else 0, self._folder is not None)

    # --------------------------------------------------------------------------------------- under the lock

    @property
    def _covered(self) -> int:
        return self._view.covered if self._view is not None else 0

    def _serves(self, source: FrameSource, target: int) -> bool:
        """Whether the view is of these frames and reaches to ``target``."""
        view = self._view
        return (
            view is not None
            and target <= view.covered <= source.frame_count
            and source.identity(view.covered) == view.identity
        )

    def _drop(self) -> None:
        if self._tail is not None:
            self._tail.discard()
        if self._base is not None:
            try:
                self._base.shard.close()
            except IndexDamaged as error:
                log.info("%s", error)
        self._tail = self._base = self._base_view = self._view = None

    def _start_over(self, source: FrameSource) -> None:
        self._drop()
        if self._folder is not None:
            try:
                self._base = self._folder.open(source)
            except IndexDamaged as error:
                log.info("the word index stays in memory: %s", error)
                self._folder = None
            self._is_writable = self._folder is not None
        self._publish(source, self._base.covered if self._base is not None else 0)

    def _publish(self, source: FrameSource, covered: int) -> None:
        shards = []
        saved = self._base.covered if self._base is not None else 0
        if self._base is not None and saved:
            if self._base_view is None or self._base_view.stop != saved:
                self._base_view = self._base.shard.searcher(0, saved)
            shards.append(self._base_view)
        if self._tail is not None:
            shards.append(self._tail.searcher(saved, covered))
        self._view = IndexView(tuple(shards), covered, source.identity(covered))

    def _extend(self, source: FrameSource, target: int, deadline: float | None) -> None:
        saved = self._base.covered if self._base is not None else 0
        is_much = self._folder is not None and self._is_writable and target - saved >= FLUSH_FRAMES
        if not (is_much and self._extend_folder(source, target, deadline)):
            self._extend_memory(source, target, deadline)

    def _extend_memory(self, source: FrameSource, target: int, deadline: float | None) -> None:
        if self._tail is None:
            self._tail = Shard()
            self._tail.lock()
        covered = self._add(self._tail, source, self._covered, target, deadline)
        self._tail.commit()
        self._publish(source, covered)

    def _extend_folder(self, source: FrameSource, target: int, deadline: float | None) -> bool:
        """Like in memory, but in the folder, until there or out of time.

        False: it failed. What is saved stays, memory takes the rest.
        """
        assert self._folder is not None  # noqa: S101 - asked by the callers
        base = self._base
        try:
            if base is None:
                base = self._folder.create()
            if not base.shard.lock():
                self._is_writable = False
                log.info("another program keeps the word index; what is new stays in memory")
                return False
            if base is self._base and base.covered:
                base.shard.drop_from(base.covered)
            while base.covered < target:
                stop = min(base.covered + SAVE_FRAMES, target)
                reached = self._add(base.shard, source, base.covered, stop, deadline)
                base.shard.commit()
                self._folder.save(base, reached, source.identity(reached))
                self._base = base
                if reached >= self._covered:
                    self._forget_tail()
                    self._publish(source, reached)
                if reached < stop:
                    break
        except IndexDamaged as error:
            log.warning("the word index is not saved: %s", error)
            self._is_writable = False
            if base is not None:
                base.shard.discard()
            return False
        return True

    def _forget_tail(self) -> None:
        if self._tail is not None:
            self._tail.discard()
            self._tail = None

    def _add(self, shard: Shard, source: FrameSource, start: int, stop: int, deadline: float | None) -> int:
        """Add frames from ``start`` on; returns the first that was not."""
        for frame_id in range(start, stop):
            shard.add(frame_id, source.index_entry(frame_id))
            if frame_id % SLICE_FRAMES == SLICE_FRAMES - 1:
                time.sleep(0)
                if deadline is not None and time.monotonic() >= deadline:
                    return frame_id + 1
        return stop
