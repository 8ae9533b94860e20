"""Where the word index lives between runs: a folder in the user's cache.

::

    state.json                which build counts, which frames it covers, and of which capsule
    build-1f0c…/              a tantivy index; never repaired, always replaced by another build

``state.json`` is written after the index was, so it never promises more than is there. What a writer added
after its last word in ``state.json`` is cut off by the reader. Two programs may meet here: the one that holds
tantivy's lock writes, the others read what is there.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import struct
import tempfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from engine.index.shard import IndexDamaged, Shard
from engine.index.source import FrameSource
from engine.text import FOLD_VERSION

SCHEMA_VERSION: Final = 1
"""Changes with the fields of the index."""

MADE_WITH: Final = f"{SCHEMA_VERSION}/{FOLD_VERSION}/tantivy-{version('tantivy')}"

_STATE: Final = "state.json"
_BUILD: Final = "build-"
_READ_BYTES: Final = 1 << 20
_FOOTER: Final = struct.Struct("<II")
"""End of every file of a segment: length of the footer's JSON before this, a magic number."""
_FOOTER_MAGIC: Final = 1337
_MAX_FOOTER: Final = 4096


@dataclass(slots=True)
class Build:
    """An index in the folder. ``covered``: frames below this are in it, as far as ``state.json`` says."""

    name: str
    shard: Shard
    covered: int
    is_swept: bool = False


class IndexFolder:
    """The builds in one folder. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, source: FrameSource) -> Build | None:
        """The build made of the frames of ``source``; None if there is none that can be used.

        Raises IndexDamaged if there is one for other frames and another program is writing to it: then this
        folder is not ours to use.
        """
        state = self._read_state()
        if state is None:
            return None
        name, covered = state["build"], state["covered"]
        folder = self._path / name
        if covered <= source.frame_count and source.identity(covered) == state["identity"]:
            for _attempt in range(3):  # a writer elsewhere may replace files while we look at them
                if _is_sound(folder):
                    with suppress(IndexDamaged):
                        return Build(name, Shard(folder, create=False), covered, is_swept=True)
        if _is_in_use(folder):
            raise IndexDamaged("another program is indexing other frames here")
        return None

    def create(self) -> Build:
        """A new, empty build. It counts from the first :meth:`save` on. Raises IndexDamaged."""
        name = _BUILD + secrets.token_hex(8)
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._path / name).mkdir(mode=0o700)
        except OSError as error:
            raise IndexDamaged(f"no folder for the word index: {error}") from error
        return Build(name, Shard(self._path / name), 0)

    def save(self, build: Build, covered: int, identity: str) -> None:
        """Make ``build``, which was committed up to ``covered``, the one that counts. Raises IndexDamaged."""
        state = {
            "made_with": MADE_WITH,
            "build": build.name,
            "covered": covered,
            "identity": identity,
        }
        try:
            handle, name = tempfile.mkstemp(prefix=_STATE, dir=self._path)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(state, file)
            Path(name).replace(self._path / _STATE)
        except OSError as error:
            raise IndexDamaged(f"the word index could not be saved: {error}") from error
        build.covered = covered
        if not build.is_swept:
            self._sweep(build.name)
            build.is_swept = True

    def _read_state(self) -> dict[str, Any] | None:
        """What ``state.json`` says, if it can be believed."""
        try:
            state = json.loads((self._path / _STATE).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(state, dict) or state.get("made_with") != MADE_WITH:
            return None
        name, covered = state.get("build"), state.get("covered")
        fits = (
            isinstance(name, str)
            and name.startswith(_BUILD)
            and name.removeprefix(_BUILD).isalnum()
            and isinstance(covered, int)
            and covered >= 0
            and isinstance(state.get("identity"), str)
        )
        return state if fits else None

    def _sweep(self, keep: str) -> None:
        """Remove builds that no longer count. Where that fails they stay for the next time."""
        for path in self._path.glob(_BUILD + "*"):
            if path.name != keep and not _is_in_use(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_in_use(folder: Path) -> bool:
    """Whether a program is writing to the index in ``folder``."""
    try:
        shard = Shard(folder, create=False)
        is_free = shard.lock()
    except IndexDamaged:
        return False
    shard.discard()
    return not is_free


def _is_sound(folder: Path) -> bool:
    """Whether every file of the index has the checksum tantivy gave it."""
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        names = [segment["segment_id"].replace("-", "") for segment in meta["segments"]]
        files = [[path for path in folder.iterdir() if path.name.startswith(name)] for name in names]
        return all(files) and all(_is_file_sound(path) for paths in files for path in paths)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _is_file_sound(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size < _FOOTER.size:
            return False
        file.seek(size - _FOOTER.size)
        length, magic = _FOOTER.unpack(file.read(_FOOTER.size))
        body = size - _FOOTER.size - length
        if magic != _FOOTER_MAGIC or length > _MAX_FOOTER or body < 0:
            return False
        file.seek(body)
        wanted = json.loads(file.read(length))["crc"]
        file.seek(0)
        found = 0
        while body > 0:
            block = file.read(min(_READ_BYTES, body))
            if not block:
                return False
            found = zlib.crc32(block, found)
            body -= len(block)
    return bool(found == wanted)
