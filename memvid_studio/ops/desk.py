"""Everything the window works with, in one hand."""

from __future__ import annotations

from dataclasses import dataclass

from memvid_studio.bridge.tasks import Tasks
from memvid_studio.ops.edit import Edit
from memvid_studio.ops.ingest import Ingest
from memvid_studio.ops.search import Search
from memvid_studio.ops.session import Session
from memvid_studio.ops.share import Share
from memvid_studio.ops.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Desk:
    """Made once, by the application."""

    tasks: Tasks
    session: Session
    search: Search
    timeline: Timeline
    ingest: Ingest
    edit: Edit
    share: Share
