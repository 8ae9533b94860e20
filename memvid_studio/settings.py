"""What the window remembers, declared once: key, type, default and the words the settings page shows.

A value on disk that does not fit its declaration reads as the default; nothing typed into the file can
stop the program. Only this module knows where the file is.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QByteArray, QCoreApplication, QObject, QSettings, Signal

T = TypeVar("T")

RECENT_KEPT = 10


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One thing that is remembered.

    ``parse`` makes a value of the text in the file or raises ValueError; ``write`` is its other direction.
    ``label`` is shown on the settings page, empty for what the window keeps for itself. ``choices`` are the
    values allowed, empty when anything of the type is.
    """

    key: str
    default: T
    parse: Callable[[str], T]
    write: Callable[[T], str] = str
    label: str = ""
    choices: tuple[T, ...] = ()

    def read(self, text: str | None) -> T:
        """The value for what the file holds; the default where it holds nothing usable."""
        if text is None:
            return self.default
        try:
            value = self.parse(text)
        except (ValueError, TypeError):
            return self.default
        return value if not self.choices or value in self.choices else self.default

    def translated_label(self) -> str:
        """The label in the language of the window."""
        return QCoreApplication.translate("Settings", self.label)


def _parse_bool(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"true or false wanted, found {text!r}")
    return text == "true"


def _write_bool(value: bool) -> str:
    return "true" if value else "false"


def _parse_scale(text: str) -> float:
    value = float(text)
    if not 1.0 <= value <= 2.0:
        raise ValueError(f"1.0 to 2.0 wanted, found {text!r}")
    return value


def _parse_paths(text: str) -> tuple[str, ...]:
    value = json.loads(text)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("a list of texts wanted")
    return tuple(value)


def _write_paths(value: tuple[str, ...]) -> str:
    return json.dumps(list(value))


THEME = Setting("look/theme", "system", str, label="Light or dark", choices=("system", "light", "dark"))
TEXT_SIZE = Setting("look/text-size", 1.0, _parse_scale, label="Text size")
REDUCED_MOTION = Setting("look/reduced-motion", False, _parse_bool, _write_bool, label="No moving parts")
AUTHOR = Setting("author", "", str, label="Your name on changes")
RECENT: Setting[tuple[str, ...]] = Setting("files/recent", (), _parse_paths, _write_paths)
LAST_FOLDER = Setting("files/last-folder", "", str)
GEOMETRY = Setting("window/geometry", b"", bytes.fromhex, bytes.hex)
SPLITTERS = Setting("window/splitters", b"", bytes.fromhex, bytes.hex)

ALL: tuple[Setting[Any], ...] = (
    THEME,
    TEXT_SIZE,
    REDUCED_MOTION,
    AUTHOR,
    RECENT,
    LAST_FOLDER,
    GEOMETRY,
    SPLITTERS,
)


class Settings(QObject):
    """The remembered values of one profile. GUI thread only.

    Signals: ``changed(key)`` after a value became another one.
    """

    changed = Signal(str)

    def __init__(self, store: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def user(cls) -> Settings:
        """The profile of the person at the keyboard, in the configuration folder of the system."""
        return cls(
            QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "memvid-studio", "studio")
        )

    @classmethod
    def scratch(cls) -> Settings:
        """A throw-away profile: starts from the defaults, gone with this object's :meth:`close`."""
        folder = tempfile.TemporaryDirectory(prefix="memvid-studio-", ignore_cleanup_errors=True)
        settings = cls.at(Path(folder.name) / "studio.ini")
        settings._scratch = folder
        return settings

    @classmethod
    def at(cls, path: Path) -> Settings:
        """A profile in a file of your choice."""
        return cls(QSettings(str(path), QSettings.Format.IniFormat))

    @property
    def is_scratch(self) -> bool:
        """Whether nothing of it will be kept."""
        return self._scratch is not None

    def get(self, setting: Setting[T]) -> T:
        """The value, or the default."""
        text = self._store.value(setting.key)
        return setting.read(text if isinstance(text, str) else None)

    def set(self, setting: Setting[T], value: T) -> None:
        """Remember a value. Raises ValueError for one the setting does not allow."""
        if setting.choices and value not in setting.choices:
            raise ValueError(f"{setting.key}: {value!r} is none of {', '.join(map(str, setting.choices))}")
        if value == self.get(setting):
            return
        self._store.setValue(setting.key, setting.write(value))
        self.changed.emit(setting.key)

    def reset(self, setting: Setting[T]) -> None:
        """Forget a value, back to the default."""
        before = self.get(setting)
        self._store.remove(setting.key)
        if before != setting.default:
            self.changed.emit(setting.key)

    def close(self) -> None:
        """Write what is left to disk; a scratch profile is removed. Nothing can be read afterwards."""
        self._store.sync()
        if self._scratch is not None:
            self._scratch.cleanup()

    # ----------------------------------------------------------------------------------------- recent files

    def recent(self) -> tuple[str, ...]:
        """Paths of the capsules opened last, the newest first; files that are gone are still named."""
        return self.get(RECENT)

    def add_recent(self, path: str | Path) -> None:
        """Put a capsule at the head of the list."""
        name = str(path)
        others = tuple(other for other in self.recent() if other != name)
        self.set(RECENT, (name, *others)[:RECENT_KEPT])

    def forget_recent(self, path: str | Path) -> None:
        """Take a capsule out of the list."""
        self.set(RECENT, tuple(other for other in self.recent() if other != str(path)))

    # ------------------------------------------------------------------------------------ Qt's byte arrays

    def get_state(self, setting: Setting[bytes]) -> QByteArray:
        """A window geometry or splitter state as Qt wants it."""
        return QByteArray(self.get(setting))

    def set_state(self, setting: Setting[bytes], state: QByteArray) -> None:
        """Remember a window geometry or splitter state."""
        self.set(setting, bytes(state.data()))
