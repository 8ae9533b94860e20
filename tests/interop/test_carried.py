"""What is theirs in a capsule is there after we have written to it, byte for byte, and the SDK goes on using it."""

from __future__ import annotations

import json
import math
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.format.toc import Toc
from tests.conftest import FORMATS
from tests.interop.sdk import sdk
from tests.unit.engine.store.capsules import reopened

pytestmark = pytest.mark.sdk

SAMPLES = FORMATS / "samples"
WITH_BLOCKS = ("hnsw.mv2", "memories.mv2", "session.mv2", "vectors.mv2", "vectors_flat.mv2")


def blocks(toc: Toc) -> Iterator[tuple[str, int, int]]:
    """Name, offset and length of everything of theirs that is not made from frames alone."""
    named: dict[str, Any] = {
        "memories": toc.memories_track,
        "mesh": toc.logic_mesh,
        "vectors": toc.indexes.vec,
        "clip": toc.indexes.clip,
        "temporal": toc.temporal_track,
    }
    for name, manifest in named.items():
        if manifest is not None and manifest.length:
            yield name, manifest.offset, manifest.length
    sessions = toc.replay_manifest
    if sessions is not None:
        yield "sessions", sessions.segment_offset, sessions.segment_size
    for segment in toc.segment_catalog.vec_segments:
        yield "vector batch", segment.common.offset, segment.common.length


def contents(path: Path) -> list[tuple[str, bytes]]:
    container = reopened(path, read_only=True)
    try:
        return [
            (name, container.store.pread(offset, length)) for name, offset, length in blocks(container.toc)
        ]
    finally:
        container.close()


def query_vectors(name: str) -> list[list[float]]:
    """The vectors of a sample by the rule in its JSON, at the places asked for there."""
    said = json.loads((SAMPLES / f"{name}.json").read_text())
    if "find_sem" not in said:
        return []
    numbers = random.Random(2 if name == "hnsw.mv2" else 7)
    width = 4 if name == "hnsw.mv2" else 384
    made = []
    for _ in range(1100 if name == "hnsw.mv2" else 24):
        values = [numbers.gauss(0, 1) for _ in range(width)]
        norm = 1.0 if name == "hnsw.mv2" else math.sqrt(sum(value * value for value in values))
        made.append([value / norm for value in values])
    return [made[query["query_vector_index"]] for query in said["find_sem"]]


def change_everything(path: Path) -> None:
    """Put, update, delete, commit, twice."""
    for turn in range(2):
        with engine.open(path) as capsule:
            added = capsule.put(f"ours about feldspar {turn}", title="Ours")
            capsule.put_many([{"content": f"many {n}"} for n in range(3)])
            capsule.update(added, "changed")
            capsule.delete(capsule.put("gone again"))


@pytest.mark.parametrize("name", WITH_BLOCKS)
def test_blocks_stay_as_they_are(name: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(SAMPLES / name, tmp_path))
    before, vectors = contents(path), query_vectors(name)
    assert before
    said: dict[str, Any] = sdk("look", path=path, vectors=vectors)
    # The SDK itself may write when it opens; what we start from is what the sample has.
    path = Path(shutil.copy(SAMPLES / name, tmp_path))
    change_everything(path)
    assert contents(path) == before
    again = sdk("look", path=path, vectors=vectors, words=["feldspar"])
    assert again["verify"] == "passed"
    for what in ("near", "memories", "entities", "sessions"):
        assert again[what] == said[what], what
    timeline = {entry["frame"]: entry["preview"] for entry in again["timeline"]}
    for entry in said["timeline"]:
        assert timeline[entry["frame"]] == entry["preview"]


def test_the_samples_do_hold_something(tmp_path: Path) -> None:
    answers = {}
    for name in WITH_BLOCKS:
        path = Path(shutil.copy(SAMPLES / name, tmp_path))
        answers[name] = sdk("look", path=path, vectors=query_vectors(name))
    assert answers["memories.mv2"]["memories"]["card_count"] == 11
    assert answers["session.mv2"]["sessions"][0]["name"] == "demo session"
    for name in ("hnsw.mv2", "vectors.mv2", "vectors_flat.mv2"):
        said = json.loads((SAMPLES / f"{name}.json").read_text())
        expected = [[hit["frame_id"] for hit in query["result"]["hits"]] for query in said["find_sem"]]
        assert answers[name]["near"] == expected


def test_our_vectors_join_theirs(tmp_path: Path) -> None:
    path = Path(shutil.copy(SAMPLES / "vectors_flat.mv2", tmp_path))
    new = [1.0] + [0.0] * 383
    with engine.open(path) as capsule:
        added = capsule.put("ours with a vector", embedding=new)
    answer = sdk("look", path=path, vectors=[new, *query_vectors("vectors_flat.mv2")])
    assert answer["verify"] == "passed"
    assert answer["near"][0][0] == added
    assert [near[0] for near in answer["near"][1:3]] == [0, 5]


def test_vector_batches_and_ours_become_one_index(tmp_path: Path) -> None:
    path = Path(shutil.copy(SAMPLES / "vectors.mv2", tmp_path))
    new = [1.0] + [0.0] * 383
    with engine.open(path) as capsule:
        added = capsule.put("ours with a vector", embedding=new)
    near = sdk("look", path=path, vectors=[new, *query_vectors("vectors.mv2")])["near"]
    said = json.loads((SAMPLES / "vectors.mv2.json").read_text())
    assert near[0][0] == added
    assert [found[0] for found in near[1:]] == [query["query_vector_index"] for query in said["find_sem"]]


NOT_TO_BE_OPENED = ("corrupt_toc.mv2", "truncated.mv2")


@pytest.mark.parametrize(
    "name", sorted(path.name for path in SAMPLES.glob("*.mv2") if path.name not in NOT_TO_BE_OPENED)
)
def test_the_sdk_accepts_every_sample_we_have_written_to(name: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(SAMPLES / name, tmp_path))
    with engine.open(path) as capsule:
        texts = {info.id: (info.title, info.tags, capsule.now.text(info.id)) for info in capsule.now.frames()}
        capsule.put("ours about feldspar", title="Ours")
    answer = sdk("add", path=path, texts=["theirs about granite, after ours"], words=["feldspar"])
    assert answer["verify"] == "passed"
    with engine.open(path) as capsule:
        now = capsule.now
        assert {i: (now.frame(i).title, now.frame(i).tags, now.text(i)) for i in texts} == texts
        assert len(now) == len(texts) + 2
        assert capsule.verify(deep=True).overall_status == "passed"
        capsule.put("and again")
    assert sdk("look", path=path)["verify"] == "passed"
