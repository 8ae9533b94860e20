"""What all viewers share: loading away from the GUI thread, and words marked with the pen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from memvid_studio.views.viewers.request import Request, Run


class Viewer(QWidget):
    """Shows the content of one document. ``controls`` goes into the left of the sub-bar.

    Signals: ``ready`` when there is something to see after :meth:`load`; ``failed(error)`` instead of it;
    ``marksChanged`` when the number of marks or the current one changed; ``factsChanged`` when :meth:`facts`
    may say more.
    """

    ready = Signal()
    failed = Signal(object)
    marksChanged = Signal()
    factsChanged = Signal()

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._generation = 0
        self.request: Request | None = None
        self.controls = QWidget(self)
        self.controls.hide()
        self.controls_row = QHBoxLayout(self.controls)
        self.controls_row.setContentsMargins(0, 0, 0, 0)
        self.controls_row.setSpacing(8)

    # What a viewer implements --------------------------------------------------------------------------

    def load(self, request: Request) -> None:
        """Show another document. Ends in ``ready`` or ``failed``, unless something else is loaded before."""
        raise NotImplementedError

    def clear(self) -> None:
        """Let go of what is shown; answers on their way are dropped."""
        self._generation += 1
        self.request = None

    def set_terms(self, terms: tuple[str, ...]) -> None:
        """Mark other words in what is shown."""
        raise NotImplementedError

    @property
    def mark_count(self) -> int:
        """How many words are marked."""
        return 0

    @property
    def current_mark(self) -> int:
        """The mark that is looked at, from 0; -1 for none."""
        return -1

    def go_to_mark(self, index: int) -> None:
        """Make a mark the current one and bring it into sight."""

    def follow_hit(self, request: Request) -> None:
        """The same document was chosen again, perhaps by another hit: bring that into sight."""
        self.request = request

    def facts(self) -> list[str]:
        """Facts for the head that only the content tells, the number of pages for instance."""
        return []

    def last_frame(self) -> int | None:
        """The last of the frames that hold parts of this document, where there are any."""
        return None

    def focus_content(self) -> None:
        """Give the keyboard to what is read."""
        self.setFocus()

    # What it gets for it -------------------------------------------------------------------------------

    def step_mark(self, step: int) -> None:
        """The next (+1) or previous (-1) mark, round the end."""
        count = self.mark_count
        if count:
            start = self.current_mark if self.current_mark >= 0 else (-1 if step > 0 else 0)
            self.go_to_mark((start + step) % count)

    def _ask(
        self,
        fn: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Call ``fn(*args)`` elsewhere; the answer is dropped when something else was loaded meanwhile."""
        generation = self._generation

        def if_current(then: Callable[[Any], None]) -> Callable[[Any], None]:
            return lambda answer: then(answer) if generation == self._generation else None

        fail = failed if failed is not None else self.failed.emit
        self._run(fn, *args, done=if_current(done), failed=if_current(fail), owner=self)
