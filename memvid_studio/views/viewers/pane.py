"""The pane at the right: one document, its facts and its history, and the small editor for notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

import engine
from memvid_studio.models.kinds import tile_of
from memvid_studio.theme import theme
from memvid_studio.views.bars import Ground, Line
from memvid_studio.views.viewers.base import Viewer
from memvid_studio.views.viewers.changes import ChangesPanel, Since, load_since
from memvid_studio.views.viewers.details import DetailsView, details_of
from memvid_studio.views.viewers.editor import Editor
from memvid_studio.views.viewers.head import CONTENT, DETAILS, HISTORY, SubBar, ViewerHead
from memvid_studio.views.viewers.history import HistoryView
from memvid_studio.views.viewers.making import make_viewer, viewer_for
from memvid_studio.views.viewers.request import (
    Form,
    Request,
    Run,
    form_of,
    is_editable,
    same_document,
    type_and_size,
)
from memvid_studio.views.viewers.states import Loading, refusal
from memvid_studio.views.viewers.versions import Version, load_versions, span_of
from memvid_studio.widgets.empty import EmptyState
from memvid_studio.words import day, number, tr

_ROOM_FOR_CHANGES = 640
_RESTS_AFTER = 150
_SHOWS_CHANGES = {Form.PLAIN, Form.MARKDOWN, Form.CODE, Form.EXTRACTED, Form.WEB_PAGE}


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed into a document and is not saved, and the document's title."""

    title: str
    text: str


class ViewerPane(Ground):
    """Shows one document at one Moment. Frame ids in signals are those of the document shown.

    Signals: ``deleteRequested(int)``, ``exportRequested(int)``, ``restoreRequested(int)``: a frame id;
    ``editRequested(int)`` when the editor opens; ``saveRequested(int, str)`` with the new text;
    ``momentRequested(int)``, a revision; ``compareRequested``; ``marksChanged``.
    """

    editRequested = Signal(int)
    saveRequested = Signal(int, str)
    deleteRequested = Signal(int)
    exportRequested = Signal(int)
    restoreRequested = Signal(int)
    momentRequested = Signal(int)
    compareRequested = Signal()
    marksChanged = Signal()
    viewerMade = Signal()
    """A viewer for another kind of document has joined the pane."""

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__("pane", parent=parent)
        self._run = run
        self._capsule: engine.Capsule | None = None
        self._read_only = False
        self._past = False
        self._request: Request | None = None
        self._viewer: Viewer | None = None
        self._viewers: dict[type[Viewer], Viewer] = {}
        self._drafts: dict[str, Draft] = {}
        self._drafts_of: WeakKeyDictionary[engine.Capsule, dict[str, Draft]] = WeakKeyDictionary()
        self._saving: dict[int, str] = {}
        self._edited = self._edited_title = ""
        self._since: Since | None = None
        self._asked = 0
        self._build()
        self._late = QTimer(self, singleShot=True)
        self._late.setInterval(theme().motion.skeleton_after)
        self._late.timeout.connect(lambda: self._stack.setCurrentWidget(self._loading))
        # While the playhead is dragged nobody reads what changed since: it is worked out where it rests.
        self._rests = QTimer(self, singleShot=True)
        self._rests.setInterval(_RESTS_AFTER)
        self._rests.timeout.connect(self._ask_since)
        self.clear()

    def _build(self) -> None:
        self.head = ViewerHead()
        self.sub_bar = SubBar()
        self._stack = QStackedWidget()
        self._empty = EmptyState(tr("Choose a result to read it here."))
        self._refusal = EmptyState("")
        self._loading = Loading()
        self._details = DetailsView()
        self._history = HistoryView()
        self._editor = Editor()
        self._about = Line(style="small", role="text2", parent=self.sub_bar)
        self._about.hide()
        for page in (
            self._empty, self._refusal, self._loading, self._details, self._history, self._editor
        ):  # fmt: skip
            self._stack.addWidget(page)
        self._changes = ChangesPanel()
        self._changes.hide()
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._stack, 1)
        body.addWidget(self._changes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.sub_bar)
        column.addLayout(body, 1)
        self.head.segmentChanged.connect(self._show_segment)
        self.head.editRequested.connect(self.begin_edit)
        self.head.exportRequested.connect(lambda: self._with_id(self.exportRequested.emit))
        self.head.menu.aboutToShow.connect(self._fill_menu)
        self.sub_bar.stepped.connect(self.step_hit)
        self.sub_bar.findChanged.connect(self._find)
        self._history.momentRequested.connect(self.momentRequested)
        self._history.restoreRequested.connect(self.restoreRequested)
        self._changes.compareRequested.connect(self.compareRequested)
        self._editor.saved.connect(self._save)
        self._editor.cancelled.connect(self._end_edit)

    # ------------------------------------------------------------------------------------- what is shown

    def set_capsule(self, capsule: engine.Capsule | None, *, read_only: bool = False) -> None:
        """Where other Moments come from (versions, what changed since), and whether anything can change."""
        if capsule is not self._capsule:
            if self.is_editing:
                self._keep_draft()
                self._end_edit()
            self._drafts = {} if capsule is None else self._drafts_of.setdefault(capsule, {})
        self._capsule = capsule
        self._read_only = read_only
        self._offer_edit()

    def offer_compare(self, offered: bool) -> None:
        """Whether ``compareRequested`` leads anywhere; without it no button promises so."""
        self._changes.offer_compare(offered)

    def unsaved(self, capsule: engine.Capsule) -> list[str]:
        """Titles of texts that were changed in the editor and are not saved: closing would lose them."""
        drafts = {uri: draft.title for uri, draft in self._drafts_of.get(capsule, {}).items()}
        if capsule is self._capsule and self.is_editing and self._editor.is_changed:
            drafts[self._edited] = self._edited_title
        return list(drafts.values())

    def set_past(self, past: bool) -> None:
        """Whether the Moments shown from now on are in the past: nothing can be changed there."""
        self._past = past
        if past and self.is_editing:
            self._keep_draft()
            self._end_edit()
        self._offer_edit()
        self._show_changes()

    def show(
        self,
        moment: engine.Moment | None = None,
        info: engine.FrameInfo | None = None,
        hit: engine.Hit | None = None,
        terms: tuple[str, ...] = (),
    ) -> None:
        """Show a document at a Moment, at the place of ``hit``, with ``terms`` marked.

        Without arguments it makes the pane visible, as every widget's ``show`` does.
        """
        if moment is None or info is None:
            super().show()
            return
        before, self._request = self._request, Request(moment, info, hit, terms)
        self._asked += 1
        if info.supersedes is not None:
            self._saving.pop(info.supersedes, None)
        if self.is_editing:
            if before is not None and same_document(before.info, info):
                self._facts()
                return  # a newer version came while this one is edited: the text being typed stays
            self._keep_draft()
            self._request = before
            self._end_edit()
            self._request = Request(moment, info, hit, terms)
        if before is None or not same_document(before.info, info):
            self.sub_bar.close_find()
        self.head.show_document(tile_of(info.kind, info.mime), info.title or tr("Untitled"))
        self._since = None
        self._details.show_rows(details_of(info))
        self._load(before)
        self._offer_edit()
        self._facts()
        self._rests.start()
        if self.head.segments.current() == HISTORY:
            self._ask_history()

    def clear(self, why: str = "", sentence: str = "") -> None:
        """Show that nothing is chosen, or ``why`` what is chosen cannot be seen."""
        self._empty.say(why or tr("Choose a result to read it here."), sentence)
        if self.is_editing:
            self._keep_draft()
            self._end_edit()
        self._asked += 1
        self._request = None
        self._since = None
        self._late.stop()
        self._rests.stop()
        for viewer in self._viewers.values():
            viewer.clear()
        self._viewer = None
        self.head.show_nothing()
        self.sub_bar.close_find()
        self.sub_bar.set_controls(None)
        self.sub_bar.set_count(-1, 0)
        self._changes.hide()
        self._stack.setCurrentWidget(self._empty)

    @property
    def info(self) -> engine.FrameInfo | None:
        """The document that is shown."""
        return self._request.info if self._request is not None else None

    @property
    def viewer(self) -> Viewer | None:
        """The viewer that shows it."""
        return self._viewer

    # ------------------------------------------------------------------------------------------- content

    def _load(self, before: Request | None) -> None:
        request = self._request
        assert request is not None  # noqa: S101 - called with a document only
        viewer = self._viewer_of(request)
        same = (
            before is not None
            and viewer is self._viewer
            and viewer.request is not None
            and before.info.id == request.info.id
            and self._stack.currentWidget() is not self._refusal
        )
        if same and before is not None:
            # A frame never changes: the same id is the same content, whatever the Moment.
            viewer.follow_hit(request)
            if before.terms != request.terms and not self.sub_bar.find_field.text():
                viewer.set_terms(request.terms)
            return
        if self._viewer is not None and self._viewer is not viewer:
            self._viewer.clear()
        self._viewer = viewer
        if self.head.segments.current() == CONTENT:
            self.sub_bar.set_controls(viewer.controls)
            self._late.start()
        viewer.resize(self._stack.size())
        viewer.load(request)

    def _viewer_of(self, request: Request) -> Viewer:
        kind = viewer_for(form_of(request.info))
        viewer = self._viewers.get(kind)
        if viewer is None:
            viewer = make_viewer(kind, self._run)
            self._viewers[kind] = viewer
            self._stack.addWidget(viewer)
            viewer.controls.setParent(self.sub_bar)
            viewer.controls.hide()
            viewer.ready.connect(lambda: self._ready(viewer))
            viewer.failed.connect(lambda error: self._failed(viewer, error))
            viewer.marksChanged.connect(lambda: self._count(viewer))
            viewer.factsChanged.connect(self._facts)
            self.viewerMade.emit()
        return viewer

    def _ready(self, viewer: Viewer) -> None:
        if viewer is self._viewer:
            self._late.stop()
            if self.head.segments.current() == CONTENT and not self.is_editing:
                self._stack.setCurrentWidget(viewer)
                self._show_changes()

    def _failed(self, viewer: Viewer, error: BaseException) -> None:
        if viewer is not self._viewer:
            return
        self._late.stop()
        self._refusal.say(*refusal(error))
        viewer.clear()
        self.sub_bar.set_controls(None)
        self._count(viewer)
        if self.head.segments.current() == CONTENT:
            self._stack.setCurrentWidget(self._refusal)

    def _show_segment(self, segment: int) -> None:
        if self._request is None:
            return
        if self.is_editing:
            self._keep_draft()
            self._end_edit()
        if segment == CONTENT:
            viewer = self._viewer
            refused = viewer is None or viewer.request is None
            self._stack.setCurrentWidget(self._refusal if refused or viewer is None else viewer)
            self.sub_bar.set_controls(None if viewer is None or refused else viewer.controls)
        else:
            self._late.stop()
            self.sub_bar.close_find()
            self.sub_bar.set_controls(self._about)
            self._about.set_text(type_and_size(self._request.info) if segment == DETAILS else "")
            self._stack.setCurrentWidget(self._details if segment == DETAILS else self._history)
        if segment == HISTORY:
            self._ask_history()
        if self._viewer is not None:
            self._count(self._viewer)
        self._show_changes()

    def _facts(self) -> None:
        """The line below the title."""
        request = self._request
        if request is None:
            return
        info = request.info
        last = self._viewer.last_frame() if self._viewer is not None else None
        if last is None:
            frame = tr("frame {n}").replace("{n}", number(info.id))
        else:
            first, last = sorted((info.id, last))
            frame = tr("frames {n} to {m}").replace("{n}", number(first)).replace("{m}", number(last))
        if self._past:
            parts = []
            if self._since is not None and self._since.versions > 1:
                version = tr("Version {n} of {m}").replace("{n}", number(self._since.version))
                parts.append(version.replace("{m}", number(self._since.versions)))
            when = request.moment.recorded_at
            if when is not None:
                word = tr("as it was on {day}") if parts else tr("As it was on {day}")
                parts.append(word.replace("{day}", day(when)))
            parts.append(frame)
        else:
            own = self._viewer.facts() if self._viewer is not None else []
            parts = [day(info.timestamp), *own, frame]
            if info.uri in self._drafts:
                parts.append(tr("a draft is not saved"))
        self.head.set_facts(" · ".join(parts))

    # ---------------------------------------------------------------------------------------------- hits

    def _count(self, viewer: Viewer) -> None:
        if viewer is not self._viewer:
            return
        shown = self.head.segments.current() == CONTENT and not self.is_editing
        self.sub_bar.set_count(viewer.current_mark, viewer.mark_count if shown else 0)
        self.marksChanged.emit()

    def step_hit(self, step: int) -> None:
        """The next (+1) or previous (-1) hit in this document."""
        if self._viewer is not None and self.head.segments.current() == CONTENT:
            self._viewer.step_mark(step)

    def open_find(self) -> None:
        """Look for words in this document only."""
        if self._viewer is not None and self.head.segments.current() == CONTENT and not self.is_editing:
            self.sub_bar.open_find()

    def _find(self, text: str) -> None:
        if self._viewer is not None and self._request is not None:
            words = text.strip()
            self._viewer.set_terms((words + "*",) if words else self._request.terms)
            if not words:
                self._viewer.focus_content()

    # ---------------------------------------------------------------------------------- the past, history

    def _ask(self, fn: Callable[..., Any], *args: Any, done: Callable[[Any], None]) -> None:
        asked = self._asked

        def if_current(answer: Any) -> None:
            if asked == self._asked:
                done(answer)

        # What fails here is beside the document: the document itself says what is wrong with it.
        self._run(fn, *args, done=if_current, failed=lambda _error: None, owner=self)

    def _at(self) -> Callable[[int], engine.Moment] | None:
        return self._capsule.at if self._capsule is not None else None

    def _ask_since(self) -> None:
        request, capsule = self._request, self._capsule
        if self._past and request is not None and capsule is not None:
            self._ask(lambda: load_since(request, capsule.now, capsule.at), done=self._take_since)

    def _take_since(self, since: Since) -> None:
        if self._request is None:
            return
        self._since = since
        self._changes.show_since(since, self._request.info.kind)
        self._facts()
        self._show_changes()

    def _show_changes(self) -> None:
        request = self._request
        self._changes.setVisible(
            self._past
            and self._since is not None
            and request is not None
            and form_of(request.info) in _SHOWS_CHANGES
            and self.head.segments.current() == CONTENT
            and self.width() >= theme().px(_ROOM_FOR_CHANGES)
        )

    def _ask_history(self) -> None:
        request, capsule = self._request, self._capsule
        if request is None:
            return
        moment = capsule.now if capsule is not None else request.moment
        self._ask(load_versions, moment, request.info, self._at(), done=self._take_history)

    def _take_history(self, versions: tuple[Version, ...]) -> None:
        request = self._request
        if request is not None:
            if self.head.segments.current() == HISTORY:
                self._about.set_text(span_of(versions))
            latest_is_now = bool(versions) and versions[-1].number > 0
            can = not self._past and not self._read_only
            self._history.set_versions(
                versions, request.info.id, latest_is_now=latest_is_now, can_restore=can
            )

    # ---------------------------------------------------------------------------------------------- edit

    @property
    def is_editing(self) -> bool:
        """Whether the editor is open."""
        return self._stack.currentWidget() is self._editor

    @property
    def can_edit(self) -> bool:
        """Whether the document shown is a text that can be changed now."""
        request = self._request
        return request is not None and not self._past and not self._read_only and is_editable(request.info)

    def _offer_edit(self) -> None:
        self.head.edit_button.setVisible(self.can_edit)

    def begin_edit(self) -> None:
        """Open the editor on the text shown; a draft kept from before comes back."""
        request = self._request
        if not self.can_edit or self.is_editing or request is None:
            return
        self._ask(request.moment.text, request.info.id, done=self._open_editor)

    def _open_editor(self, text: str) -> None:
        request = self._request
        if request is None or not self.can_edit:
            return
        self.head.segments.set_current(CONTENT)
        self.sub_bar.close_find()
        self._late.stop()
        self.sub_bar.set_controls(self._editor.controls)
        self._stack.setCurrentWidget(self._editor)
        self.head.edit_button.hide()
        self._changes.hide()
        text = text.replace("\r\n", "\n")
        self._edited, self._edited_title = request.info.uri, request.info.title
        draft = self._drafts.pop(request.info.uri, None)
        self._editor.begin(text if draft is None else draft.text, text)
        if self._viewer is not None:
            self._count(self._viewer)
        self.editRequested.emit(request.info.id)

    def save_edit(self) -> None:
        """Save what is being edited."""
        if self.is_editing:
            self._editor.save()

    def _save(self, text: str) -> None:
        request = self._request
        if request is not None:
            self._saving[request.info.id] = request.info.uri
            self._end_edit()
            self.saveRequested.emit(request.info.id, text)

    def text_refused(self, frame_id: int, text: str) -> None:
        """The new text of a frame could not be saved: it is in the editor again, or kept as a draft."""
        uri = self._saving.pop(frame_id, None)
        if uri is None:
            return
        self._drafts[uri] = Draft(self._edited_title if uri == self._edited else "", text)
        if self._request is not None and self._request.info.uri == uri:
            self._facts()
            self.begin_edit()

    def _keep_draft(self) -> None:
        """What was typed is kept for the next time this document is edited."""
        if self._editor.is_changed:
            self._drafts[self._edited] = Draft(self._edited_title, self._editor.text())

    def _end_edit(self) -> None:
        if not self.is_editing:
            return
        viewer, request = self._viewer, self._request
        self._stack.setCurrentWidget(viewer if viewer is not None else self._empty)
        self.sub_bar.set_controls(viewer.controls if viewer is not None else None)
        self._offer_edit()
        self._facts()
        self._show_changes()
        if viewer is None:
            return
        self._count(viewer)
        shown = viewer.request.info.id if viewer.request is not None else None
        if request is not None and shown != request.info.id:
            self._load(None)  # a newer version came meanwhile
        viewer.focus_content()

    # --------------------------------------------------------------------------------------------- more

    def _with_id(self, then: Callable[[int], object]) -> None:
        if self._request is not None:
            then(self._request.info.id)

    def _fill_menu(self) -> None:
        menu, info = self.head.menu, self.info
        menu.clear()
        if info is None:
            return
        if self.can_edit:
            menu.addAction(tr("Edit text"), self.begin_edit)
        menu.addAction(tr("Find in this document"), self.open_find)
        text = getattr(self._viewer, "shown_text", None)
        if text is not None:
            menu.addAction(tr("Copy text"), lambda: QGuiApplication.clipboard().setText(text()))
        menu.addAction(tr("Copy address"), lambda: QGuiApplication.clipboard().setText(info.uri))
        menu.addAction(tr("Export …"), lambda: self.exportRequested.emit(info.id))
        menu.addSeparator()
        if self._past:
            restore = menu.addAction(tr("Restore this version"), lambda: self.restoreRequested.emit(info.id))
            restore.setEnabled(not self._read_only)
        else:
            delete = menu.addAction(tr("Delete"), lambda: self.deleteRequested.emit(info.id))
            delete.setEnabled(not self._read_only)

    # ------------------------------------------------------------------------------------------- events

    def event(self, event: QEvent) -> bool:
        # While the pane has the focus, Ctrl+F looks in this document and not in the capsule.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Find)
            and self._viewer is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Find):
            self.open_find()
        elif event.key() == Qt.Key.Key_Escape and self.sub_bar.find_field.isVisible():
            self.sub_bar.close_find()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_changes()
