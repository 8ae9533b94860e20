"""Caps on what a file or a query may ask for, each with the reason for its number.

Numbers marked "official reader" are the limits the official implementation enforces when it reads; going
beyond them would make a capsule that only we can open.
"""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

HEADER_SIZE: Final = 4096
"""Fixed size of the file header, bytes."""

WAL_OFFSET: Final = HEADER_SIZE
"""Where the embedded WAL starts in every file seen, bytes."""

WAL_SIZE_AT_CREATION: Final = 256 * KIB
"""WAL region of a new capsule, bytes: a few hundred notes between two commits."""

WAL_KEEP_FREE: Final = 48
"""Bytes kept free behind the last record. With fewer the official writer puts its end marker over the first record."""

WAL_COMMIT_FILL: Final = 0.75
"""Commit when this share of the WAL region is pending; the official writer checkpoints at the same fill."""

WAL_RECORD_SHARE: Final = 4
"""A record larger than region / this is committed at once instead of going through the WAL."""

MAX_TOC_BYTES: Final = 512 * MIB
"""Largest TOC or index range (official reader)."""

MAX_FRAMES: Final = 1_000_000
"""Frames in one file, carriers and parts included (official reader)."""

MAX_LIST: Final = 1_000_000
"""Entries of any list in the TOC other than frames (official reader)."""

MAX_PAYLOAD_BYTES: Final = 256 * MIB
"""One frame's stored payload (official reader)."""

MAX_DECODED_BYTES: Final = 256 * MIB
"""One frame's decoded content: a small zstd payload may claim terabytes."""

MAX_TAGS: Final = 1024
"""Tags, labels and content dates per frame, each (official reader)."""

MAX_EXTRA_METADATA: Final = 4096
"""Entries of a frame's extra metadata (official reader)."""

SEARCH_TEXT_BYTES: Final = 32_768
"""Where the official writer cuts ``search_text``, UTF-8 bytes."""

MAX_SEALED_CHUNK: Final = 64 * MIB
"""One encrypted chunk of a sealed capsule. Writers use 1 MiB; the length field could claim 4 GiB."""

MAX_SEALED_BYTES: Final = 4 * 1024 * MIB
"""Largest sealed capsule we open: it is decrypted into memory."""

SDK_CAPACITY_BYTES: Final = 52_428_800
"""End of the payload area up to which the official SDK adds documents to a free-tier capsule."""

MAX_RENDER_SIDE: Final = 12_288
"""Longest side of a rendered page, pixels: an A4 page at 1000 dots per inch."""

MAX_RENDER_PIXELS: Final = 24_000_000
"""Pixels of one rendered page (72 MB of RGB): a window of twice 4K width. More is made smaller."""

MAX_PICTURE_PIXELS: Final = 178_000_000
"""Pixels of a picture we decode: beyond it the imaging library itself sees a decompression bomb."""

MAX_PICTURE_SIDE: Final = 16_384
"""Longest side of a decoded picture handed out, pixels."""

RENDER_CACHE_BYTES: Final = 256 * MIB
"""Originals a rendering child keeps, so that turning pages does not send the document again."""

RENDER_CACHE_DOCUMENTS: Final = 6
"""Documents a rendering child keeps open."""

MAX_QUERY_CHARS: Final = 10_000
"""A query longer than this is something pasted by mistake."""

MAX_QUERY_DEPTH: Final = 50
"""Parentheses within parentheses in a query: the parser recurses."""
