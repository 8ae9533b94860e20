"""What Office files have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.errors import SourceError
from engine.extract.archive import LOCKED
from engine.extract.source import Extractor, Facts, SourceFile


class OldOfficeExtractor(Extractor):
    """Old Office files: kept, not read."""

    def inspect(self, file: SourceFile, /) -> Facts:
        """The container of old Office files, and of new ones that are encrypted."""
        if "EncryptedPackage".encode("utf-16-le") in file.data():
            raise SourceError(LOCKED)
        return Facts()


def core_properties(properties: Any) -> dict[str, Any]:
    """Title, author, subject, keywords and the day of making, as far as somebody filled them in."""
    found: dict[str, Any] = {}
    for name in ("title", "author", "subject", "keywords"):
        value = getattr(properties, name, None) or ""
        if text := " ".join(str(value).split())[:500]:
            found[name] = text
    created = getattr(properties, "created", None)
    if isinstance(created, datetime):
        aware = created if created.tzinfo is not None else created.replace(tzinfo=UTC)
        found["created"] = aware.astimezone(UTC).isoformat(timespec="seconds")
    return found
