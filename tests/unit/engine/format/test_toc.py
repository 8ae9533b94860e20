"""The table of contents: byte for byte, in all layouts, whatever comes in."""

from __future__ import annotations

import dataclasses
import struct
import tracemalloc
from contextlib import suppress

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ChecksumError, FormatError
from engine.format import toc as toc_module
from engine.format.catalog import SegmentCatalog, SegmentCommon, TantivySegment
from engine.format.frame import Frame
from engine.format.manifests import EnrichmentQueue, MemoryBinding
from engine.format.toc import Toc, TocLayout, is_self_checked_toc
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_

OLDER = [TocLayout.V2, TocLayout.V1]


@pytest.mark.parametrize("name", samples.READABLE)
def test_every_sample_comes_back_byte_for_byte(name):
    parts = samples.parts(name)
    toc = parts.toc
    assert toc.layout is TocLayout.CURRENT
    assert toc.encode() == parts.toc_bytes
    assert toc.encode(frame_bytes=[frame.encode() for frame in toc.frames]) == parts.toc_bytes
    assert toc.toc_checksum == parts.header.toc_checksum
    assert [frame.id for frame in toc.frames] == list(range(len(toc.frames)))


@pytest.mark.parametrize(
    ("name", "checksum"),
    [
        ("small.mv2", "19cdf2a167467a9782dbb96c7b1290be6f0d0cda1e895487a1633a9005c19bfc"),
        ("reopened.mv2", "3addebe62029c5efd94dc2c706de94c7746fe4b5cfa1d871763812a30954e709"),
    ],
)
def test_known_checksums(name, checksum):
    assert samples.parts(name).toc.encode()[-32:].hex() == checksum


@pytest.mark.parametrize("layout", OLDER)
@pytest.mark.parametrize("name", samples.READABLE)
def test_samples_in_older_layouts_come_back(name, layout):
    current = samples.parts(name).toc
    older = dataclasses.replace(
        current, layout=layout, sketch_track=None, replay_manifest=None, enrichment_queue=EnrichmentQueue()
    )
    if layout is TocLayout.V1:
        older = dataclasses.replace(older, memories_track=None, logic_mesh=None)
    data = older.encode()
    again = Toc.decode(data)
    assert again.layout is layout
    assert again.encode() == data
    assert dataclasses.replace(again, toc_checksum=older.toc_checksum) == older


@given(any_.TOCS)
def test_any_toc_comes_back(toc):
    data = toc.encode()
    again = Toc.decode(data)
    assert again.toc_checksum == data[-32:]
    assert dataclasses.replace(again, toc_checksum=toc.toc_checksum) == toc
    assert again.encode() == data


@given(any_.TOCS, st.sampled_from(OLDER))
def test_any_toc_in_an_older_layout_comes_back(toc, layout):
    data = dataclasses.replace(toc, layout=layout).encode()
    again = Toc.decode(data)
    assert again.encode() == data
    assert again.frames == toc.frames


def test_the_empty_toc():
    toc = Toc.empty()
    assert Toc.decode(toc.encode()).frames == []
    assert toc.segment_catalog == SegmentCatalog(next_segment_id=1, version=1, lex_enabled=True)
    assert (toc.ticket_ref.issuer, toc.ticket_ref.seq_no, toc.ticket_ref.capacity_bytes) == (
        "free-tier",
        1,
        52_428_800,
    )


def test_empty_tocs_do_not_share_their_frames():
    Toc.empty().frames.append(Frame(id=0, timestamp=0))
    assert Toc.empty().frames == []


def test_frames_can_be_given_as_bytes_and_passed_over():
    parts = samples.parts("batch.mv2")
    starts: list[int] = []
    toc = Toc.decode(parts.toc_bytes, frame_starts=starts)
    assert len(starts) == len(toc.frames) + 1 == 121
    assert parts.toc_bytes[starts[5] : starts[6]] == toc.frames[5].encode()
    around = Toc.decode(parts.toc_bytes, frames_end=starts[-1])
    assert around.frames == []
    assert dataclasses.replace(around, frames=toc.frames) == toc
    run = parts.toc_bytes[starts[0] : starts[-1]]
    assert around.encode(frame_bytes=[run], frame_count=120) == parts.toc_bytes


@pytest.mark.parametrize("frames_end", [0, 24, 24 + 120 * 129 - 1, 10**9])
def test_frames_cannot_end_where_they_have_no_room(frames_end):
    with pytest.raises(FormatError):
        Toc.decode(samples.parts("batch.mv2").toc_bytes, frames_end=frames_end)


def test_a_wrong_checksum_is_told_and_can_be_passed_over():
    data = bytearray(samples.parts("small.mv2").toc_bytes)
    at = bytes(data).index(b"Lighthouse log")
    data[at] ^= 0x20
    with pytest.raises(ChecksumError, match="TOC at offset 105331: expected digest 19cdf2a1"):
        Toc.decode(data, base=105_331)
    toc = Toc.decode(data, verify=False)
    assert toc.frames[0].title == "lighthouse log"
    assert toc.encode()[:-32] == data[:-32]
    assert is_self_checked_toc(toc.encode())


def test_a_toc_is_known_by_its_last_32_bytes():
    body = b"x" * 24
    assert is_self_checked_toc(body + blake3(body + bytes(32)).digest())
    assert is_self_checked_toc(memoryview(samples.parts("small.mv2").toc_bytes))
    assert not is_self_checked_toc(body + bytes(32))
    assert not is_self_checked_toc(blake3(bytes(32)).digest())
    assert not is_self_checked_toc(b"")


def prefix(version: int, segments: int, frames: int, size: int = 4000) -> bytes:
    return struct.pack("<QQQ", version, segments, frames) + bytes(size - 24)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected 8 bytes, found 0 left"),
        (prefix(33, 0, 0), "a TOC version up to 32, found version 33"),
        (prefix(0, 1_000_001, 0), "1000001 segments"),
        (prefix(0, 0, 1_000_001), "1000001 frames"),
        (prefix(0, 126, 0), "what fits 4000 bytes, found 126 segments"),
        (prefix(0, 0, 63), "what fits 4000 bytes, found 0 segments and 63 frames"),
        (prefix(0, 0, 62), "a count that fits the data, found 62"),
    ],
)
def test_what_cannot_be_a_toc_is_refused_at_once(data, message):
    with pytest.raises(FormatError, match=message):
        Toc.decode(data, verify=False)


def test_a_toc_too_large_is_refused(monkeypatch):
    whole = samples.parts("small.mv2").toc_bytes
    monkeypatch.setattr(toc_module, "MAX_TOC_BYTES", len(whole) - 1)
    with pytest.raises(FormatError, match=f"found {len(whole)} bytes"):
        Toc.decode(whole)


def test_surplus_bytes_are_an_error():
    whole = samples.parts("small.mv2").toc_bytes
    with pytest.raises(FormatError, match="the end"):
        Toc.decode(whole + b"\0" * 8, verify=False)


def test_absurd_lengths_cost_no_memory():
    whole = samples.parts("small.mv2").toc_bytes
    frames_end = 24 + sum(len(frame.encode()) for frame in samples.parts("small.mv2").toc.frames)
    tracemalloc.start()
    try:
        for position in (*range(24, 800, 31), *range(frames_end, len(whole) - 8, 61)):
            data = whole[:position] + b"\xff" * 7 + b"\x7f" + whole[position + 8 :]
            with suppress(FormatError):
                Toc.decode(data, verify=False)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@given(st.data())
def test_any_bytes_give_a_toc_or_a_format_error(data):
    names = ["small.mv2", "chunked.mv2", "vectors.mv2", "session.mv2", "memories.mv2"]
    whole = samples.parts(data.draw(st.sampled_from(names))).toc_bytes
    bad = data.draw(st.binary(max_size=200) | any_.damaged(whole))
    try:
        toc = Toc.decode(bad, verify=False)
    except FormatError:
        return
    again = toc.encode()  # what was read can be written
    assert Toc.decode(again).encode() == again


@pytest.mark.parametrize(
    "toc",
    [
        Toc(toc_version=-1),
        Toc(merkle_root=b"short"),
        Toc(memory_binding=MemoryBinding(bytes(16), "\udcff", "", "")),
        Toc(
            segment_catalog=SegmentCatalog(
                tantivy_segments=(TantivySegment(SegmentCommon(1, 2, 3, b""), ""),)
            )
        ),
    ],
)
def test_what_does_not_fit_is_not_written(toc):
    with pytest.raises(FormatError):
        toc.encode()


def test_a_memory_id_has_16_bytes():
    data = Toc(memory_binding=MemoryBinding(bytes(15), "name", "", "")).encode()
    with pytest.raises(FormatError, match="identifier of 16 bytes"):
        Toc.decode(data)
