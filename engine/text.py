"""What counts as the same word: one fold for the index, queries, snippets, viewers and the pages of a PDF.

Text falls into clusters, a character and the marks behind it, and each of them folds on its own. That is what
makes a text foldable in pieces and lets every folded character be traced to where it came from. A cluster becomes

* a space, if it separates words (punctuation, symbols, white space),
* nothing, if it only decorates (accents, vowel points, soft hyphens, whatever cannot be seen),
* itself between two spaces, in scripts written without spaces, so that any run inside a run is findable,
* its lower-case base letters otherwise (``É`` → ``e``, ``ß`` → ``ss``, ``ﬁ`` → ``fi``).

There is no stemming: a result set is exactly the documents that hold the words asked for, in every language.
"""

from __future__ import annotations

import heapq
import re
import threading
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice
from typing import Final

FOLD_VERSION: Final = f"2/unicode-{unicodedata.unidata_version}"
"""Changes whenever the same text could fold to other words; an index made with another one is rebuilt."""

PIECE_CHARS: Final = 2048
"""Texts are folded in pieces of about this many characters: a few C calls each, some ten microseconds."""

MAX_KEY_CHARS: Final = 8192
"""Of a longer tag or address the beginning counts: putting marks into order can take quadratic time."""

Span = tuple[int, int]
"""Where something begins in a text, and where it ends (the first character behind it)."""

_PLAIN_BASES: Final = {
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t",
    "ĸ": "k", "ŋ": "n", "ƀ": "b", "ɨ": "i", "ʉ": "u", "ɵ": "o",
}  # fmt: skip
"""Letters people type without their stroke or tie, though Unicode does not decompose them. Lower case."""

_HYPHENS: Final = "\u00ad\x02\ufffe"
"""Hyphens that are not the word's own, the last two from PDF: the word goes on, behind the line's end too."""

_UNSEEN: Final = frozenset("\x02\ufffe\u0640\u115f\u1160")
"""Beside all format characters: the hyphens of PDF, the stroke that stretches Arabic words, Hangul fillers."""

_DECORATION: Final = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x06D6, 0x06ED), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
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

_JAMO: Final = ((0x1160, 0x11FF), (0xD7B0, 0xD7FF))
"""Hangul vowels and finals: letters, yet they join what stands before."""

_MAX_MARKS: Final = 32
"""More marks than this on one character begin another cluster; no language needs so many."""


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _is_unseen(char: str) -> bool:
    return char in _UNSEEN or unicodedata.category(char) == "Cf"


# ------------------------------------------------------------------------------------------------ one cluster

LINE_HYPHEN: Final = re.compile(rf"[{_HYPHENS}](?:\r\n?|\n)|[\x02\ufffe]")
"""What parts a word only because a line ends there, in PDF text also without the line's end."""


def _fold_cluster(text: str, *, keeps_signs: bool = False) -> str:
    """Without case, decoration and what cannot be seen; spaces for separators, unless signs are to be kept."""
    seen = "".join([char for char in LINE_HYPHEN.sub("", text) if not _is_unseen(char)])
    out = []
    for char in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", seen).casefold()):
        category = unicodedata.category(char)
        if _is_unseen(char) or (category[0] == "M" and _within(ord(char), _DECORATION)):
            continue
        if char.isalnum() or category[0] == "M":
            out.append(_PLAIN_BASES.get(char, char))
        elif keeps_signs and category[0] != "Z" and not char.isspace():
            out.append("\ufffd" if category == "Cs" else char)  # half of a pair cannot be written as UTF-8
        else:
            out.append(" ")
    return unicodedata.normalize("NFC", "".join(out))


def _is_joining(char: str) -> bool:
    """Whether ``char`` may change what stands before it, or leaves nothing behind."""
    folded = _fold_cluster(char)
    return not folded or _is_mark(char) or _is_mark(folded[0]) or _within(ord(folded[0]), _JAMO)


class _WordTable(dict[int, str]):
    """For ``str.translate``: what a character becomes on its own, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_cluster(chr(code))
        if folded.isspace():
            folded = " "
        else:
            folded = "".join([f" {char} " if is_spaceless(char) else char for char in folded])
        self[code] = folded
        return folded


class _LengthTable(dict[int, str]):
    """The length of what a character becomes on its own, as the character of that number."""

    def __missing__(self, code: int) -> str:
        length = self[code] = chr(len(_WORDS[code]))
        return length


class _QuickTable(dict[int, str]):
    """The word table with a flag for joining characters: those have to be seen with what they join."""

    def __missing__(self, code: int) -> str:
        is_joining = _is_joining(chr(code))
        if is_joining:
            _CLUSTERS.learn(code)
        folded = self[code] = _FLAG if is_joining else _WORDS[code]
        return folded


class _Clusters:
    """Knows the joining characters that were met so far, anywhere. ``pattern`` has a group for a cluster."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: set[int] = set()
        self._joining = ""
        self._pattern: re.Pattern[str] | None = None

    def learn(self, code: int) -> None:
        """Take in ``code`` and its neighbours: a text that has one of them soon has others."""
        block = code >> 6
        with self._lock:
            if block not in self._blocks:
                self._blocks.add(block)
                near = map(chr, range(block << 6, (block + 1) << 6))
                self._joining += "".join(re.escape(char) for char in near if _is_joining(char))
                self._pattern = None

    @property
    def pattern(self) -> re.Pattern[str]:
        with self._lock:
            if self._pattern is None:
                marks = f"[{self._joining}]"
                over_line = rf"(?<=[{_HYPHENS}])(?:\r\n?|\n){marks}{{0,{_MAX_MARKS}}}"
                self._pattern = re.compile(f"([^{self._joining}]?{marks}{{1,{_MAX_MARKS}}}(?:{over_line})?)")
            return self._pattern


_FLAG: Final = "\x1e"
_WORDS: Final = _WordTable()
_LENGTHS: Final = _LengthTable()
_QUICK: Final = _QuickTable()
_CLUSTERS: Final = _Clusters()


_cluster_fold: Final = lru_cache(maxsize=16_384)(_fold_cluster)


@lru_cache(maxsize=16_384)
def _is_more(cluster: str) -> bool:
    """Whether a cluster is more than the sum of its characters."""
    return _cluster_fold(cluster).translate(_WORDS) != cluster.translate(_WORDS)


# ------------------------------------------------------------------------------------------------- whole texts


def fold(text: str) -> str:
    """The words of ``text`` in their folded form, separated by one or more spaces."""
    if len(text) <= PIECE_CHARS:
        return _fold_piece(text)
    return "".join([_fold_piece(piece) for piece in _pieces(text)])


def words(text: str) -> list[str]:
    """The words of ``text``, folded, in order."""
    return fold(text).split()


def fold_key(text: str) -> str:
    """A tag, label, track or mime type as it is compared: without case, accents and extra white space."""
    text = text[:MAX_KEY_CHARS]
    if text.isascii() and "\x02" not in text:
        return " ".join(text.lower().split())
    return " ".join(_fold_cluster(text, keeps_signs=True).split())


def fold_uri(text: str) -> str:
    """A uri as it is compared: only case does not matter."""
    text = text[:MAX_KEY_CHARS].encode("utf-8", "replace").decode("utf-8")
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def is_spaceless(word: str) -> bool:
    """Whether ``word`` is a single character of a script written without spaces."""
    return len(word) == 1 and _within(ord(word), _SPACELESS)


def join_words(parts: tuple[str, ...]) -> str:
    """Words as a person would write them: no spaces where the script has none. ``words`` is the way back."""
    text = ""
    for part in parts:
        joined = text + part
        is_run = bool(text) and is_spaceless(text[-1]) and is_spaceless(part)
        # A mark that was a word of its own must not join the word before it.
        stays = is_run and unicodedata.is_normalized("NFKC", joined)
        text = joined if stays or not text else f"{text} {part}"
    return text


def _pieces(text: str) -> Iterator[str]:
    """``text`` in pieces that fold like the whole: none begins inside a cluster."""
    start, length = 0, len(text)
    while length - start > PIECE_CHARS:
        end = start + PIECE_CHARS
        while end < length and _goes_on(text[end - 1], text[end]):
            end += 1
        yield text[start:end]
        start = end
    if start < length:
        yield text[start:]


def _goes_on(before: str, char: str) -> bool:
    if char in "\r\n":
        return before in _HYPHENS or before == "\r"
    return _QUICK[ord(char)] == _FLAG


def _fold_piece(piece: str) -> str:
    folded = piece.translate(_QUICK)
    if _FLAG not in folded:
        return folded
    # What a cluster folds to, folds to itself: the table only sets apart what is to stand between spaces.
    parts = _CLUSTERS.pattern.split(piece)
    parts[1::2] = map(_cluster_fold, parts[1::2])
    return "".join(parts).translate(_WORDS)


# ---------------------------------------------------------------------------------- offsets in the original


class FoldedText:
    """A folded text that knows where its characters came from. Tracing costs only where it is asked for."""

    __slots__ = ("_folded_starts", "_is_same", "_pieces", "_starts", "_traced", "folded")

    def __init__(self, text: str) -> None:
        self._is_same = text.isascii() and "\x02" not in text
        """Every character becomes one."""
        self._pieces = list(_pieces(text))
        folded = [_fold_piece(piece) for piece in self._pieces]
        self.folded = "".join(folded)
        self._starts = [0, *accumulate(map(len, self._pieces))]
        self._folded_starts = [0, *accumulate(map(len, folded))]
        self._traced: dict[int, _Trace] = {}

    def span(self, start: int, end: int) -> Span:
        """The original characters behind the folded ones from ``start`` up to ``end`` (at least one).

        Marks behind the last one that leave nothing belong to it.
        """
        if self._is_same:
            return start, end
        first, trace = self._piece(start)
        last, end_trace = self._piece(end - 1)
        return (
            self._starts[first] + trace.first(start - self._folded_starts[first]),
            self._starts[last] + end_trace.end(end - self._folded_starts[last]),
        )

    def _piece(self, offset: int) -> tuple[int, _Trace]:
        """The piece a folded character comes from."""
        number = bisect_right(self._folded_starts, offset) - 1
        trace = self._traced.get(number)
        if trace is None:
            trace = self._traced[number] = _Trace(self._pieces[number])
        return number, trace


class _Trace:
    """Where the folded characters of one piece come from."""

    __slots__ = ("_clusters", "_ends")

    def __init__(self, piece: str) -> None:
        self._clusters: list[Span] = []
        """Those that are more than the sum of their characters."""
        self._ends: Sequence[int]
        """For each original character the folded offset where its fold ends."""
        widths = piece.translate(_LENGTHS)
        has_joining = _FLAG in piece.translate(_QUICK)
        if not has_joining and widths.count("\x01") == len(widths):
            self._ends = range(1, len(widths) + 1)
            return
        lengths = list(map(ord, widths))
        if has_joining:
            parts = _CLUSTERS.pattern.split(piece)
            if any(map(_is_more, parts[1::2])):
                self._add_clusters(parts, lengths)
        self._ends = list(accumulate(lengths))

    def _add_clusters(self, parts: list[str], lengths: list[int]) -> None:
        end = 0
        for number, part in enumerate(parts):
            start, end = end, end + len(part)
            if number % 2 and _is_more(part):
                folded = _cluster_fold(part).translate(_WORDS)
                lengths[start:end] = [len(folded), *[0] * (end - start - 1)]
                self._clusters.append((start, end))

    def first(self, start: int) -> int:
        """The character that the folded one at ``start`` comes from."""
        return bisect_right(self._ends, start)

    def end(self, end: int) -> int:
        """Behind the character that the folded one before ``end`` comes from."""
        found = max(bisect_right(self._ends, end - 1) + 1, bisect_right(self._ends, end))
        at = bisect_right(self._clusters, (found - 1, len(self._ends))) - 1
        return max(found, self._clusters[at][1]) if at >= 0 else found


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
        return cls.of(text, is_prefix=text.rstrip().endswith("*"))

    @classmethod
    def of(cls, text: str, *, is_prefix: bool = False) -> Term | None:
        """The words of ``text``; None if it holds none."""
        found = tuple(words(text))
        if not found:
            return None
        # Behind a character that is a word of its own there is nothing that could go on.
        return cls(found, is_prefix and not is_spaceless(found[-1]))


def find_term(folded: str, term: Term, start: int = 0) -> Iterator[Span]:
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


def _find_word(folded: str, word: str, start: int, *, is_prefix: bool = False) -> Iterator[Span]:
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


def term_spans(folded: FoldedText, term: Term) -> Iterator[Span]:
    """Where ``term`` stands in the original text, in order."""
    return (folded.span(first, last) for first, last in find_term(folded.folded, term))


def merge_spans(spans: Iterable[Span]) -> Iterator[Span]:
    """``spans``, which come in order, without overlaps."""
    held: Span | None = None
    for start, end in spans:
        if held is None:
            held = start, end
        elif start < held[1]:
            held = held[0], max(end, held[1])
        else:
            yield held
            held = start, end
    if held is not None:
        yield held


def find_spans(text: str, terms: Iterable[str], *, limit: int | None = None) -> list[Span]:
    """Where ``terms`` stand in ``text`` as whole words: (start, end) offsets, ascending, never overlapping.

    A term may be several words (found when they follow each other) and may end in ``*`` (any ending). Whatever
    the index takes for the same word is marked. At most ``limit`` spans are returned, the first ones.
    """
    wanted = {term for term in map(Term.parse, terms) if term is not None}
    if not wanted or not text:
        return []
    folded = FoldedText(text)
    found = merge_spans(heapq.merge(*(term_spans(folded, term) for term in wanted)))
    return list(found if limit is None else islice(found, limit))
