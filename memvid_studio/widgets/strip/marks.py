"""What lies on the film: hits with needles and numbers, flags and ribbons with names, cells, the playhead."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPixmap, QPolygonF

from memvid_studio import words
from memvid_studio.theme import Theme
from memvid_studio.theme_tokens import KIND_ORDER
from memvid_studio.widgets.strip.lanes import Lanes
from memvid_studio.widgets.strip.layout import NAME_GAP, Cell, Cluster, Flag, dominant
from memvid_studio.widgets.strip.scene import GHOST_NAMES, Scene, diamond, faded

Thumbnail = Callable[[int], QPixmap | None]
"""The picture of an addition (its index in the data), or None while there is none."""

FLAG_WIDTH = 9
_FLAG_HEIGHT = 8
_NEEDLE = 0.45
_NEEDLE_CURRENT = 0.9
_POLE = 0.55
_CASING = 2
_STEM = 4
_KIND_EDGE = 3
_BEHIND = (4, -3)
PILL_PADDING = 10
_PILL_MARGIN = 4
TIP = (10, 6)


def paint_marks(painter: QPainter, scene: Scene, *, ghost: bool) -> None:
    """Flags first, then hits: what was found lies on top."""
    share = GHOST_NAMES if ghost else 1.0
    for flag in scene.flags:
        _paint_flag(painter, scene, flag, share)
    if not scene.as_cells:
        paint_hits(painter, scene, share)


def paint_hits(painter: QPainter, scene: Scene, share: float = 1.0, until_ms: float | None = None) -> None:
    """Diamonds with needles to the base line. With ``until_ms`` those after that instant are faded."""
    look, lanes, film = scene.look, scene.lanes, scene.look.film
    color = look.color("filmHit")
    metrics = scene.bold_metrics
    middle = lanes.hit_middle
    baseline = round(middle + (metrics.ascent() - metrics.descent()) / 2)
    visible = [
        (x, cluster)
        for cluster in scene.clusters
        if -40 < (x := scene.scale.x(cluster.ms)) < scene.scale.width + 12
    ]
    if not visible:
        return
    sizes = {
        False: lanes.px(film.hit_diamond),
        True: lanes.px(film.hit_diamond_current),
    }
    sprites = {current: _hit_sprite(scene, size) for current, size in sizes.items()}
    # Colours are made once: this runs at every step of a pan.
    needles = {
        (current, part): faded(color, (_NEEDLE_CURRENT if current else _NEEDLE) * part)
        for current in (False, True)
        for part in (share, GHOST_NAMES)
    }
    painter.setFont(look.font("section"))
    # The current one last, so that its neighbours do not cover it.
    for x, cluster in sorted(visible, key=_is_current):
        part = share if until_ms is None or cluster.ms <= until_ms else GHOST_NAMES
        size, left = sizes[cluster.current], scene.snap(x)
        needle = needles[cluster.current, part]
        painter.fillRect(QRectF(left, middle + size / 2, 1, lanes.base - middle - size / 2), needle)
        painter.setOpacity(part)
        side = size + 2 * _CASING
        at = QPointF(left + 0.5 - side / 2, middle - side / 2)
        painter.drawPixmap(at, sprites[cluster.current])
        if cluster.count > 1 and cluster.room:
            painter.setPen(color)
            painter.drawText(QPointF(left + size / 2 + lanes.px(3.5), baseline), words.number(cluster.count))
        painter.setOpacity(1.0)


def _is_current(pair: tuple[float, Cluster]) -> bool:
    return pair[1].current


def _hit_sprite(scene: Scene, size: float) -> QPixmap:
    """A diamond on a dark casing, which keeps it readable over pictures."""
    side = size + 2 * _CASING
    pixmap = QPixmap(math.ceil(side * scene.ratio), math.ceil(side * scene.ratio))
    pixmap.setDevicePixelRatio(scene.ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(scene.look.color("filmBase"), 0.8))
    painter.drawPolygon(diamond(side / 2, side / 2, size + 3))
    painter.setBrush(scene.look.color("filmHit"))
    painter.drawPolygon(diamond(side / 2, side / 2, size))
    painter.end()
    return pixmap


def _paint_flag(painter: QPainter, scene: Scene, flag: Flag, share: float) -> None:
    look, lanes = scene.look, scene.lanes
    color = faded(look.color("filmText"), share)
    x, top = scene.snap(flag.x), lanes.names + lanes.px(3)
    width, height = lanes.px(FLAG_WIDTH), lanes.px(_FLAG_HEIGHT)
    pole = faded(look.color("filmText"), _POLE * share)
    y = top - 1
    while not flag.bookmark and y < lanes.base - 1:
        painter.fillRect(QRectF(x, y, 1, 1), pole)
        y += 3
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.translate(x, top)
    if flag.leftward:
        painter.translate(1, 0)
        painter.scale(-1, 1)
    painter.drawPolygon(_ribbon(width, height) if flag.bookmark else _flag(width, height))
    painter.restore()
    if flag.name:
        metrics = scene.metrics
        room = lanes.hits - lanes.names
        baseline = round(lanes.names - 1 + (room + metrics.ascent() - metrics.descent()) / 2)
        beside = width + lanes.px(NAME_GAP)
        left = x - beside - metrics.horizontalAdvance(flag.name) if flag.leftward else x + beside
        painter.setFont(look.font("micro"))
        painter.setPen(color)
        painter.drawText(QPointF(left, baseline), flag.name)


def _flag(width: float, height: float) -> QPolygonF:
    notch = width - height * 0.35
    return QPolygonF(
        [
            QPointF(1, 0),
            QPointF(1 + width, 0),
            QPointF(1 + notch, height / 2),
            QPointF(1 + width, height),
            QPointF(1, height),
        ]
    )


def _ribbon(width: float, height: float) -> QPolygonF:
    right = 1 + width * 0.75
    bottom = height + 2
    return QPolygonF(
        [
            QPointF(1, 0),
            QPointF(right, 0),
            QPointF(right, bottom),
            QPointF((1 + right) / 2, bottom - height * 0.35),
            QPointF(1, bottom),
        ]
    )


# ----------------------------------------------------------------------------------------------------- cells


def paint_cells(
    painter: QPainter, scene: Scene, found: list[Cell], until_ms: float, thumbnail: Thumbnail | None
) -> None:
    """Frames one by one. Those later than ``until_ms`` are shadows of themselves."""
    data = scene.prepared.data
    for cell in found:
        later = int(data.times_ms[cell.first]) > until_ms
        painter.setOpacity(GHOST_NAMES if later else 1.0)
        _paint_cell(painter, scene, cell, None if later else thumbnail)
    # Counts last: a stack's neighbour must not cover it.
    for cell in found:
        if cell.count > 1:
            times = data.times_ms[cell.first : cell.last + 1]
            there = int(np.searchsorted(times, until_ms, "right"))
            painter.setOpacity(1.0 if there else GHOST_NAMES)
            text = words.number(cell.count)
            if 0 < there < cell.count:
                text = f"{words.number(there)}/{text}"
            _paint_count(painter, scene, cell_rect(scene, cell), text)
    painter.setOpacity(1.0)


def cell_rect(scene: Scene, cell: Cell) -> QRectF:
    """Where the foremost edge of a cell lies."""
    film, lanes = scene.look.film, scene.lanes
    width, height = float(film.cell_width), float(film.cell_height)
    return QRectF(scene.snap(cell.x - width / 2), lanes.base - _STEM - height, width, height)


def _paint_cell(painter: QPainter, scene: Scene, cell: Cell, thumbnail: Thumbnail | None) -> None:
    look, lanes, data = scene.look, scene.lanes, scene.prepared.data
    rect = cell_rect(scene, cell)
    kind = KIND_ORDER[dominant(data.kinds, cell.first, cell.last)]
    kind_color = look.kind_color(kind)
    fill, line = look.color("filmCell"), look.color("filmCellLine")
    upper = rect.adjusted(0, 0, 0, -_KIND_EDGE)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for behind in range(cell.edges, 0, -1):
        back = upper.translated(_BEHIND[0] * behind, _BEHIND[1] * behind)
        _card(painter, back, look.color("filmBase"), line)
    _card(painter, upper, fill, line)
    picture = thumbnail(cell.first) if thumbnail is not None else None
    if picture is not None:
        _paint_picture(painter, upper.adjusted(1, 1, -1, 0), picture)
    else:
        side = look.size.icon
        square = QRectF(0, 0, side, side)
        square.moveCenter(upper.center())
        look.paint_icon(painter, square, look.kind_icon_name(kind), look.kind_color(kind, icon=True))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(QRectF(rect.left(), rect.bottom() - _KIND_EDGE, rect.width(), _KIND_EDGE), kind_color)
    stems = {scene.snap(x) for x in scene.scale.x(data.times_ms[cell.first : cell.last + 1][:200]).tolist()}
    for x in stems:
        if x < rect.right() + scene.look.film.cell_width:
            painter.fillRect(QRectF(x - 0.5, rect.bottom(), 2, lanes.base - rect.bottom()), kind_color)


def _card(painter: QPainter, rect: QRectF, fill: QColor, line: QColor) -> None:
    painter.setPen(line)
    painter.setBrush(fill)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


def _paint_picture(painter: QPainter, rect: QRectF, picture: QPixmap) -> None:
    """The middle of the picture, filling the cell."""
    ratio = picture.devicePixelRatio()
    width, height = picture.width() / ratio, picture.height() / ratio
    grow = max(rect.width() / max(width, 1), rect.height() / max(height, 1))
    source = QRectF(0, 0, rect.width() / grow * ratio, rect.height() / grow * ratio)
    source.moveCenter(QRectF(picture.rect()).center())
    painter.save()
    path = QPainterPath()
    path.addRoundedRect(rect, 3, 3)
    painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(rect, picture, source)
    painter.restore()


def _paint_count(painter: QPainter, scene: Scene, rect: QRectF, text: str) -> None:
    look, lanes, metrics = scene.look, scene.lanes, scene.bold_metrics
    width = max(metrics.horizontalAdvance(text) + lanes.px(10), lanes.px(20))
    badge = QRectF(0, 0, width, lanes.px(16))
    badge.moveTopLeft(QPointF(scene.snap(rect.right() - width / 2 + 3), rect.bottom() - lanes.px(16) - 8))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.color("filmText"))
    painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _centred(painter, badge, text, look.font("section"), look.color("filmEdge"), metrics)


# -------------------------------------------------------------------------------------------------- playhead


def pill_rect(look: Theme, lanes: Lanes, x: float, text: str, width: int) -> QRectF:
    """Where the pill of a playhead at ``x`` lies; it stays on the film."""
    metrics = QFontMetricsF(look.font("section"))
    wide = float(round(metrics.horizontalAdvance(text))) + 2 * lanes.px(PILL_PADDING)
    left = min(max(x - wide / 2, _PILL_MARGIN), max(width - wide - _PILL_MARGIN, _PILL_MARGIN))
    return QRectF(round(left), 0, wide, lanes.px(look.film.pill_height))


def paint_playhead(
    painter: QPainter,
    look: Theme,
    lanes: Lanes,
    x: float,
    ratio: float,
    width: int,
    text: str,
    role: str,
    on: str,
) -> None:
    """The line on its casing, the pill in the upper edge, the tip below it. ``role``, ``on``: its colours."""
    film = look.film
    color = look.color(role)
    middle = round(x * ratio) / ratio
    casing = (film.playhead_casing) / 2
    dark = faded(look.color("filmBase"), 0.9)
    painter.fillRect(QRectF(middle - casing, lanes.names, 2 * casing, lanes.bottom - lanes.names), dark)
    painter.fillRect(QRectF(middle - film.playhead / 2, 0, film.playhead, lanes.bottom), color)
    pill = pill_rect(look, lanes, x, text, width)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(pill, look.radius.tag, look.radius.tag)
    tip_top = pill.bottom() - 1
    painter.drawPolygon(
        QPolygonF(
            [
                QPointF(middle - TIP[0] / 2, tip_top),
                QPointF(middle + TIP[0] / 2, tip_top),
                QPointF(middle, tip_top + TIP[1]),
            ]
        )
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    font = look.font("section")
    _centred(painter, pill, text, font, look.color(on), QFontMetricsF(font))


def paint_grips(painter: QPainter, scene: Scene, color: QColor) -> None:
    """The two ends of a range: lines over the film, each with a grip in its middle."""
    if scene.range_x is None:
        return
    lanes = scene.lanes
    middle = (lanes.names + lanes.edge) / 2
    for x in scene.range_x:
        at = scene.snap(x)
        scene.column(painter, at, lanes.names, lanes.edge, color)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(at - 3, middle - 12, 7, 24), 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _centred(
    painter: QPainter, rect: QRectF, text: str, font: QFont, color: QColor, metrics: QFontMetricsF
) -> None:
    x = rect.center().x() - metrics.horizontalAdvance(text) / 2
    baseline = round(rect.top() + (rect.height() + metrics.ascent() - metrics.descent()) / 2)
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(QPointF(x, baseline), text)
