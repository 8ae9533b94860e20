"""Sealed by one, opened by the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import engine
from engine.store.bytestore import MemoryStore
from engine.store.container import Container
from engine.types import PartItem, Place, PutItem
from tests.interop.sdk import sdk
from tests.unit.engine.store.capsules import noise

pytestmark = pytest.mark.sdk

PASSWORD = "korrekt 🐎 battery"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A capsule with a past: secrets that were changed or deleted, some of them still in the ring."""
    path = tmp_path / "notes.mv2"
    with engine.create(path) as capsule:
        capsule.put("The weir stays", title="Kept")
        changed = capsule.put("older-secret-text", title="Changed")
        gone = capsule.put("deleted-secret-text", title="Gone")
        picture = capsule.put(b"deleted-secret-bytes" + noise(5000), mime="image/png")
        paper = (PartItem("page of granite", place=Place(page=1)),)
        old = (PartItem("secret-page-text"),)
        capsule.put_many(
            [
                PutItem(b"%PDF", mime="application/pdf", title="Paper", parts=paper),
                PutItem(b"%PDF old", mime="application/pdf", title="Old", parts=old),
            ]
        )
        capsule.commit()
        capsule.update(changed, "newer text about feldspar", title="Changed well")
        capsule.delete(gone)
        capsule.delete(picture)
        capsule.delete(max(info.id for info in capsule.now.frames() if info.title == "Old"))
        retagged = capsule.update(capsule.put("tagged-and-kept", tags=["secret-tag"]), tags=["open-tag"])
        assert capsule.now.frame(retagged).tags == ("open-tag",)
    return path


def _seal_open(path: Path, out: Path, drop: bool) -> Path:
    with engine.open(path) as capsule:
        capsule.put("pending when it was sealed about obsidian")
        sealed = capsule.seal(out, password=PASSWORD, drop_history=drop)
        assert capsule.now.search("obsidian").total > 0
    return sealed


SEALS: dict[str, Callable[[Path, Path, bool], Path]] = {
    "function": lambda path, out, drop: engine.seal(path, out, password=PASSWORD, drop_history=drop),
    "open capsule": _seal_open,
}


@pytest.mark.parametrize("drop", [False, True], ids=["all", "without history"])
@pytest.mark.parametrize("how", SEALS)
def test_ours_opens_there(path: Path, tmp_path: Path, how: str, drop: bool) -> None:
    sealed = SEALS[how](path, tmp_path / "notes.mv2e", drop)
    answer = sdk(
        "unlock",
        path=sealed,
        out=tmp_path / "unlocked.mv2",
        password=PASSWORD,
        words=["weir", "feldspar", "granite", "obsidian"],
    )
    assert answer["verify"] == "passed"
    found = {word: len(hits) for word, hits in answer["find"].items()}
    assert found == {"weir": 1, "feldspar": 1, "granite": 1, "obsidian": int(how == "open capsule")}


def test_theirs_opens_here(path: Path, tmp_path: Path) -> None:
    sealed = Path(sdk("lock", path=path, out=tmp_path / "locked.mv2e", password=PASSWORD))
    with engine.open(sealed, password=PASSWORD) as capsule, engine.open(path, read_only=True) as plain:
        assert capsule.now.frames() == plain.now.frames()
        assert capsule.now.search("feldspar").total == 1
        capsule.put("added while sealed about quartz")
    answer = sdk("unlock", path=sealed, out=tmp_path / "again.mv2", password=PASSWORD, words=["quartz"])
    assert answer["verify"] == "passed"
    assert len(answer["find"]["quartz"]) == 1
    with pytest.raises(engine.WrongPassword):
        engine.open(sealed, password="wrong")


@pytest.mark.parametrize("how", SEALS)
def test_what_is_left_out_is_nowhere(path: Path, tmp_path: Path, how: str) -> None:
    whole = engine.unseal(SEALS[how](path, tmp_path / "a.mv2e", False), tmp_path / "a.mv2", password=PASSWORD)
    dropped = engine.unseal(
        SEALS[how](path, tmp_path / "b.mv2e", True), tmp_path / "b.mv2", password=PASSWORD
    )
    secrets = (
        b"older-secret-text",
        b"deleted-secret-text",
        b"deleted-secret-bytes",
        b"secret-page-text",
        b"secret-tag",
    )
    assert all(secret in whole.read_bytes() for secret in secrets)
    data = dropped.read_bytes()
    assert [secret for secret in secrets if secret in data] == []
    assert [secret for secret in secrets if any(secret in content for content in all_contents(data))] == []
    assert b"tagged-and-kept" in data
    with engine.open(dropped, read_only=True) as capsule:
        titles = {info.title for info in capsule.now.frames()}
        assert {"Kept", "Changed well", "Paper"} <= titles
        assert capsule.dead_content() == (0, 0)
        assert [capsule.at(r).search("secret*").total for r in range(capsule.revision + 1)] == [0] * (
            capsule.revision + 1
        )
        assert capsule.now.search("granite").hits[0].place == Place(page=1)
        assert capsule.verify(deep=True).overall_status == "passed"
    with engine.open(whole, read_only=True) as capsule:
        assert capsule.dead_content() == (3, 2)


def all_contents(data: bytes) -> list[bytes]:
    """Every payload of a capsule, decoded."""
    ledger = Container(Path("x.mv2"), MemoryStore(data), lock_timeout=0).ledger
    return [ledger.content(frame.id) for frame in ledger.frames if frame.payload_length]


def test_no_plaintext_reaches_the_folder(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sealed"
    folder.mkdir()
    sealed = engine.seal(path, folder / "notes.mv2e", password=PASSWORD)
    with engine.open(sealed, password=PASSWORD) as capsule:
        capsule.put("plain-words-of-a-secret")
        capsule.commit()
        assert [found.name for found in folder.iterdir()] == ["notes.mv2e"]
    assert b"plain-words" not in sealed.read_bytes()
    assert b"weir" not in sealed.read_bytes()
