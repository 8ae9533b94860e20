"""Frames: exact, and the fast reading never differs from the plain one."""

from __future__ import annotations

import dataclasses
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormatError
from engine.format.enums import AnchorSource, Encoding, Role, Status, encoding_of
from engine.format.frame import EMPTY_DIGEST, MIN_FRAME_SIZE, Frame
from engine.format.frame_codec import GAVE_UP, decode_frame
from engine.format.metadata import ChunkManifest, DocMetadata
from engine.format.reader import ByteReader, ByteWriter
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_

RICH = Frame(
    id=7,
    timestamp=1_700_000_000,
    anchor_ts=1_700_000_000,
    anchor_source=AnchorSource.FRAME_TIMESTAMP,
    kind="text/plain",
    track="desk",
    payload_offset=70_000,
    payload_length=120,
    checksum=bytes(range(32)),
    uri="mv2://desk/planning.txt",
    title="Planning Q4",
    canonical_encoding=Encoding.ZSTD,
    canonical_length=300,
    metadata=DocMetadata("text/plain", 300),
    search_text="Quarterly planning",
    tags=("desk", "q4", "日本"),
    labels=("notes",),
    extra_metadata={"a": "1", "b": '"x"'},
    content_dates=("2024",),
    chunk_manifest=ChunkManifest(1200, ((0, 1100), (1100, 2000))),
    role=Role.DOCUMENT_CHUNK,
    parent_id=3,
    chunk_index=1,
    chunk_count=2,
    status=Status.SUPERSEDED,
    supersedes=2,
    superseded_by=9,
    source_sha256=bytes(32),
    source_path="/home/me/planning.txt",
)


def read_plainly(data: bytes, at: int = 0) -> tuple[Frame, int]:
    reader = ByteReader(data, "frame")
    reader.position = at
    return Frame._decode_plainly(reader), reader.position


def outcome(read: object, *arguments: object) -> object:
    """What a reading gives, in a form that holds nan equal to itself."""
    try:
        frame, end = read(*arguments)  # type: ignore[operator]
    except FormatError as problem:
        return str(problem)
    return repr(frame), end


def read(data: bytes) -> tuple[Frame, int]:
    reader = ByteReader(data, "frame")
    return Frame.decode(reader), reader.position


@given(any_.FRAMES)
def test_any_frame_comes_back_both_ways(frame):
    data = frame.encode()
    assert read(data) == (frame, len(data))
    assert read_plainly(data) == (frame, len(data))
    assert Frame(*decode_frame(data, 0)[0]) == frame  # so the first line was not saved by the plain reading


@given(st.lists(any_.FRAMES, min_size=1, max_size=4))
def test_frames_behind_each_other_come_back(frames):
    out = ByteWriter()
    for frame in frames:
        out.record(frame)
    reader = ByteReader(out.getvalue(), "frames")
    assert [Frame.decode(reader) for _ in frames] == frames
    reader.expect_end()


@given(st.data())
def test_of_damaged_bytes_both_readings_say_the_same(data):
    whole = data.draw(st.sampled_from([RICH]) | any_.FRAMES).encode()
    bad = data.draw(any_.damaged(whole))
    assert outcome(read, bad) == outcome(read_plainly, bad)


@pytest.mark.parametrize("cut", range(len(RICH.encode())))
def test_a_frame_cut_anywhere_is_an_error_with_its_place(cut):
    with pytest.raises(FormatError, match="frame at offset"):
        read(RICH.encode()[:cut])


@pytest.mark.parametrize("at", range(len(RICH.encode())))
def test_a_changed_byte_gives_a_frame_or_an_error(at):
    for change in (0x01, 0x02, 0x80, 0xFF):
        data = bytearray(RICH.encode())
        data[at] ^= change
        assert outcome(read, bytes(data)) == outcome(read_plainly, bytes(data))


@pytest.mark.parametrize("name", samples.READABLE)
def test_the_frames_of_every_sample_take_the_fast_way(name):
    parts = samples.parts(name)
    at = 24
    for frame in parts.toc.frames:
        values, end = decode_frame(parts.toc_bytes, at)
        assert Frame(*values) == frame == read_plainly(parts.toc_bytes, at)[0]
        assert frame.encode() == parts.toc_bytes[at:end]
        at = end


def test_the_least_frame():
    frame = Frame(id=0, timestamp=0)
    assert len(frame.encode()) == MIN_FRAME_SIZE == 129
    assert read(frame.encode())[0] == frame
    assert frame.checksum == EMPTY_DIGEST
    assert (frame.role, frame.status, frame.encoding) == (Role.DOCUMENT, Status.ACTIVE, Encoding.PLAIN)


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [
        (0, Encoding.PLAIN),
        (1, Encoding.ZSTD),
        (2, Encoding.PLAIN),
        (0x1_01, Encoding.ZSTD),
        (0x100, Encoding.PLAIN),
    ],
)
def test_an_encoding_counts_by_its_low_byte_and_is_kept_whole(raw, meaning):
    frame = Frame(id=0, timestamp=0, canonical_encoding=raw)
    assert frame.encoding is encoding_of(raw) is meaning
    assert read(frame.encode())[0].canonical_encoding == raw


@pytest.mark.parametrize(
    "changes",
    [
        {"id": -1},
        {"id": 2**64},
        {"timestamp": 2**63},
        {"chunk_index": 2**32},
        {"checksum": b"short"},
        {"source_sha256": bytes(33)},
        {"uri": "\udcff"},
        {"tags": ("fine", "\ud800")},
        {"extra_metadata": {"\ud800": ""}},
        {"metadata": DocMetadata(mime="\ud800")},
        {"metadata": DocMetadata(bytes=-1)},
        {"chunk_manifest": ChunkManifest(1200, ((0, -1),))},
    ],
)
def test_what_does_not_fit_is_not_written(changes):
    with pytest.raises(FormatError):
        dataclasses.replace(RICH, **changes).encode()


def test_an_absurd_position_makes_the_fast_reading_give_up():
    with pytest.raises(GAVE_UP):
        decode_frame(RICH.encode(), 2**70)


def test_frames_travel_between_processes():
    assert pickle.loads(pickle.dumps(RICH)) == RICH
