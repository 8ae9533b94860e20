"""Whatever the index takes for the same word is marked: in the snippet, in a text, on a page."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.index.lexical import LexicalIndex
from engine.search.evaluate import search
from engine.search.query import quote
from engine.text import find_spans, words
from engine.types import SearchQuery, SearchResult
from tests.unit.engine.search.plain_ledger import PlainLedger

_PIECES = st.sampled_from([
    *("weir", "Weirs", "Café", "Cafe\u0301", "Straße", "ﬁsh", "½", "İstanbul", "ΣΊΣΥΦΟΣ", "α\u0345", "𝐖𝐞𝐢𝐫"),
    *("re\u00admoval", "re\x02mo\ufffeval", "re\u00ad\nmoval", "zero\u200bwidth", "\ufeffbom", "a\u2060b"),
    *("한국어", "\u1112\u1161\u11ab", "ㅎㅏ", "ㅠㅠ", "\u3164", "ガラス", "カ\u3099", "ｶﾞﾗｽ", "か\u200d\u3099"),
    *("か", "\u3099", "東京タワー", "𠮷野家", "葛\U000e0100", "กำแพง", "ກຳ", "မြန်မာ", "ខ្មែរ"),
    *("שָׁלוֹם", "سَلام", "سـلام", "हिन्दी", "क\u093c", "नि\u200dन", "ন\u09c7\u09be", "\ud83d", "x\U0001f3fd"),
    *(" ", "  ", ", ", "\n", "\r\n", "-", "_", "*", '"', "(", "tag:", "AND", "…", "\u0301", "'"),
])  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=10).map("".join) | st.text(max_size=20)

_FORMS = st.sampled_from([
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFKC", text),
    lambda text: unicodedata.normalize("NFKD", text),
])  # fmt: skip


@given(st.lists(_TEXTS, min_size=1, max_size=12), st.data())
@settings(max_examples=60)
def test_what_is_in_a_text_is_found_and_marked(texts: list[str], data: st.DataObject) -> None:
    ledger = PlainLedger()
    for text in texts:
        ledger.put(text)
    index = LexicalIndex()
    for document, text in enumerate(texts):
        found = words(text)
        if not found:
            continue
        first = data.draw(st.integers(0, len(found) - 1))
        length = data.draw(st.integers(1, 3))
        asked = " ".join(found[first : first + length])
        asked = data.draw(_FORMS)(asked if data.draw(st.booleans()) else asked.upper())
        result = search(index, ledger, ledger.revision, quote(asked), limit=len(texts))
        _check(result, document, text)
        half = found[first][: data.draw(st.integers(2, 4))]
        result = search(
            index, ledger, ledger.revision, SearchQuery('"' + half, is_typing=True), limit=len(texts)
        )
        if len(half) > 1:
            _check(result, document, text)
    index.close()


def _check(result: SearchResult, document: int, text: str) -> None:
    hits = {hit.document_id: hit for hit in result.hits}
    assert document in hits
    hit = hits[document]
    assert hit.spans
    assert find_spans(text, result.terms)
    assert find_spans(hit.snippet, result.terms)
