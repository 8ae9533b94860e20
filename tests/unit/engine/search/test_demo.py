"""The report of the demo, put in as a person would, found as a person types."""

from __future__ import annotations

from pathlib import Path

import engine

REPORT = Path(__file__).parents[4] / "resources/demo/files/Weir removal options.pdf"


def test_a_page_of_the_report_is_found_while_typing(tmp_path: Path) -> None:
    with engine.create(tmp_path / "demo.mv2") as capsule:
        capsule.ingest([REPORT]).wait(60)
        (document,) = capsule.now.document_ids().tolist()
        capsule.update(document, tags=["report"])
        for query in ("weir removal", engine.SearchQuery("weir remov", is_typing=True)):
            for revision in (1, capsule.now.revision):
                moment = capsule.at(revision)
                result = moment.search(query)
                (hit,) = result.hits
                pages = moment.parts(hit.document_id)
                assert hit.frame_id in {page.id for page in pages}
                assert hit.place == moment.frame(hit.frame_id).place
                assert hit.place is not None
                assert hit.place.page
                texts = {page.id: moment.text(page.id) for page in pages}
                assert hit.match_count == sum(
                    bool(engine.find_spans(text, result.terms)) for text in texts.values()
                )
                assert {term.rstrip("*") for term in result.terms} == {
                    term.rstrip("*")
                    for term in result.terms
                    if engine.find_spans(texts[hit.frame_id], [term])
                }
                assert hit.spans
                plain = " ".join(texts[hit.frame_id].split())
                assert hit.snippet.strip("…") in plain
