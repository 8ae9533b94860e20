"""Pictures, decoded in a child process, the right way up."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

import engine
from memvid_studio.views.bars import Line
from memvid_studio.views.viewers.base import Viewer
from memvid_studio.views.viewers.request import Request, Run, same_document
from memvid_studio.views.viewers.zoom_label import ZoomLabel
from memvid_studio.widgets.buttons import IconButton
from memvid_studio.widgets.image_canvas import ImageCanvas
from memvid_studio.words import number, tr


def picture_image(picture: engine.PictureImage) -> QImage:
    """The pixels as Qt paints them fastest. Pool thread."""
    image = QImage(
        picture.rgba, picture.width, picture.height, 4 * picture.width, QImage.Format.Format_RGBA8888
    )
    opaque = picture.rgba[3::4].count(255) == picture.width * picture.height
    wanted = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    return image.convertToFormat(wanted)


def load_picture(request: Request, size: QSize) -> tuple[QImage, QSize]:
    """Decode a picture to at most ``size``; also its own size. Pool thread."""
    picture = request.moment.picture(request.info.id, size.width(), size.height())
    return picture_image(picture), QSize(picture.full_width, picture.full_height)


class ImageViewer(Viewer):
    """Fit, zoom, drag."""

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(run, parent)
        self.canvas = ImageCanvas()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        smaller = IconButton("minus", tr("Smaller"))
        larger = IconButton("plus", tr("Larger"))
        self._zoom = ZoomLabel()
        self._fit = IconButton("fit-to-page-outline", tr("Fit"))
        self._size = Line(style="small", role="text2")
        for widget in (smaller, self._zoom, larger, self._fit, self._size):
            self.controls_row.addWidget(widget)
        self.controls_row.addStretch(1)
        smaller.clicked.connect(lambda: self.canvas.zoom_by_step(-1))
        larger.clicked.connect(lambda: self.canvas.zoom_by_step(1))
        self._fit.clicked.connect(self._toggle_fit)
        self.canvas.zoomChanged.connect(self._show_zoom)
        self.canvas.wantsPicture.connect(self._load)
        self._full = QSize()

    def load(self, request: Request) -> None:
        self._generation += 1
        same = self.request is not None and same_document(self.request.info, request.info)
        self.request = request
        if not same:
            self.canvas.clear()
        self._load(self.canvas.wanted_size())

    def _load(self, size: QSize) -> None:
        if self.request is not None:
            self._ask(load_picture, self.request, size, done=self._show)

    def _show(self, loaded: tuple[QImage, QSize]) -> None:
        first = not self.canvas.has_picture
        image, full = loaded
        self.canvas.set_picture(image, full)
        self._full = full
        if self.request is not None:
            self.canvas.setAccessibleName(self.request.info.title)
        self._size.set_text(f"{number(full.width())} × {number(full.height())}")
        self._show_zoom(self.canvas.zoom)
        if first:
            self.ready.emit()
            self.factsChanged.emit()
            self.marksChanged.emit()
        else:
            self.ready.emit()

    def clear(self) -> None:
        super().clear()
        self.canvas.clear()
        self._size.set_text("")

    def facts(self) -> list[str]:
        if self._full.isEmpty():
            return []
        return [f"{self._full.width()} × {self._full.height()}"]

    def set_terms(self, terms: tuple[str, ...]) -> None:
        """A picture has no words."""

    def focus_content(self) -> None:
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _toggle_fit(self) -> None:
        if self.canvas.fits:
            self.canvas.set_zoom(1.0)
        else:
            self.canvas.fit()

    def _show_zoom(self, zoom: float) -> None:
        self._zoom.set_zoom(zoom)
        self._fit.set_tip(tr("True size") if self.canvas.fits else tr("Fit"))
