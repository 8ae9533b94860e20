"""Which actions may be used now, and why not."""

from __future__ import annotations

from weakref import WeakSet

from PySide6.QtCore import QObject

from memvid_studio.ops.undo import UndoStack
from memvid_studio.views.commands.context import Context


class ActionState(QObject):
    """Switches actions and buttons; one that is off says why in its tool tip."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ctx = context
        self._heard: WeakSet[UndoStack] = WeakSet()
        desk = context.desk
        desk.session.currentChanged.connect(self._another_capsule)
        desk.session.savedChanged.connect(self.refresh)
        desk.search.pastChanged.connect(self.refresh)
        context.showing.documentChanged.connect(self.refresh)
        self.refresh()

    def _another_capsule(self) -> None:
        held = self._ctx.desk.session.current
        if held is not None and held.undo not in self._heard:
            self._heard.add(held.undo)
            held.undo.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Switches every action on or off; what is off says why."""
        acts, session = self._ctx.actions, self._ctx.desk.session
        held, info = session.current, self._ctx.showing.info
        past, read_only = self._ctx.desk.search.is_past, held is not None and held.read_only
        why = ""
        if held is None:
            why = self.tr("Open a capsule first.")
        elif past:
            why = self.tr("You are looking at the past. Return to now to change something.")
        elif read_only:
            why = self.tr("This capsule is open for reading only.")
        writable = not why
        for action in (acts.add_files, acts.add_folder, acts.note):
            acts.allow(action, writable, why)
        undo = held.undo if held is not None else None
        for action, verb, step in (
            (acts.undo, self.tr("Undo"), undo.undo_text if undo else ""),
            (acts.redo, self.tr("Redo"), undo.redo_text if undo else ""),
        ):
            action.setText(f"{verb} {step}".strip())
            acts.allow(action, writable and bool(step), why)
        acts.allow(acts.edit_text, writable and self._ctx.window.viewer.can_edit, why)
        acts.allow(acts.delete, writable and info is not None, why)
        gone_later = past and info is not None and info.ended_at is not None
        acts.allow(acts.restore, gone_later and not read_only)
        acts.allow(acts.save, held is not None and held.unsaved)
        acts.allow(acts.close_capsule, held is not None)
        acts.allow(acts.seal, held is not None and not past, why)
        for action in (acts.find, acts.clear_search, acts.next_hit, acts.previous_hit, acts.step_back):
            acts.allow(action, held is not None)
        for action in (acts.zoom_in, acts.zoom_out, acts.fit, acts.focus_strip, *acts.sorts.values()):
            acts.allow(action, held is not None)
        acts.allow(acts.to_now, past)
        library = self._ctx.window.library
        for button, action in (
            (library.add_button, acts.add_files),
            (library.note_button, acts.note),
            (library.share_button, acts.seal),
        ):
            button.setEnabled(action.isEnabled())
            button.setToolTip(action.toolTip())
        self._ctx.window.timeline.setEnabled(True)
