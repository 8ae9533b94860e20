"""The sample capsules, cut into the parts their format has."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from engine.format.footer import Footer, find_footers
from engine.format.header import Header
from engine.format.toc import Toc

FOLDER = Path(__file__).resolve().parents[3] / "formats" / "samples"

ALL = sorted(path.name for path in FOLDER.glob("*.mv2"))
WITHOUT_TOC = ("corrupt_toc.mv2", "truncated.mv2")
READABLE = [name for name in ALL if name not in WITHOUT_TOC]


@dataclass(frozen=True)
class Parts:
    """A capsule file, cut."""

    data: bytes
    header: Header
    wal: bytes
    toc_offset: int
    toc_bytes: bytes
    footer: Footer

    @functools.cached_property
    def toc(self) -> Toc:
        return Toc.decode(self.toc_bytes)

    def range(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]


@functools.cache
def load(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@functools.cache
def parts(name: str) -> Parts:
    """The parts of a sample whose TOC is whole, found by its footer as a reader would."""
    data = load(name)
    header = Header.decode(data)
    at, footer = next(find_footers(data))
    toc_offset = at - footer.toc_length
    wal = data[header.wal_offset : header.wal_offset + header.wal_size]
    return Parts(data, header, wal, toc_offset, data[toc_offset:at], footer)
