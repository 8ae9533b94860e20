"""One put, many puts, opening and finding: ours beside the official SDK on the same documents."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

import engine
from tests.benchmarks.conftest import Measured

pytestmark = pytest.mark.bench

DOCUMENTS = 1000
BATCH = 50
PUTS = 15
OPENS = 5

SDK = """
import json, statistics, sys, time
import memvid_sdk
path, documents, query = sys.argv[1], json.load(open(sys.argv[2])), sys.argv[3]
puts, opens = int(sys.argv[4]), int(sys.argv[5])
out = {}
memory = memvid_sdk.create(path)
begin = time.perf_counter()
for at in range(0, len(documents), 50):
    part = documents[at:at + 50]
    memory.put_many([{"text": text, "title": f"t{at + i}", "label": "note"} for i, text in enumerate(part)])
out["many"] = time.perf_counter() - begin
times = []
for number in range(puts):
    begin = time.perf_counter()
    memory.put(text=f"one more {number}", title="more", auto_tag=False, extract_dates=False)
    times.append(time.perf_counter() - begin)
out["put"] = statistics.median(times)
memory.find(query, k=10, mode="lex")
times = []
for _ in range(50):
    begin = time.perf_counter()
    memory.find(query, k=10, mode="lex")
    times.append(time.perf_counter() - begin)
out["find"] = statistics.median(times)
memory.close()
times = []
for _ in range(opens):
    begin = time.perf_counter()
    memvid_sdk.use("basic", path, mode="open").close()
    times.append(time.perf_counter() - begin)
out["open"] = statistics.median(times)
print(json.dumps(out))
"""


def documents() -> list[str]:
    chance = random.Random(11)
    words = ["".join(chance.choices("abcdefghijklmnop", k=chance.randint(3, 9))) for _ in range(3000)]
    return [
        " ".join(chance.choices(words, k=120)) + " heron" * (number % 7 == 0) for number in range(DOCUMENTS)
    ]


def ours(path: Path, texts: list[str], query: str) -> dict[str, float]:
    out: dict[str, float] = {}
    with engine.create(path) as capsule:
        begin = time.perf_counter()
        for at in range(0, len(texts), BATCH):
            capsule.put_many(
                {"content": text, "title": f"t{at + i}"} for i, text in enumerate(texts[at : at + BATCH])
            )
        out["many"] = time.perf_counter() - begin
        times = []
        for number in range(PUTS):
            begin = time.perf_counter()
            capsule.put(f"one more {number}", title="more")
            times.append(time.perf_counter() - begin)
        out["put"] = statistics.median(times)
        capsule.settle()
        moment = capsule.now
        moment.search(query)
        times = []
        for _ in range(50):
            begin = time.perf_counter()
            moment.search(query, limit=10)
            times.append(time.perf_counter() - begin)
        out["find"] = statistics.median(times)
    times = []
    for _ in range(OPENS):
        begin = time.perf_counter()
        engine.open(path).close()
        times.append(time.perf_counter() - begin)
    out["open"] = statistics.median(times)
    return out


@pytest.mark.timeout(600)
def test_beside_the_official_sdk(measured: Measured, tmp_path: Path) -> None:
    texts = documents()
    listed = tmp_path / "documents.json"
    listed.write_text(json.dumps(texts))
    mine = ours(tmp_path / "ours.mv2", texts, "heron")
    done = subprocess.run(
        [sys.executable, "-c", SDK, str(tmp_path / "sdk.mv2"), str(listed), "heron", str(PUTS), str(OPENS)],
        capture_output=True, text=True, timeout=500, check=False, env={**os.environ, "MEMVID_TELEMETRY": "0"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = json.loads(done.stdout.splitlines()[-1])
    labels = {
        "many": f"{DOCUMENTS} documents in batches of {BATCH}",
        "put": f"one put at {DOCUMENTS} documents",
        "find": "one word, 10 hits, warm",
        "open": f"open and close at {DOCUMENTS} documents",
    }
    for key, label in labels.items():
        ratio = theirs[key] / mine[key]
        measured(label, mine[key] * 1000, "ms", f"SDK {theirs[key] * 1000:,.1f} ms, ratio {ratio:,.1f}")
    measured("file size", (tmp_path / "ours.mv2").stat().st_size / 1e6, "MB",
             f"SDK {(tmp_path / 'sdk.mv2').stat().st_size / 1e6:,.1f} MB")  # fmt: skip
    assert mine["put"] < theirs["put"]
    assert mine["many"] < theirs["many"]
