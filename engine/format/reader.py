"""Bounded reading and writing of the format's primitive values.

Fixed-width little-endian integers; an option is one tag byte and the value; strings, byte vectors, lists and
maps carry a u64 count; an enum is its u32 position. The reader never trusts a count: it compares it with the
bytes that are left before anything is allocated. Every failure is one :class:`FormatError` that says where.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Mapping
from enum import IntEnum
from typing import Any, Final, Protocol, TypeVar

from engine.errors import FormatError

T = TypeVar("T")
E = TypeVar("E", bound=IntEnum)

U8: Final = struct.Struct("<B")
U16: Final = struct.Struct("<H")
U32: Final = struct.Struct("<I")
U64: Final = struct.Struct("<Q")
I64: Final = struct.Struct("<q")
F32: Final = struct.Struct("<f")
F64: Final = struct.Struct("<d")

DIGEST_SIZE: Final = 32
"""Bytes of a BLAKE3 digest."""

NO_DIGEST: Final = bytes(DIGEST_SIZE)

_ENUM_VALUES: dict[type[IntEnum], frozenset[int]] = {}


class Record(Protocol):
    """Anything with an ``encode_into``."""

    def encode_into(self, out: ByteWriter) -> None:
        """Append the record's bytes to ``out``."""


class ByteReader:
    """A cursor over bytes that came from a file.

    ``where`` names what is being read ("TOC", "WAL record 7"); ``base`` is the offset of ``data[0]`` in the
    file or region, so that messages name the place a person can look at with a hex viewer.
    """

    __slots__ = ("base", "data", "position", "where")

    def __init__(self, data: bytes | bytearray | memoryview, where: str, base: int = 0) -> None:
        self.data: bytes = data if isinstance(data, bytes) else bytes(data)
        self.where = where
        self.base = base
        self.position = 0

    @property
    def remaining(self) -> int:
        """Bytes not read yet."""
        return len(self.data) - self.position

    def error(self, wanted: str, found: str) -> FormatError:
        """The error to raise when the value at the cursor is not what the format asks for."""
        return FormatError(f"{self.where} at offset {self.base + self.position}", wanted, found)

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        """The values of a fixed layout."""
        end = self.position + layout.size
        if end > len(self.data):
            raise self.error(f"{layout.size} bytes", f"{self.remaining} left")
        values = layout.unpack_from(self.data, self.position)
        self.position = end
        return values

    def u8(self) -> int:
        return int(self.unpack(U8)[0])

    def u16(self) -> int:
        return int(self.unpack(U16)[0])

    def u32(self) -> int:
        return int(self.unpack(U32)[0])

    def u64(self) -> int:
        return int(self.unpack(U64)[0])

    def i64(self) -> int:
        return int(self.unpack(I64)[0])

    def f32(self) -> float:
        return float(self.unpack(F32)[0])

    def f64(self) -> float:
        return float(self.unpack(F64)[0])

    def bool_(self) -> bool:
        """One byte, 0 or 1 and nothing else."""
        start = self.position
        value = self.u8()
        if value > 1:
            self.position = start
            raise self.error("0 or 1", str(value))
        return value == 1

    def raw(self, count: int) -> bytes:
        """Exactly ``count`` bytes."""
        if count > self.remaining:
            raise self.error(f"{count} bytes", f"{self.remaining} left")
        start = self.position
        self.position = start + count
        return self.data[start : self.position]

    def digest(self) -> bytes:
        """The 32 bytes of a digest."""
        return self.raw(DIGEST_SIZE)

    def bytes_(self) -> bytes:
        """A byte vector: u64 length, then the bytes."""
        start = self.position
        length = self.u64()
        if length > self.remaining:
            left = self.remaining
            self.position = start
            raise self.error("a length within the data", f"{length} with {left} bytes left")
        return self.raw(length)

    def string(self) -> str:
        """UTF-8 text with its u64 byte length in front."""
        start = self.position
        data = self.bytes_()
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as problem:
            self.position = start
            found = f"{problem.reason} at byte {problem.start} of {len(data)}"
            raise self.error("UTF-8 text", found) from None

    def option(self, read: Callable[[ByteReader], T]) -> T | None:
        """``None`` or what ``read`` gives; e.g. ``reader.option(ByteReader.string)``."""
        return read(self) if self.bool_() else None

    def count(self, limit: int, *, item_size: int = 1) -> int:
        """A list length up to ``limit`` whose items, ``item_size`` bytes or more each, can be there."""
        start = self.position
        count = self.u64()
        left = self.remaining
        if count > limit or count * item_size > left:
            self.position = start
            wanted = f"at most {limit} items" if count > limit else "a count that fits the data"
            raise self.error(wanted, f"{count} with {left} bytes left")
        return count

    def vec(self, read: Callable[[ByteReader], T], limit: int, *, item_size: int = 1) -> tuple[T, ...]:
        """A list; ``item_size`` is the least number of bytes one item takes."""
        return tuple([read(self) for _ in range(self.count(limit, item_size=item_size))])

    def strings(self, limit: int) -> tuple[str, ...]:
        """A list of strings."""
        return self.vec(ByteReader.string, limit, item_size=8)

    def map_str(self, limit: int) -> dict[str, str]:
        """A map of strings. Of equal keys the last counts, as in the official reader."""
        string = self.string
        return {string(): string() for _ in range(self.count(limit, item_size=16))}

    def enum(self, kind: type[E]) -> E:
        """The member of ``kind`` whose u32 position stands here."""
        start = self.position
        value = self.u32()
        known = _ENUM_VALUES.get(kind)
        if known is None:
            known = _ENUM_VALUES[kind] = frozenset(int(member) for member in kind)
        if value not in known:
            self.position = start
            raise self.error(f"{kind.__name__} from 0 to {max(known)}", str(value))
        return kind(value)

    def expect_end(self) -> None:
        """Surplus bytes behind a structure mean that it was not that structure."""
        if self.remaining:
            raise self.error("the end", f"{self.remaining} more bytes")


class ByteWriter:
    """The mirror of :class:`ByteReader`: collects the bytes of a structure.

    Raises :class:`FormatError` for a value the format cannot hold: a number too large for its field, or text
    with lone surrogates.
    """

    __slots__ = ("_parts", "where")

    def __init__(self, where: str = "record") -> None:
        self._parts: list[bytes] = []
        self.where = where

    def getvalue(self) -> bytes:
        """Everything written so far."""
        return b"".join(self._parts)

    def pack(self, layout: struct.Struct, *values: object) -> None:
        """The values of a fixed layout."""
        try:
            self._parts.append(layout.pack(*values))
        except struct.error as problem:
            raise FormatError(self.where, f"values that fit {layout.format}", str(problem)) from None

    def u8(self, value: int) -> None:
        self.pack(U8, value)

    def u16(self, value: int) -> None:
        self.pack(U16, value)

    def u32(self, value: int) -> None:
        self.pack(U32, value)

    def u64(self, value: int) -> None:
        self.pack(U64, value)

    def i64(self, value: int) -> None:
        self.pack(I64, value)

    def f32(self, value: float) -> None:
        try:
            self.pack(F32, value)
        except OverflowError:
            raise FormatError(self.where, "a number in the range of 32-bit floats", repr(value)) from None

    def f64(self, value: float) -> None:
        self.pack(F64, value)

    def bool_(self, value: bool) -> None:
        self._parts.append(b"\x01" if value else b"\x00")

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._parts.append(data)

    def checked(self, digest: bytes) -> bytes:
        """``digest``, if it has the 32 bytes of one: a struct would pad or cut it without a word."""
        if len(digest) != DIGEST_SIZE:
            raise FormatError(self.where, f"a digest of {DIGEST_SIZE} bytes", f"{len(digest)} bytes")
        return digest

    def digest(self, data: bytes) -> None:
        """The 32 bytes of a digest."""
        self._parts.append(self.checked(data))

    def bytes_(self, data: bytes) -> None:
        """A byte vector: u64 length, then the bytes."""
        self._parts.append(U64.pack(len(data)))
        self._parts.append(data)

    def string(self, text: str) -> None:
        """UTF-8 text with its u64 byte length in front."""
        self.bytes_(encode_text(text, self.where))

    def option(self, value: T | None, write: Callable[[ByteWriter, T], object]) -> None:
        """Tag and value; e.g. ``writer.option(uri, ByteWriter.string)``."""
        if value is None:
            self._parts.append(b"\x00")
        else:
            self._parts.append(b"\x01")
            write(self, value)

    def vec(self, items: Collection[T], write: Callable[[ByteWriter, T], object]) -> None:
        """A list; records go through ``ByteWriter.record``."""
        self._parts.append(U64.pack(len(items)))
        for item in items:
            write(self, item)

    def strings(self, items: Collection[str]) -> None:
        """A list of strings."""
        self.vec(items, ByteWriter.string)

    def map_str(self, items: Mapping[str, str]) -> None:
        """A map, sorted by key: the order of code points is that of UTF-8 bytes."""
        self._parts.append(U64.pack(len(items)))
        for key in sorted(items):
            self.string(key)
            self.string(items[key])

    def enum(self, value: IntEnum) -> None:
        """An enum's u32 position."""
        self.pack(U32, int(value))

    def record(self, value: Record) -> None:
        """A nested record."""
        value.encode_into(self)


def encode_text(text: str, where: str) -> bytes:
    """UTF-8 bytes of ``text``; lone surrogates (odd file names) are a :class:`FormatError`."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as problem:
        raise FormatError(where, "text that can be written as UTF-8", f"{problem.reason}: {text!r}") from None
