"""What reading and writing a capsule's bytes costs."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from engine.codecs import choose
from engine.format.frame import Frame
from engine.format.reader import ByteReader
from engine.format.sketch import sketch_entry
from engine.format.toc import Toc
from engine.sealing.stream import open_sealed, seal_bytes
from tests.benchmarks.conftest import Measured
from tests.unit.engine.format import samples

pytestmark = pytest.mark.bench

RUNS = 7


def seconds(work: Callable[[], object]) -> float:
    """The best of some runs: what the work takes when nothing is in its way."""
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def test_frames(measured: Measured) -> None:
    for name, what in (("hnsw.mv2", "short"), ("batch.mv2", "with tags")):
        parts = samples.parts(name)
        frames = parts.toc.frames
        data = b"".join(frame.encode() for frame in frames)

        def read(data: bytes = data, count: int = len(frames)) -> None:
            reader = ByteReader(data, "frames")
            for _ in range(count):
                Frame.decode(reader)

        def write(frames: list[Frame] = frames) -> None:
            for frame in frames:
                frame.encode()

        count = len(frames)
        measured("frame decode", seconds(read) / count * 1e6, "µs", f"{what}, {len(data) // count} bytes")
        measured("frame encode", seconds(write) / count * 1e6, "µs", what)


def test_toc_of_many_frames(measured: Measured) -> None:
    some = samples.parts("batch.mv2").toc
    toc = Toc(frames=some.frames * 100)
    encoded = [frame.encode() for frame in toc.frames]
    data = toc.encode(frame_bytes=encoded)
    note = f"{len(toc.frames)} frames, {len(data) / 1e6:.1f} MB"
    measured("toc decode", seconds(lambda: Toc.decode(data)) * 1000, "ms", note)
    measured("toc encode", seconds(toc.encode) * 1000, "ms", note)
    measured("toc encode, frames kept", seconds(lambda: toc.encode(frame_bytes=encoded)) * 1000, "ms", note)


def test_sketches(measured: Measured) -> None:
    text = " ".join(f"word{n % 70} and more" for n in range(34))[:600]
    measured("sketch", seconds(lambda: [sketch_entry(text) for _ in range(100)]) * 1e4, "µs", "100 words")
    measured(
        "sketch", seconds(lambda: [sketch_entry(f"é {text}") for _ in range(100)]) * 1e4, "µs", "not ASCII"
    )


def test_payloads(measured: Measured) -> None:
    text = samples.FOLDER.joinpath("batch.mv2.json").read_bytes()
    encoding, stored = choose.compress(text)
    measured("compress", len(text) / seconds(lambda: choose.compress(text)) / 1e6, "MB/s", "JSON")
    measured("decompress", len(text) / seconds(lambda: choose.decode(encoding, stored)) / 1e6, "MB/s", "JSON")


def test_sealing(measured: Measured) -> None:
    plain = b"MV2\0" + bytes(64_000_000)
    sealed = seal_bytes(plain, "password")
    measured("seal", seconds(lambda: seal_bytes(plain, "password")) * 1000, "ms", "64 MB, key included")
    measured(
        "open sealed", seconds(lambda: open_sealed(sealed, "password")) * 1000, "ms", "64 MB, key included"
    )
