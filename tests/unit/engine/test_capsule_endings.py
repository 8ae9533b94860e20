"""Ends and edges of an open capsule: saving that fails, listeners, closing in between, several who look."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

import engine
from engine.jobs import writer as writing


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    plain, path = tmp_path / "plain.mv2", tmp_path / "sealed.mv2e"
    with engine.create(plain) as capsule:
        capsule.put("An old note.")
    engine.seal(plain, path, password="secret")
    return path


class TestSealed:
    def test_what_cannot_be_saved_stays_open(self, sealed: Path, tmp_path: Path) -> None:
        capsule = engine.open(sealed, password="secret")
        capsule.put("A new note.")
        os.utime(sealed, (1, 1))
        with pytest.raises(engine.StorageError, match="still in memory"):
            capsule.close()
        assert capsule.unsaved
        assert len(capsule.now) == 2
        capsule.seal(tmp_path / "rescued.mv2e", password="secret")
        capsule.close(discard=True)
        with engine.open(tmp_path / "rescued.mv2e", password="secret") as rescued:
            assert len(rescued.now) == 2
        with engine.open(sealed, password="secret") as old:
            assert len(old.now) == 1

    def test_a_link_stays_a_link_and_the_permissions_stay(self, sealed: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.mv2e"
        link.symlink_to(sealed)
        sealed.chmod(0o600)
        with engine.open(link, password="secret") as capsule:
            capsule.put("A new note.")
        assert link.is_symlink()
        assert sealed.stat().st_mode & 0o777 == 0o600
        with engine.open(sealed, password="secret") as capsule:
            assert len(capsule.now) == 2
            assert not capsule.unsaved

    def test_nothing_readable_reaches_the_folder(self, sealed: Path, tmp_path: Path) -> None:
        (tmp_path / "plain.mv2").unlink()
        with engine.open(sealed, password="secret") as capsule:
            capsule.put("The heron is nowhere to be read.")
            capsule.commit()
            assert capsule.now.search("heron").total == 1
            for path in tmp_path.rglob("*"):
                assert path.is_dir() or b"heron" not in path.read_bytes()


class TestWriter:
    def test_a_listener_that_puts_is_refused_and_nobody_hangs(self, tmp_path: Path) -> None:
        refused: list[BaseException] = []
        with engine.create(tmp_path / "a.mv2") as capsule:

            def listen(event: engine.Event) -> None:
                if isinstance(event, engine.Changed) and not refused:
                    try:
                        capsule.put("From the listener.")
                    except engine.EngineError as error:
                        refused.append(error)

            capsule.on_event(listen)
            capsule.put("From outside.")
            assert len(refused) == 1
            assert "another thread" in str(refused[0])
            assert len(capsule.now) == 1

    def test_an_unexpected_error_does_not_end_the_thread(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with engine.create(tmp_path / "a.mv2") as capsule:
            monkeypatch.setattr(writing.Writer, "_tick", lambda _: 1 / 0)
            capsule.put("One.")
            capsule.put("Two.")
            monkeypatch.undo()
            capsule.put("Three.")
            assert len(capsule.now) == 3

    def test_putting_while_it_closes_ends_either_way(self, tmp_path: Path) -> None:
        for number in range(10):
            capsule = engine.create(tmp_path / f"{number}.mv2")
            acknowledged: list[int] = []

            def put_on(capsule: engine.Capsule = capsule, done: list[int] = acknowledged) -> None:
                try:
                    while True:
                        done.append(capsule.put("Again."))
                except engine.EngineError:
                    return

            threads = [threading.Thread(target=put_on) for _ in range(3)]
            for thread in threads:
                thread.start()
            time.sleep(0.01)
            capsule.close()
            for thread in threads:
                thread.join(10)
                assert not thread.is_alive()
            with engine.open(tmp_path / f"{number}.mv2") as again:
                assert set(acknowledged) <= {int(one) for one in again.now.document_ids()}


class TestLooking:
    def test_a_moment_of_a_time_holds_only_what_is_durable(self, tmp_path: Path) -> None:
        with engine.create(tmp_path / "a.mv2") as capsule:
            first = capsule.put("One.")
            ledger = capsule._container.ledger
            held = capsule.at(datetime.now(UTC))
            ledger.history.append(ledger.history.entry(1))
            try:
                assert capsule.at(datetime.now(UTC)).revision == 1
                assert len(held) == 1
                assert len(held.strip().times_ms) == 1
            finally:
                capsule._container._forget_unwritten()
            assert capsule.now.text(first) == "One."

    def test_a_read_only_capsule_sees_what_others_commit(self, tmp_path: Path) -> None:
        path = tmp_path / "a.mv2"
        with engine.create(path) as writer:
            writer.put("One.")
            with engine.open(path, read_only=True) as reader:
                reloaded = threading.Event()
                reader.on_event(lambda event: reloaded.set() if isinstance(event, engine.Reloaded) else None)
                before = reader.now
                writer.put("Two.")
                assert reloaded.wait(10)
                assert len(reader.now) == 2
                assert len(before) == 1

    def test_content_that_was_deleted_is_taken_in_again(self, tmp_path: Path) -> None:
        note = tmp_path / "note.txt"
        note.write_text("The same bytes.")
        with engine.create(tmp_path / "a.mv2") as capsule:
            (first,) = capsule.ingest([note]).wait(30).result.frame_ids
            assert capsule.ingest([note]).wait(30).result.duplicates
            stale = capsule._container.ledger.active_digests()
            capsule.delete(first)
            capsule._container.ledger._digests = stale
            assert len(capsule.ingest([note]).wait(30).result.frame_ids) == 1
            assert len(capsule.now) == 1
