"""What is held over the window: sorted out before it is let go, taken in after."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

import engine
from memvid_studio.models.kinds import kind_of_name

_LOOK_SECONDS = 0.25
_LOOK_FILES = 20_000
CAPSULE_SUFFIXES = {".mv2", ".mv2e"}


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a drop brings. At most one of ``paths``, ``text`` and ``picture`` is set."""

    paths: tuple[Path, ...] = ()
    text: str = ""
    picture: bytes = b""

    @property
    def is_empty(self) -> bool:
        """Nothing that can be taken."""
        return not (self.paths or self.text or self.picture)

    @property
    def capsules(self) -> tuple[Path, ...]:
        """Set when all of it are capsules: these are opened, not put into another one."""
        if self.paths and all(path.suffix.lower() in CAPSULE_SUFFIXES for path in self.paths):
            return self.paths
        return ()


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in dropped files and folders. ``complete`` False: there is more than was counted."""

    kinds: dict[engine.Kind, int] = field(default_factory=dict)
    files: int = 0
    size: int = 0
    folders: tuple[str, ...] = ()
    unreadable: int = 0
    complete: bool = True


def dropped_from(mime: QMimeData, *, with_picture: bool = True) -> Dropped:
    """What can be taken of it: files first, then a picture, then links and text.

    ``with_picture`` False does not encode a picture, for while it is only held over the window.
    """
    if mime.hasUrls():
        paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
        if paths:
            return Dropped(paths=paths)
        links = "\n".join(url.toString() for url in mime.urls())
        if links:
            return Dropped(text=links)
    if mime.hasImage():
        if not with_picture:
            return Dropped(picture=b"?")
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Dropped(picture=_as_png(image))
    if mime.hasText() and mime.text().strip():
        return Dropped(text=mime.text())
    return Dropped()


def can_take(mime: QMimeData) -> bool:
    """Whether letting go would do something."""
    return mime.hasUrls() or mime.hasImage() or (mime.hasText() and bool(mime.text().strip()))


def _as_png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide takes a str here, its stubs do not
    return bytes(data.data())


def look_into(paths: Sequence[Path]) -> Contents:
    """Counts what is there, for a quarter of a second at most. On a pool thread: reads the disk."""
    give_up = time.monotonic() + _LOOK_SECONDS
    kinds: Counter[engine.Kind] = Counter()
    files = size = unreadable = 0
    folders: list[str] = []
    complete = True
    waiting: list[str] = []
    for path in paths:
        try:
            if path.is_dir():
                folders.append(path.name)
                waiting.append(str(path))
            else:
                size += path.stat().st_size
                files += 1
                kinds[kind_of_name(path.name)] += 1
        except OSError:
            unreadable += 1
    while waiting:
        if time.monotonic() > give_up or files > _LOOK_FILES:
            complete = False
            break
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file():
                        files += 1
                        size += entry.stat().st_size
                        kinds[kind_of_name(entry.name)] += 1
        except OSError:
            unreadable += 1
    return Contents(dict(kinds), files, size, tuple(folders), unreadable, complete)
