"""Which module reads which kind of file."""

from __future__ import annotations

from functools import cache
from typing import Final

from engine.errors import SourceError
from engine.extract import mimes
from engine.extract.mimes import kind_of_name, mime_of_name
from engine.extract.source import Extractor, Facts, SourceFile

__all__ = ["extractor", "extractor_name", "kind_of_name", "mime_of_name"]

KEPT: Final = "kept"
"""The extractor of what nobody reads yet: the file is kept byte for byte and found by its name."""

_READERS: Final = {
    "text/html": "html",
    "application/pdf": "pdf",
    mimes.DOCX: "docx",
    mimes.XLSX: "xlsx",
    mimes.PPTX: "pptx",
    mimes.EPUB: "packaged",
    mimes.ODT: "packaged",
    mimes.ODS: "packaged",
    mimes.ODP: "packaged",
    mimes.OLE: "office",
    "application/rtf": "rtf",
    "message/rfc822": "mail",
    **dict.fromkeys(
        ("png", "jpeg", "gif", "webp", "bmp", "tiff", "avif", "jp2", "vnd.microsoft.icon"), "image"
    ),
}


class KeptExtractor(Extractor):
    """Reads nothing."""

    def inspect(self, _file: SourceFile, /) -> Facts:
        return Facts()


def extractor_name(mime: str) -> str:
    """The extractor for a file whose first bytes say it is ``mime``."""
    kind, _, subtype = mime.partition("/")
    if mime in _READERS:
        return _READERS[mime]
    if kind == "image" and subtype in _READERS:
        return _READERS[subtype]
    if mime in mimes.TEXTS.values() or kind == "text":
        return "text"
    return KEPT


@cache
def extractor(name: str) -> Extractor:
    """The extractor of that name; its module is imported now. Raises ``SourceError`` for unknown names."""
    # Plain imports, not names put together: a bundler has to see what it must take along.
    match name:
        case "text":
            from engine.extract.text import TextExtractor

            return TextExtractor()
        case "html":
            from engine.extract.html import HtmlExtractor

            return HtmlExtractor()
        case "pdf":
            from engine.extract.pdf import PdfExtractor

            return PdfExtractor()
        case "docx":
            from engine.extract.docx import WordExtractor

            return WordExtractor()
        case "xlsx":
            from engine.extract.xlsx import SheetExtractor

            return SheetExtractor()
        case "pptx":
            from engine.extract.pptx import SlidesExtractor

            return SlidesExtractor()
        case "packaged":
            from engine.extract.packaged import PackagedExtractor

            return PackagedExtractor()
        case "office":
            from engine.extract.office import OldOfficeExtractor

            return OldOfficeExtractor()
        case "rtf":
            from engine.extract.rtf import RtfExtractor

            return RtfExtractor()
        case "mail":
            from engine.extract.mail import MailExtractor

            return MailExtractor()
        case "image":
            from engine.extract.image import ImageExtractor

            return ImageExtractor()
        case "kept":
            return KeptExtractor()
        case _:
            raise SourceError(f"asks for a reader “{name}” that does not exist here")
