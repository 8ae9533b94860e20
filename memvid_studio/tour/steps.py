"""The main job, step by step. Every step acts through the widgets a person uses, then looks whether it worked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLineEdit, QWidget
from shiboken6 import isValid

import engine
from memvid_studio.ops.look import View
from memvid_studio.theme import theme
from memvid_studio.tour.driver import Driver, TourFailure
from memvid_studio.views.dialogs.new_capsule import NewCapsuleDialog
from memvid_studio.views.dialogs.seal import SealDialog
from memvid_studio.views.dialogs.unlock import UnlockDialog
from memvid_studio.views.viewers.editor import Editor
from memvid_studio.views.viewers.pdf_viewer import PdfViewer
from memvid_studio.widgets.dialog import DialogSheet
from memvid_studio.words import to_ms

QUERY = "weir removal"
PDF = "Weir removal options.pdf"
NOTE = "Decision log.md"
GONE = "Budget.md"
ADDED_LINE = "20 November 2026. The sluice keys are with Ines."
PASSWORD = "gravel-otter-nine-sluice-amber"  # noqa: S105 - of a file that is thrown away


@dataclass(slots=True)
class Story:
    """What later steps need to know of earlier ones."""

    folder: Path
    """A throw-away folder: capsules are made here, the files to drop lie in ``material``."""
    material: Path
    count: int = 0
    added_at_ms: int = 0
    edited_at_ms: int = 0
    sealed: Path | None = None


Step = Callable[[Driver, Story], None]


def _dialog(driver: Driver, kind: type[DialogSheet]) -> DialogSheet:
    found: list[DialogSheet] = []

    def look() -> bool:
        found[:] = [each for each in driver.window.findChildren(kind) if each.isVisible()]
        return bool(found)

    driver.wait(f"the dialog {kind.__name__}", look, 5)
    return found[0]


def _view(driver: Driver) -> View:
    view = driver.studio.showing.view
    if view is None:
        raise TourFailure("the window shows no capsule")
    return view


def _row_of(driver: Driver, title: str) -> int:
    model = driver.window.results_model
    for row in range(model.rowCount()):
        if model.card(row).title == title:
            return row
    raise TourFailure(f"{title} is not in the list")


def _text_shown(driver: Driver) -> str:
    shown = getattr(driver.window.viewer.viewer, "shown_text", None)
    return str(shown()) if shown is not None else ""


def _open_row(driver: Driver, title: str) -> None:
    driver.wait(f"{title} in the list", lambda: _has_row(driver, title), 10)
    driver.click_row(driver.window.results.list, _row_of(driver, title))

    def is_shown() -> bool:
        info = driver.window.viewer.info
        return info is not None and info.title == title

    driver.wait(f"{title} in the viewer", is_shown)


def _has_row(driver: Driver, title: str) -> bool:
    try:
        return _row_of(driver, title) >= 0
    except TourFailure:
        return False


def _search(driver: Driver, words: str) -> None:
    """Ctrl+F, the words, letter by letter; then the answer to all of them."""
    driver.control(Qt.Key.Key_F)
    driver.wait("the search field to have the focus", lambda: _in_field(driver), 3)
    driver.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    driver.type(words)
    driver.wait(f"an answer to {words!r}", lambda: _view(driver).question.text == words)


def _in_field(driver: Driver) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and driver.window.results.field.isAncestorOf(focus)


def _count(driver: Driver) -> int:
    return _view(driver).document_count


# ------------------------------------------------------------------------------------------------------ the steps


def first_run(driver: Driver, _story: Story) -> None:
    """Nothing is open yet."""
    driver.wait("the first page", lambda: driver.window.is_start and driver.window.isVisible())
    driver.picture("01-first-run", dark=True)


def create(driver: Driver, story: Story) -> None:
    """Ctrl+N, a name, Enter: a new capsule."""
    driver.control(Qt.Key.Key_N)
    dialog = _dialog(driver, NewCapsuleDialog)
    driver.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    driver.type("survey")
    driver.picture("02-new-capsule")
    driver.key(Qt.Key.Key_Return)
    driver.wait("the new capsule", lambda: not driver.window.is_start)
    driver.wait("the dialog to close", lambda: not _alive_and_visible(dialog), 5)
    driver.check("there is no survey.mv2", (story.folder / "survey.mv2").is_file())
    driver.check("the new capsule is not empty", _count(driver) == 0, _count(driver))


def _alive_and_visible(widget: QWidget) -> bool:
    return isValid(widget) and widget.isVisible()


def drop(driver: Driver, story: Story) -> None:
    """A folder is held over the window, which says what would happen; then it is let go."""
    expected = len(list(story.material.iterdir()))
    mime = driver.hold([story.material])
    overlay = driver.window.drop_overlay
    driver.wait("the overlay to count", lambda: overlay.isVisible() and len(overlay.plan().lines) > 1, 5)
    driver.check("the overlay names the number", str(expected) in overlay.plan().title, overlay.plan().title)
    driver.picture("03-drop", dark=True)
    driver.let_go(mime)
    driver.check("the overlay stays", not overlay.isVisible())
    driver.wait("the first rows", lambda: driver.window.results_model.rowCount() > 0)
    driver.picture("04-adding", settle_ms=0)


def wait_for_all(driver: Driver, story: Story) -> None:
    """Everything dropped is in, and findable."""
    expected = len(list(story.material.iterdir()))
    driver.wait(
        f"{expected} documents",
        lambda: _count(driver) == expected and not driver.studio.desk.session.jobs.running(),
        60,
    )
    driver.no_problems()
    story.count = expected
    recorded = _view(driver).recorded_at
    if recorded is None:
        raise TourFailure("the capsule has no last change")
    story.added_at_ms = to_ms(recorded)
    driver.wait("rows with their titles", lambda: _has_row(driver, "What the children drew.txt"))
    driver.picture("05-added", settle_ms=600)


def search(driver: Driver, _story: Story) -> None:
    """Typing finds; the words are marked."""
    _search(driver, QUERY)
    view = _view(driver)
    driver.check("too little was found", view.total >= 4, view.total)
    first = driver.window.results_model.card(0)
    marked = {first.snippet[start:end].lower() for start, end in first.spans}
    driver.check("the first snippet marks no word of the search", marked & {"weir", "removal"}, first.snippet)
    driver.check("the strip marks no hits", len(driver.window.timeline.strip.view.hits) == view.total)
    driver.picture("06-search", settle_ms=600)


def open_pdf(driver: Driver, _story: Story) -> None:
    """A click on the PDF opens it at the page of its hit."""
    _open_row(driver, PDF)
    info = driver.window.viewer.info
    hit = None if info is None else driver.window.results_model.hit(info.id)
    if hit is None or hit.place is None or hit.place.page is None:
        raise TourFailure(f"the hit in {PDF} does not say its page")
    page = hit.place.page
    viewer = driver.window.viewer.viewer
    if not isinstance(viewer, PdfViewer):
        raise TourFailure(f"{PDF} is shown by {type(viewer).__name__}")
    pdf = viewer
    driver.wait(f"page {page}", lambda: pdf.canvas.page == page and pdf.canvas.wanted() is None)
    driver.wait("marks on the page", lambda: pdf.mark_count > 0)
    driver.picture("07-pdf-at-the-hit", dark=True, settle_ms=900)


def edit(driver: Driver, story: Story) -> None:
    """A note gets another line."""
    _search(driver, "decision log")
    _open_row(driver, NOTE)
    driver.wait("the note's text", lambda: "October 2024" in _text_shown(driver))
    driver.control(Qt.Key.Key_E)
    driver.wait("the editor", lambda: driver.window.viewer.is_editing, 5)
    editor = driver.window.viewer.findChild(Editor)
    if not isinstance(editor, Editor):
        raise TourFailure("there is no editor")
    driver.wait("the focus in the editor", lambda: QApplication.focusWidget() is editor.field, 3)
    driver.key(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    driver.type(f"\n{ADDED_LINE}", delay_ms=4)
    driver.picture("08-edit")
    driver.control(Qt.Key.Key_S)
    driver.wait("the new text in the viewer", lambda: ADDED_LINE in _text_shown(driver))
    recorded = _view(driver).recorded_at
    if recorded is None:
        raise TourFailure("the change has no time")
    story.edited_at_ms = to_ms(recorded)
    driver.check("the number of documents changed", _count(driver) == story.count, _count(driver))
    driver.check("Edit ▸ Undo is off", driver.window.actions_.undo.isEnabled())


def delete(driver: Driver, story: Story) -> None:
    """Another document is deleted; a notice offers to take that back."""
    driver.control(Qt.Key.Key_L, shift=True)
    driver.wait("all documents", lambda: not _view(driver).question.is_search)
    _open_row(driver, GONE)
    driver.window.results.list.setFocus()
    driver.key(Qt.Key.Key_Delete)
    driver.wait("one document less", lambda: _count(driver) == story.count - 1)
    driver.wait("the row to go", lambda: not _has_row(driver, GONE))
    notices = [notice.title for notice in driver.window.notices.notices()]
    driver.check("no notice says so", any(GONE in title for title in notices), notices)
    driver.picture("09-deleted")


def rewind(driver: Driver, story: Story) -> None:
    """The playhead is dragged to before both changes: everything is as it was, and nothing can be changed."""
    _search(driver, "sluice keys")
    driver.check("the added line is not found now", _view(driver).total == 1, _view(driver).total)
    _open_row(driver, NOTE)
    strip = driver.window.timeline.strip
    target_ms = (story.added_at_ms + story.edited_at_ms) // 2
    start = QPoint(round(strip.view.head_x), 60)
    end = QPoint(round(strip.view.scale.x(target_ms)), 60)
    driver.drag(strip, start, end)
    driver.wait("the banner", driver.window.banner.isVisible)
    driver.wait("the Moment", lambda: _view(driver).is_past and _count(driver) == story.count)
    driver.check("the accents are not amber", theme().past)
    driver.wait("no hits then", lambda: _view(driver).total == 0)
    driver.wait("the old text", lambda: _old_text(driver))
    _search(driver, "board")
    driver.wait("the note among the hits", lambda: _has_row(driver, NOTE))
    _open_row(driver, NOTE)
    for action in (
        driver.window.actions_.note,
        driver.window.actions_.delete,
        driver.window.actions_.edit_text,
    ):
        driver.check(f"“{action.data()}” is on in the past", not action.isEnabled())
    driver.control(Qt.Key.Key_L, shift=True)
    driver.wait("the deleted document", lambda: _has_row(driver, GONE))
    driver.wait("the old text", lambda: _old_text(driver))
    driver.picture("10-rewound", dark=True, settle_ms=700)


def _old_text(driver: Driver) -> bool:
    text = _text_shown(driver)
    return "October 2024" in text and ADDED_LINE not in text


def back_to_now(driver: Driver, story: Story) -> None:
    """N on the strip returns."""
    driver.window.timeline.strip.setFocus()
    driver.key(Qt.Key.Key_N)
    driver.wait("now", lambda: not _view(driver).is_past and _count(driver) == story.count - 1)
    driver.wait("the banner to go", lambda: not driver.window.banner.isVisible())
    driver.check("the accents stay amber", not theme().past)
    driver.wait("the new text", lambda: ADDED_LINE in _text_shown(driver))
    driver.check("the deleted document is back", not _has_row(driver, GONE))
    driver.picture("11-now-again")


def seal(driver: Driver, story: Story) -> None:
    """A sealed copy under a password; the dialog says what the file still contains."""
    driver.control(Qt.Key.Key_S, shift=True)
    dialog = _dialog(driver, SealDialog)
    if not isinstance(dialog, SealDialog):
        raise TourFailure("another dialog came up")
    driver.wait("what the file still contains", dialog.dead.isVisible)
    said = dialog.dead.text()
    driver.check("it does not say 1 deleted and 1 older", "1 deleted and 1 older" in said, said)
    driver.click(dialog.leave_out, QPoint(8, dialog.leave_out.height() // 2))
    driver.check("it cannot be left out", dialog.leave_out.isChecked())
    dialog.password.edit.setFocus()
    driver.type(PASSWORD, delay_ms=2)
    dialog.password.set_shown(True)
    driver.picture("12-seal")
    driver.key(Qt.Key.Key_Return)
    sealed = story.folder / "survey.mv2e"
    driver.wait("the sealed file", lambda: not _alive_and_visible(dialog) and sealed.is_file(), 30)
    driver.check("it is not sealed", engine.probe(sealed).sealed)
    story.sealed = sealed
    driver.no_problems()
    driver.picture("13-sealed")


def reopen(driver: Driver, story: Story) -> None:
    """The capsule is closed, the sealed copy opened with its password: everything is there, nothing of the past."""
    driver.control(Qt.Key.Key_W)
    driver.wait("the first page", lambda: driver.window.is_start)
    driver.control(Qt.Key.Key_O)
    _choose_file(driver, story.sealed or Path())
    dialog = _dialog(driver, UnlockDialog)
    if not isinstance(dialog, UnlockDialog):
        raise TourFailure("another dialog came up")
    driver.click(dialog.password.edit, QPoint(20, dialog.password.edit.height() // 2))
    driver.type("wrong", delay_ms=2)
    driver.key(Qt.Key.Key_Return)
    driver.wait("a wrong password to be refused", lambda: bool(dialog.password.edit.error()), 30)
    driver.picture("14-wrong-password")
    driver.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    driver.type(PASSWORD, delay_ms=2)
    driver.key(Qt.Key.Key_Return)
    driver.wait("the sealed capsule", lambda: not driver.window.is_start, 30)
    driver.wait("its documents", lambda: _count(driver) == story.count - 1)
    _search(driver, "sluice keys")
    driver.wait("the added line", lambda: _view(driver).total == 1)
    _open_row(driver, NOTE)
    driver.wait("its text", lambda: ADDED_LINE in _text_shown(driver))
    driver.no_problems()
    driver.picture("15-sealed-opened", settle_ms=700)


def _choose_file(driver: Driver, path: Path) -> None:
    """The file dialog: the path into its field, then its button."""
    found: list[QFileDialog] = []

    def look() -> bool:
        found[:] = [each for each in driver.window.findChildren(QFileDialog) if each.isVisible()]
        return bool(found)

    driver.wait("the file dialog", look, 5)
    field = found[0].findChild(QLineEdit, "fileNameEdit")
    if not isinstance(field, QLineEdit):
        raise TourFailure("the file dialog has no field for a name")
    # Pasted: typing opens the list of completions, which takes the keyboard where there is a screen.
    QApplication.clipboard().setText(str(path))
    driver.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier, field)
    driver.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier, field)
    completions = field.completer().popup()
    if completions is not None:
        completions.hide()
    buttons = found[0].findChild(QDialogButtonBox)
    if not isinstance(buttons, QDialogButtonBox):
        raise TourFailure("the file dialog has no buttons")
    button = buttons.button(QDialogButtonBox.StandardButton.Open)
    driver.wait("the button to open", button.isEnabled, 3)
    driver.click(button)
    driver.wait("the file dialog to go", lambda: not isValid(found[0]), 5)
    driver.activate()


def example(driver: Driver, _story: Story) -> None:
    """The example, three years old: the main picture, and a moment of its past."""
    driver.activate()
    driver.control(Qt.Key.Key_D)
    driver.wait("the example", lambda: _is_example(driver) and _is_ready(driver), 60)
    _search(driver, QUERY)
    _open_row(driver, PDF)
    driver.control(Qt.Key.Key_F)
    driver.key(Qt.Key.Key_End)
    driver.picture("16-main", dark=True, settle_ms=1200)
    _open_row(driver, NOTE)
    strip = driver.window.timeline.strip
    end = QPoint(round(strip.view.scale.x(1_750_000_000_000)), 60)
    driver.drag(strip, QPoint(round(strip.view.head_x), 60), end)
    driver.wait("the past", lambda: _view(driver).is_past)
    driver.wait("the note as it was", lambda: "9 May 2025" in _text_shown(driver))
    driver.check("the note knows the future", "2 March 2026" not in _text_shown(driver))
    driver.picture("17-past", dark=True, settle_ms=900)
    driver.window.timeline.strip.setFocus()
    driver.key(Qt.Key.Key_N)
    driver.wait("now", lambda: not _view(driver).is_past)
    driver.no_problems()


def _is_example(driver: Driver) -> bool:
    held, view = driver.studio.desk.session.current, driver.studio.showing.view
    if held is None or held.sealed or view is None:
        return False
    return view.document_count >= 19 and view.revision >= 24


def _is_ready(driver: Driver) -> bool:
    return driver.window.status.doing.text() == driver.window.tr("Ready")


STEPS: tuple[Step, ...] = (
    first_run,
    create,
    drop,
    wait_for_all,
    search,
    open_pdf,
    edit,
    delete,
    rewind,
    back_to_now,
    seal,
    reopen,
    example,
)
