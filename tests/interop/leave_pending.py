"""Makes capsules with changes that only the WAL holds, says so, and waits to be killed.

``python -m tests.interop.leave_pending FOLDER``: one capsule per base and kind of change, and ``known.pickle`` with
what this process knew of each.
"""

from __future__ import annotations

import pickle
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.store.changes import Change, Delete, Put, Restore, Update
from engine.store.container import Container
from tests.unit.engine.store.capsules import (
    START_MS,
    do,
    documents,
    fresh,
    log,
    paged,
    picture,
    reopened,
    text,
    ticking,
    whole_past,
)

AUTHOR = "Ana"
BASES = ("fresh", "committed", "visited", "foreign", "settled")
"""Never committed; committed by us; then written to by the SDK; made by the SDK; that with removals, opened by us."""

SHORT, LONG, GONE, PAPER, OLD_PAPER = 0, 1, 2, 3, 6
"""Frame ids in the bases of ours; the papers have two pages each."""


def _new(change: Callable[[], Change]) -> Callable[[Container], list[Change]]:
    return lambda _: [change()]


def _paper() -> Change:
    return Put(
        paged(b"%PDF made up, pending", ["pending quartz page", "pending second page"], title="New paper")
    )


KINDS: dict[str, Callable[[Container], list[Change]]] = {
    "text": _new(lambda: Put(text("pending quartz about a weir", title="New", tags=("t",)))),
    "long text": _new(lambda: Put(text("pending quartz and more of it. " * 400))),
    "empty text": _new(lambda: Put(text(""))),
    "titled empty text": _new(lambda: Put(text("", title="nothing in it"))),
    "markdown": _new(lambda: Put(text("# pending quartz", mime="text/markdown", title="new.md"))),
    "document with pages": _new(_paper),
    "picture": _new(lambda: Put(picture(title="quartz.png"))),
    "update": lambda c: [Update(short(c), text("pending quartz instead"), {})],
    "update of pages by text": lambda c: [Update(paper(c), text("pending quartz instead"), {})],
    "delete": lambda c: [Delete(short(c))],
    "delete of pages": lambda c: [Delete(paper(c))],
    "retag": lambda c: [Update(short(c), None, {"tags": ["quartz"]})],
    "retag of pages": lambda c: [Update(paper(c), None, {"tags": ["quartz"], "title": "Quartz paper"})],
    "restore": lambda c: [Restore(gone(c))],
    "restore of pages": lambda c: [Restore(gone_paper(c))],
    "put and delete": lambda c: [Put(text("here and gone")), Delete(c.ledger.next_id)],
    "put and retag twice": lambda c: [
        Put(text("pending quartz")),
        Update(c.ledger.next_id, None, {"tags": ["one"]}),
        Update(c.ledger.next_id + 2, None, {"tags": ["two"]}),
    ],
    "put, update and restore": lambda c: [
        Put(text("pending quartz")),
        Update(c.ledger.next_id, text("something else"), {}),
        Restore(c.ledger.next_id),
    ],
}


NEEDS_REMOVED = ("restore", "restore of pages", "everything")
SOME = ("text", "document with pages", "update", "delete of pages", "retag", "restore of pages", "everything")
KINDS_OF = {
    "fresh": (*KINDS, "everything"),
    "committed": (*KINDS, "everything"),
    "visited": SOME,
    "foreign": tuple(kind for kind in KINDS if kind not in NEEDS_REMOVED),
    "settled": SOME,
}
CASES = [(base, kind) for base in BASES for kind in KINDS_OF[base]]


def name(base: str, kind: str) -> str:
    return f"{base}-{kind.replace(' ', '-')}.mv2"


def everything(container: Container) -> None:
    """One of each, one after the other."""
    for name in (
        "text",
        "document with pages",
        "update",
        "retag of pages",
        "restore",
        "restore of pages",
        "picture",
    ):
        do(container, *KINDS[name](container), author=AUTHOR)
    do(container, Delete(paper(container)), author=AUTHOR)
    do(container, Delete(short(container)), author="Bo")
    for name in ("empty text", "put and delete", "put and retag twice", "put, update and restore"):
        do(container, *KINDS[name](container), author=AUTHOR)


def _visible(container: Container, *, parts: bool) -> list[int]:
    found = documents(container)
    return [i for i, document in found.items() if bool(document.parts) is parts]


def _removed(container: Container, *, parts: bool) -> list[int]:
    ledger = container.ledger
    gone = [entry[2] for entry in log(container) if entry[1] == "delete"]
    return [i for i in gone if bool(ledger.parts(i)) is parts and i not in documents(container)]


def short(container: Container) -> int:
    return _visible(container, parts=False)[0]


def paper(container: Container) -> int:
    return _visible(container, parts=True)[0]


def gone(container: Container) -> int:
    return _removed(container, parts=False)[0]


def gone_paper(container: Container) -> int:
    return _removed(container, parts=True)[0]


def fill(container: Container) -> None:
    """What a base of ours holds."""
    do(
        container,
        Put(text("a note about the weir", title="Note", tags=("a",), timestamp=1_600_000_000)),
        author=AUTHOR,
    )
    do(container, Put(text("the weir again and again. " * 300, title="Long note")), author="Bo")
    do(container, Put(text("this one goes", title="Goes")), author=AUTHOR)
    do(
        container,
        Put(paged(b"%PDF base", ["base first page", "base second page"], title="Paper")),
        author=AUTHOR,
    )
    do(
        container,
        Put(paged(b"%PDF other", ["other first page", "other second page"], title="Other")),
        author=AUTHOR,
    )
    do(container, Delete(GONE), author="Bo")
    do(container, Delete(OLD_PAPER), author=AUTHOR)


def make_base(name: str, path: Path) -> None:
    container = fresh(path, clock=ticking())
    fill(container)
    if name != "fresh":
        container.commit()
    container.store.close()


def later() -> Callable[[], int]:
    return ticking(START_MS + 3_600_000)


def main(folder: Path) -> None:
    known: dict[str, dict[str, Any]] = {}
    for base, kind in CASES:
        path = folder / name(base, kind)
        shutil.copy(folder / f"base-{base}.mv2", path)
        container = reopened(path, clock=later())
        if kind == "everything":
            everything(container)
        else:
            do(container, *KINDS[kind](container), author=AUTHOR)
        assert container.dirty, path.name
        known[path.name] = {
            "documents": documents(container),
            "log": log(container),
            "past": whole_past(container),
            "frames": container.ledger.next_id,
        }
    (folder / "known.pickle").write_bytes(pickle.dumps(known))
    print("ready", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
