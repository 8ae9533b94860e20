"""What painted widgets share: crisp panels, text on the right base line, movement that can be turned off."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from memvid_studio.theme import theme

_Align = Qt.AlignmentFlag


def panel(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: QColor | None,
    edge: QColor | None = None,
    width: float = 1.0,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
) -> None:
    """A rounded rectangle whose edge lies wholly inside ``rect``, so that it stays one line wide."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    if edge is None:
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        pen = QPen(edge, width, style)
        painter.setPen(pen)
        half = width / 2
        rect = rect.adjusted(half, half, -half, -half)
        radius = max(radius - half, 0)
    radius = min(radius, rect.width() / 2, rect.height() / 2)
    painter.drawRoundedRect(rect, radius, radius)
    painter.restore()


def hline(painter: QPainter, x: float, y: float, width: float, color: QColor) -> None:
    """A one pixel line downwards from ``y``."""
    painter.fillRect(QRectF(x, y, width, 1), color)


def text_width(font: QFont, text: str) -> float:
    """The advance of ``text``, for sizes."""
    return QFontMetricsF(font).horizontalAdvance(text)


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = _Align.AlignLeft,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """One line of text, vertically centred as a line box, cut with an ellipsis where it does not fit.

    ``elide`` ElideNone draws what there is and clips nothing.
    """
    metrics = QFontMetricsF(font)
    if elide != Qt.TextElideMode.ElideNone:
        # Half a pixel of grace: widths computed from the same metrics must not come out elided.
        text = metrics.elidedText(text, elide, rect.width() + 0.5)
    width = metrics.horizontalAdvance(text)
    if align & _Align.AlignHCenter:
        x = rect.x() + (rect.width() - width) / 2
    elif align & _Align.AlignRight:
        x = rect.right() - width
    else:
        x = rect.x()
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(QPointF(x, baseline(font, rect)), text)


def baseline(font: QFont, rect: QRectF) -> float:
    """The base line that centres a line of this font in ``rect``, on a whole pixel."""
    metrics = QFontMetricsF(font)
    return round(rect.y() + (rect.height() + metrics.ascent() - metrics.descent()) / 2)


def glide(
    owner: QObject,
    start: float,
    end: float,
    step: Callable[[float], None],
    duration: str = "fast",
    done: Callable[[], None] | None = None,
) -> QVariantAnimation | None:
    """Move a value from ``start`` to ``end``, calling ``step`` on the way, then ``done``.

    ``duration`` is a motion token. Without motion the end is reached at once and None returned. The animation
    belongs to ``owner``; stop it before starting the next one for the same value.
    """
    milliseconds = theme().duration(duration)
    if milliseconds <= 0 or start == end:
        step(end)
        if done is not None:
            done()
        return None
    animation = QVariantAnimation(owner)
    animation.setStartValue(float(start))
    animation.setEndValue(float(end))
    animation.setDuration(milliseconds)
    animation.setEasingCurve(QEasingCurve.Type.OutCubic)
    animation.valueChanged.connect(step)
    if done is not None:
        animation.finished.connect(done)
    animation.start(QVariantAnimation.DeletionPolicy.DeleteWhenStopped)
    return animation
