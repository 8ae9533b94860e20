"""The exclusive lock, taken for one change on the file that the path names right now.

The official program replaces the file at its commits and keeps its lock on the old one, so a lock is only
worth something while the path still leads to the locked inode. It also keeps ``<stem>.manifest.wal`` open
for as long as it may still write; that is respected too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import CapsuleNotFound, LockedError
from engine.store.bytestore import FileStore, storage_error

RETRY_SECONDS = 0.01


def program_of(pid: int) -> str | None:
    """The name of a running program, where the system tells."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() or None
    except OSError:
        return None


def lock_holder(inode: tuple[int, int]) -> int | None:
    """The process that holds a lock on this file, from the kernel's list (Linux)."""
    try:
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return None
    wanted = str(inode[1])
    for line in lines:
        words = line.split()
        if "->" in words or len(words) < 6:
            continue
        if words[5].rsplit(":", 1)[-1] == wanted:
            return int(words[4]) if words[4].isdigit() else None
    return None


def manifest_path(path: Path) -> Path:
    """The side file that the official program keeps open while it may write."""
    return path.with_name(f"{path.stem}.manifest.wal")


def open_elsewhere(path: Path) -> int | None:
    """The process that has ``path`` open, if any (Linux; other systems cannot tell and answer None)."""
    try:
        facts = path.stat()
    except OSError:
        return None
    try:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return None
    for pid in pids:
        try:
            with os.scandir(f"/proc/{pid}/fd") as entries:
                for entry in entries:
                    try:
                        held = os.stat(entry.path)
                    except OSError:
                        continue
                    if (held.st_dev, held.st_ino) == (facts.st_dev, facts.st_ino):
                        return int(pid)
        except OSError:
            continue
    return None


def locked_error(path: Path, pid: int | None) -> LockedError:
    """Who is writing, in words."""
    program = program_of(pid) if pid is not None else None
    if pid is None:
        text = f"Another program is writing to “{path.name}”. You can read; try the change again in a moment."
    else:
        name = program or "Another program"
        text = (
            f"{name} (pid {pid}) is writing to “{path.name}”. "
            "You can read; close it there, or try again in a moment."
        )
    return LockedError(text, pid=pid, program=program)


@contextmanager
def exclusive(path: Path, store: FileStore, timeout: float) -> Iterator[FileStore]:
    """Hold the lock on the file that ``path`` names; yields ``store``, or a new store if the file was replaced.

    Raises LockedError when somebody else keeps it for longer than ``timeout`` seconds.
    """
    import fcntl

    deadline = time.monotonic() + timeout
    current = store
    opened: FileStore | None = None
    try:
        while True:
            try:
                fcntl.flock(current.descriptor(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise locked_error(path, lock_holder(current.inode)) from error
                time.sleep(RETRY_SECONDS)
                continue
            except OSError as error:
                # Some network file systems cannot lock at all.
                raise storage_error(error, f"“{path.name}”") from error
            if _leads_to(path, current):
                break
            fcntl.flock(current.descriptor(), fcntl.LOCK_UN)
            if opened is not None:
                opened.close()
            opened = current = FileStore(path, writable=True)
        try:
            _respect_manifest(path, deadline)
            kept, opened = current, None
            yield kept
        finally:
            fcntl.flock(current.descriptor(), fcntl.LOCK_UN)
    finally:
        if opened is not None:
            opened.close()


def _leads_to(path: Path, store: FileStore) -> bool:
    try:
        facts = path.stat()
    except OSError:
        # Removed or moved away: writing to the old file would be writing to nowhere.
        raise CapsuleNotFound(
            f"“{path.name}” is no longer in {path.parent}. Was it moved or renamed?"
        ) from None
    return (facts.st_dev, facts.st_ino) == store.inode


def _respect_manifest(path: Path, deadline: float) -> None:
    side = manifest_path(path)
    while side.exists():
        pid = open_elsewhere(side)
        if pid is None:
            return
        if time.monotonic() >= deadline:
            raise locked_error(path, pid)
        time.sleep(RETRY_SECONDS * 5)
