"""Whole capsules as files: what one is, sealing, unsealing, leaving the past out of a copy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from engine.errors import CapsuleExists, EngineError, FormatError, NotACapsule, StorageError, WrongPassword
from engine.format.sealed import SealedHeader
from engine.limits import MAX_SEALED_BYTES
from engine.sealing.stream import open_sealed, seal_bytes
from engine.sealing.stream import probe as probe_sealed
from engine.store.bytestore import MemoryStore, write_new_file
from engine.store.changes import Put
from engine.store.container import NEW_BATCH, Container, copy_of, empty_capsule, memory_copy, open_file
from engine.store.copying import document_of
from engine.store.snapshot import read_header
from engine.types import FileFacts

SEALED_MAGIC: Final = b"MV2E"
CAPSULE_MAGIC: Final = b"MV2\0"
PLAIN_SUFFIX: Final = ".mv2"
SEALED_SUFFIX: Final = ".mv2e"


@contextmanager
def _about(source: Path) -> Iterator[None]:
    """What is wrong with a file's bytes is said with its name."""
    try:
        yield
    except FormatError as error:
        error.in_file(source.name)
        raise


def probe(path: Path | str) -> FileFacts:
    """What a file is, from its first bytes: no key, no lock, no write. Raises CapsuleNotFound, StorageError."""
    source = Path(path)
    store = open_file(source, read_only=True)
    with _about(source), closing(store):
        head = store.pread(0, 64)
        size = store.size()
        modified = datetime.fromtimestamp(store.modified_ms() / 1000, UTC)
        if head[:4] == SEALED_MAGIC:
            header: SealedHeader = probe_sealed(head)
            return FileFacts(source, "sealed", True, size, "MV2E 1", header.plain_size, modified)
        if head[:4] == CAPSULE_MAGIC:
            read_header(store)
            return FileFacts(source, "capsule", False, size, f"{head[6]}.{head[7]}", size, modified)
        return FileFacts(source, "other", False, size, "", None, modified)


def seal(
    path: Path | str, out: Path | str, *, password: str, rules: Any = None, drop_history: bool = False
) -> Path:
    """Encrypt a capsule to a new ``.mv2e`` file; the capsule stays as it is. Returns the new file's path."""
    if rules is not None:
        raise EngineError("Rules for the reader cannot be written by this version. Seal without them.")
    source = Path(path)
    store = memory_copy(source)
    if store.pread(0, 4) == SEALED_MAGIC:
        raise NotACapsule(source.name, "a capsule (.mv2)", "one that is sealed already")
    with _about(source):
        data = committed(source, store)
    return seal_to(data, Path(out), password, drop_history=drop_history)


def unseal(path: Path | str, out: Path | str, *, password: str) -> Path:
    """Decrypt a sealed capsule to a new ``.mv2`` file. Returns its path."""
    source, target = Path(path), Path(out)
    store = open_file(source, read_only=True)
    with closing(store):
        head = store.pread(0, 64)
        if head[:4] != SEALED_MAGIC:
            raise NotACapsule(source.name, "a sealed capsule (.mv2e)", "something else")
        if store.size() > MAX_SEALED_BYTES:
            raise StorageError(
                f"“{source.name}” is larger than the {MAX_SEALED_BYTES:,} bytes that can be unsealed."
            )
        with _about(source):
            data = open_sealed(store.pread(0, store.size()), password)
    _write_new(target, data)
    return target


def bytes_of(container: Container) -> bytes:
    """The whole file with everything pending in its table of contents, without touching the file itself."""
    return committed(container.path, copy_of(container.store))


def committed(path: Path, copy: MemoryStore) -> bytes:
    """What ``copy`` holds with everything pending in its table of contents."""
    container = Container(path, copy, lock_timeout=0)
    container.commit()
    return copy.contents()


def seal_to(data: bytes, out: Path, password: str, *, drop_history: bool) -> Path:
    """Encrypt a capsule's bytes to a new file. Raises WrongPassword for an empty password, CapsuleExists."""
    if not password:
        raise WrongPassword("A sealed capsule needs a password.")
    if drop_history:
        data = without_history(data)
    _write_new(out, seal_bytes(data, password))
    return out


def _write_new(path: Path, data: bytes) -> None:
    try:
        write_new_file(path, [data])
    except FileExistsError as error:
        raise CapsuleExists(f"“{path.name}” exists already in {path.parent}. Choose another name.") from error


def without_history(data: bytes) -> bytes:
    """A capsule with only what is visible now in ``data``: no deleted document, no older version, no history."""
    source = Container(Path("copy.mv2"), MemoryStore(data), lock_timeout=0)
    target = Container(Path("copy.mv2"), MemoryStore(empty_capsule()), lock_timeout=0)
    ledger = source.ledger
    documents = [document_of(ledger, int(frame_id)) for frame_id in ledger.visible(ledger.revision).documents]
    if documents:
        target.apply([Put(document) for document in documents], "", batch=NEW_BATCH, direct=True)
    store = target.store
    return store.pread(0, store.size())
