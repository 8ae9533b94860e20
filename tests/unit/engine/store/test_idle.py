"""Whether a commit that nobody asked for is worth what it writes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.limits import MIB, SDK_CAPACITY_BYTES
from engine.store.changes import Put
from engine.store.container import IDLE_COST_ALWAYS, NEW_BATCH, Container
from engine.store.prepared import prepare
from engine.types import PutItem
from tests.unit.engine.store.capsules import do, in_memory, noise, put, text

LIMIT = 16 * MIB


def many(count: int = 5000) -> Container:
    container = in_memory()
    do(
        container,
        *(Put(text(f"note {n}", title=f"n{n}")) for n in range(count)),
        batch=NEW_BATCH,
        direct=True,
    )
    return container


class TestCost:
    def test_is_about_what_is_written(self) -> None:
        container = many(500)
        for number in range(3):
            put(container, f"more {number}")
            expected, before = container.commit_cost(), container.size
            container.commit()
            assert expected == pytest.approx(container.size - before, rel=0.25)

    def test_includes_vectors_when_some_join(self) -> None:
        container = in_memory()
        numbers = np.random.default_rng(1)
        vectors = [numbers.random(64).tolist() for _ in range(301)]
        documents = [prepare(PutItem(f"note {n}", embedding=vector)) for n, vector in enumerate(vectors)]
        do(container, *map(Put, documents[:300]), batch=NEW_BATCH, direct=True)
        put(container, "without")
        without = container.commit_cost()
        container.commit()
        put(container, documents[300])
        expected, before = container.commit_cost(), container.size
        assert expected > without + 300 * 64 * 4
        container.commit()
        assert expected == pytest.approx(container.size - before, rel=0.25)


class TestIdleCommit:
    def test_pays_while_it_is_small(self) -> None:
        container = in_memory()
        put(container, "one note")
        assert container.idle_commit_pays(LIMIT)
        assert not container.idle_commit_pays(container.commit_cost() - 1)
        assert container.idle_commit_pays(container.commit_cost())

    def test_of_a_large_capsule_waits_until_enough_has_come_together(self) -> None:
        container = many()
        assert container.commit_cost() > IDLE_COST_ALWAYS
        put(container, "one note")
        assert not container.idle_commit_pays(LIMIT)
        put(container, noise(30_000).hex())
        assert container.idle_commit_pays(LIMIT)
        assert not container.idle_commit_pays(container.commit_cost() - 1)

    @pytest.mark.parametrize("capacity", [0, 2 * MIB])
    def test_does_not_carry_the_content_past_what_the_ticket_allows(self, capacity: int) -> None:
        """Then the official program could not add to it any more."""
        container = in_memory()
        container.toc.ticket_ref = replace(container.toc.ticket_ref, capacity_bytes=capacity)
        allowed = capacity or SDK_CAPACITY_BYTES
        room = allowed - container.size
        for size in (room // 2, room - room // 2 - 10_000):
            put(container, prepare(PutItem(noise(size), mime="image/png")))
            container.commit()
        for _ in range(100):
            put(container, "one note")
            if not container.idle_commit_pays(LIMIT):
                break
            container.commit()
            assert payload_end(container) <= allowed
        else:
            pytest.fail("it always pays")
        container.commit()
        assert payload_end(container) > allowed
        # What is beyond it already has nothing to lose.
        put(container, "one note")
        assert container.idle_commit_pays(LIMIT)


def payload_end(container: Container) -> int:
    return max(frame.payload_offset + frame.payload_length for frame in container.toc.frames)
