from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt

import engine
from memvid_studio.views.viewers.bytes_viewer import BytesViewer
from memvid_studio.views.viewers.image_viewer import ImageViewer
from memvid_studio.views.viewers.pdf_viewer import PdfViewer
from memvid_studio.views.viewers.request import Request
from tests.unit.engine.extract.small_pdf import Line, small_pdf

# Words on each of eight pages.
PAGES = ["one", "the weir", "three", "weir and weir", "five", "six removal", "seven", "weir"]
PDF = small_pdf([[Line(72, 500 - 40 * n, word) for n, word in enumerate(text.split())] for text in PAGES])


@pytest.fixture
def report(moment) -> engine.FrameInfo:
    parts = [(page, text) for page, text in enumerate(PAGES, 1)]
    return moment.add("report.pdf", PDF, "application/pdf", kind=engine.Kind.DOCUMENT, parts=parts)


@pytest.fixture
def viewer(shown, tasks) -> PdfViewer:
    return shown(PdfViewer(tasks.run))


def hit_on(info: engine.FrameInfo, page: int) -> engine.Hit:
    place = engine.Place(page=page)
    return engine.Hit(info.id + page, info.id, info.title, info.uri, 1.0, "", (), ("words",), place)


def test_it_opens_at_the_page_of_the_hit_with_its_first_word_current(viewer, load, moment, report) -> None:
    load(viewer, moment, report, ("weir",), hit_on(report, 4))
    assert viewer.canvas.page == 4
    assert viewer.canvas.page_count == 8
    assert viewer.mark_count == 4
    assert viewer.current_mark == 1
    rect = viewer.canvas.mark_rects(4, 0)[0]
    assert viewer.canvas.viewport().rect().contains(rect.toRect())
    assert viewer._field.text() == "4"
    assert viewer._of.text() == "of 8"
    assert viewer.facts() == ["8 pages"]
    assert viewer.last_frame() == report.id + 8


def test_hits_are_stepped_through_over_all_pages(viewer, load, moment, report, settle) -> None:
    load(viewer, moment, report, ("weir",), hit_on(report, 4))
    seen = []
    for _ in range(4):
        viewer.step_mark(1)
        settle()
        seen.append((viewer.canvas.page, viewer.current_mark))
        page, number = viewer._current
        rect = viewer.canvas.mark_rects(page, number)[0]
        assert viewer.canvas.viewport().rect().contains(rect.toRect())
    assert [mark for _, mark in seen] == [2, 3, 0, 1]
    assert [page for page, _ in seen] == [4, 8, 2, 4]


def test_without_a_page_it_opens_at_the_first_word(viewer, load, moment, report) -> None:
    load(viewer, moment, report, ("removal",))
    assert viewer.current_mark == 0
    assert viewer.canvas.page == 6
    load(viewer, moment, report)
    assert viewer.mark_count == 0


def test_only_what_is_near_is_drawn_and_nothing_twice(viewer, load, moment, report, settle) -> None:
    load(viewer, moment, report, (), hit_on(report, 1))
    drawn = [call for call in moment.calls if call.startswith("page")]
    large = drawn[: len(drawn) - len(set(drawn))]
    assert drawn[0] == "page 1"
    assert "page 8" not in large
    viewer.canvas.verticalScrollBar().setValue(3)
    settle()
    assert len([call for call in moment.calls if call.startswith("page")]) == len(drawn)


def test_scrolling_past_pages_draws_only_where_it_stops(viewer, load, moment, report, settle) -> None:
    load(viewer, moment, report)
    viewer._toggle_thumbs()
    moment.calls.clear()
    bar = viewer.canvas.verticalScrollBar()
    with moment.hold():
        for value in range(0, bar.maximum(), 200):
            bar.setValue(value)
    settle()
    drawn = [int(call.split()[1]) for call in moment.calls if call.startswith("page")]
    assert len(drawn) <= 5
    assert drawn[-1] >= 7 or drawn[1] >= 7


def test_other_words_are_marked_without_losing_the_place(viewer, load, moment, report, settle) -> None:
    load(viewer, moment, report, ("weir",), hit_on(report, 4))
    viewer.canvas.go_to_page(6)
    viewer.set_terms(("removal",))
    settle()
    assert viewer.canvas.page == 6
    assert viewer.mark_count == 1
    assert viewer.current_mark == 0
    assert len(viewer.canvas.marks_on(6)) == 1
    viewer.set_terms(())
    settle()
    assert viewer.mark_count == 0
    assert viewer.canvas.marks_on(6) == ()


def test_another_hit_in_the_same_document_goes_to_its_page(viewer, load, moment, report, settle) -> None:
    load(viewer, moment, report, ("weir",), hit_on(report, 4))
    viewer.follow_hit(Request(moment, report, hit_on(report, 8), ("weir",)))
    settle()
    assert viewer.canvas.page == 8
    assert viewer.current_mark == 3


def test_pages_are_turned_by_buttons_and_by_number(viewer, load, moment, report, qtbot) -> None:
    load(viewer, moment, report)
    assert not viewer._previous.isEnabled()
    viewer._next.click()
    assert viewer.canvas.page == 2
    viewer._field.setFocus()
    viewer._field.selectAll()
    qtbot.keyClicks(viewer._field, "8")
    qtbot.keyClick(viewer._field, Qt.Key.Key_Return)
    assert viewer.canvas.page == 8
    assert not viewer._next.isEnabled()
    qtbot.keyClick(viewer._field, Qt.Key.Key_Up)
    assert viewer.canvas.page == 7
    viewer._field.selectAll()
    qtbot.keyClicks(viewer._field, "99")
    qtbot.keyClick(viewer._field, Qt.Key.Key_Escape)
    assert viewer._field.text() == "7"


def test_a_narrow_pane_gives_the_room_to_the_page(viewer, load, moment, report) -> None:
    load(viewer, moment, report)
    assert viewer.thumbs.isVisible()
    viewer.resize(430, 500)
    assert not viewer.thumbs.isVisible()
    viewer.resize(800, 500)
    assert viewer.thumbs.isVisible()
    viewer._outline.click()
    assert not viewer.thumbs.isVisible()


def test_a_page_the_hit_names_but_this_version_lacks_opens_the_document(viewer, load, moment, report) -> None:
    load(viewer, moment, report, ("weir",), hit_on(report, 40))
    assert viewer.canvas.page_count == 8


def test_a_damaged_document_is_told(viewer, moment, qtbot) -> None:
    info = moment.add("bad.pdf", b"%PDF-1.4 nothing", "application/pdf", kind=engine.Kind.DOCUMENT)
    with qtbot.waitSignal(viewer.failed) as told:
        viewer.load(Request(moment, info, None, ()))
    assert isinstance(told.args[0], engine.SourceError)


def test_clearing_while_pages_are_drawn_is_safe(viewer, moment, report, settle) -> None:
    ready: list[int] = []
    viewer.ready.connect(lambda: ready.append(1))
    with moment.hold():
        viewer.load(Request(moment, report, None, ("weir",)))
        viewer.clear()
    settle()
    assert not ready
    assert viewer.canvas.page_count == 0


# -------------------------------------------------------------------------------------------------- pictures


def jpeg(width: int, height: int, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    Image.new("RGB", (width, height), (30, 160, 90)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def image_viewer(shown, tasks) -> ImageViewer:
    return shown(ImageViewer(tasks.run))


def test_a_picture_stands_upright_and_is_read_in_the_size_it_is_seen(image_viewer, load, moment) -> None:
    info = moment.add("p.jpg", jpeg(3000, 1500, 6), "image/jpeg", kind=engine.Kind.IMAGE)
    load(image_viewer, moment, info)
    assert image_viewer.facts() == ["1500 × 3000"]
    asked = int(next(call for call in moment.calls if call.startswith("picture")).split()[1])
    assert asked <= 2 * 736
    image = image_viewer.canvas._image
    assert image.height() > image.width()
    assert abs(image.pixelColor(5, 5).green() - 160) < 8


def test_zooming_in_reads_more_pixels(image_viewer, load, moment, settle) -> None:
    info = moment.add("p.jpg", jpeg(3000, 1500), "image/jpeg", kind=engine.Kind.IMAGE)
    load(image_viewer, moment, info)
    before = image_viewer.canvas._image.width()
    image_viewer.canvas.set_zoom(1.0)
    settle()
    assert image_viewer.canvas._image.width() == 3000 > before
    assert image_viewer._zoom.text() == "100 %"


def test_what_is_no_picture_is_told(image_viewer, moment, qtbot) -> None:
    info = moment.add("p.png", b"not a picture", "image/png", kind=engine.Kind.IMAGE)
    with qtbot.waitSignal(image_viewer.failed) as told:
        image_viewer.load(Request(moment, info, None, ()))
    assert isinstance(told.args[0], engine.SourceError)


def test_unknown_bytes_are_dumped_up_to_a_limit(shown, tasks, load, moment) -> None:
    viewer: Any = shown(BytesViewer(tasks.run))
    kind = engine.Kind.OTHER
    load(viewer, moment, moment.add("blob", bytes(10_000), "application/octet-stream", kind=kind))
    assert viewer.view.text().count("\n") == 4096 // 16 - 1
    assert viewer._summary.text() == "File of an unknown type, 10.0 KB · the first 4,096 bytes"
