"""Web pages: what a reader of the page would read, without scripts, styles and navigation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from engine.extract.sections import row_text, sections
from engine.extract.source import Extractor, Facts, Reading, SourceFile
from engine.extract.text import decode
from engine.types import PartItem

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


_NOISE: Final = (
    "script, style, noscript, template, svg, iframe, object, nav, footer, head, [hidden], "
    "[role=navigation], [role=contentinfo]"
)
_BLOCK_NAMES: Final = (
    "address article aside blockquote body caption dd details dialog div dl dt fieldset figcaption figure "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main ol option p pre search section summary "
    "table tbody tfoot thead tr ul"
)
_BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
_CELLS: Final = frozenset({"td", "th"})
_CELL: Final = "\x1f"
"""Stands before each value while a row is gathered."""

_BLANKS: Final = re.compile(r"\s+")
_CHARSET: Final = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE
)


class HtmlExtractor(Extractor):
    """Web pages."""

    def inspect(self, file: SourceFile, /) -> Facts:
        title = title_of(decode_page(file.data()))
        return Facts(mime="text/html", units=1, title=title)

    def read_all(self, file: SourceFile, /) -> Reading:
        page = decode_page(file.data())
        return Reading([PartItem(section) for section in sections(paragraphs_of_page(page))])


def decode_page(data: bytes) -> str:
    """The page's source: the encoding it declares, if that exists, else what the bytes look like."""
    if declared := _CHARSET.search(data[:4096]):
        try:
            return data.decode(declared[1].decode("ascii"), "replace")
        except LookupError:
            return decode(data)[0]
    return decode(data)[0]


def title_of(page: str) -> str | None:
    """What the page calls itself."""
    from selectolax.lexbor import LexborHTMLParser

    node = LexborHTMLParser(page).css_first("title")
    title = " ".join(node.text().split()) if node is not None else ""
    return title[:500] or None


def paragraphs_of_page(page: str) -> Iterator[str]:
    """The page's visible text, one string per block; a row of a table is one line."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page)
    for noise in tree.css(_NOISE):
        noise.decompose()
    if tree.root is None:
        return
    yield from _Walk().paragraphs(tree.root)


class _Walk:
    """Goes through the tree without recursion: strangers' pages may be nested thousands of levels deep."""

    def __init__(self) -> None:
        self._inline: list[str] = []
        self._rows: list[str] = []
        self._preformatted = 0

    def paragraphs(self, root: LexborNode) -> Iterator[str]:
        stack: list[tuple[LexborNode, bool]] = [(root, True)]
        while stack:
            node, opening = stack.pop()
            tag = node.tag or ""
            if tag == "-text":
                text = node.text_content or ""
                self._inline.append(text if self._preformatted else _BLANKS.sub(" ", text))
            elif tag == "br":
                self._inline.append("\n")
            elif tag in _CELLS and opening and not _is_layout(node):
                self._inline.append(_CELL)
            elif tag in _BLOCKS or tag in _CELLS:
                yield from self._end_block(in_row=tag == "tr")
                if opening:
                    stack.append((node, False))
                if tag == "pre":
                    self._preformatted += 1 if opening else -1
            if opening:
                stack.extend((child, True) for child in reversed(list(_children(node))))
        yield from self._end_block(in_row=False)

    def _end_block(self, *, in_row: bool) -> Iterator[str]:
        raw, self._inline = "".join(self._inline), []
        if _CELL in raw:
            row = row_text(raw.split(_CELL)[1:])
            if row:
                self._rows.append(row)
        elif text := _tidy(raw):
            yield from self._end_rows()
            yield text
        if not in_row:
            yield from self._end_rows()

    def _end_rows(self) -> Iterator[str]:
        if self._rows:
            yield "\n".join(self._rows)
            self._rows = []


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _is_layout(cell: LexborNode) -> bool:
    """Whether a table's cell holds blocks: then it places things on the page and is no value in a row."""
    return any(child.tag in _BLOCKS for child in _children(cell))


def _tidy(raw: str) -> str:
    lines = (" ".join(line.split()) for line in raw.split("\n"))
    return "\n".join(line for line in lines if line)
