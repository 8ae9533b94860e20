"""Messages as mail programs save them: head, text, and the names of what was attached."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime
from typing import Final

from engine.extract.html import paragraphs_of_page
from engine.extract.sections import paragraphs_of, sections
from engine.extract.source import Extractor, Facts, Reading, SourceFile
from engine.types import PartItem

_HEAD: Final = ("From", "To", "Cc", "Date", "Subject")


class MailExtractor(Extractor):
    """Messages."""

    def inspect(self, file: SourceFile, /) -> Facts:
        message = _parse(file)
        metadata = {
            name.lower(): text for name in ("From", "To", "Cc") if (text := _header(message, name)[:500])
        }
        timestamp = None
        try:
            timestamp = int(parsedate_to_datetime(_header(message, "Date")).timestamp())
        except (ValueError, TypeError, OverflowError):
            metadata["date"] = _header(message, "Date")[:100]
        return Facts(
            units=1, title=_header(message, "Subject")[:500] or None, timestamp=timestamp, metadata=metadata
        )

    def read_all(self, file: SourceFile, /) -> Reading:
        return Reading([PartItem(section) for section in sections(_paragraphs(_parse(file)))])


def _parse(file: SourceFile) -> EmailMessage:
    message = email.message_from_bytes(file.data(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy makes
    return message


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError, TypeError):  # the parser trips over broken headers
        return ""


def _paragraphs(message: EmailMessage) -> Iterator[str]:
    yield "\n".join(f"{name}: {text}" for name in _HEAD if (text := _header(message, name)))
    body = message.get_body(("plain", "html"))
    if body is not None:
        content = _content(body)
        yield from (
            paragraphs_of_page(content) if body.get_content_subtype() == "html" else paragraphs_of(content)
        )
    for attachment in message.iter_attachments():
        if name := attachment.get_filename():
            yield f"Attached: {name}"


def _content(part: MIMEPart) -> str:
    try:
        content = part.get_content()
    except (LookupError, ValueError):  # an encoding that does not exist
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""
    return content if isinstance(content, str) else ""
