"""Answers into widgets: one View fills the list, the counts, the strip, the status line and the viewer."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

import engine
from memvid_studio.bridge.images import Thumbnails
from memvid_studio.models.kinds import kind_of_name
from memvid_studio.models.library import CapsuleEntry, LibraryModel
from memvid_studio.models.results import ResultsModel
from memvid_studio.ops.desk import Desk
from memvid_studio.ops.jobs import JobRecord
from memvid_studio.ops.look import Marks, View, fetch
from memvid_studio.ops.timeline import Life
from memvid_studio.settings import Settings
from memvid_studio.theme import theme
from memvid_studio.views.library import LibraryPane
from memvid_studio.views.results import ResultsPane
from memvid_studio.views.status import Saved, StatusBar
from memvid_studio.views.timeline import TimelinePanel
from memvid_studio.views.viewers.pane import ViewerPane
from memvid_studio.widgets.banner import PastBanner
from memvid_studio.widgets.notice import NoticeStack
from memvid_studio.words import counted, day, from_ms, moment, number, quoted, size, took

_JOB_ROWS = 60


class Panes(Protocol):
    """The widgets of the window that show something."""

    library: LibraryPane
    results: ResultsPane
    viewer: ViewerPane
    timeline: TimelinePanel
    banner: PastBanner
    status: StatusBar
    notices: NoticeStack

    def show_start(self, start: bool) -> None:
        """The page for when nothing is open, or the panes."""


class Showing(QObject):
    """Listens to the ops and fills the panes. What it knows of the chosen document is asked for by commands."""

    documentChanged = Signal()
    """Another document is looked at, or it changed, or none is."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        panes: Panes,
        models: tuple[LibraryModel, ResultsModel, Thumbnails],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk, self._settings, self._panes = desk, settings, panes
        self._library, self._model, self._thumbnails = models
        self._view: View | None = None
        self._life: Life | None = None
        self._chosen: int | None = None
        self._info: engine.FrameInfo | None = None
        self._follow: int | None = None
        self._title = ""
        self._shown: tuple[object, ...] | None = None
        self._asked = 0
        self._held_selection = False
        desk.search.answered.connect(self._answered)
        desk.search.cleared.connect(self._cleared)
        desk.search.pastChanged.connect(self._past_changed)
        desk.search.busyChanged.connect(panes.results.set_busy)
        desk.search.refused.connect(panes.results.refuse)
        desk.timeline.loaded.connect(self._life_loaded)
        desk.session.listChanged.connect(self.refresh_capsules)
        desk.session.currentChanged.connect(self._another_capsule)
        desk.session.savedChanged.connect(self.refresh_status)
        desk.session.jobChanged.connect(self._job_changed)
        desk.session.busyChanged.connect(panes.status.set_busy)
        panes.results.list.documentChosen.connect(self._row_chosen)
        panes.timeline.clockChanged.connect(lambda _: self._show_life())
        self._model.moreWanted.connect(desk.search.more)
        self.refresh_capsules()

    # ------------------------------------------------------------------------------------ what is looked at

    @property
    def info(self) -> engine.FrameInfo | None:
        """The document in the viewer, as far as it is known."""
        return self._info

    @property
    def view(self) -> View | None:
        """The last answer that was shown."""
        return self._view

    def follow(self, document_id: int) -> None:
        """Looks at this document as soon as an answer holds it (it was just made)."""
        self._follow = document_id
        self._chosen = document_id
        self._desk.search.keep(document_id)
        if self._view is not None and self._model.row_of(document_id) is not None:
            self._settle_choice(self._view)

    def _row_chosen(self, document_id: int) -> None:
        if self._held_selection or document_id < 0:
            return
        if document_id != self._chosen or self._info is None or self._info.id != document_id:
            self._chosen = document_id
            self._follow = None
            self._desk.search.keep(document_id)
            self._show_document(document_id)

    def _show_document(self, document_id: int) -> None:
        """From what the list knows, or fetched first."""
        view = self._view
        if view is None:
            return
        info = self._model.frame(document_id)
        self._asked += 1
        if info is not None:
            self._put_into_viewer(view, info)
            return
        # Until it is known nothing can be done to it, and nothing may be done to the one before by mistake.
        self._info = None
        self.documentChanged.emit()
        asked = self._asked
        self._desk.tasks.run(
            fetch,
            view.moment,
            (document_id,),
            done=lambda found: self._fetched(asked, view, found.get(document_id)),
            owner=self,
        )

    def _fetched(self, asked: int, view: View, info: engine.FrameInfo | None) -> None:
        if asked == self._asked and info is not None:
            self._put_into_viewer(view, info)

    def _put_into_viewer(self, view: View, info: engine.FrameInfo) -> None:
        self._info, self._title = info, info.title
        hit = self._model.hit(info.id)
        # Every commit brings a new answer; the reader must not notice as long as nothing of this changed.
        shown = (info, hit, view.terms, view.is_past)
        if shown != self._shown:
            self._shown = shown
            self._panes.viewer.show(view.moment, info, hit, view.terms)
        self._mark_hits()
        self.documentChanged.emit()

    def _clear_viewer(self, why: str = "", sentence: str = "") -> None:
        self._asked += 1
        self._info = self._shown = None
        self._panes.viewer.clear(why, sentence)
        self.documentChanged.emit()

    def _say_not_there(self, view: View) -> None:
        """The document that is looked at has no version at this moment of the past."""
        name = quoted(self._title or self.tr("Untitled"))
        since, when_ms = view.kept_since, view.question.when_ms
        if since is None or when_ms is None:
            self._clear_viewer()
        elif from_ms(when_ms) < since:
            added = self.tr("It was added on {day}.").replace("{day}", day(since))
            self._clear_viewer(self.tr("{name} did not exist yet").replace("{name}", name), added)
        else:
            self._clear_viewer(self.tr("{name} was deleted before this moment").replace("{name}", name))

    # -------------------------------------------------------------------------------------------- answers

    def _answered(self, view: View) -> None:
        before, self._view = self._view, view
        self._panes.show_start(False)
        rows = self._job_rows(view)
        results = self._panes.results.list
        old_row = results.currentIndex().row()
        another = before is None or before.question.text != view.question.text
        with results.held_still(to_top=another):
            # The model moves rows under the selection; what is chosen is settled below, once.
            self._held_selection = True
            try:
                self._model.show(
                    view.moment,
                    view.ids,
                    hits=view.hits,
                    total=view.total,
                    known=view.first,
                    past=view.is_past,
                )
                self._model.show_jobs(rows)
            finally:
                self._held_selection = False
            self._panes.results.take(view, waiting=len(rows), past=view.is_past)
        self._settle_choice(view, old_row)
        active = frozenset((each.field, each.value) for each in view.question.filters)
        self._library.set_facets(view.kinds, view.tags, searched=view.question.is_search, active=active)
        self._show_moment(view)
        self._mark_hits()
        self.refresh_capsules()
        self.refresh_status()

    def _settle_choice(self, view: View, old_row: int = -1) -> None:
        """Keeps looking at the same document, in the version of this Moment."""
        results = self._panes.results.list
        kept = view.kept if view.question.keep == self._chosen else None
        wanted = kept.id if kept is not None else self._chosen
        if wanted is None:
            results.selectionModel().clear()
            return
        self._held_selection = True
        try:
            in_list = results.choose(wanted, scroll=self._follow is not None)
        finally:
            self._held_selection = False
        if in_list or kept is not None:
            if wanted == self._follow:
                self._follow = None
            self._chosen = wanted
            self._desk.search.keep(wanted)
            if kept is not None:
                self._asked += 1
                self._put_into_viewer(view, kept)
            else:
                self._show_document(wanted)
            return
        if wanted == self._follow:
            return  # it will come with the next answer
        if view.is_past or view.question.keep != self._chosen:
            # It did not exist yet; whoever returns finds it chosen again.
            if view.question.keep == self._chosen:
                self._say_not_there(view)
            return
        self._chosen = None
        self._desk.search.keep(None)
        self._clear_viewer()
        if 0 <= old_row < self._model.rowCount() and self._model.id_at(old_row) >= 0:
            results.choose(self._model.id_at(old_row))

    def _cleared(self) -> None:
        self._view = None
        self._chosen = None
        self._held_selection = True
        try:
            self._model.clear()
        finally:
            self._held_selection = False
        self._thumbnails.clear()
        self._library.set_facets(None, (), searched=False, active=frozenset())
        self._panes.library.head.show_capsule("", "", sealed=False)
        self._panes.timeline.show_nothing()
        self._clear_viewer()
        self._panes.show_start(True)
        self.refresh_capsules()
        self.refresh_status()

    def _another_capsule(self) -> None:
        self._thumbnails.clear()
        # What they offer (undo, open it) was about the other capsule.
        self._panes.notices.clear()
        self._chosen = self._follow = None
        self._held_selection = True
        try:
            self._model.clear()
        finally:
            self._held_selection = False
        self._clear_viewer()
        self.refresh_capsules()

    def _past_changed(self, past: bool) -> None:
        theme().set_past(past)
        self._panes.banner.setVisible(past)
        self._panes.viewer.set_past(past)

    def _show_moment(self, view: View) -> None:
        now = not view.is_past
        when_ms = view.question.when_ms
        newest = when_ms == self._desk.search.question.when_ms
        self._panes.timeline.show_moment(view, newest=newest)
        if not now and when_ms is not None:
            later = counted(
                view.later,
                self.tr("1 change came later."),
                self.tr("{n} changes came later."),
            )
            if not view.later:
                later = self.tr("Nothing changed since.")
            self._panes.banner.set_moment(moment(from_ms(when_ms)), later)
        held = self._desk.session.current
        if held is not None:
            count = counted(view.document_count, self.tr("{n} frame"), self.tr("{n} frames"))
            sub = count if now else self.tr("{count} then").replace("{count}", count)
            self._panes.library.head.show_capsule(held.path.name, sub, sealed=held.sealed)

    # ------------------------------------------------------------------------------------------- the strip

    def _life_loaded(self, life: Life | None) -> None:
        self._life = life
        self._show_life()

    def _show_life(self) -> None:
        if self._life is not None:
            self._panes.timeline.show_life(self._life)
        self._mark_hits()

    def _mark_hits(self) -> None:
        """The hits on the strip, the one being read among them."""
        view, info = self._view, self._info
        if view is None:
            return
        marks = self._marks(view)
        current = None
        if info is not None:
            found = np.flatnonzero(marks.ids == info.id)
            current = int(found[0]) if len(found) else None
        self._panes.timeline.show_hits(marks.times_ms, current)

    def _marks(self, view: View) -> Marks:
        return view.happened if self._panes.timeline.happened else view.recorded

    def hit_at(self, index: int) -> int | None:
        """The document of a mark on the strip."""
        if self._view is None:
            return None
        ids = self._marks(self._view).ids
        return int(ids[index]) if 0 <= index < len(ids) else None

    # ------------------------------------------------------------------------------- capsules, jobs, status

    def refresh_capsules(self) -> None:
        """The list of capsules: open ones first, then recent ones."""
        session = self._desk.session
        current = session.current
        entries = [
            CapsuleEntry(
                held.path,
                held.name,
                held.sealed,
                held.document_count if held is not current or not self._is_past() else self._count_then(),
                held is current,
            )
            for held in session.held
        ]
        open_paths = {held.path for held in session.held}
        for name in self._settings.recent():
            path = Path(name)
            if path not in open_paths and len(entries) < 8:
                entries.append(
                    CapsuleEntry(path, path.stem, path.suffix.lower() == ".mv2e", None, is_current=False)
                )
        self._library.set_capsules(entries)

    def _is_past(self) -> bool:
        return self._view is not None and self._view.is_past

    def _count_then(self) -> int:
        return 0 if self._view is None else self._view.document_count

    def _job_changed(self, _record: JobRecord) -> None:
        running = self._desk.session.jobs.running()
        self._panes.status.set_jobs(running)
        if self._view is not None:
            rows = self._job_rows(self._view)
            with self._panes.results.list.held_still():
                self._model.show_jobs(rows)
            if rows:
                self._panes.results.show_list()

    def _job_rows(self, view: View) -> list[tuple[str, engine.Progress | None, str]]:
        """Sources on their way in, as rows: only at now, and only where everything is listed."""
        held = self._desk.session.current
        if held is None or view.is_past or view.question.is_search:
            return []
        rows: list[tuple[str, engine.Progress | None, str]] = []
        for job in self._desk.session.jobs.running(held.path):
            sources: list[tuple[str, engine.Progress | None]] = [*job.current]
            sources += [(name, None) for name in job.waiting]
            for source, progress in sources:
                name = source.rstrip("/").rpartition("/")[2] or source
                rows.append((name, progress, kind_of_name(name).value))
        return rows[:_JOB_ROWS]

    def refresh_status(self) -> None:
        """Both ends of the bottom line."""
        held, view = self._desk.session.current, self._view
        status = self._panes.status
        status.set_problem("" if held is None else held.write_problem)
        if held is None or view is None:
            status.show_facts((), Saved("none", ""))
            return
        facts = []
        if view.question.is_search:
            found = counted(view.total, self.tr("{n} result"), self.tr("{n} results"))
            facts.append(
                self.tr("{found} in {time}").replace("{found}", found).replace("{time}", took(view.took_ms))
            )
        count = counted(view.document_count, self.tr("{n} frame"), self.tr("{n} frames"))
        if view.is_past:
            facts.append(self.tr("{count} then").replace("{count}", count))
            saved = Saved("past", self.tr("Read-only: past moment"))
        else:
            facts.append(count)
            if held.size:
                facts.append(size(held.size))
            if held.read_only:
                saved = Saved("read-only", self.tr("Read-only"))
            elif held.write_problem:
                saved = Saved("problem", self.tr("Changes waiting"))
            elif held.unsaved:
                saved = Saved("unsaved", self.tr("Not saved"))
            else:
                saved = Saved("saved", self.tr("Saved"))
        status.show_facts(tuple(facts), saved)

    def spoken_revision(self) -> str:
        """For the window's title in assistive technology."""
        return "" if self._view is None else number(self._view.revision)
