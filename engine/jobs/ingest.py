"""Takes files and folders in, in the background: the way in from the capsule."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.extract.source import ReadOptions
from engine.jobs.coordinator import Coordinator, Submit
from engine.jobs.executors import default_workers
from engine.jobs.job import Job, Listener
from engine.store.prepared import checked_words, metadata_texts, unix_seconds


def read_options(
    *,
    title: str | None = None,
    uri: str | None = None,
    mime: str | None = None,
    tags: Sequence[str] = (),
    labels: Sequence[str] = (),
    track: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    timestamp: int | datetime | None = None,
) -> ReadOptions:
    """Options of a put, checked before anything is read. Raises ``EngineError`` for values no frame can hold."""
    metadata_texts(metadata)
    return ReadOptions(
        title=title,
        uri=uri,
        mime=mime,
        tags=checked_words("tags", tags),
        labels=checked_words("labels", labels),
        track=track,
        timestamp=unix_seconds(timestamp),
        metadata=dict(metadata or {}),
    )


def start_ingest(
    sources: Iterable[Path | str],
    *,
    options: ReadOptions | None = None,
    submit: Submit,
    is_known: Callable[[bytes], bool],
    executor: Executor,
    emit: Listener | None = None,
    title: str = "Adding files",
    own_path: Path | str | None = None,
    flush: Callable[[], object] | None = None,
    window: int | None = None,
) -> Job:
    """Take in files and folders in the background; the job's result is an :class:`engine.types.IngestResult`.

    * ``options``: what applies to every document. ``title``, ``uri`` and ``mime`` only for one single file.
    * ``submit`` gives documents to the writer, all or none of them; the future holds their frame ids once they
      are committed. It must not block. Called on the coordinator thread.
    * ``is_known``: whether content with this digest (blake3 of the original bytes) is active already.
    * ``executor`` runs :func:`plan_source` and :func:`run_unit`, and stays open.
    * ``own_path``: the capsule that is written to, which is never taken in itself.
    * ``flush`` is called when everything was submitted and only the commit is awaited.
    * ``window``: units in flight at most.

    Raises:
        EngineError: ``options`` do not fit the sources.

    A cancelled job drops what was not submitted; what was submitted stays, and its ids are in the job's result
    once :meth:`Job.join` returns. An error of ``submit`` fails the job (its result says what was done before).
    """
    paths = [os.path.abspath(os.fsdecode(source)) for source in sources]  # noqa: PTH100 - stay strings
    options = options or ReadOptions()
    named = [name for name in ("title", "uri", "mime") if getattr(options, name) is not None]
    if named and (len(paths) != 1 or os.path.isdir(paths[0])):  # noqa: PTH112 - as above
        raise EngineError(f"A {named[0]} can be given to one single file only.")
    job = Job(title, emit=emit, unit="files")
    coordinator = Coordinator(
        job,
        paths,
        options=options,
        submit=submit,
        is_known=is_known,
        executor=executor,
        own_path=None if own_path is None else os.fsdecode(own_path),
        flush=flush,
        window=window or max(8, 2 * default_workers() + 2),
    )
    threading.Thread(target=coordinator.run, name=f"ingest-{job.id}", daemon=True).start()
    return job
