"""The SDK and we change one capsule in turn, ours sometimes killed in between; a model in a dictionary remembers."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from engine.store.container import Container
from engine.store.history import ESTIMATED
from engine.store.verify import verify
from engine.types import Operation
from tests.conftest import FORMATS
from tests.interop.sdk import sdk
from tests.unit.engine.store.capsules import (
    Seen,
    delete,
    documents,
    fresh,
    paged,
    picture,
    put,
    reopened,
    restore,
    seen,
    update,
)

pytestmark = [pytest.mark.sdk, pytest.mark.slow]

ROUNDS = 8
SEED = int(os.environ.get("TURNS_SEED", "1"))


class Turns:
    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.random = random.Random(seed)
        self.known: dict[int, Seen]
        self.gone: list[int] = []
        self.dated: list[tuple[int, Operation, int, str]] = []
        self.theirs = 0
        if not path.exists():
            fresh(path).close()
        container = reopened(path, read_only=True)
        self.known = documents(container)
        container.close()

    def ours(self) -> None:
        """A few changes of ours, left in the ring or committed."""
        container = reopened(self.path)
        for _ in range(self.random.randint(1, 5)):
            choice = self.random.random()
            words = " ".join(self.random.choices(("weir", "ford", "mill", "lock", "pond"), k=6))
            present = sorted(self.known)
            if choice < 0.35 or len(present) < 3:
                documents_to_put = (
                    words,
                    paged(b"%PDF " + words.encode(), [words, "end"]),
                    picture(title=words),
                )
                new = put(container, self.random.choice(documents_to_put))
            elif choice < 0.55:
                older = self.random.choice(present)
                new = update(container, older, f"updated {words}")
                del self.known[older]
            elif choice < 0.7:
                older = self.random.choice(present)
                new = update(container, older, tags=[self.random.choice("abc")], title=words)
                del self.known[older]
            elif choice < 0.85 or not self.gone:
                older = self.random.choice(present)
                delete(container, older)
                del self.known[older]
                self.gone.append(older)
                continue
            else:
                older = self.gone.pop(self.random.randrange(len(self.gone)))
                new = restore(container, older)
            self.known[new] = seen(container.ledger, new)
        if self.random.random() < 0.4:
            container.commit()
        self.check(container)
        self.remember(container)
        container.close()

    def remember(self, container: Container) -> None:
        """What was recorded with its time stays as it was."""
        history = container.ledger.history
        entries = [history.entry(revision) for revision in range(1, len(history) + 1)]
        dated = [(e.ms, e.operation, e.frame_id, e.author) for e in entries if not e.flags & ESTIMATED]
        assert dated[: len(self.dated)] == self.dated
        self.dated = dated

    def of_the_sdk(self) -> None:
        remove = (
            self.random.sample(sorted(self.known), k=min(1, len(self.known)))
            if self.random.random() < 0.5
            else []
        )
        texts = [f"theirs {self.theirs + n} about cobalt" for n in range(self.random.randint(1, 2))]
        self.theirs += len(texts)
        answer = sdk("add", path=self.path, texts=texts, remove=remove)
        assert answer["verify"] == "passed"
        for frame_id in remove:
            del self.known[frame_id]
            self.gone.append(frame_id)
        container = reopened(self.path, read_only=True)
        new = set(documents(container)) - set(self.known)
        assert {container.ledger.text(frame_id) for frame_id in new} == set(texts)
        for frame_id in new:
            self.known[frame_id] = seen(container.ledger, frame_id)
        self.check(container)
        self.remember(container)
        container.close()

    def check(self, container: Container) -> None:
        for one in (container, reopened(self.path, read_only=True)):
            assert documents(one) == self.known
            report = verify(one, deep=True)
            assert [check for check in report.checks if check.status != "passed"] == []


@pytest.mark.parametrize("base", ["new.mv2", "chunked.mv2", "small.mv2"])
def test_taking_turns(base: str, tmp_path: Path) -> None:
    if base != "new.mv2":
        shutil.copy(FORMATS / "samples" / base, tmp_path / "turns.mv2")
    turns = Turns(tmp_path / "turns.mv2", SEED)
    for _ in range(ROUNDS):
        turns.ours()
        turns.of_the_sdk()
    assert len(turns.dated) > ROUNDS
    assert sdk("look", path=turns.path)["verify"] == "passed"
    assert len(turns.known) > 5
