"""Primitive values: bounded, exact, one kind of error."""

from __future__ import annotations

import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormatError
from engine.format.enums import Role
from engine.format.reader import ByteReader, ByteWriter
from tests.unit.engine.format import strategies as any_


def reader_of(write: object, *values: object) -> ByteReader:
    out = ByteWriter()
    write(out, *values)  # type: ignore[operator]
    return ByteReader(out.getvalue(), "test")


PRIMITIVES = [
    (ByteWriter.u8, ByteReader.u8, any_.U8),
    (ByteWriter.u16, ByteReader.u16, any_.U16),
    (ByteWriter.u32, ByteReader.u32, any_.U32),
    (ByteWriter.u64, ByteReader.u64, any_.U64),
    (ByteWriter.i64, ByteReader.i64, any_.I64),
    (ByteWriter.f32, ByteReader.f32, any_.F32),
    (ByteWriter.f64, ByteReader.f64, any_.F64),
    (ByteWriter.bool_, ByteReader.bool_, st.booleans()),
    (ByteWriter.string, ByteReader.string, any_.TEXT),
    (ByteWriter.bytes_, ByteReader.bytes_, st.binary()),
    (ByteWriter.digest, ByteReader.digest, any_.DIGEST),
    (ByteWriter.strings, lambda source: source.strings(100), any_.TEXTS),
    (ByteWriter.map_str, lambda source: source.map_str(100), any_.MAP),
    (ByteWriter.enum, lambda source: source.enum(Role), st.sampled_from(Role)),
]


@pytest.mark.parametrize(("write", "read", "values"), PRIMITIVES)
@given(data=st.data())
def test_every_primitive_comes_back(write, read, values, data):
    value = data.draw(values)
    reader = reader_of(write, value)
    assert read(reader) == value
    reader.expect_end()


@given(value=st.none() | any_.TEXT, items=any_.TEXTS)
def test_options_and_lists_come_back(value, items):
    out = ByteWriter()
    out.option(value, ByteWriter.string)
    out.vec(items, ByteWriter.string)
    reader = ByteReader(out.getvalue(), "test")
    assert reader.option(ByteReader.string) == value
    assert reader.vec(ByteReader.string, 10, item_size=8) == items
    reader.expect_end()


@pytest.mark.parametrize(
    ("data", "read", "wanted", "found"),
    [
        (b"", ByteReader.u8, "1 bytes", "0 left"),
        (b"\0" * 7, ByteReader.u64, "8 bytes", "7 left"),
        (b"\x02", ByteReader.bool_, "0 or 1", "2"),
        (b"\x02", lambda source: source.option(ByteReader.u8), "0 or 1", "2"),
        (b"ab", lambda source: source.raw(3), "3 bytes", "2 left"),
        (b"\x05" + bytes(7) + b"abcd", ByteReader.string, "a length within the data", "5 with 4 bytes left"),
        (b"\x02" + bytes(7) + b"\xc3\x28", ByteReader.string, "UTF-8 text", "invalid continuation byte"),
        (b"\x03" + bytes(7) + b"\xed\xa0\x80", ByteReader.string, "UTF-8 text", "invalid continuation byte"),
        (b"\x09" + bytes(15), lambda source: source.vec(ByteReader.u8, 8), "at most 8 items", "9 with 8"),
        (b"\x03" + bytes(15), lambda source: source.strings(8), "a count that fits", "3 with 8 bytes left"),
        (b"\x01" + bytes(15), lambda source: source.map_str(8), "a count that fits", "1 with 8 bytes left"),
        (b"\x03\0\0\0", lambda source: source.enum(Role), "Role from 0 to 2", "3"),
        (b"\0", ByteReader.expect_end, "the end", "1 more bytes"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data, read, wanted, found):
    reader = ByteReader(b"xyz" + data, "thing", base=1000)
    reader.raw(3)
    with pytest.raises(FormatError) as caught:
        read(reader)
    assert caught.value.where == "thing at offset 1003"
    assert wanted in caught.value.wanted
    assert found in caught.value.found


@pytest.mark.parametrize("count", [2**20, 2**32, 2**63, 2**64 - 1])
@pytest.mark.parametrize(
    "read",
    [
        ByteReader.bytes_,
        ByteReader.string,
        lambda source: source.vec(ByteReader.u8, 2**64),
        lambda source: source.strings(2**64),
        lambda source: source.map_str(2**64),
    ],
)
def test_an_absurd_length_costs_no_memory(count, read):
    data = struct.pack("<Q", count) + bytes(1000)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError):
            read(ByteReader(data, "test"))
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_of_equal_keys_the_last_counts():
    out = ByteWriter()
    out.u64(2)
    for text in ("key", "first", "key", "second"):
        out.string(text)
    assert ByteReader(out.getvalue(), "test").map_str(10) == {"key": "second"}


@given(any_.MAP)
def test_maps_are_written_sorted_by_their_bytes(items):
    reader = reader_of(ByteWriter.map_str, items)
    count = reader.u64()
    keys = []
    for _ in range(count):
        keys.append(reader.string().encode())
        reader.string()
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("write", "value"),
    [
        (ByteWriter.u8, 256),
        (ByteWriter.u16, -1),
        (ByteWriter.u32, 2**32),
        (ByteWriter.u64, 2**64),
        (ByteWriter.i64, 2**63),
        (ByteWriter.f32, 1e39),
        (ByteWriter.string, "a file name \udcff"),
        (ByteWriter.digest, b"too short"),
    ],
)
def test_what_cannot_be_written_is_a_format_error(write, value):
    with pytest.raises(FormatError):
        write(ByteWriter(), value)


def test_reads_any_buffer():
    for data in (b"\x01\x02", bytearray(b"\x01\x02"), memoryview(b"\x01\x02")):
        assert ByteReader(data, "test").u16() == 0x0201
