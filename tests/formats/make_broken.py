"""Writes the broken parts of capsules in `broken/`; each is named for what is wrong with it.

Run from the repository: `.venv/bin/python -m tests.formats.make_broken`. What is not compressed comes out the same
every time, so a change in it is a change in how we write.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.format.frame import Frame
from engine.format.header import Header
from engine.format.manifests import TicketRef
from engine.format.sealed import SealedHeader
from engine.format.sketch import encode_sketch_track, sketch_entry
from engine.format.time_index import encode_time_index
from engine.format.toc import Toc
from engine.format.vectors import encode_flat
from engine.format.wal import FrameOperation, RecordHeader, encode_entry, encode_record
from engine.sealing.stream import derive_key

FOLDER = Path(__file__).parent / "broken"
PASSWORD = "broken on purpose"
SEALED_PLAIN = b"MV2\0" + b"first chunk ", b"second chunk"


def headers() -> Iterator[tuple[str, bytes]]:
    whole = Header(footer_offset=69_632, wal_offset=4096, wal_size=65_536).encode()
    yield "header-cut.header", whole[:200]
    yield "header-version-3.header", whole[:5] + b"\x03" + whole[6:]
    yield "header-wal-inside-header.header", whole[:16] + struct.pack("<Q", 80) + whole[24:]
    yield "header-wal-of-no-size.header", whole[:24] + bytes(8) + whole[32:]


def tocs() -> Iterator[tuple[str, bytes]]:
    frames = [
        Frame(id=0, timestamp=1_700_000_000, uri="mv2://a", title="First", search_text="first text"),
        Frame(id=1, timestamp=1_700_000_100, uri="mv2://b", title="Second", tags=("one", "two")),
    ]
    whole = Toc(frames=frames, ticket_ref=TicketRef(issuer="a recognisable issuer")).encode()
    title = whole.index(b"First")
    tags = whole.index(b"one") - 16
    role = 24 + len(frames[0].encode()) - 4 - 2 - 2 - 4 - 3 - 4
    issuer = whole.index(b"a recognisable issuer")
    yield "toc-checksum-wrong.toc", whole[:-1] + bytes([whole[-1] ^ 1])
    yield "toc-cut-in-frames.toc", whole[:200]
    yield "toc-cut-before-checksum.toc", whole[:-32]
    yield "toc-surplus-bytes.toc", whole + bytes(4)
    yield "toc-version-33.toc", struct.pack("<Q", 33) + whole[8:]
    yield "toc-more-frames-than-bytes.toc", whole[:16] + struct.pack("<Q", 500) + whole[24:]
    yield "toc-more-frames-than-there-are.toc", whole[:16] + struct.pack("<Q", 3) + whole[24:]
    yield "toc-text-longer-than-toc.toc", whole[: title - 8] + b"\xff" * 8 + whole[title:]
    yield "toc-text-not-utf8.toc", whole[:title] + b"F\xedrst" + whole[title + 5 :]
    yield "toc-option-tag-2.toc", whole[: title - 9] + b"\x02" + whole[title - 8 :]
    yield "toc-tags-without-end.toc", whole[:tags] + b"\xff" * 7 + b"\x7f" + whole[tags + 8 :]
    yield "toc-role-unknown.toc", whole[:role] + b"\x09" + whole[role + 1 :]
    yield "toc-issuer-longer-than-toc.toc", whole[: issuer - 8] + b"\xff" * 8 + whole[issuer:]


def wals() -> Iterator[tuple[str, bytes]]:
    first, second = (
        encode_record(number, encode_entry(FrameOperation(timestamp=number, search_text=f"record {number}")))
        for number in (1, 2)
    )
    room = bytes(100)
    flipped = bytearray(first)
    flipped[-1] ^= 1
    yield "wal-digest-wrong.wal", bytes(flipped) + second + room
    yield "wal-torn-tail.wal", first + second[:-10] + room
    yield "wal-length-leaves-region.wal", first + RecordHeader(2, 10_000, bytes(32)).encode() + room
    yield "wal-record-without-payload.wal", RecordHeader(1, 0, bytes(32)).encode() + second + room
    yield "wal-end-marker-over-first-record.wal", bytes(48) + first[48:] + second + room


def entries() -> Iterator[tuple[str, bytes]]:
    whole = encode_entry(FrameOperation(timestamp=1, payload=b"stored bytes"))
    payload = whole.index(b"stored bytes")
    yield "entry-of-unknown-kind.entry", struct.pack("<I", 7) + whole[4:]
    yield "entry-payload-longer-than-record.entry", whole[: payload - 8] + b"\xff" * 8 + whole[payload:]
    yield "entry-surplus-bytes.entry", whole + b"\0"


def tracks() -> Iterator[tuple[str, bytes]]:
    times = encode_time_index(np.array([10, 20], np.int64), np.array([0, 1], np.uint64))
    yield "time-index-unsorted.time", times[:12] + times[28:] + times[12:28]
    yield "time-index-count-too-large.time", times[:4] + b"\xff" * 8 + times[12:]
    yield "time-index-of-foreign-frame.time", times[:-8] + struct.pack("<Q", 99)
    sketches = encode_sketch_track([sketch_entry("first text")])
    yield "sketch-entries-of-no-size.sketch", sketches[:6] + bytes(2) + sketches[8:]
    yield "sketch-cut.sketch", sketches[:-1]
    yield "sketch-magic-wrong.sketch", b"\0" * 4 + sketches[4:]
    vectors = encode_flat(np.array([0, 1], np.uint64), np.ones((2, 3), np.float32))
    yield "vectors-of-two-dimensions.vectors", vectors[:44] + struct.pack("<Q", 2) + vectors[52:]
    yield "vectors-cut.vectors", vectors[:-4]
    yield "vectors-count-too-large.vectors", b"\xff" * 8 + vectors[8:]


def payloads() -> Iterator[tuple[str, bytes]]:
    whole = zstandard.ZstdCompressor(level=3).compress(b"some content " * 50)
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    yield "payload-cut.zstd", whole[:-3]
    yield "payload-surplus-bytes.zstd", whole + b"more"
    yield "payload-bomb.zstd", packer.compress(bytes(32 * 1024 * 1024)) + packer.flush()
    yield "payload-claims-four-gigabytes.zstd", b"\x28\xb5\x2f\xfd\xa0\xff\xff\xff\xff\x01\x00\x00"


def sealed() -> Iterator[tuple[str, bytes]]:
    salt, nonce = bytes(range(32)), bytes(range(12))
    cipher = AESGCM(derive_key(PASSWORD, salt))
    head = SealedHeader(salt, nonce, sum(map(len, SEALED_PLAIN))).encode()
    chunks = []
    for index, plain in enumerate(SEALED_PLAIN):
        chunk = cipher.encrypt(nonce[:4] + struct.pack(">Q", index), plain, None)
        chunks.append(struct.pack("<I", len(chunk)) + chunk)
    first, second = chunks
    changed = bytearray(second)
    changed[-1] ^= 1
    yield "sealed-cut-in-header.mv2e", head[:40]
    yield "sealed-cut-between-chunks.mv2e", head + first
    yield "sealed-cut-in-chunk.mv2e", head + first + second[:-1]
    yield "sealed-chunks-exchanged.mv2e", head + second + first
    yield "sealed-second-chunk-changed.mv2e", head + first + bytes(changed)
    yield "sealed-chunk-of-four-gigabytes.mv2e", head + b"\xff" * 4 + first[4:] + second
    yield "sealed-chunk-too-many.mv2e", head + first + second + first
    yield "sealed-by-unknown-cipher.mv2e", head[:7] + b"\x02" + head[8:] + first + second


def everything() -> dict[str, bytes]:
    """Name and bytes of each file."""
    return dict(item for make in (headers, tocs, wals, entries, tracks, payloads, sealed) for item in make())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, data in everything().items():
        (FOLDER / name).write_bytes(data)
