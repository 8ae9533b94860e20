"""The field with the page number: type one, or step with the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QIntValidator, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLineEdit, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.paint import panel, text_width
from memvid_studio.words import tr


class PageField(QLineEdit):
    """Signals: ``pageEntered(int)`` when a page was typed and Enter pressed or the field left."""

    pageEntered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = 0
        self._last = 1
        self.setFrame(False)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setAccessibleName(tr("Page"))
        self.setToolTip(tr("Page"))
        self.setTextMargins(4, 0, 4, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_MacShowFocusRect, False)
        self.editingFinished.connect(self._entered)
        self._restyle()
        theme().changed.connect(self._restyle)

    def set_range(self, last: int) -> None:
        """Pages 1 to ``last`` can be entered."""
        self._last = max(1, last)
        self.setValidator(QIntValidator(1, self._last, self))
        self.updateGeometry()

    def set_page(self, page: int) -> None:
        """Show a page number, unless somebody is typing another one."""
        self._page = page
        if not (self.hasFocus() and self.isModified()):
            self.setText(str(page))
            self.setModified(False)

    def sizeHint(self) -> QSize:
        look = theme()
        digits = text_width(look.font("control"), "0" * max(2, len(str(self._last))))
        return QSize(round(digits) + look.px(28), look.size.button)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _restyle(self) -> None:
        self.setFont(theme().font("control"))
        self.setFixedSize(self.sizeHint())
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)

    def _entered(self) -> None:
        if self.isModified() and self.text():
            self.setModified(False)
            page = min(max(1, int(self.text())), self._last)
            self.pageEntered.emit(page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.pageEntered.emit(min(max(1, self._page + step), self._last))
            self.setText(str(self._page))
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setText(str(self._page))
            self.setModified(False)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        focused = self.hasFocus()
        edge, width = ("accent", look.border.focus) if focused else ("control", look.border.line)
        panel(painter, QRectF(self.rect()), look.radius.control, look.color("pane"), look.color(edge), width)
        painter.end()
        super().paintEvent(event)
