"""The 4096 bytes at the start."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DamagedFile, FormatError, NotACapsule, UnsupportedVersion
from engine.format.header import EXTRA_SIZE, LEGACY_LOCK_SIZE, Header
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_

VALID = Header(footer_offset=69_632, wal_offset=4096, wal_size=65_536)


@pytest.mark.parametrize("name", samples.ALL)
def test_every_sample_comes_back_byte_for_byte(name):
    data = samples.load(name)[:4096]
    assert Header.decode(data).encode() == data


def test_the_fields_of_a_sample():
    header = Header.decode(samples.load("small.mv2"))
    assert (header.footer_offset, header.wal_offset, header.wal_size) == (105_331, 4096, 65_536)
    assert (header.wal_checkpoint_pos, header.wal_sequence) == (26_634, 16)
    assert header.toc_checksum.hex() == "19cdf2a167467a9782dbb96c7b1290be6f0d0cda1e895487a1633a9005c19bfc"
    assert not any(header.extra)


@given(
    st.builds(
        Header,
        any_.U64,
        st.integers(4096, 2**64 - 1),
        st.integers(1, 2**64 - 1),
        any_.U64,
        any_.U64,
        any_.DIGEST,
        st.binary(min_size=LEGACY_LOCK_SIZE, max_size=LEGACY_LOCK_SIZE),
        st.binary(min_size=EXTRA_SIZE, max_size=EXTRA_SIZE),
    )
)
def test_any_header_comes_back(header):
    data = header.encode()
    assert len(data) == 4096
    assert Header.decode(data + b"what follows") == header


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (bytes(5000), "zero bytes"),
        (b"SQLite format 3\x00" + bytes(84), "an SQLite database"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"%PDF-1.7", "a PDF document"),
        (b"MV", "b'MV'"),
        (b"hello", "b'hell'"),
    ],
)
def test_other_files_are_told_apart(data, found):
    with pytest.raises(NotACapsule, match=found):
        Header.decode(data)


def test_a_sealed_capsule_asks_for_its_password():
    with pytest.raises(NotACapsule, match=r"a sealed capsule\. Open it with its password"):
        Header.decode(samples.load("locked.mv2e"))


@pytest.mark.parametrize("size", [4, 140, 4095])
def test_a_cut_header_is_damage(size):
    with pytest.raises(DamagedFile, match=f"expected 4096 bytes, found {size} bytes"):
        Header.decode(VALID.encode()[:size])


@pytest.mark.parametrize(("offset", "value"), [(4, 2), (5, 9), (6, 3), (7, 0)])
def test_other_versions_are_refused(offset, value):
    data = bytearray(VALID.encode())
    data[offset] = value
    with pytest.raises(UnsupportedVersion, match="written by something newer or older"):
        Header.decode(data)


@pytest.mark.parametrize(("offset", "value"), [(16, 4095), (16, 0), (24, 0)])
def test_a_wal_that_cannot_be_is_refused(offset, value):
    data = bytearray(VALID.encode())
    struct.pack_into("<Q", data, offset, value)
    with pytest.raises(FormatError, match=f"header at offset {offset}"):
        Header.decode(data)


@pytest.mark.parametrize(
    "header",
    [
        Header(-1, 4096, 1),
        Header(2**64, 4096, 1),
        Header(0, 4096, 1, toc_checksum=b"short"),
        Header(0, 4096, 1, legacy_lock=b"short"),
        Header(0, 4096, 1, extra=bytes(EXTRA_SIZE + 1)),
    ],
)
def test_what_does_not_fit_is_not_written(header):
    with pytest.raises(FormatError):
        header.encode()
