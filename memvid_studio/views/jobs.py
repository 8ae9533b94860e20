"""The jobs popover: how far, how long still, what is being read, and what could not be read and why."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

import engine
from memvid_studio.models.cards import unit_word
from memvid_studio.models.kinds import kind_of_name
from memvid_studio.ops.jobs import JobRecord
from memvid_studio.theme import theme
from memvid_studio.views.bars import Line
from memvid_studio.widgets.buttons import Button
from memvid_studio.widgets.highlight import paint_marked_text
from memvid_studio.widgets.paint import draw_text, panel
from memvid_studio.widgets.popover import Popover
from memvid_studio.widgets.progress import ProgressBar
from memvid_studio.widgets.tile import paint_tile
from memvid_studio.words import about, counted, number, size, tr

_ROWS_SHOWN = 7
_MOST_FAILED = 200
_FAILED_ROW = 60


class SourceRow(QWidget):
    """One source: being read with a bar, or not read with the reason."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._kind = kind_of_name(name).value
        self._state = ""
        self._fraction: float | None = None
        self._reason = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_progress(self, progress: engine.Progress) -> None:
        """It is being read."""
        self._reason = ""
        self._fraction = None
        self._state = self.tr("reading")
        if progress.total:
            self._fraction = min(1.0, progress.done / progress.total)
            if progress.total > 1:
                self._state = (
                    self.tr("{unit} {done} of {total}")
                    .replace("{unit}", unit_word(progress.unit))
                    .replace("{done}", number(min(progress.done + 1, progress.total)))
                    .replace("{total}", number(progress.total))
                )
        self._tell()

    def show_failure(self, reason: str) -> None:
        """It could not be read."""
        self._reason, self._state, self._fraction = reason, "", None
        self._tell()

    def _tell(self) -> None:
        self.setToolTip(self._reason)
        self.updateGeometry()
        self.setAccessibleName(f"{self.name}: {self._reason or self._state}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, theme().px(_FAILED_ROW) if self._reason else theme().size.job_row)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        side = look.px(24)
        paint_tile(painter, QRectF(0, (self.height() - side) / 2, side, side), self._kind)
        left, width = side + 12, self.width() - side - 12
        up = look.px(27 if self._reason else 18)
        top = QRectF(left, self.height() / 2 - up, width, look.px(20))
        below = QRectF(left, top.bottom(), width, look.px(16))
        if self._reason:
            draw_text(painter, top, self.name, look.font("body"), look.color("text"), elide=_MIDDLE)
            room = QRectF(left, below.top(), width, look.px(32))
            paint_marked_text(painter, room, self._reason, style="micro", color=look.color("error"))
        else:
            right = look.px(96)
            draw_text(
                painter, top.adjusted(0, 0, -right, 0), self.name, look.font("body"), look.color("text"),
                elide=_MIDDLE,
            )  # fmt: skip
            whole = QRectF(left, 0, width, self.height())
            draw_text(painter, whole, self._state, look.font("micro"), look.color("text3"), _RIGHT)
            track = QRectF(left, self.height() / 2 + look.px(6), width - right - 12, look.size.progress)
            panel(painter, track, 2, look.color("sunken"))
            done = track.width() * (self._fraction or 0.0)
            if done > 0:
                bar = QRectF(track.left(), track.top(), max(4.0, done), track.height())
                panel(painter, bar, 2, look.color("accent", now=True))
        painter.end()


_MIDDLE = Qt.TextElideMode.ElideMiddle
_RIGHT = Qt.AlignmentFlag.AlignRight


class JobsPopover(Popover):
    """Shows the newest job, running or ended."""

    stopWanted = Signal(object)
    """JobRecord"""
    undoWanted = Signal(object)
    """JobRecord"""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "", width=424, sticky=True)
        self._job: JobRecord | None = None
        self._undoable: set[int] = set()
        self.bar = ProgressBar()
        self.saved = Line("", "small", "text3")
        self.left_time = Line("", "small", "text3", fixed=True)
        facts = QHBoxLayout()
        facts.setSpacing(8)
        facts.addWidget(self.saved, 1)
        facts.addWidget(self.left_time)
        self._rows: list[SourceRow] = []
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        inner = QWidget()
        inner.setLayout(self._column)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for ground in (self._scroll, self._scroll.viewport(), inner):
            ground.setAutoFillBackground(False)
        self._scroll.setWidget(inner)
        inner.setAutoFillBackground(False)
        self.body.addWidget(self.bar)
        self.body.addLayout(facts)
        self.body.addWidget(self._scroll)
        self.stop = Button(self.tr("Stop"), "close", "flat")
        self.undo = Button(self.tr("Undo"), "undo", "flat")
        self.stop.clicked.connect(lambda: self.stopWanted.emit(self._job))
        self.undo.clicked.connect(lambda: self.undoWanted.emit(self._job))
        self.set_foot("", self.undo, self.stop)

    @property
    def job(self) -> JobRecord | None:
        """The job it shows."""
        return self._job

    def set_undoable(self, job_id: int, *, undoable: bool) -> None:
        """Whether what a job added can be taken back."""
        if undoable:
            self._undoable.add(job_id)
        else:
            self._undoable.discard(job_id)
        if self._job is not None:
            self.show_job(self._job, self.subtitle.toolTip())

    def show_job(self, job: JobRecord, capsule: str) -> None:
        """Brings everything up to date; call it at every event of this job."""
        self._job = job
        self.subtitle.setToolTip(capsule)
        title = self.tr("Adding to {name}") if not job.is_final else self.tr("Added to {name}")
        if job.state == engine.JobState.CANCELLED:
            title = self.tr("Stopped adding to {name}")
        elif job.state == engine.JobState.FAILED:
            title = self.tr("Could not add to {name}")
        self.set_title(title.replace("{name}", capsule), self._pace(job))
        if job.total is None and not job.is_final:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, max(1, job.total or 1))
            self.bar.setValue(job.done if job.total else 1)
        seconds = job.seconds_left()
        left = self.tr("{time} left").replace("{time}", about(seconds)) if seconds is not None else ""
        self.left_time.set_text(left)
        self.saved.set_text(self._saved(job))
        self._show_rows(job)
        self.stop.setVisible(not job.is_final)
        self.undo.setVisible(job.is_final and job.job_id in self._undoable)
        self.foot_text.setText(self._sum(job))
        self.place()

    def _pace(self, job: JobRecord) -> str:
        total = job.total if job.total is not None else "…"
        text = self.tr("{done} of {total}").replace("{done}", number(job.done))
        text = text.replace("{total}", number(total) if isinstance(total, int) else total)
        if job.rate >= 0.05 and not job.is_final and job.unit != "bytes":
            text += self.tr(" · {rate} files/s").replace("{rate}", f"{job.rate:.1f}")
        return text

    def _saved(self, job: JobRecord) -> str:
        if job.unit == "bytes" and job.total:
            text = self.tr("{done} of {total}, all saved").replace("{done}", size(job.done))
            return text.replace("{total}", size(job.total))
        if job.state == engine.JobState.CANCELLED:
            return self.tr("What was added before stays")
        return self.tr("What is counted is saved")

    def _sum(self, job: JobRecord) -> str:
        good = max(0, job.done - len(job.failed))
        parts = [self.tr("{n} read").replace("{n}", number(good))]
        if job.failed:
            parts.append(self.tr("{n} not, or not in full").replace("{n}", number(len(job.failed))))
        waiting = 0 if job.total is None else job.total - job.done - len(job.current)
        if waiting > 0 and not job.is_final:
            parts.append(self.tr("{n} waiting").replace("{n}", number(waiting)))
        return " · ".join(parts)

    def _show_rows(self, job: JobRecord) -> None:
        shown: list[tuple[str, engine.Progress | str]] = list(job.current)
        shown += [(failure.source, failure.reason) for failure in job.failed[:_MOST_FAILED]]
        while len(self._rows) > len(shown):
            row = self._rows.pop()
            self._column.removeWidget(row)
            row.deleteLater()
        for place, (source, what) in enumerate(shown):
            name = source.rstrip("/").rpartition("/")[2] or source
            if place == len(self._rows) or self._rows[place].name != name:
                row = SourceRow(name)
                if place < len(self._rows):
                    old = self._rows[place]
                    self._column.replaceWidget(old, row)
                    old.deleteLater()
                    self._rows[place] = row
                else:
                    self._column.insertWidget(place, row)
                    self._rows.append(row)
            if isinstance(what, str):
                self._rows[place].show_failure(what)
            else:
                self._rows[place].show_progress(what)
        height = sum(row.sizeHint().height() for row in self._rows[:_ROWS_SHOWN])
        self._scroll.setFixedHeight(height)
        self._scroll.setVisible(bool(shown))


def running_text(jobs: list[JobRecord]) -> str:
    """For the question before closing: how much is still to do."""
    left = sum(max(0, (job.total or job.done) - job.done) for job in jobs)

    return counted(left, tr("1 file is still being added."), tr("{n} files are still being added."))
