"""Push buttons and icon buttons, painted from the tokens."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.focus import FocusRing
from memvid_studio.widgets.paint import draw_text, panel, text_width

ButtonKind = Literal["normal", "primary", "flat", "outline"]

# Ten inside the one pixel edge, which every kind leaves room for.
_PADDING = 11
_ICON_GAP = 6
_TRAILING_GAP = 6
_HINT_GAP = 10


class Button(QAbstractButton):
    """A button with a text and perhaps an icon before it.

    ``kind``: ``normal`` raised with an edge; ``primary`` filled, at most one per surface; ``flat`` without
    edge, for bars; ``outline`` coloured edge and text on the ground it stands on. ``hint`` names the key that
    does the same, shown behind the text. ``large`` is for pages.
    """

    def __init__(
        self,
        text: str,
        icon: str | None = None,
        kind: ButtonKind = "normal",
        large: bool = False,
        *,
        hint: str = "",
        trailing: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: ButtonKind = kind
        self._icon = icon
        self._large = large
        self._hint = hint
        self._trailing = trailing
        self._menu: QMenu | None = None
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        FocusRing(self, theme().radius.control)

    # -------------------------------------------------------------------------------------------- content

    @property
    def kind(self) -> ButtonKind:
        """Which of the four looks it has."""
        return self._kind

    def set_kind(self, kind: ButtonKind) -> None:
        """Change the look."""
        self._kind = kind
        self.update()

    def set_icon(self, name: str | None) -> None:
        """Change the icon before the text, or take it away."""
        self._icon = name
        self.updateGeometry()
        self.update()

    def set_text(self, text: str) -> None:
        """Change the text and the width that follows from it."""
        self.setText(text)
        self.updateGeometry()

    def set_menu(self, menu: QMenu) -> None:
        """Open ``menu`` below the button when it is pressed; a chevron says so."""
        self._menu = menu
        self._trailing = "chevron-down"
        self.clicked.connect(self._open_menu)
        self.updateGeometry()

    def _open_menu(self) -> None:
        if self._menu is not None:
            self._menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    # --------------------------------------------------------------------------------------------- sizes

    def sizeHint(self) -> QSize:
        look = theme()
        width = 2.0 * look.px(_PADDING) + text_width(look.font("control"), self.text())
        if self._icon is not None:
            width += look.size.icon + look.px(_ICON_GAP)
        if self._trailing is not None:
            width += look.size.icon + look.px(_TRAILING_GAP)
        if self._hint:
            width += text_width(look.font("micro"), self._hint) + look.px(_HINT_GAP)
        height = look.size.button_large if self._large else look.size.button
        if self._large:
            width += 2 * look.px(4)
        return QSize(int(width + 0.999), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    # ------------------------------------------------------------------------------------------- painting

    def _colors(self) -> tuple[QColor | None, QColor | None, QColor, QColor]:
        """Fill, edge, text and icon colour of the present state."""
        color = theme().color
        down, over = self.isDown(), self.underMouse() and self.isEnabled()
        if not self.isEnabled() and self._kind != "flat":
            return color("raised"), color("line"), color("disabled"), color("disabled")
        if self._kind == "primary":
            fill = color("accentPressed" if down else "accentHover" if over else "accent")
            return fill, None, color("onAccent"), color("onAccent")
        ground = color("pressed") if down else color("hover") if over else None
        if self._kind == "flat":
            text = color("text" if self.isEnabled() else "disabled")
            return ground, None, text, text
        if self._kind == "outline":
            fill_soft = color("accentSoft") if down or over else None
            return fill_soft, color("accentLine"), color("accentText"), color("accentText")
        return ground or color("raised"), color("lineStrong"), color("text"), color("text")

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        fill, edge, text, icon = self._colors()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if fill is not None or edge is not None:
            panel(painter, rect, look.radius.control, fill, edge)
        hint = self.sizeHint()
        extra = (self.width() - hint.width()) / 2
        side = look.size.icon
        x = look.px(_PADDING) + max(extra, 0) + (look.px(4) if self._large else 0)
        middle = (self.height() - side) / 2
        if self._icon is not None:
            look.paint_icon(painter, QRectF(round(x), middle, side, side), self._icon, icon)
            x += side + look.px(_ICON_GAP)
        font = look.font("control")
        end = self.width() - look.px(_PADDING) - max(extra, 0)
        if self._trailing is not None:
            end -= side
            look.paint_icon(painter, QRectF(round(end), middle, side, side), self._trailing, icon)
            end -= look.px(_TRAILING_GAP)
        if self._hint:
            small = look.font("micro")
            width = text_width(small, self._hint)
            faint = QColor(text)
            faint.setAlphaF(0.8)
            draw_text(painter, QRectF(end - width, 0, width + 1, rect.height()), self._hint, small, faint)
            end -= width + look.px(_HINT_GAP)
        draw_text(painter, QRectF(x, 0, end - x, rect.height()), self.text(), font, text)
        painter.end()

    # ---------------------------------------------------------------------------------------------- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)


class IconButton(QAbstractButton):
    """A square button with an icon only; the tooltip is also its accessible name.

    Checked, it stands on the soft accent. ``tint`` is the role of the icon otherwise; ``side`` and ``glyph``
    change the size of the button and of the icon in it; ``mirrored`` turns the icon round.
    """

    def __init__(
        self,
        icon: str,
        tooltip: str,
        checkable: bool = False,
        *,
        tint: str = "text2",
        side: int | None = None,
        glyph: int | None = None,
        mirrored: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._tint = tint
        self._side = side
        self._glyph = glyph
        self._mirrored = mirrored
        self.set_tip(tooltip)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        FocusRing(self, theme().radius.control)

    def set_tip(self, tooltip: str) -> None:
        """Change what the button says it does, for eyes and for screen readers."""
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)

    def set_icon(self, name: str) -> None:
        """Change the icon."""
        self._icon = name
        self.update()

    def sizeHint(self) -> QSize:
        look = theme()
        side = look.size.icon_button if self._side is None else look.px(self._side)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        tint = self._tint
        ground = None
        if not self.isEnabled():
            tint = "disabled"
        elif self.isChecked():
            tint, ground = "accentText", "accentSoft"
        elif self.isDown():
            ground = "pressed"
        elif self.underMouse():
            ground = "hover"
        if ground is not None:
            panel(painter, QRectF(self.rect()), look.radius.control, look.color(ground))
        side = look.size.icon if self._glyph is None else look.px(self._glyph)
        square = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        if self._mirrored:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        look.paint_icon(painter, square, self._icon, tint)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)
