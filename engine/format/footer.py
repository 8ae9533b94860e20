"""The commit footer: 56 bytes directly behind the TOC. Its magic is what recovery searches for."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from engine.format.reader import ByteReader, ByteWriter

MAGIC: Final = b"MV2FOOT!"


@dataclass(frozen=True, slots=True)
class Footer:
    """Length and BLAKE3 digest of the TOC in front of it, and the number of the commit."""

    toc_length: int
    toc_hash: bytes
    generation: int

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<8sQ32sQ")
    SIZE: ClassVar[int] = 56

    def encode(self) -> bytes:
        """The 56 bytes; ``generation`` wraps at 2**64."""
        out = ByteWriter("footer")
        generation = self.generation & 0xFFFF_FFFF_FFFF_FFFF
        out.pack(self.LAYOUT, MAGIC, self.toc_length, out.checked(self.toc_hash), generation)
        return out.getvalue()

    @classmethod
    def decode(cls, data: bytes | bytearray | memoryview, base: int = 0) -> Self:
        """Read 56 bytes that lie at ``base``. Raises FormatError when they are no footer."""
        reader = ByteReader(data, "footer", base)
        if len(reader.data) != cls.SIZE:
            raise reader.error(f"{cls.SIZE} bytes", f"{len(reader.data)} bytes")
        magic, length, digest, generation = reader.unpack(cls.LAYOUT)
        if magic != MAGIC:
            reader.position = 0
            raise reader.error(repr(MAGIC), repr(magic))
        return cls(length, digest, generation)


def find_footers(buffer: bytes, base: int = 0) -> Iterator[tuple[int, Footer]]:
    """All whole footers in ``buffer``, the last first, as (``base`` + position, footer).

    Nothing is checked but the magic: a payload may hold these bytes by chance. The caller checks length and
    digest.
    """
    end = len(buffer)
    while (at := buffer.rfind(MAGIC, 0, end)) >= 0:
        if at + Footer.SIZE <= len(buffer):
            yield base + at, Footer.decode(buffer[at : at + Footer.SIZE], base + at)
        end = at + len(MAGIC) - 1
