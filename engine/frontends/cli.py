"""``mv2``: capsules from a terminal. Names follow the official command line where it has them.

Results go to standard output, progress and problems to standard error. ``--json`` prints one JSON document.
Exit status: 0 done · 1 failed or nothing to act on · 2 wrong usage or query · 3 damaged or foreign file ·
4 locked by another program · 5 wrong password · 6 not allowed · 130 cancelled.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.errors import EngineError, WrongPassword

PROGRAM = "mv2"


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document"
    )
    shared.add_argument(
        "--password-file",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="file whose first line is the password (else MV2_PASSWORD, else a prompt)",
    )
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Open, fill, search, rewind and share memory capsules (.mv2, .mv2e).",
        parents=[shared],
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, parents=[shared])
        made.add_argument("file", type=Path, metavar="FILE", help="the capsule")
        return made

    command("create", "Make an empty capsule.")
    made = command("put", "Put files, folders or standard input (-) into a capsule.")
    made.add_argument("paths", nargs="*", metavar="PATH", help="files and folders, or - for standard input")
    _field_options(made)
    made = command("find", "Search a capsule.")
    made.add_argument(
        "query", metavar="QUERY", help='words, "phrases", AND OR NOT, tag:x, date:[2024 TO *] …'
    )
    made.add_argument("-k", type=int, default=10, metavar="N", help="how many hits (10)")
    made.add_argument(
        "--mode", default="words", metavar="MODES", help="words, meaning, images (comma separated)"
    )
    _at_option(made)
    made = command("timeline", "List documents by time.")
    made.add_argument("--since", metavar="TIME", help="Unix seconds or an ISO date")
    made.add_argument("--until", metavar="TIME", help="Unix seconds or an ISO date")
    made.add_argument("--limit", type=int, default=None, metavar="N")
    made.add_argument("--reverse", action="store_true", help="newest first")
    _at_option(made)
    made = command("view", "Show a document's text, or write its original bytes.")
    made.add_argument("frame", metavar="FRAME|URI")
    made.add_argument("--raw", action="store_true", help="the original bytes instead of the text")
    made.add_argument("-o", dest="out", type=Path, metavar="OUT", help="write to a file")
    _at_option(made)
    made = command("update", "Change a document: new content, other fields, or both.")
    made.add_argument("frame", metavar="FRAME|URI")
    made.add_argument(
        "content", nargs="?", metavar="PATH|-", help="new content from a file or standard input"
    )
    _field_options(made)
    for name, text in (
        ("delete", "Delete a document; every earlier moment keeps it."),
        ("restore", "Bring a deleted document or an older version back."),
    ):
        made = command(name, text)
        made.add_argument("frame", type=int, metavar="FRAME")
    made = command("history", "List the changes of a capsule, or of one document.")
    made.add_argument("frame", nargs="?", type=int, metavar="FRAME")
    made = command("diff", "What differs between two moments.")
    made.add_argument("before", metavar="WHEN")
    made.add_argument("after", metavar="WHEN")
    made = command("stats", "Numbers of a capsule.")
    _at_option(made)
    made = command("verify", "Check a capsule against itself.")
    made.add_argument("--deep", action="store_true", help="read and decode every payload")
    made = command("lock", "Write an encrypted copy (.mv2e).")
    made.add_argument("-o", dest="out", type=Path, metavar="OUT")
    made.add_argument(
        "--drop-history",
        action="store_true",
        help="leave deleted documents and older versions out of the copy",
    )
    made = command("unlock", "Write a decrypted copy (.mv2).")
    made.add_argument("-o", dest="out", type=Path, metavar="OUT")
    return parser


def _field_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--title")
    parser.add_argument("--uri")
    parser.add_argument("--tag", action="append", metavar="TAG", help="may be given several times")
    parser.add_argument("--label", action="append", metavar="LABEL", help="may be given several times")
    parser.add_argument("--track")
    parser.add_argument("--timestamp", metavar="TIME", help="Unix seconds or an ISO time")
    parser.add_argument("--metadata", metavar="JSON", help="an object of your own fields")


def _at_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--at", metavar="WHEN", help="revision, date, time or “10 minutes ago” (recorded time)"
    )


class UsageError(EngineError):
    """An argument that cannot be used."""

    exit_code = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser = build_parser()
    options = parser.parse_args(arguments)
    options.json = getattr(options, "json", False)
    options.password_file = getattr(options, "password_file", None)
    from engine.frontends import commands

    try:
        return commands.run(options)
    except EngineError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{PROGRAM}: cancelled", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


# --- arguments into values ------------------------------------------------------------------------------------


def password_of(options: argparse.Namespace, *, confirm: bool = False) -> str:
    """From --password-file, MV2_PASSWORD or a prompt. Raises WrongPassword when there is none."""
    if options.password_file:
        try:
            text = Path(options.password_file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise WrongPassword(
                f"The password file {options.password_file} cannot be read: {error}."
            ) from error
        return text.splitlines()[0] if text else ""
    found = os.environ.get("MV2_PASSWORD")
    if found is not None:
        return found
    if not sys.stdin.isatty():
        raise WrongPassword("A password is needed: give --password-file, or set MV2_PASSWORD.")
    import getpass

    first = getpass.getpass("Password: ")
    if confirm and getpass.getpass("Again: ") != first:
        raise WrongPassword("The two passwords differ. Nothing was written.")
    return first


def seconds_of(text: str | None, name: str) -> int | None:
    """Unix seconds from a number or an ISO date or time (local when it has no zone)."""
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{name} {text!r} is no time. Give Unix seconds or an ISO time like 2026-03-12T09:41."
        ) from None
    return int((found if found.tzinfo is not None else found.astimezone()).timestamp())


def fields_of(options: argparse.Namespace) -> dict[str, Any]:
    """The fields given on the command line, under the names of ``Capsule.put``."""
    fields: dict[str, Any] = {}
    for name in ("title", "uri", "track"):
        value = getattr(options, name)
        if value is not None:
            fields[name] = value
    if options.tag is not None:
        fields["tags"] = tuple(options.tag)
    if options.label is not None:
        fields["labels"] = tuple(options.label)
    if options.timestamp is not None:
        fields["timestamp"] = seconds_of(options.timestamp, "--timestamp")
    if options.metadata is not None:
        try:
            fields["metadata"] = json.loads(options.metadata)
        except ValueError as error:
            raise UsageError(f"--metadata is not JSON: {error}.") from None
        if not isinstance(fields["metadata"], dict):
            raise UsageError('--metadata is a JSON object, like \'{"source": "survey"}\'.')
    return fields


def unix(when: datetime) -> int:
    """Integer Unix seconds."""
    return int(when.timestamp() // 1)


def rfc3339(when: datetime | None) -> str | None:
    """UTC with milliseconds."""
    if when is None:
        return None
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


if __name__ == "__main__":
    raise SystemExit(main())
