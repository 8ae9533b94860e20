"""Where fonts come from: the bundle beside this file, the system's font packages, or what Qt falls back to.

No font is drawn or shipped by this module; :func:`install_fonts` makes the text families known to Qt and
:func:`icon_font` gives the outlines of the icons, which QtAwesome brings along.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QFontDatabase, QPainterPath, QRawFont

_FACES = (
    "Inter-Regular",
    "Inter-Medium",
    "Inter-SemiBold",
    "Inter-Italic",
    "JetBrainsMono-Regular",
    "JetBrainsMono-Medium",
)
_SUFFIXES = (".otf", ".ttf")
_SYSTEM_FOLDERS = (
    "/usr/share/fonts/opentype/inter",
    "/usr/share/fonts/truetype/inter",
    "/usr/share/fonts/truetype/jetbrains-mono",
    "/usr/local/share/fonts",
)


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
    """Make Inter and JetBrains Mono known to Qt where the system has not done so already.

    Returns the families that could not be found; text then uses the fallback of the type tokens. Needs a
    QGuiApplication.
    """
    wanted = {"Inter", "JetBrains Mono"}
    known = set(QFontDatabase.families())
    if wanted <= known:
        return []
    for face in _FACES:
        path = _find_face(face)
        if path is not None:
            QFontDatabase.addApplicationFont(str(path))
    return sorted(wanted - set(QFontDatabase.families()))


def _find_face(face: str) -> Path | None:
    for folder in font_folders():
        for suffix in _SUFFIXES:
            path = folder / f"{face}{suffix}"
            if path.is_file():
                return path
    return None


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
