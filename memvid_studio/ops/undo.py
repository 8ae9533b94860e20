"""Undo and redo of changes to a capsule. Both are changes themselves: its history only ever grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from memvid_studio.bridge.tasks import Lane, Tasks

_DEPTH = 200


@dataclass(slots=True, eq=False)
class Step:
    """One change that can be taken back. ``back`` and ``again`` run on the change thread.

    Both return the document to show afterwards, or None.
    """

    text: str
    back: Callable[[], int | None]
    again: Callable[[], int | None]


class UndoStack(QObject):
    """Steps of one capsule. One at a time: while one is under way neither undo nor redo can be asked for."""

    changed = Signal()
    """What can be undone or redone is another now."""
    stepped = Signal(str, object)
    """A step was taken back or done again: its text, and the document to show or None."""
    failed = Signal(object, str)
    """The error and the text of the step, which is dropped."""

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._busy = False

    @property
    def undo_text(self) -> str:
        """The step that undo would take back, empty if there is none or one is under way."""
        return self._done[-1].text if self._done and not self._busy else ""

    @property
    def redo_text(self) -> str:
        """The step that redo would do again."""
        return self._undone[-1].text if self._undone and not self._busy else ""

    @property
    def busy(self) -> bool:
        """A step is being taken back or done again."""
        return self._busy

    def holds(self, step: Step) -> bool:
        """Whether this step can still be taken back."""
        return step in self._done

    def push(self, step: Step) -> None:
        """A change was made just now."""
        self._done.append(step)
        del self._done[:-_DEPTH]
        self._undone.clear()
        self.changed.emit()

    def undo(self, step: Step | None = None) -> None:
        """Takes back the last step, or just this one (the button of its notice) wherever it stands."""
        step = step or (self._done[-1] if self._done else None)
        if step is None or self._busy or step not in self._done:
            return
        self._done.remove(step)
        self._run(step, step.back, self._undone)

    def redo(self) -> None:
        """Does the step again that was undone last."""
        if self._undone and not self._busy:
            step = self._undone.pop()
            self._run(step, step.again, self._done)

    def _run(self, step: Step, action: Callable[[], int | None], goes_to: list[Step]) -> None:
        def done(document: int | None) -> None:
            self._busy = False
            goes_to.append(step)
            self.changed.emit()
            self.stepped.emit(step.text, document)

        def failed(error: BaseException) -> None:
            self._busy = False
            self.changed.emit()
            self.failed.emit(error, step.text)

        self._busy = True
        self.changed.emit()
        self._tasks.run(action, done=done, failed=failed, owner=self, lane=Lane.CHANGE)
