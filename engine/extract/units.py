"""The two units of work of ingestion: look into a file, read a piece of it. They run in child processes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from engine.errors import SourceError
from engine.extract import mimes
from engine.extract.registry import KEPT, extractor, extractor_name
from engine.extract.source import (
    SMALL,
    Extractor,
    Facts,
    Reading,
    ReadOptions,
    SourceFile,
    SourcePlan,
    Stamp,
    UnitResult,
    clean_path,
)
from engine.store.frames import kind_of
from engine.store.prepared import (
    Blob,
    PreparedDocument,
    PreparedPart,
    document_sketch,
    prepare,
    prepare_part,
    text_head,
)
from engine.types import PutItem

T = TypeVar("T")

_BROKEN: Final = "is damaged, or not what its name says"
_TOO_LARGE: Final = "needs more memory to be read than one file may take"


def plan_source(path: str, options: ReadOptions, plain: bool = False) -> SourcePlan:
    """Look into a file: its kind, its digest, what is known of it and what is still to be read.

    A small file that is read in one go comes back complete. ``plain``: only keep its bytes (its reader has
    died on it before). Raises ``SourceError`` when the file itself cannot be read or taken; a file whose
    *content* cannot be read is planned without it, and ``failure`` says why.
    """
    file = SourceFile(path)
    stamp = file.stamp()
    file.mime = mimes.sniff(file.head(mimes.HEAD), file.name)
    name = KEPT if plain else extractor_name(file.mime)
    reader = extractor(name)
    facts, failure = _guarded(lambda: reader.inspect(file), Facts())
    failure = failure or facts.failure
    ranges = _ranges(facts.units, reader.unit_size)
    parts: tuple[PreparedPart, ...] = ()
    if stamp.size <= SMALL and len(ranges) == 1:
        result = _read(reader, file, *ranges[0])
        parts, failure, ranges = result.parts, failure or result.failure, ()
    mime = options.mime or _true_mime(file, facts)
    return SourcePlan(
        path=path,
        stamp=stamp,
        extractor=name,
        kind=kind_of(mime),
        document=_document(file, stamp, options, facts, mime, parts),
        needs_original=stamp.size > SMALL,
        units=ranges,
        unit_name=reader.unit_name,
        noun=reader.noun,
        failure=failure,
    )


def run_unit(name: str, path: str, start: int, stop: int, stamp: Stamp) -> UnitResult:
    """Read units [start, stop) of a planned file with the extractor ``name``.

    Raises ``SourceError`` when the file is gone or no longer the one that was planned.
    """
    file = SourceFile(path)
    file.check(stamp)
    return _read(extractor(name), file, start, stop)


def _read(reader: Extractor, file: SourceFile, start: int, stop: int) -> UnitResult:
    reading, failure = _guarded(lambda: reader.read(file, start, stop), Reading())
    return UnitResult(tuple(prepare_part(part) for part in reading.parts), failure or reading.failure)


def _guarded(work: Callable[[], T], otherwise: T) -> tuple[T, str | None]:
    """What ``work`` gives, or ``otherwise`` and why, in words."""
    try:
        with warnings.catch_warnings():
            # Libraries warn of oddities in strangers' files; nobody reads that in a child process.
            warnings.simplefilter("ignore")
            return work(), None
    except SourceError as error:
        return otherwise, str(error)
    except MemoryError:
        return otherwise, _TOO_LARGE
    except Exception:  # noqa: BLE001 - parsers meet damaged files with every error there is
        return otherwise, _BROKEN


def _ranges(units: int, size: int) -> tuple[tuple[int, int], ...]:
    return tuple((start, min(start + size, units)) for start in range(0, units, size))


def _true_mime(file: SourceFile, facts: Facts) -> str:
    mime = facts.mime or file.mime
    promised = mimes.mime_of_name(file.name)
    if mime == mimes.OLE and promised != mimes.UNKNOWN:
        return promised  # an encrypted Office file is still what it will be when it is opened
    return mime


def _document(
    file: SourceFile,
    stamp: Stamp,
    options: ReadOptions,
    facts: Facts,
    mime: str,
    parts: Sequence[PreparedPart],
) -> PreparedDocument:
    is_small = stamp.size <= SMALL
    content: str | bytes
    if facts.text is not None:
        content = facts.text if is_small else text_head(facts.text)
    else:
        content = file.data() if is_small else b""
    timestamp = options.timestamp if options.timestamp is not None else facts.timestamp
    document = prepare(
        PutItem(
            content=content,
            title=options.title or facts.title or file.name,
            uri=options.uri,
            mime=mime,
            tags=options.tags,
            labels=options.labels,
            track=options.track,
            metadata={**facts.metadata, **options.metadata},
            timestamp=timestamp if timestamp is not None else stamp.mtime_ns // 10**9,
            width=facts.width,
            height=facts.height,
            source_path=clean_path(file.path),
        ),
        parts=parts,
    )
    if facts.text is None and document.text:
        # The bytes are not the text, whatever they look like (the mime was given, or there are none yet).
        document = replace(document, text=False, head="")
        document = replace(document, sketch=document_sketch(document))
    if not is_small:
        document = replace(document, blob=Blob(b"", 0, stamp.size, stamp.digest))
    return document
