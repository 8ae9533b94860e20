"""From what a person typed to a :mod:`query <engine.search.query>`.

:func:`parse` reads a finished query and explains what is wrong with it. :func:`parse_lenient` reads one
that is still being typed: whatever is missing is supplied, whatever makes no sense yet is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engine.errors import QueryError
from engine.limits import MAX_QUERY_CHARS, MAX_QUERY_DEPTH
from engine.search.periods import EXAMPLES, read_bounds
from engine.search.query import (
    DATE_FIELD,
    FIELDS,
    KINDS,
    OPERATORS,
    WORD_FIELD,
    Dates,
    Everything,
    Key,
    Not,
    Query,
    Words,
    all_of,
    any_of,
)
from engine.text import fold, fold_key

_QUOTES: Final = {'"': '"', "“": "“”", "„": "“”", "”": "”"}
"""What opens a quotation, and what ends it."""

_FIELD: Final = re.compile(rf"({'|'.join(FIELDS)}):", re.IGNORECASE)
_RANGE: Final = re.compile(r"\s*(\S*)\s+TO(?:\s+(\S*))?\s*", re.IGNORECASE)

MIN_TYPED_PREFIX: Final = 2
"""While typing, the last word stands for all that begin with it from this length on."""


def parse(text: str) -> Query:
    """The meaning of a finished query. Raises QueryError with words for a person and the position."""
    return _Parser(text, is_typing=False).read()


def parse_lenient(text: str) -> Query:
    """The best meaning of a query that is still being typed; never raises QueryError.

    The last word, if nothing follows it, stands for all words that begin with it.
    """
    return _Parser(text[:MAX_QUERY_CHARS], is_typing=True).read()


@dataclass(frozen=True, slots=True)
class _Token:
    """``kind``: ( ) AND OR NOT, word, quoted, field, range or end. ``position``: where it begins."""

    kind: str
    position: int
    text: str = ""
    has_star: bool = False
    is_last: bool = False
    """Nothing, not even a space, comes behind it."""

    @property
    def written(self) -> str:
        """How the person wrote it."""
        return f"{self.text}:" if self.kind == "field" else self.text or self.kind


class _Scanner:
    """Cuts a query into tokens."""

    def __init__(self, text: str, *, is_typing: bool) -> None:
        self._text = text
        self._at = 0
        self._is_typing = is_typing

    def tokens(self) -> list[_Token]:
        found: list[_Token] = []
        while True:
            self._skip_space()
            if self._at >= len(self._text):
                found.append(_Token("end", self._at))
                return found
            if found and found[-1].kind == "field":
                found.append(self._value(found[-1]))
            else:
                found.append(self._next())

    def _skip_space(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _next(self) -> _Token:
        text, start = self._text, self._at
        char = text[start]
        if char in "()":
            self._at += 1
            return _Token(char, start)
        if char in _QUOTES:
            return self._quoted()
        if char == "-" and start + 1 < len(text) and not text[start + 1].isspace() and text[start + 1] != ")":
            self._at += 1
            return _Token("NOT", start, "-")
        field = _FIELD.match(text, start)
        if field is not None:
            self._at = field.end()
            return _Token("field", start, field[1].lower())
        while self._at < len(text) and not self._ends_word(text[self._at]):
            self._at += 1
        word = text[start : self._at]
        if word in OPERATORS:
            return _Token(word, start, word)
        return self._word(word, start)

    def _ends_word(self, char: str) -> bool:
        return char.isspace() or char in "()" or char in _QUOTES

    def _word(self, word: str, start: int) -> _Token:
        stem = word.rstrip("*")
        is_star = len(stem) < len(word)
        # A star on its own means everything; it stays the text.
        text = stem or ("*" if is_star else word)
        return _Token("word", start, text, is_star and bool(stem), self._at >= len(self._text))

    def _value(self, field: _Token) -> _Token:
        """What stands behind ``name:``. Unlike a word it may contain quotes and balanced parentheses."""
        text, start = self._text, self._at
        if text[start] in _QUOTES:
            return self._quoted()
        if field.text == DATE_FIELD and text[start] == "[":
            return self._range()
        depth = 0
        while self._at < len(text) and not text[self._at].isspace():
            depth += {"(": 1, ")": -1}.get(text[self._at], 0)
            if depth < 0:
                break
            self._at += 1
        value = text[start : self._at]
        if not value or value[0] == "(" or value in OPERATORS:
            self._at = start
            return self._next()
        if field.text == WORD_FIELD:
            return self._word(value, start)
        return _Token("word", start, value, is_last=self._at >= len(text))

    def _quoted(self) -> _Token:
        text, start = self._text, self._at
        closing = _QUOTES[text[start]]
        self._at += 1
        out: list[str] = []
        while self._at < len(text) and text[self._at] not in closing:
            if text[self._at] == "\\" and text[self._at + 1 : self._at + 2] in ('"', "\\"):
                self._at += 1
            out.append(text[self._at])
            self._at += 1
        is_open = self._at >= len(text)
        if is_open and not self._is_typing:
            raise QueryError("This quotation has no end: put a second quote behind it.", start)
        self._at += 1
        has_star = text[self._at : self._at + 1] == "*"
        if has_star:
            self._at += 1
        return _Token("quoted", start, "".join(out), has_star, is_open)

    def _range(self) -> _Token:
        text, start = self._text, self._at
        end = text.find("]", start)
        if end < 0:
            if not self._is_typing:
                raise QueryError("This date range has no end: close it with ].", start)
            end = len(text)
        self._at = end + 1
        return _Token("range", start, text[start + 1 : end])


class _Parser:
    """Recursive descent over the tokens. While typing, every complaint becomes a guess."""

    def __init__(self, text: str, *, is_typing: bool) -> None:
        if len(text) > MAX_QUERY_CHARS:
            raise QueryError(
                f"This query is too long: {len(text):,} characters, at most {MAX_QUERY_CHARS:,} are read.",
                MAX_QUERY_CHARS,
            )
        self._is_typing = is_typing
        self._tokens = _Scanner(text, is_typing=is_typing).tokens()
        self._index = 0
        self._depth = 0

    def read(self) -> Query:
        parts: list[Query] = []
        while self._token.kind != "end":
            part = self._any()
            if part is not None:
                parts.append(part)
            if self._token.kind == ")":
                self._complain("There is no opening parenthesis for this one.", self._token.position)
                self._advance()
        return all_of(parts)

    @property
    def _token(self) -> _Token:
        return self._tokens[self._index]

    def _advance(self) -> _Token:
        token = self._token
        if token.kind != "end":
            self._index += 1
        return token

    def _complain(self, message: str, position: int) -> None:
        if not self._is_typing:
            raise QueryError(message, position)

    def _any(self) -> Query | None:
        """``any`` of the grammar; None: there is nothing here (only while typing)."""
        parts: list[Query] = []
        while True:
            part = self._all()
            if part is not None:
                parts.append(part)
            if self._token.kind != "OR":
                return any_of(parts) if parts else None
            operator = self._advance()
            if part is None:
                self._complain("In front of OR there is nothing to search for.", operator.position)
            self._expect_operand(operator)

    def _all(self) -> Query | None:
        parts: list[Query] = []
        while True:
            token = self._token
            if token.kind in ("end", ")", "OR"):
                return all_of(parts) if parts else None
            if token.kind == "AND":
                self._advance()
                if not parts:
                    self._complain("In front of AND there is nothing to search for.", token.position)
                self._expect_operand(token)
                continue
            part = self._not()
            if part is not None:
                parts.append(part)

    def _expect_operand(self, operator: _Token) -> None:
        if self._token.kind in ("end", ")", "AND", "OR"):
            self._complain(f"Behind {operator.written} there is nothing to search for.", operator.position)

    def _not(self) -> Query | None:
        negations = 0
        while self._token.kind == "NOT":
            operator = self._advance()
            negations += 1
            self._expect_operand(operator)
        part = self._one()
        if part is None:
            return None
        # Twice not is what it was; nobody nests deeper and nothing is lost.
        return Not(part) if negations % 2 else part

    def _one(self) -> Query | None:
        token = self._token
        if token.kind in ("end", ")", "AND", "OR"):
            return None  # complained about by whoever wanted an operand
        self._advance()
        if token.kind == "(":
            return self._group(token)
        if token.kind == "field":
            return self._field(token)
        return self._words(token)

    def _group(self, opening: _Token) -> Query | None:
        self._depth += 1
        if self._depth > MAX_QUERY_DEPTH:
            self._complain("The parentheses are nested too deep.", opening.position)
            self._index = len(self._tokens) - 1
            return None
        part = self._any()
        self._depth -= 1
        if self._token.kind == ")":
            self._advance()
            if part is None:
                self._complain("There is nothing between these parentheses.", opening.position)
        else:
            self._complain("This parenthesis has no end: close it with ).", opening.position)
        return part

    def _words(self, token: _Token, *, in_title: bool = False) -> Query:
        if token.kind == "word" and token.text == "*" and not in_title:
            return Everything()
        return Words(token.text, token.has_star or self._goes_on(token), in_title)

    def _goes_on(self, token: _Token) -> bool:
        """Whether the person may still be in the middle of its last word."""
        if not (self._is_typing and token.is_last):
            return False
        folded = fold(token.text)
        # Behind a comma, or a character that is a word of its own, the next word would begin.
        return not folded.endswith(" ") and len(folded[folded.rfind(" ") + 1 :]) >= MIN_TYPED_PREFIX

    def _field(self, field: _Token) -> Query | None:
        value = self._token
        if value.kind not in ("word", "quoted", "range") or not value.text.strip():
            wanted = "a date" if field.text == DATE_FIELD else "a word, or several in quotes"
            self._complain(f"Behind {field.text}: there has to be {wanted}.", field.position)
            if value.kind in ("word", "quoted", "range"):
                self._advance()
            return None
        self._advance()
        if field.text == WORD_FIELD:
            return self._words(value, in_title=True)
        if field.text == DATE_FIELD:
            return self._dates(value)
        if field.text == "kind" and fold_key(value.text) not in KINDS:
            self._complain(f"There is no kind “{value.text}”, only {', '.join(KINDS)}.", value.position)
            return None
        return Key(field.text, value.text, value.kind == "quoted")

    def _dates(self, value: _Token) -> Query | None:
        first = last = value.text.strip()
        if value.kind == "range":
            match = _RANGE.fullmatch(value.text)
            if match is None:
                self._complain("A date range is written [2024-01 TO 2024-03].", value.position)
                return None
            first, last = match[1] or "*", match[2] or "*"
        bounds = read_bounds(first, last)
        if bounds is None:
            wrong = first if read_bounds(first, "*") is None else last
            self._complain(f"“{wrong}” is no date. Write {EXAMPLES}.", value.position)
            return None
        low, high = bounds
        if low is not None and high is not None and low > high:
            self._complain("This date range ends before it begins.", value.position)
            return None
        return Dates(first, last)
