"""What no viewer knows: a few facts and the first bytes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from memvid_studio.views.bars import Line
from memvid_studio.views.viewers.base import Viewer
from memvid_studio.views.viewers.request import Request, Run, type_and_size
from memvid_studio.widgets.text_view import TextView
from memvid_studio.words import number, tr

SHOWN: Final = 4096
_PER_LINE: Final = 16


def hex_dump(content: bytes) -> str:
    """Offset, sixteen bytes and their letters per line."""
    lines = []
    for offset in range(0, len(content), _PER_LINE):
        chunk = content[offset : offset + _PER_LINE]
        pairs = " ".join(f"{byte:02x}" for byte in chunk[:8]).ljust(23)
        more = " ".join(f"{byte:02x}" for byte in chunk[8:]).ljust(23)
        letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in chunk)
        lines.append(f"{offset:08x}  {pairs}  {more}  {letters}")
    return "\n".join(lines)


def load_bytes(request: Request) -> tuple[str, int]:
    """The dump of the first bytes and how many there are. Pool thread."""
    content = request.moment.read(request.info.id)
    return hex_dump(content[:SHOWN]), len(content)


class BytesViewer(Viewer):
    """A hex dump; what the file is stands in the sub-bar."""

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(run, parent)
        self.view = TextView(mono=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self._summary = Line(style="small", role="text2")
        self.controls_row.addWidget(self._summary)
        self.controls_row.addStretch(1)

    def load(self, request: Request) -> None:
        self._generation += 1
        self.request = request
        self._ask(load_bytes, request, done=lambda loaded: self._show(request, *loaded))

    def _show(self, request: Request, dump: str, length: int) -> None:
        self.view.set_text(dump)
        self.view.setAccessibleName(request.info.title)
        text = type_and_size(request.info)
        if length > SHOWN:
            text += " · " + tr("the first {n} bytes").replace("{n}", number(SHOWN))
        self._summary.set_text(text)
        self.ready.emit()
        self.marksChanged.emit()

    def clear(self) -> None:
        super().clear()
        self.view.set_text("")
        self._summary.set_text("")

    def set_terms(self, terms: tuple[str, ...]) -> None:
        """Bytes have no words."""

    def shown_text(self) -> str:
        """The dump, for copying."""
        return self.view.text()

    def focus_content(self) -> None:
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
