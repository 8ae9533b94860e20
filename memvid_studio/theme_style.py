"""The style of what Qt paints by itself: menus, scroll bars, splitters, tool tips, headers and plain fields.

A proxy over Fusion that reads the theme at every paint. With an application style sheet instead, each change
of palette would polish every widget again, which costs more than a frame on the main window.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionComplex,
    QStyleOptionFrame,
    QStyleOptionHeader,
    QStyleOptionMenuItem,
    QStyleOptionSlider,
    QWidget,
)

from memvid_studio.theme import Theme

_S = QStyle
_Align = Qt.AlignmentFlag

# Qt's stubs forbid None where Qt itself passes and takes it.
_NO_WIDGET = cast(QWidget, None)

_TRACK = 12
_THUMB_MIN = 32
_MENU_ROW = 28
_MENU_RADIUS = 6
_MENU_SIDE = 12
_MENU_CHECK = 20
_MENU_KEYS_GAP = 32

_METRICS = {
    _S.PixelMetric.PM_ScrollBarExtent: _TRACK,
    _S.PixelMetric.PM_ScrollBarSliderMin: _THUMB_MIN,
    _S.PixelMetric.PM_ScrollView_ScrollBarSpacing: 0,
    _S.PixelMetric.PM_ScrollView_ScrollBarOverlap: 0,
    _S.PixelMetric.PM_SplitterWidth: 1,
    _S.PixelMetric.PM_MenuPanelWidth: 1,
    _S.PixelMetric.PM_MenuHMargin: 4,
    _S.PixelMetric.PM_MenuVMargin: 4,
    _S.PixelMetric.PM_MenuBarPanelWidth: 0,
    _S.PixelMetric.PM_MenuBarItemSpacing: 0,
    _S.PixelMetric.PM_MenuBarHMargin: 8,
    _S.PixelMetric.PM_MenuBarVMargin: 0,
    _S.PixelMetric.PM_SmallIconSize: 16,
    _S.PixelMetric.PM_ToolTipLabelFrameWidth: 6,
    _S.PixelMetric.PM_TextCursorWidth: 1,
}


class StudioStyle(QProxyStyle):
    """Fusion with the parts that show painted from the theme."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Fusion")
        self._theme = theme
        self._hints = {
            _S.StyleHint.SH_ToolTip_WakeUpDelay: theme.motion.tooltip_delay,
            _S.StyleHint.SH_EtchDisabledText: 0,
            _S.StyleHint.SH_DitherDisabledText: 0,
            _S.StyleHint.SH_UnderlineShortcut: 0,
            _S.StyleHint.SH_Widget_Animation_Duration: 0,
            _S.StyleHint.SH_ScrollBar_Transient: 0,
            _S.StyleHint.SH_Menu_MouseTracking: 1,
            _S.StyleHint.SH_MenuBar_MouseTracking: 1,
            _S.StyleHint.SH_ItemView_ShowDecorationSelected: 1,
        }

    # ------------------------------------------------------------------------------------------- numbers

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        value = _METRICS.get(metric)
        return value if value is not None else super().pixelMetric(metric, option, widget)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,
    ) -> int:
        if hint == _S.StyleHint.SH_Table_GridLineColor:
            # Qt wants the four bytes in a signed number.
            return int.from_bytes(self._theme.color("line").rgba().to_bytes(4, "big"), "big", signed=True)
        value = self._hints.get(hint)
        return value if value is not None else super().styleHint(hint, option, widget, returnData)

    def polish(self, thing: QWidget | QApplication | QPalette) -> None:  # type: ignore[override]
        super().polish(thing)
        # Round corners need a window that can be seen through; must be set before it is shown first.
        if isinstance(thing, QMenu) or (isinstance(thing, QWidget) and thing.inherits("QTipLabel")):
            thing.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    def sizeFromContents(
        self,
        kind: QStyle.ContentsType,
        option: QStyleOption,
        size: QSize,
        widget: QWidget | None = None,
    ) -> QSize:
        look = self._theme
        if kind == _S.ContentsType.CT_MenuItem and isinstance(option, QStyleOptionMenuItem):
            if option.menuItemType == QStyleOptionMenuItem.MenuItemType.Separator:
                return QSize(size.width(), 9)
            wide = (
                super().sizeFromContents(kind, option, size, _NO_WIDGET if widget is None else widget).width()
            )
            return QSize(wide + look.px(_MENU_SIDE), look.px(_MENU_ROW))
        if kind == _S.ContentsType.CT_MenuBarItem:
            return QSize(size.width() + look.px(16), look.size.menu_bar)
        return super().sizeFromContents(kind, option, size, _NO_WIDGET if widget is None else widget)

    # ------------------------------------------------------------------------------------------ primitives

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        parts = _S.PrimitiveElement
        if element == parts.PE_FrameFocusRect:
            self._focus_rect(option, painter)
        elif element in {parts.PE_PanelTipLabel, parts.PE_PanelMenu}:
            self._panel(painter, QRectF(option.rect), "raised", "lineStrong", _MENU_RADIUS)
        elif element == parts.PE_PanelLineEdit:
            # Without a frame the field is part of something painted elsewhere.
            if isinstance(option, QStyleOptionFrame) and option.lineWidth > 0:
                self._field(option, painter)
        elif element not in {parts.PE_FrameMenu, parts.PE_FrameLineEdit}:
            super().drawPrimitive(element, option, painter, widget)

    def _panel(self, painter: QPainter, rect: QRectF, fill: str, edge: str, radius: float) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._theme.color(fill))
        painter.setPen(self._theme.color(edge))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius - 0.5, radius - 0.5)
        painter.restore()

    def _focus_rect(self, option: QStyleOption, painter: QPainter) -> None:
        if not option.state & _S.StateFlag.State_KeyboardFocusChange:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = painter.pen()
        pen.setColor(self._theme.color("accent"))
        pen.setWidthF(self._theme.border.focus)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), 5, 5)
        painter.restore()

    def _field(self, option: QStyleOption, painter: QPainter) -> None:
        look, rect = self._theme, QRectF(option.rect)
        focus = bool(option.state & _S.StateFlag.State_HasFocus)
        enabled = bool(option.state & _S.StateFlag.State_Enabled)
        self._panel(painter, rect, "pane", "accent" if focus else "control" if enabled else "line", 6)
        if focus:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(look.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1.5, 1.5, -1.5, -1.5), 4.5, 4.5)
            painter.restore()

    # -------------------------------------------------------------------------------------------- controls

    def drawControl(
        self,
        element: QStyle.ControlElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        parts, look = _S.ControlElement, self._theme
        if element == parts.CE_MenuItem and isinstance(option, QStyleOptionMenuItem):
            self._menu_item(option, painter)
        elif element == parts.CE_MenuBarItem and isinstance(option, QStyleOptionMenuItem):
            self._menu_bar_item(option, painter)
        elif element == parts.CE_MenuBarEmptyArea:
            painter.fillRect(option.rect, look.color("window"))
        elif element == parts.CE_Splitter:
            painter.fillRect(option.rect, look.color("line"))
        elif element in {parts.CE_HeaderSection, parts.CE_HeaderEmptyArea}:
            painter.fillRect(option.rect, look.color("sidebar"))
            bottom = QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1)
            painter.fillRect(bottom, look.color("line"))
            if isinstance(option, QStyleOptionHeader) and option.orientation == Qt.Orientation.Vertical:
                right = QRect(option.rect.right(), option.rect.top(), 1, option.rect.height())
                painter.fillRect(right, look.color("line"))
        else:
            super().drawControl(element, option, painter, widget)

    def _menu_bar_item(self, option: QStyleOptionMenuItem, painter: QPainter) -> None:
        look, rect = self._theme, QRectF(option.rect)
        painter.fillRect(option.rect, look.color("window"))
        if option.state & (_S.StateFlag.State_Selected | _S.StateFlag.State_Sunken):
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("pressed"))
            painter.drawRoundedRect(rect.adjusted(0, 2, 0, -2), 4, 4)
            painter.restore()
        enabled = option.state & _S.StateFlag.State_Enabled
        painter.setPen(look.color("text" if enabled else "disabled"))
        painter.setFont(look.font("body"))
        flags = _Align.AlignCenter | Qt.TextFlag.TextShowMnemonic | Qt.TextFlag.TextHideMnemonic
        painter.drawText(option.rect, flags, option.text)

    def _menu_item(self, option: QStyleOptionMenuItem, painter: QPainter) -> None:
        look = self._theme
        kinds = QStyleOptionMenuItem.MenuItemType
        rect = QRectF(option.rect)
        if option.menuItemType == kinds.Separator:
            painter.fillRect(QRectF(rect.x() + 4, rect.center().y(), rect.width() - 8, 1), look.color("line"))
            return
        enabled = bool(option.state & _S.StateFlag.State_Enabled)
        chosen = bool(option.state & _S.StateFlag.State_Selected) and enabled
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("accentSoft"))
            painter.drawRoundedRect(rect, 4, 4)
        role = "disabled" if not enabled else "accentText" if chosen else "text"
        faint = "disabled" if not enabled else "accentText" if chosen else "text3"
        side = look.size.icon
        left = rect.x() + 6
        middle = rect.y() + (rect.height() - side) / 2
        if option.checkType != QStyleOptionMenuItem.CheckType.NotCheckable:
            if option.checked:
                look.paint_icon(painter, QRectF(left, middle, side, side), "check", role)
        elif not option.icon.isNull():
            mode = option.icon.Mode.Normal if enabled else option.icon.Mode.Disabled
            option.icon.paint(painter, QRect(int(left), int(middle), side, side), _Align.AlignCenter, mode)
        if option.menuHasCheckableItems or option.maxIconWidth > 0:
            left += look.px(_MENU_CHECK) + 4
        else:
            left += look.px(4)
        text, _, keys = option.text.partition("\t")
        room = QRectF(left, rect.y(), rect.right() - left - look.px(8), rect.height())
        painter.setFont(look.font("body"))
        painter.setPen(look.color(role))
        flags = _Align.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(room, flags | _Align.AlignLeft | Qt.TextFlag.TextHideMnemonic, text)
        if option.menuItemType == kinds.SubMenu:
            arrow = QRectF(rect.right() - side - 4, middle, side, side)
            look.paint_icon(painter, arrow, "chevron-right", faint)
        elif keys:
            painter.setFont(look.font("small"))
            painter.setPen(look.color(faint))
            painter.drawText(room, flags | _Align.AlignRight, keys)
        painter.restore()

    # ------------------------------------------------------------------------------------------ scroll bars

    def subControlRect(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        part: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        if control == _S.ComplexControl.CC_ScrollBar and isinstance(option, QStyleOptionSlider):
            return self._scroll_part(option, part)
        return super().subControlRect(control, option, part, _NO_WIDGET if widget is None else widget)

    def _scroll_part(self, option: QStyleOptionSlider, part: QStyle.SubControl) -> QRect:
        parts, rect = _S.SubControl, option.rect
        upright = option.orientation == Qt.Orientation.Vertical
        length = rect.height() if upright else rect.width()
        span = option.maximum - option.minimum
        if part == parts.SC_ScrollBarGroove:
            return QRect(rect)
        if part in {parts.SC_ScrollBarAddLine, parts.SC_ScrollBarSubLine}:
            return QRect()
        thumb = length
        if span > 0:
            thumb = max(int(length * option.pageStep / (span + option.pageStep)), min(_THUMB_MIN, length))
        start = _S.sliderPositionFromValue(
            option.minimum, option.maximum, option.sliderPosition, length - thumb, option.upsideDown
        )
        if part == parts.SC_ScrollBarSlider:
            at, size = start, thumb
        elif part == parts.SC_ScrollBarSubPage:
            at, size = 0, start
        elif part == parts.SC_ScrollBarAddPage:
            at, size = start + thumb, length - start - thumb
        else:
            return QRect()
        if upright:
            return QRect(rect.x(), rect.y() + at, rect.width(), size)
        return QRect(rect.x() + at, rect.y(), size, rect.height())

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if control != _S.ComplexControl.CC_ScrollBar or not isinstance(option, QStyleOptionSlider):
            super().drawComplexControl(control, option, painter, widget)
            return
        if option.maximum <= option.minimum:
            return
        look = self._theme
        slider = QRectF(self._scroll_part(option, _S.SubControl.SC_ScrollBarSlider))
        inset = (_TRACK - look.size.scrollbar) / 2
        if option.orientation == Qt.Orientation.Vertical:
            thumb = slider.adjusted(inset, 2, -inset, -2)
        else:
            thumb = slider.adjusted(2, inset, -2, -inset)
        active = option.activeSubControls & _S.SubControl.SC_ScrollBarSlider
        pressed = active and option.state & _S.StateFlag.State_Sunken
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("text3" if pressed else "control" if active else "lineStrong"))
        radius = min(thumb.width(), thumb.height()) / 2
        painter.drawRoundedRect(thumb, radius, radius)
        painter.restore()

    def hitTestComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        point: QPoint,
        widget: QWidget | None = None,
    ) -> QStyle.SubControl:
        if control == _S.ComplexControl.CC_ScrollBar and isinstance(option, QStyleOptionSlider):
            for part in (
                _S.SubControl.SC_ScrollBarSlider,
                _S.SubControl.SC_ScrollBarSubPage,
                _S.SubControl.SC_ScrollBarAddPage,
            ):
                if self._scroll_part(option, part).contains(point):
                    return part
            return _S.SubControl.SC_None
        return super().hitTestComplexControl(control, option, point, widget)
