"""Random access to a capsule's bytes, in a file or in memory, behind one small interface.

Sealed capsules are opened in memory; everything above runs on either store without knowing which.
"""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Protocol

from engine.errors import CapsuleNotFound, EngineError, StorageError


def storage_error(error: OSError, what: str) -> StorageError:
    """An operating system's refusal in words for a person; keeps ``errno``."""
    if error.errno == errno.ENOSPC:
        text = f"The disk is full. {what} is not saved. Free some space, then try again."
    elif error.errno == errno.EDQUOT:
        text = f"Your disk quota is used up. {what} is not saved. Free some space, then try again."
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        text = f"{what} cannot be written: no permission. Check the file's and its folder's permissions."
    else:
        text = f"{what} cannot be read or written: {error.strerror or error}. Check the disk, then try again."
    found = StorageError(text)
    found.errno = error.errno
    return found


class ByteStore(Protocol):
    """What the container needs from whatever holds its bytes. Offsets and lengths are bytes."""

    writable: bool

    def pread(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes; fewer at the end, none where the store is not, whatever numbers a file names."""

    def pwrite(self, offset: int, data: bytes) -> None:
        """Write all of ``data``, growing the store if needed."""

    def size(self) -> int:
        """Length in bytes."""

    def truncate(self, size: int) -> None:
        """Cut or grow to ``size``."""

    def sync(self) -> None:
        """Return when everything written is safe from a power cut."""

    def close(self) -> None:
        """Give back what is held. Reading afterwards raises EngineError."""


def _within(size: int, offset: int, length: int) -> int:
    """How many of ``length`` bytes from ``offset`` lie within ``size``."""
    return max(0, min(length, size - offset)) if offset >= 0 else 0


class FileStore:
    """A file. Reads come from any thread; the descriptor lives until the last of them is done."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        """Open ``path``; raises CapsuleNotFound and StorageError."""
        self.path = path
        self.writable = writable
        self._users = 0
        self._closing = False
        self._guard = threading.Lock()
        flags = (os.O_RDWR if writable else os.O_RDONLY) | getattr(os, "O_CLOEXEC", 0)
        try:
            self._fd = os.open(path, flags)
        except FileNotFoundError as error:
            raise CapsuleNotFound(f"There is no file “{path.name}” in {path.parent}.") from error
        except IsADirectoryError as error:
            raise StorageError(f"“{path.name}” is a folder, not a capsule.") from error
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                failure = StorageError(
                    f"“{path.name}” cannot be changed: no permission. "
                    "Open it read-only, or change the file's permissions."
                    if writable
                    else f"“{path.name}” cannot be read: no permission."
                )
                failure.errno = error.errno
                raise failure from error
            raise storage_error(error, f"“{path.name}”") from error
        facts = os.fstat(self._fd)
        self.inode = (facts.st_dev, facts.st_ino)

    def _enter(self) -> int:
        with self._guard:
            if self._closing:
                raise EngineError(f"“{self.path.name}” has been closed.")
            self._users += 1
            return self._fd

    def _leave(self) -> None:
        with self._guard:
            self._users -= 1
            last = self._closing and self._users == 0
        if last:
            os.close(self._fd)

    def pread(self, offset: int, length: int) -> bytes:
        fd = self._enter()
        try:
            length = _within(os.fstat(fd).st_size, offset, length)
            if not length:
                return b""
            data = os.pread(fd, length, offset)
            if len(data) < length and data:
                # One read may stop early (signals, 2 GiB limit); nothing more to come means the end of the file.
                pieces = [data]
                have = len(data)
                while have < length:
                    more = os.pread(fd, length - have, offset + have)
                    if not more:
                        break
                    pieces.append(more)
                    have += len(more)
                data = b"".join(pieces)
            return data
        except OSError as error:
            raise storage_error(error, f"“{self.path.name}”") from error
        finally:
            self._leave()

    def pwrite(self, offset: int, data: bytes) -> None:
        fd = self._enter()
        try:
            view = memoryview(data)
            while view:
                written = os.pwrite(fd, view, offset)
                view = view[written:]
                offset += written
        except OSError as error:
            raise storage_error(error, f"The change to “{self.path.name}”") from error
        finally:
            self._leave()

    def size(self) -> int:
        fd = self._enter()
        try:
            return os.fstat(fd).st_size
        finally:
            self._leave()

    def modified_ms(self) -> int:
        """The file's modification time, milliseconds since 1970."""
        fd = self._enter()
        try:
            return os.fstat(fd).st_mtime_ns // 1_000_000
        finally:
            self._leave()

    def truncate(self, size: int) -> None:
        fd = self._enter()
        try:
            os.ftruncate(fd, size)
        except OSError as error:
            raise storage_error(error, f"The change to “{self.path.name}”") from error
        finally:
            self._leave()

    def sync(self) -> None:
        fd = self._enter()
        try:
            os.fdatasync(fd)
        except OSError as error:
            raise storage_error(error, f"The change to “{self.path.name}”") from error
        finally:
            self._leave()

    def descriptor(self) -> int:
        """The open descriptor, for locking; valid while the store is open."""
        return self._fd

    def close(self) -> None:
        with self._guard:
            if self._closing:
                return
            self._closing = True
            idle = self._users == 0
        if idle:
            os.close(self._fd)

    def __del__(self) -> None:
        # A Moment may hold the store of a file that another program replaced long ago: it goes with the Moment.
        if hasattr(self, "_fd"):
            self.close()


class MemoryStore:
    """Bytes in memory. No plaintext of a sealed capsule ever reaches a disk through this."""

    def __init__(self, data: bytes | bytearray = b"") -> None:
        self.writable = True
        self._data = bytearray(data)
        self._guard = threading.Lock()

    def pread(self, offset: int, length: int) -> bytes:
        with self._guard:
            return bytes(self._data[offset : offset + _within(len(self._data), offset, length)])

    def pwrite(self, offset: int, data: bytes) -> None:
        with self._guard:
            gap = offset - len(self._data)
            if gap > 0:
                self._data += bytes(gap)
            self._data[offset : offset + len(data)] = data

    def size(self) -> int:
        with self._guard:
            return len(self._data)

    def truncate(self, size: int) -> None:
        with self._guard:
            if size < len(self._data):
                del self._data[size:]
            else:
                self._data += bytes(size - len(self._data))

    def sync(self) -> None:
        """Memory has nothing to flush."""

    def contents(self) -> bytes:
        """A copy of everything."""
        with self._guard:
            return bytes(self._data)

    def close(self) -> None:
        """Kept readable: Moments of a sealed capsule live as long as somebody holds them."""


def write_new_file(path: Path, pieces: list[bytes]) -> None:
    """Create ``path`` (must not exist), write, flush file and folder; nothing is left behind on failure.

    Raises FileExistsError and StorageError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    try:
        fd = os.open(path, flags, 0o666)
    except FileExistsError:
        raise
    except FileNotFoundError as error:
        raise StorageError(
            f"The folder {path.parent} does not exist. Create it or choose another."
        ) from error
    except OSError as error:
        raise storage_error(error, f"“{path.name}”") from error
    try:
        try:
            for piece in pieces:
                view = memoryview(piece)
                while view:
                    view = view[os.write(fd, view) :]
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise storage_error(error, f"“{path.name}”") from error
    sync_folder(path.parent)


def replace_file(path: Path, pieces: list[bytes]) -> None:
    """Write a new file beside ``path`` and rename it over: readers see the old or the new one, never a mixture.

    A link stays a link, and the file keeps its permissions.
    """
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    beside.unlink(missing_ok=True)
    write_new_file(beside, pieces)
    try:
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o7777)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise storage_error(error, f"“{path.name}”") from error
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a new or renamed name in ``folder`` safe from a power cut, where the system can."""
    if os.name == "nt":
        return
    try:
        fd = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise storage_error(error, f"The folder {folder}") from error
    try:
        os.fsync(fd)
    except OSError as error:
        # Some file systems cannot flush a folder; the file itself has been flushed.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise storage_error(error, f"The folder {folder}") from error
    finally:
        os.close(fd)
