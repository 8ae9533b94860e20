"""Changes, commits, crashes and re-openings in any order: the store and a model in dictionaries stay the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from engine.store.bytestore import MemoryStore
from engine.store.changes import Delete, Put, Restore, Update
from engine.store.container import NEW_BATCH, Container, empty_capsule
from engine.store.prepared import PreparedDocument
from engine.store.verify import verify
from tests.unit.engine.store.capsules import Seen, do, documents, in_memory, log, paged, seen, text, ticking

contents = st.text(max_size=40)
tags = st.lists(st.text(min_size=1, max_size=8).filter(str.strip), max_size=3, unique_by=str.strip)


@dataclass(frozen=True)
class Given:
    """What is to be put; with ``pages`` it is a document of its own bytes, even if they were given before."""

    content: str
    tags: tuple[str, ...] = ()
    title: str | None = None
    mime: str = "text/plain"
    pages: tuple[str, ...] = ()

    def prepared(self, number: int) -> PreparedDocument:
        fields = {"tags": self.tags, "title": self.title}
        if self.pages:
            return paged(b"%%PDF %d %s" % (number, self.content.encode()), self.pages, **fields)
        return text(self.content, mime=self.mime, **fields)


given = st.one_of(
    st.builds(Given, contents, tags.map(tuple)),
    st.builds(Given, contents, title=contents, mime=st.just("text/markdown")),
    st.builds(Given, contents, pages=st.lists(contents, min_size=1, max_size=3).map(tuple)),
)


class Store(RuleBasedStateMachine):
    """``states[r]`` is what was visible after revision r; versions are compared by all that a person sees."""

    visible = Bundle("visible")
    gone = Bundle("gone")

    def __init__(self) -> None:
        super().__init__()
        self.clock = ticking()
        self.container: Container
        self.states: list[dict[int, Seen]] = [{}]
        self.entries: list[Any] = []
        self.root: dict[int, int] = {}

    @initialize(in_ring=st.booleans())
    def create(self, in_ring: bool) -> None:
        self.store = MemoryStore(empty_capsule())
        self.container = in_memory(store=self.store, clock=self.clock)
        self.direct = not in_ring

    def change(self, *changes: Any, **options: Any) -> tuple[int, ...]:
        done = do(self.container, *changes, author="A", direct=self.direct, **options)
        return done.ids

    def remember(self, ids: tuple[int, ...]) -> None:
        now = dict(self.states[-1])
        for frame_id in ids:
            root = self.root[frame_id]
            now = {i: known for i, known in now.items() if self.root[i] != root}
            now[frame_id] = seen(self.container.ledger, frame_id)
            self.states.append(dict(now))
        self.entries = log(self.container)

    def check(self, frame_id: int, what: Given) -> None:
        found = self.states[-1][frame_id]
        assert tuple(part[1] for part in found.parts) == what.pages
        assert found.text == ("\n\n".join(filter(None, what.pages)) if what.pages else what.content)
        assert found.mime == ("application/pdf" if what.pages else what.mime)

    @rule(target=visible, what=given)
    def put(self, what: Given) -> int:
        (frame_id,) = self.change(Put(what.prepared(len(self.states))))
        self.root[frame_id] = frame_id
        self.remember((frame_id,))
        self.check(frame_id, what)
        assert self.states[-1][frame_id].tags == tuple(tag.strip() for tag in what.tags)
        return frame_id

    @rule(target=visible, some=st.lists(given, min_size=1, max_size=3))
    def put_many(self, some: list[Given]) -> Any:
        changes = [
            Put(what.prepared(1000 * position + len(self.states))) for position, what in enumerate(some)
        ]
        ids = do(self.container, *changes, author="A", batch=NEW_BATCH, direct=True).ids
        self.root.update((frame_id, frame_id) for frame_id in ids)
        self.remember(ids)
        return multiple(*ids)

    def version(self, older: int, newer: int) -> int:
        self.root[newer] = self.root[older]
        self.remember((newer,))
        return newer

    @rule(target=visible, older=consumes(visible), what=given)
    def update(self, older: int, what: Given) -> int:
        before = self.states[-1][older]
        (newer,) = self.change(Update(older, what.prepared(len(self.states)), {}))
        self.version(older, newer)
        self.check(newer, what)
        after = self.states[-1][newer]
        assert (after.tags, after.timestamp, after.uri) == (before.tags, before.timestamp, before.uri)
        return newer

    @rule(target=visible, older=consumes(visible), names=tags, title=contents)
    def describe(self, older: int, names: list[str], title: str) -> int:
        before = self.states[-1][older]
        (newer,) = self.change(Update(older, None, {"tags": names, "title": title}))
        after = seen(self.container.ledger, newer)
        assert (after.text, after.content, after.parts) == (before.text, before.content, before.parts)
        assert after.tags == tuple(name.strip() for name in names)
        return self.version(older, newer)

    @rule(target=gone, frame_id=consumes(visible))
    def delete(self, frame_id: int) -> int:
        self.change(Delete(frame_id))
        self.states.append({i: known for i, known in self.states[-1].items() if i != frame_id})
        self.entries = log(self.container)
        return frame_id

    @rule(target=visible, frame_id=consumes(gone))
    def restore(self, frame_id: int) -> int:
        before = seen(self.container.ledger, frame_id)
        (newer,) = self.change(Restore(frame_id))
        after = seen(self.container.ledger, newer)
        assert (after.text, after.content, after.parts) == (before.text, before.content, before.parts)
        return self.version(frame_id, newer)

    @rule()
    def commit(self) -> None:
        self.container.commit()

    @rule()
    def open_again(self) -> None:
        """As after a kill: nothing but the bytes is left."""
        self.store = MemoryStore(self.store.contents())
        self.container = in_memory(store=self.store, clock=self.clock)

    @invariant()
    def nothing_changed(self) -> None:
        if not hasattr(self, "container"):
            return
        assert self.container.ledger.revision == len(self.states) - 1
        assert documents(self.container) == self.states[-1]
        assert log(self.container) == self.entries

    def teardown(self) -> None:
        if not hasattr(self, "container"):
            return
        self.open_again()
        for revision, state in enumerate(self.states):
            assert documents(self.container, revision) == state
        assert verify(self.container, deep=True).overall_status == "passed"
        self.container.commit()
        for revision, state in enumerate(self.states):
            assert documents(self.container, revision) == state
        assert verify(self.container, deep=True).overall_status == "passed"


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
