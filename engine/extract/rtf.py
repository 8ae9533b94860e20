"""Rich text."""

from __future__ import annotations

from engine.extract.sections import paragraphs_of, sections
from engine.extract.source import Extractor, Reading, SourceFile
from engine.types import PartItem


class RtfExtractor(Extractor):
    """Rich text."""

    def read_all(self, file: SourceFile, /) -> Reading:
        from striprtf.striprtf import rtf_to_text

        text: str = rtf_to_text(  # type: ignore[no-untyped-call]
            file.data().decode("latin-1"), errors="replace"
        )
        return Reading([PartItem(section) for section in sections(paragraphs_of(text))])
