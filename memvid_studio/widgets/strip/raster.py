"""Bars as an image: thousands of rectangles in a few array operations, sharp at every pixel ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from memvid_studio.widgets.strip.density import Buckets, Pixels

Argb = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which bucket each device pixel column shows; ``count`` where it is between bars or beyond them."""

    bucket: npt.NDArray[np.intp]
    count: int

    @classmethod
    def of(cls, buckets: Buckets, width: int, ratio: float, bar_width: float) -> Columns:
        """For a film ``width`` logical pixels wide. The first edge decides the rounding, so bars keep their pitch."""
        device = round(width * ratio)
        count = len(buckets)
        column = np.full(device, count, np.intp)
        left = round(buckets.left * ratio) + np.rint(np.arange(count) * buckets.pitch * ratio).astype(np.intp)
        for offset in range(max(round(bar_width * ratio), 1)):
            at = left + offset
            inside = (at >= 0) & (at < device)
            column[at[inside]] = np.flatnonzero(inside)
        return cls(column, count)


def premultiplied(color: QColor) -> int:
    """A colour as one pixel of a premultiplied image."""
    alpha = color.alpha()
    red, green, blue = (round(part * alpha / 255) for part in (color.red(), color.green(), color.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue


def upward(columns: Columns, tops: Pixels, height: int, colors: Sequence[QColor]) -> QImage:
    """Stacks that stand on the lower edge. ``tops``: (parts, buckets), upper ends of the parts in device pixels."""
    level = np.arange(height - 1, -1, -1)
    part = (tops[:, None, :] <= level[None, :, None]).sum(axis=0)
    return _image(part, columns, colors)


def downward(columns: Columns, length: Pixels, foot: Pixels, height: int, colors: Sequence[QColor]) -> QImage:
    """Bars that hang from the upper edge; the last ``foot`` pixels of each have the second of two colours."""
    level = np.arange(height)[:, None]
    part = (level >= length - foot).astype(np.int8) + (level >= length)
    return _image(part, columns, colors)


def _image(
    part: npt.NDArray[np.int64] | npt.NDArray[np.int8], columns: Columns, colors: Sequence[QColor]
) -> QImage:
    table = np.array([*(premultiplied(color) for color in colors), 0], np.uint32)
    blocks = np.zeros((part.shape[0], columns.count + 1), np.uint32)
    blocks[:, :-1] = table[part]
    pixels: Argb = np.ascontiguousarray(blocks[:, columns.bucket])
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()
