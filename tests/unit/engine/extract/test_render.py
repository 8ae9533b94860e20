from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from blake3 import blake3
from PIL import Image

from engine import limits
from engine.errors import SourceError
from engine.extract import render
from engine.extract.render import NeedContent, render_page, render_picture
from engine.types import PageImage, PictureImage
from tests.unit.engine.extract.small_pdf import Line, small_pdf

Box = tuple[float, float, float, float]


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    render.forget_all()
    yield
    render.forget_all()


def pixels(image: PageImage) -> np.ndarray:
    return np.frombuffer(image.rgb, np.uint8).reshape(image.height, image.width, 3)


def ink(image: PageImage) -> Box:
    """The smallest box round everything that is not paper."""
    ys, xs = np.nonzero(pixels(image).min(axis=2) < 200)
    return (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


def assert_round(box: Box, word: Box, slack: float) -> None:
    """``box`` contains the ink of ``word`` and is at most ``slack`` larger on each side."""
    assert box[0] <= word[0] + 1
    assert box[1] <= word[1] + 1
    assert box[2] >= word[2] - 1
    assert box[3] >= word[3] - 1
    assert word[0] - box[0] < slack
    assert box[2] - word[2] < slack
    assert word[1] - box[1] < slack
    assert box[3] - word[3] < slack


# -------------------------------------------------------------------------------------------------- pages


def test_a_page_has_the_width_asked_for_and_the_shape_of_the_paper() -> None:
    data = small_pdf([[Line(72, 700, "one")], [Line(72, 700, "two")]], size=(400, 600))
    image = render_page(b"d", data, 2, 800)
    assert (image.page, image.page_count, image.width, image.height) == (2, 2, 800, 1200)
    assert image.page_sizes == ((400, 600), (400, 600))
    assert len(image.rgb) == 800 * 1200 * 3
    assert pixels(image)[0, 0].tolist() == [255, 255, 255]
    assert image.boxes == ()


def test_red_is_the_first_of_the_three_bytes() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), (250, 10, 20)).save(picture, "PDF")
    red, green, blue = pixels(render_page(b"d", picture.getvalue(), 1, 40))[20, 20]
    assert red > 200
    assert green < 60
    assert blue < 60


@pytest.mark.parametrize("term", ["removal", "cafe", "zurich", "uber"])
def test_a_box_lies_round_its_word(term: str) -> None:
    words = {"removal": "Removal", "cafe": "Café", "zurich": "ZÜRICH", "uber": "über"}
    alone = small_pdf([[Line(150, 500, words[term], 20)]])
    among = small_pdf(
        [[Line(72, 600, "some other words"), Line(150, 500, words[term], 20), Line(300, 500, "x")]]
    )
    word = ink(render_page(b"alone", alone, 1, 612))
    image = render_page(b"among", among, 1, 612, (term,))
    assert len(image.boxes) == 1
    assert_round(image.boxes[0], word, slack=9)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_follow_rotation_and_crop(rotate: int) -> None:
    data = small_pdf([[Line(150, 500, "weir", 20)]], rotate=rotate, crop=(50, 100, 562, 700))
    image = render_page(b"d", data, 1, 700, ("weir",))
    assert (image.page_sizes[0][0] > image.page_sizes[0][1]) == (rotate in {90, 270})
    assert len(image.boxes) == 1
    assert_round(image.boxes[0], ink(image), slack=12)


def test_a_word_over_a_line_end_has_a_box_on_each_line_and_counts_once() -> None:
    page = [Line(72, 700, "plans for the re-"), Line(72, 684, "moval of it"), Line(72, 668, "Removal")]
    image = render_page(b"d", small_pdf([page]), 1, 612, ("removal",))
    assert image.box_hits == (0, 0, 1)
    end, start, whole = image.boxes
    assert end[0] > start[2]
    assert end[3] <= start[1] + 2
    assert whole[1] > start[1]


def test_spans_are_indices_of_the_page_whatever_a_character_takes_there() -> None:
    text, indices = render._text_of_codes([0x61, 0xD835, 0xDC16, 0, 0x62, 0xDC00, 0xD800, 0x110000])
    assert text == "a𝐖b\udc00\ud800\ufffd"
    assert indices == [0, 1, 4, 5, 6, 7, 8]
    assert render._text_of_codes([]) == ("", [0])


def test_boxes_scale_with_the_page() -> None:
    data = small_pdf([[Line(150, 500, "weir", 20)]])
    once = render_page(b"d", data, 1, 612, ("weir",)).boxes[0]
    twice = render_page(b"d", None, 1, 1224, ("weir",)).boxes[0]
    assert twice == pytest.approx([2 * value for value in once], abs=0.5)


def test_hits_are_numbered_in_reading_order_whatever_the_order_of_the_terms() -> None:
    page = [Line(72, 700, "weir gravel"), Line(72, 660, "gravel weir weirs")]
    image = render_page(b"d", small_pdf([page]), 1, 612, ("gravel", "weir"))
    assert image.box_hits == (0, 1, 2, 3)
    assert [round(box[1]) for box in image.boxes] == sorted(round(box[1]) for box in image.boxes)


def test_an_absurd_width_or_shape_is_made_to_fit_the_limits() -> None:
    huge = render_page(b"a", small_pdf([[Line(10, 10, "x")]]), 1, 10**9)
    assert huge.width * huge.height <= limits.MAX_RENDER_PIXELS * 1.01
    assert huge.width / huge.height == pytest.approx(612 / 792, rel=0.01)
    tall = render_page(b"b", small_pdf([[Line(1, 10, "x")]], size=(3, 14400)), 1, 5000)
    assert tall.height <= limits.MAX_RENDER_SIDE
    assert len(tall.rgb) == tall.width * tall.height * 3
    assert render_page(b"a", None, 1, -5).width == 1


def test_a_page_without_a_sensible_size_gets_a_sheet() -> None:
    image = render_page(b"d", small_pdf([[Line(72, 700, "x")]], size=(0, 0)), 1, 100)
    assert image.width == 100
    assert 100 < image.height < 200


def test_the_document_is_sent_once_and_asked_for_again_when_it_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "RENDER_CACHE_DOCUMENTS", 2)
    documents = {name: small_pdf([[Line(72, 700, name)]]) for name in ("a", "b", "c")}
    with pytest.raises(NeedContent):
        render_page(b"a", None, 1, 50)
    first = render_page(b"a", documents["a"], 1, 50)
    assert render_page(b"a", None, 1, 50) == first
    render_page(b"b", documents["b"], 1, 50)
    render_page(b"a", None, 1, 50)
    render_page(b"c", documents["c"], 1, 50)
    with pytest.raises(NeedContent):
        render_page(b"b", None, 1, 50)
    assert render_page(b"a", None, 1, 50) == first


def test_bytes_held_are_bounded_but_the_document_in_use_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RENDER_CACHE_BYTES", 100)
    for name in (b"a", b"b"):
        render_page(name, small_pdf([[Line(72, 700, "x")]]), 1, 50)
    with pytest.raises(NeedContent):
        render_page(b"a", None, 1, 50)
    assert render_page(b"b", None, 1, 50).width == 50


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "damaged"),
        (b"%PDF-1.4 and nothing more", "damaged"),
        (small_pdf([[Line(72, 700, "x")]])[:200], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
    ],
)
def test_a_damaged_pdf_is_a_source_error_and_leaves_the_process_working(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        render_page(b"bad", data, 1, 100)
    with pytest.raises(NeedContent):
        render_page(b"bad", None, 1, 100)
    assert render_page(b"good", small_pdf([[Line(72, 700, "x")]]), 1, 100).page_count == 1


def test_a_pdf_with_a_password_says_so() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(small_pdf([[Line(72, 700, "secret")]]))))
    writer.encrypt("owl", algorithm="AES-256")
    locked = io.BytesIO()
    writer.write(locked)
    with pytest.raises(SourceError, match="password"):
        render_page(b"d", locked.getvalue(), 1, 100)


@pytest.mark.parametrize("page", [0, -1, 3])
def test_a_page_that_is_not_there_is_a_source_error(page: int) -> None:
    data = small_pdf([[Line(72, 700, "one")], [Line(72, 700, "two")]])
    with pytest.raises(SourceError, match="2 pages"):
        render_page(b"d", data, page, 100)


def test_everything_travels_between_processes() -> None:
    data = small_pdf([[Line(72, 700, "weir")]])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        with pytest.raises(NeedContent):
            pool.submit(render_page, b"d", None, 1, 200, ("weir",)).result(30)
        with pytest.raises(SourceError, match="damaged"):
            pool.submit(render_page, b"x", b"%PDF-", 1, 200, ()).result(30)
        there = pool.submit(render_page, b"d", data, 1, 200, ("weir",)).result(30)
        again = pool.submit(render_page, b"d", None, 1, 200, ("weir",)).result(30)
    assert there == again == render_page(b"d", data, 1, 200, ("weir",))
    assert pickle.loads(pickle.dumps(there)) == there


# ----------------------------------------------------------------------------------------------- pictures


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def two_halves(width: int, height: int) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), (220, 20, 20))
    image.paste((20, 20, 220), (width // 2, 0, width, height))
    return image


def rgba(picture: PictureImage) -> np.ndarray:
    return np.frombuffer(picture.rgba, np.uint8).reshape(picture.height, picture.width, 4)


def test_a_picture_fits_the_box_keeps_its_shape_and_is_never_enlarged() -> None:
    data = encoded(two_halves(400, 200), "PNG")
    small = render_picture(b"p", data, 100, 100)
    assert (small.width, small.height, small.full_width, small.full_height) == (100, 50, 400, 200)
    assert rgba(small)[25, 10].tolist() == [220, 20, 20, 255]
    assert rgba(small)[25, 90].tolist() == [20, 20, 220, 255]
    whole = render_picture(b"p", None, 5000, 5000)
    assert (whole.width, whole.height) == (400, 200)


@pytest.mark.parametrize("box", [(60, 60), (2000, 2000)])
def test_exif_orientation_is_applied_also_to_a_quickly_decoded_jpeg(box: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown a quarter turn clockwise
    data = encoded(two_halves(1600, 800), "JPEG", exif=exif)
    picture = render_picture(b"p", data, *box)
    assert (picture.full_width, picture.full_height) == (800, 1600)
    assert picture.width * 2 == picture.height
    top, bottom = rgba(picture)[5, picture.width // 2], rgba(picture)[-5, picture.width // 2]
    assert top[0] > 150 > top[2]
    assert bottom[2] > 150 > bottom[0]


def test_transparency_is_kept() -> None:
    image = Image.new("RGBA", (10, 10), (0, 200, 0, 0))
    image.putpixel((3, 3), (0, 200, 0, 128))
    picture = rgba(render_picture(b"p", encoded(image, "PNG"), 10, 10))
    assert picture[3, 3].tolist() == [0, 200, 0, 128]
    assert picture[0, 0, 3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "I;16", "F"])
def test_every_mode_of_pixels_comes_out_with_its_light_and_dark(mode: str) -> None:
    ramp = Image.linear_gradient("L").rotate(90)  # dark at the left
    if mode == "I;16":
        image = Image.fromarray(np.asarray(ramp).astype(np.uint16) * 257)
    else:
        image = ramp.convert("LA" if mode == "LA" else mode)
    kind = "TIFF" if mode in {"CMYK", "F"} else "PNG"
    picture = rgba(render_picture(b"p", encoded(image, kind), 256, 256))[:, :, :3].mean(axis=(0, 2))
    assert picture[:32].mean() < 60
    assert picture[-32:].mean() > 190
    assert 100 < picture[112:144].mean() < 160


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        encoded(two_halves(300, 300), "PNG")[:400],
        b"GIF89a\xff\xff\xff\xff" + bytes(20),
    ],
    ids=["empty", "text", "cut", "gif"],
)
def test_what_is_no_picture_is_a_source_error(data: bytes) -> None:
    with pytest.raises(SourceError):
        render_picture(b"p", data, 100, 100)


def test_a_picture_that_claims_more_pixels_than_we_decode_is_refused_before_decoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_PICTURE_PIXELS", 100 * 100)
    with pytest.raises(SourceError, match="101 × 100"):
        render_picture(b"p", encoded(two_halves(101, 100), "PNG"), 50, 50)
    bomb = encoded(Image.new("1", (20000, 20000)), "PNG")
    monkeypatch.undo()
    with pytest.raises(SourceError, match="too large"):
        render_picture(b"q", bomb, 50, 50)


def test_pictures_are_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(two_halves(40, 40), "PNG")
    with pytest.raises(NeedContent):
        render_picture(b"p", None, 10, 10)
    first = render_picture(b"p", data, 10, 10)
    assert render_picture(b"p", None, 10, 10) == first
    monkeypatch.setattr(limits, "RENDER_CACHE_BYTES", 8)
    render_picture(b"q", data, 10, 10)
    with pytest.raises(NeedContent):
        render_picture(b"p", None, 10, 10)


def test_a_picture_that_cannot_be_drawn_says_why_in_our_words() -> None:
    documents = Path(__file__).resolve().parents[3] / "formats" / "documents"
    cut = (documents / "png-cut-in-half.png").read_bytes()
    for data, words in ((cut, "the end of it is missing"), (b"no picture at all", "cannot be shown")):
        with pytest.raises(SourceError) as caught:
            render.render_picture(blake3(data).digest(), data, 100, 100)
        assert words in str(caught.value)
        assert "processed" not in str(caught.value)
