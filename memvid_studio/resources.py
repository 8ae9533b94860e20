"""Where fonts come from: the bundle beside this file, the system's font packages, or what Qt falls back to.

No font is drawn or shipped by this module; :func:`install_fonts` makes the text families known to Qt and
:func:`icon_font` gives the outlines of the icons, which QtAwesome brings along.
"""

from __future__ import annotations

import importlib.util
import json
import struct
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QFontDatabase, QPainterPath, QRawFont

# Inter as TrueType outlines. The static Inter of the system is CFF: Qt thickens its stems and blends it with
# a gamma, so that light text on dark comes out half a weight bolder than dark text on light.
_VARIABLE_INTER = (
    (("Inter-roman.var.ttf", "Inter"), ("Inter-italic.var.ttf", "Inter")),
    # The same under the names of later releases.
    (("InterVariable.ttf", "Inter Variable"), ("InterVariable-Italic.ttf", "Inter Variable")),
)
_STATIC = {
    "Inter": ("Inter-Regular", "Inter-Medium", "Inter-SemiBold", "Inter-Italic"),
    "JetBrains Mono": ("JetBrainsMono-Regular", "JetBrainsMono-Medium"),
}
_SUFFIXES = (".ttf", ".otf")
_SYSTEM_FOLDERS = (
    "/usr/share/fonts/truetype/inter-vf",
    "/usr/share/fonts/opentype/inter",
    "/usr/share/fonts/truetype/inter",
    "/usr/share/fonts/truetype/jetbrains-mono",
    "/usr/local/share/fonts",
)
_FAMILY_NAME_IDS = {1, 3, 4, 6, 16, 18, 21, 25}
_POSTSCRIPT_NAME_IDS = {6, 25}


class MissingIcons(RuntimeError):
    """The icon font is not there; the message says what to install."""


def font_folders() -> list[Path]:
    """Folders searched for font files, in order: the bundle, then the system's packages."""
    bundle = getattr(sys, "_MEIPASS", None)
    own = [Path(__file__).parent / "fonts"]
    if isinstance(bundle, str):
        own.insert(0, Path(bundle) / "fonts")
    return own + [Path(folder) for folder in _SYSTEM_FOLDERS]


def install_fonts() -> list[str]:
    """Make Inter (as the family ``Inter Text``) and JetBrains Mono known to Qt.

    Returns the families that could not be found; text then uses the fallbacks of the type tokens. Needs a
    QGuiApplication. Calling it again does nothing.
    """
    known = set(QFontDatabase.families())
    if "Inter Text" not in known:
        for release in _VARIABLE_INTER:
            found = [(path, name) for file, name in release if (path := _find(file)) is not None]
            for path, name in found:
                # Under a name of its own, or Qt mixes it with a static Inter that the system also has.
                QFontDatabase.addApplicationFontFromData(rename_family(path.read_bytes(), name, "Inter Text"))
            if found:
                break
    for family, faces in _STATIC.items():
        if family not in known:
            for path in (_find(face + suffix) for face in faces for suffix in _SUFFIXES):
                if path is not None:
                    QFontDatabase.addApplicationFont(str(path))
    return sorted({"Inter Text", "JetBrains Mono"} - set(QFontDatabase.families()))


def _find(name: str) -> Path | None:
    return next((path for folder in font_folders() if (path := folder / name).is_file()), None)


def rename_family(font: bytes, old: str, new: str) -> bytes:
    """A TrueType or OpenType font with ``old`` replaced by ``new`` in its family names.

    Only the ``name`` table is written anew, at the end of the file. Raises ValueError when there is none.
    """
    tables = struct.unpack_from(">H", font, 4)[0]
    for entry in range(12, 12 + 16 * tables, 16):
        if font[entry : entry + 4] == b"name":
            break
    else:
        raise ValueError("not a font: it has no name table")
    start = struct.unpack_from(">I", font, entry + 8)[0]
    _, count, strings = struct.unpack_from(">HHH", font, start)
    records, texts = b"", b""
    for record in range(start + 6, start + 6 + 12 * count, 12):
        platform, encoding, language, name_id, length, offset = struct.unpack_from(">HHHHHH", font, record)
        text = font[start + strings + offset :][:length]
        if name_id in _FAMILY_NAME_IDS:
            codec = "mac-roman" if platform == 1 else "utf-16-be"
            put = new.replace(" ", "") if name_id in _POSTSCRIPT_NAME_IDS else new
            text = text.decode(codec).replace(old, put).encode(codec)
        records += struct.pack(">HHHHHH", platform, encoding, language, name_id, len(text), len(texts))
        texts += text
    table = struct.pack(">HHH", 0, count, 6 + len(records)) + records + texts
    result = bytearray(font) + b"\0" * (-len(font) % 4)
    struct.pack_into(">II", result, entry + 8, len(result), len(table))
    return bytes(result) + table


@dataclass(frozen=True, slots=True)
class IconFont:
    """Outlines of the icons by name, on a 24 × 24 grid."""

    path: Path
    code_points: dict[str, int]

    def outline(self, name: str, size: float) -> QPainterPath:
        """The icon as a path inside the square 0, 0, size, size. Raises KeyError for an unknown name."""
        font = QRawFont(str(self.path), size)
        glyphs = font.glyphIndexesForString(chr(self.code_points[name]))
        outline = font.pathForGlyph(glyphs[0])
        # The grid's lower edge lies an eighth of the em below the base line.
        outline.translate(0, size * 0.875)
        return outline


@lru_cache(maxsize=1)
def icon_font() -> IconFont:
    """The Material Design icons that come with QtAwesome.

    Read as a font file instead of through ``qtawesome.icon``: importing that loads a dozen icon fonts, which
    costs a tenth of the time the window has to appear.

    Raises :class:`MissingIcons` when QtAwesome is not installed.
    """
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise MissingIcons("The icons are missing: pip install 'memvid-studio[gui]' brings them")
    folder = Path(spec.origin).parent / "fonts"
    fonts = sorted(folder.glob("materialdesignicons6-webfont-*.ttf"))
    maps = sorted(folder.glob("materialdesignicons6-webfont-charmap-*.json"))
    if not fonts or not maps:
        raise MissingIcons(f"The icon font is missing in {folder}: install QtAwesome 1.4 or newer again")
    listing: dict[str, str] = json.loads(maps[-1].read_text(encoding="utf-8"))
    return IconFont(fonts[-1], {name: int(code, 16) for name, code in listing.items()})
