"""Labels in a type style and a colour role."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from memvid_studio.theme import theme


class Text(QLabel):
    """A label in a type style and a colour role that follows the theme. Wraps when asked to."""

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        role: str = "text",
        *,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._style = style
        self._role = role
        self._applied: tuple[float, int] | None = None
        self.setWordWrap(wrap)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self._apply()

    def set_role(self, role: str) -> None:
        """Change the colour."""
        self._role = role
        self._applied = None
        self._apply()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._apply()

    def _apply(self) -> None:
        look = theme()
        color = look.color(self._role)
        wanted = (look.scale, color.rgba())
        if wanted == self._applied:
            return
        self._applied = wanted
        self.setFont(look.font(self._style))
        self.setMinimumHeight(look.line_height(self._style))
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, color)
        self.setPalette(palette)
