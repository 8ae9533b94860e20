"""Slides: the texts of one slide are one part, its notes among them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

from engine.extract.archive import open_archive
from engine.extract.office import core_properties
from engine.extract.sections import row_text
from engine.extract.source import Extractor, Facts, Reading, SourceFile
from engine.types import PartItem, Place

_DEEPEST: Final = 20
"""Groups inside groups that are followed."""


class SlidesExtractor(Extractor):
    """Presentations."""

    def inspect(self, file: SourceFile, /) -> Facts:
        open_archive(file).close()
        slides = _open(file)
        count = len(slides.slides)
        return Facts(units=1, metadata={"slides": count, **core_properties(slides.core_properties)})

    def read_all(self, file: SourceFile, /) -> Reading:
        open_archive(file).close()
        reading = Reading()
        for number, slide in enumerate(_open(file).slides, 1):
            texts = [text for shape in slide.shapes for text in _texts(shape, 0)]
            if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
                texts.append(slide.notes_slide.notes_text_frame.text)
            if text := "\n\n".join(text.strip() for text in texts if text.strip()):
                reading.parts.append(PartItem(text, place=Place(page=number)))
        return reading


def _open(file: SourceFile) -> Any:
    import pptx

    return pptx.Presentation(io.BytesIO(file.data()))


def _texts(shape: Any, depth: int) -> Iterator[str]:
    if hasattr(shape, "shapes") and depth < _DEEPEST:
        for inner in shape.shapes:
            yield from _texts(inner, depth + 1)
    elif getattr(shape, "has_table", False):
        rows = (row_text(cell.text for cell in row.cells) for row in shape.table.rows)
        yield "\n".join(row for row in rows if row)
    elif shape.has_text_frame:
        yield shape.text_frame.text.replace("\v", "\n")
