"""The SDK as the judge of a capsule of ours with two hundred documents of all kinds."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.types import PartItem, Place, PutItem
from tests.interop.sdk import sdk
from tests.unit.engine.store.capsules import PNG, noise

pytestmark = [pytest.mark.sdk, pytest.mark.slow]

FILLER = """
the survey of the upper river found gravel behind the old weir where trout rest in summer and herons wait for them the
council asked three engineers for plans and costs of a bridge a ford or a ferry before the budget is closed in march
"""
WORDS = """
axolotl bassoon caldera dirigible espalier filigree gantry hyssop isthmus juggernaut kestrel lantern mortar nectarine
obelisk parapet quarry rhubarb sextant tamarind umbrella viaduct walnut xylophone yarrow zeppelin almanac bellows
cistern dovetail ember fathom glacier harpoon inkwell juniper kiln lichen mandolin nutmeg
"""


def filler(numbers: random.Random, length: int) -> str:
    return " ".join(numbers.choices(FILLER.split(), k=length))


def items() -> list[PutItem]:
    """Two hundred documents of all kinds; document n holds word n of forty, so each word stands in five."""
    numbers = random.Random(200)
    made: list[PutItem] = []
    words = WORDS.split()

    def story(length: int = 30) -> str:
        word = words[len(made) % len(words)]
        return f"{filler(numbers, length)} {word} {filler(numbers, length)}."

    def add(content: str | bytes, **fields: Any) -> None:
        number = len(made)
        title = fields.pop("title", f"Document {number}")
        made.append(
            PutItem(
                content,
                title=title,
                uri=f"mv2://judge/{number}",
                timestamp=1_700_000_000 + 60 * number,
                **fields,
            )
        )

    def part(number: int, text: str) -> PartItem:
        return PartItem(text, place=Place(page=number))

    for number in range(100):
        add(story(), tags=("note", f"n={number % 7}"))
    for _ in range(30):
        add(f"# {filler(numbers, 4)}\n\n* {story()}\n* {filler(numbers, 20)}\n", mime="text/markdown")
    for number in range(20):
        pages = [filler(numbers, 60) for _ in range(number % 4)] + [story()]
        parts = tuple(part(page, text) for page, text in enumerate(pages, 1))
        add(b"%PDF-1.7 " + numbers.randbytes(2000), mime="application/pdf", parts=parts, labels=("paper",))
    for _ in range(10):
        body = story()
        html = f"<html><body><p>{body}</p></body></html>".encode()
        add(html, mime="text/html", parts=(PartItem(body),))
    for _ in range(10):
        mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        add(b"PK\3\4" + numbers.randbytes(3000), mime=mime, parts=(PartItem(story()),))
    for number in range(10):
        title = f"{words[len(made) % len(words)]} {number}.png"
        add(PNG + noise(500, number), mime="image/png", title=title, width=1, height=1)
    for text in (
        "東京都の天気は晴れです。",
        "هذا نص عربي للاختبار",
        "हिन्दी में एक दस्तावेज़",
        "Ünïcödé 🚀 café",
        "👩‍👩‍👧‍👦 🇮🇹",
    ):
        add(f"{text} {words[len(made) % len(words)]}", title=text)
    for _ in range(5):
        add(story(12_000))
    for number in range(5):
        add(noise(1000, number), mime="application/octet-stream")
    for _ in range(5):
        add("")
    assert len(made) == 200
    assert max(len(item.content) for item in made if isinstance(item.content, str)) > 100_000
    return made


def text_of(item: PutItem) -> str:
    if item.parts:
        return "\n".join(part.text for part in item.parts)
    return item.content if isinstance(item.content, str) else ""


@pytest.fixture(scope="module")
def made() -> list[PutItem]:
    return items()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory, made: list[PutItem]) -> Path:
    path = tmp_path_factory.mktemp("judge") / "ours.mv2"
    with engine.create(path, config=engine.EngineConfig(author="judge")) as capsule:
        for item in made[:60]:
            if not item.parts:
                fields = {
                    name: getattr(item, name)
                    for name in ("title", "uri", "mime", "tags", "labels", "timestamp")
                }
                assert isinstance(item.content, str | bytes)
                capsule.put(item.content, **fields)
            else:
                capsule.put_many([item])
        capsule.commit()
        capsule.put_many(made[60:])
    return path


def test_what_the_sdk_says(ours: Path, made: list[PutItem], tmp_path: Path) -> None:
    with engine.open(ours, read_only=True) as capsule:
        by_uri = {info.uri: info for info in capsule.now.frames()}
        assert len(by_uri) == 200
        document_of = {part.id: info.id for info in by_uri.values() for part in capsule.now.parts(info.id)}
    answer = sdk("look", path=ours, words=WORDS.split(), uris=list(by_uri))
    assert answer["verify"] == "passed"
    check_timeline(answer, made, by_uri)
    check_frames_and_blobs(answer, made, by_uri)
    check_words(answer, made, by_uri, document_of, tmp_path)


def check_timeline(answer: dict[str, Any], made: list[PutItem], by_uri: dict[str, Any]) -> None:
    assert [entry["uri"] for entry in answer["timeline"]] == [item.uri for item in made]
    for entry, item in zip(answer["timeline"], made, strict=True):
        info = by_uri[item.uri or ""]
        assert (entry["frame"], entry["timestamp"]) == (info.id, item.timestamp)
        assert len(entry["children"]) == info.part_count == len(item.parts or ())
        if isinstance(item.content, str) and item.content and not item.parts:
            assert entry["preview"] == item.content[:120]


def check_frames_and_blobs(answer: dict[str, Any], made: list[PutItem], by_uri: dict[str, Any]) -> None:
    for item in made:
        said = answer["frames"][item.uri]
        assert said["id"] == by_uri[item.uri or ""].id
        assert said["title"] == item.title
        assert tuple(said["tags"]) == item.tags
        assert tuple(said["labels"]) == item.labels
        raw = item.content.encode() if isinstance(item.content, str) else item.content
        assert isinstance(raw, bytes)
        assert answer["blobs"][item.uri] == [len(raw), hashlib.sha256(raw).hexdigest()]


def check_words(
    answer: dict[str, Any],
    made: list[PutItem],
    by_uri: dict[str, Any],
    document_of: dict[int, int],
    folder: Path,
) -> None:
    """As often as in a capsule of the same texts that the SDK made itself."""
    theirs = folder / "theirs.mv2"
    documents = [
        {"text": text_of(item), "title": item.title, "uri": item.uri, "timestamp": item.timestamp}
        for item in made
        if text_of(item)
    ]
    assert sdk("create", path=theirs, documents=documents)["verify"] == "passed"
    in_theirs = sdk("words_found", path=theirs, words=WORDS.split())
    number_of = {by_uri[item.uri or ""].id: number for number, item in enumerate(made)}
    held = found_in_ours = found_in_theirs = 0
    for word in WORDS.split():
        with_text = {number for number, item in enumerate(made) if word in text_of(item).split()}
        titled = {number for number, item in enumerate(made) if word in (item.title or "").split()}
        ours = {number_of[document_of.get(hit["frame"], hit["frame"])] for hit in answer["find"][word]}
        there = {int(hit["uri"].split("#")[0].rpartition("/")[2]) for hit in in_theirs[word]}
        assert ours <= with_text | titled, word
        held += len(with_text)
        found_in_ours += len(ours & with_text)
        found_in_theirs += len(there & with_text)
    print(
        f"40 words stand in {held} texts; the SDK finds {found_in_ours} of them in our capsule "
        f"({found_in_ours / held:.0%}) and {found_in_theirs} in its own ({found_in_theirs / held:.0%})"
    )
    assert held > 170
    # Both lose what its pre-filter drops, not the same ones: a tenth of a difference is chance.
    assert found_in_ours >= 0.9 * found_in_theirs
    assert found_in_ours >= 0.7 * held


def test_the_sdk_goes_on_with_it(ours: Path, tmp_path: Path, made: list[PutItem]) -> None:
    path = tmp_path / "went-on.mv2"
    path.write_bytes(ours.read_bytes())
    with engine.open(path, read_only=True) as capsule:
        before = capsule.now
        texts = {info.id: (info.title, info.tags, before.text(info.id)) for info in before.frames()}
        log = before.revisions()
        removed = before.find_uri("mv2://judge/7")
    answer = sdk(
        "add", path=path, texts=[f"theirs number {n} about obsidian" for n in range(3)], remove=[removed],
        words=["obsidian"],
    )  # fmt: skip
    assert answer["verify"] == "passed"
    assert len(answer["find"]["obsidian"]) == 3
    with engine.open(path) as capsule:
        now = capsule.now
        left = {i: said for i, said in texts.items() if i != removed}
        assert {i: (now.frame(i).title, now.frame(i).tags, now.text(i)) for i in left} == left
        assert len(now) == 202
        assert now.search("obsidian").total == 3
        assert capsule.at(200).text(removed) == texts[removed][2]
        revisions = now.revisions()
        assert revisions[:200] == log
        assert [r.operation for r in revisions[200:]] == ["put", "put", "put", "delete"]
        assert all(r.estimated for r in revisions[200:])
        assert revisions[-1].frame_id == removed
        report = capsule.verify(deep=True)
        assert [check for check in report.checks if check.status != "passed"] == []
        capsule.restore(removed)
        capsule.put("ours again about feldspar")
    answer = sdk("look", path=path, words=["feldspar", "obsidian"])
    assert answer["verify"] == "passed"
    assert len(answer["find"]["feldspar"]) == 1
    with engine.open(path, read_only=True) as capsule:
        assert len(capsule.now) == 204
        assert capsule.now.revisions()[:204] == revisions
        assert capsule.verify(deep=True).overall_status == "passed"
