"""One way to compare words: case and accents do not count, in the index, in snippets and on a page.

Pure functions over text. Whoever marks a word (a snippet, the text of a viewer, the characters of a PDF page)
uses these, so that what was found is what is marked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

Span = tuple[int, int]

# Letters that Unicode does not take apart, though people type them without the stroke.
_NOT_DECOMPOSED: Final = {
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i",
    "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n",
}  # fmt: skip

# A soft hyphen, the marks PDF text has for a hyphen at the end of a line, joiners: they stand inside a word.
_INVISIBLE: Final = frozenset("\u00ad\u0002\ufffe\u200b\u200c\u200d\u2060\ufeff")

_MARKS: Final = (
    (0x0300, 0x036F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
"""Combining marks of the European scripts. Others (Indic vowel signs, kana voicing) make another word."""


def _fold_character(character: str) -> str:
    if character in _INVISIBLE:
        return ""
    apart = unicodedata.normalize("NFKD", character.casefold()).casefold()
    kept = "".join(c for c in apart if not any(low <= ord(c) <= high for low, high in _MARKS))
    return unicodedata.normalize("NFC", "".join(_NOT_DECOMPOSED.get(c, c) for c in kept)).casefold()


class _FoldTable(dict[int, str]):
    """Filled as characters are met; ``str.translate`` reads it at C speed."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


_TABLE: Final = _FoldTable()


def fold(text: str) -> str:
    """``text`` in lower case without accents; invisible characters inside words are dropped."""
    if text.isascii() and "\x02" not in text:
        return text.lower()
    return text.translate(_TABLE)


def fold_mapped(text: str) -> tuple[str, Sequence[int]]:
    """The folded text and, for each of its characters and its end, the offset in ``text`` it comes from."""
    folded = fold(text)
    if text.isascii() and len(folded) == len(text):
        return folded, range(len(text) + 1)
    if all(len(_TABLE[ord(c)]) == 1 for c in set(text)):
        return folded, range(len(text) + 1)
    offsets: list[int] = []
    for position, character in enumerate(text):
        width = len(_TABLE[ord(character)])
        if width:
            offsets.extend([position] * width)
    offsets.append(len(text))
    return folded, offsets


def words(text: str) -> list[str]:
    """The folded words of ``text``: runs of letters and digits."""
    return _WORD.findall(fold(text))


def find_spans(text: str, terms: Iterable[str], *, limit: int | None = None) -> list[Span]:
    """Where ``terms`` stand in ``text`` as whole words: (start, end) offsets, ascending, never overlapping.

    A term may be several words (found when they follow each other) and may end in ``*`` (any ending). Case
    and accents do not count on either side. At most ``limit`` spans are returned.
    """
    pattern = _pattern(tuple(terms))
    if pattern is None:
        return []
    folded, offsets = fold_mapped(text)
    spans: list[Span] = []
    for match in pattern.finditer(folded):
        start, end = match.span()
        spans.append((offsets[start], max(offsets[end], offsets[end - 1] + 1)))
        if limit is not None and len(spans) >= limit:
            break
    return spans


_WORD: Final = re.compile(r"[^\W_]+")
_LETTER: Final = r"[^\W_]"
# Scripts written without blanks between words: a term may begin and end anywhere in a run.
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)


@lru_cache(maxsize=64)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    choices: set[str] = set()
    for term in terms:
        parts = words(term)
        if not parts:
            continue
        body = r"[\W_]+".join(re.escape(part) for part in parts)
        before = "" if _UNSPACED.match(parts[0]) else f"(?<!{_LETTER})"
        if term.rstrip().endswith("*"):
            after = f"{_LETTER}*"
        else:
            after = "" if _UNSPACED.match(parts[-1][-1]) else f"(?!{_LETTER})"
        choices.add(before + body + after)
    if not choices:
        return None
    return re.compile("|".join(sorted(choices, key=lambda choice: (-len(choice), choice))))
