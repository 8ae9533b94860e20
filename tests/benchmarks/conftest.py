"""Benchmarks print one table and save it under build/bench."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import pytest

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "bench"
ROWS: list[tuple[str, str, float, str, str]] = []

Measured = Callable[..., None]


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """``measured(what, value, unit, note="")`` adds a row to the table."""
    where = request.node.path.stem.removeprefix("test_")

    def measured(what: str, value: float, unit: str, note: str = "") -> None:
        ROWS.append((where, what, float(value), unit, note))

    return measured


def _machine() -> dict[str, object]:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load_1min": load,
        "time": time.strftime("%Y-%m-%d %H:%M:%S %z"),
    }


def _table() -> str:
    cells = [
        (where, what, f"{value:,.4g}" if value < 1000 else f"{value:,.0f}", unit, note)
        for where, what, value, unit, note in ROWS
    ]
    cells.insert(0, ("benchmark", "what", "value", "unit", "note"))
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column == 2 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ROWS:
        return
    machine, table = _machine(), _table()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    stem = OUTPUT / time.strftime("%Y%m%d-%H%M%S")
    header = ", ".join(f"{name} {value}" for name, value in machine.items())
    stem.with_suffix(".txt").write_text(f"{header}\n\n{table}\n", encoding="utf-8")
    rows = [dict(zip(("benchmark", "what", "value", "unit", "note"), row, strict=True)) for row in ROWS]
    stem.with_suffix(".json").write_text(
        json.dumps({"machine": machine, "rows": rows}, indent=1), encoding="utf-8"
    )
    terminalreporter.section("benchmarks")
    terminalreporter.write_line(header)
    terminalreporter.write_line("")
    terminalreporter.write_line(table)
    terminalreporter.write_line(f"\nsaved as {stem}.txt and .json")
