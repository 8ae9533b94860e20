"""The demo material is whole, small, spread over the years, and what its script makes."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from pathlib import Path

import pytest


@pytest.fixture
def files(demo: Path) -> Path:
    return demo / "files"


def read_json(path: Path) -> dict[str, object]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_file_has_a_time_and_tags(demo: Path, files: Path) -> None:
    names = {path.name for path in files.iterdir()}
    happened = read_json(demo / "manifest.json")
    assert set(happened) == set(read_json(demo / "tags.json")) == names
    times = [datetime.fromisoformat(str(text)) for text in happened.values()]
    assert all(time.tzinfo is not None for time in times)
    assert {time.year for time in times} == {2023, 2024, 2025, 2026}


def test_it_holds_all_kinds_and_is_small(files: Path) -> None:
    suffixes = [path.suffix for path in files.iterdir()]
    assert suffixes.count(".md") + suffixes.count(".txt") >= 12
    assert {".pdf", ".html", ".docx", ".jpg", ".png", ".csv"} <= set(suffixes)
    assert sum(path.stat().st_size for path in files.iterdir()) < 1_000_000
    with (files / "gauge-upper-2025.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert len(rows) > 200
    assert {len(row) for row in rows} == {5}


def test_what_the_script_makes_is_what_lies_there(demo: Path, files: Path, monkeypatch) -> None:
    """Not the pictures: their bytes move with the imaging library's version."""
    monkeypatch.syspath_prepend(str(demo))
    import make_demo  # type: ignore[import-not-found]

    try:
        assert make_demo.report() == (files / "Weir removal options.pdf").read_bytes()
        assert make_demo.gauge_csv() == (files / "gauge-upper-2025.csv").read_bytes()
        assert read_json(demo / "manifest.json") == make_demo.HAPPENED
    finally:
        for name in ("make_demo", "report", "pdf_writer", "pictures"):
            sys.modules.pop(name, None)
        sys.path[:] = [path for path in sys.path if path != str(demo)]
