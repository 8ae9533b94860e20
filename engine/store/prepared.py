"""A document made ready for the file: compressed, digested, sketched. Pure computing, so it runs in any process.

The writer only joins what stands here; everything with a loop over content has happened before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from blake3 import blake3

from engine.codecs import choose
from engine.errors import EngineError, SourceError
from engine.format.search_text import compose
from engine.format.sketch import sketch_entry
from engine.limits import MAX_EXTRA_METADATA, MAX_PAYLOAD_BYTES, MAX_TAGS, SEARCH_TEXT_BYTES
from engine.types import PartItem, Place, PutItem

TEXT_MIME = "text/plain"
"""The only mime under which the official reader indexes a text payload that has no ``search_text``."""

OWN_MIME_PREFIX = "application/x-memvid-studio-"
"""Mimes of the frames in which our own data rides; documents cannot have them."""

NO_SKETCH = bytes(32)

TEXT_SUFFIXES: Mapping[str, str] = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": TEXT_MIME,
    ".csv": "text/csv",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes of one piece of content. ``digest``: blake3 of the decoded content; ``size``: its length."""

    stored: bytes
    encoding: int
    size: int
    digest: bytes

    @classmethod
    def plain(cls, content: bytes) -> Blob:
        """As it is: the official reader gives back a document with parts only when it is stored plain."""
        return cls(content, 0, len(content), blake3(content).digest())

    @classmethod
    def of(cls, content: bytes) -> Blob:
        """Compress where it pays."""
        encoding, stored = choose.compress(content)
        return cls(stored, encoding, len(content), blake3(content).digest())


@dataclass(frozen=True, slots=True)
class PreparedPart:
    """A searchable piece, ready to be written."""

    blob: Blob
    sketch: bytes
    head: str
    title: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document, ready to be written.

    ``text`` is True when the content itself is the document's text (UTF-8); then there are no parts unless
    the caller gave some. ``head`` is the text's beginning, at most 32 KB of UTF-8.
    """

    blob: Blob
    mime: str
    text: bool
    head: str
    sketch: bytes
    title: str | None = None
    uri: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    track: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    timestamp: int | None = None
    width: int | None = None
    height: int | None = None
    source_path: str | None = None
    parts: tuple[PreparedPart, ...] = ()
    embedding: tuple[float, ...] | None = None

    @property
    def stored_size(self) -> int:
        """Bytes this adds to the payload area."""
        return len(self.blob.stored) + sum(len(part.blob.stored) for part in self.parts)


def text_head(text: str) -> str:
    """The beginning of a text, at most 32 KB of UTF-8, cut between characters."""
    if len(text) * 4 <= SEARCH_TEXT_BYTES:
        return text
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) <= SEARCH_TEXT_BYTES:
        return text
    return raw[:SEARCH_TEXT_BYTES].decode("utf-8", "ignore")


def clean_text(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates become the replacement character."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def unix_seconds(value: float | datetime | None) -> int | None:
    """Times are given as int Unix seconds or aware datetime."""
    if value is None:
        return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise EngineError(
                f"The time {value.isoformat()} has no time zone. Give an aware datetime or Unix seconds."
            )
        return int(value.timestamp() // 1)
    if isinstance(value, bool) or not isinstance(value, int):
        raise EngineError(f"A timestamp is whole Unix seconds or an aware datetime, not {value!r}.")
    if not -(2**63) <= value < 2**63:
        raise EngineError(f"The timestamp {value} is outside what the file can hold (64 bits).")
    return value


def metadata_texts(metadata: Mapping[str, Any] | None) -> dict[str, str]:
    """User metadata as the format keeps it: each value as JSON text."""
    if not metadata:
        return {}
    if len(metadata) > MAX_EXTRA_METADATA - 8:
        raise EngineError(f"{len(metadata)} metadata entries; a frame can hold {MAX_EXTRA_METADATA - 8}.")
    out: dict[str, str] = {}
    for key, value in metadata.items():
        if not isinstance(key, str):
            raise EngineError(f"A metadata key is text, not {key!r}.")
        if key.startswith("studio."):
            raise EngineError(
                f"The metadata key “{key}” is reserved. Use a name that does not begin with “studio.”."
            )
        try:
            out[clean_text(key)] = clean_text(json.dumps(value, ensure_ascii=False))
        except (TypeError, ValueError) as error:
            raise EngineError(f"The metadata value of “{key}” is not JSON: {error}.") from error
    return out


def checked_words(name: str, words: Sequence[str]) -> tuple[str, ...]:
    """Tags or labels: text, within the format's limit, each once, in the order given."""
    if isinstance(words, str):
        raise EngineError(f"{name} is a list of texts, not one text: [{words!r}].")
    out = tuple(dict.fromkeys(clean_text(str(word)).strip() for word in words))
    out = tuple(word for word in out if word)
    if len(out) > MAX_TAGS:
        raise EngineError(f"{len(out)} {name}; a frame can hold {MAX_TAGS}.")
    return out


def checked_mime(mime: str) -> str:
    """A mime that a document can have. Raises EngineError for those of our own frames."""
    mime = clean_text(str(mime))
    if mime.startswith(OWN_MIME_PREFIX):
        raise EngineError(f"The mime “{mime}” is reserved. Use application/octet-stream.")
    return mime


def checked_vector(values: Any) -> tuple[float, ...] | None:
    """An embedding as the format keeps it: finite 32-bit numbers."""
    if values is None:
        return None
    import numpy as np

    try:
        with np.errstate(over="ignore"):
            vector = np.asarray(values, np.float32)
    except (TypeError, ValueError) as error:
        raise EngineError(f"An embedding is a list of numbers: {error}.") from error
    if vector.ndim != 1 or not len(vector) or not np.isfinite(vector).all():
        raise EngineError("An embedding is a list of finite numbers that fit 32 bits, at least one.")
    return tuple(vector.tolist())


def mime_of_name(name: str) -> str | None:
    """The mime of a file name whose content is text; None for all others."""
    return TEXT_SUFFIXES.get(os.path.splitext(name)[1].lower())


def read_file(path: Path) -> bytes:
    """All bytes of a file that is to be put; failures in words for a person."""
    try:
        if not path.is_file():
            reason = (
                "is a folder" if path.is_dir() else "is not there" if not path.exists() else "is not a file"
            )
            raise SourceError(f"“{path.name}” {reason}.")
        size = path.stat().st_size
        if size > MAX_PAYLOAD_BYTES:
            raise SourceError(
                f"“{path.name}” has {size:,} bytes; one document can have {MAX_PAYLOAD_BYTES:,}."
            )
        return path.read_bytes()
    except PermissionError as error:
        raise SourceError(f"“{path.name}” cannot be read: no permission.") from error
    except OSError as error:
        raise SourceError(f"“{path.name}” cannot be read: {error.strerror or error}.") from error


def prepare_part(part: PartItem) -> PreparedPart:
    """Compress and sketch one part."""
    text = clean_text(part.text)
    head = text_head(text)
    return PreparedPart(
        Blob.of(text.encode("utf-8")),
        sketch_entry(compose(head)),
        head,
        None if part.title is None else clean_text(part.title),
        part.place,
    )


def document_sketch(document: PreparedDocument) -> bytes:
    """The sketch over the text the official writer would have indexed, tail of fields included."""
    return sketch_entry(
        compose(
            document.head,
            title=document.title,
            uri=document.uri,
            track=document.track,
            tags=document.tags,
            labels=document.labels,
            extra_metadata=document.metadata,
        )
    )


def prepare(item: PutItem, *, parts: Sequence[PreparedPart] | None = None) -> PreparedDocument:
    """Everything about a document that needs computing.

    Raises ``SourceError`` when a path cannot be read and ``EngineError`` when a field is not usable.
    """
    content, title, source_path = item.content, item.title, item.source_path
    mime = None if item.mime is None else checked_mime(item.mime)
    if isinstance(content, Path):
        mime = mime or mime_of_name(content.name)
        title = title if title is not None else content.name
        source_path = source_path or os.fsencode(content).decode("utf-8", "replace")
        content = read_file(content)
    if isinstance(content, str):
        raw = clean_text(content).encode("utf-8")
        is_text, mime = True, mime or TEXT_MIME
    elif isinstance(content, bytes | bytearray | memoryview):
        raw = bytes(content)
        is_text = (mime or "").startswith("text/") and mime != "text/html" and _is_utf8(raw)
        if mime is None:
            is_text = _is_utf8(raw) and b"\0" not in raw
            mime = TEXT_MIME if is_text else "application/octet-stream"
    else:
        raise EngineError(f"Content is text, bytes or a Path, not {type(content).__name__}.")
    if len(raw) > MAX_PAYLOAD_BYTES:
        raise EngineError(f"The content has {len(raw):,} bytes; one document can have {MAX_PAYLOAD_BYTES:,}.")
    ready = tuple(parts) if parts is not None else tuple(prepare_part(part) for part in item.parts or ())
    document = PreparedDocument(
        blob=Blob.plain(raw) if ready else Blob.of(raw),
        mime=mime,
        text=is_text,
        head=text_head(raw.decode("utf-8")) if is_text else "",
        sketch=NO_SKETCH,
        title=None if title is None else clean_text(title),
        uri=None if item.uri is None else clean_text(item.uri),
        tags=checked_words("tags", item.tags),
        labels=checked_words("labels", item.labels),
        track=None if item.track is None else clean_text(item.track),
        metadata=metadata_texts(item.metadata),
        timestamp=unix_seconds(item.timestamp),
        width=item.width,
        height=item.height,
        source_path=None if source_path is None else clean_text(source_path),
        parts=ready,
        embedding=checked_vector(item.embedding),
    )
    return replace(document, sketch=document_sketch(document))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
