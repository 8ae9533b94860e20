"""A process that changes a capsule is killed at sixty random moments: what it said is done is there."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

import engine
from engine.format.footer import Footer
from engine.format.header import Header
from engine.format.toc import Toc
from engine.limits import HEADER_SIZE
from tests.conftest import REPOSITORY

KILLS = 60
WAL_BYTES = 16_384
"""A small ring, so that commits happen all the time."""

DRIVER = """
import json, os, random, sys
import engine
import engine.capsule
from engine.config import EngineConfig


def say(*what):
    # One write per line: the threads share the pipe, and `print` writes the end of the line separately.
    os.write(1, (json.dumps(what) + chr(10)).encode())


def live(path, seed):
    numbers = random.Random(seed)
    with engine.open(path, config=EngineConfig(author=f"run {seed}", idle_commit_after=0.01)) as capsule:
        alive = {info.id: info.title for info in capsule.now.frames()}
        say("ready")
        while True:
            choice = numbers.random()
            text = f"{numbers.random()} " * numbers.randrange(1, 60)
            # Said before it is tried: what was not acknowledged may be there, but nothing else.
            if choice < 0.5 or len(alive) < 4:
                say("trying", "put", text)
                frame_id = capsule.put(text, title="t")
                alive[frame_id] = text
                say("done", "put", frame_id, text)
            elif choice < 0.65:
                older = numbers.choice(sorted(alive))
                say("trying", "update", older, text)
                newer = capsule.update(older, text)
                del alive[older]
                alive[newer] = text
                say("done", "update", older, newer, text)
            elif choice < 0.8:
                gone = numbers.choice(sorted(alive))
                say("trying", "delete", gone)
                capsule.delete(gone)
                del alive[gone]
                say("done", "delete", gone)
            elif choice < 0.9:
                texts = [f"{text}{n}" for n in range(3)]
                say("trying", "put_many", texts)
                ids = capsule.put_many([{"content": each} for each in texts])
                alive.update(zip(ids, texts))
                say("done", "put_many", ids, texts)
            else:
                say("trying", "commit")
                capsule.commit()
                say("done", "commit")


# A child each time, without the time that the imports take.
for line in sys.stdin:
    path, seed = json.loads(line)
    pid = os.fork()
    if pid == 0:
        live(path, seed)
        os._exit(1)
    say("child", pid)
    _, status = os.waitpid(pid, 0)
    say("ended", status)
"""


def small_capsule(path: Path) -> None:
    """Like a new one, but with less room for pending changes."""
    toc = Toc.empty().encode()
    header = Header(
        footer_offset=HEADER_SIZE + WAL_BYTES,
        wal_offset=HEADER_SIZE,
        wal_size=WAL_BYTES,
        toc_checksum=toc[-32:],
    )
    footer = Footer(len(toc), blake3(toc).digest(), 1)
    path.write_bytes(header.encode() + bytes(WAL_BYTES) + toc + footer.encode())


class Known:
    """What has been acknowledged, and the one thing that had been begun."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.trying: list[Any] | None = None
        self.count = 0

    def hear(self, line: list[Any]) -> None:
        match line:
            case ["child" | "ready", *_]:
                return
            case ["trying", *what]:
                self.trying = what
                return
            case ["done", "put", frame_id, text]:
                self.texts[frame_id] = text
            case ["done", "update", older, newer, text]:
                del self.texts[older]
                self.texts[newer] = text
            case ["done", "delete", frame_id]:
                del self.texts[frame_id]
            case ["done", "put_many", ids, texts]:
                self.texts.update(zip(ids, texts, strict=True))
        self.trying = None
        self.count += line[0] == "done"

    def check(self, capsule: engine.Capsule) -> None:
        """All that was acknowledged; of what was begun, all or nothing. Takes over what is there."""
        now = capsule.now
        found = {info.id: now.text(info.id) for info in now.frames()}
        possible = [self.texts]
        match self.trying:
            case ["put", text]:
                possible.append(self.texts | {max(found): text})
            case ["update", older, text]:
                possible.append({i: t for i, t in self.texts.items() if i != older} | {max(found): text})
            case ["delete", frame_id]:
                possible.append({i: t for i, t in self.texts.items() if i != frame_id})
            case ["put_many", texts]:
                possible.append(self.texts | dict(zip(sorted(found)[-len(texts) :], texts, strict=True)))
        assert found in possible
        self.texts = found
        self.trying = None


class Driver:
    """Starts the processes that are killed."""

    def __init__(self) -> None:
        self.child: int | None = None
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )

    def hear(self) -> list[Any]:
        assert self.process.stdout is not None
        line: list[Any] = json.loads(self.process.stdout.readline())
        return line

    def run_and_kill(self, path: Path, seed: int, after: float, known: Known) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([str(path), seed]) + "\n")
        self.process.stdin.flush()
        begun: dict[str, list[Any]] = {}
        while not {"child", "ready"} <= begun.keys():
            # Two processes speak here, in any order.
            line = self.hear()
            begun[line[0]] = line
            known.hear(line)
        self.child = pid = begun["child"][1]
        timer = threading.Timer(after, os.kill, (pid, signal.SIGKILL))
        timer.start()
        while (line := self.hear())[0] != "ended":
            known.hear(line)
        timer.join()
        self.child = None
        assert os.WTERMSIG(line[1]) == signal.SIGKILL

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if self.child is not None:
            os.kill(self.child, signal.SIGKILL)
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.mark.slow
def test_sixty_kills(tmp_path: Path) -> None:
    path = tmp_path / "killed.mv2"
    small_capsule(path)
    numbers = random.Random(60)
    known, driver = Known(), Driver()
    interrupted = 0
    began = time.monotonic()
    try:
        for number in range(KILLS):
            driver.run_and_kill(path, number, numbers.uniform(0.0, 0.12), known)
            interrupted += known.trying is not None
            with engine.open(path, read_only=True) as capsule:
                known.check(capsule)
                report = capsule.verify(deep=number % 10 == 9)
                assert [check for check in report.checks if check.status != "passed"] == []
    finally:
        driver.close()
    with engine.open(path) as capsule:
        known.check(capsule)
        assert capsule.verify(deep=True).overall_status == "passed"
        last = capsule.put("life goes on")
    with engine.open(path, read_only=True) as capsule:
        assert capsule.now.text(last) == "life goes on"
        assert {info.id for info in capsule.now.frames()} == {*known.texts, last}
    print(
        f"{known.count} changes acknowledged, {interrupted} of {KILLS} kills hit one, "
        f"{time.monotonic() - began:.1f} s"
    )
    assert known.count > 200
    assert interrupted > KILLS / 4
