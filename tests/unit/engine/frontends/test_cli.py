"""The command line as a person or a script uses it, in this process."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.frontends.cli import main


class Terminal:
    """Runs commands and keeps what they printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        self._capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        printed = self._capsys.readouterr()
        return status, printed.out, printed.err

    def json(self, *arguments: object) -> Any:
        status, out, err = self(*arguments, "--json")
        assert status == 0, err
        return json.loads(out)


@pytest.fixture
def mv2(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.mv2"
    with engine.create(path) as capsule:
        capsule.put(
            "The heron stands in the shallow water.", title="Heron", tags=["river"], timestamp=1_700_000_000
        )
        capsule.put("A café by the weir.", title="Café", uri="mv2://town/cafe", timestamp=1_600_000_000)
    return path


def type_in(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), "utf-8"))


def test_create_then_put_then_find(mv2: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mv2"
    assert mv2("create", path)[0] == 0
    type_in(monkeypatch, "Les grues reviennent en été.".encode())
    put = mv2.json(
        "put", path, "-", "--title", "Grues", "--tag", "oiseaux", "--tag", "été", "--metadata", '{"page": 3}'
    )
    assert put == {"frame_ids": [0], "revision": 1, "duplicates": [], "failed": []}
    found = mv2.json("find", path, "ete")
    assert found["total_hits"] == 1
    assert found["revision"] == 1
    (hit,) = found["hits"]
    assert (hit["rank"], hit["frame_id"], hit["document_id"], hit["title"]) == (1, 0, 0, "Grues")
    assert [hit["snippet"][start:end] for start, end in hit["spans"]] == ["été"]
    with engine.open(path, read_only=True) as capsule:
        info = capsule.now.frame(0)
    assert (info.tags, info.metadata) == (("oiseaux", "été"), {"page": 3})


def test_put_takes_in_files_and_says_what_it_could_not(mv2: Terminal, tmp_path: Path, notes: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "one.md").write_text("# Otters\n\nThree of them.")
    status, out, err = mv2("put", notes, folder, tmp_path / "missing.txt", "--json")
    assert status == 1
    value = json.loads(out)
    assert len(value["frame_ids"]) == 1
    assert [item["source"].endswith("missing.txt") for item in value["failed"]] == [True]
    assert "missing.txt" in err
    again = mv2.json("put", notes, folder)
    assert again["frame_ids"] == []
    assert len(again["duplicates"]) == 1


def test_timeline_is_ordered_and_bounded(mv2: Terminal, notes: Path) -> None:
    assert [entry["title"] for entry in mv2.json("timeline", notes)] == ["Café", "Heron"]
    assert [entry["title"] for entry in mv2.json("timeline", notes, "--reverse", "--limit", 1)] == ["Heron"]
    assert [entry["title"] for entry in mv2.json("timeline", notes, "--since", "2023-01-01")] == ["Heron"]
    (first, _) = mv2.json("timeline", notes)
    assert first["timestamp"] == 1_600_000_000
    assert first["preview"] == "A café by the weir."
    assert first["recorded_at"].endswith("Z")


def test_view_by_id_by_uri_raw_and_into_a_file(mv2: Terminal, notes: Path, tmp_path: Path) -> None:
    assert mv2("view", notes, 0)[1] == "The heron stands in the shallow water.\n"
    assert mv2.json("view", notes, "mv2://town/cafe")["text"] == "A café by the weir."
    out = tmp_path / "out.txt"
    assert mv2("view", notes, 1, "--raw", "-o", out)[0] == 0
    assert out.read_text("utf-8") == "A café by the weir."
    status, _, err = mv2("view", notes, 1, "-o", out)
    assert status == 1
    assert "exists already" in err


def test_update_delete_restore_and_the_way_back(
    mv2: Terminal, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, b"The heron has gone.")
    changed = mv2.json("update", notes, 0, "-", "--title", "Grey heron")
    assert changed["revision"] == 3
    assert mv2.json("delete", notes, 1) == {"revision": 4}
    assert [entry["title"] for entry in mv2.json("timeline", notes)] == ["Grey heron"]
    assert mv2("view", notes, 0, "--at", 2)[1].startswith("The heron stands")
    assert mv2.json("diff", notes, 2, "now") == {
        "added": [],
        "changed": [[0, changed["frame_id"]]],
        "removed": [1],
    }
    back = mv2.json("restore", notes, 1)
    assert back["revision"] == 5
    assert mv2.json("find", notes, "cafe")["hits"][0]["document_id"] == back["frame_id"]
    operations = [entry["operation"] for entry in mv2.json("history", notes)]
    assert operations == ["put", "put", "update", "delete", "restore"]
    assert [entry["revision"] for entry in mv2.json("history", notes, 0)] == [1, 3]


def test_stats_and_verify_are_one_document_each(mv2: Terminal, notes: Path) -> None:
    stats = mv2.json("stats", notes)
    assert stats["document_count"] == 2
    assert stats["revision"] == 2
    assert stats["size_bytes"] == notes.stat().st_size
    report = mv2.json("verify", notes, "--deep")
    assert report["overall_status"] == "passed"
    assert {"content", "history"} <= {check["name"] for check in report["checks"]}
    assert len(report["head_hash"]) == 64


def test_lock_and_unlock(mv2: Terminal, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n")
    sealed = notes.with_suffix(".mv2e")
    assert mv2("lock", notes, "--password-file", secret)[0] == 0
    assert mv2.json("--password-file", secret, "find", sealed, "heron")["total_hits"] == 1
    monkeypatch.setenv("MV2_PASSWORD", "wrong")
    status, _, err = mv2("find", sealed, "heron")
    assert status == 5
    assert "password" in err
    assert mv2("unlock", sealed, "-o", tmp_path / "open.mv2", "--password-file", secret)[0] == 0
    assert mv2.json("verify", tmp_path / "open.mv2", "--deep")["overall_status"] == "passed"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("find", "NOTES", "(heron"), 2, "parenthesis"),
        (("find", "MISSING", "heron"), 1, "no file"),
        (("find", "FOREIGN", "heron"), 3, "not a capsule"),
        (("find", "EMPTY", "heron"), 3, "empty file"),
        (("view", "NOTES", "77"), 1, "no frame 77"),
        (("view", "NOTES", "mv2://nowhere"), 1, "address"),
        (("update", "NOTES", "0"), 2, "Nothing to change"),
        (("update", "NOTES", "0", "--metadata", "{"), 2, "not JSON"),
        (("timeline", "NOTES", "--since", "someday"), 2, "no time"),
        (("find", "NOTES", "heron", "--at", "someday"), 1, "names no moment"),
        (("create", "NOTES"), 1, "exists already"),
        (("delete", "NOTES", "9"), 1, "no frame 9"),
    ],
)
def test_what_goes_wrong_has_a_status_and_words(
    mv2: Terminal, notes: Path, tmp_path: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    (tmp_path / "foreign.mv2").write_bytes(b"%PDF-1.7 not a capsule" * 400)
    (tmp_path / "empty.mv2").write_bytes(b"")
    names = {
        "NOTES": str(notes),
        "MISSING": str(tmp_path / "missing.mv2"),
        "FOREIGN": str(tmp_path / "foreign.mv2"),
        "EMPTY": str(tmp_path / "empty.mv2"),
    }
    found, out, err = mv2(*(names.get(argument, argument) for argument in arguments))
    assert found == status, err
    assert words in err
    assert out == ""
    assert "Traceback" not in err


def test_a_find_without_hits_is_no_failure(mv2: Terminal, notes: Path) -> None:
    status, out, _ = mv2("find", notes, "walrus")
    assert status == 0
    assert out.startswith("0 found")


def test_wrong_usage_is_two(notes: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["find", str(notes)])
    assert stopped.value.code == 2
