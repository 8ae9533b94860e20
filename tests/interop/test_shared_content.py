"""A new version that shares the content of another one is in the WAL only; the SDK writes it into the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.changes import Change, Delete, Restore, Update
from engine.store.verify import verify
from tests.interop.sdk import sdk
from tests.unit.engine.store.capsules import do, documents, fresh, put, reopened

pytestmark = pytest.mark.sdk

TEXT = "the river and the weir. " * 200
CHANGES: dict[str, Change] = {
    "tag": Update(0, None, {"tags": ["x"]}),
    "title": Update(0, None, {"title": "New title"}),
    "restore": Restore(0),
}


@pytest.mark.parametrize("committed", [False, True], ids=["pending", "committed"])
def test_compressed_text_stays_readable(tmp_path: Path, committed: bool, subtests: pytest.Subtests) -> None:
    paths, versions = [], {}
    for kind, change in CHANGES.items():
        path = tmp_path / f"{kind}.mv2"
        container = fresh(path)
        put(container, TEXT, title="Weir")
        put(container, "another", title="Other")
        if kind == "restore":
            do(container, Delete(0))
        if committed:
            container.commit()
        versions[path] = do(container, change).ids[0]
        assert container.dirty
        container.close()
        paths.append(path)
    answers = sdk("add_to_each", paths=paths, text="The SDK adds a line on granite.")
    for path in paths:
        with subtests.test(path.stem):
            assert answers[str(path)].get("error") is None
            assert answers[str(path)]["verify"] == "passed"
            seen = sdk("look", path=path, words=["weir"])
            # The SDK itself decodes it: it shows the text's beginning.
            shown = {entry["frame"]: entry["preview"] for entry in seen["timeline"]}
            assert shown[versions[path]].startswith("the river and the weir.")
            container = reopened(path, read_only=True)
            version = versions[path]
            assert documents(container)[version].text == TEXT
            assert container.ledger.frames[version].canonical_encoding == 1
            assert verify(container, deep=True).overall_status == "passed"
            container.close()
