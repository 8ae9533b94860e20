"""The table of contents: everything a capsule knows, in one structure behind the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Self

from blake3 import blake3

from engine.errors import ChecksumError, FormatError
from engine.format.catalog import SegmentCatalog, SegmentMeta
from engine.format.frame import MIN_FRAME_SIZE, Frame
from engine.format.manifests import (
    EnrichmentQueue,
    IndexManifests,
    MemoriesManifest,
    MemoryBinding,
    MeshManifest,
    ReplayManifest,
    SketchManifest,
    TemporalTrackManifest,
    TicketRef,
    TimeIndexManifest,
)
from engine.format.reader import DIGEST_SIZE, NO_DIGEST, ByteReader, ByteWriter
from engine.limits import MAX_FRAMES, MAX_LIST, MAX_TOC_BYTES

MAX_TOC_VERSION: Final = 32
PREFIX_SIZE: Final = 24


class TocLayout(Enum):
    """Which fields a TOC has. Older ones are still read, and written back as they were."""

    CURRENT = "current"
    V2 = "v2"
    """without sketch track, replay manifest and enrichment queue"""
    V1 = "v1"
    """V2 without memories track and logic mesh"""


@dataclass(slots=True)
class Toc:
    """The fields in the order of the bytes. The index in `frames` is the frame id.

    `toc_checksum` is what was read; :meth:`encode` computes its own. Not frozen: commits build its successor.
    """

    toc_version: int = 0
    segments: tuple[SegmentMeta, ...] = ()
    frames: list[Frame] = field(default_factory=list)
    indexes: IndexManifests = field(default_factory=IndexManifests)
    time_index: TimeIndexManifest | None = None
    temporal_track: TemporalTrackManifest | None = None
    memories_track: MemoriesManifest | None = None
    logic_mesh: MeshManifest | None = None
    sketch_track: SketchManifest | None = None
    segment_catalog: SegmentCatalog = field(default_factory=SegmentCatalog)
    ticket_ref: TicketRef = field(default_factory=TicketRef)
    memory_binding: MemoryBinding | None = None
    replay_manifest: ReplayManifest | None = None
    enrichment_queue: EnrichmentQueue = field(default_factory=EnrichmentQueue)
    merkle_root: bytes = NO_DIGEST
    toc_checksum: bytes = NO_DIGEST
    layout: TocLayout = TocLayout.CURRENT

    @classmethod
    def empty(cls) -> Self:
        """The TOC of a capsule without frames."""
        return cls()

    def encode(self, *, frame_bytes: Sequence[bytes] | None = None, frame_count: int | None = None) -> bytes:
        """The bytes, with `toc_checksum` computed and filled in.

        ``frame_bytes`` are used in place of encoding `frames`: one item per frame, or larger runs of frames
        when ``frame_count`` says how many they are together. Raises FormatError for values that do not fit.
        """
        if frame_bytes is None:
            frame_bytes = [frame.encode() for frame in self.frames]
        count = len(frame_bytes) if frame_count is None else frame_count
        head = ByteWriter("TOC")
        head.u64(self.toc_version)
        head.vec(self.segments, ByteWriter.record)
        head.u64(count)
        body = b"".join((head.getvalue(), *frame_bytes, self._encode_behind_frames()))
        return body + _self_checksum(body)

    def _encode_behind_frames(self) -> bytes:
        """Everything between the frames and the checksum."""
        current = self.layout is TocLayout.CURRENT
        out = ByteWriter("TOC")
        out.record(self.indexes)
        out.option(self.time_index, ByteWriter.record)
        out.option(self.temporal_track, ByteWriter.record)
        if self.layout is not TocLayout.V1:
            out.option(self.memories_track, ByteWriter.record)
            out.option(self.logic_mesh, ByteWriter.record)
        if current:
            out.option(self.sketch_track, ByteWriter.record)
        out.record(self.segment_catalog)
        out.record(self.ticket_ref)
        out.option(self.memory_binding, ByteWriter.record)
        if current:
            out.option(self.replay_manifest, ByteWriter.record)
            out.record(self.enrichment_queue)
        out.digest(self.merkle_root)
        return out.getvalue()

    @classmethod
    def decode(
        cls,
        data: bytes | bytearray | memoryview,
        *,
        verify: bool = True,
        base: int = 0,
        frames_end: int | None = None,
        frame_starts: list[int] | None = None,
    ) -> Self:
        """Read a TOC; ``base`` is its offset in the file, for messages.

        With ``frames_end`` (where the frames end in ``data``, known from elsewhere) the frames are skipped
        and `frames` stays empty. ``frame_starts`` receives the position of each frame in ``data``, and then
        that of the end of the last. Raises ChecksumError when ``verify`` is set and the bytes do not carry
        their own digest, FormatError for anything else.
        """
        reader = ByteReader(data, "TOC", base)
        _check_prefix(reader)
        if verify and not is_self_checked_toc(reader.data):
            raise ChecksumError(
                f"TOC at offset {base}",
                f"digest {reader.data[-DIGEST_SIZE:].hex()}",
                f"digest {_self_checksum(memoryview(reader.data)[:-DIGEST_SIZE]).hex()}",
            )
        toc_version = reader.u64()
        segments = reader.vec(SegmentMeta.decode, MAX_LIST, item_size=SegmentMeta.SIZE)
        count = reader.count(MAX_FRAMES, item_size=MIN_FRAME_SIZE)
        frames: list[Frame] = []
        if frames_end is None:
            starts = [] if frame_starts is None else frame_starts
            read, note = Frame.decode, starts.append
            for _ in range(count):
                note(reader.position)
                frames.append(read(reader))
            note(reader.position)
        elif reader.position + count * MIN_FRAME_SIZE <= frames_end <= len(reader.data):
            reader.position = frames_end
        else:
            raise reader.error(f"{count} frames before {frames_end}", f"a TOC of {len(reader.data)} bytes")
        toc = cls(toc_version, segments, frames)
        toc._decode_behind_frames(reader)
        return toc

    def _decode_behind_frames(self, reader: ByteReader) -> None:
        """Try the layouts in the official order; each must use up all bytes."""
        start = reader.position
        problems: list[FormatError] = []
        for layout in TocLayout:
            reader.position = start
            try:
                return self._decode_layout(reader, layout)
            except FormatError as error:
                problems.append(error)
        raise problems[0]

    def _decode_layout(self, reader: ByteReader, layout: TocLayout) -> None:
        current = layout is TocLayout.CURRENT
        self.layout = layout
        self.indexes = IndexManifests.decode(reader)
        self.time_index = reader.option(TimeIndexManifest.decode)
        self.temporal_track = reader.option(TemporalTrackManifest.decode)
        with_memories = layout is not TocLayout.V1
        self.memories_track = reader.option(MemoriesManifest.decode) if with_memories else None
        self.logic_mesh = reader.option(MeshManifest.decode) if with_memories else None
        self.sketch_track = reader.option(SketchManifest.decode) if current else None
        self.segment_catalog = SegmentCatalog.decode(reader)
        self.ticket_ref = TicketRef.decode(reader)
        self.memory_binding = reader.option(MemoryBinding.decode)
        self.replay_manifest = reader.option(ReplayManifest.decode) if current else None
        self.enrichment_queue = EnrichmentQueue.decode(reader) if current else EnrichmentQueue()
        self.merkle_root = reader.digest()
        self.toc_checksum = reader.digest()
        reader.expect_end()


def is_self_checked_toc(data: bytes | bytearray | memoryview) -> bool:
    """Whether the last 32 bytes are the digest of the rest with 32 zero bytes in their place."""
    view = memoryview(data)
    if len(view) < PREFIX_SIZE + DIGEST_SIZE:
        return False
    return view[-DIGEST_SIZE:] == _self_checksum(view[:-DIGEST_SIZE])


def _self_checksum(body: bytes | memoryview) -> bytes:
    return blake3(body).update(NO_DIGEST).digest()


def _check_prefix(reader: ByteReader) -> None:
    """Refuse at once what cannot be a TOC: the first three numbers say how much there must be."""
    size = len(reader.data)
    if size > MAX_TOC_BYTES:
        raise reader.error(f"at most {MAX_TOC_BYTES} bytes", f"{size} bytes")
    version, segments, frames = reader.u64(), reader.u64(), reader.u64()
    if version > MAX_TOC_VERSION:
        found = f"version {version}"
        wanted = f"a TOC version up to {MAX_TOC_VERSION}"
    elif segments > MAX_LIST:
        found, wanted = f"{segments} segments", f"at most {MAX_LIST}"
    elif segments == 0 and frames > MAX_FRAMES:
        found, wanted = f"{frames} frames", f"at most {MAX_FRAMES}"
    elif segments * 32 > size or (segments == 0 and frames * 64 > size):
        found, wanted = f"{segments} segments and {frames} frames", f"what fits {size} bytes"
    else:
        reader.position = 0
        return
    reader.position = 0
    raise reader.error(wanted, found)
