"""Capsules that the official SDK made, against what it says itself about each of them."""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

import engine
from engine.format.search_text import normalise
from tests.conftest import FORMATS

SAMPLES = FORMATS / "samples"
DAMAGED = ("corrupt_toc.mv2", "truncated.mv2")
WHOLE_THOUGH_DAMAGED = ("bad_footer_offset.mv2", "corrupt_wal.mv2", "trailing_junk.mv2")
READABLE = sorted(path.name for path in SAMPLES.glob("*.mv2") if path.name not in DAMAGED)
DESCRIBED = [name for name in READABLE if name != "corrupt_wal.mv2"]

NOT_PROVED = {
    # Chunked texts: the SDK kept no digest of them. Compared with their inputs below.
    "chunked.mv2": {0, 7, 13},
    # A picture and a binary file, of which it kept what their bytes are as text.
    "files.mv2": {2, 3},
    # What normalisation changed beyond line ends; compared with their inputs below.
    "unicode.mv2": {0, 5, 6},
    # Ended with a blank.
    "wal_pending.mv2": set(range(3, 15)),
}

THEIRS_ONLY = {
    # Found there because a metadata key is called that.
    ("unicode.mv2", "emoji"): {1, 2, 3, 5, 7},
    # Found there by a tag; the text has the word only with a prefix.
    ("unicode.mv2", "עברית"): {3},
}


@functools.cache
def said_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return found


@pytest.fixture(params=DESCRIBED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def moment(name: str) -> Iterator[engine.Moment]:
    with engine.open(SAMPLES / name, read_only=True) as capsule:
        yield capsule.now


def test_none_is_left_out() -> None:
    assert len(READABLE) == 19
    assert len(DESCRIBED) + len(DAMAGED) + 1 == len(list(SAMPLES.glob("*.mv2")))


def test_reading_changes_nothing(name: str, moment: engine.Moment) -> None:
    assert moment.search("anything").total >= 0
    data = (SAMPLES / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == said_of(name)["sha256"]


def test_documents_and_times(name: str, moment: engine.Moment) -> None:
    said = said_of(name)
    timeline = [(entry["frame_id"], entry["timestamp"], entry["uri"]) for entry in said["timeline"]]
    ours = [(info.id, int(info.timestamp.timestamp()), info.uri) for info in moment.frames()]
    assert ours[: len(timeline)] == timeline
    if name != "hnsw.mv2":  # its list is cut in the JSON
        assert len(ours) == len(timeline)
    assert moment.stats().frame_count == said["stats"]["frame_count"]
    assert len(ours) + sum(len(moment.parts(info[0])) for info in ours) == said["stats"]["active_frame_count"]


def test_titles_tags_and_metadata(name: str, moment: engine.Moment) -> None:
    removed = {revision.frame_id for revision in moment.revisions() if revision.operation == "delete"}
    assert bool(removed) == (name in ("deletes.mv2", "hnsw.mv2", "vectors_flat.mv2", "vectors_lost.mv2"))
    for uri, fields in said_of(name)["frames"].items():
        if fields["id"] in removed:  # it goes on answering with them
            continue
        info = moment.frame(fields["id"])
        assert info.uri == uri
        assert (info.title, info.track) == (fields["title"], fields["track"])
        if info.parent_id is None:
            assert list(info.tags) == fields["tags"]
            assert list(info.labels) == fields["labels"]
        metadata = fields.get("extra_metadata", {})
        assert set(info.metadata) == set(metadata)
        for key, value in metadata.items():
            assert info.metadata[key] in (value, _json(value))
        assert int(info.timestamp.timestamp()) == fields["timestamp"]


def test_texts_begin_as_the_sdk_shows_them(name: str, moment: engine.Moment) -> None:
    for entry in said_of(name)["timeline"]:
        text, preview = normalise(moment.text(entry["frame_id"])), entry["preview"]
        assert text
        assert preview.startswith(text[: len(preview)])
        assert text.startswith(preview[: len(text)])


def test_texts_are_proved_by_their_digests(name: str, moment: engine.Moment) -> None:
    unproved = set()
    for info in moment.frames():
        digest = moment._ledger.frame(info.id).source_sha256
        if digest is None or blake3(moment.text(info.id).encode()).digest() != digest:
            unproved.add(info.id)
        else:
            assert moment.read(info.id) == moment.text(info.id).encode()
    assert unproved == NOT_PROVED.get(name, set())


def test_pieces_have_the_bytes_that_blob_gives(name: str, moment: engine.Moment) -> None:
    blobs = {uri: said for uri, said in said_of(name)["blobs"].items() if said["length"]}
    for uri, said in blobs.items():
        frame_id = said_of(name)["frames"][uri]["id"]
        assert hashlib.sha256(moment.read(frame_id)).hexdigest() == said["sha256"]
    assert bool(blobs) == (name == "chunked.mv2")


def test_what_the_sdk_finds_we_find(name: str, moment: engine.Moment) -> None:
    for query, said in said_of(name)["find_lex"].items():
        theirs = set()
        for hit in said.get("hits", ()):
            info = moment.frame(hit["frame_id"])
            theirs.add(info.id if info.parent_id is None else info.parent_id)
        ours = set(moment.search(query, limit=1).document_ids.tolist())
        assert theirs - ours == THEIRS_ONLY.get((name, query), set()), query


def test_history_of_a_file_that_has_none(name: str, moment: engine.Moment) -> None:
    """Derived from the order of frames: nothing before the first, everything at the end."""
    assert len(moment._ledger.visible(0).documents) == 0
    revisions = moment.revisions()
    assert all(revision.estimated for revision in revisions)
    times = [revision.recorded_at for revision in revisions]
    assert times == sorted(times)
    assert sum(1 for r in revisions if r.operation == "put") - sum(
        1 for r in revisions if r.operation == "delete"
    ) == len(moment)


def test_unicode_inputs() -> None:
    with engine.open(SAMPLES / "unicode.mv2", read_only=True) as capsule:
        now = capsule.now
        for given in said_of("unicode.mv2")["inputs"]:
            frame_id = now.find_uri(given["uri"])
            info = now.frame(frame_id)
            assert info.title == given["title"]
            assert set(given["tags"]) <= set(info.tags)
            digest = now._ledger.frame(frame_id).source_sha256
            assert digest == blake3(given["text"].encode()).digest()
            # Exact where the SDK left the text as it was, else what its normalisation made of it.
            exact = blake3(now.text(frame_id).encode()).digest() == digest
            assert now.text(frame_id) == (given["text"] if exact else normalise(given["text"]))


def test_chunked_inputs() -> None:
    with engine.open(SAMPLES / "chunked.mv2", read_only=True) as capsule:
        now = capsule.now
        for uri, text in said_of("chunked.mv2")["inputs"].items():
            frame_id = now.find_uri(uri)
            found = now.text(frame_id)
            if uri.endswith(".md"):
                # Its structural splitter repeats the header of a table, so the pieces are more than the text.
                lines = [line.strip() for line in found.splitlines() if line.strip()]
                wanted = [line.strip() for line in text.splitlines() if line.strip()]
                assert [line for line in wanted if line not in lines] == []
                assert set(lines) <= set(wanted)
            else:
                assert found == text.strip()
            assert len(now.parts(frame_id)) == len(
                next(e for e in said_of("chunked.mv2")["timeline"] if e["uri"] == uri)["child_frames"]
            )


def test_file_inputs() -> None:
    said = said_of("files.mv2")
    with engine.open(SAMPLES / "files.mv2", read_only=True) as capsule:
        now = capsule.now
        for name in ("note.txt", "page.html"):
            raw = now.read(int(said["put_results"][name]))
            assert hashlib.sha256(raw).hexdigest() == said["inputs_sha256"][name]


def test_deleted_documents_are_in_the_past() -> None:
    with engine.open(SAMPLES / "deletes.mv2", read_only=True) as capsule:
        assert {info.id for info in capsule.now.frames()} == {0, 2, 3, 5, 6, 7, 8, 9}
        before = capsule.at(10)
        assert {info.id for info in before.frames()} == set(range(10))
        assert before.text(1) == "walnut inventory line one stored in shed"
        assert [r.operation for r in capsule.now.history(1)] == ["put", "delete"]
        assert before.search("one").document_ids.tolist() == [1]
        assert capsule.now.search("one").total == 0


# --- damaged ones ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WHOLE_THOUGH_DAMAGED)
def test_damage_that_costs_nothing(name: str, tmp_path: Path) -> None:
    copy = Path(shutil.copy(SAMPLES / name, tmp_path))
    with engine.open(SAMPLES / "small.mv2", read_only=True) as small:
        whole = {info.id: (info.title, info.tags, small.now.text(info.id)) for info in small.now.frames()}
    with engine.open(copy, read_only=True) as capsule:
        now = capsule.now
        assert {info.id: (info.title, info.tags, now.text(info.id)) for info in now.frames()} == whole
        assert bool(capsule.notes) == (name != "corrupt_wal.mv2")
    with engine.open(copy) as capsule:
        added = capsule.put("written after the damage")
    with engine.open(copy) as capsule:
        assert {info.id for info in capsule.now.frames()} == {*whole, added}
        assert capsule.verify(deep=True).overall_status == "passed"
        assert capsule.notes == []


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_that_costs_everything_says_so(name: str, tmp_path: Path) -> None:
    copy = Path(shutil.copy(SAMPLES / name, tmp_path))
    data = copy.read_bytes()
    for read_only in (True, False):
        with pytest.raises(engine.DamagedFile) as caught:
            engine.open(copy, read_only=read_only)
        message = str(caught.value)
        assert name in message
        assert "table of contents" in message
        assert "backup" in message
        assert caught.value.exit_code == 3
    assert copy.read_bytes() == data


def test_pending_records_are_shown_without_writing(tmp_path: Path) -> None:
    copy = Path(shutil.copy(SAMPLES / "wal_pending.mv2", tmp_path))
    data = copy.read_bytes()
    with engine.open(copy, read_only=True) as capsule:
        assert len(capsule.now) == 15
        assert capsule.now.search("basalt").total == 12
    assert copy.read_bytes() == data
    with engine.open(copy) as capsule:
        capsule.put("one more about feldspar")
    with engine.open(copy, read_only=True) as capsule:
        assert len(capsule.now) == 16
        assert capsule.verify(deep=True).overall_status == "passed"


class TestSealed:
    PASSWORD = "correct horse battery"

    def test_opens_with_its_password(self) -> None:
        sealed = SAMPLES / "locked.mv2e"
        with (
            engine.open(sealed, password=self.PASSWORD) as capsule,
            engine.open(SAMPLES / "small.mv2", read_only=True) as small,
        ):
            assert capsule.sealed
            assert not capsule.unsaved
            assert capsule.now.frames() == small.now.frames()
            assert capsule.now.search("database").total == 2

    @pytest.mark.parametrize("password", ["", "correct horse batterz", "Correct horse battery", None])
    def test_does_not_open_otherwise(self, password: str | None) -> None:
        with pytest.raises(engine.WrongPassword) as caught:
            engine.open(SAMPLES / "locked.mv2e", password=password)
        assert caught.value.exit_code == 5

    def test_unsealed_it_is_the_file_that_was_sealed(self, tmp_path: Path) -> None:
        out = engine.unseal(SAMPLES / "locked.mv2e", tmp_path / "out.mv2", password=self.PASSWORD)
        said = said_of("locked.mv2e")
        assert hashlib.sha256(out.read_bytes()).hexdigest() == said["plaintext_sha256"]


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
