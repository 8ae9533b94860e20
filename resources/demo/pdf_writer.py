"""Writes a small PDF: text in the standard fonts, lines and filled shapes. Enough for a printed report.

Same input, same bytes: no clock, no random identifiers.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import cache

A4 = (595, 842)
FONTS = {"regular": "Helvetica", "bold": "Helvetica-Bold", "italic": "Helvetica-Oblique"}

Point = tuple[float, float]
Colour = tuple[float, float, float]


@cache
def _width(style: str, character: str) -> float:
    """Width of one character, as a share of the font size."""
    import ctypes

    from pypdfium2 import PdfDocument, raw

    with PdfDocument.new() as document:
        font = raw.FPDFText_LoadStandardFont(document, FONTS[style].encode())
        width = ctypes.c_float()
        raw.FPDFFont_GetGlyphWidth(font, ord(character), 1000.0, width)
        raw.FPDFFont_Close(font)
    return width.value / 1000.0


def text_width(text: str, style: str, size: float) -> float:
    """Width of a line of text in points."""
    return size * sum(_width(style, character) for character in text)


def wrap(text: str, style: str, size: float, width: float) -> list[str]:
    """The lines of a paragraph."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and text_width(longer, style, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


class Page:
    """Drawing instructions of one page. Coordinates in points from the bottom left corner."""

    def __init__(self) -> None:
        self._out: list[bytes] = []

    def text(
        self, x: float, y: float, text: str, *, style: str = "regular", size: float = 10.5, ink: float = 0.1
    ) -> None:
        escaped = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        font = list(FONTS).index(style) + 1
        self._out.append(b"BT /F%d %.1f Tf %.2f g %.2f %.2f Td (%s) Tj ET" % (font, size, ink, x, y, escaped))

    def line(self, points: Sequence[Point], colour: Colour, width: float = 0.8) -> None:
        path = b" ".join(
            b"%.2f %.2f %s" % (x, y, b"l" if number else b"m") for number, (x, y) in enumerate(points)
        )
        self._out.append(b"%.2f %.2f %.2f RG %.2f w 1 j %s S" % (*colour, width, path))

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        self._out.append(b"%.2f %.2f %.2f rg %.2f %.2f %.2f %.2f re f" % (*colour, x, y, width, height))

    def stream(self) -> bytes:
        return b"\n".join(self._out)


def document(pages: Iterable[Page], *, title: str, author: str, created: str) -> bytes:
    """The file. ``created`` is a PDF date (``D:20240918091500Z``)."""
    bodies: list[bytes] = [b"", b""]  # catalogue and page tree, filled in last

    def add(body: bytes) -> int:
        bodies.append(body)
        return len(bodies)

    fonts = b" ".join(
        b"/F%d %d 0 R"
        % (
            number,
            add(
                b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name.encode()
            ),
        )
        for number, name in enumerate(FONTS.values(), 1)
    )
    kids = []
    for page in pages:
        packed = zlib.compress(page.stream(), 9)
        content = add(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
        kids.append(
            add(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << %s >> >> "
                b"/Contents %d 0 R >>" % (*A4, fonts, content)
            )
        )
    information = add(
        b"<< /Title %s /Author %s /CreationDate (%s) >>" % (_text(title), _text(author), created.encode())
    )
    bodies[0] = b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>"
    tree = b" ".join(b"%d 0 R" % kid for kid in kids)
    bodies[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), tree)

    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = (len(bodies) + 1, information, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % trailer
    return bytes(out)


def _text(text: str) -> bytes:
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().upper().encode()
