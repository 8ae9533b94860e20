"""The text a frame is indexed by, as the official writer makes it, and the way back to the document's text.

Short documents have no payload: their text is the head of `search_text`, followed by one line for each thing
known about them (title, uri, tags ...). Rebuilding those lines from the frame's own fields tells where the
text ends.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from itertools import product
from typing import Any, Final

import numpy as np
from blake3 import blake3

from engine.format.frame import DocMetadata, Frame, Role
from engine.limits import SEARCH_TEXT_BYTES

_CONTROLS: Final[dict[int, str | None]] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0))),
    ord("\r"): "\n",
    ord("\n"): "\n",
    ord("\t"): " ",
}
_ZERO_WIDTH_JOINER: Final = "\u200d"

_SMALL_DIGITS: Final = 5
_DIGITS_F32: Final = 13
_DIGITS_F64: Final = 16

_ENDINGS: Final = ("", "\n", "\r\n", "\n\n")
"""What a text file may end with; normalisation takes it away, the digest of the original brings it back."""


def normalise(text: str) -> str:
    """NFKC without control characters; blanks and line feeds single, never together, never at the ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    lines = (" ".join(line.split()) for line in text.translate(_CONTROLS).split("\n"))
    return "\n".join(line for line in lines if line)


def compose(
    text: str,
    *,
    title: str | None = None,
    uri: str | None = None,
    track: str | None = None,
    tags: Collection[str] = (),
    labels: Collection[str] = (),
    extra_metadata: Mapping[str, str] | None = None,
    content_dates: Collection[str] = (),
    metadata: DocMetadata | None = None,
) -> str:
    """The search text of a document: its normalised text, then a line per field that is given.

    ``uri`` is left out where the caller of `put` gave none and the frame has the default one.
    """
    lines = [cut(normalise(text), SEARCH_TEXT_BYTES)]
    for name, value in (("title", title), ("uri", uri), ("track", track)):
        lines.append(f"{name}: {value}" if value else "")
    for name, values in (("tags", tags), ("labels", labels)):
        lines.append(f"{name}: {' '.join(values)}" if values else "")
    lines += (f"{key}: {value}" for key, value in sorted((extra_metadata or {}).items()))
    lines.append(f"dates: {' '.join(content_dates)}" if content_dates else "")
    lines.append(f"metadata: {_json(metadata)}" if metadata is not None else "")
    return "\n".join(line for line in lines if line)


def recover(frame: Frame) -> tuple[str, bool] | None:
    """The text of a short document without payload, and whether `source_sha256` proves it to be the original.

    Where it is not proved, it is the normalised text: line breaks may be fewer than in the original. None if
    the frame's search text is not made this way: chunks, chunked documents, other writers.
    """
    if frame.search_text is None or frame.role is not Role.DOCUMENT or frame.chunk_manifest is not None:
        return None
    candidates = list(_candidates(frame, frame.search_text))
    if frame.source_sha256 is not None:
        for text in candidates:
            for original in _originals(text):
                if blake3(original.encode()).digest() == frame.source_sha256:
                    return original, True
    return (candidates[0], False) if candidates else None


def cut(text: str, limit: int) -> str:
    """As much of ``text`` as fits ``limit`` UTF-8 bytes; no character is parted from its accents."""
    data = text.encode()
    if len(data) <= limit:
        return text
    kept = data[:limit].decode(errors="ignore")
    at = len(kept)
    while at and _continues(text[at - 1], text[at]):
        at -= 1
    return text[:at] or kept


def _continues(before: str, char: str) -> bool:
    """Whether ``char`` belongs to the same visible character as the one before it."""
    is_skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return _ZERO_WIDTH_JOINER in (before, char) or is_skin_tone or unicodedata.category(char).startswith("M")


def _candidates(frame: Frame, search_text: str) -> Iterator[str]:
    """What can be left when the lines behind the text are taken away, the longest tail first."""
    for title, uri in product((frame.title, None), (frame.uri, None)):
        tail = compose(
            "",
            title=title,
            uri=uri,
            track=frame.track,
            tags=frame.tags,
            labels=frame.labels,
            extra_metadata=frame.extra_metadata,
            content_dates=frame.content_dates,
            metadata=frame.metadata,
        )
        if not tail:
            yield search_text
        elif search_text == tail:
            yield ""
        elif search_text.endswith(f"\n{tail}"):
            yield search_text[: -len(tail) - 1]


def _originals(text: str) -> Iterator[str]:
    """Texts that normalise to ``text`` and are likely to have been the file."""
    for ending in _ENDINGS:
        yield text + ending
    if "\n" in text:
        paragraphs = text.replace("\n", "\n\n")
        windows = text.replace("\n", "\r\n")
        for ending in _ENDINGS:
            yield paragraphs + ending
            yield windows + ending


def _json(metadata: DocMetadata) -> str:
    """All fields in order, absent ones as null, no blanks; names and numbers as the official writer's."""
    fields: dict[str, Any] = asdict(metadata)
    if metadata.audio is not None:
        segments = [
            {"start_seconds": segment.start, "end_seconds": segment.end, "label": segment.label}
            for segment in metadata.audio.segments
        ]
        tags = dict(sorted(metadata.audio.tags.items()))
        audio = fields["audio"] | {"segments": segments, "tags": tags}
        fields["audio"] = {name: _single(value) for name, value in audio.items()}
    return _render(fields)


def _single(value: Any) -> Any:
    """Numbers of sound are 32 bits wide, so fewer digits name them."""
    if isinstance(value, float):
        return np.float32(value)
    if isinstance(value, list):
        return [{name: _single(item) for name, item in entry.items()} for entry in value]
    return value


def _render(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_render(name)}:{_render(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_render, value)) + "]"
    if isinstance(value, (float, np.float32)):
        return _number(value)
    return json.dumps(value, ensure_ascii=False)


def _number(value: float | np.float32) -> str:
    """The shortest digits that give the number back; powers of ten only for large and small ones."""
    if not np.isfinite(value):
        return "null"
    scientific = np.format_float_scientific(value, trim="-", exp_digits=1)
    exponent = int(scientific.split("e")[1])
    if -_SMALL_DIGITS <= exponent < (_DIGITS_F32 if isinstance(value, np.float32) else _DIGITS_F64):
        return np.format_float_positional(value, trim="0")
    return scientific
