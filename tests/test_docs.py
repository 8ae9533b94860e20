"""What the README tells people to type is typed here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
README = (REPOSITORY / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place like the repository's root, as far as the examples look at it."""
    shutil.copy(REPOSITORY / "README.md", tmp_path)
    (tmp_path / "docs").mkdir()
    shutil.copy(REPOSITORY / "docs" / "architecture.md", tmp_path / "docs")
    return tmp_path


def test_the_command_line_of_the_readme(folder: Path) -> None:
    (script,) = [block for block in blocks("sh") if block.startswith("mv2 ")]
    assert len(script.splitlines()) == 10
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"total_hits"' in done.stdout
    assert (folder / "notes.mv2e").read_bytes()[:4] == b"MV2E"


def test_the_script_of_the_readme(folder: Path) -> None:
    (script,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "1 files in, 0 could not be read" in done.stdout
    assert "The weir is to be removed in March." in done.stdout
    assert (folder / "notes.mv2e").exists()


def test_the_make_targets_named_anywhere_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE))
    for document in [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]:
        named = set(re.findall(r"`?\bmake ([a-z]+)`", document.read_text("utf-8")))
        assert named <= targets, f"{document.name}: {sorted(named - targets)}"


def test_links_between_documents_lead_somewhere() -> None:
    documents = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]
    for document in documents:
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"
