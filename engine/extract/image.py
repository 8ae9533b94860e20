"""Pictures: their size, when and with what they were taken, and whether they are whole."""

from __future__ import annotations

import io
import struct
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from engine.errors import SourceError
from engine.extract.source import Extractor, Facts, Reading, SourceFile
from engine.limits import MAX_PICTURE_PIXELS

_EXIF: Final = 0x8769
_ORIENTATION: Final = 0x0112
_MAKE, _MODEL, _DESCRIPTION, _ARTIST = 0x010F, 0x0110, 0x010E, 0x013B
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_QUARTER_TURNS: Final = frozenset({5, 6, 7, 8})

DAMAGED: Final = "is damaged"
CUT_OFF: Final = "is damaged: the end of the file is missing"


class ImageExtractor(Extractor):
    """Pictures."""

    noun = "picture"

    def inspect(self, file: SourceFile, /) -> Facts:
        with _open(file) as image:
            facts = Facts(units=1, width=image.width, height=image.height)
            try:
                _add_exif(facts, image)
            except (OSError, ValueError, SyntaxError, TypeError, KeyError, struct.error):
                # A block that cannot be read says nothing; the picture may be whole all the same.
                facts.metadata = {}
            return facts

    def read_all(self, file: SourceFile, /) -> Reading:
        """Decode it once: a picture has no parts, but whether it is whole shows only so."""
        with _open(file) as image:
            if image.width * image.height > MAX_PICTURE_PIXELS:
                size = f"{image.width:,} × {image.height:,} pixels"
                raise SourceError(f"has {size}, more than can be shown")
            image.draft(None, (image.width // 8, image.height // 8))  # JPEG: reads all, computes an eighth
            try:
                image.load()
            except (EOFError, OSError) as error:
                raise SourceError(CUT_OFF if "truncated" in str(error) else DAMAGED) from error
            except (ValueError, SyntaxError, OverflowError) as error:
                raise SourceError(DAMAGED) from error
        return Reading()


def _open(file: SourceFile) -> Any:
    from PIL import Image, UnidentifiedImageError

    # The library refuses to tell the size of what it takes for a bomb; read() checks against our own limit
    # before it decodes. This runs in a child process, so nobody else's limit is changed.
    Image.MAX_IMAGE_PIXELS = None
    try:
        return Image.open(io.BytesIO(file.data()))
    except UnidentifiedImageError as error:
        raise SourceError(DAMAGED) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise SourceError(CUT_OFF if "truncated" in str(error).lower() else DAMAGED) from error


def _add_exif(facts: Facts, image: Any) -> None:
    if image.format == "PNG" and "exif" not in image.info:
        return  # the library would decode all of it to look for a block at its end
    exif = image.getexif()
    if exif.get(_ORIENTATION) in _QUARTER_TURNS:
        facts.width, facts.height = facts.height, facts.width
    inner = exif.get_ifd(_EXIF)
    facts.timestamp = _when(inner.get(_TAKEN), inner.get(_TAKEN_OFFSET))
    found = {
        "camera": " ".join(text for key in (_MAKE, _MODEL) if (text := _words(exif.get(key)))),
        "author": _words(exif.get(_ARTIST)),
        "description": _words(exif.get(_DESCRIPTION)),
    }
    facts.metadata = {name: text for name, text in found.items() if text}


def _words(value: object) -> str:
    return " ".join(value.replace("\0", " ").split())[:500] if isinstance(value, str) else ""


def _when(taken: object, offset: object) -> int | None:
    """Unix seconds of “2025:06:27 14:03:11”. A camera that does not say its time zone was here."""
    try:
        moment = datetime.strptime(_words(taken), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - the zone comes below
        zone = _words(offset)
        if len(zone) == 6 and zone[0] in "+-":
            minutes = int(zone[1:3]) * 60 + int(zone[4:6])
            moment = moment.replace(
                tzinfo=timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes))
            )
        return int(moment.timestamp())
    except (ValueError, OverflowError, OSError):
        return None
