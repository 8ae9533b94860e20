"""Fonts: found, renamed without damage, the same on light and dark; icons: all there, inside their square."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QImage, QPainter

from memvid_studio import resources

_ICONS = """
text-box-outline file-document-outline image-outline waveform table email-outline package-variant-closed pill
lock-outline shield-lock-outline history page-first play pause page-last flag-variant bookmark-outline source-branch
calendar-range compare restore fit-to-page-outline repeat magnify close filter-variant chevron-up chevron-down
chevron-left chevron-right view-list-outline view-grid-outline image-search-outline tag-outline
unfold-more-horizontal tray-arrow-down tray-arrow-up note-text-outline share-variant-outline open-in-new content-copy
undo redo refresh download-outline delete-outline check check-circle-outline alert-outline alert-circle-outline
information-outline eye-outline eye-off-outline dice-multiple-outline key-variant account-outline robot-outline
cog-outline dots-horizontal volume-high page-layout-sidebar-left magnify-plus-outline magnify-minus-outline
rotate-right minus plus folder-outline
"""


@pytest.fixture(scope="module", autouse=True)
def fonts(qapp):
    return resources.install_fonts()


def test_the_families_of_the_look_are_there(fonts):
    assert fonts == []
    assert {"Inter Text", "JetBrains Mono"} <= set(QFontDatabase.families())


def test_installing_twice_adds_nothing(fonts):
    before = QFontDatabase.styles("Inter Text")
    assert resources.install_fonts() == []
    assert QFontDatabase.styles("Inter Text") == before


def ink(ground: str, text: str, font: QFont) -> float:
    image = QImage(260, 32, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen(QColor(text))
    painter.drawText(4, 20, "Weir removal options 0123")
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(32, 260, 4)[..., 0].astype(float)
    return float(np.abs(pixels - pixels[0, 0]).sum() / 255)


@pytest.mark.parametrize("weight", [400, 500, 600])
def test_text_is_as_heavy_on_dark_as_on_light(weight):
    font = QFont("Inter Text")
    font.setPixelSize(13)
    font.setWeight(QFont.Weight(weight))
    assert QFontInfo(font).family() == "Inter Text"
    on_light, on_dark = ink("#FFFFFF", "#000000", font), ink("#000000", "#FFFFFF", font)
    assert on_dark == pytest.approx(on_light, rel=0.02)


def test_weights_differ():
    amounts = []
    for weight in (400, 500, 600):
        font = QFont("Inter Text")
        font.setPixelSize(13)
        font.setWeight(QFont.Weight(weight))
        amounts.append(ink("#FFFFFF", "#000000", font))
    assert amounts[0] * 1.05 < amounts[1]
    assert amounts[1] * 1.05 < amounts[2]


def test_a_renamed_font_keeps_everything_else(qapp):
    path = next(
        folder / "Inter-roman.var.ttf"
        for folder in resources.font_folders()
        if (folder / "Inter-roman.var.ttf").is_file()
    )
    data = path.read_bytes()
    renamed = resources.rename_family(data, "Inter", "Quite Another Name")
    number = QFontDatabase.addApplicationFontFromData(renamed)
    assert QFontDatabase.applicationFontFamilies(number) == ["Quite Another Name"]
    original, copy = QFont("Inter Text"), QFont("Quite Another Name")
    original.setPixelSize(20)
    copy.setPixelSize(20)
    text = "Weir removal"
    assert QFontMetricsF(copy).horizontalAdvance(text) == QFontMetricsF(original).horizontalAdvance(text)
    QFontDatabase.removeApplicationFont(number)


def test_what_is_no_font_is_refused():
    with pytest.raises(ValueError, match="not a font"):
        resources.rename_family(b"\0\1\0\0" + b"\0" * 60, "Inter", "Other")


@pytest.mark.parametrize("name", sorted(_ICONS.split()))
def test_icons_of_the_look_exist_and_stay_in_their_square(name):
    outline = resources.icon_font().outline(name, 24)
    box = outline.boundingRect()
    assert not box.isEmpty()
    assert QRectF(-0.1, -0.1, 24.2, 24.2).contains(box)


def test_an_unknown_icon_is_an_error():
    with pytest.raises(KeyError):
        resources.icon_font().outline("no-such-icon", 24)
