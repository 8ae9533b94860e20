"""Three hundred changes, and every moment of the past as a plain model in lists remembers it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import engine
from engine.types import PartItem, Place, PutItem
from tests.unit.engine.store.capsules import ticking

WORDS = ("alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper")
TAGS = ("red", "green", "blue", "upper weir", "x=1")


@dataclass(frozen=True)
class Note:
    """A document as the model has it. ``pages`` are the texts of its parts."""

    text: str
    title: str
    tags: tuple[str, ...]
    pages: tuple[str, ...] = ()

    @property
    def all_text(self) -> str:
        return "\n\n".join(self.pages) if self.pages else self.text

    def has(self, word: str) -> bool:
        return any(
            word in text.split() for text in (self.title, self.text if not self.pages else "", *self.pages)
        )


Test = Callable[[Note], bool]

QUERIES: list[tuple[str, Test]] = [
    ("alder", lambda note: note.has("alder")),
    ("birch cedar", lambda note: note.has("birch") and note.has("cedar")),
    ("dogwood OR elm", lambda note: note.has("dogwood") or note.has("elm")),
    ("fir -ginkgo", lambda note: note.has("fir") and not note.has("ginkgo")),
    ('"hazel ivy"', lambda note: any("hazel ivy" in text for text in (note.title, note.all_text))),
    ("tag:red", lambda note: "red" in note.tags),
    ('tag:"upper weir" juniper', lambda note: "upper weir" in note.tags and note.has("juniper")),
    ("title:alder", lambda note: "alder" in note.title.split()),
    ("(alder OR birch) NOT tag:x=1", lambda n: (n.has("alder") or n.has("birch")) and "x=1" not in n.tags),
    ("mime:application/pdf", lambda note: bool(note.pages)),
]


@dataclass
class Model:
    """What is visible after each revision, written down in full; ``ever``: every version there was."""

    states: list[dict[int, Note]] = field(default_factory=lambda: [{}])
    ever: dict[int, Note] = field(default_factory=dict)
    newest_of: dict[int, int] = field(default_factory=dict)
    root_of: dict[int, int] = field(default_factory=dict)

    @property
    def now(self) -> dict[int, Note]:
        return self.states[-1]

    def put(self, frame_id: int, note: Note) -> None:
        self.root_of[frame_id] = self.newest_of[frame_id] = frame_id
        self.ever[frame_id] = note
        self.states.append(self.now | {frame_id: note})

    def replace(self, older: int, newer: int, note: Note) -> None:
        """A version takes the place of another one, or comes back where none is."""
        root = self.root_of[newer] = self.root_of[older]
        self.newest_of[root] = newer
        self.ever[newer] = note
        state = {i: known for i, known in self.now.items() if self.root_of[i] != root}
        self.states.append(state | {newer: note})

    def delete(self, frame_id: int) -> None:
        self.states.append({i: known for i, known in self.now.items() if i != frame_id})


class Life:
    """Random changes to a capsule and to its model, side by side."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.random = random.Random(seed)
        self.clock = ticking()
        self.model = Model()
        self.capsule = engine.create(path, config=self.config())

    def config(self) -> engine.EngineConfig:
        return engine.EngineConfig(author="model", clock_ms=self.clock, idle_commit_after=0.05)

    def words(self, most: int) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randint(1, most)))

    def note(self, *, paged: bool) -> Note:
        pages = tuple(self.words(12) for _ in range(self.random.randint(1, 4))) if paged else ()
        tags = tuple(self.random.sample(TAGS, self.random.randint(0, 3)))
        return Note(self.words(20), self.words(3), tags, pages)

    def item(self, note: Note) -> PutItem:
        parts = tuple(PartItem(page, place=Place(page=number)) for number, page in enumerate(note.pages, 1))
        content: str | bytes = note.text
        if parts:
            content = b"%PDF " + self.random.randbytes(20)
        return PutItem(
            content,
            title=note.title,
            tags=note.tags,
            parts=parts or None,
            mime="application/pdf" if parts else None,
        )

    def step(self) -> None:
        choice = self.random.random()
        present = sorted(self.model.now)
        if choice < 0.3 or len(present) < 3:
            note = self.note(paged=False)
            self.model.put(self.capsule.put(note.text, title=note.title, tags=note.tags), note)
        elif choice < 0.4:
            notes = [self.note(paged=self.random.random() < 0.5) for _ in range(self.random.randint(1, 4))]
            ids = self.capsule.put_many([self.item(note) for note in notes])
            for frame_id, note in zip(ids, notes, strict=True):
                self.model.put(frame_id, note)
        elif choice < 0.55:
            older = self.random.choice(present)
            text = self.words(20)
            note = replace(self.model.now[older], text=text, pages=())
            self.model.replace(older, self.capsule.update(older, text), note)
        elif choice < 0.65:
            older = self.random.choice(present)
            tags = tuple(self.random.sample(TAGS, 2))
            self.model.replace(
                older, self.capsule.update(older, tags=tags), replace(self.model.now[older], tags=tags)
            )
        elif choice < 0.72:
            older = self.random.choice(present)
            title = self.words(3)
            newer = self.capsule.update(older, title=title)
            self.model.replace(older, newer, replace(self.model.now[older], title=title))
        elif choice < 0.84:
            gone = self.random.choice(present)
            self.capsule.delete(gone)
            self.model.delete(gone)
        else:
            absent = sorted(set(self.model.ever) - set(self.model.now))
            if absent:
                older = self.random.choice(absent)
                newer = self.capsule.restore(older)
                self.model.replace(older, newer, self.model.ever[older])

    def sometimes(self) -> None:
        """What must make no difference."""
        choice = self.random.random()
        if choice < 0.04:
            self.capsule.commit()
        elif choice < 0.08:
            self.capsule.close()
            self.capsule = engine.open(self.path, config=self.config())

    def check(self, moment: engine.Moment) -> None:
        expected = self.model.states[moment.revision]
        assert {info.id for info in moment.frames()} == set(expected)
        assert len(moment) == len(expected)
        for info in moment.infos(expected):
            note = expected[info.id]
            assert (info.title, info.tags) == (note.title, note.tags)
            assert moment.text(info.id) == note.all_text
            assert [moment.text(part.id) for part in moment.parts(info.id)] == list(note.pages)
        for query, matches in QUERIES:
            found = moment.search(query, limit=3)
            assert set(found.document_ids.tolist()) == {i for i, note in expected.items() if matches(note)}, (
                query
            )


@pytest.mark.parametrize("seed", [1, 2])
def test_every_moment_is_as_it_was(tmp_path: Path, seed: int) -> None:
    life = Life(tmp_path / "life.mv2", seed)
    try:
        operations = 0
        while operations < 300:
            life.step()
            life.sometimes()
            operations += 1
        assert life.capsule.revision == len(life.model.states) - 1
        revisions = life.random.sample(range(len(life.model.states)), 49)
        for revision in [*revisions, life.capsule.revision]:
            life.check(life.capsule.at(revision))
        life.capsule.close()
        life.capsule = engine.open(life.path, config=life.config(), read_only=True)
        for revision in revisions[:10]:
            life.check(life.capsule.at(revision))
        assert life.capsule.verify(deep=True).overall_status == "passed"
    finally:
        life.capsule.close()


def test_differences_between_moments_are_those_of_the_model(tmp_path: Path) -> None:
    life = Life(tmp_path / "life.mv2", 3)
    try:
        for _ in range(80):
            life.step()
        capsule, model = life.capsule, life.model
        for _ in range(40):
            first, second = (life.random.randrange(len(model.states)) for _ in range(2))
            changes = capsule.at(second).changes_since(capsule.at(first))
            then, now = model.states[first], model.states[second]
            roots_then = {model.root_of[i]: i for i in then}
            roots_now = {model.root_of[i]: i for i in now}
            both = roots_then.keys() & roots_now.keys()
            assert set(changes.added) == {i for root, i in roots_now.items() if root not in both}
            assert set(changes.removed) == {i for root, i in roots_then.items() if root not in both}
            assert set(changes.changed) == {
                (roots_then[root], roots_now[root]) for root in both if roots_then[root] != roots_now[root]
            }
    finally:
        life.capsule.close()
