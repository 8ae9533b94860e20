"""What the word index asks of the store. The ledger of a capsule fits; so does a list in a test."""

from __future__ import annotations

from typing import Protocol

from engine.types import Kind


class IndexEntry(Protocol):
    """The searchable side of one frame. Of parts only ``text`` and ``title`` count. Times: Unix seconds."""

    @property
    def frame_id(self) -> int: ...
    @property
    def is_part(self) -> bool: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def uri(self) -> str: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def track(self) -> str | None: ...
    @property
    def mime(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def timestamp(self) -> int: ...


class FrameSource(Protocol):
    """All frames ever written, by id. A frame never changes; new ones come at the end."""

    @property
    def frame_count(self) -> int: ...

    def identity(self, frame_count: int, /) -> str:
        """A name for the first ``frame_count`` frames that other frames do not have."""

    def index_entry(self, frame_id: int, /) -> IndexEntry | None:
        """None: there is nothing in this frame that could be searched."""
