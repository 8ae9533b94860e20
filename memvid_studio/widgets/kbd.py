"""Key caps: a shortcut drawn as keys, with or without what it does."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from memvid_studio.theme import theme
from memvid_studio.widgets.paint import draw_text, panel, text_width

_HEIGHT = 18
_PADDING = 6
_LABEL_GAP = 6


def key_text(keys: QKeySequence | QKeySequence.StandardKey | str) -> str:
    """A shortcut in the words of the platform, its keys apart: ``Ctrl Shift P``."""
    if isinstance(keys, str):
        text = keys
    else:
        text = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    if text.endswith("++"):  # a plus that is itself the key
        return " ".join([*text[:-2].split("+"), "+"])
    return text if text == "+" else " ".join(text.split("+"))


class KeyCap(QWidget):
    """One key cap with an optional label behind it."""

    def __init__(
        self,
        keys: QKeySequence | QKeySequence.StandardKey | str,
        label: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._keys = key_text(keys)
        self._label = label
        self.setAccessibleName(f"{self._keys}: {label}" if label else self._keys)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        look = theme()
        width: float = key_cap_width(self._keys)
        if self._label:
            width += look.px(_LABEL_GAP) + text_width(look.font("small"), self._label)
        return QSize(int(width + 0.999), look.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        cap = QRectF(0, 0, key_cap_width(self._keys), self.height())
        paint_key_cap(painter, cap, self._keys)
        if self._label:
            x = cap.right() + look.px(_LABEL_GAP)
            room = QRectF(x, 0, self.width() - x + 1, self.height())
            draw_text(painter, room, self._label, look.font("small"), look.color("text2"))
        painter.end()


def key_cap_width(text: str) -> int:
    """How wide the cap of a key with this text is."""
    look = theme()
    width = text_width(_cap_font(), text) + 2 * look.px(_PADDING)
    return max(int(width + 0.999), look.px(_HEIGHT))


def paint_key_cap(painter: QPainter, rect: QRectF, text: str) -> None:
    """One key cap filling ``rect``, for delegates and bars."""
    look = theme()
    panel(painter, rect, look.radius.tag, look.color("sidebar"), look.color("lineStrong"))
    draw_text(painter, rect, text, _cap_font(), look.color("text2"), Qt.AlignmentFlag.AlignHCenter)


def _cap_font() -> QFont:
    font = theme().font("micro")
    font.setWeight(QFont.Weight.Medium)
    return font
