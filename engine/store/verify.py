"""Looking at everything a file says about itself, and at whether it is true."""

from __future__ import annotations

from itertools import pairwise

from blake3 import blake3

from engine.errors import ContentGone, EngineError, FormatError
from engine.format.enums import Role, Status
from engine.format.sketch import decode_sketch_track
from engine.format.time_index import decode_time_index
from engine.store.container import Container
from engine.store.ledger import NEVER
from engine.types import Check, Report

PASSED = "passed"
FAILED = "failed"
NAMES_SHOWN = 10


def verify(container: Container, *, deep: bool) -> Report:
    """All checks; ``deep`` also reads and decodes every payload that is still there."""
    checks = [
        _structure(container),
        _wal(container),
        _payload_ranges(container),
        _time_index(container),
        _sketch(container),
        _links(container),
    ]
    if deep:
        checks.append(_payloads(container))
    history = _history(container)
    checks.append(history)
    overall = PASSED if all(check.status == PASSED for check in checks) else FAILED
    return Report(overall, tuple(checks), container.ledger.head_hash().hex())


def _check(name: str, problems: list[str], good: str) -> Check:
    if not problems:
        return Check(name, PASSED, good)
    shown = "; ".join(problems[:NAMES_SHOWN])
    more = f"; and {len(problems) - NAMES_SHOWN} more" if len(problems) > NAMES_SHOWN else ""
    return Check(name, FAILED, shown + more)


def _structure(container: Container) -> Check:
    # Reading it has proved that a footer, a table of contents and their digests belong together.
    frames = len(container.toc.frames)
    odd = " ".join(container.notes)
    good = (
        f"{frames} frames. {odd}" if odd else f"header, footer and table of contents agree, {frames} frames"
    )
    return _check("structure", list(container.damage), good)


def _wal(container: Container) -> Check:
    waiting = "changes wait in the WAL" if container.dirty else "nothing pending"
    return _check("wal", [container.blocked] if container.blocked else [], waiting)


def _payload_ranges(container: Container) -> Check:
    size, ledger = container.size, container.ledger
    problems: list[str] = []
    ranges: list[tuple[int, int, int]] = []
    for frame in ledger.frames:
        if not frame.payload_length or frame.id in ledger.pending:
            continue
        end = frame.payload_offset + frame.payload_length
        if end > size:
            problems.append(f"frame {frame.id}: content ends at {end:,}, the file at {size:,}")
        elif frame.status is Status.ACTIVE:
            ranges.append((frame.payload_offset, end, frame.id))
    ranges.sort()
    for before, after in pairwise(ranges):
        if after[0] < before[1]:
            problems.append(f"frames {before[2]} and {after[2]} overlap")
    return _check("payload ranges", problems, f"{len(ranges)} ranges, none overlaps")


def _time_index(container: Container) -> Check:
    toc = container.toc
    manifest = toc.time_index
    if manifest is None:
        return Check("time index", PASSED, "none")
    data = container.store.pread(manifest.offset, min(manifest.length, container.size))
    problems: list[str] = []
    if blake3(data).digest() != manifest.checksum:
        problems.append("its digest does not match")
    else:
        try:
            _, ids = decode_time_index(data, len(toc.frames))
        except FormatError as error:
            problems.append(str(error))
        else:
            wanted = {f.id for f in toc.frames if f.role is Role.DOCUMENT and f.status is Status.ACTIVE}
            if {int(frame_id) for frame_id in ids} != wanted:
                problems.append(f"it lists {len(ids)} documents, the table of contents has {len(wanted)}")
    return _check("time index", problems, f"{manifest.entry_count} entries")


def _sketch(container: Container) -> Check:
    manifest = container.toc.sketch_track
    if manifest is None:
        return Check("sketch track", PASSED, "none")
    data = container.store.pread(manifest.offset, min(manifest.length, container.size))
    problems = [] if blake3(data).digest() == manifest.checksum else ["its digest does not match"]
    if not problems:
        try:
            decode_sketch_track(data)
        except FormatError as error:
            problems.append(str(error))
    return _check("sketch track", problems, f"{manifest.entry_count} entries")


def _links(container: Container) -> Check:
    frames = container.ledger.frames
    problems = []
    for frame in frames:
        for name, target in (("parent", frame.parent_id), ("older version", frame.supersedes)):
            if target is not None and not 0 <= target < len(frames):
                problems.append(f"frame {frame.id}: its {name} {target} does not exist")
    return _check("links", problems, f"{len(frames)} frames")


def _payloads(container: Container) -> Check:
    ledger = container.ledger
    problems: list[str] = []
    read = gone = 0
    for frame in ledger.frames:
        if not frame.payload_length and frame.id not in ledger.pending:
            continue
        try:
            ledger.content(frame.id)
            read += 1
        except ContentGone:
            gone += 1
        except EngineError as error:
            state = "" if ledger.ended[frame.id] == NEVER else " (an older or deleted version)"
            problems.append(f"frame {frame.id}{state}: {error}")
    return _check("content", problems, f"{read} payloads read and decoded")


def _history(container: Container) -> Check:
    ledger = container.ledger
    head = ledger.head_hash()
    problems = []
    if ledger.history.computed_head() != head:
        problems.append("the chain of hashes is broken: an entry was changed after it was written")
    for revision in range(1, len(ledger.history) + 1):
        entry = ledger.history.entry(revision)
        if not 0 <= entry.frame_id < len(ledger.frames):
            problems.append(f"revision {revision} names frame {entry.frame_id}, which does not exist")
        elif ledger.leaf(entry.frame_id) != entry.leaf:
            problems.append(f"frame {entry.frame_id} is not what revision {revision} recorded")
    return _check("history", problems, f"{len(ledger.history)} revisions, chain {head.hex()[:16]}…")
