"""The example is what its material says, on the days it says."""

from __future__ import annotations

from datetime import UTC, datetime

import engine
from memvid_studio.ops.demo import Clock, build, log_versions, material, story


def test_the_log_grows_entry_by_entry():
    text = (material() / "files" / "Decision log.md").read_text()
    versions = log_versions(text)
    assert [day.date().isoformat() for day, _ in versions] == [
        "2024-10-01",
        "2024-10-14",
        "2025-05-09",
        "2025-11-20",
        "2026-03-02",
    ]
    assert versions[-1][1] == text
    assert "October 2024" in versions[0][1]
    assert "May 2025" not in versions[0][1]
    assert log_versions("no entries at all") == []


def test_the_story_is_in_order_and_complete():
    events = story(material())
    assert [event.when for event in events] == sorted(event.when for event in events)
    assert {event.name for event in events} == {path.name for path in (material() / "files").iterdir()}
    assert sum(event.do == "delete" for event in events) == 1


def test_every_change_is_recorded_on_its_day(tmp_path):
    clock = Clock()
    with engine.create(tmp_path / "demo.mv2", config=engine.EngineConfig(clock_ms=clock)) as capsule:
        build(capsule, clock, material())
        assert clock.fixed_ms is None
        assert len(capsule.now) == 19
        then = capsule.at(datetime(2025, 6, 15, tzinfo=UTC))
        found = {info.title: then.text(info.id) for info in then.frames()}
        assert "9 May 2025" in found["Decision log.md"]
        assert "20 November 2025" not in found["Decision log.md"]
        assert "Idea, bypass channel.md" in found
        assert "Budget.md" not in found
        assert capsule.verify(deep=True).overall_status == "passed"
