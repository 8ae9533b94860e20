"""The commit footer, and finding it."""

from __future__ import annotations

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormatError
from engine.format.footer import MAGIC, Footer, find_footers
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_

FOOTERS = st.builds(Footer, any_.U64, any_.DIGEST, any_.U64)


@pytest.mark.parametrize("name", samples.READABLE)
def test_every_sample_has_one_that_names_its_toc(name):
    data = samples.load(name)
    found = list(find_footers(data))
    assert len(found) == 1
    at, footer = found[0]
    assert footer.encode() == data[at : at + Footer.SIZE]
    assert blake3(data[at - footer.toc_length : at]).digest() == footer.toc_hash


def test_a_cut_file_has_none():
    assert list(find_footers(samples.load("truncated.mv2"))) == []


@given(FOOTERS)
def test_any_footer_comes_back(footer):
    assert Footer.decode(footer.encode()) == footer


def test_the_generation_wraps():
    assert Footer.decode(Footer(1, bytes(32), 2**64).encode()).generation == 0


@given(st.lists(st.tuples(st.binary(max_size=20), FOOTERS), max_size=4), st.integers(0, 2**40))
def test_all_are_found_the_last_first(pieces, base):
    buffer = b""
    wanted = []
    for junk, footer in pieces:
        buffer += junk.replace(b"M", b"-")
        wanted.append((base + len(buffer), footer))
        buffer += footer.encode()
    found = [item for item in find_footers(buffer, base) if item in wanted]
    assert found == wanted[::-1]


def test_one_that_is_cut_is_passed_over():
    whole = Footer(5, bytes(32), 1).encode()
    assert [at for at, _ in find_footers(whole + MAGIC + bytes(47))] == [0]


@given(st.binary(max_size=80))
def test_any_bytes_give_footers_or_none(junk):
    for at, footer in find_footers(junk + MAGIC + junk):
        assert footer.encode() == (junk + MAGIC + junk)[at : at + Footer.SIZE]


def test_wrong_size_or_magic():
    whole = Footer(5, bytes(32), 1).encode()
    with pytest.raises(FormatError, match="footer at offset 7: expected 56 bytes, found 55 bytes"):
        Footer.decode(whole[:-1], 7)
    with pytest.raises(FormatError, match="MV2FOOT!"):
        Footer.decode(b"X" + whole[1:])
    with pytest.raises(FormatError, match="digest"):
        Footer(5, b"short", 1).encode()
