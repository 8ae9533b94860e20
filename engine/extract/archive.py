"""Documents that are ZIP files, unpacked within bounds: a size in them is a claim until it is counted."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from engine.errors import SourceError
from engine.extract.source import SourceFile
from engine.limits import MIB

MAX_UNPACKED: Final = 512 * MIB
"""Everything in one document, unpacked: twice what it can have packed, for pictures do not shrink."""

MAX_XML: Final = 128 * MIB
"""All XML of one document, unpacked: its tree takes ten times that in memory."""

MAX_ENTRIES: Final = 20_000

_XML: Final = (".xml", ".rels", ".opf", ".ncx")
_BLOCK: Final = MIB
_ENTITY: Final = b"<!ENTITY"

DAMAGED: Final = "is damaged"
CUT_OFF: Final = "is damaged: the end of the file is missing"
LOCKED: Final = "needs a password"


def open_archive(file: SourceFile) -> zipfile.ZipFile:
    """The archive, after every byte in it was unpacked once, counted, and checked against its checksum.

    XML that defines entities is refused: office programs write none, and a few can stand for terabytes.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data()))
        _count(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        has_end = b"PK\x05\x06" in file.data()[-70_000:]
        raise SourceError(DAMAGED if has_end else CUT_OFF) from error
    except (NotImplementedError, RuntimeError) as error:  # a compression nobody uses here
        raise SourceError("is packed in a way that cannot be read here") from error
    return archive


def _count(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise SourceError(f"has {len(entries):,} entries inside; a document can have {MAX_ENTRIES:,}")
    total = xml = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise SourceError(LOCKED)
        is_xml = entry.filename.lower().endswith(_XML)
        tail = b""
        with archive.open(entry) as stream:
            while block := stream.read(_BLOCK):
                total += len(block)
                if total > MAX_UNPACKED:
                    raise _too_much(MAX_UNPACKED)
                if is_xml:
                    xml += len(block)
                    if xml > MAX_XML:
                        raise _too_much(MAX_XML)
                    if _ENTITY in tail + block:
                        raise SourceError(
                            "holds XML with entities of its own, which can be used to fill the memory"
                        )
                    tail = block[-len(_ENTITY) :]


def _too_much(limit: int) -> SourceError:
    return SourceError(f"unpacks to more than {limit // MIB} MB, as files made to fill the memory do")
