"""The Undo button of a notice: there while its step can be taken back, off while the past is shown."""

from __future__ import annotations

from PySide6.QtCore import QObject

from memvid_studio.ops.search import Search
from memvid_studio.ops.session import Held
from memvid_studio.ops.undo import Step
from memvid_studio.views.commands.context import Context
from memvid_studio.widgets.notice import Action, Notice, NoticeKind


class UndoOffer(QObject):
    """Belongs to a notice and ends with it. The notice leaves when its step was taken back by other means."""

    def __init__(self, notice: Notice, place: int, held: Held, step: Step, search: Search) -> None:
        super().__init__(notice)
        self._notice, self._button = notice, notice.buttons[place]
        self._held, self._step, self._search = held, step, search
        held.undo.changed.connect(self._follow)
        search.pastChanged.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        if not self._held.undo.holds(self._step):
            self._notice.leave()
            return
        past = self._search.is_past
        self._button.setEnabled(not past and not self._held.undo.busy)
        self._button.setToolTip(self.tr("Return to now to change something.") if past else "")


def offer_undo(
    context: Context, held: Held, step: Step, kind: NoticeKind, title: str, text: str = "", *others: Action
) -> None:
    """A notice of a change, with the buttons ``others`` and Undo."""
    undo = Action(context.tr("Undo"), lambda: held.undo.undo(step))
    buttons = (*others[:1], undo)
    notice = context.say(kind, title, text, *buttons)
    UndoOffer(notice, len(buttons) - 1, held, step, context.desk.search)
