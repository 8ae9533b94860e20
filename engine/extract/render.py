"""Pages and pictures as pixels, with boxes on the words that were looked for.

The functions run in a child process: a damaged file may crash the library that reads it. A child keeps the
last originals by digest, so a page turn sends a page number and not the document: call with ``data=None``
first and send the bytes when :class:`NeedContent` comes back. Not safe for several threads of one process.
"""

from __future__ import annotations

import ctypes
import io
import math
import warnings
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from engine import limits
from engine.errors import EngineError, SourceError
from engine.text import find_spans
from engine.types import PageImage, PictureImage

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

Box = tuple[float, float, float, float]


class NeedContent(EngineError):
    """The child does not have the original (any more): call again with its bytes."""


def render_page(
    digest: bytes, data: bytes | None, page: int, width: int, terms: tuple[str, ...] = ()
) -> PageImage:
    """Page ``page`` (from 1) of a PDF, ``width`` pixels wide, with the boxes of ``terms`` (folded words).

    ``digest`` names the content. A width beyond the limits is made smaller: read ``width`` of the answer.

    Raises:
        NeedContent: ``data`` is None and this child does not hold the document.
        SourceError: the document is damaged, has a password, or has no such page.
    """
    document = _documents.get(digest, data)
    sizes = document.sizes
    if not 1 <= page <= len(sizes):
        raise SourceError(f"There is no page {page}: the document has {len(sizes)} pages.")
    pixels_wide, pixels_high = _fitting_size(sizes[page - 1], width)
    loaded = document.page(page)
    rgb = _paint(document.pdf, loaded, pixels_wide, pixels_high)
    boxes: list[Box] = []
    owners: list[int] = []
    if terms:
        found = _boxes_of_terms(loaded, terms, pixels_wide, pixels_high)
        for number, word in enumerate(found):
            boxes.extend(word)
            owners.extend([number] * len(word))
    return PageImage(page, len(sizes), pixels_wide, pixels_high, rgb, tuple(boxes), tuple(owners), sizes)


def render_picture(digest: bytes, data: bytes | None, max_width: int, max_height: int) -> PictureImage:
    """A picture inside ``max_width`` x ``max_height`` pixels, turned as its EXIF says, never enlarged.

    Raises:
        NeedContent: ``data`` is None and this child does not hold the picture.
        SourceError: the bytes are no picture we can read, or one too large to decode.
    """
    content = _pictures.get(digest, data)
    from PIL import Image, ImageOps

    box = (_clamped_side(max_width), _clamped_side(max_height))
    try:
        # The library warns below its own limit; ours is checked here, and what it only warns of is shown.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as source:
                if source.width * source.height > limits.MAX_PICTURE_PIXELS:
                    raise _too_large(source.width, source.height)
                turned = source.getexif().get(_EXIF_ORIENTATION, 1) in _QUARTER_TURNS
                stored = (source.width, source.height)
                full = (stored[1], stored[0]) if turned else stored
                # A JPEG can be decoded at 1/2, 1/4 or 1/8: far quicker for a thumbnail of a camera picture.
                source.draft(None, (box[1], box[0]) if turned else box)
                upright = ImageOps.exif_transpose(_eight_bit(source))
                pixels = upright.convert("RGBA")
                pixels.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=3.0)
                return PictureImage(pixels.width, pixels.height, pixels.tobytes(), *full)
    except Image.DecompressionBombError as error:
        raise SourceError("The picture is too large to be shown.") from error
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError) as error:
        _pictures.drop(digest)
        whole = "truncated" not in str(error).lower()
        what = (
            "is damaged, or of a kind that cannot be shown"
            if whole
            else "is damaged: the end of it is missing"
        )
        raise SourceError(f"The picture {what}.") from error


# ----------------------------------------------------------------------------------------------- pictures

_EXIF_ORIENTATION: Final = 0x0112
_QUARTER_TURNS: Final = frozenset({5, 6, 7, 8})


def _too_large(width: int, height: int) -> SourceError:
    return SourceError(f"The picture is too large to be shown: {width} × {height} pixels.")


def _clamped_side(side: int) -> int:
    return max(1, min(side, limits.MAX_PICTURE_SIDE))


def _eight_bit(image: Any) -> Any:
    """16 and 32 bit greys brought to 8 bits: the library's own conversion would clip them to white."""
    if not image.mode.startswith(("I", "F")):
        return image
    grey = image.convert("F")
    low, high = grey.getextrema()
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    scale = 255.0 / (high - low) if high > low else 0.0
    return grey.point(lambda value: value * scale - low * scale).convert("L")


# -------------------------------------------------------------------------------------------------- pages


class _OpenDocument:
    """A PDF held open, with its page sizes and the page shown last."""

    def __init__(self, data: bytes) -> None:
        import pypdfium2
        from pypdfium2 import raw

        self.data = data
        try:
            self.pdf: PdfDocument = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if error.err_code == raw.FPDF_ERR_PASSWORD:
                raise SourceError("The PDF is protected by a password.") from error
            raise SourceError("The PDF is damaged and cannot be shown.") from error
        try:
            if self.pdf.get_formtype() != raw.FORMTYPE_NONE:
                self.pdf.init_forms()
            count = len(self.pdf)
            self.sizes = tuple(self._size(index) for index in range(count))
        except pypdfium2.PdfiumError as error:
            self.pdf.close()
            raise SourceError("The PDF is damaged and cannot be shown.") from error
        if not count:
            self.pdf.close()
            raise SourceError("The PDF has no pages.")
        self._page: tuple[int, PdfPage] | None = None

    def page(self, number: int) -> PdfPage:
        import pypdfium2

        if self._page is not None and self._page[0] == number:
            return self._page[1]
        try:
            loaded = self.pdf[number - 1]
        except pypdfium2.PdfiumError as error:
            raise SourceError(f"Page {number} is damaged and cannot be shown.") from error
        if self._page is not None:
            self._page[1].close()
        self._page = (number, loaded)
        return loaded

    def close(self) -> None:
        if self._page is not None:
            self._page[1].close()
            self._page = None
        self.pdf.close()

    def _size(self, index: int) -> tuple[float, float]:
        width, height = self.pdf.get_page_size(index)
        if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
            return _A4
        return (width, height)


_A4: Final = (595.0, 842.0)


def _fitting_size(size: tuple[float, float], width: int) -> tuple[int, int]:
    """Pixels for a page of ``size`` points at ``width`` pixels, kept within the limits with its shape."""
    ratio = size[1] / size[0]
    wanted = float(max(1, width))
    wanted = min(wanted, limits.MAX_RENDER_SIDE, limits.MAX_RENDER_SIDE / ratio)
    wanted = min(wanted, math.sqrt(limits.MAX_RENDER_PIXELS / ratio))
    wide = max(1, int(wanted))
    return wide, max(1, min(limits.MAX_RENDER_SIDE, round(wide * ratio)))


def _paint(pdf: PdfDocument, page: PdfPage, width: int, height: int) -> bytes:
    from pypdfium2 import PdfBitmap, raw

    bitmap = PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR, rev_byteorder=True)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        flags = raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER
        arguments = (bitmap, page, 0, 0, width, height, 0, flags)
        raw.FPDF_RenderPageBitmap(*arguments)
        if pdf.formenv:
            raw.FPDF_FFLDraw(pdf.formenv, *arguments)
        return bytes(bitmap.buffer)
    finally:
        bitmap.close()


def _boxes_of_terms(page: PdfPage, terms: tuple[str, ...], width: int, height: int) -> list[list[Box]]:
    """For each place where a term stands on ``page``, in reading order: its boxes, one per line."""
    from pypdfium2 import raw

    text_page = page.get_textpage()
    try:
        codes = [raw.FPDFText_GetUnicode(text_page, index) for index in range(text_page.count_chars())]
        text, indices = _text_of_codes(codes)
        place = _PageToPixels(page, width, height)
        found = []
        for start, end in find_spans(text, terms):
            corners = (_character_box(text_page, index) for index in range(indices[start], indices[end]))
            lines = _join_lines([place(box) for box in corners if box is not None])
            if lines:
                found.append(lines)
        return found
    finally:
        text_page.close()


def _text_of_codes(codes: list[int]) -> tuple[str, list[int]]:
    """The text of a page and, for each of its characters and its end, the index on the page.

    A page has two indices for a character beyond the first 65,536, and zero where its font names none.
    """
    text: list[str] = []
    indices: list[int] = []
    for index, code in enumerate(codes):
        if 0xDC00 <= code < 0xE000 and text and 0xD800 <= codes[index - 1] < 0xDC00:
            text[-1] = chr(0x10000 + ((codes[index - 1] - 0xD800) << 10) + (code - 0xDC00))
        elif code:
            text.append(chr(code) if code <= 0x10FFFF else "\ufffd")
            indices.append(index)
    return "".join(text), [*indices, len(codes)]


def _character_box(text_page: PdfTextPage, index: int) -> Box | None:
    """Left, bottom, right, top of a character in points; None for blanks that are not on the page."""
    from pypdfium2 import raw

    if raw.FPDFText_IsGenerated(text_page, index) == 1:
        return None
    rect = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text_page, index, rect):
        return None
    if rect.right <= rect.left or rect.top <= rect.bottom:
        return None
    return (rect.left, rect.bottom, rect.right, rect.top)


class _PageToPixels:
    """From points of the page to pixels of its picture: rotation and crop box are the library's business."""

    def __init__(self, page: PdfPage, width: int, height: int) -> None:
        from pypdfium2 import raw

        # The library answers in whole pixels; three points at a high resolution give the exact affine map.
        self._scale = 64
        x, y = ctypes.c_int(), ctypes.c_int()

        def pixel(px: float, py: float) -> tuple[float, float]:
            size = (0, 0, width * self._scale, height * self._scale)
            raw.FPDF_PageToDevice(page, *size, 0, px, py, x, y)
            return x.value / self._scale, y.value / self._scale

        reach = max(page.get_width(), page.get_height(), 1.0)
        self._x0, self._y0 = pixel(0.0, 0.0)
        x1, y1 = pixel(reach, 0.0)
        x2, y2 = pixel(0.0, reach)
        self._ax, self._bx = (x1 - self._x0) / reach, (x2 - self._x0) / reach
        self._ay, self._by = (y1 - self._y0) / reach, (y2 - self._y0) / reach
        self._width, self._height = width, height

    def __call__(self, box: Box) -> Box:
        xs, ys = [], []
        for x, y in ((box[0], box[1]), (box[2], box[3])):
            xs.append(self._x0 + self._ax * x + self._bx * y)
            ys.append(self._y0 + self._ay * x + self._by * y)
        return (
            min(max(min(xs), 0.0), self._width),
            min(max(min(ys), 0.0), self._height),
            min(max(*xs, 0.0), self._width),
            min(max(*ys, 0.0), self._height),
        )


def _join_lines(boxes: list[Box]) -> list[Box]:
    """Neighbouring character boxes as one box per line (or column, where the writing goes down)."""
    joined: list[Box] = []
    for box in boxes:
        if box[2] <= box[0] or box[3] <= box[1]:
            continue  # outside the shown part of the page
        if joined and _side_by_side(joined[-1], box):
            last = joined[-1]
            joined[-1] = (
                *(min(last[0], box[0]), min(last[1], box[1])),
                *(max(last[2], box[2]), max(last[3], box[3])),
            )
        else:
            joined.append(box)
    return joined


def _side_by_side(a: Box, b: Box) -> bool:
    across = min(a[3], b[3]) - max(a[1], b[1])
    down = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3] - a[1], b[3] - b[1])
    width = min(a[2] - a[0], b[2] - b[0])
    if across > 0.5 * height:
        return down > -2.0 * height
    return down > 0.5 * width and across > -0.25 * height and _turned(a, b)


def _turned(a: Box, b: Box) -> bool:
    """Whether two boxes above each other belong to turned text: those are wider than a line is high."""
    return abs((a[0] + a[2]) - (b[0] + b[2])) < 0.2 * (a[2] - a[0] + b[2] - b[0])


# -------------------------------------------------------------------------------------------------- cache


class _Documents:
    """The documents this process holds open, newest last."""

    def __init__(self) -> None:
        self._open: OrderedDict[bytes, _OpenDocument] = OrderedDict()

    def get(self, digest: bytes, data: bytes | None) -> _OpenDocument:
        document = self._open.get(digest)
        if document is None:
            if data is None:
                raise NeedContent
            document = self._open[digest] = _OpenDocument(data)
        self._open.move_to_end(digest)
        while len(self._open) > 1 and self._over():
            self._open.popitem(last=False)[1].close()
        return document

    def clear(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def _over(self) -> bool:
        held = sum(len(document.data) for document in self._open.values())
        return len(self._open) > limits.RENDER_CACHE_DOCUMENTS or held > limits.RENDER_CACHE_BYTES


class _Originals:
    """The bytes of pictures this process was sent last, newest last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, digest: bytes, data: bytes | None) -> bytes:
        kept = self._kept.get(digest)
        if kept is None:
            if data is None:
                raise NeedContent
            kept = self._kept[digest] = data
        self._kept.move_to_end(digest)
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > limits.RENDER_CACHE_BYTES // 4:
            self._kept.popitem(last=False)
        return kept

    def drop(self, digest: bytes) -> None:
        self._kept.pop(digest, None)

    def clear(self) -> None:
        self._kept.clear()


_documents: Final = _Documents()
_pictures: Final = _Originals()


def forget_all() -> None:
    """Close every document and drop every original this process keeps."""
    _documents.clear()
    _pictures.clear()
