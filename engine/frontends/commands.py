"""What each command of ``mv2`` does."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import capsule as capsules
from engine import handover
from engine.config import EngineConfig
from engine.errors import CapsuleExists, FrameNotFound, WrongPassword
from engine.frontends.cli import UsageError, fields_of, password_of, rfc3339, seconds_of, unix
from engine.types import FrameInfo, Hit, JobState, Revision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.capsule import Capsule
    from engine.jobs.job import Job
    from engine.moment import Moment

STANDARD_INPUT = "-"
PREVIEW = 78


def run(options: argparse.Namespace) -> int:
    """Run the chosen command; returns the exit status. Raises EngineError."""
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "create": create,
        "put": put,
        "find": find,
        "timeline": timeline,
        "view": view,
        "update": update,
        "delete": delete,
        "restore": restore,
        "history": history,
        "diff": diff,
        "stats": stats,
        "verify": verify,
        "lock": lock,
        "unlock": unlock,
    }
    return commands[options.command](options)


# --- opening and printing -------------------------------------------------------------------------------------


@contextmanager
def _open(options: argparse.Namespace, *, read_only: bool) -> Iterator[Capsule]:
    config = EngineConfig(author=os.environ.get("MV2_AUTHOR", ""))
    password = None
    if handover.probe(options.file).sealed:
        password = password_of(options)
    with capsules.open_capsule(
        options.file, password=password, read_only=read_only, config=config
    ) as capsule:
        for note in capsule.notes:
            _say(note)
        yield capsule


def _say(text: str) -> None:
    print(f"mv2: {text}", file=sys.stderr)


def _print(options: argparse.Namespace, value: Any, lines: Callable[[], Iterator[str]]) -> None:
    if options.json:
        print(json.dumps(value, ensure_ascii=False, indent=None))
        return
    for line in lines():
        print(line)


def _moment(capsule: Capsule, options: argparse.Namespace) -> Moment:
    return capsule.now if options.at is None else capsule.at(options.at)


def _frame_id(moment: Moment, text: str) -> int:
    return int(text) if text.isdecimal() else moment.find_uri(text)


# --- commands -------------------------------------------------------------------------------------------------


def create(options: argparse.Namespace) -> int:
    """Make an empty capsule."""
    with capsules.create_capsule(options.file) as capsule:
        value = {"file": str(options.file), "revision": capsule.revision}
    _print(options, value, lambda: iter([f"{options.file}: an empty capsule"]))
    return 0


def put(options: argparse.Namespace) -> int:
    """Put files, folders and standard input; 1 when something could not be taken in."""
    fields = fields_of(options)
    paths = options.paths or [STANDARD_INPUT]
    frame_ids: list[int] = []
    duplicates: list[str] = []
    failed: list[dict[str, str]] = []
    with _open(options, read_only=False) as capsule:
        if STANDARD_INPUT in paths:
            frame_ids.append(capsule.put(_standard_input(), **fields))
        files = [Path(path) for path in paths if path != STANDARD_INPUT]
        if files:
            job = capsule.ingest(files, **fields)
            _follow(job)
            if job.error is not None:
                raise job.error
            frame_ids += job.result.frame_ids
            duplicates += job.result.duplicates
            failed += [{"source": item.source, "reason": item.reason} for item in job.result.failed]
        revision = capsule.revision
    value = {"frame_ids": frame_ids, "revision": revision, "duplicates": duplicates, "failed": failed}

    def lines() -> Iterator[str]:
        yield f"{len(frame_ids)} put, revision {revision}" if frame_ids else "nothing put"
        for source in duplicates:
            yield f"already there: {source}"

    _print(options, value, lines)
    for problem in failed:
        _say(f"{problem['source']}: {problem['reason']}")
    return 1 if failed or not (frame_ids or duplicates) else 0


def _standard_input() -> str | bytes:
    raw = sys.stdin.buffer.read()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


def _follow(job: Job) -> None:
    """Wait for a job, showing how far it is where somebody looks."""
    shown = sys.stderr.isatty()
    try:
        while not job.state.is_final:
            if shown:
                progress = job.progress
                total = "…" if progress.total is None else f"{progress.total}"
                print(f"\r{progress.done} of {total} {progress.unit} ", end="", file=sys.stderr, flush=True)
            time.sleep(0.02 if not shown else 0.1)
    except KeyboardInterrupt:
        job.cancel()
        raise
    finally:
        if shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
    if job.state is JobState.CANCELLED:
        raise KeyboardInterrupt


def find(options: argparse.Namespace) -> int:
    """Search, best first."""
    if options.k < 1:
        raise UsageError("-k is at least 1.")
    modes = tuple(mode.strip() for mode in options.mode.split(",") if mode.strip())
    with _open(options, read_only=True) as capsule:
        moment = _moment(capsule, options)
        result = moment.search(options.query, limit=options.k, modes=modes or ("words",))
        value = {
            "query": options.query,
            "hits": [_hit(rank, hit) for rank, hit in enumerate(result.hits, 1)],
            "total_hits": result.total,
            "took_ms": round(result.took_ms, 3),
            "revision": moment.revision,
        }
    if result.note:
        _say(result.note)

    def lines() -> Iterator[str]:
        for hit in result.hits:
            place = f", page {hit.place.page}" if hit.place is not None and hit.place.page is not None else ""
            yield f"{hit.document_id:>7}  {hit.title}{place}"
            yield f"         {_marked(hit)}"
        yield f"{result.total} found in {result.took_ms:.1f} ms"

    _print(options, value, lines)
    return 0


def _hit(rank: int, hit: Hit) -> dict[str, Any]:
    return {
        "rank": rank,
        "frame_id": hit.frame_id,
        "document_id": hit.document_id,
        "uri": hit.uri,
        "title": hit.title,
        "score": hit.score,
        "snippet": hit.snippet,
        "spans": [list(span) for span in hit.spans],
        "mime": hit.mime,
        "timestamp": None if hit.timestamp is None else unix(hit.timestamp),
        "place": None if hit.place is None else hit.place.as_dict(),
    }


def _marked(hit: Hit) -> str:
    if not sys.stdout.isatty():
        return hit.snippet
    pieces, at = [], 0
    for start, end in hit.spans:
        pieces += [hit.snippet[at:start], "\033[1m", hit.snippet[start:end], "\033[0m"]
        at = end
    return "".join([*pieces, hit.snippet[at:]])


def timeline(options: argparse.Namespace) -> int:
    """List documents by their time."""
    with _open(options, read_only=True) as capsule:
        frames = _moment(capsule, options).frames(
            since=seconds_of(options.since, "--since"),
            until=seconds_of(options.until, "--until"),
            limit=options.limit,
            reverse=options.reverse,
        )
    value = [_entry(frame) for frame in frames]

    def lines() -> Iterator[str]:
        for frame in frames:
            yield f"{frame.timestamp.astimezone():%Y-%m-%d %H:%M}  {frame.id:>7}  {frame.title}"
            if frame.preview:
                yield f"{'':27}{frame.preview[:PREVIEW]}"

    _print(options, value, lines)
    return 0


def _entry(frame: FrameInfo) -> dict[str, Any]:
    return {
        "frame_id": frame.id,
        "timestamp": unix(frame.timestamp),
        "recorded_at": rfc3339(frame.recorded_at),
        "uri": frame.uri,
        "title": frame.title,
        "preview": frame.preview,
        "mime": frame.mime,
    }


def view(options: argparse.Namespace) -> int:
    """Print a document's text, or write its bytes."""
    with _open(options, read_only=True) as capsule:
        moment = _moment(capsule, options)
        frame_id = _frame_id(moment, options.frame)
        info = moment.frame(frame_id)
        data = moment.read(frame_id) if options.raw else moment.text(frame_id).encode("utf-8")
    if options.out is not None:
        try:
            with options.out.open("xb") as out:
                out.write(data)
        except FileExistsError:
            raise CapsuleExists(f"{options.out} exists already. Choose another name.") from None
        return 0
    if options.json:
        value = {
            **_entry(info),
            "tags": list(info.tags),
            "labels": list(info.labels),
            "metadata": dict(info.metadata),
        }
        value["text"] = data.decode("utf-8", "replace")
        print(json.dumps(value, ensure_ascii=False))
        return 0
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    if not options.raw and not data.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()
    return 0


def update(options: argparse.Namespace) -> int:
    """A new version of a document."""
    fields = fields_of(options)
    content: str | bytes | Path | None = None
    if options.content is not None:
        content = _standard_input() if options.content == STANDARD_INPUT else Path(options.content)
    if content is None and not fields:
        raise UsageError("Nothing to change: give new content or a field.")
    with _open(options, read_only=False) as capsule:
        old = _frame_id(capsule.now, options.frame)
        if isinstance(content, Path) and "title" not in fields:
            fields["title"] = capsule.now.frame(old).title
        new = capsule.update(old, content, **fields)
        revision = capsule.revision
    _print(
        options,
        {"frame_id": new, "revision": revision},
        lambda: iter([f"frame {new} replaces {old}, revision {revision}"]),
    )
    return 0


def delete(options: argparse.Namespace) -> int:
    """Delete a document."""
    with _open(options, read_only=False) as capsule:
        capsule.delete(options.frame)
        revision = capsule.revision
    _print(options, {"revision": revision}, lambda: iter([f"deleted, revision {revision}"]))
    return 0


def restore(options: argparse.Namespace) -> int:
    """Bring a document back."""
    with _open(options, read_only=False) as capsule:
        new = capsule.restore(options.frame)
        revision = capsule.revision
    _print(
        options,
        {"frame_id": new, "revision": revision},
        lambda: iter([f"frame {new} brings {options.frame} back, revision {revision}"]),
    )
    return 0


def history(options: argparse.Namespace) -> int:
    """List revisions."""
    with _open(options, read_only=True) as capsule:
        moment = capsule.now
        revisions = moment.revisions() if options.frame is None else moment.history(options.frame)
    value = [_revision(revision) for revision in revisions]

    def lines() -> Iterator[str]:
        for revision in revisions:
            when = (
                f"{revision.recorded_at.astimezone():%Y-%m-%d %H:%M:%S}{'?' if revision.estimated else ' '}"
            )
            yield f"{revision.number:>7}  {when} {revision.operation:<9} {revision.frame_id:>7}  {revision.author}"

    _print(options, value, lines)
    return 0


def _revision(revision: Revision) -> dict[str, Any]:
    return {
        "revision": revision.number,
        "recorded_at": rfc3339(revision.recorded_at),
        "operation": revision.operation.value,
        "frame_id": revision.frame_id,
        "author": revision.author,
        "batch": revision.batch,
    }


def diff(options: argparse.Namespace) -> int:
    """What differs between two moments."""
    with _open(options, read_only=True) as capsule:
        before, after = capsule.at(options.before), capsule.at(options.after)
        changes = after.changes_since(before)
        titles = {
            frame_id: _title(after, before, frame_id) for frame_id in (*changes.added, *changes.removed)
        }
        titles |= {new: _title(after, before, new) for _, new in changes.changed}
    value = {
        "added": list(changes.added),
        "changed": [list(pair) for pair in changes.changed],
        "removed": list(changes.removed),
    }

    def lines() -> Iterator[str]:
        for frame_id in changes.added:
            yield f"+ {frame_id:>7}  {titles[frame_id]}"
        for old, new in changes.changed:
            yield f"~ {old:>7} → {new}  {titles[new]}"
        for frame_id in changes.removed:
            yield f"- {frame_id:>7}  {titles[frame_id]}"

    _print(options, value, lines)
    return 0


def _title(first: Moment, second: Moment, frame_id: int) -> str:
    try:
        return first.frame(frame_id).title
    except FrameNotFound:
        return second.frame(frame_id).title


def stats(options: argparse.Namespace) -> int:
    """Numbers of a capsule."""
    with _open(options, read_only=True) as capsule:
        capsule.settle()
        found = capsule.stats(_moment(capsule, options))
    value = {
        "frame_count": found.frame_count,
        "active_frame_count": found.active_frame_count,
        "document_count": found.document_count,
        "size_bytes": found.size_bytes,
        "live_bytes": found.live_bytes,
        "dead_bytes": found.dead_bytes,
        "sdk_room_bytes": found.sdk_room_bytes,
        "revision": found.revision,
        "indexes": dict(found.indexes),
    }

    def lines() -> Iterator[str]:
        for name, number in value.items():
            if isinstance(number, int):
                yield f"{name.replace('_', ' '):<20} {number:>15,}"

    _print(options, value, lines)
    return 0


def verify(options: argparse.Namespace) -> int:
    """Check a capsule; 3 when something is wrong."""
    with _open(options, read_only=True) as capsule:
        report = capsule.verify(deep=options.deep)
    value = {
        "overall_status": report.overall_status,
        "checks": [
            {"name": check.name, "status": check.status, "details": check.details} for check in report.checks
        ],
        "head_hash": report.head_hash,
    }

    def lines() -> Iterator[str]:
        for check in report.checks:
            yield f"{check.status:<7} {check.name:<15} {check.details}"
        yield f"{report.overall_status}; history {report.head_hash}"

    _print(options, value, lines)
    return 0 if report.overall_status == "passed" else 3


def lock(options: argparse.Namespace) -> int:
    """Write an encrypted copy."""
    out = options.out or options.file.with_suffix(handover.SEALED_SUFFIX)
    password = password_of(options, confirm=True)
    if not password:
        raise WrongPassword("A sealed capsule needs a password.")
    made = handover.seal(options.file, out, password=password, drop_history=options.drop_history)
    _print(options, {"file": str(made)}, lambda: iter([f"{made}: sealed; {options.file} stays as it is"]))
    return 0


def unlock(options: argparse.Namespace) -> int:
    """Write a decrypted copy."""
    out = options.out or options.file.with_suffix(handover.PLAIN_SUFFIX)
    made = handover.unseal(options.file, out, password=password_of(options))
    _print(options, {"file": str(made)}, lambda: iter([f"{made}: unsealed; {options.file} stays as it is"]))
    return 0
