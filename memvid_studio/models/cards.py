"""What one row of the results list says, made from a frame and, where something was searched, its hit."""

from __future__ import annotations

import re
from dataclasses import dataclass

import engine
from memvid_studio.models.kinds import tile_of
from memvid_studio.words import counted, day, number, one_line, tr

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One row. ``spans`` mark hits in ``snippet``; ``past_note`` says what became of it after this Moment.

    ``state``: ``there``, ``loading`` (known by id only), ``reading`` and ``waiting`` (of a running job),
    ``failed``. ``fraction`` is the progress of a row that is being read.
    """

    document_id: int
    title: str
    kind: str
    place: str = ""
    snippet: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    meta: str = ""
    sources: tuple[str, ...] = ()
    past_note: str = ""
    state: str = "there"
    fraction: float | None = None
    with_picture: bool = False

    @property
    def spoken(self) -> str:
        """The row for a screen reader."""
        parts = (self.title, self.place, self.snippet, self.meta, self.past_note)
        return ", ".join(part for part in parts if part)


def loading_card(document_id: int) -> Card:
    """Grey blocks at the true positions."""
    return Card(document_id, "", engine.Kind.OTHER.value, state="loading")


def job_card(name: str, progress: engine.Progress | None, kind: str) -> Card:
    """A source that is being read (``progress``) or waits for it (None)."""
    if progress is None:
        return Card(-1, name, kind, snippet=tr("Waiting to be read"), state="waiting")
    fraction = None
    snippet = tr("Reading")
    if progress.total:
        fraction = min(1.0, progress.done / progress.total)
        if progress.total > 1:
            snippet = (
                tr("Reading, {unit} {done} of {total}")
                .replace("{unit}", unit_word(progress.unit))
                .replace("{done}", number(min(progress.done + 1, progress.total)))
                .replace("{total}", number(progress.total))
            )
    return Card(-1, name, kind, snippet=snippet, state="reading", fraction=fraction)


def unit_word(unit: str) -> str:
    """The engine's name of what is counted, in the user's language and in the singular."""
    return {
        "pages": tr("page"),
        "files": tr("file"),
        "rows": tr("row"),
        "bytes": tr("byte"),
        "sources": tr("file"),
    }.get(unit, unit)


def make_card(
    document_id: int,
    frame: engine.FrameInfo | None,
    hit: engine.Hit | None,
    *,
    past: bool = False,
) -> Card:
    """``frame`` None: only what the hit says is known so far."""
    if frame is not None:
        title, kind, mime = frame.title or frame.uri, frame.kind, frame.mime
        meta_parts = [day(frame.timestamp)]
    elif hit is not None:
        title, kind, mime = hit.title, hit.kind, hit.mime
        meta_parts = [day(hit.timestamp)] if hit.timestamp is not None else []
    else:
        return loading_card(document_id)
    snippet = place = ""
    spans: tuple[tuple[int, int], ...] = ()
    sources: tuple[str, ...] = ()
    if hit is not None:
        snippet, spans, sources = hit.snippet, hit.spans, hit.sources
        if hit.mime == "text/markdown":
            snippet, spans = without_marks(snippet, spans)
        place = place_text(hit.place, frame)
        if hit.match_count > 1:
            meta_parts.append(_matches(hit, frame))
    elif frame is not None:
        snippet = " ".join(frame.preview.split())
        if frame.mime == "text/markdown":
            snippet, _ = without_marks(snippet, ())
            title_first = snippet.removeprefix(frame.title.removesuffix(".md")).strip(" ,")
            snippet = title_first or snippet
    if frame is not None:
        place = place or kind_fact(frame)
        if hit is None and frame.tags:
            meta_parts.append(", ".join(frame.tags[:3]))
    return Card(
        document_id,
        one_line(title) or tr("Untitled"),
        tile_of(kind, mime),
        place=place,
        snippet=snippet,
        spans=tuple(spans),
        meta=" · ".join(meta_parts),
        sources=tuple(_source_word(each) for each in sources),
        past_note=_past_note(frame) if past and frame is not None else "",
        with_picture=kind == engine.Kind.IMAGE,
    )


_MARKS = re.compile(
    r"(?<![\w*])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?![\w*])|(?:(?<=\s)|^)#{1,6} |`+|(?:\|\s*)+(?:[-:]+\s*\|\s*)*"
)


def without_marks(text: str, spans: Spans) -> tuple[str, Spans]:
    """Markdown as it reads: stars, number signs and table bars left out, the spans moved along."""
    kept: list[str] = []
    moved = list(range(len(text) + 1))
    at = removed = 0
    for match in _MARKS.finditer(text):
        for place in range(at, match.start()):
            moved[place] = place - removed
        kept.append(text[at : match.start()])
        # A table bar stood between two words; everything else stood against one.
        filler = " · " if "|" in match.group() and kept[-1].strip() and match.end() < len(text) else ""
        if filler and (kept[-1].endswith(" ") or match.start() == 0):
            filler = filler.lstrip()
        for place in range(match.start(), match.end()):
            moved[place] = match.start() - removed
        kept.append(filler)
        removed += match.end() - match.start() - len(filler)
        at = match.end()
    for place in range(at, len(text) + 1):
        moved[place] = place - removed
    kept.append(text[at:])
    result = tuple((moved[start], moved[end]) for start, end in spans if start < end <= len(text))
    return "".join(kept), tuple((start, end) for start, end in result if start < end)


def place_text(place: engine.Place | None, frame: engine.FrameInfo | None = None) -> str:
    """P. 7 of 24, 02:14, Sheet1!B2."""
    if place is None:
        return ""
    if place.page is not None:
        count = frame.part_count if frame is not None and frame.mime == "application/pdf" else 0
        page = tr("p. {n}").replace("{n}", number(place.page))
        return f"{page} {tr('of')} {number(count)}" if count >= place.page else page
    if place.start is not None:
        minutes, seconds = divmod(int(place.start), 60)
        return f"{minutes:02d}:{seconds:02d}"
    return "!".join(part for part in (place.sheet, place.cells) if part)


def kind_fact(frame: engine.FrameInfo) -> str:
    """The one fact about its form that helps to recognise it."""
    if frame.kind == engine.Kind.IMAGE and frame.width and frame.height:
        return f"{frame.width} × {frame.height}"
    if frame.mime == "application/pdf" and frame.part_count:
        return counted(frame.part_count, tr("{n} page"), tr("{n} pages"))
    if frame.kind == engine.Kind.TEXT:
        names = {
            "text/html": tr("web page"),
            "text/plain": tr("text"),
            "text/markdown": tr("note"),
            "message/rfc822": tr("message"),
        }
        return names.get(frame.mime, tr("text"))
    return ""


def _matches(hit: engine.Hit, frame: engine.FrameInfo | None) -> str:
    place = hit.place or engine.Place()
    if place.page is not None or (frame is not None and frame.mime == "application/pdf"):
        return counted(hit.match_count, tr("{n} page matches"), tr("{n} pages match"))
    return counted(hit.match_count, tr("{n} passage"), tr("{n} passages"))


def _source_word(source: str) -> str:
    return {"words": tr("words"), "meaning": tr("meaning"), "images": tr("image"), "image": tr("image")}.get(
        source, source
    )


def _past_note(frame: engine.FrameInfo) -> str:
    if frame.ended_at is None:
        return ""
    if frame.ended_by == engine.Operation.DELETE:
        return tr("deleted {day}").replace("{day}", day(frame.ended_at))
    return tr("changed {day}").replace("{day}", day(frame.ended_at))
