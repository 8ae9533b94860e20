"""What one Moment says: documents, their order, facts, differences, and that it never changes."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.types import PartItem, Place, PutItem
from tests.unit.engine.store.capsules import PNG, START_MS, noise, ticking

HOUR_MS = 3_600_000


@pytest.fixture
def capsule(tmp_path: Path) -> Iterator[engine.Capsule]:
    """One change an hour."""
    config = engine.EngineConfig(author="Ana", clock_ms=ticking(START_MS, HOUR_MS // 2))
    with engine.create(tmp_path / "notes.mv2", config=config) as capsule:
        yield capsule


def ids(moment: engine.Moment, **options: Any) -> list[int]:
    return [info.id for info in moment.frames(**options)]


def put_pages(capsule: engine.Capsule, *pages: str, **fields: Any) -> int:
    parts = tuple(PartItem(page, place=Place(page=number)) for number, page in enumerate(pages, 1))
    return capsule.put_many([PutItem(b"%PDF", mime="application/pdf", parts=parts, **fields)])[0]


class TestLists:
    def test_order(self, capsule: engine.Capsule) -> None:
        late = capsule.put("a", title="ä late", timestamp=3000)
        early = capsule.put("b", title="Zebra", timestamp=1000)
        tie = capsule.put("c", title="apple", timestamp=3000)
        now = capsule.now
        assert ids(now) == [early, late, tie]
        assert ids(now, reverse=True) == [tie, late, early]
        assert list(now.document_ids(sort="newest")) == [tie, late, early]
        assert list(now.document_ids(sort="title")) == [late, tie, early]
        assert ids(now, limit=2) == [early, late]
        assert ids(now, since=1001) == [late, tie]
        assert ids(now, until=datetime.fromtimestamp(1000, UTC)) == [early]
        assert ids(now, since=1000, until=1000) == [early]
        with pytest.raises(engine.EngineError, match="newest, oldest or title"):
            now.document_ids(sort="size")
        with pytest.raises(engine.EngineError, match="time zone"):
            now.frames(since=datetime(2024, 1, 1))  # noqa: DTZ001

    def test_infos_leave_out_what_is_not_there(self, capsule: engine.Capsule) -> None:
        first, second = capsule.put("a"), capsule.put("b")
        capsule.delete(first)
        assert [info.id for info in capsule.now.infos([second, first, 99, -1, second])] == [second, second]
        assert [info.id for info in capsule.at(2).infos([second, first])] == [second, first]

    def test_length_and_truth(self, capsule: engine.Capsule) -> None:
        assert len(capsule.now) == 0
        assert capsule.now
        capsule.put("a")
        assert len(capsule.now) == 1
        assert capsule.now == capsule.at(1) != capsule.at(0)
        assert len({capsule.now, capsule.at(1), capsule.at(0)}) == 2

    def test_addresses(self, capsule: engine.Capsule) -> None:
        first = capsule.put("a", uri="mv2://x")
        second = capsule.put("b", uri="mv2://x")
        assert capsule.now.find_uri("mv2://x") == second
        capsule.delete(second)
        assert capsule.now.find_uri("mv2://x") == first
        third = capsule.put("c")
        assert capsule.now.frame(third).uri == f"mv2://frames/{third}"
        with pytest.raises(engine.FrameNotFound, match="mv2://y"):
            capsule.now.find_uri("mv2://y")


class TestParts:
    def test_are_in_order_with_their_places(self, capsule: engine.Capsule) -> None:
        document = put_pages(capsule, "one", "two", "three", title="Paper")
        parts = capsule.now.parts(document)
        assert [(part.place, capsule.now.text(part.id)) for part in parts] == [
            (Place(page=1), "one"),
            (Place(page=2), "two"),
            (Place(page=3), "three"),
        ]
        assert {part.parent_id for part in parts} == {document}
        assert capsule.now.frame(document).part_count == 3
        assert capsule.now.frame(document).preview == "one"

    def test_belong_to_the_version_that_is_visible(self, capsule: engine.Capsule) -> None:
        first = put_pages(capsule, "one", "two")
        second = capsule.update(first, tags=["t"])
        part = capsule.now.parts(second)[0]
        assert part.parent_id == second
        assert capsule.at(1).frame(part.id).parent_id == first
        capsule.delete(second)
        with pytest.raises(engine.FrameNotFound):
            capsule.now.frame(part.id)
        assert capsule.at(2).text(part.id) == "one"
        assert [revision.operation for revision in capsule.now.history(part.id)] == ["put", "tag", "delete"]

    def test_a_hit_names_the_page(self, capsule: engine.Capsule) -> None:
        document = put_pages(capsule, "the weir", "the sluice", "the weir and the sluice")
        result = capsule.now.search("sluice")
        assert (result.hits[0].document_id, result.hits[0].match_count) == (document, 2)
        assert result.hits[0].place in (Place(page=2), Place(page=3))


class TestFacts:
    def test_status_is_that_of_the_moment(self, capsule: engine.Capsule) -> None:
        first = capsule.put("a")
        second = capsule.update(first, "b")
        capsule.delete(second)
        before = capsule.at(1).frame(first)
        assert before.status is engine.FrameStatus.ACTIVE
        assert before.superseded_by is None
        assert (before.ended_by, before.ended_at) == (
            engine.Operation.UPDATE,
            capsule.at(2).recorded_at,
        )
        last = capsule.at(2).frame(second)
        assert (last.supersedes, last.ended_by) == (first, engine.Operation.DELETE)
        assert last.recorded_at == capsule.at(2).recorded_at
        with pytest.raises(
            engine.FrameNotFound, match="had been replaced by a newer version before revision 2"
        ):
            capsule.at(2).frame(first)
        with pytest.raises(engine.FrameNotFound, match="had been deleted before revision 3"):
            capsule.now.frame(second)
        with pytest.raises(engine.FrameNotFound, match="did not exist yet at revision 0"):
            capsule.at(0).frame(first)

    @pytest.mark.parametrize(
        ("content", "size"),
        [("", 0), ("é", 2), ("word " * 1000, 5000), (PNG, len(PNG)), (noise(70_000), 70_000)],
    )
    def test_size(self, capsule: engine.Capsule, content: str | bytes, size: int) -> None:
        frame_id = capsule.put(content)
        for _ in range(2):
            assert capsule.now.frame(frame_id).size == size
            capsule.commit()

    def test_preview_is_not_made_from_much(self, capsule: engine.Capsule) -> None:
        """However little of the file it takes: a list of such documents would decode all of them."""
        large = capsule.put("word " * 250_000)
        fair = capsule.put("word " * 200_000)
        assert capsule.now.frame(large).preview == ""
        assert capsule.now.frame(fair).preview.startswith("word word")
        ledger = capsule._container.ledger
        frame = ledger.frames[fair]
        assert frame.canonical_encoding == 1
        ledger.set_frame(fair, replace(frame, canonical_length=None))
        assert capsule.now.frame(fair).preview == ""
        assert capsule.now.text(fair) == "word " * 200_000

    def test_preview_is_one_line(self, capsule: engine.Capsule) -> None:
        frame_id = capsule.put("  first \n\n second\t third " + "x" * 1000)
        preview = capsule.now.frame(frame_id).preview
        assert preview.startswith("first second third x")
        assert len(preview) == 240

    @pytest.mark.parametrize("timestamp", [-(2**63), -1, 0, 2**62, 2**63 - 1])
    def test_any_timestamp(self, capsule: engine.Capsule, timestamp: int) -> None:
        middle = capsule.put("b", timestamp=1_000)
        frame_id = capsule.put("a", timestamp=timestamp)
        capsule.commit()
        assert capsule.now.frame(frame_id).timestamp.tzinfo is not None
        order = [frame_id, middle] if timestamp < 1000 else [middle, frame_id]
        assert ids(capsule.now) == order
        times, _, frames = capsule.now.strip().happened
        assert list(frames) == order
        assert list(times) == sorted(times)
        happened = capsule.now.happened_ms([frame_id])[0]
        assert (happened < 1_000_000) == (timestamp < 1000)

    def test_facets(self, capsule: engine.Capsule) -> None:
        first = capsule.put("a", tags=["x", "y"], labels=["l"], track="t")
        capsule.put("b", tags=["x"])
        capsule.put(PNG, mime="image/png")
        capsule.update(first, tags=["z"])
        facets = capsule.now.facets()
        assert facets.tags == (("x", 1), ("z", 1))
        assert (facets.labels, facets.tracks) == ((("l", 1),), (("t", 1),))
        assert (facets.kinds[engine.Kind.TEXT], facets.kinds[engine.Kind.IMAGE]) == (2, 1)
        assert capsule.at(3).facets().tags == (("x", 2), ("y", 1))
        assert capsule.at(3).facets([first]).tags == (("x", 1), ("y", 1))
        assert capsule.at(0).facets().tags == ()

    def test_content_digest_is_that_of_the_content(self, capsule: engine.Capsule) -> None:
        first = capsule.put("same")
        other = capsule.put("same", title="other")
        second = capsule.update(first, tags=["t"])
        now = capsule.now
        assert now.content_digest(second) == now.content_digest(other) == capsule.at(1).content_digest(first)
        assert now.content_digest(capsule.now.find_uri(now.frame(other).uri)) != b""


class TestTime:
    def test_a_timeline_counts_what_was_recorded(self, capsule: engine.Capsule) -> None:
        for number in range(4):
            capsule.put(str(number))
        capsule.put(PNG, mime="image/png")
        capsule.update(0, "x")
        capsule.delete(1)
        density = capsule.now.timeline(buckets=7)
        assert len(density.edges) == 8
        assert density.added.shape == (7, 6)
        assert density.added.sum() == 5
        assert density.added[:, list(engine.Kind).index(engine.Kind.IMAGE)].sum() == 1
        assert (density.changed.sum(), density.removed.sum()) == (1, 1)
        assert density.removed[-1] == 1
        recorded = capsule.at(2).recorded_at
        assert recorded is not None
        assert capsule.now.timeline(start=recorded).added.sum() == 4
        assert capsule.now.timeline(end=recorded).added.sum() == 2
        assert capsule.at(2).timeline().added.sum() == 2
        assert capsule.at(0).timeline(buckets=3).added.sum() == 0
        with pytest.raises(engine.EngineError):
            capsule.now.timeline(buckets=0)

    def test_the_strip_shows_the_whole_life_from_everywhere(self, capsule: engine.Capsule) -> None:
        first = capsule.put("a", timestamp=500)
        second = capsule.put(PNG, mime="image/png", timestamp=100)
        third = capsule.update(first, "b")
        capsule.delete(third)
        for moment in (capsule.now, capsule.at(0)):
            strip = moment.strip()
            assert list(strip.frame_ids) == [first, second]
            assert list(strip.happened[2]) == [second, first]
            assert list(strip.happened[0]) == [100_000, 500_000]
            assert (len(strip.changes_ms), len(strip.removals_ms)) == (1, 1)
            assert list(strip.times_ms) == sorted(strip.times_ms)
        recorded = [capsule.at(revision).recorded_at for revision in (1, 3)]
        assert list(capsule.now.recorded_ms([first, third])) == [
            int(time.timestamp() * 1000) for time in recorded if time is not None
        ]

    def test_changes_are_told_in_both_directions(self, capsule: engine.Capsule) -> None:
        first, second = capsule.put("a"), capsule.put("b")
        newer = capsule.update(first, "c")
        capsule.delete(second)
        third = capsule.put("d")
        now, then = capsule.now, capsule.at(2)
        assert now.changes_since(then) == engine.Changes((third,), ((first, newer),), (second,))
        assert then.changes_since(now) == engine.Changes((second,), ((newer, first),), (third,))
        assert now.changes_since(now) == engine.Changes((), (), ())
        back = capsule.restore(second)
        assert capsule.now.changes_since(then).changed == ((first, newer), (second, back))

    def test_revisions(self, capsule: engine.Capsule) -> None:
        frame_id = capsule.put("a")
        capsule.put_many([{"content": "b"}, {"content": "c"}])
        capsule.update(frame_id, tags=["t"])
        revisions = capsule.now.revisions()
        assert [r.number for r in revisions] == [1, 2, 3, 4]
        assert [r.batch for r in revisions] == [None, 2, 2, None]
        assert capsule.now.revisions(limit=2) == revisions[2:]
        assert capsule.now.revisions(limit=99) == revisions
        assert capsule.at(2).revisions() == revisions[:2]
        assert capsule.at(0).revisions() == ()
        assert {r.author for r in revisions} == {"Ana"}
        assert not any(r.estimated for r in revisions)

    def test_a_moment_does_not_move(self, capsule: engine.Capsule) -> None:
        first = capsule.put("about otters", title="T")
        moment = capsule.now
        before = (moment.frames(), moment.search("otters").total, moment.facets(), len(moment))
        capsule.update(first, "about herons")
        capsule.put("otters too")
        capsule.commit()
        capsule.delete(max(ids(capsule.now)))
        again = (moment.frames(), moment.search("otters").total, moment.facets(), len(moment))
        assert again[1:] == before[1:]
        assert [info.title for info in again[0]] == ["T"]
        assert moment.text(first) == "about otters"


def test_readers_never_see_half_a_change(tmp_path: Path) -> None:
    """What is visible is a function of the revision, whatever is being written meanwhile."""
    path = tmp_path / "busy.mv2"
    wrong: list[object] = []
    stop = threading.Event()
    with engine.create(path, config=engine.EngineConfig(idle_commit_after=0.02)) as capsule:

        def documents_at(revision: int) -> int:
            """Five changes in turn: put, put with pages, update, put, delete."""
            whole, rest = divmod(revision, 5)
            return whole * 2 + (0, 1, 2, 2, 3)[rest]

        def read() -> None:
            while not stop.is_set():
                now = capsule.now
                found = now.frames()
                if len(now) != documents_at(now.revision) or len(found) != len(now):
                    wrong.append((now.revision, len(now), len(found)))
                for info in found[-3:]:
                    pages = now.parts(info.id)
                    if info.mime == "application/pdf" and [now.text(p.id) for p in pages] != ["p", "q"]:
                        wrong.append((now.revision, info, pages))
                    elif not now.text(info.id):
                        wrong.append(info)
                strip = now.strip()
                if len(strip.times_ms) + len(strip.changes_ms) + len(strip.removals_ms) > capsule.revision:
                    wrong.append("strip")

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for number in range(24):
            first = capsule.put(f"put {number}")
            put_pages(capsule, "p", "q", timestamp=2**33 + number)
            newer = capsule.update(first, "updated")
            capsule.put("kept")
            capsule.delete(newer)
            if number % 9 == 0:
                capsule.commit()
        stop.set()
        for reader in readers:
            reader.join()
        assert wrong == []
        for revision in itertools.chain(range(0, 120, 7), [120]):
            assert len(capsule.at(revision)) == documents_at(revision)
        assert np.all(np.diff(capsule.now.strip().times_ms) >= 0)
