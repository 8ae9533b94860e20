"""What counts as the same word: one fold for indexing, for queries, for snippets and for highlighting.

Every character is folded on its own, whatever stands around it: that is what makes offsets in the folded text
map back to the original, and a text foldable in pieces. A character becomes

* a space, if it separates words (punctuation, symbols, white space),
* nothing, if it only decorates (accents, vowel points, soft hyphens),
* itself between two spaces, in scripts written without spaces, so that any run inside a run is findable,
* its lower-case base letters otherwise (``É`` → ``e``, ``ß`` → ``ss``, ``ﬁ`` → ``fi``).

There is no stemming: a result set is exactly the documents that hold the words asked for, in every language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

ANALYSIS_VERSION: Final = f"1/unicode-{unicodedata.unidata_version}"
"""Changes whenever the same text could fold to other words; an index made with another one is rebuilt."""

PIECE_CHARS: Final = 16_384
"""Texts are folded in pieces of about this many characters: one C call each, well under a millisecond."""

Span = tuple[int, int]

_PLAIN_BASES: Final = {
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t",
    "ĸ": "k", "ŋ": "n", "ƀ": "b", "ɨ": "i", "ʉ": "u", "ɵ": "o",
}  # fmt: skip
"""Letters people type without their stroke or tie, though Unicode does not decompose them. Lower case."""

_HYPHENATION: Final = "\x02\ufffe"
"""What PDF text has for a hyphen at the end of a line: the word goes on."""

_DECORATION: Final = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip
"""Marks that may be missing without making another word: accents, Hebrew and Arabic points, variation
selectors. The vowel signs of Indic scripts and the voicing marks of kana are not among them."""

_SPACELESS: Final = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3021, 0x3029),
    (0x3040, 0x312F), (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x1B000, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip
"""Thai, Lao, Myanmar, Khmer, kana, bopomofo and Han, where words are not set apart; and Hangul syllables,
because Korean glues its particles to the word."""

_JOINS_PREVIOUS: Final = ((0x1160, 0x11FF), (0xD7B0, 0xD7FF))
"""Jamo vowels and finals: letters, yet normalisation joins them to what stands before."""


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _fold_base(char: str, *, keep_separators: bool) -> str:
    """One character without case and decoration; spaces for separators unless they are to be kept."""
    base = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    out = []
    for part in base:
        category = unicodedata.category(part)
        if (
            category == "Cf"
            or part in _HYPHENATION
            or (category[0] == "M" and _within(ord(part), _DECORATION))
        ):
            continue
        if part.isalnum() or category[0] == "M":
            out.append(_PLAIN_BASES.get(part, part))
        elif category == "Cs":  # half of a pair: cannot be written as UTF-8
            out.append("\ufffd" if keep_separators else " ")
        elif keep_separators and category[0] != "Z" and not part.isspace():
            out.append(part)
        else:
            out.append(" ")
    return unicodedata.normalize("NFC", "".join(out))


class _WordTable(dict[int, str]):
    """For ``str.translate``: code point to its fold, worked out when a character is first met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_base(chr(code), keep_separators=False)
        if any(_within(ord(char), _SPACELESS) for char in folded):
            folded = f" {' '.join(folded)} "
        self[code] = folded
        return folded


class _KeyTable(dict[int, str]):
    """Like the word table, but punctuation stays: for tags and the like, which are compared as a whole."""

    def __missing__(self, code: int) -> str:
        folded = _fold_base(chr(code), keep_separators=True)
        self[code] = folded
        return folded


_WORDS: Final = _WordTable()
_KEYS: Final = _KeyTable()


def _compose(text: str) -> str:
    """Letter and accent as one character where one exists, so that folding by character sees it."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """The words of ``text`` in their folded form, separated by one or more spaces."""
    text = _compose(text)
    if len(text) <= PIECE_CHARS:
        return text.translate(_WORDS)
    pieces = (text[at : at + PIECE_CHARS] for at in range(0, len(text), PIECE_CHARS))
    return "".join([piece.translate(_WORDS) for piece in pieces])


def words(text: str) -> list[str]:
    """The words of ``text``, folded, in order."""
    return fold(text).split()


def fold_key(text: str) -> str:
    """A tag, label, track or mime type as it is compared: without case, accents and extra white space."""
    return " ".join(_compose(text).translate(_KEYS).split())


def fold_uri(text: str) -> str:
    """A uri as it is compared: only case does not matter."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def is_spaceless(word: str) -> bool:
    """Whether ``word`` is a single character of a script written without spaces."""
    return len(word) == 1 and _within(ord(word), _SPACELESS)


def join_words(parts: tuple[str, ...]) -> str:
    """Words as a person would write them: no spaces where the script has none. ``words`` is the way back."""
    text = ""
    for part in parts:
        glue = " " if text and not (is_spaceless(text[-1]) and is_spaceless(part)) else ""
        text += glue + part
    return text


# ---------------------------------------------------------------------------------- offsets in the original

_UNKNOWN: Final = 255
_LENGTHS: Final[NDArray[np.uint8]] = np.full(0x110000, _UNKNOWN, dtype=np.uint8)
"""Length of each code point's fold, filled in as they are met."""


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text that knows where its characters came from."""

    folded: str
    _ends: NDArray[np.int64] | None
    """For each original character the folded offset where its fold ends; None: same offsets on both sides."""
    _starts: tuple[int, ...] | None
    """Where the original was not composed: the original offset of each composed character, and the length."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original characters behind the folded ones from ``start`` up to ``end`` (at least one)."""
        if self._ends is None:
            return start, end
        first = int(np.searchsorted(self._ends, start, side="right"))
        last = int(np.searchsorted(self._ends, end - 1, side="right")) + 1
        if self._starts is None:
            return first, last
        return self._starts[first], self._starts[last]


def fold_with_offsets(text: str) -> FoldedText:
    """Like :func:`fold`, for finding words and saying where in ``text`` they stand."""
    if text.isascii() and "\x02" not in text:
        return FoldedText(fold(text), None, None)
    starts: tuple[int, ...] | None = None
    if not unicodedata.is_normalized("NFC", text):
        composed: list[str] = []
        offsets: list[int] = []
        for start, end in _clusters(text):
            joined = unicodedata.normalize("NFC", text[start:end])
            composed.append(joined)
            offsets.extend([start] * len(joined))
        starts = (*offsets, len(text))
        text = "".join(composed)
    folded = fold(text)
    for char in set(text):
        code = ord(char)
        if _LENGTHS[code] == _UNKNOWN:
            _LENGTHS[code] = len(_WORDS[code])
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return FoldedText(folded, np.cumsum(_LENGTHS[codes], dtype=np.int64), starts)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Pieces that normalise on their own: a character and what can join it from behind."""
    start = 0
    for index in range(1, len(text)):
        code = ord(text[index])
        if code >= 0x300 and (unicodedata.category(text[index])[0] == "M" or _within(code, _JOINS_PREVIOUS)):
            continue
        yield start, index
        start = index
    if text:
        yield start, len(text)


# --------------------------------------------------------------------------------------------- finding words


@dataclass(frozen=True, slots=True)
class Term:
    """Words looked for next to each other; one word in most cases. ``is_prefix``: the last may go on."""

    words: tuple[str, ...]
    is_prefix: bool = False

    @property
    def display(self) -> str:
        """The form :meth:`parse` takes: words joined, a star behind a prefix."""
        return join_words(self.words) + ("*" if self.is_prefix else "")

    @classmethod
    def parse(cls, text: str) -> Term | None:
        """The term in ``text``, a trailing star meaning a prefix; None if it holds no word."""
        found = tuple(words(text))
        if not found:
            return None
        # Behind a character that is a word of its own there is nothing that could go on.
        return cls(found, text.rstrip().endswith("*") and not is_spaceless(found[-1]))


def find_term(folded: str, term: Term, start: int = 0) -> Iterator[tuple[int, int]]:
    """Where ``term`` stands in ``folded`` (from ``fold``), as folded offsets, in order, not overlapping."""
    if len(term.words) == 1:
        yield from _find_word(folded, term.words[0], start, is_prefix=term.is_prefix)
        return
    tail = r"[^ ]*" if term.is_prefix else ""
    rest = re.compile(" +" + " +".join(map(re.escape, term.words[1:])) + tail + r"(?![^ ])")
    position = start
    for first, end in _find_word(folded, term.words[0], start):
        if first < position:
            continue
        match = rest.match(folded, end)
        if match is not None:
            yield first, match.end()
            position = match.end()


def _find_word(folded: str, word: str, start: int, *, is_prefix: bool = False) -> Iterator[tuple[int, int]]:
    length = len(word)
    at = folded.find(word, start)
    while at >= 0:
        end = at + length
        if at == 0 or folded[at - 1] == " ":
            if is_prefix:
                stop = folded.find(" ", end)
                end = stop if stop >= 0 else len(folded)
            if end == len(folded) or folded[end] == " ":
                yield at, end
                at = folded.find(word, end)
                continue
        at = folded.find(word, at + 1)


# ---------------------------------------------------------------------------------------------------- marking


def term_spans(folded: FoldedText, term: Term) -> list[Span]:
    """Where ``term`` stands in the original text, in order."""
    return [folded.span(first, last) for first, last in find_term(folded.folded, term)]


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Ascending and without overlaps."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def find_spans(text: str, terms: Iterable[str], *, limit: int | None = None) -> list[Span]:
    """Where ``terms`` stand in ``text``: (start, end) in characters, ascending, never overlapping."""
    wanted = [term for term in map(Term.parse, terms) if term is not None]
    if not wanted or not text:
        return []
    folded = fold_with_offsets(text)
    return merge_spans([span for term in wanted for span in term_spans(folded, term)])[:limit]
