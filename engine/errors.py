"""Everything the engine raises on purpose.

::

    EngineError
    ├── FormatError                      the bytes are wrong            exit 3
    │   ├── NotACapsule                    not our kind of file at all
    │   ├── DamagedFile                    a capsule, but parts of it are gone
    │   ├── ChecksumError                  a digest does not match
    │   └── UnsupportedVersion             newer than we are
    ├── CapsuleExists (FileExistsError)                                 exit 1
    ├── CapsuleNotFound (FileNotFoundError)                             exit 1
    ├── FrameNotFound (KeyError)                                        exit 1
    ├── ContentGone                      known, but its bytes are not there
    ├── ReadOnly                         opened read-only, or a past Moment
    ├── CapsuleFull                      a limit of the format is reached
    ├── StorageError (OSError)           the disk said no: full, gone, no permission
    ├── SourceError                      a dropped file cannot be read
    ├── ModelUnavailable                 package or weights missing
    ├── LockedError                      another program is writing     exit 4
    ├── WrongPassword                    wrong, or none was given       exit 5
    ├── NotAllowed                       the capsule's rules forbid it  exit 6
    ├── QueryError                       the query cannot be read       exit 2
    └── Cancelled                        never shown as an error        exit 130

A message says what happened, where, what was expected and found, and what to do next.
"""

from __future__ import annotations

from typing import ClassVar


class EngineError(Exception):
    """Base of every error the engine raises on purpose."""

    exit_code: ClassVar[int] = 1


class FormatError(EngineError):
    """The bytes are not what the format says.

    ``where`` names the structure (and offset, where known), ``wanted`` what the format asks for and
    ``found`` what the bytes hold.
    """

    exit_code = 3

    def __init__(self, where: str, wanted: str = "", found: str = "", *, hint: str = "") -> None:
        self.where = where
        self.wanted = wanted
        self.found = found
        self.hint = hint
        text = where
        if wanted or found:
            text = f"{where}: expected {wanted or 'something else'}, found {found or 'nothing'}"
        if hint:
            text = f"{text}. {hint}"
        super().__init__(text)

    def in_file(self, name: str) -> None:
        """Say in the message which file it is about, and what it is instead of a capsule."""
        if isinstance(self, NotACapsule):
            text = f"“{name}” is not a capsule: it is {self.found}. Choose a .mv2 or .mv2e file."
        elif isinstance(self, UnsupportedVersion):
            text = f"“{name}” was written by a newer program. {self}. Nothing was changed."
        else:
            text = f"“{name}” is damaged. {self}."
        self.args = (text,)

    def __reduce__(self) -> tuple[object, ...]:
        return (
            _rebuild_format_error,
            (type(self), self.where, self.wanted, self.found, self.hint, self.args),
        )


def _rebuild_format_error(
    kind: type[FormatError], where: str, wanted: str, found: str, hint: str, args: tuple[str, ...]
) -> FormatError:
    error = kind(where, wanted, found, hint=hint)
    error.args = args
    return error


class NotACapsule(FormatError):
    """The file is no ``.mv2`` or ``.mv2e`` at all."""


class DamagedFile(FormatError):
    """A capsule from which something is missing; the message says what."""


class ChecksumError(FormatError):
    """A digest does not match the bytes it stands for."""


class UnsupportedVersion(FormatError):
    """Written by something newer than this program."""


class CapsuleExists(EngineError, FileExistsError):
    """``create`` was given a path where something lies already."""


class CapsuleNotFound(EngineError, FileNotFoundError):
    """There is no file at this path."""


class FrameNotFound(EngineError, KeyError):
    """No such frame is visible at this Moment."""

    def __str__(self) -> str:  # KeyError would show the repr
        return str(self.args[0]) if self.args else ""


class ContentGone(EngineError):
    """The frame is known, its content is not in the file (any more)."""


class ReadOnly(EngineError):
    """The capsule was opened read-only, so nothing can be changed."""


class CapsuleFull(EngineError):
    """A limit of the format is reached."""


class StorageError(EngineError, OSError):
    """The disk refused: full, no permission, gone."""


class SourceError(EngineError):
    """A file that was to be taken in cannot be read; the message is shown beside its name."""


class ModelUnavailable(EngineError):
    """A model's package or weights are missing; the message says how to get them."""


class LockedError(EngineError):
    """Another program is writing to this capsule."""

    exit_code = 4

    def __init__(self, message: str, *, pid: int | None = None, program: str | None = None) -> None:
        self.pid = pid
        self.program = program
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_locked_error, (str(self), self.pid, self.program))


def _rebuild_locked_error(message: str, pid: int | None, program: str | None) -> LockedError:
    return LockedError(message, pid=pid, program=program)


class WrongPassword(EngineError):
    """The password does not open the sealed capsule, or none was given."""

    exit_code = 5


class NotAllowed(EngineError):
    """The capsule's own rules do not allow this."""

    exit_code = 6


class QueryError(EngineError):
    """The query cannot be read; ``position`` is the character where it goes wrong."""

    exit_code = 2

    def __init__(self, message: str, position: int = 0) -> None:
        self.position = position
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return (QueryError, (str(self), self.position))


class Cancelled(EngineError):
    """Somebody no longer wants the result. Never shown as an error."""

    exit_code = 130
