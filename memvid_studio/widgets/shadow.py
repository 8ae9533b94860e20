"""Shadows as nine-patches, for the three things that float. No graphics effects: they repaint whole windows."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QMargins, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from memvid_studio import theme_tokens as tokens
from memvid_studio.theme import theme


def shadow_margins(kind: str) -> QMargins:
    """How far the shadow of a ``popover``, ``dialog`` or ``paper`` reaches beyond its box."""
    step = tokens.ELEVATION[kind]
    return QMargins(step.blur, max(step.blur - step.dy, 0), step.blur, step.blur + step.dy)


def paint_shadow(painter: QPainter, box: QRectF, kind: str) -> None:
    """Paint the shadow of ``box``, around and under it; the box itself is painted over it afterwards."""
    step = tokens.ELEVATION[kind]
    color = theme().color("shadow")
    ratio = max(1.0, painter.deviceTransform().m11())
    corner = 2 * step.blur
    patch = _patch(step.blur, color.rgba(), ratio)
    outer = box.adjusted(-step.blur, step.dy - step.blur, step.blur, step.dy + step.blur)
    across = min(corner, outer.width() / 2)
    down = min(corner, outer.height() / 2)
    size = patch.width() / ratio
    # Columns and rows of target and source: corner, middle, corner.
    xs = (
        (outer.left(), across),
        (outer.left() + across, outer.width() - 2 * across),
        (outer.right() - across, across),
    )
    ys = ((outer.top(), down), (outer.top() + down, outer.height() - 2 * down), (outer.bottom() - down, down))
    us = ((0.0, across), (size / 2 - 0.5, 1.0), (size - across, across))
    vs = ((0.0, down), (size / 2 - 0.5, 1.0), (size - down, down))
    for (x, width), (u, source_width) in zip(xs, us, strict=True):
        for (y, height), (v, source_height) in zip(ys, vs, strict=True):
            if width > 0 and height > 0:
                source = QRectF(u * ratio, v * ratio, source_width * ratio, source_height * ratio)
                painter.drawPixmap(QRectF(x, y, width, height), patch, source)


@lru_cache(maxsize=24)
def _patch(blur: int, rgba: int, ratio: float) -> QPixmap:
    """The shadow of a box just large enough to have a flat middle, as a square pixmap.

    A Gaussian of half the blur over a rectangle is the product of two error functions.
    """
    color = QColor.fromRgba(rgba)
    size = round((4 * blur + 2) * ratio)
    sigma = blur / 2 * ratio
    edge = blur * ratio
    at = np.arange(size) + 0.5
    erf = np.vectorize(math.erf)
    fall = 0.5 * (
        erf((at - edge) / (sigma * math.sqrt(2))) - erf((at - (size - edge)) / (sigma * math.sqrt(2)))
    )
    alpha = np.outer(fall, fall) * color.alphaF()
    pixels = np.zeros((size, size, 4), dtype=np.uint8)
    pixels[..., 0] = np.round(alpha * color.red())
    pixels[..., 1] = np.round(alpha * color.green())
    pixels[..., 2] = np.round(alpha * color.blue())
    pixels[..., 3] = np.round(alpha * 255)
    image = QImage(pixels.tobytes(), size, size, 4 * size, QImage.Format.Format_RGBA8888_Premultiplied)
    return QPixmap.fromImage(image.copy())
