"""The results list: document ids in order, cells filled late and in batches."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

import engine
from memvid_studio.bridge.tasks import Lane, Tasks
from memvid_studio.models.cards import Card, job_card, loading_card, make_card

Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[["engine.Moment", tuple[int, ...]], dict[int, "engine.FrameInfo"]]

CARD_ROLE = int(Qt.ItemDataRole.UserRole)
"""The row's :class:`Card`."""
ID_ROLE = CARD_ROLE + 1
"""The document's frame id, -1 for a row of a running job."""

_BATCH = 40
_CACHE = 5000
PAGE = 2000
"""Rows a view is given at first, and with each page it asks for: a QListView lays out every row it knows, which
takes a second and a half for a million."""


class ResultsModel(QAbstractListModel):
    """Rows of running jobs first, then documents. ``data()`` never waits: what is not known yet is grey.

    ``fetch(moment, ids)`` is called on a pool thread. When the Moment changes, cells of the old one stay
    until the new ones are there, so that a dragged playhead does not flicker.
    """

    moreWanted = Signal()
    """The end of the given rows has come into sight."""

    def __init__(self, tasks: Tasks, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._fetch = fetch
        self._moment: engine.Moment | None = None
        self._past = False
        self._ids: Any = np.empty(0, np.int64)
        self._shown = 0
        self._total = 0
        self._hits: dict[int, engine.Hit] = {}
        self._frames: OrderedDict[int, engine.FrameInfo] = OrderedDict()
        self._stale: set[int] = set()
        self._cards: dict[int, Card] = {}
        self._job_rows: list[Card] = []
        self._wanted: dict[int, None] = {}
        self._asked: set[int] = set()
        self._generation = 0
        self._fetch_soon = QTimer(self)
        self._fetch_soon.setSingleShot(True)
        self._fetch_soon.setInterval(0)
        self._fetch_soon.timeout.connect(self._fetch_wanted)

    # ------------------------------------------------------------------------------------ what the view asks

    def rowCount(self, parent: Index | None = None) -> int:
        if parent is not None and parent.isValid():
            return 0
        return len(self._job_rows) + self._shown

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        if role == ID_ROLE:
            return self.id_at(index.row())
        if role not in {
            CARD_ROLE,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        }:
            return None
        card = self.card(index.row())
        if role == CARD_ROLE:
            return card
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return card.spoken
        return card.title

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if index.row() < len(self._job_rows):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemNeverHasChildren
            | Qt.ItemFlag.ItemIsDragEnabled
        )

    def mimeTypes(self) -> list[str]:
        return ["text/plain"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setText("\n".join(self.card(index.row()).title for index in indexes))
        return data

    def canFetchMore(self, parent: Index) -> bool:
        if parent.isValid():
            return False
        return self._shown < len(self._ids) or (bool(self._hits) and len(self._ids) < self._total)

    def fetchMore(self, parent: Index) -> None:
        if parent.isValid():
            return
        if self._shown < len(self._ids):
            self._show_up_to(self._shown + PAGE)
        else:
            self.moreWanted.emit()

    def _show_up_to(self, count: int) -> None:
        count = min(count, len(self._ids))
        if count > self._shown:
            offset = len(self._job_rows)
            self.beginInsertRows(QModelIndex(), offset + self._shown, offset + count - 1)
            self._shown = count
            self.endInsertRows()

    # ----------------------------------------------------------------------------------- look up

    def id_at(self, row: int) -> int:
        """The document's frame id, -1 for a row of a running job."""
        row -= len(self._job_rows)
        return int(self._ids[row]) if 0 <= row < len(self._ids) else -1

    def row_of(self, document_id: int) -> int | None:
        """Where a document stands, None if it is not in the list. The view gets its row if it has not yet."""
        found = np.flatnonzero(self._ids == document_id)  # half a millisecond for a million rows
        if not len(found):
            return None
        row = int(found[0])
        if row >= self._shown:
            self._show_up_to(row + PAGE)
        return row + len(self._job_rows)

    def hit(self, document_id: int) -> engine.Hit | None:
        """What was found in a document."""
        return self._hits.get(document_id)

    def frame(self, document_id: int) -> engine.FrameInfo | None:
        """What is known of a document at this Moment, None while it is not loaded."""
        return None if document_id in self._stale else self._frames.get(document_id)

    def card(self, row: int) -> Card:
        """What the row says; asks for what it does not know."""
        if row < len(self._job_rows):
            return self._job_rows[row]
        document_id = self.id_at(row)
        card = self._cards.get(document_id)
        frame = self._frames.get(document_id)
        if (frame is None or document_id in self._stale) and document_id not in self._asked:
            self._wanted[document_id] = None
            if not self._fetch_soon.isActive():
                self._fetch_soon.start()
        if card is None:
            hit = self._hits.get(document_id)
            if frame is None and hit is None:
                return loading_card(document_id)
            card = make_card(document_id, frame, hit, past=self._past)
            self._cards[document_id] = card
        return card

    # ------------------------------------------------------------------------------------------- changes

    def show(
        self,
        moment: engine.Moment,
        ids: Any,
        *,
        hits: Sequence[engine.Hit] = (),
        total: int | None = None,
        known: dict[int, engine.FrameInfo] | None = None,
        past: bool = False,
    ) -> None:
        """Another answer: rows that stay keep their selection and their place."""
        self._generation += 1
        self._moment, self._past = moment, past
        self._hits = {hit.document_id: hit for hit in hits}
        self._total = len(ids) if total is None else total
        self._wanted.clear()
        self._asked.clear()
        self._cards.clear()
        # Frames are immutable, but what became of them depends on the Moment.
        self._stale = set(self._frames)
        for document_id, frame in (known or {}).items():
            self._remember(document_id, frame)
        self._replace_ids(np.asarray(ids, np.int64))
        if len(self._ids):
            first = len(self._job_rows)
            self.dataChanged.emit(self.index(first), self.index(self.rowCount() - 1))

    def clear(self) -> None:
        """Nothing to show: no capsule is open."""
        self.beginResetModel()
        self._generation += 1
        self._moment = None
        self._ids = np.empty(0, np.int64)
        self._shown = 0
        self._hits = {}
        self._job_rows = []
        self._total = 0
        for held in (self._frames, self._cards, self._wanted, self._asked, self._stale):
            held.clear()
        self.endResetModel()

    def show_jobs(self, rows: Sequence[tuple[str, engine.Progress | None, str]]) -> None:
        """Sources that are not in yet: (name, progress or None when it waits, kind)."""
        cards = [job_card(*row) for row in rows]
        before, after = len(self._job_rows), len(cards)
        if after > before:
            self.beginInsertRows(QModelIndex(), before, after - 1)
            self._job_rows = cards
            self.endInsertRows()
        elif after < before:
            self.beginRemoveRows(QModelIndex(), after, before - 1)
            self._job_rows = cards
            self.endRemoveRows()
        else:
            self._job_rows = cards
        if after:
            self.dataChanged.emit(self.index(0), self.index(after - 1))

    def _replace_ids(self, new: Any) -> None:
        """Rows between the common beginning and the common end are exchanged, the others do not move."""
        whole, old = new, self._ids[: self._shown]
        new = whole[: max(PAGE, self._shown)]
        shorter = min(len(old), len(new))
        different = np.flatnonzero(old[:shorter] != new[:shorter])
        head = int(different[0]) if len(different) else shorter
        rest = shorter - head
        tail = 0
        if rest:
            unequal = np.flatnonzero(old[len(old) - rest :][::-1] != new[len(new) - rest :][::-1])
            tail = int(unequal[0]) if len(unequal) else rest
        offset = len(self._job_rows)
        if len(old) - tail > head:
            self.beginRemoveRows(QModelIndex(), offset + head, offset + len(old) - tail - 1)
            self._ids = np.concatenate([old[:head], old[len(old) - tail :]])
            self._shown = len(self._ids)
            self.endRemoveRows()
        if len(new) - tail > head:
            self.beginInsertRows(QModelIndex(), offset + head, offset + len(new) - tail - 1)
            self._ids = whole
            self._shown = len(new)
            self.endInsertRows()
        self._ids = whole
        self._shown = len(new)

    def _remember(self, document_id: int, frame: engine.FrameInfo) -> None:
        self._frames[document_id] = frame
        self._frames.move_to_end(document_id)
        self._stale.discard(document_id)
        self._cards.pop(document_id, None)
        while len(self._frames) > _CACHE:
            oldest, _ = self._frames.popitem(last=False)
            self._stale.discard(oldest)
            self._cards.pop(oldest, None)

    # ---------------------------------------------------------------------------------------- late cells

    def _fetch_wanted(self) -> None:
        if self._moment is None or not self._wanted:
            return
        ids = tuple(self._wanted)[-_BATCH:]  # the newest wishes are what is on the screen now
        for each in ids:
            del self._wanted[each]
        self._asked.update(ids)
        generation = self._generation
        self._tasks.run(
            self._fetch,
            self._moment,
            ids,
            done=lambda found: self._take(generation, found),
            owner=self,
            lane=Lane.READ,
        )
        if self._wanted:
            self._fetch_soon.start()

    def _take(self, generation: int, found: dict[int, engine.FrameInfo]) -> None:
        if generation != self._generation:
            return
        for document_id, frame in found.items():
            self._remember(document_id, frame)
            self._asked.discard(document_id)
            row = self.row_of(document_id)
            if row is not None:
                self.dataChanged.emit(self.index(row), self.index(row))
