"""Files whose numbers lie: they are read as far as they can be, quickly, and nothing in them is destroyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from engine.errors import DamagedFile
from engine.format.footer import Footer
from engine.format.toc import Toc
from engine.limits import HEADER_SIZE
from engine.store.bytestore import FileStore, MemoryStore
from engine.store.container import Container
from engine.store.frames import HISTORY_URI
from engine.store.snapshot import read_snapshot
from engine.store.verify import verify
from tests.unit.engine.store.capsules import documents, in_memory, put, reopened, update

HUGE = (2**63, 2**64 - 1, 2**40)


def contents(container: Container) -> bytes:
    return container.store.pread(0, container.store.size())


def capsule() -> bytes:
    container = in_memory()
    put(container, "hello world")
    put(container, "second")
    update(container, 0, "changed")
    container.commit()
    return contents(container)


def with_toc(data: bytes, change: Callable[[Toc], None], **header: Any) -> bytes:
    """The capsule with a changed table of contents, all of its digests right, and with changed header fields."""
    snapshot = read_snapshot(MemoryStore(data))
    change(snapshot.toc)
    toc = snapshot.toc.encode()
    head = replace(snapshot.header, toc_checksum=toc[-32:], **header).encode()
    footer = Footer(len(toc), blake3(toc).digest(), 99).encode()
    return head + data[HEADER_SIZE : snapshot.toc_offset] + toc + footer


def as_it_is(toc: Toc) -> None:
    """No change."""


def frame_with(which: int, **fields: Any) -> Callable[[Toc], None]:
    def change(toc: Toc) -> None:
        toc.frames[which] = replace(toc.frames[which], **fields)

    return change


def history_with(**fields: Any) -> Callable[[Toc], None]:
    def change(toc: Toc) -> None:
        which = next(frame.id for frame in toc.frames if frame.uri == HISTORY_URI)
        toc.frames[which] = replace(toc.frames[which], **fields)

    return change


class TestStore:
    @pytest.mark.parametrize("kind", ["file", "memory"])
    def test_reads_nothing_where_it_is_not(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / "bytes"
        path.write_bytes(b"0123456789")
        store = FileStore(path, writable=False) if kind == "file" else MemoryStore(b"0123456789")
        assert store.pread(3, 4) == b"3456"
        for length in HUGE:
            assert store.pread(3, length) == b"3456789"
        for offset in (*HUGE, 10, 11, -1, -(2**63)):
            assert store.pread(offset, 4) == b""
            assert store.pread(offset, 2**63) == b""
        assert store.pread(3, 0) == store.pread(3, -1) == b""
        store.close()


class TestPlaces:
    @pytest.mark.parametrize("number", HUGE)
    @pytest.mark.parametrize("field", ["payload_offset", "payload_length"])
    def test_of_content(self, field: str, number: int, tmp_path: Path) -> None:
        path = tmp_path / "lies.mv2"
        path.write_bytes(with_toc(capsule(), frame_with(1, **{field: number})))
        container = reopened(path)
        with pytest.raises(DamagedFile, match="content of frame 1"):
            container.ledger.content(1)
        assert container.ledger.text(2) == "changed"
        assert verify(container, deep=True).overall_status == "failed"
        newest = put(container, "goes on")
        container.commit()
        assert container.ledger.text(newest) == "goes on"
        container.close()

    @pytest.mark.parametrize("number", HUGE)
    @pytest.mark.parametrize("field", ["payload_offset", "payload_length"])
    def test_of_the_history(self, field: str, number: int, tmp_path: Path) -> None:
        path = tmp_path / "lies.mv2"
        path.write_bytes(with_toc(capsule(), history_with(**{field: number})))
        container = reopened(path)
        assert {found.text for found in documents(container).values()} == {"changed", "second"}
        assert "history block is damaged" in container.damage[0]
        container.close()

    @pytest.mark.parametrize("number", HUGE)
    @pytest.mark.parametrize("track", ["sketch_track", "time_index"])
    def test_of_tracks(self, track: str, number: int, tmp_path: Path) -> None:
        def change(toc: Toc) -> None:
            setattr(toc, track, replace(getattr(toc, track), offset=number))

        path = tmp_path / "lies.mv2"
        path.write_bytes(with_toc(capsule(), change))
        container = reopened(path)
        assert len(documents(container)) == 2
        assert verify(container, deep=True).overall_status == "failed"
        put(container, "goes on")
        container.commit()
        assert len(documents(container)) == 3
        container.close()
