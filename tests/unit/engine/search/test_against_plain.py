"""Result sets at random Moments are those of a loop over everything."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from engine.index import lexical, shard
from engine.index.lexical import LexicalIndex
from engine.search.evaluate import search
from engine.search.query import Dates, Everything, Key, Not, Query, Words, all_of, any_of, format_query
from engine.types import Kind, SearchQuery
from tests.unit.engine.search.plain_ledger import FOREVER, PlainLedger

VOCABULARY = ["weir", "weirs", "dam", "river", "removal", "plan", "planning", "plane", "upper", "2024", "x"]
TAGS = ["site", "upper weir", "project=weir", "status=in progress", "Alpha", "beta"]
LABELS = ["todo", "done soon"]
TRACKS = ["notes", "field trips", None]
MIMES = ["text/plain", "application/pdf", "image/png"]
DAY = 86_400
START = 1_704_067_200  # 2024-01-01


def a_text(rng: random.Random, longest: int = 8) -> str:
    glue = rng.choice([" ", ", ", "\n", "-", " / "])
    chosen = rng.choices(VOCABULARY, k=rng.randrange(longest + 1))
    return glue.join(word.upper() if rng.random() < 0.2 else word for word in chosen)


def some_values(rng: random.Random) -> dict[str, object]:
    return {
        "title": a_text(rng, 3),
        "uri": f"mv2://{rng.choice(['notes', 'papers'])}/{rng.randrange(6)}",
        "tags": tuple(rng.sample(TAGS, rng.randrange(3))),
        "labels": tuple(rng.sample(LABELS, rng.randrange(2))),
        "track": rng.choice(TRACKS),
        "mime": rng.choice(MIMES),
        "kind": rng.choice(list(Kind)),
        "timestamp": START + rng.randrange(-40, 400) * DAY + rng.randrange(DAY),
    }


def change_something(rng: random.Random, ledger: PlainLedger) -> None:
    documents = [entry.frame_id for entry in ledger.entries if not entry.is_part]
    alive = [each for each in documents if ledger.ended[each] == FOREVER]
    parts = tuple(a_text(rng) for _ in range(rng.randrange(4)))
    roll = rng.random()
    if roll < 0.45 or not alive:
        ledger.put("" if parts else a_text(rng), parts=parts, **some_values(rng))
    elif roll < 0.6:
        ledger.update(rng.choice(alive), "" if parts else a_text(rng), parts=parts)
    elif roll < 0.75:
        ledger.change(rng.choice(alive), tags=tuple(rng.sample(TAGS, rng.randrange(3))), title=a_text(rng, 3))
    elif roll < 0.9:
        ledger.delete(rng.choice(alive))
    elif roll < 0.95:
        dead = [each for each in documents if ledger.ended[each] != FOREVER]
        if dead:
            ledger.change(rng.choice(dead))
    else:
        ledger.carry()


def a_date(rng: random.Random) -> str:
    return rng.choice(
        ["*", "2023", "2024", "2024-02", "2024-3", "2024-06-15", "2024-02-29T12:00:00Z", "2025-01"]
    )


def a_key(rng: random.Random) -> Query:
    name, values = rng.choice(
        [
            (
                "tag",
                [
                    *TAGS,
                    "weir",
                    "project",
                    "progress",
                    "status=*",
                    "*weir",
                    "in progress",
                    "ALPHA",
                    "nothing",
                ],
            ),
            ("label", [*LABELS, "soon", "do*"]),
            ("track", ["notes", "trips", "field trips", "FIELD*"]),
            ("mime", ["text/plain", "pdf", "image", "image/*", "application"]),
            ("uri", ["mv2://notes/1", "MV2://NOTES/2", "mv2://papers/*", "mv2://notes", "*3"]),
            ("kind", ["image", "text", "document"]),
        ]
    )
    value = rng.choice(values)
    return Key(name, value, " " in value or rng.random() < 0.3)


def a_leaf(rng: random.Random) -> Query:
    roll = rng.random()
    if roll < 0.6:
        text = " ".join(rng.choices(VOCABULARY, k=rng.choice([1, 1, 1, 2, 2, 3])))
        if rng.random() < 0.25:
            return Words(text[: rng.randrange(1, len(text) + 1)].strip(), True, rng.random() < 0.2)
        return Words(text, in_title=rng.random() < 0.2)
    if roll < 0.85:
        return a_key(rng)
    if roll < 0.97:
        first = a_date(rng)
        last = rng.choice([first, "*", "2025"])
        return Dates(first, last)
    return Everything()


def a_query(rng: random.Random, depth: int = 0) -> Query:
    roll = rng.random()
    if depth >= 3 or roll < 0.4:
        return a_leaf(rng)
    if roll < 0.55:
        inner = a_query(rng, depth + 1)
        return inner if isinstance(inner, Not) else Not(inner)
    parts = [a_query(rng, depth + 1) for _ in range(rng.choice([2, 2, 3]))]
    return all_of(parts) if roll < 0.8 else any_of(parts)


@pytest.mark.parametrize("where", ["memory", "folder"])
@pytest.mark.parametrize("seed", range(6))
def test_every_answer_is_exact(
    seed: int, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "FLUSH_FRAMES", 25)
    if seed % 2:  # what is frequent is fetched in other ways
        monkeypatch.setattr(shard, "WEIGHED_HITS", 3)
        monkeypatch.setattr(shard, "FETCH_HITS", 5)
    rng = random.Random(seed)
    ledger = PlainLedger()
    index = LexicalIndex(tmp_path / "words" if where == "folder" else None)
    answers = nonempty = 0
    for _round in range(5):
        for _change in range(rng.randrange(1, 30)):
            change_something(rng, ledger)
        if where == "folder" and rng.random() < 0.3:
            index.flush(ledger)
            index.close()
            index = LexicalIndex(tmp_path / "words")
        for _query in range(12):
            query = a_query(rng)
            revision = rng.choice([ledger.revision, rng.randrange(ledger.revision + 1)])
            text = format_query(query)
            kinds = tuple(rng.sample(list(Kind), 3)) if rng.random() < 0.1 else ()
            result = search(index, ledger, revision, SearchQuery(text, kinds=kinds), limit=1000)
            wanted = ledger.matching(query, revision)
            if kinds:
                wanted = {each for each in wanted if ledger.kind(each) in kinds}
            assert set(result.document_ids.tolist()) == wanted, (text, revision)
            assert result.total == len(wanted)
            assert {hit.document_id for hit in result.hits} == wanted
            check_hits(ledger, revision, result.hits)
            answers += 1
            nonempty += bool(wanted)
    index.close()
    assert answers == 60
    assert nonempty > 20  # the queries are such that there is something to be wrong about


def check_hits(ledger: PlainLedger, revision: int, hits: tuple) -> None:
    versions = ledger.versions(revision)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    for hit in hits:
        frames = versions[hit.document_id]
        assert hit.frame_id in frames
        assert 1 <= hit.match_count <= len(frames)
        assert hit.place == ledger.place(hit.frame_id)
        assert hit.title == ledger.title(hit.document_id)
        assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.spans)
