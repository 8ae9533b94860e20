"""Finds the files in what was dropped: files as they are, folders with everything below them, in order of names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final

from engine.extract.source import clean_path, source_error
from engine.types import Failure

CLUTTER: Final = frozenset({".DS_Store", ".directory", ".localized", "Thumbs.db", "desktop.ini"})
"""What file managers leave in folders: left out without a word."""

_NAMED: Final = 3
"""Hidden names that are spelled out before the rest is only counted."""

Place = tuple[int, int]


def walk(sources: Sequence[str], *, own_path: str | None = None) -> Iterator[str | Failure]:
    """The paths of all files, and a ``Failure`` for what cannot be followed. Reads one folder per step at most.

    Hidden files and folders inside a folder are left out, with one ``Failure`` per source that says so; a hidden
    file that is named itself is taken. ``own_path`` is the capsule that is being written to.
    """
    own = _place_of(own_path) if own_path is not None else None
    seen: set[Place] = set()
    for source in dict.fromkeys(sources):
        try:
            status = os.stat(source)  # noqa: PTH116 - paths may hold surrogate escapes and stay strings
        except (OSError, ValueError) as error:
            yield Failure(clean_path(source), _reason(error))
            continue
        place = (status.st_dev, status.st_ino)
        if place == own:
            yield Failure(clean_path(source), IS_ITSELF)
        elif not os.path.isdir(source):  # noqa: PTH112 - as above
            yield source
        elif place not in seen:
            seen.add(place)
            yield from _Folder(source, seen, own).files()


IS_ITSELF: Final = "is the capsule itself"


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "is not there"
    return str(source_error(error)) if isinstance(error, OSError) else "has a name that no file can have"


def _place_of(path: str) -> Place | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - as above
    except OSError:
        return None
    return status.st_dev, status.st_ino


class _Folder:
    """One folder that was dropped. ``seen`` holds the folders that were entered, so that links end somewhere."""

    def __init__(self, root: str, seen: set[Place], own: Place | None) -> None:
        self._root = root
        self._seen = seen
        self._own = own
        self._hidden: list[str] = []

    def files(self) -> Iterator[str | Failure]:
        levels = [self._entries(self._root)]
        while levels:
            item = next(levels[-1], None)
            if item is None:
                levels.pop()
            elif isinstance(item, Failure):
                yield item
            elif item.is_dir():
                levels.append(self._entries(item.path))
            else:
                yield item.path
        if self._hidden:
            yield Failure(clean_path(self._root), self._left_out())

    def _entries(self, folder: str) -> Iterator[os.DirEntry[str] | Failure]:
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Failure(clean_path(folder), f"the folder {source_error(error)}")
            return
        for entry in entries:
            if entry.name in CLUTTER or entry.name.startswith(("~$", "._")):
                continue
            if entry.name.startswith("."):
                self._hidden.append(clean_path(entry.name))
                continue
            if (problem := self._problem(entry)) is not None:
                yield Failure(clean_path(entry.path), problem)
            else:
                yield entry

    def _problem(self, entry: os.DirEntry[str]) -> str | None:
        """Why an entry is not followed; None when it is."""
        try:
            if entry.is_dir():
                status = entry.stat()
                place = (status.st_dev, status.st_ino)
                if place in self._seen:
                    return "is a link to a folder that is added already"
                self._seen.add(place)
            elif entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110 - as above
                return "is a link to something that is not there"
            elif (
                self._own is not None and entry.inode() == self._own[1] and _place_of(entry.path) == self._own
            ):
                return IS_ITSELF
        except OSError as error:
            return str(source_error(error))
        return None

    def _left_out(self) -> str:
        count = len(self._hidden)
        names = ", ".join(self._hidden[:_NAMED]) + (" …" if count > _NAMED else "")
        what = "1 hidden entry was" if count == 1 else f"{count} hidden entries were"
        return f"{what} left out ({names}); add them by themselves if they belong here"
