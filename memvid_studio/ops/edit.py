"""Changes to single documents: a new note, another text, delete, restore. Each can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Signal, SignalInstance

import engine
from memvid_studio.bridge.tasks import Lane
from memvid_studio.ops.ingest import adding_step
from memvid_studio.ops.problems import Problem, describe
from memvid_studio.ops.session import Held, Session
from memvid_studio.ops.undo import Step
from memvid_studio.words import quoted, tr


@dataclass(frozen=True, slots=True)
class Note:
    """What the note dialog hands over."""

    title: str
    text: str
    tags: tuple[str, ...] = ()
    happened: datetime | None = None


class Edit(QObject):
    """Runs changes on the change thread, in the order they were asked for."""

    added = Signal(int)
    """A note is in: its frame id."""
    saved = Signal(int, int)
    """A document has a new version: old id, new id."""
    deleted = Signal(int, str, object)
    """Frame id, title, and the Step that takes it back."""
    restored = Signal(int)
    """The id of the version that is shown now."""
    problem = Signal(object)
    textRefused = Signal(int, str)
    """The new text of this frame could not be saved: the editor keeps it open. Frame id, text."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def add_note(
        self,
        note: Note,
        *,
        then: Callable[[], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
    ) -> None:
        """A new text document; ``then`` follows when it is in, and ``failed`` hears of a problem instead of all."""
        held = self._session.current
        if held is None:
            return

        def put() -> int:
            return held.capsule.put(
                note.text,
                title=note.title or None,
                tags=note.tags,
                timestamp=note.happened,
                mime="text/markdown",
            )

        def done(frame_id: int) -> None:
            held.undo.push(adding_step(held.capsule, [frame_id], note.title or tr("note")))
            self._tell(held, self.added, frame_id)
            if then is not None:
                then()

        self._change(put, done, tr("The note is not saved"), failed)

    def add_picture(self, png: bytes, *, happened: datetime | None = None) -> None:
        """A picture from the clipboard or a drop, as PNG."""
        held = self._session.current
        if held is None:
            return
        title = tr("Picture")

        def done(frame_id: int) -> None:
            held.undo.push(adding_step(held.capsule, [frame_id], title))
            self._tell(held, self.added, frame_id)

        self._change(
            lambda: held.capsule.put(png, title=title, mime="image/png", timestamp=happened),
            done,
            tr("The picture is not saved"),
        )

    def save_text(self, frame_id: int, text: str, title: str) -> None:
        """A new version of a document with this text."""
        held = self._session.current
        if held is None:
            return
        capsule = held.capsule

        def done(new_id: int) -> None:
            held.undo.push(_edit_step(capsule, frame_id, new_id, title))
            self._tell(held, self.saved, frame_id, new_id)

        def failed(error: BaseException) -> None:
            self.problem.emit(describe(error, tr("The change is not saved")))
            self.textRefused.emit(frame_id, text)

        self._session.tasks.run(
            lambda: capsule.update(frame_id, text), done=done, failed=failed, owner=self, lane=Lane.CHANGE
        )

    def delete(self, frame_id: int, title: str) -> None:
        """Removes a document from now on; the past keeps it."""
        held = self._session.current
        if held is None:
            return

        def done(_: None) -> None:
            step = _delete_step(held, frame_id, title)
            held.undo.push(step)
            self._tell(held, self.deleted, frame_id, title, step)

        self._change(lambda: held.capsule.delete(frame_id), done, tr("It was not deleted"))

    def restore(self, frame_id: int, title: str) -> None:
        """Makes an older or deleted version the current one again."""
        held = self._session.current
        if held is None:
            return
        capsule = held.capsule

        def restore() -> tuple[int, int | None]:
            before = _current_version(capsule, frame_id)
            return capsule.restore(frame_id), before

        def done(result: tuple[int, int | None]) -> None:
            new_id, before = result
            held.undo.push(_restore_step(capsule, frame_id, new_id, before, title))
            self._tell(held, self.restored, new_id)

        self._change(restore, done, tr("It was not restored"))

    def _tell(self, held: Held, signal: SignalInstance, *what: object) -> None:
        """Ids mean something in their capsule only: if another one is shown meanwhile, nobody is told."""
        if held is self._session.current:
            signal.emit(*what)

    def _change(
        self,
        fn: Callable[[], object],
        done: Callable[..., object],
        failed_title: str,
        failed: Callable[[Problem], object] | None = None,
    ) -> None:
        tell = failed or self.problem.emit
        self._session.tasks.run(
            fn,
            done=done,
            failed=lambda error: tell(describe(error, failed_title)),
            owner=self,
            lane=Lane.CHANGE,
        )


def _current_version(capsule: engine.Capsule, frame_id: int) -> int | None:
    """The version of this document that is shown now, None if it is deleted."""
    now = capsule.now
    for revision in reversed(now.history(frame_id)):
        try:
            now.frame(revision.frame_id)
        except engine.FrameNotFound:
            continue
        return revision.frame_id
    return None


def _edit_step(capsule: engine.Capsule, old_id: int, new_id: int, title: str) -> Step:
    return Step(
        tr("edit {name}").replace("{name}", quoted(title)),
        back=lambda: capsule.restore(old_id),
        again=lambda: capsule.restore(new_id),
    )


def _delete_step(held: Held, frame_id: int, title: str) -> Step:
    capsule, present = held.capsule, [frame_id]

    def back() -> int:
        present[0] = capsule.restore(present[0])
        return present[0]

    return Step(
        tr("delete {name}").replace("{name}", quoted(title)),
        back=back,
        again=lambda: capsule.delete(present[0]),
    )


def _restore_step(
    capsule: engine.Capsule, frame_id: int, new_id: int, before: int | None, title: str
) -> Step:
    present = [new_id]

    def back() -> int | None:
        if before is None:
            capsule.delete(present[0])
            return None
        present[0] = capsule.restore(before)
        return present[0]

    def again() -> int:
        present[0] = capsule.restore(frame_id)
        return present[0]

    return Step(tr("restore {name}").replace("{name}", quoted(title)), back=back, again=again)
