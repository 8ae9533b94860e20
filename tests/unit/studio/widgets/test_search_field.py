from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt

from memvid_studio.widgets.search_field import SearchField, Token

Key = Qt.Key
WEIR, PERMITS = Token("tag", "upper weir"), Token("tag", "permits")


@pytest.fixture
def field(stage):
    field = SearchField()
    stage(field)
    field.setFocus()
    return field


@pytest.mark.parametrize(
    ("token", "label", "query"),
    [
        (WEIR, "tag: upper weir", 'tag:"upper weir"'),
        (Token("mime", "image/png"), "mime: image/png", "mime:image/png"),
        (Token("tag", "größe"), "tag: größe", "tag:größe"),
        (Token("tag", 'a "b" c'), 'tag: a "b" c', 'tag:"a  b  c"'),
        (Token("tag", ""), "tag: ", 'tag:""'),
        (Token("tag", "a:b"), "tag: a:b", 'tag:"a:b"'),
    ],
)
def test_tokens_as_shown_and_as_asked(token, label, query):
    assert token.label == label
    assert token.query == query


def test_typing_is_told_and_enter_submits(field, qtbot):
    told = []
    field.textEdited.connect(told.append)
    qtbot.keyClicks(field._edit, "we")
    assert told == ["w", "we"]
    with qtbot.waitSignal(field.submitted, timeout=500):
        qtbot.keyClick(field._edit, Key.Key_Return)


def test_setting_the_text_is_not_typing(field):
    told = []
    field.textEdited.connect(told.append)
    field.set_text("weir")
    assert told == []
    assert field.text() == "weir"


def test_the_query_is_tokens_then_text(field):
    field.add_token(WEIR)
    field.add_token(PERMITS)
    field.set_text("  removal ")
    assert field.query() == 'tag:"upper weir" tag:permits removal'


def test_a_token_is_there_once(field):
    told = []
    field.tokensChanged.connect(lambda: told.append(field.tokens()))
    field.add_token(WEIR)
    field.add_token(WEIR)
    assert field.tokens() == (WEIR,)
    assert told == [(WEIR,)]


def test_setting_all_tokens_tells_once(field):
    field.add_token(WEIR)
    told = []
    field.tokensChanged.connect(lambda: told.append(field.tokens()))
    field.set_tokens((PERMITS, WEIR))
    assert len(told) == 1
    assert set(field.tokens()) == {WEIR, PERMITS}
    field.set_tokens(field.tokens())
    assert len(told) == 1


def test_backspace_reaches_the_token_and_removes_it(field, qtbot):
    field.add_token(WEIR)
    field.add_token(PERMITS)
    qtbot.keyClick(field._edit, Key.Key_Backspace)
    assert field.tokens() == (WEIR, PERMITS), "the first press only goes there"
    last = field._tokens[-1]
    assert last.hasFocus()
    qtbot.keyClick(last, Key.Key_Backspace)
    assert field.tokens() == (WEIR,)
    assert field._edit.hasFocus()


def test_backspace_in_a_text_stays_in_the_text(field, qtbot):
    field.add_token(WEIR)
    field.set_text("ab")
    qtbot.keyClick(field._edit, Key.Key_Backspace)
    assert field.text() == "a"
    assert field._edit.hasFocus()


def test_arrows_walk_over_the_tokens(field, qtbot):
    field.add_token(WEIR)
    field.add_token(PERMITS)
    qtbot.keyClick(field._edit, Key.Key_Left)
    qtbot.keyClick(field._tokens[1], Key.Key_Left)
    assert field._tokens[0].hasFocus()
    qtbot.keyClick(field._tokens[0], Key.Key_Left)
    assert field._tokens[0].hasFocus()
    qtbot.keyClick(field._tokens[0], Key.Key_Right)
    qtbot.keyClick(field._tokens[1], Key.Key_Right)
    assert field._edit.hasFocus()
    assert field._edit.cursorPosition() == 0


def test_the_cross_of_a_token_removes_it(field, qtbot):
    field.add_token(WEIR)
    token = field._tokens[0]
    qtbot.mouseClick(token, Qt.MouseButton.LeftButton, pos=token._close_rect().center().toPoint())
    assert field.tokens() == ()


def test_the_text_of_a_token_does_not(field, qtbot):
    field.add_token(WEIR)
    qtbot.mouseClick(field._tokens[0], Qt.MouseButton.LeftButton, pos=QPoint(12, 10))
    assert field.tokens() == (WEIR,)


def test_clearing_tells_about_text_and_tokens(field, qtbot):
    field.add_token(WEIR)
    field.set_text("removal")
    typed, changed = [], []
    field.textEdited.connect(typed.append)
    field.tokensChanged.connect(lambda: changed.append(1))
    assert field._clear.isVisible()
    qtbot.mouseClick(field._clear, Qt.MouseButton.LeftButton)
    assert (field.text(), field.tokens()) == ("", ())
    assert typed == [""]
    assert changed == [1]
    assert not field._clear.isVisible()


def test_escape_clears_and_then_lets_others_have_it(field, qtbot):
    field.set_text("removal")
    qtbot.keyClick(field._edit, Key.Key_Escape)
    assert field.text() == ""
    assert field._edit.hasFocus()


def test_down_asks_for_the_results(field, qtbot):
    with qtbot.waitSignal(field.leftDownwards, timeout=500):
        qtbot.keyClick(field._edit, Key.Key_Down)


def test_the_filter_button(field, qtbot):
    with qtbot.waitSignal(field.filterRequested, timeout=500):
        qtbot.mouseClick(field._filter, Qt.MouseButton.LeftButton)
    assert SearchField(with_filter=False)._filter is None


def test_an_error_is_marked_explained_and_leaves_with_typing(field, qtbot, look):
    field.set_text("weir AND ( removal")
    clean = field.grab().toImage()
    field.set_error(9, "A closing bracket is missing")
    assert field.error() == field._edit.toolTip() == "A closing bracket is missing"
    assert field._reason.isVisible()
    marked = field.grab().toImage()
    reddish = [
        (x, y)
        for x in range(marked.width())
        for y in range(marked.height())
        if marked.pixel(x, y) != clean.pixel(x, y)
        and marked.pixelColor(x, y).red() > marked.pixelColor(x, y).blue() + 40
    ]
    assert reddish
    assert min(y for _, y in reddish) > field.height() / 2
    qtbot.keyClick(field._edit, Key.Key_End)
    qtbot.keyClicks(field._edit, ")")
    assert field.error() == ""
    assert not field._reason.isVisible()


@pytest.mark.parametrize(
    ("text", "position", "wrong"),
    [
        ("weir AND ( removal", 9, "("),
        ("weir AND", 8, "AND"),
        ("weir AND ", 9, "AND"),
        ("a bcd e", 3, "cd"),
        ("tag:", 4, "tag:"),
        ("weir", 99, "weir"),
    ],
)
def test_which_word_is_marked(field, text, position, wrong):
    field.set_text(text)
    field.set_error(position, "?")
    start, end = field._edit.error_span()
    assert text[start:end] == wrong


def test_an_error_on_nothing_is_harmless(field):
    field.set_error(0, "Nothing to search for")
    field.grab()
    assert field._edit.error_span() == (0, 1)


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_tokens_are_shown_whole_when_there_is_room(look, stage, cut, scale):
    look.set_scale(scale)
    field = SearchField()
    field.add_token(WEIR)
    field.add_token(PERMITS)
    window = stage(field, width=900)
    field.grab()
    assert cut == []
    assert field.height() == look.size.field
    first, second = (button.geometry() for button in field._tokens)
    assert first.right() < second.left() < field._edit.x()
    window.resize(460, 200)
    assert field._edit.width() >= 60
    assert field._edit.geometry().right() <= field._clear.x()


def test_tokens_give_way_so_that_one_can_still_type(stage):
    field = SearchField()
    for number in range(6):
        field.add_token(Token("tag", f"a rather long name {number}"))
    stage(field, width=420)
    rects = [button.geometry() for button in field._tokens]
    assert all(one.right() < other.left() for one, other in itertools.pairwise(rects))


def test_names_for_screen_readers(field):
    assert field._edit.accessibleName() == "Search"
    field.add_token(WEIR)
    assert "upper weir" in field._tokens[0].accessibleName()
    assert field._clear.accessibleName()
    assert field._filter.accessibleName()


def test_the_edge_shows_the_focus(field, look, stage):
    assert field.grab().toImage().pixelColor(1, 16) == look.color("accent")
    field._edit.clearFocus()
    image = field.grab().toImage()
    assert image.pixelColor(0, 16) == look.color("control")
    assert image.pixelColor(1, 16) == look.color("pane")
