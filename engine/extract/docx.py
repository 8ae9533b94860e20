"""Word documents: paragraphs and tables in their order."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from engine.extract.archive import open_archive
from engine.extract.office import core_properties
from engine.extract.sections import row_text, sections
from engine.extract.source import Extractor, Facts, Reading, SourceFile
from engine.types import PartItem


class WordExtractor(Extractor):
    """Word documents."""

    def inspect(self, file: SourceFile, /) -> Facts:
        open_archive(file).close()
        return Facts(units=1, metadata=core_properties(_open(file).core_properties))

    def read_all(self, file: SourceFile, /) -> Reading:
        open_archive(file).close()
        return Reading([PartItem(section) for section in sections(_blocks(_open(file)))])


def _open(file: SourceFile) -> Any:
    import docx

    return docx.Document(io.BytesIO(file.data()))


def _blocks(container: Any) -> Iterator[str]:
    """The text of each paragraph; a table as one block with a line for each row."""
    from docx.table import Table

    for block in container.iter_inner_content():
        if isinstance(block, Table):
            rows = [row_text(_cells(row)) for row in block.rows]
            yield "\n".join(row for row in rows if row)
        else:
            yield block.text.strip()


def _cells(row: Any) -> Iterator[str]:
    seen: set[int] = set()
    for cell in row.cells:
        # A cell that spans several columns comes once for each of them.
        if id(cell._tc) not in seen:
            seen.add(id(cell._tc))
            yield " ".join(_blocks(cell))
