"""The SDK and we on one file at the same time."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import engine
from tests.conftest import REPOSITORY
from tests.interop.sdk import command, sdk

pytestmark = pytest.mark.sdk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "shared.mv2"
    with engine.create(path) as capsule:
        capsule.put("ours before")
    return path


@contextmanager
def agent(function: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        command(function, *map(str, arguments)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    with child:
        try:
            yield child
        finally:
            assert child.stdin is not None
            child.stdin.close()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()


def first_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def test_an_agent_that_may_write_is_named(path: Path) -> None:
    with agent("hold", path) as child:
        assert first_line(child) == "holding"
        with engine.open(path, config=engine.EngineConfig(lock_timeout=0.3)) as capsule:
            assert [capsule.now.text(info.id) for info in capsule.now.frames()] == [
                "ours before",
                "held by somebody else",
            ]
            began = time.monotonic()
            with pytest.raises(engine.LockedError) as caught:
                capsule.put("refused")
            assert 0.3 <= time.monotonic() - began < 3
            assert caught.value.pid == child.pid
            assert str(child.pid) in str(caught.value)
            assert "shared.mv2" in str(caught.value)
            assert len(capsule.now) == 2
    with engine.open(path) as capsule:
        capsule.put("after it has closed")
        assert len(capsule.now) == 3
    assert sdk("look", path=path)["verify"] == "passed"


def test_an_agent_can_write_while_somebody_looks(path: Path) -> None:
    with engine.open(path) as capsule:
        answer = sdk("add", path=path, texts=["of the agent about cobalt"])
        assert answer["verify"] == "passed"
        mine = capsule.put("ours after")
        now = capsule.now
        assert {now.text(info.id) for info in now.frames()} == {
            "ours before",
            "of the agent about cobalt",
            "ours after",
        }
        assert now.text(mine) == "ours after"
        assert now.search("cobalt").total == 1
    assert sdk("look", path=path)["verify"] == "passed"


@pytest.mark.slow
def test_an_agent_is_killed_while_it_puts(path: Path) -> None:
    """Its side file stays behind; what it was told is done is there."""
    for round_ in range(3):
        with agent("fill", path, "1000") as child:
            acknowledged = [first_line(child) for _ in range(3)]
            child.send_signal(signal.SIGKILL)
            assert child.stdout is not None
            acknowledged += [line.strip() for line in child.stdout if line.endswith("\n")]
        with engine.open(path, config=engine.EngineConfig(lock_timeout=0.3)) as capsule:
            now = capsule.now
            assert all(now.frame(int(frame_id)).title.startswith("Agent") for frame_id in acknowledged)
            capsule.put(f"ours {round_}")
            assert capsule.verify(deep=True).overall_status == "passed"
    assert sdk("add", path=path, texts=["the agent again"])["verify"] == "passed"
    with engine.open(path, read_only=True) as capsule:
        texts = [capsule.now.text(info.id) for info in capsule.now.frames()]
        assert [text for text in texts if text.startswith("ours")] == [
            "ours before",
            "ours 0",
            "ours 1",
            "ours 2",
        ]
