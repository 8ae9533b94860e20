"""What a caller can decide about an open capsule. Only front ends read the environment; the engine takes this."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Settings of one open capsule. Times are seconds, sizes are bytes."""

    author: str = ""
    """Written into the history beside each change."""

    lock_timeout: float = 2.0
    """How long a change waits for another program before ``LockedError``."""

    idle_commit_after: float = 2.0
    """A commit happens this long after the last change, if it writes less than ``idle_commit_bytes``."""

    idle_commit_bytes: int = 16 * 1024 * 1024

    cache_dir: Path | None = None
    """Where derived data (the word index) may live between runs. None: in memory only."""

    workers: int | None = None
    """Child processes for extraction. None: one less than the number of cores, at least one."""

    executor_factory: Callable[[], Executor] | None = None
    """Makes the executor that runs extraction units; None: our own child processes."""

    clock_ms: Callable[[], int] | None = None
    """Milliseconds since 1970 for the history; None: the system's clock. Tests put a fake one here."""
