"""The header of a sealed capsule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DamagedFile, FormatError, NotACapsule, UnsupportedVersion
from engine.format.sealed import SealedHeader
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_

VALID = SealedHeader(bytes(32), bytes(12), 100)


def test_the_header_of_a_sample():
    data = samples.load("locked.mv2e")
    header = SealedHeader.decode(data)
    assert (header.plain_size, header.one_shot) == (120_941, False)
    assert header.encode() == data[:64]


@given(
    st.builds(
        SealedHeader,
        st.binary(min_size=32, max_size=32),
        st.binary(min_size=12, max_size=12),
        any_.U64,
        st.booleans(),
    )
)
def test_any_header_comes_back(header):
    assert len(header.encode()) == 64
    assert SealedHeader.decode(header.encode() + b"rest") == header


def test_all_but_one_form_is_one_shot():
    data = bytearray(VALID.encode())
    for form in (0, 2, 255):
        data[60] = form
        assert SealedHeader.decode(data).one_shot


@pytest.mark.parametrize("offset", [4, 5, 6, 7])
def test_other_versions_are_refused(offset):
    data = bytearray(VALID.encode())
    data[offset] = 9
    with pytest.raises(UnsupportedVersion, match=r"Argon2id \(1\) and AES-256-GCM \(1\), found version"):
        SealedHeader.decode(data)


def test_what_is_not_sealed():
    with pytest.raises(NotACapsule, match="a capsule that is not sealed"):
        SealedHeader.decode(samples.load("small.mv2"))
    with pytest.raises(NotACapsule, match="an empty file"):
        SealedHeader.decode(b"")


@pytest.mark.parametrize("size", [4, 63])
def test_a_cut_header_is_damage(size):
    with pytest.raises(DamagedFile, match=f"64 bytes, found {size} bytes"):
        SealedHeader.decode(VALID.encode()[:size])


@pytest.mark.parametrize(
    "header",
    [
        SealedHeader(b"short", bytes(12), 0),
        SealedHeader(bytes(32), b"short", 0),
        SealedHeader(bytes(32), bytes(12), -1),
    ],
)
def test_what_does_not_fit_is_not_written(header):
    with pytest.raises(FormatError):
        header.encode()


@given(st.binary(max_size=80))
def test_any_bytes_give_a_header_or_a_format_error(junk):
    for data in (junk, VALID.encode()[:8] + junk):
        try:
            SealedHeader.decode(data)
        except FormatError:
            continue
        assert data.startswith(b"MV2E\x01\x00\x01\x01")
