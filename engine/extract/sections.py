"""Cuts running text into parts that are small enough to point at and large enough to be about something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

SECTION: Final = 4000
"""Characters after which a section ends with its paragraph: one to two printed pages."""

LONGEST: Final = 4 * SECTION
"""A paragraph longer than this is cut inside, at a line's or word's end."""


def sections(paragraphs: Iterable[str]) -> Iterator[str]:
    """Paragraphs, joined by blank lines, in sections of about ``SECTION`` characters."""
    gathered: list[str] = []
    size = 0
    for paragraph in paragraphs:
        for piece in _pieces(paragraph.strip("\n")):
            if not piece.strip():
                continue
            gathered.append(piece)
            size += len(piece) + 2
            if size >= SECTION:
                yield "\n\n".join(gathered)
                gathered, size = [], 0
    if gathered:
        yield "\n\n".join(gathered)


def paragraphs_of(text: str) -> Iterator[str]:
    """The paragraphs of plain text: what blank lines keep apart."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip():
            lines.append(line.rstrip())
        elif lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def row_text(cells: Iterable[str]) -> str:
    """One row of a table as a line of text; empty when all its cells are."""
    texts = [" ".join(cell.split()) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return " | ".join(texts) if any(texts) else ""


def _pieces(paragraph: str) -> Iterator[str]:
    while len(paragraph) > LONGEST:
        cut = max(paragraph.rfind("\n", SECTION, LONGEST), paragraph.rfind(" ", LONGEST // 2, LONGEST))
        if cut < 0:
            cut = LONGEST
        yield paragraph[:cut]
        paragraph = paragraph[cut:].lstrip()
    yield paragraph
