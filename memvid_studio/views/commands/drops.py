"""What is dragged over the window: said before it is let go, taken in after."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QStandardPaths

import engine
from memvid_studio.bridge.latest import LatestOnly
from memvid_studio.bridge.tasks import Lane
from memvid_studio.views.commands.context import Context
from memvid_studio.views.commands.documents import DocumentCommands
from memvid_studio.views.dropping import Contents, Dropped, can_take, dropped_from, look_into
from memvid_studio.widgets.drop_overlay import DropKey, DropLine, DropNote, DropPlan
from memvid_studio.widgets.notice import Action
from memvid_studio.words import counted, from_ms, moment, number, quoted, size

_ORDER = ("document", "text", "image", "audio", "table", "other")


class DropCommands(QObject):
    """Shows the overlay while something is held over the window, and starts what the drop means."""

    def __init__(self, context: Context, documents: DocumentCommands) -> None:
        super().__init__(context)
        self._ctx, self._documents = context, documents
        self._held: Dropped | None = None
        self._counting = LatestOnly(context.desk.tasks, self, lane=Lane.READ)
        self._counting.done.connect(self._counted)
        window = context.window
        window.dragEntered.connect(self._entered)
        window.dragLeft.connect(self._left)
        window.dropped.connect(self._dropped)
        window.timeline.dropped.connect(self._dropped_at)
        window.timeline.dropHovered.connect(self._hovered)

    # -------------------------------------------------------------------------------------- while it is held

    def _entered(self, mime: QMimeData) -> None:
        if not can_take(mime):
            return
        self._held = dropped_from(mime, with_picture=False)
        overlay = self._ctx.window.drop_overlay
        overlay.setGeometry(self._ctx.window.panes_area())
        overlay.show_plan(self._plan(self._held, None))
        if self._held.paths and not self._held.capsules:
            self._counting.ask(look_into, self._held.paths)

    def _counted(self, contents: Contents | None, _error: object) -> None:
        if self._held is not None and contents is not None and self._ctx.window.drop_overlay.isVisible():
            self._ctx.window.drop_overlay.show_plan(self._plan(self._held, contents))

    def _left(self) -> None:
        self._held = None
        self._counting.forget()
        self._ctx.window.drop_overlay.hide()

    def _hovered(self, ms: int | None) -> None:
        """Over the strip: the film itself says where, this says what."""
        overlay = self._ctx.window.drop_overlay
        if ms is None:
            overlay.hide()
            return
        overlay.setGeometry(self._ctx.window.panes_area())
        when = self.tr("They happened {moment}; recorded is always now.")
        title = self.tr("Drop to add on this day")
        overlay.show_plan(DropPlan(title, when.replace("{moment}", moment(from_ms(ms)))))

    def _refusal(self) -> DropPlan | None:
        """Why nothing can be added now, None if it can."""
        held = self._ctx.desk.session.current
        if self._ctx.desk.search.is_past:
            return DropPlan(
                self.tr("Nothing can be added to the past"),
                self.tr("Return to now first. To say when something happened, drop it on the film."),
                keys=(DropKey("Esc", self.tr("cancel")),),
            )
        if held is not None and held.read_only:
            return DropPlan(
                self.tr("{name} is open for reading only").replace("{name}", held.name),
                self.tr("Hold Shift to put it into a new capsule."),
            )
        return None

    def _plan(self, dropped: Dropped, contents: Contents | None) -> DropPlan:
        refusal = self._refusal()
        if refusal is not None and not dropped.capsules:
            return refusal
        held = self._ctx.desk.session.current
        where = self.tr("a new capsule") if held is None else held.name
        cancel = DropKey("Esc", self.tr("cancel"))
        into_new = DropKey("Shift", self.tr("into a new capsule"))
        extra = (cancel,) if held is None else (into_new, cancel)
        if dropped.capsules:
            names = ", ".join(path.name for path in dropped.capsules[:3])
            return DropPlan(self.tr("Drop to open"), names, keys=(cancel,))
        if dropped.text:
            title = self.tr("Drop to write a note into {where}").replace("{where}", where)
            return DropPlan(title, self.tr("The text can be changed first."), keys=extra)
        if dropped.picture:
            title = self.tr("Drop to add a picture to {where}").replace("{where}", where)
            return DropPlan(title, keys=extra)
        if contents is None:
            many = counted(len(dropped.paths), self.tr("1 item"), self.tr("{n} items"))
            title = self.tr("Drop to add {what} to {where}").replace("{what}", many).replace("{where}", where)
            return DropPlan(title, keys=extra)
        return self._counted_plan(dropped, contents, where, extra)

    def _counted_plan(
        self, dropped: Dropped, contents: Contents, where: str, extra: tuple[DropKey, ...]
    ) -> DropPlan:
        many = counted(contents.files, self.tr("1 file"), self.tr("{n} files"))
        if not contents.complete:
            many = self.tr("more than {files}").replace("{files}", many)
        title = self.tr("Drop to add {what} to {where}").replace("{what}", many).replace("{where}", where)
        sentence = size(contents.size)
        if contents.folders:
            if len(contents.folders) == 1 and len(dropped.paths) == 1:
                source = self.tr("From the folder {name}").replace("{name}", quoted(contents.folders[0]))
            else:
                source = counted(len(contents.folders), self.tr("From 1 folder"), self.tr("From {n} folders"))
            sentence = f"{source}, {sentence}"
        elif len(dropped.paths) == 1:
            sentence = f"{dropped.paths[0].name}, {sentence}"
        lines = tuple(
            self._line(engine.Kind(name), contents.kinds[engine.Kind(name)])
            for name in _ORDER
            if contents.kinds.get(engine.Kind(name))
        )
        notes = [DropNote("content-copy", self.tr("What is in the capsule already is skipped"))]
        if contents.unreadable:
            text = counted(contents.unreadable, self.tr("1 cannot be read"), self.tr("{n} cannot be read"))
            notes.append(DropNote("alert-outline", text))
        return DropPlan(title, sentence, lines, tuple(notes), extra)

    def _line(self, kind: engine.Kind, count: int) -> DropLine:
        nouns = {
            engine.Kind.DOCUMENT: (
                self.tr("document"),
                self.tr("documents"),
                self.tr("text read page by page"),
            ),
            engine.Kind.TEXT: (self.tr("text"), self.tr("texts"), self.tr("every word findable")),
            engine.Kind.IMAGE: (self.tr("image"), self.tr("images"), self.tr("kept with size and date")),
            engine.Kind.AUDIO: (self.tr("recording"), self.tr("recordings"), self.tr("kept as files")),
            engine.Kind.TABLE: (self.tr("table"), self.tr("tables"), self.tr("kept as grids")),
            engine.Kind.OTHER: (self.tr("other"), self.tr("others"), self.tr("kept as files")),
        }
        one, many, how = nouns[kind]
        return DropLine(kind.value, number(count), one if count == 1 else many, how)

    # --------------------------------------------------------------------------------------------- let go

    def _dropped(self, mime: QMimeData, new_capsule: bool) -> None:
        self._left()
        self.take(dropped_from(mime), new_capsule=new_capsule)

    def _dropped_at(self, ms: int, mime: QMimeData) -> None:
        self._left()
        dropped = dropped_from(mime)
        refusal = self._refusal()
        if self._ctx.desk.search.is_past:
            title = self.tr("Nothing can be added while the past is shown")
            again = self.tr("Return to now, then drop it on the film again.")
            to_now = Action(self.tr("Return to now"), self._ctx.window.timeline.go_to_now)
            self._ctx.say("warning", title, again, to_now)
        elif refusal is not None:
            self._ctx.say("warning", refusal.title, refusal.sentence)
        elif dropped.paths:
            self._ctx.desk.ingest.add(dropped.paths, happened=from_ms(ms))
        elif dropped.text:
            self._documents.new_note(dropped.text, happened=from_ms(ms))
        elif dropped.picture:
            self._ctx.desk.edit.add_picture(dropped.picture, happened=from_ms(ms))

    def take(self, dropped: Dropped, *, new_capsule: bool = False) -> None:
        """Opens capsules, adds everything else; without a capsule a new one is made."""
        if dropped.is_empty:
            self._ctx.say("info", self.tr("There was nothing in it that can be added"))
            return
        if dropped.capsules:
            for path in dropped.capsules:
                self._ctx.desk.session.open(path)
            return
        if self._ctx.desk.session.current is None or new_capsule:
            self._create_for(dropped)
            return
        refusal = self._refusal()
        if refusal is not None:
            self._ctx.say("warning", refusal.title, refusal.sentence)
            return
        self._put_in(dropped)

    def _put_in(self, dropped: Dropped) -> None:
        if dropped.paths:
            self._ctx.desk.ingest.add(dropped.paths)
        elif dropped.text:
            self._documents.new_note(dropped.text)
        elif dropped.picture:
            self._ctx.desk.edit.add_picture(dropped.picture)

    def _create_for(self, dropped: Dropped) -> None:
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = dropped.paths[0].stem if len(dropped.paths) == 1 else self.tr("New capsule")

        def create(path: Path) -> None:
            def then() -> None:
                self._put_in(dropped)
                title = self.tr("Made {name}").replace("{name}", quoted(path.name))
                self._ctx.say("success", title, self.tr("In {folder}.").replace("{folder}", str(path.parent)))

            self._ctx.desk.session.create(path, then=then)

        self._ctx.desk.tasks.run(
            _free_path, Path(documents), name, done=create, failed=self._ctx.tell_error, owner=self
        )


def _free_path(folder: Path, name: str) -> Path:
    """A name that is not taken. On a pool thread: looks at the disk."""
    path = folder / f"{name}.mv2"
    counter = 2
    while path.exists():
        path = folder / f"{name} {counter}.mv2"
        counter += 1
    return path
