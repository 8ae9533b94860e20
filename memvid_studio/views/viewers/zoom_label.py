"""The zoom in percent, in a width that does not jump."""

from __future__ import annotations

from PySide6.QtCore import Qt

from memvid_studio.theme import theme
from memvid_studio.views.bars import Line
from memvid_studio.widgets.paint import text_width


class ZoomLabel(Line):
    """The zoom, "110 %", right-aligned in the width of the longest."""

    def __init__(self) -> None:
        super().__init__("100 %", "control", "text2", fixed=True)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._fit()
        theme().scaled.connect(self._fit)

    def set_zoom(self, zoom: float) -> None:
        """1.0 is 100 %."""
        self.set_text(f"{round(zoom * 100)} %")

    def _fit(self) -> None:
        self.setFixedWidth(round(text_width(theme().font("control"), "100 %")) + 2)
