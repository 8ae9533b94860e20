"""The disk refuses, the process dies, the power goes: nothing acknowledged is lost and nothing is half there."""

from __future__ import annotations

import errno
import random
from typing import Any

import pytest

from engine.errors import EngineError, StorageError
from engine.format.footer import MAGIC
from engine.store.changes import Delete, Put, Update
from engine.store.container import NEW_BATCH, Container, empty_capsule
from engine.store.prepared import prepare
from engine.store.verify import verify
from engine.types import PutItem
from tests.unit.engine.store.capsules import (
    delete,
    do,
    documents,
    in_memory,
    log,
    noise,
    paged,
    put,
    restore,
    text,
    ticking,
    update,
    whole_past,
)
from tests.unit.engine.store.stores import FailingStore, PowerStore, in_order, out_of_order

CODES = [errno.EIO, errno.ENOSPC]


def filled(store: Any) -> Container:
    """Something committed, something pending."""
    container = in_memory(store=store, clock=ticking())
    put(container, "first")
    put(container, paged(b"%PDF", ["page one", "page two"]))
    put(container, "third")
    container.commit()
    update(container, 0, "first, changed")
    delete(container, 4)
    return container


def big() -> Any:
    return prepare(PutItem(noise(200_000), mime="application/octet-stream"))


CHANGES: dict[str, Any] = {
    "put": lambda c: put(c, "new"),
    "put with pages": lambda c: put(c, paged(b"%PDF new", ["new page"])),
    "large put": lambda c: put(c, big()),
    "many": lambda c: do(c, Put(text("a")), Put(text("b")), Put(text("c")), batch=NEW_BATCH, direct=True),
    "update": lambda c: update(c, 6, "newer"),
    "delete": lambda c: delete(c, 6),
    "restore": lambda c: restore(c, 4),
    "commit": lambda c: c.commit(),
}


def check_whole(container: Container, known: list[Any], entries: list[Any]) -> None:
    """All that was acknowledged is there, in this process and for the next one."""
    for one in (container, in_memory(container.store.pread(0, container.store.size()))):
        assert whole_past(one)[: len(known)] == known
        assert log(one)[: len(entries)] == entries
        assert verify(one, deep=True).overall_status == "passed"


class TestRefusals:
    @pytest.mark.parametrize("half_way", [False, True], ids=["whole", "half"])
    @pytest.mark.parametrize("only_once", [False, True], ids=["for good", "once"])
    @pytest.mark.parametrize("code", CODES, ids=["EIO", "ENOSPC"])
    @pytest.mark.parametrize("kind", CHANGES)
    def test_at_every_call(self, kind: str, code: int, only_once: bool, half_way: bool) -> None:
        fail_at = 1
        while True:
            store = FailingStore(empty_capsule())
            container = filled(store)
            known, entries = whole_past(container), log(container)
            store.arm(fail_at, code, half_way=half_way, only_once=only_once)
            refusal: StorageError | None = None
            try:
                CHANGES[kind](container)
            except StorageError as error:
                refusal = error
            assert refusal is None or (refusal.errno == code and "test.mv2" in str(refusal))
            failed = store.calls >= fail_at
            store.heal()
            # A change that was refused is usually not there; it may be when only its last flush was refused.
            assert whole_past(container)[: len(known)] == known
            put(container, "works again")
            container.commit()
            check_whole(container, known, entries)
            if not failed:
                break
            fail_at += 1
        assert fail_at > 1

    def test_a_full_disk_says_what_to_do(self) -> None:
        store = FailingStore(empty_capsule())
        container = filled(store)
        known, entries = whole_past(container), log(container)
        store.room = store.size() + 100
        with pytest.raises(StorageError, match=r"disk is full.*Free some space, then try again"):
            put(container, big())
        # Small changes go into the ring, which has its place already.
        put(container, "still possible")
        with pytest.raises(StorageError, match="disk is full"):
            container.commit()
        assert container.dirty
        check_whole(container, known, entries)
        store.heal()
        put(container, big())
        container.commit()
        assert [found.text for found in documents(container).values() if found.text == "still possible"]
        check_whole(container, known, entries)

    def test_a_failed_commit_gives_its_space_back(self) -> None:
        store = FailingStore(empty_capsule())
        container = filled(store)
        size = store.size()
        store.room = size + 150_000
        with pytest.raises(StorageError):
            put(container, big())
        assert store.size() == size

    def test_no_space_for_the_end_of_a_commit(self) -> None:
        """Room for all but the last bytes: wherever it stops, the old state is there, and later the new one."""
        base = FailingStore(empty_capsule())
        container = filled(base)
        known, entries, data = whole_past(container), log(container), base.contents()
        container.commit()
        needed = base.size()
        for room in (*range(len(data), needed, 97), *range(needed - 60, needed)):
            store = FailingStore(data)
            container = in_memory(store=store)
            store.room = room
            with pytest.raises(StorageError):
                container.commit()
            check_whole(container, known, entries)
            store.heal()
            container.commit()
            assert not container.dirty
            check_whole(container, known, entries)

    def test_reading_again_fails_too(self) -> None:
        """After a failure the file has to be read; if that is refused as well, nothing is written any more."""
        store = FailingStore(empty_capsule())
        container = filled(store)

        def gone(offset: int, length: int) -> bytes:
            raise StorageError("The disk is gone.")

        reading = store.pread
        store.arm(1)
        store.pread = gone  # type: ignore[method-assign]
        with pytest.raises(StorageError):
            put(container, "x")
        store.heal()
        with pytest.raises(EngineError, match="could not be read again"):
            put(container, "y")
        store.pread = reading  # type: ignore[method-assign]
        again = in_memory(store.contents())
        assert verify(again, deep=True).overall_status == "passed"


class TestPower:
    """Each image of the disk is opened, checked and written to."""

    def life(self) -> tuple[PowerStore, list[int], list[Any]]:
        """A store, for each of its syncs the revision somebody had been told of before, and all states."""
        store = PowerStore(empty_capsule())
        container = in_memory(store=store, clock=ticking())
        safe: list[int] = []

        steps: list[Any] = [
            lambda: put(container, "first"),
            lambda: put(container, paged(b"%PDF", ["page one", "page two"])),
            lambda: update(container, 0, tags=["t"]),
            container.commit,
            lambda: put(container, "after the commit " * 60),
            lambda: do(container, Put(text("a")), Update(5, text("b"), {}), Delete(1)),
            lambda: restore(container, 1),
            container.commit,
            lambda: do(container, *(Put(text(f"many {n}")) for n in range(5)), batch=NEW_BATCH, direct=True),
            lambda: put(container, prepare(PutItem(noise(3000), mime="image/png"))),
            container.commit,
        ]
        for step in steps:
            told = container.ledger.revision
            step()
            safe.extend([told] * (len(store.moments) - len(safe)))
        return store, safe, whole_past(container)

    def check(self, image: bytes, acknowledged: int, states: list[Any]) -> int:
        container = in_memory(image)
        revision = container.ledger.revision
        assert revision >= acknowledged
        past = whole_past(container)
        assert past == states[: len(past)]
        report = verify(container, deep=True)
        assert [check for check in report.checks if check.status != "passed"] == []
        put(container, "life goes on")
        container.commit()
        again = in_memory(container.store.pread(0, container.store.size()))
        assert whole_past(again)[:-1] == past
        assert verify(again, deep=True).overall_status == "passed"
        return revision

    def test_killed_anywhere(self) -> None:
        store, safe, states = self.life()
        seen = set()
        for (before, writes), acknowledged in zip(store.moments, safe, strict=True):
            size = sum(len(data) for _, data in writes)
            for image in in_order(before, writes, step=max(1, size // 12)):
                seen.add(self.check(image, acknowledged, states))
        # Changes that were made together are there together.
        together = {5, 6, 9, 10, 11, 12}
        assert seen == set(range(len(states))) - together

    @pytest.mark.slow
    def test_power_cut_anywhere(self) -> None:
        store, safe, states = self.life()
        numbers = random.Random(5)
        for (before, writes), acknowledged in zip(store.moments, safe, strict=True):
            for image in out_of_order(before, writes, 30, numbers):
                self.check(image, acknowledged, states)

    def test_the_header_never_reaches_the_disk_before_the_footer(self) -> None:
        """Other programs would pass over the pending records, and not see the state that holds them."""
        store = PowerStore(empty_capsule())
        container = filled(store)
        before = len(store.moments)
        container.commit()
        order = ["".join(map(_kind, writes)) for _, writes in store.moments[before:]]
        assert [kinds[-1] for kinds in order] == ["-", "F", "H"]
        assert order[1:] == ["F", "H"]

    def test_every_byte_of_one_commit(self) -> None:
        store = PowerStore(empty_capsule())
        container = filled(store)
        known = whole_past(container)
        store.moments.clear()
        start = store.contents()
        container.commit()
        writes = [write for _, writes in (*store.moments, store.now()) for write in writes]
        old = new = 0
        for image in in_order(start, writes, step=7):
            again = in_memory(image)
            assert whole_past(again) == known
            old += again.dirty
            new += not again.dirty
        assert old > 100
        assert new > 1


def _kind(write: tuple[int, bytes]) -> str:
    offset, data = write
    return "H" if offset == 0 else "F" if data.startswith(MAGIC) else "-"
