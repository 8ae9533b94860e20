"""The options report of the demo: what stands on its pages, and how they are set."""

from __future__ import annotations

import math
from pathlib import Path

from pdf_writer import A4, Colour, Page, Point, document, text_width, wrap

LEFT, RIGHT, TOP, BOTTOM = 72.0, 523.0, 752.0, 84.0
BLUE: Colour = (0.10, 0.28, 0.58)
OCHRE: Colour = (0.75, 0.37, 0.10)
GREY: Colour = (0.82, 0.83, 0.85)

# Paragraphs are kept apart by blank lines. "# " opens a chapter on a new page, "## " a section, "- " an item,
# "! " names a drawing.
TEXT = (Path(__file__).parent / "report.txt").read_text(encoding="utf-8")


class Setter:
    """Puts paragraphs on pages."""

    def __init__(self, author: str) -> None:
        self.pages: list[Page] = []
        self._author = author
        self._y = 0.0
        self._new_page()

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def _new_page(self) -> None:
        self.pages.append(Page())
        self._y = TOP
        if len(self.pages) > 1:
            self.page.text(LEFT, 790, f"{self._author} · Options report", size=8.5, ink=0.45)
            number = str(len(self.pages))
            self.page.text(RIGHT - text_width(number, "regular", 8.5), 790, number, size=8.5, ink=0.45)

    def cover(self, title: str, subtitle: str) -> None:
        self.page.box(0, 560, A4[0], 4, BLUE)
        self.page.text(LEFT, 620, title, style="bold", size=30)
        self.page.text(LEFT, 586, subtitle, size=13, ink=0.35)
        self.page.text(LEFT, 120, f"{self._author}, September 2024", size=11, ink=0.35)

    def put(self, paragraph: str) -> None:
        mark, _, rest = paragraph.partition(" ")
        match mark:
            case "#":
                self._new_page()
                self._lines(rest, "bold", 18, 24, 10)
            case "##":
                self._y -= 6
                self._lines(rest, "bold", 12.5, 17, 4)
            case "-":
                self.page.text(LEFT + 4, self._y - 10.5, "·", style="bold")
                self._lines(rest, "regular", 10.5, 15, 2, indent=16)
            case "!":
                DRAWINGS[rest](self.page, self._y - 190)
                self._y -= 206
            case _ if paragraph.startswith("Figure"):
                self._lines(paragraph, "italic", 9, 13, 10)
            case _:
                self._lines(paragraph, "regular", 10.5, 15.5, 8)

    def _lines(
        self, text: str, style: str, size: float, leading: float, after: float, indent: float = 0.0
    ) -> None:
        for line in wrap(text, style, size, RIGHT - LEFT - indent):
            if self._y - leading < BOTTOM:
                self._new_page()
            self._y -= leading
            self.page.text(LEFT + indent, self._y + 3, line, style=style, size=size)
        self._y -= after


def level(day: int, *, below: bool) -> float:
    """Water level on a day of the winter, metres above datum: rain, two floods, and the season."""
    season = 0.18 * math.sin(day / 28.0) + 0.07 * math.sin(day / 3.1) + 0.05 * math.sin(day / 7.7)
    floods = 0.75 * math.exp(-(((day - 118) / 5.0) ** 2)) + 0.35 * math.exp(-(((day - 61) / 4.0) ** 2))
    if below:
        return 39.1 + 0.9 * season + 1.55 * floods
    return 41.0 + season + floods


def draw_levels(page: Page, y: float) -> None:
    """The two gauges over one winter."""
    low, high, height = 38.6, 42.2, 180.0

    def place(day: float, value: float) -> Point:
        return (LEFT + 30 + (RIGHT - LEFT - 40) * day / 182, y + height * (value - low) / (high - low))

    for mark in (39.0, 40.0, 41.0, 42.0):
        page.line([place(0, mark), place(182, mark)], GREY, 0.5)
        page.text(LEFT, place(0, mark)[1] - 3, f"{mark:.1f}", size=8, ink=0.45)
    for day, name in ((0, "Oct"), (31, "Nov"), (61, "Dec"), (92, "Jan"), (123, "Feb"), (152, "Mar")):
        page.text(place(day, low)[0], y - 8, name, size=8, ink=0.45)
    page.line([place(day, level(day, below=False)) for day in range(183)], BLUE, 1.2)
    page.line([place(day, level(day, below=True)) for day in range(183)], OCHRE, 1.2)
    page.text(RIGHT - 130, y + height - 2, "upstream", size=8, ink=0.2)
    page.line([(RIGHT - 148, y + height + 1), (RIGHT - 134, y + height + 1)], BLUE, 1.6)
    page.text(RIGHT - 60, y + height - 2, "downstream", size=8, ink=0.2)
    page.line([(RIGHT - 78, y + height + 1), (RIGHT - 64, y + height + 1)], OCHRE, 1.6)


def draw_costs(page: Page, y: float) -> None:
    """Building and keeping up, one bar for each option."""
    options = (("A  channel", 118.0, 210.0), ("B  lowering", 96.0, 131.0), ("C  removal", 292.0, 6.0))
    for number, (name, build, keep) in enumerate(options):
        bar = y + 130 - 52 * number
        page.text(LEFT, bar + 9, name, size=9.5)
        page.box(LEFT + 90, bar, build, 26, BLUE)
        page.box(LEFT + 90 + build, bar, keep, 26, (0.68, 0.77, 0.90))
        page.text(LEFT + 96 + build + keep, bar + 9, f"{build + keep:.0f}", style="bold", size=9.5)


DRAWINGS = {"levels": draw_levels, "costs": draw_costs}


def paragraphs() -> list[str]:
    """What blank lines keep apart in ``TEXT``, each on one line."""
    return [" ".join(block.split()) for block in TEXT.split("\n\n") if block.strip()]


def report() -> bytes:
    """The PDF."""
    setter = Setter("Aldermoor River Trust")
    setter.cover("The upper weir", "Three options for the Aldermoor between the mill and Priory Bend")
    for paragraph in paragraphs():
        setter.put(paragraph)
    return document(
        setter.pages,
        title="The upper weir: options report",
        author="Aldermoor River Trust",
        created="D:20240918091500Z",
    )
