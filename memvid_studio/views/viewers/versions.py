"""The versions of one document: what each changed, who made it and when. Computed on a pool thread."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import engine
from memvid_studio.views.viewers.request import Form, form_of
from memvid_studio.words import counted, number, tr

At = Callable[[int], "engine.Moment"]
"""The Moment of a revision: ``Capsule.at``."""

MOST_LINES: Final = 4_000
"""Texts with more lines are not compared line by line: that would take seconds."""
MOST_COMPARED: Final = 60
"""Versions compared with the one before, newest first; older ones show no counts."""
_MAKES_A_VERSION: Final = {
    engine.Operation.PUT,
    engine.Operation.UPDATE,
    engine.Operation.TAG,
    engine.Operation.RESTORE,
}
_TEXTS: Final = {Form.PLAIN, Form.MARKDOWN, Form.CODE, Form.TABLE}
_MARKUP: Final = re.compile(r"^\s*((#{1,6}|>|[-*+]|\d+[.)])\s+)*(\[[ xX]\]\s+)?|^[\s|:-]+$")


@dataclass(frozen=True, slots=True)
class Version:
    """One entry of a document's history. ``number`` counts versions from 1; 0 for a deletion.

    ``added`` and ``removed`` count lines against the version before, None where they were not compared.
    """

    number: int
    revision: engine.Revision
    summary: str
    added: int | None = None
    removed: int | None = None


def load_versions(moment: engine.Moment, info: engine.FrameInfo, at: At | None) -> tuple[Version, ...]:
    """The history of a document as far as ``moment`` knows it, oldest first. Pool thread."""
    revisions = moment.history(info.id)
    texts = _texts(revisions, info, at)
    versions = []
    count = 0
    before: str | None = None
    for revision in revisions:
        if revision.operation is engine.Operation.DELETE:
            versions.append(Version(0, revision, tr("Deleted")))
            continue
        if revision.operation not in _MAKES_A_VERSION:
            continue
        count += 1
        text = texts.get(revision.number)
        versions.append(_version(count, revision, before, text))
        before = text
    return tuple(versions)


def _texts(revisions: Sequence[engine.Revision], info: engine.FrameInfo, at: At | None) -> dict[int, str]:
    if at is None or form_of(info) not in _TEXTS:
        return {}
    texts = {}
    for revision in revisions[-MOST_COMPARED:]:
        if revision.operation in _MAKES_A_VERSION:
            try:
                texts[revision.number] = at(revision.number).text(revision.frame_id)
            except engine.EngineError:  # its content is gone; the entry stays, without counts
                continue
    return texts


def _version(count: int, revision: engine.Revision, before: str | None, text: str | None) -> Version:
    if revision.operation is engine.Operation.TAG:
        return Version(count, revision, tr("Tags changed"))
    if text is None:
        return Version(count, revision, operation_name(revision.operation))
    if before is None:
        if revision.operation is engine.Operation.PUT:
            return Version(count, revision, headline(text), len(text.splitlines()), None)
        return Version(count, revision, headline(text))
    if text == before:
        name = tr("Restored") if revision.operation is engine.Operation.RESTORE else tr("Text not changed")
        return Version(count, revision, name, 0, 0)
    old, new = before.splitlines(), text.splitlines()
    if max(len(old), len(new)) > MOST_LINES:
        return Version(count, revision, headline(text))
    added, removed, first = compare_lines(old, new)
    summary = first or operation_name(revision.operation)
    if revision.operation is engine.Operation.RESTORE:
        summary = f"{tr('Restored')}: {summary}"
    return Version(count, revision, summary, added, removed)


def compare_lines(old: Sequence[str], new: Sequence[str]) -> tuple[int, int, str]:
    """Lines added and removed, and the first new line that says something."""
    added = removed = 0
    first = ""
    for tag, low, high, new_low, new_high in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag == "equal":
            continue
        removed += high - low
        added += new_high - new_low
        if not first:
            first = next((said for line in new[new_low:new_high] if (said := without_markup(line))), "")
    if not first:
        # Only lines went: the first of those tells most.
        gone = [line for line in old if line not in set(new)]
        first = next((said for line in gone if (said := without_markup(line))), "")
        first = tr("Without: {text}").replace("{text}", first) if first else ""
    return added, removed, first


def without_markup(line: str) -> str:
    """A line as one would say it: no bullets, no heading signs, no stars."""
    return _MARKUP.sub("", line).replace("**", "").replace("`", "").strip()


def headline(text: str) -> str:
    """The first line that says something."""
    return next((said for line in text[:2_000].splitlines() if (said := without_markup(line))), "")


def operation_name(operation: engine.Operation) -> str:
    """What a revision did, in a word."""
    names = {
        engine.Operation.PUT: tr("Added"),
        engine.Operation.UPDATE: tr("Changed"),
        engine.Operation.TAG: tr("Tags changed"),
        engine.Operation.DELETE: tr("Deleted"),
        engine.Operation.RESTORE: tr("Restored"),
        engine.Operation.EXTRACTED: tr("Text found"),
    }
    return names[operation]


def span_of(versions: Sequence[Version]) -> str:
    """How many versions in how long: "5 versions in 17 months"."""
    numbered = [each for each in versions if each.number]
    if not numbered:
        return ""
    text = counted(len(numbered), tr("{n} version"), tr("{n} versions"))
    took = numbered[-1].revision.recorded_at - numbered[0].revision.recorded_at
    days = round(took.total_seconds() / 86_400)
    if days >= 60:
        long = tr("in {n} months").replace("{n}", number(round(days / 30.4)))
    elif days >= 2:
        long = tr("in {n} days").replace("{n}", number(days))
    else:
        return text
    return f"{text} {long}"
