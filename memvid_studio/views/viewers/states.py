"""What the viewer shows when it shows no document: nothing chosen, still loading, cannot be shown."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

import engine
from memvid_studio.theme import theme
from memvid_studio.widgets.empty import Skeleton
from memvid_studio.words import tr

_WIDEST = 480


class Loading(QWidget):
    """Grey lines where the text will be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look = theme()
        column = QVBoxLayout(self)
        column.setContentsMargins(look.space.s32, look.space.s24, look.space.s32, look.space.s24)
        lines = Skeleton(12)
        lines.setMaximumWidth(look.px(_WIDEST))
        lines.setMinimumHeight(lines.sizeHint().height())
        column.addWidget(lines)
        column.addStretch(1)
        self.setAccessibleName(tr("Loading"))


def refusal(error: BaseException) -> tuple[str, str]:
    """Title and sentence for a document that cannot be shown."""
    if isinstance(error, engine.ContentGone):
        return tr("The original is not in this capsule"), str(error)
    if isinstance(error, engine.FrameNotFound):
        return tr("Not here at this moment"), str(error)
    if isinstance(error, engine.SourceError):
        return tr("This file cannot be shown"), str(error)
    if isinstance(error, engine.EngineError):
        return tr("This cannot be read"), str(error)
    return tr("This cannot be shown"), f"{type(error).__name__}: {error}"
