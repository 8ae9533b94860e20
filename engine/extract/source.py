"""A file that is read: opened once, checked, and the values that come out of reading it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, BinaryIO, Final

from blake3 import blake3

from engine.errors import SourceError
from engine.limits import MAX_PAYLOAD_BYTES, MIB
from engine.store.prepared import PreparedDocument, PreparedPart
from engine.types import Kind, PartItem

SMALL: Final = MIB
"""Up to this size a file is held in memory and its document comes back from the child complete, bytes."""

_BLOCK: Final = MIB


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which bytes a file had when it was planned. ``digest``: blake3 of all of them."""

    size: int
    mtime_ns: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What applies to every document of a job; what is None is taken from the file."""

    title: str | None = None
    uri: str | None = None
    mime: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    track: str | None = None
    timestamp: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """A file that was looked into, and what is left to do.

    ``document`` has everything but the texts of ``units`` and, when ``needs_original``, the stored bytes:
    then whoever writes reads the file itself and compares with ``stamp``. ``units`` are ranges [start, stop)
    of what ``unit_name`` says, still to be read. ``failure``: why its ``noun`` (text, picture) could not be
    read, in words that continue “it …”.
    """

    path: str
    stamp: Stamp
    extractor: str
    kind: Kind
    document: PreparedDocument
    needs_original: bool
    units: tuple[tuple[int, int], ...] = ()
    unit_name: str = ""
    noun: str = "text"
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What one unit found, in order. ``failure``: why (some of) it could not be read."""

    parts: tuple[PreparedPart, ...]
    failure: str | None = None


@dataclass(slots=True)
class Facts:
    """What a reader learns from opening a file.

    ``mime``: when it is another than the first bytes said. ``units`` counts what :meth:`Extractor.read` can
    be asked for; 0 when there is nothing to read. ``text``: the whole of it, when the file itself is the
    document's text (UTF-8). ``failure``: it can be read, but something is wrong.
    """

    mime: str | None = None
    units: int = 0
    text: str | None = None
    title: str | None = None
    timestamp: int | None = None
    width: int | None = None
    height: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    failure: str | None = None


@dataclass(slots=True)
class Reading:
    """What a reader found in one unit, in order. ``failure``: something could not be read."""

    parts: list[PartItem] = field(default_factory=list)
    failure: str | None = None


class Extractor:
    """Reads one kind of file, in a child process.

    The methods raise ``SourceError`` in words that continue “it …”; whatever else a library throws at a
    damaged file is turned into one by the caller.
    """

    unit_name = ""
    """What is counted (pages); empty where a file is read in one go."""
    unit_size = 1
    """How many of them make about a second of work."""
    noun = "text"
    """What could not be read when this fails."""

    def inspect(self, _file: SourceFile, /) -> Facts:
        """Open the file and learn what there is to read."""
        return Facts(units=1)

    def read(self, file: SourceFile, _start: int, _stop: int, /) -> Reading:
        """The parts in units [start, stop)."""
        return self.read_all(file)

    def read_all(self, _file: SourceFile, /) -> Reading:
        """The parts of a file that is read in one go."""
        return Reading()


class SourceFile:
    """A regular file within the limits. ``path`` may hold surrogate escapes, ``name`` never does."""

    def __init__(self, path: str, mime: str = "") -> None:
        self.path = path
        self.mime = mime
        self.name = clean_name(path)
        self._data: bytes | None = None
        status = _status(path)
        self.size = status.st_size
        self.mtime_ns = status.st_mtime_ns

    def open(self) -> BinaryIO:
        try:
            # Without O_NONBLOCK a pipe that took the file's place since it was looked at would hang this.
            return os.fdopen(os.open(self.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")
        except OSError as error:
            raise source_error(error) from error

    def data(self) -> bytes:
        """All bytes; read once."""
        if self._data is None:
            try:
                with self.open() as file:
                    self._data = file.read(MAX_PAYLOAD_BYTES + 1)
            except OSError as error:
                raise source_error(error) from error
            if len(self._data) > MAX_PAYLOAD_BYTES:
                raise SourceError("grew beyond what one document can have while it was being read")
        return self._data

    def head(self, size: int) -> bytes:
        if self._data is not None:
            return self._data[:size]
        try:
            with self.open() as file:
                return file.read(size)
        except OSError as error:
            raise source_error(error) from error

    def tail(self, size: int) -> bytes:
        """The last bytes."""
        if self._data is not None:
            return self._data[-size:]
        try:
            with self.open() as file:
                file.seek(max(0, self.size - size))
                return file.read(size)
        except OSError as error:
            raise source_error(error) from error

    def stamp(self) -> Stamp:
        """Read everything once for the digest. Small files stay in memory: all else sees the same bytes."""
        if self.size <= SMALL:
            data = self.data()
            self.size = len(data)
            return Stamp(len(data), self.mtime_ns, blake3(data).digest())
        hasher, size = blake3(), 0
        try:
            with self.open() as file:
                while block := file.read(_BLOCK):
                    hasher.update(block)
                    size += len(block)
        except OSError as error:
            raise source_error(error) from error
        if size != self.size:
            raise SourceError(CHANGED)
        return Stamp(size, self.mtime_ns, hasher.digest())

    def check(self, stamp: Stamp) -> None:
        """Raises ``SourceError`` when the file is not the one that was planned."""
        if (self.size, self.mtime_ns) != (stamp.size, stamp.mtime_ns):
            raise SourceError(CHANGED)


CHANGED: Final = "changed while it was being read; add it again"


def clean_name(path: str) -> str:
    """The last component of a path as text that can be shown and stored."""
    return clean_path(PurePath(path).name or path)


def clean_path(path: str) -> str:
    """A path as text: bytes that are not UTF-8 become the replacement character."""
    return os.fsencode(path).decode("utf-8", "replace")


def source_error(error: OSError) -> SourceError:
    """An operating system's error in words that continue a file's name."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return SourceError("is gone")
    if isinstance(error, PermissionError):
        return SourceError("cannot be read: no permission")
    if error.errno == errno.ELOOP:
        return SourceError("is a link that leads in a circle")
    if error.errno == errno.EIO:
        return SourceError("cannot be read: the disk reports an error")
    return SourceError(f"cannot be read: {error.strerror or error}")


def _status(path: str) -> os.stat_result:
    try:
        status = os.stat(path)  # noqa: PTH116 - paths may hold surrogate escapes and stay strings throughout
    except OSError as error:
        raise source_error(error) from error
    except ValueError as error:  # an embedded zero byte
        raise SourceError("has a name that no file can have") from error
    if stat.S_ISDIR(status.st_mode):
        raise SourceError("is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise SourceError("is not a file but a device, pipe or socket")
    if status.st_size == 0:
        raise SourceError("is empty")
    if status.st_size > MAX_PAYLOAD_BYTES:
        raise SourceError(
            f"has {status.st_size / MIB:,.0f} MB; one document can have {MAX_PAYLOAD_BYTES // MIB} MB"
        )
    return status
