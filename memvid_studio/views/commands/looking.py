"""Finding and going through time; how the window looks."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu

import engine
from memvid_studio import settings as keys
from memvid_studio.bridge.latest import LatestOnly
from memvid_studio.bridge.tasks import Lane
from memvid_studio.ops.look import Filter
from memvid_studio.theme import theme
from memvid_studio.views.commands.context import Context
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.widgets.search_field import Token
from memvid_studio.words import moment

_SCALES = (1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


class LookingCommands(QObject):
    """The search field, the strip, light and dark, the size of text."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ctx = context
        self._reading = LatestOnly(context.desk.tasks, self, lane=Lane.READ)
        self._reading.done.connect(self._moment_read)
        self._connect_search()
        self._connect_time()
        self._connect_look()

    def _connect_search(self) -> None:
        acts, search = self._ctx.actions, self._ctx.desk.search
        results = self._ctx.window.results
        field = results.field
        field.textEdited.connect(search.set_text)
        field.submitted.connect(search.submit)
        field.tokensChanged.connect(self._tokens_changed)
        search.questionChanged.connect(self._question_changed)
        results.sortChosen.connect(search.set_sort)
        results.clearWanted.connect(self.clear_search)
        acts.sortChosen.connect(search.set_sort)
        acts.find.triggered.connect(self.focus_search)
        acts.clear_search.triggered.connect(self.clear_search)
        acts.next_hit.triggered.connect(lambda: self._ctx.window.viewer.step_hit(1))
        acts.previous_hit.triggered.connect(lambda: self._ctx.window.viewer.step_hit(-1))
        field.filterRequested.connect(self._filter_menu)

    def focus_search(self) -> None:
        """The field, its words selected so that typing replaces them."""
        self._ctx.window.show_results()
        self._ctx.window.results.field.setFocus()
        self._ctx.window.results.field.select_all()

    def clear_search(self) -> None:
        """Everything there is."""
        self._ctx.window.results.field.clear()
        self._ctx.desk.search.reset()

    def _tokens_changed(self) -> None:
        tokens = self._ctx.window.results.field.tokens()
        self._ctx.desk.search.set_filters(tuple(Filter(each.field, each.value) for each in tokens))

    def _question_changed(self) -> None:
        """The question was changed by something else than the field: bring the field along."""
        question, field = self._ctx.desk.search.question, self._ctx.window.results.field
        tokens = tuple(Token(each.field, each.value) for each in question.filters)
        if field.tokens() != tokens:
            blocked = field.blockSignals(True)
            field.set_tokens(tokens)
            field.blockSignals(blocked)
        if field.text() != question.text:
            field.set_text(question.text)

    def _filter_menu(self) -> None:
        view = self._ctx.showing.view
        menu = QMenu(self._ctx.window)
        search = self._ctx.desk.search
        for tag, count in () if view is None else view.tags[:20]:
            wanted = Filter("tag", tag)
            action = menu.addAction(f"{tag}\t{count}")
            action.setCheckable(True)
            action.setChecked(wanted in search.question.filters)
            action.triggered.connect(lambda _=False, wanted=wanted: search.toggle_filter(wanted))
        if menu.isEmpty():
            menu.addAction(self.tr("No tags here.")).setEnabled(False)
        field = self._ctx.window.results.field
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(field.mapToGlobal(field.rect().bottomRight()))

    def _connect_time(self) -> None:
        acts, panel, search = self._ctx.actions, self._ctx.window.timeline, self._ctx.desk.search
        panel.momentWanted.connect(search.go_to)
        panel.frameWanted.connect(self._show_frame)
        panel.hitWanted.connect(self._show_hit)
        self._ctx.window.banner.nowRequested.connect(panel.go_to_now)
        acts.to_now.triggered.connect(panel.go_to_now)
        acts.step_back.triggered.connect(lambda: panel.step(-1))
        acts.focus_strip.triggered.connect(lambda: panel.strip.setFocus(Qt.FocusReason.ShortcutFocusReason))
        acts.zoom_in.triggered.connect(lambda: panel.zoom(2))
        acts.zoom_out.triggered.connect(lambda: panel.zoom(0.5))
        acts.fit.triggered.connect(panel.fit)
        self._ctx.window.results.list.nowWanted.connect(panel.go_to_now)
        self._ctx.window.viewer.momentRequested.connect(self._go_to_revision)

    def _show_frame(self, frame_id: int) -> None:
        if not self._ctx.window.results.list.choose(frame_id):
            self._ctx.showing.follow(frame_id)
            self._ctx.desk.search.again()

    def _show_hit(self, index: int) -> None:
        document = self._ctx.showing.hit_at(index)
        if document is not None:
            self._show_frame(document)

    def _go_to_revision(self, revision: int) -> None:
        held = self._ctx.desk.session.current
        if held is None:
            return
        capsule = held.capsule
        self._ctx.desk.tasks.run(
            lambda: capsule.at(revision).recorded_at,
            done=self._ctx.window.timeline.go_to_time,
            failed=self._ctx.tell_error,
            owner=self,
        )

    def _connect_look(self) -> None:
        acts = self._ctx.actions
        acts.themeChosen.connect(lambda name: self._ctx.settings.set(keys.THEME, name))
        acts.themes[self._ctx.settings.get(keys.THEME)].setChecked(True)
        acts.larger.triggered.connect(lambda: self._scale(1))
        acts.smaller.triggered.connect(lambda: self._scale(-1))
        acts.normal_size.triggered.connect(lambda: self._ctx.settings.set(keys.TEXT_SIZE, 1.0))
        acts.full_screen.triggered.connect(
            lambda on: self._ctx.window.showFullScreen() if on else self._ctx.window.showNormal()
        )
        acts.about.triggered.connect(self._about)
        palette = self._ctx.window.palette_
        acts.palette.triggered.connect(palette.open)
        self._ctx.window.find_command.clicked.connect(palette.open)
        palette.textChanged.connect(self._read_moment)
        palette.momentChosen.connect(self._ctx.window.timeline.go_to_time)

    def _read_moment(self, text: str) -> None:
        """Typed words may mean a moment: "last Tuesday", "2025-06-01"."""
        held = self._ctx.desk.session.current
        if held is not None and text.strip():
            self._reading.ask(_moment_of, held.capsule, text)

    def _moment_read(self, answer: tuple[str, datetime] | None, _error: object) -> None:
        if answer is not None:
            text, when = answer
            self._ctx.window.palette_.show_moment(text, when, moment(when))

    def _scale(self, step: int) -> None:
        now = min(range(len(_SCALES)), key=lambda place: abs(_SCALES[place] - theme().scale))
        self._ctx.settings.set(keys.TEXT_SIZE, _SCALES[min(max(now + step, 0), len(_SCALES) - 1)])

    def _about(self) -> None:
        from memvid_studio import __version__

        dialog = DialogSheet(
            self._ctx.window,
            self.tr("Memvid Studio {version}").replace("{version}", __version__),
            self.tr("Open, fill, search, rewind and share memory capsules. Apache License 2.0."),
            icon="pill",
            verb=self.tr("Close"),
        )
        dialog.cancel.hide()
        self._ctx.open_dialog(dialog)


def _moment_of(capsule: engine.Capsule, text: str) -> tuple[str, datetime] | None:
    """On a pool thread. Words that mean no moment are no error: most of what is typed are commands."""
    try:
        return text, capsule.at(text).recorded_at or datetime.fromtimestamp(0, UTC)
    except engine.EngineError:
        return None
