"""PDF: the text of each page is a part that knows its page."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from engine.errors import SourceError
from engine.extract.source import SMALL, Extractor, Facts, Reading, SourceFile
from engine.types import PartItem, Place

_TAIL: Final = 4096
_HYPHENS: Final = re.compile("[\ufffe\u0002\u00ad]\n?")
_DATE: Final = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+\-Z])(\d\d)?'?(\d\d)?)?")

_PROGRAMS: Final = re.compile(
    r"\.(docx?|pptx?|xlsx?|indd|tex|dvi|odt|pages|qxd)$|^(microsoft word - |untitled)", re.IGNORECASE
)


class PdfExtractor(Extractor):
    """PDF files."""

    unit_name = "pages"
    unit_size = 8

    def inspect(self, file: SourceFile, /) -> Facts:
        with closing(_open(file)) as document:
            count = len(document)
            facts = Facts(units=count, metadata={"pages": count})
            facts.metadata.update(_properties(document))
            if _is_cut_off(file):
                facts.failure = f"is damaged: the end of the file is missing, {count} pages were found"
            return facts

    def read(self, file: SourceFile, start: int, stop: int, /) -> Reading:
        import pypdfium2

        reading = Reading()
        broken: list[int] = []
        with closing(_open(file)) as document:
            for index in range(start, min(stop, len(document))):
                try:
                    text = _page_text(document, index)
                except pypdfium2.PdfiumError:
                    broken.append(index + 1)
                    continue
                if text:
                    reading.parts.append(PartItem(text, place=Place(page=index + 1)))
        if broken:
            reading.failure = f"is damaged on page {', '.join(map(str, broken))}"
        return reading


def _open(file: SourceFile) -> Any:
    import pypdfium2
    from pypdfium2 import raw

    try:
        # A large one is read where it lies: a unit of eight pages needs little of it.
        return pypdfium2.PdfDocument(file.data() if file.size <= SMALL else Path(file.path))
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise SourceError("needs a password") from error
        if _is_cut_off(file):
            raise SourceError("is damaged: the end of the file is missing") from error
        raise SourceError("is damaged") from error


def _is_cut_off(file: SourceFile) -> bool:
    return b"%%EOF" not in file.tail(_TAIL)


def _page_text(document: Any, index: int) -> str:
    with closing(document[index]) as page, closing(page.get_textpage()) as text_page:
        return clean(text_page.get_text_bounded())


def clean(text: str) -> str:
    """A page's text with plain line ends, and words that were parted at a line's end whole again."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = _HYPHENS.sub("", text)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _properties(document: Any) -> dict[str, Any]:
    """What the document says of itself, as far as it is worth showing."""
    said = document.get_metadata_dict(skip_empty=True)
    found: dict[str, Any] = {}
    for ours, theirs in (
        ("title", "Title"),
        ("author", "Author"),
        ("subject", "Subject"),
        ("keywords", "Keywords"),
    ):
        text = " ".join(str(said.get(theirs, "")).split())[:500]
        if text and not (ours == "title" and _PROGRAMS.search(text)):
            found[ours] = text
    if created := _date(str(said.get("CreationDate", ""))):
        found["created"] = created
    return found


def _date(text: str) -> str | None:
    """ISO time of a PDF date; what it leaves out is its beginning, without a zone it is taken as UTC."""
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(group) if group else None for group in match.groups()[:6])
    try:
        moment = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC)
        away = timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0))
        moment = moment + away if match[7] == "-" else moment - away
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="seconds")
