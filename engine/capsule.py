"""A capsule: one open ``.mv2`` file, or a sealed ``.mv2e`` one in memory."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from blake3 import blake3

from engine.config import EngineConfig
from engine.errors import (
    EngineError,
    FormatError,
    ReadOnly,
    StorageError,
    WrongPassword,
)
from engine.handover import SEALED_MAGIC, bytes_of, seal_to
from engine.index.lexical import LexicalIndex
from engine.jobs.executors import ChildProcessExecutor, close_executor, make_executor
from engine.jobs.ingest import read_options, start_ingest
from engine.jobs.job import Job
from engine.jobs.writer import Writer
from engine.limits import MAX_SEALED_BYTES, SDK_CAPACITY_BYTES
from engine.moment import Moment
from engine.sealing.stream import open_sealed, seal_bytes
from engine.store import verify as verification
from engine.store.bytestore import ByteStore, MemoryStore, replace_file
from engine.store.changes import Change, Delete, Put, Restore, Update
from engine.store.container import (
    Container,
    create_file,
    open_file,
)
from engine.store.ledger import Ledger
from engine.store.prepared import prepare
from engine.types import Committed, Event, JobChanged, PutItem, Reloaded, Report, Stats
from engine.when import read_moment

logger = logging.getLogger("engine.capsule")


LOOK_EVERY: Final = 1.0
"""Seconds between two looks of a read-only capsule at what other programs wrote."""

INDEX_PAUSE: Final = 0.2
"""Seconds the index ahead waits for more before it takes in what there is. A search does not wait for it."""

INDEX_SLICE: Final = 0.2
"""Seconds of indexing between two looks whether the capsule is being closed."""


class Capsule:
    """An open capsule. Context manager; ``close`` commits. Safe to use from several threads."""

    def __init__(
        self,
        path: Path,
        store: ByteStore,
        *,
        config: EngineConfig,
        read_only: bool,
        password: str | None = None,
        sealed_from: tuple[int, int, int] | None = None,
    ) -> None:
        """Use :func:`open_capsule` or :func:`create_capsule`."""
        self.path = path
        self.read_only = read_only
        self.config = config
        self._password = password
        self._sealed_from = sealed_from
        self._container = Container(path, store, lock_timeout=config.lock_timeout, clock_ms=config.clock_ms)
        self._listeners: list[Callable[[Event], None]] = []
        self._guard = threading.Lock()
        self._unsaved = False
        self._closed = False
        self._look_guard = threading.Lock()
        self._next_look = time.monotonic() + LOOK_EVERY
        self._executor: Any = None
        self._asker: ChildProcessExecutor | None = None
        self._rendered: set[bytes] = set()
        self._jobs: list[Job] = []
        cache = config.cache_dir if not self.sealed else None
        self._index = LexicalIndex(_index_folder(cache, path))
        self._writer: Writer | None = None
        if not read_only:
            self._writer = Writer(self._container, config, self._emit)
        self._indexer: _Indexer | None = None

    def __repr__(self) -> str:
        return f"<Capsule {self.path.name}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- facts --------------------------------------------------------------------------------------------

    @property
    def sealed(self) -> bool:
        """Whether this is an encrypted capsule, opened in memory."""
        return self._sealed_from is not None

    @property
    def unsaved(self) -> bool:
        """Sealed capsules only: whether there are changes that are not yet encrypted to the file."""
        return self._unsaved

    @property
    def size(self) -> int:
        """The file's size, bytes (sealed: of what it holds)."""
        return self._container.size

    @property
    def notes(self) -> list[str]:
        """What was odd or damaged about the file when it was read, in words."""
        return [*self._container.notes, *self._container.damage]

    @property
    def revision(self) -> int:
        """The newest revision."""
        return self._container.ledger.revision

    def look_for_others(self) -> None:
        """Read-only capsules: take in what other programs wrote, at most once a second. Others have their writer."""
        if (
            not self.read_only
            or time.monotonic() < self._next_look
            or not self._look_guard.acquire(blocking=False)
        ):
            return
        try:
            self._next_look = time.monotonic() + LOOK_EVERY
            if self._container.reload_if_changed():
                self._emit(Reloaded(self.revision))
        finally:
            self._look_guard.release()

    @property
    def now(self) -> Moment:
        """The Moment after the newest revision; it does not move."""
        self._check_open()
        self.look_for_others()
        ledger = self._container.ledger
        return Moment(ledger, ledger.revision, self)

    def at(self, when: int | datetime | str | Moment) -> Moment:
        """The Moment of a revision, of a time (the last revision not after it), or of a text that says either.

        Raises EngineError for a revision that does not exist or a text that cannot be read.
        """
        self._check_open()
        self.look_for_others()
        ledger = self._container.ledger
        if isinstance(when, Moment):
            when = when.revision
        if isinstance(when, str) and when.strip().lower() == "now":
            # Not by the clock: the newest revision may be a little ahead of it.
            when = ledger.revision
        if isinstance(when, str):
            when = read_moment(when, datetime.now(UTC))
        if isinstance(when, datetime):
            if when.tzinfo is None:
                raise EngineError(f"The time {when.isoformat()} has no time zone. Give an aware datetime.")
            ms = int(when.timestamp() * 1000 // 1)
            return Moment(
                ledger,
                int(np.searchsorted(ledger.history.ms.view[: ledger.revision], ms, side="right")),
                self,
            )
        if isinstance(when, bool) or not isinstance(when, int):
            raise EngineError(f"A moment is a revision, an aware datetime or a text, not {when!r}.")
        if not 0 <= when <= ledger.revision:
            raise EngineError(f"There is no revision {when}; the capsule has 0 to {ledger.revision}.")
        return Moment(ledger, when, self)

    # --- changing -----------------------------------------------------------------------------------------

    def put(
        self,
        content: str | bytes | Path,
        *,
        title: str | None = None,
        uri: str | None = None,
        mime: str | None = None,
        tags: Iterable[str] = (),
        labels: Iterable[str] = (),
        track: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        timestamp: int | datetime | None = None,
        embedding: Any = None,
    ) -> int:
        """Put one document; durable when it returns (sealed: at ``commit``). Returns its frame id.

        Raises SourceError, LockedError, StorageError, CapsuleFull, ReadOnly.
        """
        item = PutItem(
            content=content, title=title, uri=uri, mime=mime, tags=_words("tags", tags),
            labels=_words("labels", labels), track=track, metadata=metadata, timestamp=timestamp, embedding=embedding,
        )  # fmt: skip
        return self._one(Put(prepare(item)))

    def put_many(self, items: Iterable[PutItem | Mapping[str, Any]]) -> list[int]:
        """Put many documents in one commit, all or none; one revision each. Returns their frame ids."""
        writer = self._writable()
        changes: list[Change] = [Put(prepare(_item(item))) for item in items]
        if not changes:
            return []
        return list(writer.submit(changes, batch=True, direct=True).result())

    def update(self, frame_id: int, content: str | bytes | Path | None = None, **changed: Any) -> int:
        """A new version with other content, other fields, or both; returns its frame id.

        ``changed``: title, uri, mime, tags, labels, track, metadata, timestamp; what is not named stays.
        Raises FrameNotFound when the frame is not the one visible now.
        """
        if content is None and not changed:
            raise EngineError("update() needs new content or at least one field to change.")
        document = None
        if content is not None:
            frame = self._container.ledger.frame(frame_id)
            mime = changed.pop("mime", None)
            if mime is None and not isinstance(content, Path):
                mime = _kept_mime(self._container.ledger, frame.id, content)
            document = prepare(PutItem(content=content, mime=mime))
        return self._one(Update(frame_id, document, changed))

    def delete(self, frame_id: int) -> None:
        """Delete a document; its content stays in the file and in every earlier Moment."""
        self._one(Delete(frame_id))

    def restore(self, frame_id: int) -> int:
        """Bring a deleted document or an older version back as a new version; returns its frame id."""
        return self._one(Restore(frame_id))

    def ingest(self, sources: Iterable[Path | str], **put_options: Any) -> Job:
        """Take in files and folders in the background; returns at once."""
        writer = self._writable()
        paths = [os.fspath(source) for source in sources]
        title = Path(paths[0]).name if len(paths) == 1 else f"{len(paths)} items"
        with self._guard:
            if self._executor is None:
                self._executor = make_executor(self.config)
            executor = self._executor
        key = object()
        job = start_ingest(
            paths,
            options=read_options(**put_options),
            submit=lambda documents: writer.submit_bulk(documents, key),
            is_known=self._is_known,
            executor=executor,
            emit=self._emit,
            title=title,
            own_path=self.path,
            flush=writer.flush,
        )
        with self._guard:
            self._jobs = [known for known in self._jobs if not known.state.is_final]
            self._jobs.append(job)
        return job

    def _is_known(self, digest: bytes) -> bool:
        # Another program's changes replace the ledger: the one of this moment is asked.
        return self._container.ledger.is_active_content(digest)

    def _one(self, change: Change) -> int:
        return self._writable().submit([change]).result()[0]

    def _writable(self) -> Writer:
        self._check_open()
        if self._writer is None:
            raise ReadOnly(f"“{self.path.name}” is open for reading only, so nothing can be changed.")
        return self._writer

    # --- saving -------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Bring everything into the table of contents; a sealed capsule is encrypted to its file."""
        self._writable().call(self._commit_now).result()

    def _commit_now(self) -> None:
        done, reloaded = self._container.commit()
        if reloaded:
            self._emit(Reloaded(self.revision))
        if done is not None:
            self._emit(Committed(self.revision, done.size))
        if self.sealed and self._unsaved:
            self._save_sealed()

    def _save_sealed(self) -> None:
        store = self._container.store
        if not isinstance(store, MemoryStore) or self._password is None:
            raise EngineError("Only a sealed capsule is saved this way.")
        if _file_mark(self.path) != self._sealed_from:
            raise StorageError(
                f"“{self.path.name}” was changed by another program since it was opened here. Your changes are still "
                "in memory: seal a copy under another name, then open the file again."
            )
        replace_file(self.path, [seal_bytes(store.contents(), self._password)])
        self._sealed_from = _file_mark(self.path)
        self._unsaved = False

    def close(self, *, discard: bool = False) -> None:
        """Commit, end the threads and children, give the file back. Calling it again does nothing.

        Raises what ``commit`` raises. A sealed capsule whose changes could not be saved stays open then: they
        are nowhere but in memory. ``discard`` gives them up.
        """
        with self._guard:
            if self._closed:
                return
            jobs, self._jobs = self._jobs, []
        for job in jobs:
            job.cancel()
        for job in jobs:
            job.join()
        try:
            if self._writer is not None and not (discard and self.sealed):
                self._writer.call(self._commit_at_end).result()
        except EngineError:
            if self.sealed and self._unsaved:
                raise
            self._let_go()
            raise
        self._let_go()

    def _let_go(self) -> None:
        with self._guard:
            self._closed = True
        if self._writer is not None:
            self._writer.close()
        if self._indexer is not None:
            self._indexer.close()
        self._index.flush(self._container.ledger)
        self._index.close()
        if self._executor is not None:
            close_executor(self._executor)
        if self._asker is not None:
            self._asker.shutdown()
        self._container.close()

    def _commit_at_end(self) -> None:
        if self._container.blocked:
            return
        try:
            self._commit_now()
        except EngineError as error:
            if self.sealed or (not isinstance(error, OSError) and error.exit_code != 4):
                raise
            # Another program holds the lock, or the disk is full: the WAL has every change, whoever opens
            # the file next brings them in.
            logger.info("left in the WAL: %s", error)

    def _check_open(self) -> None:
        if self._closed:
            raise EngineError(f"“{self.path.name}” has been closed.")

    # --- looking ------------------------------------------------------------------------------------------

    def verify(self, *, deep: bool = False) -> Report:
        """Check the file against itself; ``deep`` reads every payload."""
        self._check_open()
        if self._writer is None:
            return verification.verify(self._container, deep=deep)
        report: Report = self._writer.call(lambda: verification.verify(self._container, deep=deep)).result()
        return report

    def stats(self, moment: Moment | None = None) -> Stats:
        """Numbers of the file and of a Moment (now)."""
        return self.stats_at(moment or self.now)

    def stats_at(self, moment: Moment) -> Stats:
        container = self._container
        ledger = container.ledger
        live, dead = container.space()
        active = ledger.visible(ledger.revision).document_of >= 0
        payload_end = max((f.payload_offset + f.payload_length for f in ledger.frames), default=0)
        ticket = container.toc.ticket_ref.capacity_bytes or SDK_CAPACITY_BYTES
        facts = self._index.facts
        return Stats(
            frame_count=ledger.frame_count,
            active_frame_count=int(np.count_nonzero(active)),
            document_count=len(moment),
            size_bytes=container.size,
            live_bytes=live,
            dead_bytes=dead,
            sdk_room_bytes=max(0, ticket - payload_end),
            revision=moment.revision,
            indexes={"words": {"frames": facts.covered, "kept": facts.saved}},
        )

    def dead_content(self) -> tuple[int, int]:
        """(deleted, older) versions whose content the file still holds."""
        return self._container.ledger.dead_documents()

    @property
    def word_index(self) -> LexicalIndex:
        """The word index, for Moments."""
        return self._index

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until everything put so far is findable in every mode."""
        return self._index.catch_up(self._container.ledger, budget=timeout)

    def render(
        self, function: Callable[..., Any], digest: bytes, content: Callable[[], bytes], *args: Any
    ) -> Any:
        """Run a rendering function in the child that answers the person; its content is sent when it asks."""
        from engine.extract.render import NeedContent

        with self._guard:
            self._check_open()
            if self._asker is None:
                self._asker = ChildProcessExecutor(workers=1)
            asker = self._asker
        try:
            return asker.submit(function, digest, None, *args).result()
        except NeedContent:
            return asker.submit(function, digest, content(), *args).result()

    # --- events -------------------------------------------------------------------------------------------

    def on_event(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Have ``callback`` called on an engine thread for each event; returns what ends that."""
        with self._guard:
            self._check_open()
            self._listeners.append(callback)
            # Somebody looks: have words ready before they are asked for. A script that only puts pays nothing.
            if self._indexer is None:
                self._indexer = _Indexer(self)

        def unsubscribe() -> None:
            with self._guard:
                if callback in self._listeners:
                    self._listeners.remove(callback)

        return unsubscribe

    def _emit(self, event: Event) -> None:
        if not isinstance(event, JobChanged):
            if self.sealed:
                self._unsaved = True
            if self._indexer is not None:
                self._indexer.wake()
        with self._guard:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener(event)
            except Exception:
                logger.exception("a listener failed on %s", type(event).__name__)

    # --- handing on ---------------------------------------------------------------------------------------

    def seal(self, out: Path | str, *, password: str, drop_history: bool = False) -> Path:
        """Write an encrypted copy of what the capsule holds now; it stays as it is itself. Returns the copy's path.

        ``drop_history`` leaves deleted documents and older versions out of the copy.
        Raises CapsuleExists-like StorageError, WrongPassword for an empty password.
        """
        self._check_open()
        if self._writer is not None:
            data: bytes = self._writer.call(lambda: bytes_of(self._container)).result()
        else:
            data = bytes_of(self._container)
        return seal_to(data, Path(out), password, drop_history=drop_history)


class _Indexer:
    """Keeps the word index up with what is put, so that a search finds it ready."""

    def __init__(self, capsule: Capsule) -> None:
        self._capsule = capsule
        self._event = threading.Event()
        self._end = threading.Event()
        self._stop = False
        self._event.set()
        self._thread = threading.Thread(target=self._run, name=f"indexer {capsule.path.name}", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        self._event.set()

    def _run(self) -> None:
        capsule = self._capsule
        patience = LOOK_EVERY if capsule.read_only else None
        while True:
            self._event.wait(patience)
            if not self._stop:
                # Commits come in bursts, and each saving of the index keeps the interpreter to itself for 5 ms.
                self._end.wait(INDEX_PAUSE)
            self._event.clear()
            if self._stop:
                return
            try:
                capsule.look_for_others()
                finished = False
                while not (finished or self._stop):
                    finished = capsule.settle(INDEX_SLICE)
            except Exception:
                # A search catches up by itself and reports what it cannot do.
                logger.exception("the word index is behind")

    def close(self) -> None:
        self._stop = True
        self._event.set()
        self._end.set()
        self._thread.join()


# --- making, opening, probing, sealing ------------------------------------------------------------------------


def create_capsule(path: Path | str, *, config: EngineConfig | None = None) -> Capsule:
    """A new, empty capsule. Raises CapsuleExists, StorageError."""
    target = Path(path)
    create_file(target)
    return open_capsule(target, config=config)


def open_capsule(
    path: Path | str,
    *,
    password: str | None = None,
    read_only: bool = False,
    config: EngineConfig | None = None,
) -> Capsule:
    """Open a capsule or a sealed one; waits for nobody and writes nothing.

    Raises CapsuleNotFound, NotACapsule, DamagedFile, UnsupportedVersion, WrongPassword, StorageError.
    """
    source = Path(path)
    settings = config or EngineConfig()
    store: ByteStore = open_file(source, read_only=True)
    try:
        if store.pread(0, 4) != SEALED_MAGIC:
            if not read_only:
                store.close()
                store = open_file(source, read_only=False)
            return Capsule(source, store, config=settings, read_only=read_only)
        if password is None:
            raise WrongPassword(f"“{source.name}” is sealed. Give its password to open it.")
        mark = _file_mark(source)
        size = store.size()
        if size > MAX_SEALED_BYTES:
            raise StorageError(
                f"“{source.name}” has {size:,} bytes; sealed capsules are opened in memory, up to {MAX_SEALED_BYTES:,}."
            )
        plain = MemoryStore(open_sealed(store.pread(0, size), password))
        store.close()
        return Capsule(
            source, plain, config=settings, read_only=read_only, password=password, sealed_from=mark
        )
    except BaseException as error:
        store.close()
        if isinstance(error, FormatError):
            error.in_file(source.name)
        raise


def _file_mark(path: Path) -> tuple[int, int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _index_folder(cache: Path | None, path: Path) -> Path | None:
    """By path alone: the index itself notices when other frames lie there than it saw."""
    if cache is None:
        return None
    name = blake3(os.fsencode(path.resolve())).hexdigest()[:32]
    return cache / "words" / name


def _words(name: str, value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise EngineError(f"{name} is a list of texts, not one text: [{value!r}].")
    return tuple(value)


def _item(item: PutItem | Mapping[str, Any]) -> PutItem:
    if isinstance(item, PutItem):
        return item
    fields = dict(item)
    try:
        fields["tags"] = _words("tags", fields.get("tags", ()))
        fields["labels"] = _words("labels", fields.get("labels", ()))
        return PutItem(**fields)
    except TypeError as error:
        raise EngineError(
            f"An item of put_many has “content” and the same names as put(): {error}."
        ) from error


def _kept_mime(ledger: Ledger, frame_id: int, content: str | bytes) -> str | None:
    mime = ledger.mime(frame_id)
    if isinstance(content, str):
        return mime if mime.startswith("text/") or mime == "application/json" else None
    return mime
