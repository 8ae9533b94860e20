"""The capsule a caller holds: what can be put and changed, what is refused and in which words."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.sealing.stream import CHUNK_SIZE
from engine.types import PartItem, Place, PutItem
from tests.conftest import REPOSITORY
from tests.unit.engine.store.capsules import PNG, START_MS, noise, ticking

NAIVE = datetime(2024, 1, 1)  # noqa: DTZ001 - a time without a zone, which is refused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.mv2"


@pytest.fixture
def capsule(path: Path) -> Iterator[engine.Capsule]:
    with engine.create(path, config=engine.EngineConfig(author="Ana", clock_ms=ticking())) as capsule:
        yield capsule


class TestPut:
    def test_keeps_every_field(self, capsule: engine.Capsule) -> None:
        frame_id = capsule.put(
            "Über die Furt\n",
            title="Furt",
            uri="mv2://river/ford",
            mime="text/markdown",
            tags=["river", "x=1", "river"],
            labels=("note",),
            track="plans",
            metadata={"depth": 0.4, "who": ["Ana", "Bo"], "none": None},
            timestamp=datetime(2024, 1, 15, 12, tzinfo=UTC),
        )
        capsule.commit()
        info = capsule.now.frame(frame_id)
        assert (info.title, info.uri, info.mime, info.track) == (
            "Furt",
            "mv2://river/ford",
            "text/markdown",
            "plans",
        )
        assert (info.tags, info.labels) == (("river", "x=1"), ("note",))
        assert info.metadata == {"depth": 0.4, "who": ["Ana", "Bo"], "none": None}
        assert info.timestamp == datetime(2024, 1, 15, 12, tzinfo=UTC)
        assert info.recorded_at is not None
        assert info.recorded_at.timestamp() * 1000 >= START_MS
        assert (info.kind, info.status, info.size) == (engine.Kind.TEXT, engine.FrameStatus.ACTIVE, 15)
        assert capsule.now.read(frame_id) == "Über die Furt\n".encode()
        assert capsule.now.find_uri("mv2://river/ford") == frame_id

    @pytest.mark.parametrize(
        ("content", "mime", "expected_mime", "kind"),
        [
            ("text", None, "text/plain", engine.Kind.TEXT),
            (b"text as bytes", None, "text/plain", engine.Kind.TEXT),
            (b"\x00\x01binary", None, "application/octet-stream", engine.Kind.OTHER),
            (PNG, "image/png", "image/png", engine.Kind.IMAGE),
            ("a,b\n1,2\n", "text/csv", "text/csv", engine.Kind.TABLE),
            (b"%PDF-1.4", "application/pdf", "application/pdf", engine.Kind.DOCUMENT),
            (b"RIFF", "audio/wav", "audio/wav", engine.Kind.AUDIO),
            ('{"a": 1}', "application/json", "application/json", engine.Kind.TEXT),
            (b"", None, "text/plain", engine.Kind.TEXT),
        ],
    )
    def test_of_any_kind(
        self,
        capsule: engine.Capsule,
        content: str | bytes,
        mime: str | None,
        expected_mime: str,
        kind: engine.Kind,
    ) -> None:
        frame_id = capsule.put(content, mime=mime)
        for _ in range(2):
            info = capsule.now.frame(frame_id)
            assert (info.mime, info.kind) == (expected_mime, kind)
            assert capsule.now.read(frame_id) == (content.encode() if isinstance(content, str) else content)
            capsule.commit()

    def test_of_a_file(self, capsule: engine.Capsule, tmp_path: Path) -> None:
        source = tmp_path / "weir.md"
        source.write_text("# The weir")
        before = capsule.now
        frame_id = capsule.put(source, tags=["t"])
        assert len(before) == 0
        found = capsule.now.frame(frame_id)
        assert (found.title, found.mime) == ("weir.md", "text/markdown")
        assert capsule.now.text(frame_id) == "# The weir"
        source.unlink()
        assert capsule.now.text(frame_id) == "# The weir"

    @pytest.mark.parametrize("missing", [True, False])
    def test_of_a_file_that_cannot_be_read(
        self, capsule: engine.Capsule, tmp_path: Path, missing: bool
    ) -> None:
        source = tmp_path / "gone.txt"
        if not missing:
            source.mkdir()
        with pytest.raises(engine.SourceError, match=r"gone\.txt"):
            capsule.put(source)
        assert capsule.revision == 0

    def test_odd_characters_are_replaced_not_refused(self, capsule: engine.Capsule) -> None:
        frame_id = capsule.put("a\ud800b", title="t\udcff", tags=["\udc80"], metadata={"k\udc80": "v\udc80"})
        capsule.commit()
        info = capsule.now.frame(frame_id)
        assert (capsule.now.text(frame_id), info.title, info.tags) == ("a?b", "t?", ("?",))

    @pytest.mark.parametrize(
        "options",
        [
            {"tags": "not a list"},
            {"labels": "not a list"},
            {"timestamp": NAIVE},
            {"timestamp": 2**63},
            {"timestamp": 1.5},
            {"timestamp": True},
            {"metadata": {"studio.change": 1}},
            {"metadata": {"x": object()}},
            {"metadata": {1: "x"}},
            {"tags": [str(n) for n in range(2000)]},
            {"metadata": {str(n): n for n in range(5000)}},
            {"embedding": ["x"]},
            {"mime": "application/x-memvid-studio-log"},
            {"mime": "application/x-memvid-studio-history"},
        ],
        ids=lambda options: next(iter(options)) if isinstance(options, dict) else "",
    )
    def test_what_cannot_be_kept_is_refused_at_once(
        self, capsule: engine.Capsule, options: dict[str, Any]
    ) -> None:
        with pytest.raises(engine.EngineError):
            capsule.put("x", **options)
        assert capsule.revision == 0
        capsule.put("fine")

    @pytest.mark.parametrize("content", [7, None, ["x"], object()])
    def test_what_is_no_content(self, capsule: engine.Capsule, content: Any) -> None:
        with pytest.raises(engine.EngineError, match="text, bytes or a Path"):
            capsule.put(content)

    def test_many_from_mappings_and_items(self, capsule: engine.Capsule) -> None:
        ids = capsule.put_many(
            [
                {"content": "one", "title": "One", "tags": ["t"]},
                PutItem(b"%PDF", mime="application/pdf", parts=(PartItem("page", place=Place(page=1)),)),
                {"content": "three"},
            ]
        )
        assert [capsule.now.text(i) for i in ids] == ["one", "page", "three"]
        assert {revision.batch for revision in capsule.now.revisions()} == {1}
        assert capsule.put_many([]) == []
        for wrong in ({"contents": "x"}, {"content": "x", "tags": "t"}, {}):
            with pytest.raises(engine.EngineError):
                capsule.put_many([{"content": "fine"}, wrong])
        assert capsule.revision == 3

    def test_from_many_threads(self, capsule: engine.Capsule) -> None:
        done: list[int] = []

        def work(name: str) -> None:
            done.extend(capsule.put(f"{name} {number}", title=f"{name} {number}") for number in range(25))

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done) == sorted(set(done))
        assert len(capsule.now) == 100
        assert {info.title for info in capsule.now.frames()} == {
            f"{n} {k}" for n in "abcd" for k in range(25)
        }


class TestChanges:
    def test_update_keeps_what_is_not_named(self, capsule: engine.Capsule) -> None:
        first = capsule.put(
            "a", title="T", tags=["x"], labels=["l"], track="k", metadata={"m": 1}, timestamp=5
        )
        second = capsule.update(first, "b")
        third = capsule.update(second, title="U", metadata={"n": 2})
        fourth = capsule.update(third, tags=["y"], timestamp=7)
        capsule.commit()
        info = capsule.now.frame(fourth)
        assert (info.title, info.tags, info.labels, info.track) == ("U", ("y",), ("l",), "k")
        assert info.metadata == {"n": 2}
        assert info.timestamp.timestamp() == 7
        assert capsule.now.text(fourth) == "b"
        assert info.supersedes == third
        history = capsule.now.history(fourth)
        assert [revision.operation for revision in history] == ["put", "update", "update", "update"]
        assert [revision.frame_id for revision in history] == [first, second, third, fourth]
        assert all(revision.author == "Ana" for revision in history)

    def test_fields_can_be_emptied(self, capsule: engine.Capsule) -> None:
        first = capsule.put(
            "a", title="T", tags=["x"], labels=["l"], track="k", metadata={"m": 1}, timestamp=5
        )
        second = capsule.update(
            first, title=None, tags=None, labels=[], track=None, metadata=None, timestamp=None, mime=None
        )
        info = capsule.now.frame(second)
        assert (info.tags, info.labels, info.track, info.metadata) == ((), (), None, {})
        assert (info.title, info.timestamp.timestamp(), info.mime) == (str(first), 5, "text/plain")

    def test_update_with_a_file(self, capsule: engine.Capsule, tmp_path: Path) -> None:
        source = tmp_path / "new.csv"
        source.write_text("a,b\n")
        first = capsule.put("a", title="T", tags=["x"])
        second = capsule.update(first, source)
        info = capsule.now.frame(second)
        assert (info.title, info.tags, info.mime, info.kind) == ("T", ("x",), "text/csv", engine.Kind.TABLE)

    def test_update_of_the_mime(self, capsule: engine.Capsule) -> None:
        text = capsule.update(capsule.put("# a"), mime="text/markdown")
        blob = capsule.update(capsule.put(b"\0\1"), mime="audio/wav")
        capsule.commit()
        assert capsule.now.frame(text).mime == "text/markdown"
        assert capsule.now.text(text) == "# a"
        assert (capsule.now.frame(blob).mime, capsule.now.frame(blob).kind) == (
            "audio/wav",
            engine.Kind.AUDIO,
        )
        with pytest.raises(engine.EngineError, match="reserved"):
            capsule.update(text, mime="application/x-memvid-studio-log")

    def test_wrong_updates(self, capsule: engine.Capsule) -> None:
        frame_id = capsule.put("a")
        with pytest.raises(engine.EngineError, match="needs new content or at least one field"):
            capsule.update(frame_id)
        with pytest.raises(engine.EngineError, match="colour"):
            capsule.update(frame_id, colour="red")
        with pytest.raises(engine.FrameNotFound, match="99"):
            capsule.update(99, "x")
        with pytest.raises(engine.FrameNotFound):
            capsule.update(frame_id + 1, title="x")
        for wrong in ("x", None, 1.5, -1):
            with pytest.raises(engine.FrameNotFound):
                capsule.delete(wrong)  # type: ignore[arg-type]
        assert capsule.revision == 1

    def test_delete_twice_and_restore_twice(self, capsule: engine.Capsule) -> None:
        frame_id = capsule.put("a")
        capsule.delete(frame_id)
        with pytest.raises(engine.FrameNotFound, match="not in the capsule any more"):
            capsule.delete(frame_id)
        back = capsule.restore(frame_id)
        with pytest.raises(engine.EngineError, match="in the capsule already"):
            capsule.restore(back)
        again = capsule.restore(frame_id)
        assert [info.id for info in capsule.now.frames()] == [again]
        assert capsule.now.text(again) == "a"

    def test_our_own_frames_are_no_documents(self, capsule: engine.Capsule) -> None:
        capsule.put("a")
        capsule.commit()
        history = 1
        for call in (capsule.delete, capsule.restore, lambda i: capsule.update(i, title="x")):
            with pytest.raises(engine.FrameNotFound):
                call(history)
        with pytest.raises(engine.FrameNotFound):
            capsule.now.frame(history)


class TestEvents:
    def test_changes_and_commits_are_told(self, capsule: engine.Capsule) -> None:
        events: list[engine.Event] = []
        stop = capsule.on_event(events.append)
        first = capsule.put("a")
        capsule.put_many([{"content": "b"}])
        capsule.put("c")
        capsule.commit()
        changed = [event for event in events if isinstance(event, engine.Changed)]
        assert [event.revision for event in changed] == [1, 2, 3]
        assert changed[0].frame_ids == (first,)
        committed = [event for event in events if isinstance(event, engine.Committed)]
        assert committed[-1] == engine.Committed(3, capsule.path.stat().st_size)
        stop()
        count = len(events)
        capsule.put("d")
        assert len(events) == count

    def test_a_listener_that_fails_stops_nobody(
        self, capsule: engine.Capsule, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(_: object) -> None:
            raise RuntimeError("of the listener")

        told: list[object] = []
        capsule.on_event(fail)
        capsule.on_event(told.append)
        capsule.put("a")
        assert told
        assert "of the listener" in caplog.text

    def test_values_can_be_sent_anywhere(self, capsule: engine.Capsule) -> None:
        events: list[engine.Event] = []
        capsule.on_event(events.append)
        frame_id = capsule.put("the weir", title="T")
        now = capsule.now
        values = [
            now.frame(frame_id), now.revisions(), now.search("weir"), now.facets(), now.facts(), capsule.stats(),
            capsule.verify(deep=True), engine.probe(capsule.path), *events,
        ]  # fmt: skip
        for value in values:
            assert str(pickle.loads(pickle.dumps(value))) == str(value)


class TestMoments:
    def test_by_number_time_and_words(self, path: Path) -> None:
        times = iter([START_MS, START_MS + 60_000, START_MS + 120_000])
        config = engine.EngineConfig(clock_ms=lambda: next(times, START_MS + 120_000))
        with engine.create(path, config=config) as capsule:
            for number in range(6):
                capsule.put(str(number))
            revisions = capsule.now.revisions()
            assert capsule.at(0).revision == 0
            assert capsule.at(capsule.at(2)).revision == 2
            assert capsule.at("revision 3").revision == 3
            for revision in revisions:
                assert capsule.at(revision.recorded_at).revision == revision.number
                just_before = revision.recorded_at - timedelta(milliseconds=1)
                assert capsule.at(just_before).revision == revision.number - 1
            assert capsule.at("2000-01-01").revision == 0
            assert capsule.at("999999 weeks ago").revision == 0
            assert capsule.at("now") == capsule.now

    def test_now_is_the_newest_even_when_the_clock_is_behind(self, path: Path) -> None:
        """A thousand changes within a millisecond each get a time of their own."""
        with engine.create(path) as capsule:
            capsule.put_many([{"content": str(number)} for number in range(1000)])
            assert capsule.at("now").revision == 1000

    @pytest.mark.parametrize("when", [-1, 2, True, 1.5, "yesterday-ish", None, "0000-13-41", NAIVE])
    def test_that_do_not_exist(self, capsule: engine.Capsule, when: Any) -> None:
        capsule.put("a")
        with pytest.raises(engine.EngineError):
            capsule.at(when)


class TestBadInput:
    """Each message names the file and says what to do."""

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"", "empty file"),
            (b"%PDF-1.7 " + bytes(9000), "PDF"),
            (b"SQLite format 3\0" + bytes(9000), "SQLite"),
            (b"PK\3\4" + bytes(9000), "ZIP"),
            (bytes(9000), "zero bytes"),
            (b"hello world", ""),
            (b"MV3\0" + bytes(9000), ""),
        ],
    )
    @pytest.mark.parametrize("call", [engine.open, engine.seal], ids=["open", "seal"])
    def test_not_a_capsule(self, tmp_path: Path, content: bytes, what: str, call: Any) -> None:
        path = tmp_path / "thing.mv2"
        path.write_bytes(content)
        more = {} if call is engine.open else {"out": tmp_path / "out.mv2e", "password": "x"}
        with pytest.raises(engine.NotACapsule) as caught:
            call(path, **more)
        message = str(caught.value)
        assert "“thing.mv2”" in message
        assert what in message
        assert "Choose a .mv2 or .mv2e file" in message
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]

    def test_a_beginning_only(self, tmp_path: Path, path: Path) -> None:
        with engine.create(path) as capsule:
            capsule.put("a")
        data = path.read_bytes()
        for size in (10, 4096, 100_000, len(data) - 2000):
            cut = tmp_path / "cut.mv2"
            cut.write_bytes(data[:size])
            with pytest.raises(engine.DamagedFile, match=r"“cut\.mv2” is damaged"):
                engine.open(cut)

    def test_a_newer_version(self, path: Path) -> None:
        engine.create(path).close()
        data = bytearray(path.read_bytes())
        data[6] = 9
        path.write_bytes(data)
        with pytest.raises(engine.UnsupportedVersion, match=r"“notes\.mv2”.*Nothing was changed"):
            engine.open(path)
        with pytest.raises(engine.UnsupportedVersion, match=r"notes\.mv2"):
            engine.probe(path)

    def test_a_folder_and_nothing(self, tmp_path: Path) -> None:
        folder = tmp_path / "folder.mv2"
        folder.mkdir()
        for call in (engine.open, engine.probe):
            with pytest.raises(engine.StorageError, match=r"“folder\.mv2” is a folder"):
                call(folder)
            with pytest.raises(engine.CapsuleNotFound, match=r"gone\.mv2"):
                call(tmp_path / "gone.mv2")
        with pytest.raises(FileNotFoundError):
            engine.open(tmp_path / "no" / "such" / "folder.mv2")

    def test_create_where_something_lies(self, path: Path, tmp_path: Path) -> None:
        path.write_bytes(b"precious")
        with pytest.raises(engine.CapsuleExists, match=r"“notes\.mv2” exists already.*Open it, or choose"):
            engine.create(path)
        with pytest.raises(FileExistsError):
            engine.create(path)
        assert path.read_bytes() == b"precious"
        with pytest.raises(engine.StorageError, match="Create it or choose another"):
            engine.create(tmp_path / "no" / "folder.mv2")
        (tmp_path / "file").touch()
        with pytest.raises(engine.StorageError):
            engine.create(tmp_path / "file" / "x.mv2")

    def test_without_permission(self, tmp_path: Path) -> None:
        """As a user who is not root, in a process of its own."""
        path = tmp_path / "theirs.mv2"
        with engine.create(path) as capsule:
            capsule.put("readable")
        path.chmod(0o444)
        secret = tmp_path / "secret.mv2"
        shutil.copy(path, secret)
        secret.chmod(0o000)
        for folder in (tmp_path, *tmp_path.parents):
            if folder.stat().st_mode & 0o055 != 0o055 and folder.is_relative_to("/tmp"):
                folder.chmod(0o755)
        code = """
import json, os, sys
import engine, engine.capsule
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
out = {}
for name, call in {
    "write": lambda: engine.open(sys.argv[1]),
    "read": lambda: engine.open(sys.argv[2], read_only=True),
    "create": lambda: engine.create(sys.argv[3]),
}.items():
    try:
        call()
        out[name] = "no error"
    except engine.StorageError as error:
        out[name] = str(error)
with engine.open(sys.argv[1], read_only=True) as capsule:
    out["documents"] = len(capsule.now)
print(json.dumps(out))
"""
        done = subprocess.run(
            [sys.executable, "-c", code, path, secret, tmp_path / "new.mv2"],
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            timeout=60,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert said["documents"] == 1
        assert "“theirs.mv2” cannot be changed: no permission. Open it read-only" in said["write"]
        assert "“secret.mv2” cannot be read: no permission" in said["read"]
        assert "“new.mv2” cannot be written: no permission" in said["create"]
        assert sorted(found.name for found in tmp_path.iterdir()) == ["secret.mv2", "theirs.mv2"]

    def test_read_only_refuses_every_change(self, path: Path) -> None:
        with engine.create(path) as capsule:
            frame_id = capsule.put("a")
        data = path.read_bytes()
        with engine.open(path, read_only=True) as capsule:
            for call in (
                lambda: capsule.put("x"),
                lambda: capsule.put_many([{"content": "x"}]),
                lambda: capsule.update(frame_id, "x"),
                lambda: capsule.delete(frame_id),
                lambda: capsule.restore(frame_id),
                lambda: capsule.ingest([path]),
                capsule.commit,
            ):
                with pytest.raises(engine.ReadOnly, match=r"“notes\.mv2” is open for reading only"):
                    call()
        assert path.read_bytes() == data

    def test_closed(self, path: Path) -> None:
        capsule = engine.create(path)
        frame_id = capsule.put("a")
        moment = capsule.now
        capsule.close()
        capsule.close()
        for call in (
            lambda: capsule.put("x"),
            lambda: capsule.now,
            lambda: capsule.at(0),
            capsule.verify,
            lambda: moment.text(frame_id),
        ):
            with pytest.raises(engine.EngineError, match="has been closed"):
                call()


class TestSealed:
    @pytest.fixture
    def sealed(self, tmp_path: Path) -> Path:
        path = tmp_path / "large.mv2"
        with engine.create(path) as capsule:
            capsule.put(noise(3 * CHUNK_SIZE), mime="image/png", title="large")
            capsule.put("small")
        return engine.seal(path, tmp_path / "large.mv2e", password="secret")

    def test_opens_searches_and_saves(self, sealed: Path) -> None:
        before = sealed.read_bytes()
        with engine.open(sealed, password="secret") as capsule:
            assert capsule.sealed
            assert {info.title for info in capsule.now.frames()} == {"large", "2"}
            capsule.put("added about otters")
            assert capsule.unsaved
            assert sealed.read_bytes() == before
            capsule.commit()
            assert not capsule.unsaved
            assert sealed.read_bytes() != before
            capsule.put("and more")
        with engine.open(sealed, password="secret", read_only=True) as capsule:
            assert len(capsule.now) == 4
            assert capsule.now.search("otters").total == 1
            assert capsule.verify(deep=True).overall_status == "passed"
            with pytest.raises(engine.ReadOnly):
                capsule.put("x")

    @pytest.mark.parametrize(
        "call",
        [
            lambda cut, _: engine.open(cut, password="secret"),
            lambda cut, out: engine.unseal(cut, out, password="secret"),
        ],
        ids=["open", "unseal"],
    )
    def test_cut_between_two_chunks(self, sealed: Path, tmp_path: Path, call: Any) -> None:
        """Where the official reader gives back a shorter capsule without a word."""
        data = sealed.read_bytes()
        at = 64
        borders = []
        while at < len(data):
            at += 4 + int.from_bytes(data[at : at + 4], "little")
            borders.append(at)
        assert len(borders) == 4
        cut = tmp_path / "cut.mv2e"
        for border in (*borders[:-1], 64, borders[0] + 10, len(data) - 1):
            cut.write_bytes(data[:border])
            with pytest.raises(engine.DamagedFile, match=r"“cut\.mv2e” is damaged.*get a whole copy"):
                call(cut, tmp_path / "out.mv2")
        assert not (tmp_path / "out.mv2").exists()

    def test_changed_bytes(self, sealed: Path, tmp_path: Path) -> None:
        data = bytearray(sealed.read_bytes())
        data[-5] ^= 1
        sealed.write_bytes(data)
        with pytest.raises(engine.DamagedFile, match=r"large\.mv2e"):
            engine.open(sealed, password="secret")

    def test_refusals(self, sealed: Path, tmp_path: Path) -> None:
        plain = tmp_path / "large.mv2"
        for call in (
            lambda: engine.open(sealed),
            lambda: engine.open(sealed, password="wrong"),
            lambda: engine.unseal(sealed, tmp_path / "x.mv2", password="wrong"),
            lambda: engine.seal(plain, tmp_path / "x.mv2e", password=""),
        ):
            with pytest.raises(engine.WrongPassword):
                call()
        with pytest.raises(engine.CapsuleExists, match=r"large\.mv2e.*Choose another name"):
            engine.seal(plain, sealed, password="x")
        with pytest.raises(engine.CapsuleExists, match=r"large\.mv2"):
            engine.unseal(sealed, plain, password="secret")
        with pytest.raises(engine.NotACapsule, match="sealed already"):
            engine.seal(sealed, tmp_path / "y.mv2e", password="x")
        with pytest.raises(engine.NotACapsule, match=r"large\.mv2"):
            engine.unseal(plain, tmp_path / "y.mv2", password="x")
        assert sorted(found.name for found in tmp_path.iterdir()) == ["large.mv2", "large.mv2e"]

    def test_a_plain_capsule_ignores_a_password(self, path: Path) -> None:
        engine.create(path).close()
        with engine.open(path, password="x") as capsule:
            assert not capsule.sealed

    def test_probe(self, sealed: Path, tmp_path: Path) -> None:
        facts = engine.probe(sealed)
        assert (facts.kind, facts.sealed) == ("sealed", True)
        assert facts.plain_size == (tmp_path / "large.mv2").stat().st_size
        facts = engine.probe(tmp_path / "large.mv2")
        assert (facts.kind, facts.version, facts.sealed) == ("capsule", "2.1", False)
        other = tmp_path / "other.txt"
        other.write_text("x")
        assert engine.probe(other).kind == "other"

    def test_a_copy_holds_what_another_process_left_in_the_ring(self, path: Path, tmp_path: Path) -> None:
        with engine.create(path) as one, engine.open(path) as two:
            two.put("of the other, pending")
            out = one.seal(tmp_path / "x.mv2e", password="x")
        plain = engine.unseal(out, tmp_path / "x.mv2", password="x")
        with engine.open(plain, read_only=True) as capsule:
            assert len(capsule.now) == 1
            assert not capsule._container.dirty


def test_statistics(capsule: engine.Capsule) -> None:
    first = capsule.put(noise(50_000), mime="image/png")
    capsule.put("text")
    capsule.put_many([PutItem(b"%PDF", mime="application/pdf", parts=(PartItem("a"), PartItem("b")))])
    stats = capsule.stats()
    assert (stats.document_count, stats.active_frame_count) == (3, 5)
    assert stats.live_bytes + stats.dead_bytes == stats.size_bytes == capsule.path.stat().st_size
    assert stats.sdk_room_bytes < 52_428_800 - 50_000
    then = capsule.now
    capsule.delete(first)
    capsule.commit()
    assert capsule.stats().document_count == 2
    assert capsule.stats(then).document_count == 3
    assert capsule.dead_content() == (1, 0)
    capsule.update(1, "other")
    assert capsule.dead_content() == (1, 1)
