"""What a query means: a tree of what must, may and must not hold of a document.

::

    query  = any                                  weir removal
    any    = all {"OR" all}                       weir OR dam
    all    = not {["AND"] not}                    weir AND NOT removal
    not    = {"NOT" | "-"} one                    weir -removal
    one    = "(" any ")" | words | field          (weir OR dam) tag:site
    words  = word | word"*" | quoted | quoted"*"  upper weir, plan*, "upper weir"
    field  = name ":" value                       title: tag: label: track: mime: kind: uri: date:
    date   = period | "[" bound "TO" bound "]"    date:2024-03, date:[2024-01 TO *]

Operators are upper case; ``or`` is a word like any other. A name followed by a colon that is no field
(``http:``) is a word too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.types import Kind

WORD_FIELD: Final = "title"
KEY_FIELDS: Final = ("uri", "tag", "label", "track", "mime", "kind")
DATE_FIELD: Final = "date"
FIELDS: Final = (WORD_FIELD, *KEY_FIELDS, DATE_FIELD)
KINDS: Final = tuple(str(kind) for kind in Kind)
OPERATORS: Final = ("AND", "OR", "NOT")


@dataclass(frozen=True, slots=True)
class Everything:
    """All documents: the empty query, or a star on its own."""


@dataclass(frozen=True, slots=True)
class Words:
    """These words next to each other, anywhere in a document or only in its title.

    ``is_prefix``: the last one may go on.
    """

    text: str
    is_prefix: bool = False
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A document's uri, tag, label, track, mime type or kind is this.

    ``is_literal``: it was quoted, so it is the whole of it and a star is a star.
    """

    field: str
    value: str
    is_literal: bool = False

    @property
    def is_glob(self) -> bool:
        """Whether a star in it stands for anything."""
        return not self.is_literal and "*" in self.value


@dataclass(frozen=True, slots=True)
class Dates:
    """A document's own time is between the beginning of ``first`` and the end of ``last``; ``*``: open."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class And:
    """All of these, at least two, none of them an And."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these, at least two, none of them an Or."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but this."""

    part: Query


Query = Everything | Words | Key | Dates | And | Or | Not


def all_of(parts: list[Query]) -> Query:
    """The conjunction of ``parts``, flat."""
    flat = [item for part in parts for item in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat)) if flat else Everything()


def any_of(parts: list[Query]) -> Query:
    """The disjunction of ``parts``, flat."""
    flat = [item for part in parts for item in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat)) if flat else Everything()


# --------------------------------------------------------------------------------------------- back to text


def format_query(query: Query) -> str:
    """A text that is read as ``query`` again."""
    return "" if isinstance(query, Everything) else _format(query, level=0)


def quote(text: str) -> str:
    """``text`` in quotes, whatever it contains."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _format(query: Query, level: int) -> str:
    """``level`` 0: anything may stand here; 1: what binds like AND; 2: a single thing."""
    match query:
        case Everything():
            return "*"
        case Words(text, is_prefix, in_title):
            return ("title:" if in_title else "") + quote(text) + ("*" if is_prefix else "")
        case Key(field, value, is_literal):
            return f"{field}:{quote(value) if is_literal else value}"
        case Dates(first, last):
            if first != last:
                return f"date:[{first} TO {last}]"
            return f"date:{quote(first) if ' ' in first else first}"
        case Not(part):
            return f"NOT {_format(part, 2)}"
        case And(parts):
            text = " ".join(_format(part, 2) for part in parts)
            return f"({text})" if level > 1 else text
        case Or(parts):
            text = " OR ".join(_format(part, 1) for part in parts)
            return f"({text})" if level > 0 else text
