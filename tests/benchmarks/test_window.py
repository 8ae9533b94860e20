"""How long the window makes a person wait: from start to usable, and between two turns of its event loop."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.conftest import Measured

pytestmark = pytest.mark.bench

REPOSITORY = Path(__file__).resolve().parents[2]
RUNS = 5


@pytest.mark.timeout(600)
def test_window_while_300_files_come_in(measured: Measured, tmp_path: Path) -> None:
    runs = []
    for number in range(RUNS):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.window_gaps", str(folder)],
            cwd=REPOSITORY,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            timeout=110,
            check=True,
        )
        runs.append(json.loads(done.stdout.splitlines()[-1]))

    def spread(key: str) -> str:
        return f"{RUNS} runs: {min(run[key] for run in runs):.3g} to {max(run[key] for run in runs):.3g}"

    for key, what, unit in (
        ("ready_s", "start to a usable window with a capsule open", "s"),
        ("took_s", "300 mixed files in", "s"),
        ("max_ms", "longest gap of a 1 ms timer", "ms"),
        ("p999_ms", "99.9 % of its gaps under", "ms"),
        ("p99_ms", "99 % of its gaps under", "ms"),
        ("over_16_ms", "gaps over 16 ms", "per run"),
    ):
        measured(what, statistics.median(run[key] for run in runs), unit, spread(key))
