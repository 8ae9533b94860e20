"""What is to be shown, and which viewer shows it."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Any, Protocol

import engine
from memvid_studio.words import size, tr


class Run(Protocol):
    """Work away from the GUI thread: ``Tasks.run``."""

    def __call__(self, fn: Any, *args: Any, done: Any, failed: Any, owner: Any) -> None:
        """Call ``fn(*args)`` on a pool thread, then ``done`` or ``failed`` on the GUI thread."""


@dataclass(frozen=True, slots=True)
class Request:
    """One document at one Moment. ``hit`` is the result it was opened from, ``terms`` the words looked for."""

    moment: engine.Moment
    info: engine.FrameInfo
    hit: engine.Hit | None
    terms: tuple[str, ...]

    @property
    def page(self) -> int | None:
        """The page of the hit, from 1."""
        place = self.hit.place if self.hit is not None else None
        return place.page if place is not None else None


class Form(enum.Enum):
    """The ways content is shown."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    CODE = "code"
    WEB_PAGE = "web page"
    EXTRACTED = "extracted"
    TABLE = "table"
    PDF = "pdf"
    PICTURE = "picture"
    BYTES = "bytes"


_TABLES = {"text/csv", "text/tab-separated-values", "application/csv"}
_MARKDOWN = {"text/markdown", "text/x-markdown"}
_CODE = {
    "application/json",
    "application/xml",
    "application/yaml",
    "application/toml",
    "application/sql",
    "application/x-sh",
    "application/javascript",
    "image/svg+xml",
    "text/css",
    "text/javascript",
    "text/xml",
}
_PROSE = {"text/plain", "text/x-rst", "text/vtt", "text/x-tex", "application/x-subrip"}
_WEB = {"text/html", "application/xhtml+xml"}
_ENDINGS = {
    "md": Form.MARKDOWN,
    "markdown": Form.MARKDOWN,
    "csv": Form.TABLE,
    "tsv": Form.TABLE,
    "py": Form.CODE,
    "js": Form.CODE,
    "json": Form.CODE,
    "log": Form.CODE,
}
_PICTURES = {"jpeg", "png", "gif", "webp", "bmp", "tiff", "avif", "jp2", "x-icon", "vnd.microsoft.icon"}


def form_of(info: engine.FrameInfo) -> Form:
    """How a document is shown, by its type, and by its name where the type says only "text"."""
    mime = info.mime.partition(";")[0].strip().lower()
    major, _, minor = mime.partition("/")
    if mime in _TABLES:
        return Form.TABLE
    if mime in _MARKDOWN:
        return Form.MARKDOWN
    if mime in _WEB:
        return Form.WEB_PAGE
    if mime == "application/pdf":
        return Form.PDF
    if mime in _CODE:
        return Form.CODE
    if major == "image" and minor in _PICTURES:
        return Form.PICTURE
    if mime in _PROSE:
        return _ENDINGS.get(_ending(info), Form.PLAIN)
    if major == "text":
        return Form.CODE if minor.startswith("x-") else Form.PLAIN
    if info.part_count or info.kind in {engine.Kind.TEXT, engine.Kind.DOCUMENT}:
        return Form.EXTRACTED
    return Form.BYTES


def same_document(one: engine.FrameInfo, other: engine.FrameInfo) -> bool:
    """Whether two frames are versions of one document, as far as the frames themselves tell."""
    follows = other.supersedes == one.id or one.supersedes == other.id
    return one.id == other.id or one.uri == other.uri or follows


def is_editable(info: engine.FrameInfo) -> bool:
    """Whether a person can change the text itself: what is shown is what is stored."""
    return (
        form_of(info) in {Form.PLAIN, Form.MARKDOWN, Form.CODE, Form.TABLE} and info.mime != "image/svg+xml"
    )


def _ending(info: engine.FrameInfo) -> str:
    for name in (info.title, info.uri):
        stem, dot, ending = name.rpartition(".")
        if dot and stem and len(ending) <= 8:
            return ending.lower()
    return ""


_MARKDOWN_LINE = re.compile(r"^(#{1,6} \S|```|~~~|\|[ :-]+\|)", re.MULTILINE)


def looks_like_markdown(text: str) -> bool:
    """A note without a type that has headings, fences or tables as Markdown writes them."""
    return _MARKDOWN_LINE.search(text[:20_000]) is not None


_NAMES = {
    "text/plain": "Plain text",
    "text/markdown": "Markdown",
    "text/html": "Web page",
    "text/csv": "CSV table",
    "text/tab-separated-values": "Table",
    "application/pdf": "PDF",
    "application/json": "JSON",
    "application/xml": "XML",
    "text/x-python": "Python",
    "application/rtf": "RTF document",
    "application/epub+zip": "E-book",
    "message/rfc822": "Mail",
    "image/jpeg": "JPEG picture",
    "image/png": "PNG picture",
    "image/gif": "GIF picture",
    "image/webp": "WebP picture",
    "image/tiff": "TIFF picture",
    "image/bmp": "BMP picture",
    "image/svg+xml": "SVG drawing",
    "application/octet-stream": "File of an unknown type",
}
_NAME_ENDINGS = {
    "wordprocessingml.document": "Word document",
    "spreadsheetml.sheet": "Excel workbook",
    "presentationml.presentation": "PowerPoint slides",
    "opendocument.text": "OpenDocument text",
    "opendocument.spreadsheet": "OpenDocument table",
    "opendocument.presentation": "OpenDocument slides",
}
_KIND_NAMES = {
    engine.Kind.DOCUMENT: "Document",
    engine.Kind.TEXT: "Text",
    engine.Kind.TABLE: "Table",
    engine.Kind.AUDIO: "Recording",
    engine.Kind.IMAGE: "Picture",
    engine.Kind.OTHER: "File",
}


def type_name(info: engine.FrameInfo) -> str:
    """The type in words: "Markdown", "Word document"."""
    mime = info.mime.partition(";")[0].strip().lower()
    name = _NAMES.get(mime)
    if name is None:
        name = next((name for end, name in _NAME_ENDINGS.items() if mime.endswith(end)), None)
    if name is None and mime.startswith("text/x-"):
        name = mime.removeprefix("text/x-").capitalize()
    return tr(name if name is not None else _KIND_NAMES[info.kind])


def type_and_size(info: engine.FrameInfo) -> str:
    """As the sub-bar says it: "Markdown, 1.2 KB"."""
    return f"{type_name(info)}, {size(info.size)}"
