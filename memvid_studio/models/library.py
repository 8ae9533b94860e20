"""The library pane as one list: capsules, kinds and tags under their headings."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

import engine
from memvid_studio.words import counted, number, tr

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = int(Qt.ItemDataRole.UserRole)
"""The :class:`LibraryRow`."""

TAGS_SHOWN = 12


class RowKind(enum.Enum):
    """What a row is, and so what a click on it does."""

    SECTION = "section"
    CAPSULE = "capsule"
    KIND = "kind"
    TAG = "tag"
    MORE_TAGS = "more tags"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class CapsuleEntry:
    """A capsule to list. ``count`` None: it is not open."""

    path: Path
    name: str
    sealed: bool
    count: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """One line. ``right`` stands at the right edge; ``key``: a path, a kind or a tag; ``faint``: zero."""

    kind: RowKind
    text: str
    right: str = ""
    key: str = ""
    icon: str = ""
    active: bool = False
    faint: bool = False
    with_plus: bool = False

    @property
    def identity(self) -> tuple[str, str]:
        """Stays the same while counts and states change."""
        return self.kind.value, self.key or self.text


def kind_word(kind: engine.Kind) -> str:
    """The kind in the plural, as a heading."""
    return {
        engine.Kind.DOCUMENT: tr("Documents"),
        engine.Kind.TEXT: tr("Text"),
        engine.Kind.IMAGE: tr("Images"),
        engine.Kind.AUDIO: tr("Audio"),
        engine.Kind.TABLE: tr("Tables"),
        engine.Kind.OTHER: tr("Other"),
    }[kind]


class LibraryModel(QAbstractListModel):
    """Rebuilt from what the session and the last answer say; rows that stay are not reset."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._capsules: tuple[CapsuleEntry, ...] = ()
        self._kinds: dict[engine.Kind, int] | None = None
        self._tags: tuple[tuple[str, int], ...] = ()
        self._searched = False
        self._active: frozenset[tuple[str, str]] = frozenset()
        self._all_tags = False
        self._rows: list[LibraryRow] = self._make_rows()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.text}, {row.right}" if row.right else row.text
        if role == Qt.ItemDataRole.ToolTipRole and row.kind == RowKind.CAPSULE:
            return row.key
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self._rows[index.row()].kind in {RowKind.SECTION, RowKind.HINT}:
            return Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def row(self, number: int) -> LibraryRow:
        """The row at this position."""
        return self._rows[number]

    def find(self, kind: RowKind, key: str) -> QModelIndex:
        """Where a row stands; an invalid index if it is not there."""
        for position, row in enumerate(self._rows):
            if row.kind == kind and row.key == key:
                return self.index(position)
        return QModelIndex()

    # ------------------------------------------------------------------------------------------------ changes

    def set_capsules(self, capsules: Sequence[CapsuleEntry]) -> None:
        """Open ones first, then recent ones. Those of one name are told apart by their folders."""
        times = Counter((each.name, each.sealed) for each in capsules)
        self._capsules = tuple(
            replace(each, name=f"{each.name} · {each.path.parent.name}")
            if times[each.name, each.sealed] > 1 and each.path.parent.name
            else each
            for each in capsules
        )
        self._refresh()

    def set_facets(
        self,
        kinds: Mapping[engine.Kind, int] | None,
        tags: Sequence[tuple[str, int]],
        *,
        searched: bool,
        active: frozenset[tuple[str, str]],
    ) -> None:
        """``kinds`` None: no capsule is open. ``active``: (field, value) of the tokens of the search."""
        self._kinds = None if kinds is None else dict(kinds)
        self._tags, self._searched, self._active = tuple(tags), searched, active
        self._refresh()

    def show_all_tags(self) -> None:
        """Every tag, not only the most frequent."""
        self._all_tags = True
        self._refresh()

    def _refresh(self) -> None:
        old, new = self._rows, self._make_rows()
        if old == new:
            return
        before = [row.identity for row in old]
        after = [row.identity for row in new]
        head = 0
        while head < min(len(before), len(after)) and before[head] == after[head]:
            head += 1
        tail = 0
        while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
            tail += 1
        if len(old) - tail > head:
            self.beginRemoveRows(QModelIndex(), head, len(old) - tail - 1)
            self._rows = old[:head] + old[len(old) - tail :]
            self.endRemoveRows()
        if len(new) - tail > head:
            self.beginInsertRows(QModelIndex(), head, len(new) - tail - 1)
            self._rows = new
            self.endInsertRows()
        self._rows = new
        self.dataChanged.emit(self.index(0), self.index(len(new) - 1))

    def _make_rows(self) -> list[LibraryRow]:
        rows = [LibraryRow(RowKind.SECTION, tr("Capsules"), key="capsules", with_plus=True)]
        rows += [_capsule_row(each) for each in self._capsules]
        if not self._capsules:
            rows.append(LibraryRow(RowKind.HINT, tr("Capsules you open are listed here.")))
        if self._kinds is None:
            return rows
        right = tr("hits") if self._searched else ""
        rows.append(LibraryRow(RowKind.SECTION, tr("Kinds"), right, key="kinds"))
        order = ("document", "text", "image", "audio", "table", "other")
        for name in order:
            kind = engine.Kind(name)
            count = self._kinds.get(kind, 0)
            active = ("kind", name) in self._active
            rows.append(
                LibraryRow(
                    RowKind.KIND,
                    kind_word(kind),
                    number(count),
                    key=name,
                    active=active,
                    faint=count == 0 and not active,
                )
            )
        rows += self._tag_rows()
        return rows

    def _tag_rows(self) -> list[LibraryRow]:
        rows = [LibraryRow(RowKind.SECTION, tr("Tags"), key="tags")]
        counts = dict(self._tags)
        chosen = [value for field, value in sorted(self._active) if field == "tag"]
        names = [name for name, _ in self._tags]
        # A chosen tag stays in sight when nothing is found with it.
        names += [name for name in chosen if name not in counts]
        shown = names if self._all_tags else names[:TAGS_SHOWN]
        shown += [name for name in chosen if name not in shown]
        for name in shown:
            count = counts.get(name, 0)
            active = name in chosen
            rows.append(
                LibraryRow(
                    RowKind.TAG,
                    name,
                    number(count),
                    key=name,
                    icon="tag-outline",
                    active=active,
                    faint=count == 0 and not active,
                )
            )
        if not names:
            rows.append(LibraryRow(RowKind.HINT, tr("No tags here."), key="no tags"))
        hidden = len(names) - len(shown)
        if hidden > 0:
            text = counted(hidden, tr("Show {n} more"), tr("Show {n} more"))
            rows.append(LibraryRow(RowKind.MORE_TAGS, text, key="more", icon="chevron-down"))
        return rows


def _capsule_row(entry: CapsuleEntry) -> LibraryRow:
    if entry.sealed:
        right = tr("sealed")
    else:
        right = "" if entry.count is None else number(entry.count)
    return LibraryRow(
        RowKind.CAPSULE,
        entry.name,
        right,
        key=str(entry.path),
        icon="lock-outline" if entry.sealed else "pill",
        active=entry.is_current,
        faint=False,
    )
