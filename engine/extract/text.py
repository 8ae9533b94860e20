"""Text as it stands: notes, Markdown, source code, tables with separators, JSON.

UTF-8 is kept as the document's own text. Other encodings are kept byte for byte, what they say becomes
parts.
"""

from __future__ import annotations

import codecs
from typing import Final

from engine.extract.mimes import UNKNOWN
from engine.extract.sections import paragraphs_of, sections
from engine.extract.source import Extractor, Facts, Reading, SourceFile
from engine.types import PartItem

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TextExtractor(Extractor):
    """Text files."""

    def inspect(self, file: SourceFile, /) -> Facts:
        data = file.data()
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return Facts(units=1, metadata={"encoding": decode(data)[1]})
        if "\0" in text:
            return Facts(mime=UNKNOWN)
        return Facts(text=text)

    def read_all(self, file: SourceFile, /) -> Reading:
        text, _ = decode(file.data())
        return Reading([PartItem(section) for section in sections(paragraphs_of(text))])


def decode(data: bytes) -> tuple[str, str]:
    """Text in whatever encoding, and that encoding's name. Never fails: the last guess takes every byte."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding.removesuffix("-sig")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # What is neither marked nor UTF-8 is nearly always what Western systems wrote before it.
        return data.decode("cp1252", "replace"), "windows-1252"
