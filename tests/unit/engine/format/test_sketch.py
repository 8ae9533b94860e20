"""Sketches: byte for byte those of the official writer."""

from __future__ import annotations

import struct

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormatError
from engine.format.sketch import (
    NO_WORDS,
    decode_sketch_track,
    encode_sketch_track,
    sketch_entry,
    words,
)
from tests.unit.engine.format import samples


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("database", "6de2442d877a378e80000000000000001000000000200000ea9873a300000000"),
        (
            "The quick brown fox jumps over the lazy dog",
            "897c42ffc332e38a0b1006001830000084008518400224000fab211d1cae188a",
        ),
        ("Café résumé 東京 2024", "8860082b86a09a9000040010400941000088001010000000ee5cf3722c0baed3"),
        ("", "00" * 32),
        ("a . 1", "00" * 32),
    ],
)
def test_known_sketches(text, entry):
    assert sketch_entry(text).hex() == entry


@pytest.mark.parametrize("name", [name for name in samples.READABLE if name != "empty.mv2"])
def test_the_track_of_every_sample_is_what_we_would_write(name):
    parts = samples.parts(name)
    manifest = parts.toc.sketch_track
    assert manifest is not None
    data = parts.range(manifest.offset, manifest.length)
    assert blake3(data).digest() == manifest.checksum
    entries = decode_sketch_track(data)
    assert len(entries) == manifest.entry_count == len(parts.toc.frames)
    for frame, entry in zip(parts.toc.frames, entries, strict=True):
        assert sketch_entry(frame.search_text or "") == entry, frame.id
    assert encode_sketch_track(entries) == data


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello, hello world's 2nd x", ["hello", "hello", "world", "2nd"]),
        ("snake_case __init__ _x_", ["snake", "case", "init"]),
        ("snake_cäse_x ü", ["snake", "cäse", "ü"]),  # one character, but two bytes
        ("हिन्दी में", ["हिन", "दी", "में"]),  # vowel signs belong to words, the virama does not
        ("ＦＵＬＬ ﬁne Ⅳ ²", ["full", "fine", "iv"]),  # compatibility forms, and "2" is too short
        ("🅐🅑 ①", ["🅐🅑"]),  # circled letters are alphabetic, a circled 1 becomes 1
        ("ΟΔΟΣ İstanbul", ["οδος", "stanbul"]),  # a small dotted i is an i with an accent, which is no letter
        ("e\u0301t\u0345", ["ét\u0345"]),
        ("👍 — …", []),
    ],
)
def test_words(text, found):
    assert words(text) == found


def test_words_count_three_times_at_most():
    assert sketch_entry("lens lens lens storm") == sketch_entry("lens " * 9 + "storm")
    assert sketch_entry("lens lens storm") != sketch_entry("lens storm")


@given(st.text())
def test_any_text_has_a_sketch(text):
    entry = sketch_entry(text)
    assert len(entry) == 32
    assert (entry == NO_WORDS) == (words(text) == [])


@given(st.lists(st.sampled_from(["lens", "storm", "harbor", "q4"])), st.randoms())
def test_the_order_of_words_does_not_matter(found, chance):
    shuffled = found.copy()
    chance.shuffle(shuffled)
    assert sketch_entry(" ".join(found)) == sketch_entry(", ".join(shuffled))


def test_tracks_of_other_entry_sizes_are_read():
    data = struct.pack("<4sHHQII", b"MVSK", 1, 64, 2, 0, 0) + bytes(64) + b"x" * 64
    assert decode_sketch_track(data) == [bytes(64), b"x" * 64]


HEAD = encode_sketch_track([])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "24 bytes, found 0 left"),
        (b"MVSX" + HEAD[4:], "MVSX"),
        (HEAD[:4] + b"\x02" + HEAD[5:], "version 2"),
        (HEAD[:6] + bytes(2) + HEAD[8:], "entries of 0 bytes"),
        (HEAD + bytes(32), "0 entries of 32 bytes, found 32 bytes"),
        (HEAD[:8] + b"\xff" * 8 + HEAD[16:], "found 0 bytes"),
    ],
)
def test_what_is_wrong_is_said(data, message):
    with pytest.raises(FormatError, match=message):
        decode_sketch_track(data)


@pytest.mark.parametrize("entries", [[bytes(31)], [bytes(31), bytes(33)]])
def test_entries_of_other_sizes_are_not_written(entries):
    with pytest.raises(FormatError):
        encode_sketch_track(entries)


@given(st.binary(max_size=80))
def test_any_bytes_give_a_track_or_a_format_error(junk):
    for data in (junk, HEAD[:6] + junk):
        try:
            entries = decode_sketch_track(data)
        except FormatError:
            continue
        assert b"".join(entries) == data[24:]
