"""Every action of the window, once: its text, its keys, its menu."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from memvid_studio.words import tr

_Keys = QKeySequence.StandardKey


class Actions(QObject):
    """The actions by name, and the menus made of them.

    Keys in brackets (``shown``) are handled by the list or the strip while it has the focus, because single
    keys must stay free for typing; they are shown in the menu but are no shortcut of the window.
    """

    recentChosen = Signal(str)
    sortChosen = Signal(str)
    themeChosen = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._all: list[QAction] = []
        # Capsule
        self.new = self._make(tr("New capsule …"), _Keys.New, icon="plus")
        self.open = self._make(tr("Open …"), _Keys.Open, icon="folder-outline")
        self.demo = self._make(tr("Look around first"), "Ctrl+D", icon="play")
        self.add_files = self._make(tr("Add files …"), "Ctrl+Shift+A", icon="tray-arrow-down")
        self.add_folder = self._make(tr("Add a folder …"), None, icon="tray-arrow-down")
        self.note = self._make(tr("New note …"), "Ctrl+Shift+N", icon="note-text-outline")
        self.save = self._make(tr("Save"), _Keys.Save)
        self.close_capsule = self._make(tr("Close capsule"), _Keys.Close)
        self.quit = self._make(tr("Quit"), _Keys.Quit)
        # Edit
        self.undo = self._make(tr("Undo"), _Keys.Undo, icon="undo")
        self.redo = self._make(tr("Redo"), _Keys.Redo, icon="redo")
        self.edit_text = self._make(tr("Edit text"), "Ctrl+E")
        self.delete = self._make(tr("Delete document"), None, shown="Del", icon="delete-outline")
        self.restore = self._make(tr("Restore this version"), None, icon="restore")
        # View
        self.themes = self._make_themes()
        self.larger = self._make(tr("Larger text"), _Keys.ZoomIn)
        self.smaller = self._make(tr("Smaller text"), _Keys.ZoomOut)
        self.normal_size = self._make(tr("Normal text"), "Ctrl+0")
        self.jobs = self._make(tr("Show jobs"), "Ctrl+J")
        self.full_screen = self._make(tr("Full screen"), _Keys.FullScreen, checkable=True)
        # Search
        self.find = self._make(tr("Find"), _Keys.Find, icon="magnify")
        self.next_hit = self._make(tr("Next hit"), _Keys.FindNext, icon="chevron-down")
        self.previous_hit = self._make(tr("Previous hit"), _Keys.FindPrevious, icon="chevron-up")
        self.clear_search = self._make(tr("Clear the search"), "Ctrl+Shift+L", icon="close")
        self.sorts = self._make_sorts()
        # Timeline
        self.to_now = self._make(tr("Return to now"), "Ctrl+Shift+Right", shown="N", icon="page-last")
        self.step_back = self._make(tr("Previous change"), "Ctrl+Shift+Left", shown="Left", icon="page-first")
        self.focus_strip = self._make(tr("Go to the timeline"), "Ctrl+T", icon="history")
        self.fit = self._make(tr("Show the whole life"), "Ctrl+Shift+0", icon="fit-to-page-outline")
        self.zoom_in = self._make(tr("Zoom in"), None, shown="+", icon="magnify-plus-outline")
        self.zoom_out = self._make(tr("Zoom out"), None, shown="-", icon="magnify-minus-outline")
        # Share
        self.seal = self._make(tr("Seal a copy to share …"), "Ctrl+Shift+S", icon="shield-lock-outline")
        # Help
        self.palette = self._make(tr("Find a command …"), "Ctrl+Shift+P", icon="magnify")
        self.about = self._make(tr("About Memvid Studio"), None, icon="information-outline")
        self.recent_menu = QMenu(tr("Open recent"), window)

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._all)

    def fill(self, bar: QMenuBar) -> None:
        """The menus, in order."""
        capsule = bar.addMenu(tr("Capsule"))
        capsule.addActions([self.new, self.open])
        capsule.addMenu(self.recent_menu)
        capsule.addAction(self.demo)
        capsule.addSeparator()
        capsule.addActions([self.add_files, self.add_folder, self.note])
        capsule.addSeparator()
        capsule.addActions([self.save, self.close_capsule])
        capsule.addSeparator()
        capsule.addAction(self.quit)
        edit = bar.addMenu(tr("Edit"))
        edit.addActions([self.undo, self.redo])
        edit.addSeparator()
        edit.addActions([self.edit_text, self.delete, self.restore])
        view = bar.addMenu(tr("View"))
        view.addActions(list(self.themes.values()))
        view.addSeparator()
        view.addActions([self.larger, self.smaller, self.normal_size])
        view.addSeparator()
        view.addActions([self.jobs, self.full_screen])
        search = bar.addMenu(tr("Search"))
        search.addActions([self.find, self.next_hit, self.previous_hit, self.clear_search])
        search.addSeparator()
        search.addActions(list(self.sorts.values()))
        timeline = bar.addMenu(tr("Timeline"))
        timeline.addActions([self.to_now, self.step_back, self.focus_strip])
        timeline.addSeparator()
        timeline.addActions([self.zoom_in, self.zoom_out, self.fit])
        share = bar.addMenu(tr("Share"))
        share.addAction(self.seal)
        help_menu = bar.addMenu(tr("Help"))
        help_menu.addActions([self.palette, self.about])
        for menu in (capsule, edit, view, search, timeline, share, help_menu):
            for action in menu.actions():
                action.setProperty("group", menu.title())

    def set_recent(self, entries: list[tuple[str, str]]) -> None:
        """(path, text) of the capsules opened last."""
        self.recent_menu.clear()
        for path, text in entries:
            action = self.recent_menu.addAction(text)
            action.setToolTip(path)
            action.triggered.connect(lambda _=False, path=path: self.recentChosen.emit(path))
        self.recent_menu.setEnabled(bool(entries))

    def allow(self, action: QAction, allowed: bool, reason: str = "") -> None:
        """Switches an action; one that is off says why in its tool tip."""
        action.setEnabled(allowed)
        tip = action.text().replace(" …", "")
        action.setToolTip(tip if allowed or not reason else reason)

    def _make(
        self,
        text: str,
        keys: QKeySequence.StandardKey | str | None,
        *,
        shown: str = "",
        icon: str = "",
        checkable: bool = False,
    ) -> QAction:
        action = QAction(text, self._window)
        if isinstance(keys, QKeySequence.StandardKey):
            action.setShortcuts(keys)
            if not action.shortcuts() and keys == _Keys.Quit:
                action.setShortcut("Ctrl+Q")
        elif keys:
            action.setShortcut(keys)
        action.setCheckable(checkable)
        action.setProperty("shown", shown)
        action.setProperty("icon", icon)
        if shown and not keys:
            # Qt shows what follows the tab in the column of the shortcuts.
            action.setText(f"{text}\t{shown}")
        action.setData(text)
        self._window.addAction(action)
        self._all.append(action)
        return action

    def _make_themes(self) -> dict[str, QAction]:
        group = QActionGroup(self)
        actions = {}
        for key, text in (
            ("system", tr("Light or dark as the system")),
            ("light", tr("Light")),
            ("dark", tr("Dark")),
        ):
            action = self._make(text, None, checkable=True)
            action.setActionGroup(group)
            action.triggered.connect(lambda _=False, key=key: self.themeChosen.emit(key))
            actions[key] = action
        return actions

    def _make_sorts(self) -> dict[str, QAction]:
        actions = {}
        for key, text in (
            ("relevance", tr("Sort by relevance")),
            ("newest", tr("Sort newest first")),
            ("oldest", tr("Sort oldest first")),
            ("title", tr("Sort by title")),
        ):
            action = self._make(text, None)
            action.triggered.connect(lambda _=False, key=key: self.sortChosen.emit(key))
            actions[key] = action
        return actions
