"""A document of one capsule as something to be put into another: stored bytes are taken over as they are."""

from __future__ import annotations

from dataclasses import replace

from engine.codecs import choose
from engine.errors import ContentGone
from engine.format.frame import Frame
from engine.store.frames import OWN_PREFIX, default_uri, holds_text, mime_of, place_of
from engine.store.ledger import Ledger
from engine.store.prepared import (
    NO_SKETCH,
    TEXT_MIME,
    Blob,
    PreparedDocument,
    PreparedPart,
    document_sketch,
    text_head,
)


def _blob(ledger: Ledger, frame: Frame) -> Blob:
    content = ledger.content(frame.id)
    digest = ledger.content_digest(frame.id)
    return Blob(ledger.stored(frame.id), ledger.encoding(frame.id), len(content), digest)


def document_of(ledger: Ledger, frame_id: int) -> PreparedDocument:
    """The document and its parts. Raises what reading its content raises."""
    frame = ledger.frame(frame_id)
    text = ledger.own_text(frame_id)
    parts = tuple(_part_of(ledger, part) for part in ledger.parts(frame_id))
    mime = mime_of(frame)
    if frame.payload_length or frame_id in ledger.pending:
        blob, is_text = _blob(ledger, frame), holds_text(frame)
    elif text is None and parts:
        # Another program kept only the pieces: together they are all there is.
        joined = ledger.text(frame_id)
        blob, is_text, parts, text, mime = Blob.of(joined.encode("utf-8")), True, (), joined, TEXT_MIME
    else:
        blob, is_text = Blob.of((text or "").encode("utf-8")), True
        if not mime.startswith("text/"):
            mime = TEXT_MIME
    metadata = {key: value for key, value in frame.extra_metadata.items() if not key.startswith(OWN_PREFIX)}
    described = frame.metadata
    document = PreparedDocument(
        blob=blob,
        mime=mime,
        text=is_text,
        head=text_head(text) if is_text and text else "",
        sketch=NO_SKETCH,
        title=frame.title,
        uri=None if frame.uri == default_uri(frame_id) else frame.uri,
        tags=frame.tags,
        labels=frame.labels,
        track=frame.track,
        metadata=metadata,
        timestamp=frame.timestamp,
        width=described.width if described else None,
        height=described.height if described else None,
        source_path=frame.source_path,
        parts=parts,
    )
    return replace(document, sketch=document_sketch(document))


def _part_of(ledger: Ledger, part: int) -> PreparedPart:
    frame = ledger.frame(part)
    try:
        blob = _blob(ledger, frame)
    except ContentGone:
        blob = Blob.of((ledger.own_text(part) or "").encode("utf-8"))
    text = choose.decode(blob.encoding, blob.stored, blob.size).decode("utf-8", "replace")
    return PreparedPart(blob, NO_SKETCH, text_head(text), None, place_of(frame))
