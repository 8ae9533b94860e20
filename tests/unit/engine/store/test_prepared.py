"""A document made ready for the file, and one capsule's document made ready for another."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from engine.codecs import choose
from engine.errors import EngineError, SourceError
from engine.format.frame import Frame
from engine.format.metadata import DocMetadata
from engine.limits import SEARCH_TEXT_BYTES
from engine.store.changes import Put, searchable
from engine.store.copying import document_of
from engine.store.frames import (
    ChangeNote,
    Class,
    class_of,
    holds_text,
    kind_of,
    mime_of,
    place_of,
    place_text,
    title_of,
    user_metadata,
)
from engine.store.prepared import (
    NO_SKETCH,
    checked_words,
    clean_text,
    metadata_texts,
    prepare,
    text_head,
    unix_seconds,
)
from engine.types import Kind, Operation, PartItem, Place, PutItem
from tests.conftest import FORMATS
from tests.unit.engine.store.capsules import do, in_memory, noise, paged, put, reopened, seen, text


class TestPrepare:
    def test_text(self) -> None:
        document = prepare(PutItem("word " * 500, title="T", tags=("a",)))
        assert document.text
        assert document.mime == "text/plain"
        assert document.blob.encoding == 1
        assert choose.decode(1, document.blob.stored, document.blob.size) == ("word " * 500).encode()
        assert document.blob.digest == blake3(("word " * 500).encode()).digest()
        assert document.head == "word " * 500
        assert document.sketch != NO_SKETCH
        assert document.stored_size == len(document.blob.stored)

    def test_what_does_not_get_smaller_is_stored_as_it_is(self) -> None:
        document = prepare(PutItem(noise(1000)))
        assert (document.blob.encoding, document.blob.stored, document.text) == (0, noise(1000), False)

    def test_a_document_with_parts_is_stored_plain(self) -> None:
        """The official reader gives back its bytes only then."""
        document = paged(b"%PDF " * 500, ["one", "two"])
        assert (document.blob.encoding, document.blob.stored) == (0, b"%PDF " * 500)
        assert [part.head for part in document.parts] == ["one", "two"]
        assert all(part.sketch != NO_SKETCH for part in document.parts)

    def test_it_crosses_processes(self) -> None:
        document = paged(b"%PDF", ["one"], title="T", tags=("a",), metadata={"x": 1})
        assert pickle.loads(pickle.dumps(document)) == document

    def test_bytes_are_text_only_when_they_are(self) -> None:
        assert prepare(PutItem("é".encode())).text
        assert not prepare(PutItem("é".encode("latin-1"))).text
        assert not prepare(PutItem(b"a\0b")).text
        assert prepare(PutItem(b"a\0b", mime="text/plain")).text
        assert not prepare(PutItem(b"<p>x</p>", mime="text/html")).text
        assert prepare(PutItem(bytearray(b"abc"))).blob.size == 3  # type: ignore[arg-type]

    def test_a_path(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.csv"
        path.write_text("a,b")
        document = prepare(PutItem(path))
        assert (document.title, document.mime, document.source_path) == ("notes.csv", "text/csv", str(path))
        with pytest.raises(SourceError, match="is not there"):
            prepare(PutItem(tmp_path / "gone"))

    def test_an_odd_path(self, tmp_path: Path) -> None:
        path = Path(str(tmp_path) + "/na\udcffme.txt")
        path.write_text("x")
        document = prepare(PutItem(path))
        container = in_memory()
        put(container, document)
        assert container.ledger.title(0) == document.title == "na?me.txt"


@given(st.text(st.characters(), max_size=200))
def test_text_that_utf8_can_hold(raw: str) -> None:
    clean = clean_text(raw)
    clean.encode("utf-8")
    assert len(clean) == len(raw)
    assert clean == raw or any("\ud800" <= letter <= "\udfff" for letter in raw)


@given(st.text(max_size=30), st.integers(0, 40_000))
def test_heads(unit: str, count: int) -> None:
    whole = unit * min(count, 200_000 // max(1, len(unit)))
    head = text_head(whole)
    assert whole.startswith(head)
    assert len(head.encode()) <= SEARCH_TEXT_BYTES
    assert head == whole or len(head.encode()) > SEARCH_TEXT_BYTES - 4


@pytest.mark.parametrize("head", ["", "  \n ", "word"])
@pytest.mark.parametrize("title", [None, "", "T"])
@pytest.mark.parametrize("uri", [None, "", "mv2://x"])
def test_words_for_others_are_never_empty(head: str, title: str | None, uri: str | None) -> None:
    assert searchable(head, title, uri).strip()


def test_times() -> None:
    assert unix_seconds(None) is None
    assert unix_seconds(-5) == -5
    assert unix_seconds(datetime(1970, 1, 1, 0, 0, 1, 900_000, UTC)) == 1
    assert unix_seconds(datetime(1969, 12, 31, 23, 59, 59, 900_000, UTC)) == -1
    assert unix_seconds(datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == 0
    for wrong in (datetime(1970, 1, 1), 1.5, "1", True, 2**63):  # noqa: DTZ001
        with pytest.raises(EngineError):
            unix_seconds(wrong)  # type: ignore[arg-type]


def test_words_and_metadata() -> None:
    assert checked_words("tags", [" a ", "b", "a", "", "x=1"]) == ("a", "b", "x=1")
    assert metadata_texts({"a": [1, None], "b": "é"}) == {"a": "[1, null]", "b": '"é"'}
    assert metadata_texts(None) == {}
    for wrong in ({"studio.x": 1}, {1: 2}, {"x": {1, 2}}, {"x": float}):
        with pytest.raises(EngineError):
            metadata_texts(wrong)  # type: ignore[arg-type]


class TestNotes:
    @given(
        st.builds(
            ChangeNote,
            st.integers(0, 2**60),
            st.sampled_from(Operation),
            st.text(max_size=20),
            st.integers(0, 2**40),
            st.none() | st.integers(0, 2**40),
        )
    )
    def test_come_back(self, note: ChangeNote) -> None:
        assert ChangeNote.decode(note.encode()) == note

    @pytest.mark.parametrize(
        "raw",
        ["", "x", "[]", "null", "{}", '{"ms":1}', '{"ms":-1,"op":"put"}', '{"ms":true,"op":"put"}',
         '{"ms":1.5,"op":"put"}', '{"ms":1,"op":"fly"}', '{"ms":1,"op":["put"]}', '{"ms":1,"op":"put","by":1}',
         '{"ms":1,"op":"put","batch":"x"}', '{"ms":1,"op":"put","frame":-1}', '{"ms":99999999999999999999,"op":"put"}'],
    )  # fmt: skip
    def test_others_are_none(self, raw: str) -> None:
        assert ChangeNote.decode(raw) is None

    def test_made_to_hurt(self) -> None:
        deep = "[" * 200_000
        assert ChangeNote.decode(deep) is None
        frame = Frame(id=0, timestamp=0, extra_metadata={"studio.place": deep, "a": deep})
        assert place_of(frame) is None
        assert user_metadata(frame) == {"a": deep}
        note = ChangeNote.decode(r'{"ms":1,"op":"put","by":"\ud800"}')
        assert note is not None
        note.author.encode("utf-8")

    @pytest.mark.parametrize(
        "place", [Place(page=3), Place(start=1.5, end=2.5), Place(sheet="A"), Place(sheet="A", cells="B2:C3")]
    )
    def test_places_come_back(self, place: Place) -> None:
        frame = Frame(id=0, timestamp=0, extra_metadata={"studio.place": place_text(place)})
        assert place_of(frame) == place

    @pytest.mark.parametrize(
        "raw", ["", "x", "[]", "3", '{"page":true}', '{"page":"3"}', '{"start":1}', "{}"]
    )
    def test_places_that_make_no_sense(self, raw: str) -> None:
        assert place_of(Frame(id=0, timestamp=0, extra_metadata={"studio.place": raw})) is None


class TestFrames:
    @pytest.mark.parametrize(
        ("mime", "kind"),
        [("text/plain", Kind.TEXT), ("TEXT/HTML; charset=utf-8", Kind.TEXT), ("message/rfc822", Kind.TEXT),
         ("text/csv", Kind.TABLE), ("application/vnd.ms-excel", Kind.TABLE), ("application/pdf", Kind.DOCUMENT),
         ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", Kind.DOCUMENT),
         ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Kind.TABLE),
         ("image/png", Kind.IMAGE), ("video/mp4", Kind.AUDIO), ("", Kind.OTHER), ("application/zip", Kind.OTHER)],
    )  # fmt: skip
    def test_kinds(self, mime: str, kind: Kind) -> None:
        assert kind_of(mime) is kind

    def test_titles(self) -> None:
        assert title_of(Frame(id=7, timestamp=0, title="T", uri="mv2://a/b")) == "T"
        assert title_of(Frame(id=7, timestamp=0, uri="mv2://a/b.txt")) == "b.txt"
        assert title_of(Frame(id=7, timestamp=0, source_path="/x/y.pdf")) == "y.pdf"
        assert title_of(Frame(id=7, timestamp=0)) == "7"

    def test_metadata_that_is_no_json_is_text(self) -> None:
        frame = Frame(id=0, timestamp=0, extra_metadata={"a": '"x"', "b": "not json", "studio.change": "{}"})
        assert user_metadata(frame) == {"a": "x", "b": "not json"}

    def test_carriers_of_others_are_kept_and_not_shown(self) -> None:
        carrier = Frame(id=0, timestamp=0, role=1, metadata=DocMetadata(mime="application/x-theirs"))  # type: ignore[arg-type]
        assert class_of(carrier) is Class.CARRIER
        assert not holds_text(carrier)
        assert mime_of(Frame(id=0, timestamp=0, search_text="x")) == "text/plain"


class TestCopying:
    def copied(self, container: Any, frame_id: int) -> Any:
        other = in_memory()
        put(other, document_of(container.ledger, frame_id))
        other.commit()
        return seen(other.ledger, 0)

    @pytest.mark.parametrize("committed", [False, True])
    def test_everything_comes_along(self, committed: bool) -> None:
        container = in_memory()
        originals = [
            text("# a", mime="text/markdown", title="T", tags=("x",), labels=("l",), track="k", timestamp=5),
            paged(b"%PDF", ["one", "two"], uri="mv2://paper", timestamp=6),
            prepare(PutItem(noise(300), mime="image/png", width=3, height=4, timestamp=7)),
            text("", title="nothing", timestamp=8),
            prepare(PutItem(b"x", metadata={"a": 1}, timestamp=9)),
        ]
        ids = do(container, *map(Put, originals)).ids
        if committed:
            container.commit()
        for frame_id in ids:
            before, after = seen(container.ledger, frame_id), self.copied(container, frame_id)
            assert (after.text, after.mime, after.tags, after.labels, after.track, after.timestamp) == (
                before.text, before.mime, before.tags, before.labels, before.track, before.timestamp,
            )  # fmt: skip
            assert after.content == before.content
            assert [part[1:] for part in after.parts] == [part[1:] for part in before.parts]

    @pytest.mark.parametrize("name", ["small.mv2", "chunked.mv2", "unicode.mv2", "files.mv2"])
    def test_documents_of_the_official_program(self, name: str) -> None:
        container = reopened(FORMATS / "samples" / name, read_only=True)
        for frame_id in container.ledger.visible(container.ledger.revision).documents:
            before = seen(container.ledger, int(frame_id))
            after = self.copied(container, int(frame_id))
            assert (after.text, after.tags, after.timestamp) == (before.text, before.tags, before.timestamp)
            assert after.title == before.title
        container.close()

    def test_parts_given_as_items(self) -> None:
        item = PutItem(b"x", mime="application/pdf", parts=(PartItem("a", title="Chapter"), PartItem("b")))
        container = in_memory()
        put(container, prepare(item))
        assert [container.ledger.text(part) for part in container.ledger.parts(0)] == ["a", "b"]
        assert container.ledger.title(1) == "Chapter (page 1/2)"
