"""The file header: 4096 bytes at offset 0."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from engine.errors import DamagedFile, FormatError, NotACapsule, UnsupportedVersion
from engine.format.reader import NO_DIGEST, ByteReader, ByteWriter
from engine.limits import HEADER_SIZE, WAL_OFFSET

MAGIC: Final = b"MV2\x00"
SEALED_MAGIC: Final = b"MV2E"
VERSION: Final = 0x0201
SPEC_MAJOR: Final = 2
SPEC_MINOR: Final = 1
LEGACY_LOCK_SIZE: Final = 60
EXTRA_OFFSET: Final = 140
EXTRA_SIZE: Final = HEADER_SIZE - EXTRA_OFFSET

_FOREIGN: Final = (
    (SEALED_MAGIC, "a sealed capsule", "Open it with its password."),
    (b"SQLite format 3\x00", "an SQLite database", ""),
    (b"PK\x03\x04", "a ZIP archive", ""),
    (b"\x28\xb5\x2f\xfd", "a zstd stream", ""),
    (b"%PDF-", "a PDF document", ""),
)


@dataclass(frozen=True, slots=True)
class Header:
    """Where things are. ``footer_offset`` is the offset of the TOC, not of the footer behind it.

    ``legacy_lock`` (bytes 80..139) is zeroed by every open of the official SDK, ``extra`` (bytes 140..4095)
    by its first commit.
    """

    footer_offset: int
    wal_offset: int
    wal_size: int
    wal_checkpoint_pos: int = 0
    wal_sequence: int = 0
    toc_checksum: bytes = NO_DIGEST
    legacy_lock: bytes = bytes(LEGACY_LOCK_SIZE)
    extra: bytes = bytes(EXTRA_SIZE)

    LAYOUT: ClassVar[struct.Struct] = struct.Struct(f"<4sHBBQQQQQ32s{LEGACY_LOCK_SIZE}s{EXTRA_SIZE}s")

    def encode(self) -> bytes:
        """The 4096 bytes. Raises FormatError for values that do not fit their fields."""
        for name, size in (("toc_checksum", 32), ("legacy_lock", LEGACY_LOCK_SIZE), ("extra", EXTRA_SIZE)):
            if len(getattr(self, name)) != size:
                raise FormatError(f"header.{name}", f"{size} bytes", f"{len(getattr(self, name))} bytes")
        out = ByteWriter("header")
        out.pack(
            self.LAYOUT,
            MAGIC,
            VERSION,
            SPEC_MAJOR,
            SPEC_MINOR,
            self.footer_offset,
            self.wal_offset,
            self.wal_size,
            self.wal_checkpoint_pos,
            self.wal_sequence,
            self.toc_checksum,
            self.legacy_lock,
            self.extra,
        )
        return out.getvalue()

    @classmethod
    def decode(cls, data: bytes | bytearray | memoryview) -> Self:
        """Read the first 4096 bytes of a file.

        Raises NotACapsule (other magic), DamagedFile (shorter than this), UnsupportedVersion or FormatError.
        """
        head = bytes(data[:HEADER_SIZE])
        check_magic(head, MAGIC)
        if len(head) < HEADER_SIZE:
            raise DamagedFile("header", f"{HEADER_SIZE} bytes", f"{len(head)} bytes")
        _, version, major, minor, *fields = ByteReader(head, "header").unpack(cls.LAYOUT)
        if (version, major, minor) != (VERSION, SPEC_MAJOR, SPEC_MINOR):
            raise UnsupportedVersion(
                "header at offset 4",
                f"version {VERSION:#06x}, specification {SPEC_MAJOR}.{SPEC_MINOR}",
                f"version {version:#06x}, specification {major}.{minor}",
                hint="The capsule was written by something newer or older than this program knows.",
            )
        header = cls(*fields)
        if header.wal_offset < WAL_OFFSET:
            raise FormatError("header at offset 16", f"at least {WAL_OFFSET}", f"{header.wal_offset}")
        if header.wal_size == 0:
            raise FormatError("header at offset 24", "a WAL region that is not empty", "size 0")
        return header


def check_magic(head: bytes, magic: bytes) -> None:
    """Raise NotACapsule when ``head`` does not start with ``magic``, saying what the file seems to be."""
    if head.startswith(magic):
        return
    wanted = "a capsule" if magic == MAGIC else "a sealed capsule"
    if not head:
        raise NotACapsule("file", wanted, "an empty file")
    if not any(head[:4096]):
        raise NotACapsule("file", wanted, "zero bytes", hint="It was perhaps never written completely.")
    if head.startswith(MAGIC):
        raise NotACapsule("file", wanted, "a capsule that is not sealed")
    for start, name, hint in _FOREIGN:
        if head.startswith(start):
            raise NotACapsule("file", wanted, name, hint=hint)
    raise NotACapsule("file", f"{wanted} (it starts with {magic!r})", f"a file that starts with {head[:4]!r}")
