from __future__ import annotations

import pytest

import engine
from memvid_studio.views.viewers.bytes_viewer import hex_dump
from memvid_studio.views.viewers.details import details_of
from memvid_studio.views.viewers.making import viewer_for
from memvid_studio.views.viewers.request import (
    Form,
    form_of,
    is_editable,
    looks_like_markdown,
    same_document,
    type_and_size,
    type_name,
)
from memvid_studio.views.viewers.text_viewer import decode
from tests.unit.studio.viewers.fakes import START, make_info

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KIND = engine.Kind


@pytest.mark.parametrize(
    ("title", "mime", "kind", "form", "name", "editable"),
    [
        ("a note", "text/plain", KIND.TEXT, Form.PLAIN, "Plain text", True),
        ("notes.md", "text/plain", KIND.TEXT, Form.MARKDOWN, "Plain text", True),
        ("log", "text/markdown; charset=utf-8", KIND.TEXT, Form.MARKDOWN, "Markdown", True),
        ("x.py", "text/x-python", KIND.TEXT, Form.CODE, "Python", True),
        ("x.json", "application/json", KIND.TEXT, Form.CODE, "JSON", True),
        ("page", "text/html", KIND.TEXT, Form.WEB_PAGE, "Web page", False),
        ("gauge.csv", "text/csv", KIND.TABLE, Form.TABLE, "CSV table", True),
        ("gauge.csv", "text/plain", KIND.TEXT, Form.TABLE, "Plain text", True),
        ("report.pdf", "application/pdf", KIND.DOCUMENT, Form.PDF, "PDF", False),
        ("memo.docx", DOCX, KIND.DOCUMENT, Form.EXTRACTED, "Word document", False),
        ("photo", "image/jpeg", KIND.IMAGE, Form.PICTURE, "JPEG picture", False),
        ("plan.svg", "image/svg+xml", KIND.IMAGE, Form.CODE, "SVG drawing", False),
        ("raw.heic", "image/heic", KIND.IMAGE, Form.BYTES, "Picture", False),
        ("walk.m4a", "audio/mp4", KIND.AUDIO, Form.BYTES, "Recording", False),
        ("blob", "application/octet-stream", KIND.OTHER, Form.BYTES, "File of an unknown type", False),
        ("mail", "message/rfc822", KIND.TEXT, Form.EXTRACTED, "Mail", False),
    ],
)
def test_a_type_has_its_viewer_and_its_name(title, mime, kind, form, name, editable) -> None:
    info = make_info(1, title, mime, kind)
    assert form_of(info) is form
    assert type_name(info) == name
    assert is_editable(info) is editable
    assert viewer_for(form) is not None


def test_a_recording_with_a_transcript_shows_it() -> None:
    assert form_of(make_info(1, "walk.m4a", "audio/mp4", KIND.AUDIO, part_count=3)) is Form.EXTRACTED


def test_type_and_size_in_words() -> None:
    assert type_and_size(make_info(1, "n", "text/markdown", KIND.TEXT, size=1234)) == "Markdown, 1.2 KB"


def test_versions_of_one_document_are_recognised() -> None:
    old = make_info(1, "a", "text/plain", KIND.TEXT, uri="mv2://frames/1")
    new = make_info(5, "b", "text/plain", KIND.TEXT, uri="mv2://frames/5", supersedes=1)
    other = make_info(6, "a", "text/plain", KIND.TEXT, uri="mv2://frames/6")
    assert same_document(old, new)
    assert same_document(new, old)
    assert not same_document(old, other)


def test_markdown_is_recognised_by_what_only_markdown_has() -> None:
    assert looks_like_markdown("intro\n\n## Heading\n")
    assert looks_like_markdown("```\ncode\n```")
    assert not looks_like_markdown("#hashtag and 3 * 4 - 5\n- a dash\n")
    assert not looks_like_markdown("")


def test_details_hold_every_fact_and_leave_out_what_is_empty() -> None:
    info = make_info(
        4,
        "Decision log",
        "text/markdown",
        KIND.TEXT,
        size=12_345,
        tags=("upper weir", "permits"),
        metadata={"source": "meeting", "nested": {"a": [1]}},
        supersedes=3,
        ended_at=START,
        ended_by=engine.Operation.DELETE,
        width=40,
        height=30,
    )
    rows = {name: value for name, value, _ in details_of(info)}
    assert rows["Address"] == "mv2://docs/Decision log"
    assert rows["Type"] == "Markdown (text/markdown)"
    assert rows["Size"] == "12.3 KB (12,345 bytes)"
    assert rows["Dimensions"] == "40 × 30"
    assert rows["Tags"] == "upper weir, permits"
    assert rows["Replaces"] == "frame 3"
    assert rows["source"] == "meeting"
    assert '"a"' in rows["nested"]
    assert "Deleted" in rows
    assert "Replaced" not in rows
    assert "Labels" not in rows
    assert "Track" not in rows


def test_bytes_are_dumped_sixteen_a_line() -> None:
    dump = hex_dump(bytes(range(30, 50)) + b"Weir")
    lines = dump.split("\n")
    assert lines[0] == "00000000  1e 1f 20 21 22 23 24 25  26 27 28 29 2a 2b 2c 2d  ·· !\"#$%&'()*+,-"
    assert lines[1].startswith("00000010  2e 2f 30 31 57 65 69 72")
    assert lines[1].endswith("./01Weir")
    assert hex_dump(b"") == ""


@pytest.mark.parametrize(
    "content",
    [
        "Größe".encode(),
        b"\xef\xbb\xbfGr\xc3\xb6\xc3\x9fe",
        "Größe".encode("utf-16"),
        "Größe".encode("cp1252"),
    ],
)
def test_text_is_decoded_whatever_it_is_written_in(content: bytes) -> None:
    assert decode(content) == "Größe"


def test_any_bytes_give_some_text() -> None:
    assert len(decode(bytes(range(256)))) == 256
