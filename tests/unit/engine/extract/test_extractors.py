"""What every reader owes, then what each kind of file is special in."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from engine.codecs import choose
from engine.errors import SourceError
from engine.extract.source import SMALL, ReadOptions, SourcePlan
from engine.extract.units import plan_source, run_unit
from engine.store.prepared import Blob, PreparedPart
from engine.types import Kind, Place
from tests.unit.engine.extract import samples

REPOSITORY = Path(__file__).resolve().parents[4]
BROKEN = REPOSITORY / "tests" / "formats" / "documents"
DEMO = REPOSITORY / "resources" / "demo" / "files"

NONE = ReadOptions()


@pytest.fixture(autouse=True)
def limits_of_the_imaging_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader lifts one, in what is a child process elsewhere."""
    from PIL import Image

    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


def content(blob: Blob) -> bytes:
    return choose.decode(blob.encoding, blob.stored, blob.size)


def texts(parts: tuple[PreparedPart, ...]) -> list[str]:
    return [content(part.blob).decode() for part in parts]


def plan_bytes(folder: Path, name: str, data: bytes, options: ReadOptions = NONE) -> SourcePlan:
    path = folder / name
    path.write_bytes(data)
    return plan_source(str(path), options)


@dataclass(frozen=True)
class Sample:
    make: Callable[[], bytes]
    mime: str
    kind: Kind
    says: tuple[str, ...] = ()
    """The texts of its parts; none when the file itself is the text."""
    is_text: bool = False


SAMPLES: dict[str, Sample] = {
    "note.md": Sample(lambda: b"# Weir\n", "text/markdown", Kind.TEXT, is_text=True),
    "note": Sample(lambda: b"no suffix at all", "text/plain", Kind.TEXT, is_text=True),
    "code.py": Sample(lambda: b"print('weir')\n", "text/x-python", Kind.TEXT, is_text=True),
    "data.json": Sample(lambda: b'{"weir": 1}', "application/json", Kind.TEXT, is_text=True),
    "table.csv": Sample(lambda: b"a,b\n1,2\n", "text/csv", Kind.TABLE, is_text=True),
    "marked.txt": Sample(lambda: b"\xef\xbb\xbfweir", "text/plain", Kind.TEXT, is_text=True),
    "old.txt": Sample(
        lambda: "Grüße – 5 €\n\nzwei".encode("cp1252"), "text/plain", Kind.TEXT, ("Grüße – 5 €\n\nzwei",)
    ),
    "wide.txt": Sample(lambda: "Grüße".encode("utf-16"), "text/plain", Kind.TEXT, ("Grüße",)),
    "page.html": Sample(
        samples.HTML.encode,
        "text/html",
        Kind.TEXT,
        (samples.HTML_SAYS,),
    ),
    "message.eml": Sample(
        lambda: samples.MAIL,
        "message/rfc822",
        Kind.TEXT,
        (samples.MAIL_SAYS,),
    ),
    "letter.docx": Sample(
        samples.word,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Kind.DOCUMENT,
        ("Sheet wall\n\nBefore the table.\n\nWho | Pays | Until\nmerged cell | May\n\nAfter the table.",),
    ),
    "sheets.xlsx": Sample(
        samples.sheets,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Kind.TABLE,
        ("day | metres | note\n2024-01-27 | 41.64 | overtopped\n | 41", " |  | sheet wall | 55"),
    ),
    "slides.pptx": Sample(
        samples.slides,
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Kind.DOCUMENT,
        ("Upper weir", "Costs\n\nwall | 55\n\nspeak slowly"),
    ),
    "rich.rtf": Sample(
        lambda: samples.RTF,
        "application/rtf",
        Kind.DOCUMENT,
        ("Grüße from the weir.\nSecond paragraph.",),
    ),
    "book.epub": Sample(
        samples.book, "application/epub+zip", Kind.DOCUMENT, ("First chapter.", "Second chapter.")
    ),
    "letter.odt": Sample(
        samples.open_document,
        "application/vnd.oasis.opendocument.text",
        Kind.DOCUMENT,
        ("Sheet wall\n\nEleven metres.\n\none | two",),
    ),
    "picture.png": Sample(lambda: samples.picture("PNG"), "image/png", Kind.IMAGE),
    "picture.gif": Sample(lambda: samples.picture("GIF"), "image/gif", Kind.IMAGE),
    "picture.webp": Sample(lambda: samples.picture("WEBP"), "image/webp", Kind.IMAGE),
    "sound.mp3": Sample(lambda: b"ID3\x04\0\0\0\0\0\0", "audio/mpeg", Kind.AUDIO),
    "archive.zip": Sample(lambda: samples.zipped({"a.txt": "inside"}), "application/zip", Kind.OTHER),
    "unknown.bin": Sample(lambda: bytes(range(256)), "application/octet-stream", Kind.OTHER),
}


IN_ZIP = (".docx", ".xlsx", ".pptx", ".epub", ".odt", ".zip")
"""What cannot be made large by filling behind its end: it hides the directory of a ZIP file."""


class TestEveryKind:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_what_it_is_and_what_it_says(self, name: str, tmp_path: Path) -> None:
        sample = SAMPLES[name]
        plan = plan_bytes(tmp_path, name, sample.make())
        document = plan.document
        assert plan.failure is None
        assert (document.mime, plan.kind, document.text) == (sample.mime, sample.kind, sample.is_text)
        assert tuple(texts(document.parts)) == sample.says
        assert plan.units == ()
        assert not plan.needs_original

    @pytest.mark.parametrize("name", SAMPLES)
    def test_the_bytes_are_kept(self, name: str, tmp_path: Path) -> None:
        data = SAMPLES[name].make()
        plan = plan_bytes(tmp_path, name, data)
        assert content(plan.document.blob) == data
        assert plan.document.blob.digest == plan.stamp.digest == blake3(data).digest()

    @pytest.mark.parametrize("name", SAMPLES)
    def test_it_travels_between_processes(self, name: str, tmp_path: Path) -> None:
        plan = plan_bytes(tmp_path, name, SAMPLES[name].make())
        assert pickle.loads(pickle.dumps(plan)) == plan

    @pytest.mark.parametrize("name", SAMPLES)
    def test_name_and_time_come_from_the_file(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / name
        path.write_bytes(SAMPLES[name].make())
        os.utime(path, (1_700_000_000, 1_700_000_000))
        document = plan_source(str(path), NONE).document
        if name not in {"page.html", "message.eml"}:
            assert document.title == name
        if name != "message.eml":
            assert document.timestamp == 1_700_000_000
        assert document.source_path == str(path)
        assert document.uri is None

    @pytest.mark.parametrize("name", SAMPLES)
    def test_cut_anywhere_it_is_still_kept(self, name: str, tmp_path: Path) -> None:
        data = SAMPLES[name].make()
        for share in (0.1, 0.5, 0.9):
            cut = data[: max(1, int(len(data) * share))]
            assert content(plan_bytes(tmp_path, name, cut).document.blob) == cut

    @pytest.mark.parametrize("name", SAMPLES)
    def test_any_other_bytes_under_its_name_are_kept(self, name: str, tmp_path: Path) -> None:
        for other in (b"\0", b"\xff" * 300, b"PK\x03\x04 nothing", b"%PDF-1.4 nothing", b"\x89PNG\r\n\x1a\n"):
            assert content(plan_bytes(tmp_path, name, other).document.blob) == other

    @pytest.mark.parametrize("name", [name for name in SAMPLES if not name.endswith(IN_ZIP)])
    def test_a_large_one_is_planned_without_its_bytes(self, name: str, tmp_path: Path) -> None:
        """What is left to read then comes in units, and is the same."""
        sample = SAMPLES[name]
        data = sample.make()
        filling = b" " if sample.is_text or name.endswith((".html", ".eml", ".txt", ".rtf")) else b"\0"
        large = data + filling * SMALL
        plan = plan_bytes(tmp_path, name, large)
        assert plan.needs_original
        assert plan.document.blob == Blob(b"", 0, len(large), blake3(large).digest())
        assert plan.document.text == sample.is_text
        assert len(plan.document.head.encode()) <= 32_768
        for start, stop in plan.units:
            found = run_unit(plan.extractor, plan.path, start, stop, plan.stamp)
            assert found.failure is None
            if name != "wide.txt":  # single bytes behind it are other characters
                assert tuple(texts(found.parts)) == sample.says
        assert bool(plan.units) == (not sample.is_text and plan.extractor != "kept")


class TestOptions:
    def test_what_is_given_wins(self, tmp_path: Path) -> None:
        options = ReadOptions(
            title="Mine",
            uri="mv2://mine",
            mime="text/x-special",
            tags=("a", "b=c"),
            labels=("L",),
            track="notes",
            timestamp=12,
            metadata={"author": "me", "n": [1]},
        )
        document = plan_bytes(tmp_path, "letter.docx", samples.word(), options).document
        assert (document.title, document.uri, document.mime) == ("Mine", "mv2://mine", "text/x-special")
        assert (document.tags, document.labels, document.track) == (("a", "b=c"), ("L",), "notes")
        assert document.timestamp == 12
        assert document.metadata["author"] == '"me"'
        assert document.metadata["n"] == "[1]"

    def test_a_text_mime_does_not_make_other_bytes_text(self, tmp_path: Path) -> None:
        """A PDF page is no text though its bytes may be ASCII."""
        document = plan_bytes(tmp_path, "page.html", b"<p>weir</p>", ReadOptions(mime="text/plain")).document
        assert not document.text
        assert document.head == ""
        assert texts(document.parts) == ["weir"]

    def test_plain_keeps_bytes_and_reads_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "letter.docx"
        path.write_bytes(samples.word())
        plan = plan_source(str(path), NONE, True)
        assert (plan.extractor, plan.units, plan.document.parts, plan.failure) == ("kept", (), (), None)
        assert plan.kind is Kind.DOCUMENT
        assert content(plan.document.blob) == path.read_bytes()


class TestPdf:
    REPORT = DEMO / "Weir removal options.pdf"

    def test_pages_are_parts(self) -> None:
        plan = plan_source(str(self.REPORT), NONE)
        parts = plan.document.parts
        assert [part.place for part in parts] == [Place(page=n) for n in range(1, len(parts) + 1)]
        pages = texts(parts)
        assert len(pages) == 8
        assert any("full removal of the upper weir" in page for page in pages[2:])
        assert all("\r" not in page for page in pages)
        assert plan.document.metadata == {
            "pages": "8",
            "title": '"The upper weir: options report"',
            "author": '"Aldermoor River Trust"',
            "created": '"2024-09-18T09:15:00+00:00"',
        }

    def test_many_pages_are_read_in_units_of_eight(self, tmp_path: Path) -> None:
        from pypdf import PdfWriter

        writer = PdfWriter()
        for _ in range(3):
            writer.append(self.REPORT)
        path = tmp_path / "long.pdf"
        writer.write(path)
        writer.close()
        plan = plan_source(str(path), NONE)
        assert (plan.units, plan.unit_name) == (((0, 8), (8, 16), (16, 24)), "pages")
        assert not plan.needs_original
        found = run_unit(plan.extractor, plan.path, 8, 16, plan.stamp)
        assert [part.place for part in found.parts] == [Place(page=n) for n in range(9, 17)]

    def test_a_large_one_with_a_name_that_is_not_utf_8(self, tmp_path: Path) -> None:
        path = tmp_path / os.fsdecode(b"B\xe9richt.pdf")
        data = self.REPORT.read_bytes()
        path.write_bytes(data[:9] + b"%" + b"x" * SMALL + b"\n" + data[9:] + b"\nstartxref\n0\n%%EOF\n")
        plan = plan_source(str(path), NONE)
        assert plan.needs_original
        assert plan.document.title == "B�richt.pdf"
        found = run_unit(plan.extractor, plan.path, *plan.units[0], plan.stamp)
        assert len(found.parts) == 8

    @pytest.mark.parametrize(
        ("raw", "clean"),
        [
            ("one\r\ntwo\rthree", "one\ntwo\nthree"),
            ("sedi\ufffe\nment", "sediment"),
            ("sedi\u0002ment", "sediment"),
            ("line   \n\n", "line"),
        ],
    )
    def test_line_ends_and_hyphens(self, raw: str, clean: str) -> None:
        from engine.extract.pdf import clean as cleaned

        assert cleaned(raw) == clean

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("D:20240918091500Z", "2024-09-18T09:15:00+00:00"),
            ("D:20240918091500+02'00'", "2024-09-18T07:15:00+00:00"),
            ("D:20240918091500-0130", "2024-09-18T10:45:00+00:00"),
            ("D:2024", "2024-01-01T00:00:00+00:00"),
            ("D:20241399", None),
            ("18 Sept 2024", None),
            ("", None),
        ],
    )
    def test_dates(self, said: str, meant: str | None) -> None:
        from engine.extract.pdf import _date

        assert _date(said) == meant


class TestHtml:
    def test_titles(self, tmp_path: Path) -> None:
        assert plan_bytes(tmp_path, "a.html", samples.HTML.encode()).document.title == "The river"
        assert plan_bytes(tmp_path, "b.html", b"<html><p>no title").document.title == "b.html"

    @pytest.mark.parametrize(
        "data",
        [
            b'<html><meta charset="windows-1252"><p>Gr\xfc\xdfe</p>',
            b'<html><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>Gr\xfc\xdfe</p>',
            b"<html><p>Gr\xfc\xdfe</p>",
            b'<html><meta charset="no-such-thing"><p>Gr\xfc\xdfe</p>',
            "<html><p>Grüße</p>".encode(),
            "<html><p>Grüße</p>".encode("utf-16"),
        ],
    )
    def test_encodings(self, tmp_path: Path, data: bytes) -> None:
        assert texts(plan_bytes(tmp_path, "a.html", data).document.parts) == ["Grüße"]

    def test_depth_is_no_danger(self, tmp_path: Path) -> None:
        deep = b"<html>" + b"<div>" * 20_000 + b"bottom"
        assert texts(plan_bytes(tmp_path, "a.html", deep).document.parts) == ["bottom"]

    def test_a_page_without_its_suffix_is_a_page(self, tmp_path: Path) -> None:
        data = b"<?xml version='1.0'?>\n<!-- saved -->\n<!DOCTYPE html>\n<html><p>weir</p></html>"
        assert plan_bytes(tmp_path, "saved page", data).document.mime == "text/html"
        assert (
            plan_bytes(tmp_path, "about.md", b"<html> is how a page begins").document.mime == "text/markdown"
        )


class TestImages:
    def test_exif(self, tmp_path: Path) -> None:
        def fill(exif: Any) -> None:
            exif[0x0112] = 6
            exif[0x010F], exif[0x0110] = "Maker ", "Model\0"
            exif.get_ifd(0x8769)[0x9003] = "2025:06:27 14:03:11"
            exif.get_ifd(0x8769)[0x9011] = "+02:00"

        document = plan_bytes(tmp_path, "a.jpg", samples.picture("JPEG", exif=fill)).document
        assert (document.width, document.height) == (30, 40)
        assert document.timestamp == 1751025791
        assert document.metadata == {"camera": '"Maker Model"'}

    @pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "2025-06-27", "", "99999:01:01 00:00:00"])
    def test_a_time_that_is_none_gives_way_to_that_of_the_file(self, tmp_path: Path, taken: str) -> None:
        def fill(exif: Any) -> None:
            exif.get_ifd(0x8769)[0x9003] = taken

        path = tmp_path / "a.jpg"
        path.write_bytes(samples.picture("JPEG", exif=fill))
        os.utime(path, (1000, 1000))
        assert plan_source(str(path), NONE).document.timestamp == 1000

    def test_size_without_exif(self, tmp_path: Path) -> None:
        document = plan_bytes(tmp_path, "a.png", samples.picture("PNG", size=(7, 5))).document
        assert (document.width, document.height) == (7, 5)


class TestSheets:
    def test_places(self, tmp_path: Path) -> None:
        plan = plan_bytes(tmp_path, "a.xlsx", samples.sheets())
        assert [part.place for part in plan.document.parts] == [
            Place(sheet="Gauge", cells="A1:C3"),
            Place(sheet="Costs", cells="A4:D4"),
        ]
        assert plan.document.metadata["sheets"] == '["Gauge", "Costs"]'

    def test_rows_beyond_the_limit_are_said_to_be_missing(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr("engine.extract.xlsx.MAX_ROWS", 2)
        plan = plan_bytes(tmp_path, "a.xlsx", samples.sheets())
        assert plan.failure == "has more rows than the 2 that are read of one file"
        assert texts(plan.document.parts)[0].endswith("overtopped")


def test_slides_have_numbers(tmp_path: Path) -> None:
    plan = plan_bytes(tmp_path, "a.pptx", samples.slides())
    assert [part.place for part in plan.document.parts] == [Place(page=1), Place(page=2)]


def test_a_message_says_who_and_when(tmp_path: Path) -> None:
    document = plan_bytes(tmp_path, "a.eml", samples.MAIL).document
    assert document.title == "Grüße from the mill"
    assert document.timestamp == 1764002520
    assert document.metadata["from"] == '"Jürgen <j@river.example>"'


BROKEN_FILES: dict[str, str | None] = {
    "pdf-cut-in-half.pdf": "is damaged: the end of the file is missing",
    "pdf-cut-before-the-first-page.pdf": "is damaged: the end of the file is missing",
    "pdf-needs-a-password.pdf": "needs a password",
    "text-named-pdf.pdf": None,
    "docx-cut-in-half.docx": "is damaged: the end of the file is missing",
    "docx-with-a-flipped-bit.docx": "is damaged",
    "docx-without-its-document.docx": "is damaged, or not what its name says",
    "docx-that-unpacks-to-140-mb.docx": "unpacks to more than 128 MB, as files made to fill the memory do",
    "docx-with-entities.docx": "holds XML with entities of its own, which can be used to fill the memory",
    "docx-needs-a-password.docx": "needs a password",
    "png-cut-in-half.png": "is damaged: the end of the file is missing",
    "png-of-400-megapixels.png": "has 20,000 × 20,000 pixels, more than can be shown",
    "jpeg-cut-in-half.jpg": "is damaged: the end of the file is missing",
    "jpeg-of-eleven-bytes.jpg": "is damaged: the end of the file is missing",
    "text-in-windows-1252.txt": None,
    "text-in-utf-16.txt": None,
    "bytes-named-txt.txt": None,
}


class TestBrokenFiles:
    def test_all_of_them_are_here(self) -> None:
        there = {
            path.name for path in BROKEN.iterdir() if path.suffix not in {".py", ".pyc"} and path.is_file()
        }
        assert there == {*BROKEN_FILES, "empty.md"}

    @pytest.mark.parametrize("name", BROKEN_FILES)
    def test_it_is_kept_and_the_reason_is_said(self, name: str) -> None:
        plan = plan_source(str(BROKEN / name), NONE)
        assert plan.failure == BROKEN_FILES[name]
        assert content(plan.document.blob) == (BROKEN / name).read_bytes()
        assert plan.units == ()

    def test_a_picture_that_is_too_large_still_has_its_size(self) -> None:
        document = plan_source(str(BROKEN / "png-of-400-megapixels.png"), NONE).document
        assert (document.width, document.height) == (20_000, 20_000)

    def test_sizes_in_an_archive_are_not_believed(self, tmp_path: Path) -> None:
        """The directory of this one claims that its main part has ten bytes."""
        data = bytearray((BROKEN / "docx-that-unpacks-to-140-mb.docx").read_bytes())
        claimed = (140 << 20).to_bytes(4, "little")
        for _ in range(data.count(claimed)):
            at = data.find(claimed)
            data[at : at + 4] = (10).to_bytes(4, "little")
        plan = plan_bytes(tmp_path, "a.docx", bytes(data))
        assert plan.failure is not None
        assert plan.document.parts == ()


class TestFilesThatCannotBeTaken:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "file.txt"

    def reason(self, path: Path) -> str:
        with pytest.raises(SourceError) as caught:
            plan_source(str(path), NONE)
        return str(caught.value)

    def test_gone(self, path: Path) -> None:
        assert self.reason(path) == "is gone"

    def test_a_folder(self, tmp_path: Path) -> None:
        assert self.reason(tmp_path) == "is a folder"

    def test_empty(self, path: Path) -> None:
        path.touch()
        assert self.reason(path) == "is empty"

    def test_a_pipe_does_not_hang(self, path: Path) -> None:
        os.mkfifo(path)
        assert self.reason(path) == "is not a file but a device, pipe or socket"

    def test_not_allowed(self, path: Path, monkeypatch) -> None:
        def forbid(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        path.write_text("secret")
        monkeypatch.setattr(os, "open", forbid)  # not by mode bits: to the superuser nothing is forbidden
        assert self.reason(path) == "cannot be read: no permission"

    def test_a_link_in_a_circle(self, path: Path) -> None:
        path.symlink_to(path)
        assert self.reason(path) == "is a link that leads in a circle"

    def test_too_large(self, path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(300 << 20)
        assert self.reason(path) == "has 300 MB; one document can have 256 MB"

    def test_a_name_no_file_can_have(self) -> None:
        with pytest.raises(SourceError, match="name that no file can have"):
            plan_source("a\0b", NONE)

    def test_changed_between_plan_and_unit(self, tmp_path: Path) -> None:
        path = tmp_path / "a.html"
        path.write_bytes(b"<html>" + b" " * SMALL)
        plan = plan_source(str(path), NONE)
        path.write_bytes(b"<html>" + b" " * SMALL + b"more")
        with pytest.raises(SourceError, match="changed while it was being read"):
            run_unit(plan.extractor, plan.path, 0, 1, plan.stamp)
        path.unlink()
        with pytest.raises(SourceError, match="is gone"):
            run_unit(plan.extractor, plan.path, 0, 1, plan.stamp)


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_bytes(b"weir")
    document = plan_source(str(path), NONE).document
    assert document.title == "caf�.txt"
    assert document.source_path == f"{tmp_path}/caf�.txt"
    document.title.encode("utf-8")


def test_a_parser_that_runs_out_of_memory_keeps_the_file(tmp_path: Path, monkeypatch) -> None:
    def hungry(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("engine.extract.docx._open", hungry)
    data = samples.word()
    plan = plan_bytes(tmp_path, "a.docx", data)
    assert plan.failure == "needs more memory to be read than one file may take"
    assert content(plan.document.blob) == data


BEGINNINGS = (
    b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF    WEBP",
    b"II*\0", b"{\\rtf1 ", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<!doctype html>", b"From: a\nDate: ", b"\xff\xfe",
    b"\x1f\x8b", b"    ftypheic", b"\xef\xbb\xbf",
)  # fmt: skip


@given(
    beginning=st.sampled_from(BEGINNINGS),
    rest=st.binary(min_size=1, max_size=600),
    name=st.sampled_from(["a", *SAMPLES]),
)
def test_any_bytes_under_any_name_are_kept(beginning: bytes, rest: bytes, name: str) -> None:
    data = beginning + rest
    with tempfile.TemporaryDirectory() as folder:
        plan = plan_bytes(Path(folder), name, data)
    assert content(plan.document.blob) == data
    assert plan.units == ()
    assert pickle.loads(pickle.dumps(plan)) == plan
