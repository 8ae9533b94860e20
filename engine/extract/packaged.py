"""E-books (EPUB) and OpenDocument: XML and web pages in a ZIP file."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from engine.errors import SourceError
from engine.extract.archive import open_archive
from engine.extract.html import decode_page, paragraphs_of_page
from engine.extract.sections import row_text, sections
from engine.extract.source import Extractor, Facts, Reading, SourceFile
from engine.types import PartItem

_DUBLIN: Final = "{http://purl.org/dc/elements/1.1/}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


class PackagedExtractor(Extractor):
    """E-books and OpenDocument files."""

    def inspect(self, file: SourceFile, /) -> Facts:
        with open_archive(file) as archive:
            if "META-INF/container.xml" in archive.namelist():
                described = _parse(archive, _package_path(archive))
            elif "meta.xml" in archive.namelist():
                described = _parse(archive, "meta.xml")
            else:
                return Facts(units=1)
            found: dict[str, Any] = {}
            for ours, theirs in (("title", "title"), ("author", "creator"), ("language", "language")):
                node = described.find(f".//{_DUBLIN}{theirs}")
                if node is not None and (text := " ".join("".join(node.itertext()).split())[:500]):
                    found[ours] = text
            return Facts(units=1, metadata=found)

    def read_all(self, file: SourceFile, /) -> Reading:
        with open_archive(file) as archive:
            names = archive.namelist()
            if "META-INF/container.xml" in names:
                parts = [
                    PartItem(section)
                    for chapter in _chapters(archive)
                    for section in sections(paragraphs_of_page(decode_page(chapter)))
                ]
            elif "content.xml" in names:
                parts = [PartItem(section) for section in sections(_open_document(archive))]
            else:
                raise SourceError("is damaged: its content is missing")
            return Reading(parts)


def _parse(archive: zipfile.ZipFile, name: str) -> ET.Element:
    try:
        # The archive was unpacked within bounds before, and XML that defines entities was refused.
        return ET.fromstring(archive.read(name))  # noqa: S314
    except (KeyError, ET.ParseError) as error:
        raise SourceError(f"is damaged: “{name}” inside it cannot be read") from error


def _package_path(archive: zipfile.ZipFile) -> str:
    for node in _parse(archive, "META-INF/container.xml").iter():
        if node.tag.endswith("}rootfile") and (path := node.get("full-path")):
            return path
    raise SourceError("is damaged: it does not say where its content is")


def _chapters(archive: zipfile.ZipFile) -> Iterator[bytes]:
    """The pages of a book in reading order."""
    path = _package_path(archive)
    package = _parse(archive, path)
    pages = {
        node.get("id"): posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(href)))
        for node in package.iter()
        if node.tag.endswith("}item") and (href := node.get("href")) is not None
    }
    names = set(archive.namelist())
    for node in package.iter():
        if node.tag.endswith("}itemref") and pages.get(node.get("idref")) in names:
            yield archive.read(pages[node.get("idref")])


def _open_document(archive: zipfile.ZipFile) -> Iterator[str]:
    for node in _parse(archive, "content.xml").iter():
        if node.tag == f"{_TABLE}table-row":
            yield row_text("".join(cell.itertext()) for cell in node.iter(f"{_TABLE}table-cell"))
            for inner in node.iter():
                inner.text = inner.tail = None  # so that its paragraphs do not come a second time
        elif node.tag in {f"{_TEXT}p", f"{_TEXT}h"}:
            yield "".join(node.itertext())
