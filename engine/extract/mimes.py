"""What kind of file this is: by its first bytes where they say so, else by the end of its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from engine.store.frames import kind_of
from engine.types import Kind

HEAD: Final = 4096
"""Bytes of a file's beginning that are looked at."""

UNKNOWN: Final = "application/octet-stream"
PLAIN: Final = "text/plain"

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
EPUB: Final = "application/epub+zip"
ODT: Final = "application/vnd.oasis.opendocument.text"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
ODP: Final = "application/vnd.oasis.opendocument.presentation"
OLE: Final = "application/x-ole-storage"

TEXTS: Final[Mapping[str, str]] = {
    "txt": PLAIN, "text": PLAIN, "log": PLAIN, "rst": "text/x-rst", "org": PLAIN, "tex": "text/x-tex",
    "md": "text/markdown", "markdown": "text/markdown",
    "csv": "text/csv", "tsv": "text/tab-separated-values", "tab": "text/tab-separated-values",
    "json": "application/json", "jsonl": "application/json", "ndjson": "application/json",
    "geojson": "application/json", "ipynb": "application/json",
    "xml": "application/xml", "rss": "application/xml", "atom": "application/xml", "kml": "application/xml",
    "gpx": "application/xml",
    "yaml": "application/yaml", "yml": "application/yaml", "toml": "application/toml", "ini": "text/x-ini",
    "cfg": "text/x-ini", "conf": "text/x-ini", "env": "text/x-ini", "properties": "text/x-ini",
    "srt": "application/x-subrip", "vtt": "text/vtt", "ics": "text/calendar", "vcf": "text/vcard",
    "css": "text/css", "js": "text/javascript", "mjs": "text/javascript", "ts": "text/x-typescript",
    "tsx": "text/x-typescript", "jsx": "text/javascript", "vue": "text/x-vue",
    "py": "text/x-python", "pyi": "text/x-python", "c": "text/x-c", "h": "text/x-c", "cc": "text/x-c++",
    "cpp": "text/x-c++", "cxx": "text/x-c++", "hpp": "text/x-c++", "hh": "text/x-c++", "rs": "text/x-rust",
    "go": "text/x-go", "java": "text/x-java", "kt": "text/x-kotlin", "scala": "text/x-scala",
    "swift": "text/x-swift", "cs": "text/x-csharp", "rb": "text/x-ruby", "php": "text/x-php",
    "pl": "text/x-perl", "lua": "text/x-lua", "r": "text/x-r", "jl": "text/x-julia", "m": "text/x-matlab",
    "hs": "text/x-haskell", "ml": "text/x-ocaml", "ex": "text/x-elixir", "erl": "text/x-erlang",
    "clj": "text/x-clojure", "lisp": "text/x-lisp", "el": "text/x-lisp", "sql": "application/sql",
    "sh": "application/x-sh", "bash": "application/x-sh", "zsh": "application/x-sh",
    "fish": "application/x-sh", "ps1": "text/x-powershell", "bat": "text/x-batch",
    "diff": "text/x-diff", "patch": "text/x-diff",
    "svg": "image/svg+xml", "proto": "text/x-protobuf", "cmake": "text/x-cmake", "gradle": "text/x-groovy",
}  # fmt: skip
"""Names of files that hold text as it stands."""

OTHERS: Final[Mapping[str, str]] = {
    "html": "text/html", "htm": "text/html", "xhtml": "text/html",
    "pdf": "application/pdf", "docx": DOCX, "docm": DOCX, "dotx": DOCX, "xlsx": XLSX, "xlsm": XLSX,
    "pptx": PPTX, "ppsx": PPTX, "pptm": PPTX, "epub": EPUB, "odt": ODT, "ods": ODS, "odp": ODP,
    "rtf": "application/rtf", "eml": "message/rfc822", "doc": "application/msword",
    "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "heic": "image/heic", "avif": "image/avif",
    "ico": "image/vnd.microsoft.icon", "jp2": "image/jp2",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "wav": "audio/wav", "flac": "audio/flac", "ogg": "audio/ogg",
    "opus": "audio/ogg", "mp4": "video/mp4", "mov": "video/quicktime", "mkv": "video/x-matroska",
    "webm": "video/webm", "avi": "video/x-msvideo",
    "parquet": "application/vnd.apache.parquet", "zip": "application/zip", "gz": "application/gzip",
    "7z": "application/x-7z-compressed", "tar": "application/x-tar",
}  # fmt: skip
"""Names of files that need a reader, or are kept as they are."""

_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\0\0\0\x0cjP  ", "image/jp2"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"PAR1", "application/vnd.apache.parquet"),
)

_BRANDS: Final[Mapping[bytes, str]] = {
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"heic": "image/heic", b"heix": "image/heic",
    b"mif1": "image/heic", b"avif": "image/avif", b"qt  ": "video/quicktime",
}  # fmt: skip

_OLE_NAMES: Final = frozenset({OTHERS["doc"], OTHERS["xls"], OTHERS["ppt"]})


def suffix_of(name: str) -> str:
    """The end of a file name behind its last dot, in lower case; empty when there is none."""
    return PurePosixPath(name).suffix[1:].lower()


def mime_of_name(name: str) -> str:
    """What a file's name promises."""
    suffix = suffix_of(name)
    return TEXTS.get(suffix) or OTHERS.get(suffix, UNKNOWN)


def kind_of_name(name: str) -> Kind:
    """The kind a file will probably get, without looking inside: quick enough to ask for a thousand files."""
    return kind_of(mime_of_name(name))


def sniff(head: bytes, name: str) -> str:
    """The mime of a file that begins with ``head`` (its first ``HEAD`` bytes) and is called ``name``.

    For a ZIP container and for text the name decides which of them it is, and their readers look further.
    """
    promised = mime_of_name(name)
    for magic, mime in _MAGIC:
        if head.startswith(magic):
            return promised if mime == OLE and promised in _OLE_NAMES else mime
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _container(head, promised)
    if _is_pdf(head, promised):
        return "application/pdf"
    if head[:4] == b"RIFF":
        riff = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
        return riff.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:2] == b"BM" and promised == "image/bmp":
        return promised
    if head[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"} and promised == "audio/mpeg":
        return promised
    return _textual(head, name, promised)


def is_html(head: bytes) -> bool:
    """Whether text begins as a web page does."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower()
    while start.startswith((b"<?xml", b"<!--")):
        start = start.partition(b">")[2].lstrip()
    return start.startswith((b"<!doctype html", b"<html"))


def _is_pdf(head: bytes, promised: str) -> bool:
    """Readers find the mark anywhere in the first kilobyte; text that speaks of it is not meant."""
    if head.startswith(b"%PDF-"):
        return True
    return b"%PDF-" in head[:1024] and (promised in {"application/pdf", UNKNOWN} or looks_binary(head))


def _container(head: bytes, promised: str) -> str:
    """Which of the formats that are ZIP files. The first entry says it for e-books and OpenDocument."""
    for mime in (EPUB, ODT, ODS, ODP):
        if b"mimetype" + mime.encode() in head[30:200]:
            return mime
    if promised in {DOCX, XLSX, PPTX, EPUB, ODT, ODS, ODP}:
        return promised
    for part, mime in ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX)):
        if b"[Content_Types].xml" in head and part in head:
            return mime
    return "application/zip"


def _textual(head: bytes, name: str, promised: str) -> str:
    if looks_binary(head):
        return UNKNOWN if suffix_of(name) in TEXTS else promised
    if promised == "message/rfc822":
        return promised
    if is_html(head) and (promised == "text/html" or suffix_of(name) not in TEXTS):
        return "text/html"
    if promised == "text/html":
        return promised
    return TEXTS.get(suffix_of(name), PLAIN)


def looks_binary(head: bytes) -> bool:
    """Whether these bytes can hardly be text in any encoding that is in use."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False  # UTF-16 or UTF-32, and it says so
    if b"\0" in head:
        return True
    control = sum(head.count(code) for code in (*range(1, 7), *range(14, 27), *range(28, 32), 127))
    return control * 100 > len(head)
