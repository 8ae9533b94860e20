"""What a frame is indexed by, and the way back to the text."""

from __future__ import annotations

import dataclasses
import json

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from engine.format.enums import Role
from engine.format.frame import Frame
from engine.format.metadata import Audio, AudioSegment, DocMetadata, Exif, Gps, Media
from engine.format.search_text import compose, cut, normalise, recover
from tests.unit.engine.format import samples
from tests.unit.engine.format import strategies as any_


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("a  b\t\tc", "a b c"),
        ("a\r\nb\rc\n\n\nd", "a\nb\nc\nd"),
        ("a \n b", "a\nb"),
        ("a\n \n b", "a\nb"),
        ("  lead and trail \n", "lead and trail"),
        ("nul\x00bell\x07x\x7fy\x85z", "nulbellxyz"),
        ("nbsp\u00a0\u00a0x \u2003em\u2028ls\u2029ps\u3000id", "nbsp x em ls ps id"),
        ("zw\u200bsp\u00ad\ufeffbom", "zw\u200bsp\u00ad\ufeffbom"),
        ("vt\x0bff\x0cx", "vtffx"),
        ("ﬁ ² ½ Å", "fi 2 1⁄2 Å"),
        ("a\u00a0\nb", "a\nb"),
        ("x\n\u00a0\ny", "x\ny"),
        ("\u180e mongolian\u1680og", "\u180e mongolian og"),
        ("a \x07 b", "a b"),
        ("\x1c\x1d\x1e\x1fsep x\x1cy", "sep xy"),
        ("a\t\n\tb", "a\nb"),
        (" ", ""),
    ],
)
def test_normalising_as_the_official_writer_was_seen_to(text, normal):
    assert normalise(text) == normal


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


def test_all_lines_in_their_order():
    text = compose(
        " Some\ttext.\n",
        title="T",
        uri="mv2://x",
        track="desk",
        tags=["b", "a"],
        labels=["l"],
        extra_metadata={"k": '"v"', "a": "1"},
        content_dates=["2024", "May 2024"],
        metadata=DocMetadata(mime="text/plain"),
    )
    *lines, last = text.split("\n")
    assert lines == [
        "Some text.",
        "title: T",
        "uri: mv2://x",
        "track: desk",
        "tags: b a",
        "labels: l",
        "a: 1",
        'k: "v"',
        "dates: 2024 May 2024",
    ]
    assert last == (
        'metadata: {"mime":"text/plain","bytes":null,"hash":null,"width":null,"height":null,"colors":null,'
        '"caption":null,"exif":null,"audio":null,"media":null}'
    )


def test_what_is_not_there_has_no_line():
    assert compose("text") == "text"
    assert compose("text", title="", uri="", track="") == "text"
    assert compose("", title="T") == "title: T"
    assert compose("text", labels=[""]) == "text\nlabels: "


def test_metadata_is_written_as_the_official_writer_does():
    metadata = DocMetadata(
        mime="image/png",
        colors=("a", "b"),
        caption='C "q" é \x1f \x7f \u2028',
        exif=Exif(make="M", gps=Gps(1e-7, 123456789012345680000.0)),
        audio=Audio(
            duration_secs=1.100000023841858,
            channels=2,
            segments=(AudioSegment(0.10000000149011612, 2.5000000501021934e20, "x"),),
            tags={"b": "1", "a": "2"},
        ),
        media=Media("k", "m", 3),
    )
    line = compose("", metadata=metadata)
    assert line == (
        'metadata: {"mime":"image/png","bytes":null,"hash":null,"width":null,"height":null,'
        '"colors":["a","b"],"caption":"C \\"q\\" é \\u001f \x7f \u2028",'
        '"exif":{"make":"M","model":null,"lens":null,"datetime":null,'
        '"gps":{"latitude":1e-7,"longitude":1.2345678901234568e+20}},'
        '"audio":{"duration_secs":1.1,"sample_rate_hz":null,"channels":2,"bitrate_kbps":null,"codec":null,'
        '"segments":[{"start_seconds":0.1,"end_seconds":2.5e+20,"label":"x"}],"tags":{"a":"2","b":"1"}},'
        '"media":{"kind":"k","mime":"m","bytes":3,"filename":null,"duration_ms":null,"width":null,"height":null,"codec":null}}'
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (12.0, "12.0"),
        (-0.0, "-0.0"),
        (1.5e-5, "0.000015"),
        (1e-6, "1e-6"),
        (1e15, "1000000000000000.0"),
        (1e16, "1e+16"),
        (float("nan"), "null"),
        (float("inf"), "null"),
    ],
)
def test_numbers_are_written_as_the_official_writer_does(number, text):
    line = compose("", metadata=DocMetadata(exif=Exif(gps=Gps(number, 0.0))))
    assert f'"latitude":{text},' in line


@given(any_.DOC_METADATA)
def test_any_metadata_is_json(metadata):
    fields = json.loads(compose("", metadata=metadata).removeprefix("metadata: "))
    assert fields["mime"] == metadata.mime
    assert fields["width"] == metadata.width


SHORT = [
    "small.mv2",
    "plain.mv2",
    "batch.mv2",
    "deletes.mv2",
    "reopened.mv2",
    "session.mv2",
    "vectors.mv2",
    "hnsw.mv2",
    "wal_pending.mv2",
]


@pytest.mark.parametrize("name", SHORT)
def test_every_short_document_of_the_samples_is_recovered_and_proved(name):
    for frame in samples.parts(name).toc.frames:
        found = recover(frame)
        assert found is not None
        text, proved = found
        assert proved
        assert blake3(text.encode()).digest() == frame.source_sha256


def inputs(name: str) -> dict[str, str]:
    return json.loads((samples.FOLDER / f"{name}.json").read_text())["inputs"]


def test_unicode_text_is_recovered_in_its_normal_form():
    frames = samples.parts("unicode.mv2").toc.frames
    proved = [found[1] for found in map(recover, frames) if found is not None]
    assert proved == [False, True, True, True, True, False, False, True]
    found = recover(frames[6])
    assert found == ("line one\nline two tabbed spacesnulbell\nend", False)


def test_a_text_file_is_recovered_with_its_last_line_feed():
    frame = samples.parts("files.mv2").toc.frames[0]
    assert recover(frame) == ("A text file about sandstone and limestone cliffs.\n", True)


def document(text: str, **fields: object) -> Frame:
    frame = Frame(id=0, timestamp=0, source_sha256=blake3(text.encode()).digest(), **fields)  # type: ignore[arg-type]
    search_text = compose(
        text,
        title=frame.title,
        uri=frame.uri,
        track=frame.track,
        tags=frame.tags,
        labels=frame.labels,
        extra_metadata=frame.extra_metadata,
        content_dates=frame.content_dates,
        metadata=frame.metadata,
    )
    return dataclasses.replace(frame, search_text=search_text)


@given(
    st.text(min_size=1, max_size=200).map(normalise),
    st.fixed_dictionaries(
        {
            "title": any_.maybe(any_.TEXT),
            "uri": any_.maybe(any_.TEXT),
            "track": any_.maybe(any_.TEXT),
            "tags": any_.TEXTS,
            "labels": any_.TEXTS,
            "extra_metadata": any_.MAP,
            "content_dates": any_.TEXTS,
            "metadata": any_.maybe(any_.DOC_METADATA),
        }
    ),
)
def test_any_normal_text_is_recovered_and_proved(text, fields):
    assert recover(document(text, **fields)) == (text, True)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n"])
def test_line_breaks_that_normalising_took_are_proved_again(between, ending):
    text = f"one{between}two{between}three{ending}"
    assert recover(document(text, title="T")) == (text, True)


def test_an_empty_document_is_recovered():
    assert recover(document("", title="T", labels=("n",))) == ("", True)
    assert recover(document("  \n", title="T")) == ("", False)
    assert recover(document("")) == ("", True)


def test_a_text_that_looks_like_a_tail_is_told_by_its_digest():
    text = "see\ntitle: T\nuri: mv2://x"
    assert recover(document(text, title="T", uri="mv2://x")) == (text, True)
    assert recover(document("title: T", title="T")) == ("title: T", True)


def test_without_a_digest_nothing_is_proved():
    frame = dataclasses.replace(document("text", title="T", uri="mv2://x"), source_sha256=None)
    assert recover(frame) == ("text", False)
    other = dataclasses.replace(frame, uri="mv2://frames/0", search_text="text\ntitle: T")
    assert recover(other) == ("text", False)


def test_frames_of_other_kinds_give_nothing():
    frame = document("text", title="T")
    assert recover(dataclasses.replace(frame, search_text=None)) is None
    assert recover(dataclasses.replace(frame, role=Role.DOCUMENT_CHUNK)) is None
    assert recover(dataclasses.replace(frame, search_text="something else", tags=("x",))) is None
    for chunked in samples.parts("chunked.mv2").toc.frames[:6]:
        assert recover(chunked) is None


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("aé", 2, "a"),
        ("ae\u0301", 2, "a"),
        ("a👩\u200d👧", 9, "a"),
        ("a👍🏽", 5, "a"),
        ("日本語", 7, "日本"),
        ("e\u0301", 2, "e"),  # better half a character than nothing
    ],
)
def test_cutting(text, limit, kept):
    assert cut(text, limit) == kept


@given(st.text(), st.integers(4, 40))
def test_a_cut_text_fits_and_is_a_beginning(text, limit):
    kept = cut(text, limit)
    assert text.startswith(kept)
    assert len(kept.encode()) <= limit
    assert kept or not text


def test_long_text_is_cut_before_the_lines():
    text = compose("é" * 40_000, title="T")
    assert text == "é" * 16_384 + "\ntitle: T"
