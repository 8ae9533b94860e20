"""How long things take to be there."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.conftest import Measured

pytestmark = pytest.mark.bench

RUNS = 7


def _seconds(*command: str) -> float:
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def test_imports(measured: Measured) -> None:
    bare = _seconds(sys.executable, "-c", "pass")
    for module in ("engine", "engine.frontends.cli", "memvid_studio.app"):
        measured(
            f"import {module}",
            (_seconds(sys.executable, "-c", f"import {module}") - bare) * 1000,
            "ms",
            "beyond a bare interpreter",
        )


def test_command_line(measured: Measured) -> None:
    mv2 = Path(sys.executable).with_name("mv2")
    measured("mv2 --help", _seconds(str(mv2), "--help") * 1000, "ms", "whole process")
