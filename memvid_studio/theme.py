"""The look as widgets see it: colours by role, fonts by style, icons and kind tiles; light, dark, now, past.

There is one :class:`Theme`, reached through :func:`theme`; :func:`install` puts it on the application. Custom
painted widgets ask it at every paint and call ``update()`` when ``changed`` fires, so that switching costs a
repaint and nothing else.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import fields, replace

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QIconEngine, QPainter, QPainterPath, QPalette, QPixmap
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from memvid_studio import resources
from memvid_studio import theme_tokens as tokens

_PIXMAPS_KEPT = 600

_KIND_ICONS = {
    "document": "file-document-outline",
    "text": "text-box-outline",
    "table": "table",
    "audio": "waveform",
    "image": "image-outline",
    "other": "package-variant-closed",
    "message": "email-outline",
}
# Kinds of icon that share a colour with one of the six kinds.
_KIND_FAMILY = {"message": "text"}
_TILE_ICON = {20: 14, 24: 14, 28: 16, 40: 22}

_SCALABLE_UP_TO = 2.0


def parse_color(value: str) -> QColor:
    """A token's ``#RRGGBB`` or ``#RRGGBBAA`` as a colour. Raises ValueError for anything else."""
    digits = value.removeprefix("#")
    if not value.startswith("#") or len(digits) not in {6, 8}:
        raise ValueError(f"not a colour: {value!r}; wanted #RRGGBB or #RRGGBBAA")
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    return QColor(red, green, blue, int(digits[6:], 16) if len(digits) == 8 else 255)


class Theme(QObject):
    """Colours, fonts, icons and sizes of the moment; made once by :func:`theme`. GUI thread only.

    Signals: ``changed`` after light/dark, past or text size changed; read everything anew and repaint.
    ``scaled`` after the text size alone, just before ``changed``: for widgets that set a font on themselves,
    which Qt does not tell about a new application font.
    Attributes: ``size`` extents scaled with the text size, ``space``, ``radius``, ``border``, ``film`` and
    ``motion`` as in the tokens.
    """

    changed = Signal()
    scaled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.size = tokens.Sizes()
        self.space = tokens.Space()
        self.radius = tokens.Radii()
        self.border = tokens.Borders()
        self.film = tokens.Film()
        self.motion = tokens.Motion()
        self._dark = False
        self._past = False
        self._scale = 1.0
        self._reduced_motion = False
        self._colors: dict[str, QColor] = {}
        self._now_colors: dict[str, QColor] = {}
        self._fonts: dict[str, QFont] = {}
        self._icons: dict[tuple[str, str, str], QIcon] = {}
        self._pixmaps: OrderedDict[tuple[object, ...], QPixmap] = OrderedDict()
        self._outlines: dict[str, QPainterPath] = {}
        self._read_colors()

    # ------------------------------------------------------------------------------------------- state

    @property
    def dark(self) -> bool:
        """Whether the dark colours are on."""
        return self._dark

    @property
    def past(self) -> bool:
        """Whether a past moment is shown, which turns the accent roles amber."""
        return self._past

    @property
    def scale(self) -> float:
        """The text size: 1.0 to 2.0; fonts and row heights follow it."""
        return self._scale

    @property
    def reduced_motion(self) -> bool:
        """Whether animations are unwanted."""
        return self._reduced_motion

    def set_dark(self, dark: bool) -> None:
        """Turn the dark colours on or off."""
        if dark != self._dark:
            self._dark = dark
            self._recolor()

    def set_past(self, past: bool) -> None:
        """Turn the accent roles amber, or back to blue."""
        if past != self._past:
            self._past = past
            self._recolor()

    def set_scale(self, scale: float) -> None:
        """Scale text and row heights; values outside 1.0 to 2.0 are pulled to the nearer end."""
        scale = min(max(scale, 1.0), _SCALABLE_UP_TO)
        if scale == self._scale:
            return
        self._scale = scale
        plain = tokens.Sizes()
        self.size = replace(
            plain, **{field.name: round(getattr(plain, field.name) * scale) for field in fields(plain)}
        )
        self._fonts.clear()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setFont(self.font("body"))
        self.scaled.emit()
        self.changed.emit()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Make every duration 0, or restore them."""
        self._reduced_motion = reduced

    def duration(self, name: str) -> int:
        """Milliseconds of a motion token, 0 while motion is unwanted. Raises AttributeError if unknown."""
        value: int = getattr(self.motion, name)
        return self.motion.reduced if self._reduced_motion else value

    def px(self, value: float) -> int:
        """A length of the design at the present text size."""
        return round(value * self._scale)

    # ------------------------------------------------------------------------------------------ colours

    def color(self, role: str, *, now: bool = False) -> QColor:
        """The colour of a role. In a past moment accent roles are amber unless ``now``.

        Raises KeyError for a role that is not in the tokens. The result is shared: copy it to change it.
        """
        return (self._now_colors if now else self._colors)[role]

    def kind_color(self, kind: str, *, icon: bool = False) -> QColor:
        """The colour of a kind on film: of its bars, or of its icon. Unknown kinds look like ``other``."""
        table = tokens.KIND_ICON_COLORS if icon else tokens.KIND_COLORS
        kind = _KIND_FAMILY.get(kind, kind)
        return parse_color(table.get(kind, table["other"]))

    def palette(self, *, now: bool = False) -> QPalette:
        """A palette from the roles, for what Qt paints by itself."""
        color = self._now_colors if now else self._colors
        groups, parts = QPalette.ColorGroup, QPalette.ColorRole
        palette = QPalette()
        for part, role in (
            (parts.Window, "window"),
            (parts.WindowText, "text"),
            (parts.Base, "pane"),
            (parts.AlternateBase, "sidebar"),
            (parts.Text, "text"),
            (parts.PlaceholderText, "text3"),
            (parts.Button, "raised"),
            (parts.ButtonText, "text"),
            (parts.BrightText, "onAccent"),
            (parts.ToolTipBase, "raised"),
            (parts.ToolTipText, "text"),
            (parts.Light, "raised"),
            (parts.Midlight, "hover"),
            (parts.Mid, "line"),
            (parts.Dark, "lineStrong"),
            (parts.Shadow, "control"),
            (parts.Link, "accentText"),
            (parts.LinkVisited, "accentText"),
            (parts.Highlight, "accentSoft"),
            (parts.HighlightedText, "text"),
            (parts.Accent, "accent"),
        ):
            palette.setColor(part, color[role])
        palette.setColor(groups.Inactive, parts.Highlight, color["inactiveSoft"])
        for part in (
            parts.WindowText,
            parts.Text,
            parts.ButtonText,
            parts.PlaceholderText,
            parts.HighlightedText,
        ):
            palette.setColor(groups.Disabled, part, color["disabled"])
        return palette

    def _read_colors(self) -> None:
        values = tokens.DARK if self._dark else tokens.LIGHT
        self._now_colors = {role: parse_color(value) for role, value in values.items()}
        self._colors = dict(self._now_colors)
        if self._past:
            self._colors |= {role: self._now_colors[to] for role, to in tokens.PAST_REBIND.items()}

    def _recolor(self) -> None:
        self._read_colors()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(self.palette())
        self.changed.emit()

    # -------------------------------------------------------------------------------------------- fonts

    def font(self, style: str) -> QFont:
        """The font of a type style at the present text size, with figures of one width.

        Raises KeyError for a style that is not in the tokens.
        """
        font = self._fonts.get(style)
        if font is None:
            step = tokens.TYPE[style]
            font = QFont(list(tokens.MONO if step.mono else tokens.FAMILY))
            font.setPixelSize(self.px(step.px))
            font.setWeight(QFont.Weight(step.weight))
            if step.mono:
                font.setStyleHint(QFont.StyleHint.Monospace)
            for feature in tokens.FEATURES:
                font.setFeature(QFont.Tag(feature), 1)
            self._fonts[style] = font
        return QFont(font)

    def line_height(self, style: str) -> int:
        """The line height of a type style in pixels. Raises KeyError for unknown styles."""
        return self.px(tokens.TYPE[style].line)

    # -------------------------------------------------------------------------------------------- icons

    def icon(self, name: str, role: str = "text2", on_role: str = "accentText") -> QIcon:
        """An icon that takes its colour when it is painted, so it follows every change of the theme.

        ``on_role`` colours it while checked. Raises KeyError for an icon name that does not exist.
        """
        key = (name, role, on_role)
        icon = self._icons.get(key)
        if icon is None:
            self._outline(name)
            icon = QIcon(_GlyphEngine(self, name, role, on_role))
            self._icons[key] = icon
        return icon

    def pixmap(self, name: str, role: str | QColor, size: int, ratio: float = 1.0) -> QPixmap:
        """An icon as a pixmap of ``size`` logical pixels for a screen of the given device pixel ratio."""
        color = self.color(role) if isinstance(role, str) else role
        key = ("icon", name, color.rgba(), size, ratio)
        found = self._cached(key)
        if found is not None:
            return found
        pixmap = _blank(size, ratio)
        painter = QPainter(pixmap)
        self.paint_icon(painter, QRectF(0, 0, size, size), name, color)
        painter.end()
        return self._keep(key, pixmap)

    def paint_icon(self, painter: QPainter, rect: QRectF, name: str, role: str | QColor) -> None:
        """Paint an icon into a square of logical pixels."""
        color = self.color(role) if isinstance(role, str) else role
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(rect.topLeft())
        painter.scale(rect.width() / 24, rect.height() / 24)
        painter.fillPath(self._outline(name), color)
        painter.restore()

    def kind_icon_name(self, kind: str) -> str:
        """The icon of a kind; also ``message``. Unknown kinds look like ``other``."""
        return _KIND_ICONS.get(kind, _KIND_ICONS["other"])

    def kind_tile(self, kind: str, size: int, ratio: float = 1.0) -> QPixmap:
        """A square of film with the icon of the kind glowing on it."""
        film, color = self.color("filmBase"), self.kind_color(kind, icon=True)
        key = ("tile", kind, size, ratio, film.rgba())
        found = self._cached(key)
        if found is not None:
            return found
        pixmap = _blank(size, ratio)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(film)
        radius = min(self.radius.tile, size * 0.25)
        painter.drawRoundedRect(QRectF(0, 0, size, size), radius, radius)
        inner = _TILE_ICON.get(size, round(size * 0.56))
        at = QPointF((size - inner) / 2, (size - inner) / 2)
        self.paint_icon(painter, QRectF(at.x(), at.y(), inner, inner), self.kind_icon_name(kind), color)
        painter.end()
        return self._keep(key, pixmap)

    def _outline(self, name: str) -> QPainterPath:
        outline = self._outlines.get(name)
        if outline is None:
            outline = resources.icon_font().outline(name, 24)
            self._outlines[name] = outline
        return outline

    def _cached(self, key: tuple[object, ...]) -> QPixmap | None:
        pixmap = self._pixmaps.get(key)
        if pixmap is not None:
            self._pixmaps.move_to_end(key)
        return pixmap

    def _keep(self, key: tuple[object, ...], pixmap: QPixmap) -> QPixmap:
        self._pixmaps[key] = pixmap
        if len(self._pixmaps) > _PIXMAPS_KEPT:
            self._pixmaps.popitem(last=False)
        return pixmap


def _blank(size: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


class _GlyphEngine(QIconEngine):
    """Paints an icon in the theme's colours of the moment."""

    def __init__(self, theme: Theme, name: str, role: str, on_role: str) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self._role = role
        self._on_role = on_role

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        if mode == QIcon.Mode.Disabled:
            return self._theme.color("disabled")
        return self._theme.color(self._on_role if state == QIcon.State.On else self._role)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        square = QRectF(
            rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, side, side
        )
        self._theme.paint_icon(painter, square, self._name, self._color(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        side = min(size.width(), size.height())
        return self._theme.pixmap(self._name, self._color(mode, state), side)

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._theme, self._name, self._role, self._on_role)


_made: list[Theme] = []


def theme() -> Theme:
    """The application's theme, made at the first call. Raises RuntimeError before there is a QApplication."""
    if not _made or not isValid(_made[0]):
        app = QApplication.instance()
        if app is None:
            raise RuntimeError("the theme needs a QApplication")
        _made[:] = [Theme(app)]
    return _made[0]


def install(app: QApplication) -> Theme:
    """Put fonts, style and palette on the application and return the theme.

    There is no application-wide style sheet: with one, every change of palette polishes every widget again.
    """
    # Imported here because the style itself builds on this module.
    from memvid_studio.theme_style import StudioStyle

    resources.install_fonts()
    look = theme()
    if not isinstance(app.style(), StudioStyle):
        app.setStyle(StudioStyle(look))
    app.setPalette(look.palette())
    app.setFont(look.font("body"))
    return look
