"""Payloads stored as they are."""

from __future__ import annotations

from engine.errors import FormatError


def compress(data: bytes) -> bytes:
    """The bytes themselves."""
    return data


def decompress(stored: bytes, limit: int) -> bytes:
    """The bytes themselves. Raises FormatError when they are more than ``limit``."""
    if len(stored) > limit:
        raise FormatError("plain payload", f"at most {limit} bytes", f"{len(stored)} bytes")
    return stored
