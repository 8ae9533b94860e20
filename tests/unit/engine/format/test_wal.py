"""Records of the embedded WAL, whole and damaged."""

from __future__ import annotations

import struct

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormatError
from engine.format import wal
from engine.format.enums import Encoding, Op
from engine.format.wal import (
    END_MARKER,
    FrameOperation,
    LexSnapshot,
    RecordHeader,
    decode_entry,
    encode_entry,
    encode_record,
    find_record,
    scan,
)
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_


@pytest.mark.parametrize("name", samples.ALL)
def test_every_record_of_every_sample_comes_back(name):
    data = samples.load(name)
    region = data[4096 : 4096 + 65_536]
    result = scan(region)
    assert result.records
    for record in result.records:
        assert encode_record(record.sequence, record.payload) == region[record.offset : record.end]
        assert encode_entry(decode_entry(record.payload)) == record.payload
    assert region[result.end : result.end + 48] == END_MARKER


def test_pending_records_are_those_behind_the_header():
    parts = samples.parts("wal_pending.mv2")
    result = scan(parts.wal)
    pending = [record for record in result.records if record.sequence > parts.header.wal_sequence]
    assert len(pending) == 12
    assert [record.sequence for record in pending] == list(range(7, 19))
    assert result.damaged == []
    first = decode_entry(pending[0].payload)
    assert isinstance(first, FrameOperation)
    assert first.op is Op.INSERT
    assert first.search_text is not None


def test_a_damaged_record_does_not_hide_the_others():
    result = scan(samples.load("corrupt_wal.mv2")[4096 : 4096 + 65_536])
    assert [(bad.sequence, bad.offset) for bad in result.damaged] == [(1, 0)]
    assert [record.sequence for record in result.records] == list(range(2, 17))
    assert result.end == result.stopped_at == 26_634


@given(any_.ENTRIES)
def test_any_entry_comes_back(entry):
    assert decode_entry(encode_entry(entry)) == entry


@given(any_.OPERATIONS)
def test_the_older_variant_without_a_tag_is_read(operation):
    # Its first four bytes, half a timestamp, would have to be 0 or 1 and all that follows to fit by chance.
    assert decode_entry(encode_entry(operation)[4:]) == operation


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "expected 4 bytes, found 0 left"),
        (b"\x02\0\0\0", r"a frame operation \(0\) or a full-text snapshot \(1\), found 2"),
        (encode_entry(FrameOperation()) + b"\0", "expected the end, found 1 more bytes"),
        (encode_entry(LexSnapshot(1, 2, bytes(32)))[:-1], "found 7 left"),
    ],
)
def test_what_is_no_entry_is_said(payload, message):
    with pytest.raises(FormatError, match=message):
        decode_entry(payload)


def test_raw_encodings_survive():
    operation = FrameOperation(canonical_encoding=0x1_01)
    again = decode_entry(encode_entry(operation))
    assert isinstance(again, FrameOperation)
    assert again.canonical_encoding == 0x1_01
    assert again.encoding is Encoding.ZSTD


@pytest.mark.parametrize(
    "entry",
    [
        FrameOperation(embedding=(1e39,)),
        FrameOperation(timestamp=2**63),
        FrameOperation(source_sha256=b"short"),
        LexSnapshot(-1, 0, bytes(32)),
        LexSnapshot(0, 0, bytes(31)),
    ],
)
def test_what_does_not_fit_is_not_written(entry):
    with pytest.raises(FormatError):
        encode_entry(entry)


def test_a_record_header_is_48_bytes():
    header = RecordHeader(3, 5, bytes(range(32)))
    assert header.encode() == struct.pack("<QII", 3, 5, 0) + bytes(range(32))
    assert RecordHeader.decode(header.encode()) == header
    for size in (47, 49):
        with pytest.raises(FormatError):
            RecordHeader.decode(bytes(size))
    with pytest.raises(FormatError):
        RecordHeader(1, 2**32, bytes(32)).encode()


PAYLOADS = st.lists(st.binary(min_size=1, max_size=60), max_size=5)


@given(PAYLOADS, st.integers(0, 200))
def test_a_region_gives_its_records_and_the_write_head(payloads, room):
    body = b"".join(encode_record(number, payload) for number, payload in enumerate(payloads, 1))
    result = scan(body + bytes(room))
    assert [(record.sequence, record.payload) for record in result.records] == list(enumerate(payloads, 1))
    assert result.end == result.stopped_at == len(body)
    assert result.damaged == []


def test_fewer_than_48_bytes_left_end_the_scan():
    body = encode_record(1, b"one")
    assert scan(body + b"\xff" * 47).end == len(body)


def test_a_torn_tail_is_where_the_next_record_goes():
    whole, torn = encode_record(1, b"one"), encode_record(2, b"two" * 30)[:-4]
    result = scan(whole + torn + bytes(200))
    assert [bad.reason for bad in result.damaged] == ["its digest does not match its bytes"]
    assert result.end == len(whole)
    assert result.stopped_at == len(whole + torn) + 4


def test_a_length_that_leaves_the_region_ends_the_scan():
    whole = encode_record(1, b"one")
    result = scan(whole + RecordHeader(2, 500, bytes(32)).encode() + bytes(100))
    assert [record.sequence for record in result.records] == [1]
    assert [(bad.sequence, bad.offset) for bad in result.damaged] == [(2, len(whole))]
    assert "500 bytes do not fit the 100" in result.damaged[0].reason
    assert result.end == len(whole)


def test_an_empty_record_is_damage_but_no_end():
    region = RecordHeader(1, 0, blake3(b"").digest()).encode() + encode_record(2, b"two")
    result = scan(region)
    assert [bad.reason for bad in result.damaged] == ["it has no payload"]
    assert [record.sequence for record in result.records] == [2]


def test_a_scan_can_start_behind_the_beginning():
    first, second = encode_record(1, b"one"), encode_record(2, b"two")
    result = scan(memoryview(first + second), start=len(first))
    assert [(record.sequence, record.offset) for record in result.records] == [(2, len(first))]
    assert scan(first, start=len(first)).end == len(first)


@pytest.mark.parametrize("shift", range(5))
def test_a_record_is_found_wherever_it_is(shift):
    first, second = encode_record(1, b"one" * 9), encode_record(2, b"two" * 9)
    region = bytes(48) + first[48:] + b"x" * shift + second + bytes(60)
    assert scan(region).records == []
    at = find_record(region)
    assert at is not None
    assert at == len(first) + shift
    assert [record.sequence for record in scan(region, start=at).records] == [2]
    assert find_record(region, start=at) == at
    assert find_record(region, start=at + 1) is None


def test_in_a_sample_every_record_is_found():
    region = samples.parts("wal_pending.mv2").wal
    at = 0
    found: list[int] = []
    while (next_at := find_record(region, at)) is not None:
        found.append(next_at)
        at = next_at + 48
    assert found == [record.offset for record in scan(region).records]


@pytest.mark.parametrize(
    "region", [b"", bytes(48), bytes(5000), b"\xff" * 5000, RecordHeader(1, 9, bytes(32)).encode()]
)
def test_where_no_record_is_none_is_found(region):
    assert find_record(region) is None


def test_a_region_made_to_cost_time_is_given_up(monkeypatch):
    monkeypatch.setattr(wal, "_MAX_HASHED", 1000)
    fake = RecordHeader(1, 600, bytes(32)).encode()
    assert find_record(fake + bytes(600) + encode_record(1, b"one")) == len(fake) + 600
    assert find_record(fake * 3 + bytes(600) + encode_record(1, b"one")) is None


@given(st.data())
def test_any_region_gives_a_result(data):
    body = b"".join(encode_record(number, bytes([number]) * 30) for number in range(1, 5)) + bytes(100)
    region = data.draw(st.binary(max_size=300) | any_.damaged(body))
    result = scan(region)
    assert result.end <= result.stopped_at <= max(len(region), 0)
    for record in result.records:
        assert region[record.offset : record.end] == encode_record(record.sequence, record.payload) or any(
            region[record.offset + 12 : record.offset + 16]  # four bytes that mean nothing
        )
