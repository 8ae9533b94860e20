"""Which class shows which form of content; a viewer is made when it is first needed."""

from __future__ import annotations

from memvid_studio.views.viewers.base import Viewer
from memvid_studio.views.viewers.bytes_viewer import BytesViewer
from memvid_studio.views.viewers.image_viewer import ImageViewer
from memvid_studio.views.viewers.pdf_viewer import PdfViewer
from memvid_studio.views.viewers.request import Form, Run
from memvid_studio.views.viewers.table_viewer import TableViewer
from memvid_studio.views.viewers.text_viewer import TextViewer

_VIEWERS: dict[Form, type[Viewer]] = {
    Form.TABLE: TableViewer,
    Form.PDF: PdfViewer,
    Form.PICTURE: ImageViewer,
    Form.BYTES: BytesViewer,
}


def viewer_for(form: Form) -> type[Viewer]:
    """The class for a form; everything that is not special is text."""
    return _VIEWERS.get(form, TextViewer)


def make_viewer(kind: type[Viewer], run: Run) -> Viewer:
    """A viewer of this class."""
    return kind(run)
