from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt

import engine
from memvid_studio.theme import theme
from memvid_studio.views.viewers import table_viewer
from memvid_studio.views.viewers.table_viewer import (
    TableViewer,
    find_in_rows,
    looks_like_head,
    read_rows,
)
from memvid_studio.widgets.grid_view import GridModel, GridView, column_name, is_number

CSV = "time,event,level\n2025-01-01,gate open,41.2\n2025-01-02,weir overtopped,41.6\n2025-01-03,weir removal,40.9\n"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,b\n"x, y","say ""no"""\n', [["a", "b"], ["x, y", 'say "no"']]),
        ('a,b\n"two\nlines",1\n', [["a", "b"], ["two\nlines", "1"]]),
        ("a;b\n1;2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\n1\n1,2,3\n", [["a", "b"], ["1"], ["1", "2", "3"]]),
        ("only one column\nof words\n", [["only one column"], ["of words"]]),
        ("", []),
    ],
)
def test_rows_are_read_as_spreadsheets_write_them(text: str, rows: list[list[str]]) -> None:
    assert read_rows(text, None) == (rows, False)


def test_tabs_are_not_guessed_when_the_type_says_so() -> None:
    assert read_rows("a, b\tc\n", "\t")[0] == [["a, b", "c"]]


def test_a_huge_table_is_cut_and_says_so(monkeypatch) -> None:
    monkeypatch.setattr(table_viewer, "MOST_ROWS", 5)
    monkeypatch.setattr(table_viewer, "_SLICE", 2)
    assert read_rows("a\n" * 5, ",") == ([["a"]] * 5, False)
    assert read_rows("a\n" * 6, ",") == ([["a"]] * 5, True)
    assert read_rows("a\n" * 50, ",") == ([["a"]] * 5, True)


def test_what_breaks_the_rules_is_shown_line_by_line() -> None:
    text = '"' + "x" * (5 * 1024 * 1024) + '"\nb'
    rows, cut = read_rows(text, ",")
    assert len(rows) == 2
    assert not cut


def test_a_head_is_words_over_something() -> None:
    assert looks_like_head([["time", "level"], ["1", "2"]])
    assert not looks_like_head([["1", "2"], ["3", "4"]])
    assert not looks_like_head([["a", "a"], ["3", "4"]])
    assert not looks_like_head([["a", ""], ["3", "4"]])
    assert not looks_like_head([["a"]])


def test_words_are_found_inside_their_cells_and_not_across() -> None:
    rows = [["the weir", "upper"], ["weir", "removal weir"]]
    assert find_in_rows(rows, ("weir",)) == {(0, 0): [(4, 8)], (1, 0): [(0, 4)], (1, 1): [(8, 12)]}
    assert find_in_rows(rows, ("weir upper",)) == {}
    assert find_in_rows(rows, ("upper weir",)) == {}
    assert find_in_rows(rows, ()) == {}


def test_numbers_and_column_names() -> None:
    assert [is_number(text) for text in ("41.2", "-3", "1,200", "12 %", "2025-01-01", "", "x")] == [
        True, True, True, True, False, False, False
    ]  # fmt: skip
    assert [column_name(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_the_model_keeps_the_rules_of_item_models(qtmodeltester) -> None:
    model = GridModel()
    qtmodeltester.check(model)
    model.set_rows([["a", "b"], ["1"], ["2", "3", "4"]], has_head=True)
    qtmodeltester.check(model)
    assert (model.rowCount(), model.columnCount()) == (2, 3)
    assert model.headerData(2, Qt.Orientation.Horizontal) == "C"
    assert model.headerData(0, Qt.Orientation.Vertical) == "2"
    assert model.data(model.index(0, 2)) == ""
    assert model.data(QModelIndex()) is None


def test_a_marked_cell_is_brought_into_sight_and_painted(shown) -> None:
    view = shown(GridView(), 500, 300)
    view.set_rows(
        [["word", "note"], *([f"row {n}", "quiet"] for n in range(400)), ["the weir", "x"]], has_head=True
    )
    view.set_marks({(400, 0): [(4, 8)]})
    assert view.verticalScrollBar().marks()[0] > 0.95
    view.go_to_cell((400, 0))
    rect = view.visualRect(view.grid.index(400, 0))
    assert view.viewport().rect().contains(rect)
    shot = view.viewport().grab().toImage()
    colors = {shot.pixelColor(x, rect.center().y()).name() for x in range(rect.left(), rect.right())}
    assert theme().color("hitCurrent").name() in colors


def test_a_table_opens_at_the_first_cell_with_a_word(shown, tasks, load, moment, settle) -> None:
    viewer = shown(TableViewer(tasks.run))
    info = moment.add("gauge.csv", CSV, "text/csv", kind=engine.Kind.TABLE)
    load(viewer, moment, info, ("weir",))
    assert viewer.mark_count == 2
    assert viewer.current_mark == 0
    assert viewer.grid.current_cell == (1, 1)
    assert viewer.facts() == ["3 rows"]
    viewer.step_mark(1)
    viewer.step_mark(1)
    assert viewer.current_mark == 0
    viewer.set_terms(("removal",))
    settle()
    assert viewer.mark_count == 1
    assert viewer.grid.current_cell == (2, 1)
