"""How long a keystroke waits for its answer: words in 10,000 documents, twenty snippets included."""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest

from engine.index.lexical import LexicalIndex
from engine.search.evaluate import search
from engine.types import SearchQuery
from tests.benchmarks.conftest import Measured
from tests.unit.engine.search.plain_ledger import PlainLedger, Seen

DOCUMENTS = 10_000
WORDS_EACH = 180


class StillLedger(PlainLedger):
    """All documents visible, nothing looped over: what is measured is the search."""

    def freeze(self) -> None:
        ids = np.arange(len(self.entries))
        self._seen = Seen(ids, ids)
        self._times = np.array([entry.timestamp for entry in self.entries], np.int64)

    def visible(self, revision: int) -> Seen:
        return self._seen

    @property
    def timestamps(self) -> np.ndarray:
        return self._times


@pytest.mark.bench
def test_words_in_ten_thousand_documents(measured: Measured) -> None:
    rng = random.Random(2)
    vocabulary = ["".join(rng.choices("etaoinshrdlu", k=rng.randrange(3, 10))) for _ in range(20_000)]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))

    def word() -> str:
        return rng.choices(vocabulary, cum_weights=weights)[0]

    ledger = StillLedger()
    for number in range(DOCUMENTS):
        text = " ".join(rng.choices(vocabulary, cum_weights=weights, k=WORDS_EACH))
        title = " ".join(rng.choices(vocabulary, cum_weights=weights, k=4))
        ledger.put(text, title=title, timestamp=number * 1000, tags=("all", "a=b"))
    ledger.freeze()
    index = LexicalIndex()
    began = time.perf_counter()
    index.catch_up(ledger)
    measured("indexing", DOCUMENTS / (time.perf_counter() - began), "documents/s", f"{WORDS_EACH} words each")

    def run(what: str, query: Callable[[], str | SearchQuery], times: int = 200) -> None:
        took = sorted(search(index, ledger, ledger.revision, query(), limit=20).took_ms for _ in range(times))
        measured(f"{what}, p50", statistics.median(took), "ms")
        measured(f"{what}, p99", took[len(took) * 99 // 100], "ms")

    run("one word", word)
    run("two words", lambda: f"{word()} {word()}")
    run("phrase", lambda: f'"{word()} {word()}"')
    run("three letters and a star", lambda: f"{word()[:3]}*")
    run("tag and word", lambda: f"tag:all {word()}")
    run("by title", lambda: SearchQuery(word(), sort="title"), 50)
    run("everything", lambda: "", 50)
    index.close()
