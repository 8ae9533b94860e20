"""Small capsules for tests of the store, and what a person would see in them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.store.bytestore import ByteStore, MemoryStore
from engine.store.changes import Change, Delete, Put, Restore, Update
from engine.store.container import Applied, Container, create_file, empty_capsule, open_file
from engine.store.ledger import Ledger
from engine.store.prepared import PreparedDocument, prepare
from engine.types import PartItem, Place, PutItem

START_MS = 1_700_000_000_000

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that nothing compresses, the same every time."""
    return random.Random(seed).randbytes(size)


def ticking(start: int = START_MS, step: int = 1000) -> Callable[[], int]:
    """A clock that moves on by ``step`` milliseconds whenever somebody looks."""
    times = itertools.count(start, step)
    return lambda: next(times)


def fresh(path: Path, **options: Any) -> Container:
    """A new capsule in a file."""
    create_file(path)
    return reopened(path, **options)


def reopened(
    path: Path,
    *,
    read_only: bool = False,
    lock_timeout: float = 0.2,
    clock: Callable[[], int] | None = None,
) -> Container:
    return Container(
        path, open_file(path, read_only=read_only), lock_timeout=lock_timeout, clock_ms=clock or ticking()
    )


def in_memory(
    data: bytes | None = None, store: ByteStore | None = None, clock: Callable[[], int] | None = None
) -> Container:
    """A capsule in memory, empty unless ``data`` is one."""
    if store is None:
        store = MemoryStore(empty_capsule() if data is None else data)
    return Container(Path("memory.mv2"), store, lock_timeout=0, clock_ms=clock or ticking())


def text(content: str, **fields: Any) -> PreparedDocument:
    return prepare(PutItem(content, **fields))


def paged(content: bytes, pages: Sequence[str], **fields: Any) -> PreparedDocument:
    """A document with one part per page."""
    parts = tuple(PartItem(page, place=Place(page=number)) for number, page in enumerate(pages, 1))
    return prepare(PutItem(content, mime="application/pdf", parts=parts, **fields))


def picture(**fields: Any) -> PreparedDocument:
    return prepare(PutItem(PNG, mime="image/png", width=1, height=1, **fields))


def do(container: Container, *changes: Change, author: str = "", **options: Any) -> Applied:
    return container.apply(list(changes), author, **options)


def put(container: Container, content: str | PreparedDocument = "some text", **fields: Any) -> int:
    document = content if isinstance(content, PreparedDocument) else text(content, **fields)
    return do(container, Put(document)).ids[0]


def update(
    container: Container, frame_id: int, content: str | PreparedDocument | None = None, **changed: Any
) -> int:
    document = text(content) if isinstance(content, str) else content
    return do(container, Update(frame_id, document, changed)).ids[0]


def delete(container: Container, frame_id: int) -> int:
    return do(container, Delete(frame_id)).ids[0]


def restore(container: Container, frame_id: int) -> int:
    return do(container, Restore(frame_id)).ids[0]


@dataclass(frozen=True)
class Seen:
    """What a person sees of a document. ``parts``: id, text and place of each."""

    text: str
    title: str
    uri: str
    mime: str
    tags: tuple[str, ...]
    labels: tuple[str, ...]
    track: str | None
    timestamp: int
    content: bytes | None
    parts: tuple[tuple[int, str, Place | None], ...]


def seen(ledger: Ledger, frame_id: int) -> Seen:
    frame = ledger.frame(frame_id)
    has_content = bool(frame.payload_length) or frame_id in ledger.pending
    return Seen(
        ledger.text(frame_id),
        ledger.title(frame_id),
        ledger.uri(frame_id),
        ledger.mime(frame_id),
        frame.tags,
        frame.labels,
        frame.track,
        frame.timestamp,
        ledger.content(frame_id) if has_content else None,
        tuple((part, ledger.text(part), ledger.place(part)) for part in ledger.parts(frame_id)),
    )


def documents(container: Container, revision: int | None = None) -> dict[int, Seen]:
    """All documents visible at ``revision`` (now)."""
    ledger = container.ledger
    visible = ledger.visible(ledger.revision if revision is None else revision)
    return {int(frame_id): seen(ledger, int(frame_id)) for frame_id in visible.documents}


def log(container: Container) -> list[tuple[int, str, int, str, int]]:
    """The history: time, operation, frame, author, batch."""
    history = container.ledger.history
    entries = [history.entry(revision) for revision in range(1, len(history) + 1)]
    return [(e.ms, e.operation.value, e.frame_id, e.author, e.batch) for e in entries]


def whole_past(container: Container) -> list[dict[int, Seen]]:
    """What was visible at every revision."""
    return [documents(container, revision) for revision in range(container.ledger.revision + 1)]
