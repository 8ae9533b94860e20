"""Arbitrary values of the format, and ways to damage bytes."""

from __future__ import annotations

import struct

from hypothesis import strategies as st

from engine.format import catalog, enums, manifests, metadata
from engine.format.frame import Frame
from engine.format.toc import Toc, TocLayout
from engine.format.wal import FrameOperation, LexSnapshot

U8 = st.integers(0, 2**8 - 1)
U16 = st.integers(0, 2**16 - 1)
U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
I64 = st.integers(-(2**63), 2**63 - 1)
F32 = st.floats(width=32, allow_nan=False)
F64 = st.floats(allow_nan=False)
TEXT = st.text(max_size=20)
DIGEST = st.binary(min_size=32, max_size=32)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
MAP = st.dictionaries(TEXT, TEXT, max_size=3)


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


def some(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, max_size=2).map(tuple)


GPS = st.builds(metadata.Gps, F64, F64)
EXIF = st.builds(metadata.Exif, maybe(TEXT), maybe(TEXT), maybe(TEXT), maybe(TEXT), maybe(GPS))
SEGMENT = st.builds(metadata.AudioSegment, F32, F32, maybe(TEXT))
AUDIO = st.builds(
    metadata.Audio, maybe(F32), maybe(U32), maybe(U8), maybe(U32), maybe(TEXT), some(SEGMENT), MAP
)
MEDIA = st.builds(
    metadata.Media, TEXT, TEXT, U64, maybe(TEXT), maybe(U64), maybe(U32), maybe(U32), maybe(TEXT)
)
DOC_METADATA = st.builds(metadata.DocMetadata, TEXT) | st.builds(
    metadata.DocMetadata,
    mime=maybe(TEXT),
    bytes=maybe(U64),
    hash=maybe(TEXT),
    width=maybe(U32),
    height=maybe(U32),
    colors=maybe(TEXTS),
    caption=maybe(TEXT),
    exif=maybe(EXIF),
    audio=maybe(AUDIO),
    media=maybe(MEDIA),
)
CHUNKS = st.builds(metadata.ChunkManifest, U64, some(st.tuples(U64, U64)))

_IN_BOTH = {
    "timestamp": I64,
    "kind": maybe(TEXT),
    "track": maybe(TEXT),
    "uri": maybe(TEXT),
    "title": maybe(TEXT),
    "canonical_encoding": st.sampled_from([0, 1]) | U32,
    "canonical_length": maybe(U64),
    "metadata": maybe(DOC_METADATA),
    "search_text": maybe(TEXT),
    "tags": TEXTS,
    "labels": TEXTS,
    "extra_metadata": MAP,
    "content_dates": TEXTS,
    "chunk_manifest": maybe(CHUNKS),
    "role": st.sampled_from(enums.Role),
    "chunk_index": maybe(U32),
    "chunk_count": maybe(U32),
    "source_sha256": maybe(DIGEST),
    "source_path": maybe(TEXT),
    "enrichment_state": st.sampled_from(enums.EnrichmentState),
}

FRAMES = st.builds(
    Frame,
    **_IN_BOTH,
    id=U64,
    anchor_ts=maybe(I64),
    anchor_source=maybe(st.sampled_from(enums.AnchorSource)),
    payload_offset=U64,
    payload_length=U64,
    checksum=DIGEST,
    parent_id=maybe(U64),
    status=st.sampled_from(enums.Status),
    supersedes=maybe(U64),
    superseded_by=maybe(U64),
)

OPERATIONS = st.builds(
    FrameOperation,
    **_IN_BOTH,
    payload=st.binary(max_size=50),
    embedding=maybe(st.lists(F32, max_size=5).map(tuple)),
    parent_sequence=maybe(U64),
    op=st.sampled_from(enums.Op),
    target_frame_id=maybe(U64),
    supersedes_frame_id=maybe(U64),
    reuse_payload_from=maybe(U64),
)

LEX_FILE = st.builds(manifests.LexFileManifest, TEXT, U64, U64, DIGEST)
SNAPSHOTS = st.builds(LexSnapshot, U64, U64, DIGEST, some(LEX_FILE))
ENTRIES = OPERATIONS | SNAPSHOTS

INDEXES = st.builds(
    manifests.IndexManifests,
    maybe(st.builds(manifests.LexManifest, U64, U64, U64, U64, DIGEST)),
    some(LEX_FILE),
    maybe(
        st.builds(
            manifests.VecManifest,
            U64,
            U32,
            U64,
            U64,
            DIGEST,
            st.sampled_from(manifests.VectorCompression),
            maybe(TEXT),
        )
    ),
    maybe(st.builds(manifests.ClipManifest, U64, U64, U64, U32, DIGEST, TEXT)),
)

SPAN = st.builds(catalog.Span, U64, U64, U32, U32, U64, U64)
COMMON = st.builds(
    catalog.SegmentCommon,
    U64,
    U64,
    U64,
    DIGEST,
    U64,
    U16,
    st.sampled_from(catalog.SegmentCompression),
    maybe(SPAN),
)
CATALOGS = st.builds(
    catalog.SegmentCatalog,
    U64,
    U32,
    st.booleans(),
    some(st.builds(catalog.LexSegment, COMMON, U64)),
    some(st.builds(catalog.VecSegment, COMMON, U64, U32, st.sampled_from(manifests.VectorCompression))),
    some(st.builds(catalog.TimeSegment, COMMON, U64)),
    some(st.builds(catalog.TemporalSegment, COMMON, U64, U64, U32)),
    some(st.builds(catalog.TantivySegment, COMMON, TEXT)),
    some(
        st.builds(
            catalog.IndexSegmentRef, st.sampled_from(catalog.SegmentKind), COMMON, U64, U64, U64, U64, U64
        )
    ),
)
SEGMENT_META = st.builds(
    catalog.SegmentMeta,
    U64,
    st.tuples(U64, U64),
    DIGEST,
    st.sampled_from(catalog.SegmentCompression),
    U64,
    U64,
)

FOUR_NUMBERS = (U64, U64, U64, U64, DIGEST)
TOCS = st.builds(
    Toc,
    toc_version=st.integers(0, 32),
    segments=some(SEGMENT_META),
    frames=st.lists(FRAMES, max_size=3),
    indexes=INDEXES,
    time_index=maybe(st.builds(manifests.TimeIndexManifest, U64, U64, U64, DIGEST)),
    temporal_track=maybe(st.builds(manifests.TemporalTrackManifest, *FOUR_NUMBERS, U32)),
    memories_track=maybe(st.builds(manifests.MemoriesManifest, *FOUR_NUMBERS)),
    logic_mesh=maybe(st.builds(manifests.MeshManifest, *FOUR_NUMBERS)),
    sketch_track=maybe(st.builds(manifests.SketchManifest, U64, U64, U64, U16, U32, DIGEST)),
    segment_catalog=CATALOGS,
    ticket_ref=st.builds(manifests.TicketRef, TEXT, I64, U64, U64, st.booleans()),
    memory_binding=maybe(
        st.builds(manifests.MemoryBinding, st.binary(min_size=16, max_size=16), TEXT, TEXT, TEXT)
    ),
    replay_manifest=maybe(st.builds(manifests.ReplayManifest, U64, U64, U32, U64, U32)),
    enrichment_queue=st.builds(
        manifests.EnrichmentQueue, some(st.builds(manifests.EnrichmentTask, U64, U64, U32, U32)), U64
    ),
    merkle_root=DIGEST,
    layout=st.just(TocLayout.CURRENT),
)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """``whole`` with a few bytes changed, cut off, taken out or put in, and lengths made absurd."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.sampled_from(["flip", "cut", "remove", "insert", "length", "zero"])):
            case "flip" if data:
                data[at] ^= draw(st.integers(1, 255))
            case "cut":
                del data[at:]
            case "remove":
                del data[at : at + draw(st.integers(1, 40))]
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=40))
            case "length":
                huge = draw(st.sampled_from([2**64 - 1, 2**63, 2**62, 2**40, 2**32, 10**6, 1025]) | U64)
                data[at : at + 8] = struct.pack("<Q", huge)
            case "zero":
                data[at : at + 16] = bytes(len(data[at : at + 16]))
    return bytes(data)
