"""The engine of Memvid Studio: open, fill, search, rewind and share memory capsules. The front door.

::

    import engine
    with engine.create("notes.mv2") as capsule:
        capsule.put("Q4 planning …", title="Meeting", tags=["alpha"])
        hits = capsule.now.search("planning")

Importing this loads no heavy library; names are looked up when they are used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.capsule import Capsule
    from engine.capsule import create_capsule as create
    from engine.capsule import open_capsule as open
    from engine.config import EngineConfig
    from engine.errors import (
        Cancelled,
        CapsuleExists,
        CapsuleFull,
        CapsuleNotFound,
        ChecksumError,
        ContentGone,
        DamagedFile,
        EngineError,
        FormatError,
        FrameNotFound,
        LockedError,
        ModelUnavailable,
        NotACapsule,
        NotAllowed,
        QueryError,
        ReadOnly,
        SourceError,
        StorageError,
        UnsupportedVersion,
        WrongPassword,
    )
    from engine.extract.registry import kind_of_name
    from engine.handover import probe, seal, unseal
    from engine.jobs.child import freeze_support
    from engine.jobs.job import Job
    from engine.moment import Moment
    from engine.text import find_spans, fold
    from engine.types import (
        Changed,
        Changes,
        Check,
        Committed,
        Density,
        Event,
        Facets,
        Failure,
        FileFacts,
        FrameInfo,
        FrameStatus,
        Hit,
        IngestResult,
        JobChanged,
        JobState,
        Kind,
        MomentFacts,
        Operation,
        PageImage,
        PartItem,
        PictureImage,
        Place,
        Progress,
        PutItem,
        Reloaded,
        Report,
        Revision,
        SearchQuery,
        SearchResult,
        Stats,
        StripArrays,
        WriteFailed,
    )

_ERRORS = [
    "Cancelled",
    "CapsuleExists",
    "CapsuleFull",
    "CapsuleNotFound",
    "ChecksumError",
    "ContentGone",
    "DamagedFile",
    "EngineError",
    "FormatError",
    "FrameNotFound",
    "LockedError",
    "ModelUnavailable",
    "NotACapsule",
    "NotAllowed",
    "QueryError",
    "ReadOnly",
    "SourceError",
    "StorageError",
    "UnsupportedVersion",
    "WrongPassword",
]
_TYPES = [
    "Changed",
    "Changes",
    "Check",
    "Committed",
    "Density",
    "Event",
    "Facets",
    "Failure",
    "FileFacts",
    "FrameInfo",
    "FrameStatus",
    "Hit",
    "IngestResult",
    "JobChanged",
    "JobState",
    "Kind",
    "MomentFacts",
    "Operation",
    "PageImage",
    "PartItem",
    "PictureImage",
    "Place",
    "Progress",
    "PutItem",
    "Reloaded",
    "Report",
    "Revision",
    "SearchQuery",
    "SearchResult",
    "Stats",
    "StripArrays",
    "WriteFailed",
]

_WHERE: dict[str, tuple[str, str]] = {
    "create": ("engine.capsule", "create_capsule"),
    "open": ("engine.capsule", "open_capsule"),
    "probe": ("engine.handover", "probe"),
    "seal": ("engine.handover", "seal"),
    "unseal": ("engine.handover", "unseal"),
    "Capsule": ("engine.capsule", "Capsule"),
    "EngineConfig": ("engine.config", "EngineConfig"),
    "Job": ("engine.jobs.job", "Job"),
    "Moment": ("engine.moment", "Moment"),
    "fold": ("engine.text", "fold"),
    "freeze_support": ("engine.jobs.child", "freeze_support"),
    "kind_of_name": ("engine.extract.registry", "kind_of_name"),
    "find_spans": ("engine.text", "find_spans"),
    **{name: ("engine.errors", name) for name in _ERRORS},
    **{name: ("engine.types", name) for name in _TYPES},
}

__all__ = [
    "Cancelled",
    "Capsule",
    "CapsuleExists",
    "CapsuleFull",
    "CapsuleNotFound",
    "Changed",
    "Changes",
    "Check",
    "ChecksumError",
    "Committed",
    "ContentGone",
    "DamagedFile",
    "Density",
    "EngineConfig",
    "EngineError",
    "Event",
    "Facets",
    "Failure",
    "FileFacts",
    "FormatError",
    "FrameInfo",
    "FrameNotFound",
    "FrameStatus",
    "Hit",
    "IngestResult",
    "Job",
    "JobChanged",
    "JobState",
    "Kind",
    "LockedError",
    "ModelUnavailable",
    "Moment",
    "MomentFacts",
    "NotACapsule",
    "NotAllowed",
    "Operation",
    "PageImage",
    "PartItem",
    "PictureImage",
    "Place",
    "Progress",
    "PutItem",
    "QueryError",
    "ReadOnly",
    "Reloaded",
    "Report",
    "Revision",
    "SearchQuery",
    "SearchResult",
    "SourceError",
    "Stats",
    "StorageError",
    "StripArrays",
    "UnsupportedVersion",
    "WriteFailed",
    "WrongPassword",
    "create",
    "find_spans",
    "fold",
    "freeze_support",
    "kind_of_name",
    "open",
    "probe",
    "seal",
    "unseal",
]


def __getattr__(name: str) -> Any:
    try:
        module, attribute = _WHERE[name]
    except KeyError:
        raise AttributeError(f"module 'engine' has no attribute {name!r}") from None
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_WHERE)
