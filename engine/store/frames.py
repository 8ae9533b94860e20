"""What a frame is to us: document, part or carrier; its mime, kind and place; the notes it carries.

Our notes stand in ``extra_metadata`` under names that begin with ``studio.``:

* ``studio.change``  the revision this frame belongs to, only until our next commit moves it into the history
* ``studio.flush``   the WAL records written together with this one, first and last: all of them count, or none
* ``studio.mime``    the true mime of a text whose stored mime has to be ``text/plain`` to be searchable elsewhere
* ``studio.place``   where a part stands in its document
"""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.format.frame import Frame, Role, Status
from engine.store.prepared import OWN_MIME_PREFIX, TEXT_MIME, clean_text
from engine.types import Kind, Operation, Place

CHANGE_KEY: Final = "studio.change"
FLUSH_KEY: Final = "studio.flush"
MIME_KEY: Final = "studio.mime"
PLACE_KEY: Final = "studio.place"
OWN_PREFIX: Final = "studio."

HISTORY_MIME: Final = f"{OWN_MIME_PREFIX}history"
HISTORY_URI: Final = "mv2://studio/history"
LOG_MIME: Final = f"{OWN_MIME_PREFIX}log"
LOG_URI: Final = "mv2://studio/log"

KINDS: Final = tuple(Kind)
KIND_CODE: Final = {kind: code for code, kind in enumerate(KINDS)}

_TABLE_MIMES: Final = frozenset(
    {
        "text/csv",
        "text/tab-separated-values",
        "application/vnd.ms-excel",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.apache.parquet",
    }
)
_DOCUMENT_MIMES: Final = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/rtf",
        "text/rtf",
        "application/epub+zip",
        "application/vnd.ms-powerpoint",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.presentation",
    }
)
_TEXT_MIMES: Final = frozenset(
    {
        "application/json",
        "application/xml",
        "application/xhtml+xml",
        "application/javascript",
        "application/x-sh",
        "application/toml",
        "application/yaml",
        "application/x-yaml",
        "application/sql",
        "message/rfc822",
    }
)


class Class(enum.IntEnum):
    """What a frame counts as."""

    DOCUMENT = 0
    PART = 1
    CARRIER = 2


def kind_of(mime: str) -> Kind:
    """One of the six kinds. Mail, HTML and code count as text; PDF, Office and e-books as document."""
    mime = mime.split(";", 1)[0].strip().lower()
    if mime in _TABLE_MIMES:
        return Kind.TABLE
    if mime in _DOCUMENT_MIMES or mime.startswith("application/vnd.openxmlformats-officedocument."):
        return Kind.DOCUMENT
    if mime.startswith("image/"):
        return Kind.IMAGE
    if mime.startswith(("audio/", "video/")):
        return Kind.AUDIO
    if mime.startswith("text/") or mime in _TEXT_MIMES:
        return Kind.TEXT
    return Kind.OTHER


def class_of(frame: Frame) -> Class:
    """Document, part, or a carrier of ours or of somebody else (kept, never shown)."""
    if frame.role is Role.DOCUMENT:
        return Class.DOCUMENT
    stored = frame.metadata.mime if frame.metadata else None
    if stored and stored.startswith(OWN_MIME_PREFIX):
        # Whatever parent the official program has given it: it adopts chunks that name none.
        return Class.CARRIER
    if frame.parent_id is not None:
        return Class.PART
    if stored and stored.startswith("application/x-"):
        return Class.CARRIER
    if frame.search_text or (stored or "").startswith("text/"):
        # A piece whose document is unknown still holds words somebody put in: it is shown, not hidden.
        return Class.DOCUMENT
    return Class.CARRIER if frame.role is Role.DOCUMENT_CHUNK else Class.DOCUMENT


def stored_mime(frame: Frame) -> str | None:
    """The mime as the file has it."""
    return frame.metadata.mime if frame.metadata else None


def mime_of(frame: Frame) -> str:
    """The mime to show: the true one, else the stored one, else text when there is text."""
    true_mime = frame.extra_metadata.get(MIME_KEY)
    if true_mime:
        return true_mime
    stored = stored_mime(frame)
    if stored:
        return stored
    if frame.search_text is not None or frame.chunk_manifest is not None:
        return TEXT_MIME
    return "application/octet-stream"


def holds_text(frame: Frame) -> bool:
    """Whether the payload itself is UTF-8 text to search in."""
    if not frame.payload_length:
        return False
    stored = stored_mime(frame)
    if frame.role is not Role.DOCUMENT:
        return stored is None or stored.startswith("text/")
    if frame.chunk_count or frame.chunk_manifest is not None:
        # A document with parts (a web page, say): its words are theirs, its payload is the original.
        return False
    return stored is None or stored.startswith("text/")


def user_metadata(frame: Frame) -> dict[str, Any]:
    """Metadata as the user gave it; values that are no JSON come back as the text they are."""
    found: dict[str, Any] = {}
    for key, value in frame.extra_metadata.items():
        if key.startswith(OWN_PREFIX):
            continue
        try:
            found[key] = json.loads(value)
        except (ValueError, RecursionError):
            found[key] = value
    return found


def place_text(place: Place) -> str:
    """A place as it stands in ``extra_metadata``."""
    return json.dumps(place.as_dict(), separators=(",", ":"))


def place_of(frame: Frame) -> Place | None:
    """Where a part stands in its document; None when it does not say."""
    raw = frame.extra_metadata.get(PLACE_KEY)
    if not raw:
        return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    page, start, end = value.get("page"), value.get("start"), value.get("end")
    sheet, cells = value.get("sheet"), value.get("cells")
    if isinstance(page, int) and not isinstance(page, bool):
        return Place(page=page)
    if isinstance(start, int | float) and isinstance(end, int | float):
        return Place(start=float(start), end=float(end))
    if isinstance(sheet, str):
        return Place(sheet=sheet, cells=cells if isinstance(cells, str) else None)
    return None


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """A revision on its way into the history. ``batch``: the first revision of its batch, 0 for none."""

    ms: int
    operation: Operation
    author: str
    batch: int
    frame_id: int | None = None

    def encode(self) -> str:
        """The note as JSON."""
        value: dict[str, Any] = {"ms": self.ms, "op": self.operation.value}
        if self.author:
            value["by"] = self.author
        if self.batch:
            value["batch"] = self.batch
        if self.frame_id is not None:
            value["frame"] = self.frame_id
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def decode(cls, text: str) -> ChangeNote | None:
        """Read a note; None for anything that is not one."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        ms: Any = value.get("ms")
        operation = value.get("op")
        author, batch, frame = value.get("by", ""), value.get("batch", 0), value.get("frame")
        if not isinstance(operation, str) or operation not in set(Operation):
            return None
        if not _is_count(ms) or not _is_count(batch):
            return None
        if not isinstance(author, str) or not (frame is None or _is_count(frame)):
            return None
        return cls(ms, Operation(operation), clean_text(author), batch, frame)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62


def change_note(extra_metadata: Mapping[str, str]) -> ChangeNote | None:
    """The revision a frame belongs to, if it still carries it."""
    text = extra_metadata.get(CHANGE_KEY)
    return ChangeNote.decode(text) if text else None


def default_uri(frame_id: int) -> str:
    """The address of a frame that was given none; the official writer's form."""
    return f"mv2://frames/{frame_id}"


def title_of(frame: Frame) -> str:
    """A title to show: the given one, else the source's name, else the address's last part."""
    if frame.title:
        return frame.title
    if frame.source_path:
        return os.path.basename(frame.source_path) or frame.source_path
    return (frame.uri or default_uri(frame.id)).rstrip("/").rsplit("/", 1)[-1]


def is_active(frame: Frame) -> bool:
    """Whether the file says the frame is neither superseded nor deleted."""
    return frame.status is Status.ACTIVE
