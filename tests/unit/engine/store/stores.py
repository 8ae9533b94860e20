"""Byte stores in memory that fail, or that remember what a power cut could have left."""

from __future__ import annotations

import errno
import random
from collections.abc import Iterator

from engine.store.bytestore import MemoryStore, storage_error

SECTOR = 512


class FailingStore(MemoryStore):
    """Refuses from the ``fail_at``-th writing call on, until `heal`; a refused write may have got half-way.

    ``room``: how large the store may grow, as on a full disk. Calls are counted from `arm` on.
    """

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(data)
        self.calls = 0
        self.fail_at: int | None = None
        self.room: int | None = None
        self.code = errno.EIO
        self.half_way = False
        self.only_once = False

    def arm(
        self, fail_at: int, code: int = errno.EIO, *, half_way: bool = False, only_once: bool = False
    ) -> None:
        self.calls, self.fail_at, self.code = 0, fail_at, code
        self.half_way, self.only_once = half_way, only_once

    def heal(self) -> None:
        self.fail_at = self.room = None

    def _due(self) -> bool:
        self.calls += 1
        if self.fail_at is None or self.calls < self.fail_at:
            return False
        return self.calls == self.fail_at or not self.only_once

    def _refuse(self, code: int) -> None:
        raise storage_error(OSError(code, "refused"), "The change to “test.mv2”")

    def pwrite(self, offset: int, data: bytes) -> None:
        due = self._due()
        if self.room is not None and offset + len(data) > self.room:
            kept = max(0, self.room - offset)
            super().pwrite(offset, data[:kept])
            self._refuse(errno.ENOSPC)
        if due:
            if self.half_way:
                super().pwrite(offset, data[: len(data) // 2])
            self._refuse(self.code)
        super().pwrite(offset, data)

    def truncate(self, size: int) -> None:
        if self._due():
            self._refuse(self.code)
        super().truncate(size)

    def sync(self) -> None:
        if self._due():
            self._refuse(self.code)


class PowerStore(MemoryStore):
    """Knows what is safe and what was only written, so that the power can be cut at any moment.

    `images` gives what the disk may hold then: all that was synced, and of the writes since then any sectors,
    in any order.
    """

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(data)
        self._safe = bytes(data)
        self._since: list[tuple[int, bytes]] = []
        self.moments: list[tuple[bytes, list[tuple[int, bytes]]]] = []
        """One for each sync: what was safe before it, and what was written since."""

    def pwrite(self, offset: int, data: bytes) -> None:
        super().pwrite(offset, data)
        self._since.append((offset, bytes(data)))

    def truncate(self, size: int) -> None:
        super().truncate(size)
        self._safe, self._since = self.contents(), []

    def sync(self) -> None:
        self.moments.append((self._safe, self._since))
        self._safe, self._since = self.contents(), []

    def now(self) -> tuple[bytes, list[tuple[int, bytes]]]:
        return self._safe, list(self._since)


def in_order(safe: bytes, writes: list[tuple[int, bytes]], step: int) -> Iterator[bytes]:
    """The process is killed: writes are there in their order, the last one up to any byte."""
    disk = bytearray(safe)
    for offset, data in writes:
        for cut in range(0, len(data), step):
            yield _written(bytearray(disk), offset, data[:cut])
        disk = bytearray(_written(disk, offset, data))
    yield bytes(disk)


def out_of_order(
    safe: bytes, writes: list[tuple[int, bytes]], count: int, numbers: random.Random
) -> Iterator[bytes]:
    """The power is cut: of what was written, some sectors are there and others are not."""
    sectors = [piece for offset, data in writes for piece in _sectors(offset, data)]
    for _ in range(count):
        share = numbers.choice((0.1, 0.5, 0.9))
        disk = bytearray(safe)
        for offset, data in sectors:
            if numbers.random() < share:
                disk = bytearray(_written(disk, offset, data))
        yield bytes(disk)
    for offset, data in writes:
        # One write complete and nothing else.
        yield _written(bytearray(safe), offset, data)


def _sectors(offset: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        size = SECTOR - (offset + at) % SECTOR
        yield offset + at, data[at : at + size]
        at += size


def _written(disk: bytearray, offset: int, data: bytes) -> bytes:
    if not data:
        return bytes(disk)
    if offset > len(disk):
        disk += bytes(offset - len(disk))
    disk[offset : offset + len(data)] = data
    return bytes(disk)
