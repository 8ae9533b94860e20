"""Errors in words: what happened, and what to do next."""

from __future__ import annotations

import errno
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

import engine
from memvid_studio.words import tr


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to tell. ``state`` is ``error``, ``warning``, ``info`` or ``success``.

    ``report`` holds what a developer would want to see; empty when the text says everything.
    """

    title: str
    text: str
    state: str = "error"
    report: str = ""


def _titles() -> list[tuple[type[BaseException], str]]:
    """Most special first."""
    return [
        (engine.NotACapsule, tr("This is not a capsule")),
        (engine.ChecksumError, tr("The file is damaged")),
        (engine.DamagedFile, tr("The file is damaged")),
        (engine.UnsupportedVersion, tr("Written by a newer program")),
        (engine.FormatError, tr("The file cannot be read")),
        (engine.CapsuleExists, tr("There is a file of this name already")),
        (engine.CapsuleNotFound, tr("The file is not there")),
        (engine.FrameNotFound, tr("This is not here any more")),
        (engine.ContentGone, tr("Its content is not in the file")),
        (engine.ReadOnly, tr("Nothing can be changed here")),
        (engine.CapsuleFull, tr("The capsule is full")),
        (engine.LockedError, tr("Another program is writing to this capsule")),
        (engine.WrongPassword, tr("This password does not open it")),
        (engine.NotAllowed, tr("The rules of this capsule do not allow it")),
        (engine.QueryError, tr("The search cannot be read")),
        (engine.ModelUnavailable, tr("A model is missing")),
    ]


def describe(error: BaseException, doing: str = "") -> Problem:
    """``doing`` says what did not work ("Could not open x"): the title where the error has no better one."""
    problem = _described(error, doing)
    # Many errors begin with what is the title here.
    text = problem.text.removeprefix(f"{problem.title}. ")
    return replace(problem, text=text) if text else problem


def _described(error: BaseException, doing: str) -> Problem:
    if isinstance(error, OSError) and _errno(error) == errno.ENOSPC:
        text = tr("Free some space, then try again.")
        if isinstance(error, engine.EngineError):
            text = str(error)
        return Problem(tr("The disk is full"), text)
    for kind, title in _titles():
        if isinstance(error, kind):
            return Problem(title, str(error))
    if isinstance(error, engine.EngineError):
        return Problem(doing or tr("This did not work"), str(error))
    if isinstance(error, OSError):
        return Problem(doing or tr("This did not work"), _os_text(error))
    return Problem(
        doing or tr("This went wrong inside Memvid Studio"),
        tr("{what}: {why}. What was saved before is safe.")
        .replace("{what}", type(error).__name__)
        .replace("{why}", str(error).rstrip(".") or tr("no reason given")),
        report="".join(traceback.format_exception(error)),
    )


def is_refused(error: BaseException) -> bool:
    """Whether the disk lets nobody (or not this user) write."""
    return _errno(error) in {errno.EACCES, errno.EPERM, errno.EROFS}


def _errno(error: BaseException) -> int | None:
    """The number of the first OSError in the chain of causes."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno is not None:
            return seen.errno
        seen = seen.__cause__ or seen.__context__
    return None


def _os_text(error: OSError) -> str:
    name = Path(str(error.filename)).name if error.filename else tr("The file")
    if isinstance(error, PermissionError):
        return (
            tr("{name} may not be read or written by you. Change its permissions or choose another place.")
        ).replace("{name}", name)
    if isinstance(error, FileNotFoundError):
        return tr("{name} is not there. It may have been moved or renamed.").replace("{name}", name)
    if isinstance(error, IsADirectoryError):
        return tr("{name} is a folder. Choose a file.").replace("{name}", name)
    return f"{name}: {error.strerror or error}"
