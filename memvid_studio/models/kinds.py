"""What kind a file probably is, from its name alone: for rows shown before anything of it was read."""

from __future__ import annotations

import mimetypes
from pathlib import PurePath

import engine

_BY_SUFFIX = {
    engine.Kind.DOCUMENT: "pdf doc docx odt rtf epub ppt pptx odp pages key",
    engine.Kind.TABLE: "csv tsv xls xlsx ods numbers",
    engine.Kind.TEXT: "txt md markdown rst html htm xml json yaml yml toml ini log eml mbox tex srt vtt "
    "py js ts c h cpp rs go java rb sh sql css",
    engine.Kind.IMAGE: "png jpg jpeg gif webp bmp tif tiff svg heic heif avif",
    engine.Kind.AUDIO: "mp3 m4a wav flac ogg oga opus aac aiff wma",
}
_SUFFIXES = {suffix: kind for kind, suffixes in _BY_SUFFIX.items() for suffix in suffixes.split()}


def tile_of(kind: engine.Kind, mime: str | None) -> str:
    """The theme's name for the tile of a document: its kind, but mail has an icon of its own."""
    return "message" if mime == "message/rfc822" else kind.value


def kind_of_name(name: str) -> engine.Kind:
    """One of the six kinds; ``other`` where the name says nothing."""
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    known = _SUFFIXES.get(suffix)
    if known is not None:
        return known
    family = (mimetypes.guess_type(name)[0] or "").partition("/")[0]
    return {"text": engine.Kind.TEXT, "image": engine.Kind.IMAGE, "audio": engine.Kind.AUDIO}.get(
        family, engine.Kind.OTHER
    )
