from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices

import engine
from memvid_studio.theme import theme
from memvid_studio.views.viewers import text_viewer
from memvid_studio.views.viewers.request import Request
from memvid_studio.views.viewers.text_viewer import TextViewer, open_link

NOTE = "# Decision log\n\nThe **weir** stays. Full removal of the weir.\n\n- one\n"


@pytest.fixture
def viewer(shown, tasks) -> TextViewer:
    return shown(TextViewer(tasks.run))


def test_markdown_is_read_styled_and_its_source_on_demand(viewer, load, moment, settle) -> None:
    info = moment.add("Decision log", NOTE, "text/markdown")
    load(viewer, moment, info, ("weir",))
    assert viewer.view.text().startswith("Decision log\nThe weir stays.")
    assert viewer.mark_count == 2
    assert viewer.current_mark == 0
    assert viewer._summary.text() == "Markdown, 69 bytes"
    viewer._source_button.click()
    settle()
    assert viewer.view.text() == NOTE
    assert viewer.mark_count == 2
    viewer._source_button.click()
    settle()
    assert "**" not in viewer.view.text()


def test_a_plain_note_keeps_its_lines_and_one_with_headings_is_markdown(viewer, load, moment) -> None:
    load(viewer, moment, moment.add("list", "milk\nweir plans\n- bread\n"))
    assert viewer.view.text() == "milk\nweir plans\n- bread\n"
    assert viewer._source_button.isHidden()
    load(viewer, moment, moment.add("headed", "## Monday\n\ntext\n"))
    assert viewer.view.text() == "Monday\ntext"
    assert viewer._summary.text().startswith("Markdown, ")


def test_code_is_shown_as_it_is(viewer, load, moment) -> None:
    load(
        viewer,
        moment,
        moment.add("x.py", "def weir():\n    return '# no heading'\n", "text/x-python"),
        ("weir",),
    )
    assert viewer.view is viewer._code
    assert viewer.mark_count == 1


def test_a_web_page_shows_the_text_found_in_it_and_its_source_on_demand(viewer, load, moment, settle) -> None:
    source = "<html><script>evil()</script><p>The weir</p></html>"
    info = moment.add("page", source, "text/html", parts=[(1, "The weir"), (2, "More")])
    load(viewer, moment, info, ("weir",))
    assert viewer.view.text() == "The weir\n\nMore"
    assert "text found in it" in viewer._summary.text()
    viewer._source_button.click()
    settle()
    assert viewer.view.text() == source
    assert viewer.view is viewer._code


def test_a_word_document_shows_its_text(viewer, load, moment) -> None:
    mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    info = moment.add(
        "memo.docx", b"PK...", mime, kind=engine.Kind.DOCUMENT, parts=[(1, "A memo on the weir")]
    )
    load(viewer, moment, info, ("weir",))
    assert viewer.view.text() == "A memo on the weir"
    assert viewer._summary.text() == "Word document, 5 bytes · text found in it"
    assert viewer._source_button.isHidden()


def test_marks_are_stepped_through_round_the_end(viewer, load, moment, qtbot) -> None:
    load(viewer, moment, moment.add("n", "weir one weir two weir"), ("weir",))
    seen = [viewer.current_mark]
    for step in (1, 1, 1, -1):
        with qtbot.waitSignal(viewer.marksChanged):
            viewer.step_mark(step)
        seen.append(viewer.current_mark)
    assert seen == [0, 1, 2, 0, 2]
    viewer.set_terms(())
    viewer.step_mark(1)
    assert (viewer.mark_count, viewer.current_mark) == (0, -1)


def test_other_words_are_marked_near_where_one_reads(viewer, load, moment) -> None:
    text = "removal\n" + "x\n" * 2000 + "weir removal\n" + "y\n" * 2000
    load(viewer, moment, moment.add("n", text), ("weir",))
    place = viewer.view.verticalScrollBar().value()
    assert place > 1000
    viewer.set_terms(("removal",))
    assert viewer.mark_count == 2
    assert viewer.current_mark == 1
    assert viewer.view.verticalScrollBar().value() == place


def test_another_version_of_the_document_stays_at_the_same_place(viewer, load, moment) -> None:
    old = moment.add("n", "a\n" * 3000, id=0)
    new = moment.add("n", "a\n" * 2999 + "b\n", id=10, supersedes=0)
    other = moment.add("m", "a\n" * 3000, id=20)
    load(viewer, moment, old)
    viewer.view.verticalScrollBar().setValue(5000)
    load(viewer, moment, new)
    assert viewer.view.verticalScrollBar().value() == 5000
    load(viewer, moment, other)
    assert viewer.view.verticalScrollBar().value() == 0


def test_a_huge_text_is_cut_and_says_so(viewer, load, moment, monkeypatch) -> None:
    monkeypatch.setattr(text_viewer, "LONGEST", 1000)
    load(viewer, moment, moment.add("n", "word " * 1000))
    assert len(viewer.view.text()) == 1000
    assert "the first 1,000 of 5,000 characters" in viewer._summary.text()


def test_long_markdown_is_not_styled_in_one_go(viewer, load, moment, monkeypatch) -> None:
    monkeypatch.setattr(text_viewer, "LONGEST_MARKDOWN", 50)
    load(viewer, moment, moment.add("n", NOTE, "text/markdown"))
    assert viewer.view.text() == NOTE


def test_answers_for_what_is_no_longer_wanted_are_dropped(viewer, moment, settle) -> None:
    first = moment.add("first", "first text")
    second = moment.add("second", "second text")
    ready = []
    viewer.ready.connect(lambda: ready.append(viewer.view.text()))
    with moment.hold():
        viewer.load(Request(moment, first, None, ()))
        viewer.load(Request(moment, second, None, ()))
    settle()
    assert ready == ["second text"]
    with moment.hold():
        viewer.load(Request(moment, first, None, ()))
        viewer.clear()
    settle()
    assert viewer.view.text() == ""
    assert len(ready) == 1


def test_what_cannot_be_read_is_told(viewer, moment, qtbot) -> None:
    error = engine.ContentGone("The original of frame 0 is not in the file.")
    info = moment.add("n", "", error=error)
    with qtbot.waitSignal(viewer.failed) as told:
        viewer.load(Request(moment, info, None, ()))
    assert told.args == [error]


def test_light_and_dark_recolour_and_text_size_sets_anew(viewer, load, moment, settle) -> None:
    text = "# Head\n\n[link](https://example.org) weir " + "text " * 2000
    load(viewer, moment, moment.add("n", text, "text/markdown"), ("weir",))

    def link_color() -> str:
        return viewer.view.document().find("link").charFormat().foreground().color().name()

    light = link_color()
    assert light == theme().color("accentText").name()
    viewer.view.verticalScrollBar().setValue(100)
    theme().set_dark(True)
    settle()
    assert link_color() == theme().color("accentText").name() != light
    assert viewer.view.verticalScrollBar().value() == 100
    assert viewer.mark_count == 1
    document = viewer.view.document()
    theme().set_past(True)
    settle()
    assert viewer.view.document() is document
    theme().set_scale(1.5)
    settle()
    assert viewer.view.document().defaultFont().pixelSize() == theme().font("reading").pixelSize() > 14


def test_words_typed_while_a_long_note_is_made_are_the_ones_marked(viewer, moment, settle, qtbot) -> None:
    info = moment.add("n", "# Head\n\nweir and removal\n\n" * 2000, "text/markdown")
    with qtbot.waitSignal(viewer.ready):
        viewer.load(Request(moment, info, None, ("weir",)))
        qtbot.waitUntil(lambda: viewer._making is not None)
        viewer.set_terms(("and", "removal"))
    settle()
    assert viewer.mark_count == 4000
    viewer.load(Request(moment, info, None, ()))
    qtbot.waitUntil(lambda: viewer._making is not None)
    viewer.clear()
    settle()
    assert viewer.view.text() == ""


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("https://example.org/a", True),
        ("mailto:a@example.org", True),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("mv2://frames/3", False),
        ("", False),
    ],
)
def test_only_web_and_mail_addresses_are_opened(monkeypatch, address: str, opened: bool) -> None:
    asked: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", asked.append)
    open_link(address)
    assert [url.toString() for url in asked] == ([address] if opened else [])


def test_text_can_be_selected_and_copied_by_keyboard(viewer, load, moment, qtbot) -> None:
    load(viewer, moment, moment.add("n", "copy me"))
    viewer.focus_content()
    qtbot.keyClick(viewer.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert viewer.view.textCursor().selectedText() == "copy me"
    assert viewer.view.isReadOnly()
    qtbot.keyClicks(viewer.view, "typed")
    assert viewer.view.text() == "copy me"
