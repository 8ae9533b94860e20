"""Short pieces of text around what was found, with the found words marked.

Words are found by the same folding as in the index, so whatever matched is marked: ``cafe`` marks ``Café``.
Offsets are in characters of the text as it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from engine.text import LINE_HYPHEN, FoldedText, Span, Term, merge_spans, term_spans

SNIPPET_CHARS: Final = 160

SCAN_CHARS: Final = 16_384
"""A long text is looked through in pieces of this size until one holds all the words."""

OVERLAP_CHARS: Final = 256
"""Pieces overlap by this much, so that neither a phrase nor its surroundings are cut off."""

MAX_SCAN_CHARS: Final = 1_000_000
"""Where looking for a better piece ends: twenty hits have to come in a few milliseconds."""

_ELLIPSIS: Final = "…"
_SPACE: Final = re.compile(r"\s+")


def make_snippet(
    text: str, terms: Sequence[Term], *, length: int = SNIPPET_CHARS
) -> tuple[str, tuple[Span, ...]]:
    """About ``length`` characters of ``text`` that show most of ``terms``, and where they are in them.

    The beginning, if none is in it. White space is collapsed; an ellipsis stands where text was left out.
    """
    best: tuple[int, int, int, list[Span]] = (0, 0, 0, [])  # different terms, start, end, spans
    for start in range(0, min(len(text), MAX_SCAN_CHARS), SCAN_CHARS):
        piece = text[start : start + SCAN_CHARS + OVERLAP_CHARS]
        folded = FoldedText(piece)
        # What touches a cut may be half a word; the neighbouring piece has the whole of it.
        lowest = 1 if start else 0
        highest = len(piece) - (start + len(piece) < len(text))
        found = [
            (first + start, last + start, number)
            for number, term in enumerate(terms)
            for first, last in term_spans(folded, term)
            if first >= lowest and last <= highest
        ]
        if found:
            window = _best_window(sorted(found), length)
            if window[0] > best[0]:
                best = window
            if best[0] == len(terms):
                break
    return _cut_out(text, best[1], best[2], best[3], length)


def _best_window(found: list[tuple[int, int, int]], length: int) -> tuple[int, int, int, list[Span]]:
    """The stretch of ``length`` characters with most different terms, then most matches, then the first."""
    best_key = (0, 0)
    best = (0, 0)
    held: dict[int, int] = {}
    left = 0
    for right, (_start, end, number) in enumerate(found):
        held[number] = held.get(number, 0) + 1
        while left < right and end - found[left][0] > length:
            gone = found[left][2]
            held[gone] -= 1
            if not held[gone]:
                del held[gone]
            left += 1
        key = (len(held), right - left + 1)
        if key > best_key:
            best_key, best = key, (left, right)
    inside = found[best[0] : best[1] + 1]
    spans = list(merge_spans((start, end) for start, end, _number in inside))
    return best_key[0], inside[0][0], max(end for _start, end, _number in inside), spans


def _cut_out(text: str, start: int, end: int, spans: list[Span], length: int) -> tuple[str, tuple[Span, ...]]:
    """The words around ``start``..``end``, more of them behind than before."""
    room = max(0, length - (end - start))
    low = max(0, start - room // 3)
    high = min(len(text), end + room - (start - low))
    low = max(0, min(low, high - length))  # near the end of the text there is more room in front
    low = _word_start(text, low, start)
    high = _word_end(text, high, end)
    out: list[str] = []
    marks: list[Span] = []
    size = 0
    pending = ""

    def put(piece: str) -> None:
        nonlocal size, pending
        # White space at the ends is dropped, inside it becomes one space. What ended there is a line no more.
        for part in re.split(r"(\s+)", LINE_HYPHEN.sub("", piece)):
            if not part:
                continue
            if part.isspace():
                pending = " " if size else ""
                continue
            out.append(pending + part)
            size += len(pending) + len(part)
            pending = ""

    at = low
    if text[max(0, low - SCAN_CHARS) : low].strip():
        put(_ELLIPSIS)
    for first, last in spans:
        put(text[at:first])
        before = size + len(pending)
        put(text[first:last])
        if size > before:
            marks.append((before, size))
        at = last
    put(text[at:high])
    if text[high : high + SCAN_CHARS].strip():
        pending = ""
        put(_ELLIPSIS)
    return "".join(out), tuple(marks)


def _word_start(text: str, low: int, limit: int) -> int:
    """``low``, or the next beginning of a word if it is inside one and there is one not far behind it."""
    if low == 0 or text[low - 1].isspace():
        return low
    match = _SPACE.search(text, low, min(limit, low + 24))
    return match.end() if match else low


def _word_end(text: str, high: int, limit: int) -> int:
    """``high``, or the end of the word before it."""
    if high >= len(text) or text[high].isspace():
        return high
    at = max((text.rfind(space, max(limit, high - 24), high) for space in (" ", "\n", "\t")), default=-1)
    return at if at >= limit else high
