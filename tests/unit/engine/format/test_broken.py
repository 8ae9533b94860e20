"""The broken files: each gives the error its name promises, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.codecs import choose
from engine.errors import ChecksumError, DamagedFile, FormatError, UnsupportedVersion, WrongPassword
from engine.format.header import Header
from engine.format.sketch import decode_sketch_track
from engine.format.time_index import decode_time_index
from engine.format.toc import Toc
from engine.format.vectors import decode_flat
from engine.format.wal import decode_entry, find_record, scan
from engine.sealing.stream import decrypt
from tests.formats import make_broken

FOLDER = Path(make_broken.__file__).parent / "broken"

READ: dict[str, Callable[[bytes], object]] = {
    ".header": Header.decode,
    ".toc": lambda data: Toc.decode(data, verify=False),
    ".entry": decode_entry,
    ".time": lambda data: decode_time_index(data, 2),
    ".sketch": decode_sketch_track,
    ".vectors": decode_flat,
    ".zstd": lambda data: choose.decode(1, data, 650),
    ".mv2e": lambda data: decrypt(data, make_broken.PASSWORD),
}

WRONG: dict[str, tuple[type[Exception], str]] = {
    "header-cut.header": (DamagedFile, "4096 bytes, found 200 bytes"),
    "header-version-3.header": (UnsupportedVersion, "version 0x0301"),
    "header-wal-inside-header.header": (FormatError, "offset 16: expected at least 4096, found 80"),
    "header-wal-of-no-size.header": (FormatError, "offset 24"),
    "toc-cut-in-frames.toc": (FormatError, "a count that fits the data, found 2"),
    "toc-cut-before-checksum.toc": (FormatError, "32 bytes, found 0 left"),
    "toc-surplus-bytes.toc": (FormatError, "the end, found 4 more bytes"),
    "toc-version-33.toc": (FormatError, "found version 33"),
    "toc-more-frames-than-bytes.toc": (FormatError, "500 frames"),
    "toc-more-frames-than-there-are.toc": (FormatError, "TOC at offset"),
    "toc-text-longer-than-toc.toc": (FormatError, "a length within the data, found 18446744073709551615"),
    "toc-text-not-utf8.toc": (FormatError, "UTF-8 text"),
    "toc-option-tag-2.toc": (FormatError, "0 or 1, found 2"),
    "toc-tags-without-end.toc": (FormatError, "at most 536870912 items"),
    "toc-role-unknown.toc": (FormatError, "Role from 0 to 2, found 9"),
    "toc-issuer-longer-than-toc.toc": (FormatError, "a length within the data"),
    "entry-of-unknown-kind.entry": (FormatError, "found 7"),
    "entry-payload-longer-than-record.entry": (FormatError, "a length within the data"),
    "entry-surplus-bytes.entry": (FormatError, "the end, found 1 more bytes"),
    "time-index-unsorted.time": (FormatError, "out of order"),
    "time-index-count-too-large.time": (FormatError, "found 32 bytes"),
    "time-index-of-foreign-frame.time": (FormatError, "found frame 99"),
    "sketch-entries-of-no-size.sketch": (FormatError, "entries of 0 bytes"),
    "sketch-cut.sketch": (FormatError, "found 31 bytes"),
    "sketch-magic-wrong.sketch": (FormatError, "MVSK"),
    "vectors-of-two-dimensions.vectors": (FormatError, "3 dimensions throughout"),
    "vectors-cut.vectors": (FormatError, "2 flat vectors of 3 dimensions, found 60 bytes"),
    "vectors-count-too-large.vectors": (FormatError, "18446744073709551615 flat vectors"),
    "payload-cut.zstd": (FormatError, "the end within a frame"),
    "payload-surplus-bytes.zstd": (FormatError, "zstd payload"),
    "payload-bomb.zstd": (FormatError, "at most 650 bytes of content, found more"),
    "payload-claims-four-gigabytes.zstd": (FormatError, "a claim of 4294967295"),
    "sealed-cut-in-header.mv2e": (DamagedFile, "64 bytes, found 40 bytes"),
    "sealed-cut-between-chunks.mv2e": (DamagedFile, "28 bytes of content, found 16"),
    "sealed-cut-in-chunk.mv2e": (DamagedFile, "28 bytes, found 27"),
    "sealed-chunks-exchanged.mv2e": (WrongPassword, "or the sealed capsule is damaged"),
    "sealed-second-chunk-changed.mv2e": (DamagedFile, "bytes as they were sealed"),
    "sealed-chunk-of-four-gigabytes.mv2e": (DamagedFile, "a chunk of 4294967295 bytes"),
    "sealed-chunk-too-many.mv2e": (DamagedFile, "expected the end"),
    "sealed-by-unknown-cipher.mv2e": (UnsupportedVersion, "cipher 2"),
}


@pytest.mark.parametrize("name", WRONG)
def test_it_is_refused_for_what_its_name_says(name):
    error, text = WRONG[name]
    with pytest.raises(error) as caught:
        READ[Path(name).suffix]((FOLDER / name).read_bytes())
    assert type(caught.value) is error
    assert text in str(caught.value)


def test_a_wrong_toc_checksum_is_refused_and_can_be_passed_over():
    data = (FOLDER / "toc-checksum-wrong.toc").read_bytes()
    with pytest.raises(ChecksumError):
        Toc.decode(data)
    assert [frame.title for frame in Toc.decode(data, verify=False).frames] == ["First", "Second"]


@pytest.mark.parametrize(
    ("name", "sequences", "reason"),
    [
        ("wal-digest-wrong.wal", [2], "digest"),
        ("wal-torn-tail.wal", [1], "digest"),
        ("wal-length-leaves-region.wal", [1], "do not fit"),
        ("wal-record-without-payload.wal", [2], "no payload"),
    ],
)
def test_a_wal_gives_its_whole_records(name, sequences, reason):
    result = scan((FOLDER / name).read_bytes())
    assert [record.sequence for record in result.records] == sequences
    assert reason in result.damaged[0].reason


def test_records_behind_a_misplaced_end_marker_can_be_found():
    region = (FOLDER / "wal-end-marker-over-first-record.wal").read_bytes()
    assert scan(region).records == []
    at = find_record(region)
    assert at is not None
    assert [record.sequence for record in scan(region, start=at).records] == [2]


def test_every_file_is_tested_and_made_as_it_lies_there():
    made = make_broken.everything()
    lying_there = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert set(made) == set(lying_there)
    tested = {*WRONG, "toc-checksum-wrong.toc", *(name for name in made if name.endswith(".wal"))}
    assert tested == set(lying_there)
    for name, data in made.items():
        if not name.endswith(".zstd"):  # those depend on the compressor's version
            assert data == lying_there[name], name
