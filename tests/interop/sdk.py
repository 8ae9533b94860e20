"""Runs the SDK in a process of its own, with a time limit: it may hang, and it may take its process with it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.conftest import REPOSITORY

TIME_LIMIT = 60.0


class SdkFailed(AssertionError):
    """The SDK raised, crashed or hung."""


def command(function: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.interop.sdk_side", function, *arguments]


def sdk(function: str, **arguments: Any) -> Any:
    """Call a function of `sdk_side`; its answer. Raises SdkFailed."""
    try:
        done = subprocess.run(
            command(function),
            input=json.dumps(arguments, default=str),
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            cwd=REPOSITORY,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SdkFailed(f"the SDK did not come back from {function} within {TIME_LIMIT} s") from None
    if done.returncode != 0:
        raise SdkFailed(f"{function} ended with {done.returncode}: {done.stderr[-800:]}")
    return json.loads(done.stdout.rstrip().rpartition("\n")[2])
