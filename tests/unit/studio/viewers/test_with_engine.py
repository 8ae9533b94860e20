"""The pane on a real capsule: read in place, pages drawn by the engine's child process, rewound and edited."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import engine
from memvid_studio.views.viewers.head import HISTORY
from memvid_studio.views.viewers.pane import ViewerPane
from tests.unit.engine.extract.small_pdf import Line, small_pdf

NOTE = "# Decision log\n\nBoard prefers the café by the weir.\n"
PAGES = ["Introduction", "Nothing here", "The wéir and its re- moval", "Costs"]


@pytest.fixture
def capsule(tmp_path: Path) -> Iterator[engine.Capsule]:
    with engine.create(tmp_path / "notes.mv2") as capsule:
        yield capsule


@pytest.fixture
def pane(shown, tasks, capsule) -> Any:
    pane = shown(ViewerPane(tasks.run))
    pane.set_capsule(capsule)
    return pane


def only(capsule: engine.Capsule, title: str) -> engine.FrameInfo:
    return next(info for info in capsule.now.frames() if info.title == title)


def test_a_pdf_that_was_taken_in_opens_at_the_page_of_the_hit(pane, capsule, tmp_path, qtbot) -> None:
    source = tmp_path / "options.pdf"
    source.write_bytes(small_pdf([[Line(72, 700, text)] for text in PAGES]))
    capsule.ingest([source]).wait(30)
    result = capsule.now.search("weir")
    hit = result.hits[0]
    assert hit.place is not None
    pane.show(capsule.now, capsule.now.frame(hit.document_id), hit, result.terms)
    qtbot.waitUntil(lambda: pane.sub_bar.counter.text() == "Hit 1 of 1", timeout=10_000)
    viewer = pane.viewer
    assert viewer.canvas.page == 3
    assert viewer.canvas.page_count == 4
    rect = viewer.canvas.mark_rects(3, 0)[0]
    assert viewer.canvas.viewport().rect().contains(rect.toRect())
    assert "frames" in pane.head._facts.text()


def test_a_picture_is_decoded_by_the_engine(pane, capsule, qtbot) -> None:
    content = io.BytesIO()
    Image.new("RGB", (600, 300), (200, 30, 30)).save(content, "PNG")
    frame_id = capsule.put(content.getvalue(), title="red.png", mime="image/png")
    pane.show(capsule.now, capsule.now.frame(frame_id))
    qtbot.waitUntil(lambda: pane.viewer.facts() == ["600 × 300"], timeout=10_000)
    assert pane.viewer.canvas._image.pixelColor(5, 5).red() == 200


def test_a_note_is_edited_and_rewound(pane, capsule, settle, qtbot) -> None:
    first = capsule.put(NOTE, title="Decision log", mime="text/markdown")
    then = capsule.revision
    result = capsule.now.search("cafe")
    pane.show(capsule.now, only(capsule, "Decision log"), result.hits[0], result.terms)
    settle()
    assert pane.sub_bar.counter.text() == "Hit 1 of 1"
    pane.begin_edit()
    settle()
    assert pane._editor.text() == NOTE
    pane._editor.field.setPlainText(NOTE + "\nOwner found.\n")
    with qtbot.waitSignal(pane.saveRequested) as saved:
        pane.save_edit()
    second = capsule.update(saved.args[0], saved.args[1])
    assert saved.args[0] == first
    pane.show(capsule.now, only(capsule, "Decision log"))
    settle()
    assert "Owner found." in pane.viewer.view.text()
    pane.head.segments.set_current(HISTORY)
    settle()
    model = pane._history.model
    assert [each.number for each in model.versions] == [2, 1]
    assert model.versions[0].summary == "Owner found."
    assert model.badge(0) == "now"
    pane.head.segments.set_current(0)
    past = capsule.at(then)
    pane.set_past(True)
    pane.show(past, past.frame(first))
    settle()
    assert "Owner found." not in pane.viewer.view.text()
    qtbot.waitUntil(lambda: pane.head._facts.text().startswith("Version 1 of 2 · as it was on "))
    assert pane._changes._counts.accessibleName() == "0 added, 1 changed, 0 removed"
    assert second != first


def test_a_web_page_is_read_and_not_its_markup(pane, capsule, tmp_path, settle) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<html><head><title>Weirs</title><script>evil()</script></head><p>The <b>weir</b>.</p></html>"
    )
    capsule.ingest([page]).wait(30)
    info = next(iter(capsule.now.frames()))
    pane.show(capsule.now, info, None, ("weir",))
    settle()
    assert "The weir." in pane.viewer.view.text()
    assert "evil" not in pane.viewer.view.text()
    assert pane.viewer.mark_count == 1
