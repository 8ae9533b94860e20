"""What is looked for, and where in time: the one question whose answer fills the window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

import engine
from memvid_studio.bridge.latest import LatestOnly
from memvid_studio.ops.look import FIRST_HITS, MORE_HITS, Filter, Question, View, look
from memvid_studio.ops.problems import describe
from memvid_studio.ops.session import Session


class Search(QObject):
    """Holds the question, asks it anew whenever it or the capsule changes, hands out answers.

    Typing and dragging change the same question, so the list, the counts and the strip are of one Moment.
    """

    answered = Signal(object)
    """View"""
    cleared = Signal()
    """No capsule is open: nothing to show."""
    refused = Signal(str, int)
    """The query cannot be read: why, and at which character of the typed text."""
    questionChanged = Signal()
    pastChanged = Signal(bool)
    busyChanged = Signal(bool)
    problem = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._question = Question()
        self._view: View | None = None
        self._latest = LatestOnly(session.tasks, self)
        self._latest.done.connect(self._take)
        self._latest.busyChanged.connect(self.busyChanged)
        session.currentChanged.connect(self._another_capsule)
        session.contentChanged.connect(self._content_changed)

    @property
    def question(self) -> Question:
        """What is asked now."""
        return self._question

    @property
    def view(self) -> View | None:
        """The last answer."""
        return self._view

    @property
    def is_past(self) -> bool:
        """The playhead is not at now."""
        return self._question.when_ms is not None

    def set_text(self, text: str) -> None:
        """The typed words changed."""
        self._ask(replace(self._question, text=text, limit=FIRST_HITS, typing=True))

    def submit(self) -> None:
        """The words are finished: the last one stands for itself, and mistakes are told."""
        if self._question.typing:
            self._ask(replace(self._question, typing=False))

    def keep(self, document_id: int | None) -> None:
        """The document that is looked at; answers say which version of it they hold."""
        self._question = replace(self._question, keep=document_id)

    def set_filters(self, filters: tuple[Filter, ...]) -> None:
        """The tokens changed."""
        self._ask(replace(self._question, filters=filters, limit=FIRST_HITS))

    def toggle_filter(self, wanted: Filter) -> None:
        """A tag or kind of the library was clicked: into the question, or out of it."""
        filters = self._question.filters
        if wanted in filters:
            filters = tuple(each for each in filters if each != wanted)
        else:
            filters = (*filters, wanted)
        self.set_filters(filters)

    def set_sort(self, sort: str) -> None:
        """relevance, newest, oldest or title."""
        self._ask(replace(self._question, sort=sort))

    def reset(self) -> None:
        """Nothing is looked for: everything there is, at the same Moment."""
        self._ask(replace(self._question, text="", filters=(), limit=FIRST_HITS, typing=False))

    def go_to(self, when_ms: int | None) -> None:
        """Looks at the capsule as it was; None: as it is now."""
        if when_ms == self._question.when_ms:
            return
        was_past = self.is_past
        self._ask(replace(self._question, when_ms=when_ms, limit=FIRST_HITS))
        if self.is_past != was_past:
            self.pastChanged.emit(self.is_past)

    def more(self) -> None:
        """The list has come to the end of the hits it was given."""
        view = self._view
        if view is None or self._latest.busy or len(view.hits) >= view.total:
            return
        if view.question.is_search and len(view.hits) >= view.question.limit:
            self._ask(replace(self._question, limit=self._question.limit + MORE_HITS), quiet=True)

    def again(self) -> None:
        """Asks the same question of the capsule as it is now."""
        self._ask(self._question, quiet=True)

    def _another_capsule(self) -> None:
        self._latest.forget()
        self._view = None
        was_past = self.is_past
        self._question = Question(sort=self._question.sort)
        self.questionChanged.emit()
        if was_past:
            self.pastChanged.emit(False)
        if self._session.current is None:
            self.cleared.emit()
        else:
            self._ask(self._question)

    def _content_changed(self, _: tuple[int, ...]) -> None:
        # The past does not change, but how much came after it does.
        self.again()

    def _ask(self, question: Question, *, quiet: bool = False) -> None:
        changed = question != self._question
        self._question = question
        if changed and not quiet:
            self.questionChanged.emit()
        held = self._session.current
        if held is not None:
            self._latest.ask(_asked_of, held.capsule, question)

    def _take(self, answer: tuple[engine.Capsule, View] | None, error: Any) -> None:
        held = self._session.current
        if isinstance(error, engine.QueryError):
            self.refused.emit(str(error), self._typed_position(error.position))
            return
        if error is not None:
            self.problem.emit(describe(error))
            return
        if answer is None or held is None or answer[0] is not held.capsule:
            return
        self._view = answer[1]
        if not self._view.is_past:
            self._session.note_count(held, self._view.document_count)
        self.answered.emit(self._view)

    def _typed_position(self, position: int) -> int:
        """Where in the typed words, which stand behind the tokens in the query."""
        query, text = self._question.query().text, self._question.text
        offset = query.rfind(text) if text else 0
        return max(0, position - max(0, offset))


def _asked_of(capsule: engine.Capsule, question: Question) -> tuple[engine.Capsule, View]:
    return capsule, look(capsule, question)
