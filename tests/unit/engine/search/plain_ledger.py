"""A store in lists, and the plainest possible answer to a query: what the real search is compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import ContentGone
from engine.search.periods import read_bounds
from engine.search.query import And, Dates, Everything, Key, Not, Or, Query, Words
from engine.types import Kind, Place

FOREVER = 1 << 60


@dataclass(frozen=True)
class Entry:
    """One frame. ``group``: versions of a document with the same content, and its parts."""

    frame_id: int
    is_part: bool = False
    title: str = ""
    text: str = ""
    uri: str = ""
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    track: str | None = None
    mime: str = "text/plain"
    kind: Kind = Kind.TEXT
    timestamp: int = 0
    group: int = -1
    page: int | None = None
    is_carrier: bool = False


@dataclass(frozen=True)
class Seen:
    document_of: NDArray[np.int64]
    documents: NDArray[np.int64]


@dataclass
class PlainLedger:
    """One revision per change, like a capsule. Visibility by looping over everything."""

    name: str = "a capsule"
    entries: list[Entry] = field(default_factory=list)
    born: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    revision: int = 0
    gone: set[int] = field(default_factory=set)
    """Frames whose content cannot be read."""

    # --- changes

    def _add(self, **values: object) -> int:
        frame_id = len(self.entries)
        entry = Entry(**{**values, "frame_id": frame_id})  # type: ignore[arg-type]
        self.entries.append(entry if entry.group >= 0 else replace(entry, group=frame_id))
        self.born.append(self.revision)
        self.ended.append(FOREVER)
        return frame_id

    def put(self, text: str = "", *, parts: tuple[str, ...] = (), **values: object) -> int:
        self.revision += 1
        frame_id = self._add(text=text, **values)
        for number, part in enumerate(parts, 1):
            self._add(is_part=True, text=part, group=frame_id, page=number)
        return frame_id

    def carry(self) -> int:
        """A frame of our own bookkeeping."""
        frame_id = self._add(is_carrier=True, is_part=True, text="carrier")
        self.ended[frame_id] = self.revision
        return frame_id

    def update(self, old: int, text: str, *, parts: tuple[str, ...] = (), **values: object) -> int:
        kept = {key: getattr(self.entries[old], key) for key in ("title", "uri", "tags", "timestamp", "kind")}
        new = self.put(text, parts=parts, **{**kept, **values})
        self.ended[old] = self.revision
        return new

    def change(self, old: int, **values: object) -> int:
        """A new version with the same content: retagged, renamed, restored."""
        self.revision += 1
        new = self._add(**{**vars(self.entries[old]), **values})
        if self.ended[old] == FOREVER:
            self.ended[old] = self.revision
        return new

    def delete(self, frame_id: int) -> None:
        self.revision += 1
        self.ended[frame_id] = self.revision

    # --- what the engine asks

    @property
    def frame_count(self) -> int:
        return len(self.entries)

    @property
    def timestamps(self) -> NDArray[np.int64]:
        return np.array([entry.timestamp for entry in self.entries], np.int64)

    def identity(self, frame_count: int) -> str:
        last = self.entries[frame_count - 1].text if frame_count else ""
        return f"{self.name}/{frame_count}/{last}"

    def index_entry(self, frame_id: int) -> Entry | None:
        entry = self.entries[frame_id]
        return None if entry.is_carrier else entry

    def versions(self, revision: int) -> dict[int, list[int]]:
        """Visible documents and all their visible frames, themselves first."""
        alive = [
            entry
            for entry in self.entries
            if not entry.is_carrier and self.born[entry.frame_id] <= revision < self.ended[entry.frame_id]
        ]
        found = {entry.frame_id: [entry.frame_id] for entry in alive if not entry.is_part}
        of_group = {self.entries[each].group: each for each in found}
        for entry in alive:
            if entry.is_part and entry.group in of_group:
                found[of_group[entry.group]].append(entry.frame_id)
        return found

    def visible(self, revision: int) -> Seen:
        count = sum(born <= revision for born in self.born)
        document_of = np.full(count, -1, np.int64)
        versions = self.versions(revision)
        for document, frames in versions.items():
            document_of[frames] = document
        return Seen(document_of, np.array(sorted(versions), np.int64))

    def place(self, frame_id: int) -> Place | None:
        page = self.entries[frame_id].page
        return None if page is None else Place(page=page)

    def title(self, frame_id: int) -> str:
        return self.entries[frame_id].title

    def uri(self, frame_id: int) -> str:
        return self.entries[frame_id].uri

    def mime(self, frame_id: int) -> str:
        return self.entries[frame_id].mime

    def kind(self, frame_id: int) -> Kind:
        return self.entries[frame_id].kind

    def text(self, frame_id: int) -> str:
        if frame_id in self.gone:
            raise ContentGone("no content")
        return self.entries[frame_id].text

    # --- the plain answer

    def matching(self, query: Query, revision: int) -> set[int]:
        """The documents that match: words of ASCII letters and digits only, tags without special signs."""
        return {
            document
            for document, frames in self.versions(revision).items()
            if self._matches(query, document, frames)
        }

    def _matches(self, query: Query, document: int, frames: list[int]) -> bool:
        own = self.entries[document]
        match query:
            case Everything():
                return True
            case And(parts):
                return all(self._matches(part, document, frames) for part in parts)
            case Or(parts):
                return any(self._matches(part, document, frames) for part in parts)
            case Not(part):
                return not self._matches(part, document, frames)
            case Words(text, is_prefix, in_title):
                titles = [own.title] if in_title else [self.entries[each].title for each in frames]
                texts = [] if in_title else [self.entries[each].text for each in frames]
                return any(_holds(where, text, is_prefix=is_prefix) for where in titles + texts)
            case Key(name, value, is_literal):
                return _has_key(own, name, value.lower(), is_literal=is_literal)
            case Dates(first, last):
                bounds = read_bounds(first, last)
                assert bounds is not None
                low, high = bounds
                return (low is None or own.timestamp >= low) and (high is None or own.timestamp <= high)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _holds(where: str, what: str, *, is_prefix: bool) -> bool:
    there, wanted = _tokens(where), _tokens(what)
    for start in range(len(there) - len(wanted) + 1):
        piece = there[start : start + len(wanted)]
        if piece[:-1] == wanted[:-1] and (
            piece[-1] == wanted[-1] or (is_prefix and piece[-1].startswith(wanted[-1]))
        ):
            return True
    return False


def _has_key(entry: Entry, name: str, value: str, *, is_literal: bool) -> bool:
    if name in ("uri", "kind"):
        answers = {entry.uri.lower() if name == "uri" else str(entry.kind)}
    else:
        values = {
            "tag": entry.tags,
            "label": entry.labels,
            "track": (entry.track,) if entry.track else (),
            "mime": (entry.mime,),
        }[name]
        answers = {each.lower() for each in values}
        answers |= {side for each in answers for side in each.split("=", 1)}
        if not is_literal:
            answers |= {word for each in answers for word in (*_tokens(each), *each.split())}
    if is_literal or "*" not in value:
        return value in answers
    pattern = ".*".join(map(re.escape, value.split("*")))
    return any(re.fullmatch(pattern, each) for each in answers)
