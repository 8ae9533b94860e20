"""The official SDK is the judge: what it indexes and sketches is what we would have written."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest

from engine.format.footer import find_footers
from engine.format.search_text import compose, normalise, recover
from engine.format.sketch import decode_sketch_track, sketch_entry
from engine.format.toc import Toc
from engine.sealing.stream import open_sealed, seal_bytes
from tests.unit.engine.format import samples

pytestmark = pytest.mark.sdk

# Blanks, controls, cased letters with odd lower forms, combining marks, compatibility forms, scripts with vowel
# signs and jamo.
HOT = "aAzZ09_ .,\t\n\r\u00a0\u0301\u0327\u200d\u0345ßẞΣςσİıǅﬁ①Ⅳ²\u0903\u093f\u094d한국ㅎ\u1100\u1161\u11a8が\u3099"


def odd_texts(count: int) -> list[str]:
    """Texts of characters that Unicode 14 knows, mostly the difficult ones."""
    chance = random.Random(14)
    known = [
        char for char in map(chr, range(1, 0x110000)) if unicodedata.category(char) not in {"Cn", "Co", "Cs"}
    ]
    return [
        "".join(chance.choice(HOT if chance.random() < 0.7 else known) for _ in range(chance.randint(1, 60)))
        for _ in range(count)
    ]


def test_odd_texts_are_indexed_as_we_compose_them_and_sketched_as_we_do(tmp_path: Path) -> None:
    memvid = pytest.importorskip("memvid_sdk")
    path = tmp_path / "odd.mv2"
    texts = odd_texts(40)
    capsule = memvid.create(str(path))
    capsule.put_many([{"title": f"t{n}", "label": "n", "text": text} for n, text in enumerate(texts)])
    capsule.seal()
    capsule.close()

    data = path.read_bytes()
    at, footer = next(find_footers(data))
    toc = Toc.decode(data[at - footer.toc_length : at])
    track = toc.sketch_track
    assert track is not None
    entries = decode_sketch_track(data[track.offset : track.offset + track.length])
    assert len(toc.frames) == len(texts)
    for frame, entry in zip(toc.frames, entries, strict=True):
        assert frame.title is not None
        text = texts[int(frame.title[1:])]
        assert frame.search_text == compose(
            text,
            title=frame.title,
            tags=frame.tags,
            labels=frame.labels,
            extra_metadata=frame.extra_metadata,
            content_dates=frame.content_dates,
        )
        assert sketch_entry(frame.search_text) == entry
        found = recover(frame)
        assert found is not None
        assert found == (text, True) or (found == (normalise(text), False) and normalise(text) != text)


def test_what_we_seal_the_sdk_unlocks_and_back(tmp_path: Path) -> None:
    memvid = pytest.importorskip("memvid_sdk")
    plain = samples.load("small.mv2")
    ours, opened = tmp_path / "ours.mv2e", tmp_path / "opened.mv2"
    ours.write_bytes(seal_bytes(plain, "pass wörd"))
    memvid.unlock(str(ours), password="pass wörd", output=str(opened))
    assert opened.read_bytes() == plain

    theirs = tmp_path / "theirs.mv2e"
    memvid.lock(str(opened), password="pass wörd", output=str(theirs))
    assert open_sealed(theirs.read_bytes(), "pass wörd") == plain
