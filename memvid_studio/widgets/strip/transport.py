"""The bar over the film: play and step on the left, the moment in words, zoom and branching on the right."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFont, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from memvid_studio import words
from memvid_studio.theme import theme
from memvid_studio.widgets.buttons import Button, IconButton
from memvid_studio.widgets.paint import draw_text, hline, text_width
from memvid_studio.widgets.segmented import Segmented
from memvid_studio.widgets.strip import names
from memvid_studio.widgets.strip.calendar import DAY, HOUR, YEAR

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
SPANS = (HOUR, DAY, names.WEEK, 2 * names.WEEK, names.MONTH_MS, 3 * names.MONTH_MS, YEAR, 3 * YEAR)
RECORDED, HAPPENED = 0, 1

_GRACE = 4
"""Px by which text may be wider than it was measured."""


class _Facts(QWidget):
    """The moment in words, then revision and number of frames. A number is shown whole or not at all."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._moment = ""
        self._facts: tuple[str, ...] = ()
        self._role = "text"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(0)

    def show_facts(self, moment: str, facts: tuple[str, ...], role: str) -> None:
        self._moment, self._facts, self._role = moment, facts, role
        self.setAccessibleName(" ".join((moment, *facts)))
        self.update()

    def texts(self) -> tuple[str, str]:
        return self._moment, _joined(self._facts)

    def wants(self) -> tuple[int, int]:
        """The width of the moment alone, and of everything."""
        strong, plain = self._fonts()
        moment = text_width(strong, self._moment) + _GRACE
        facts = text_width(plain, _joined(self._facts)) + theme().space.s8 if self._facts else 0.0
        return round(moment), round(moment + facts)

    def sizeHint(self) -> QSize:
        return QSize(360, theme().size.transport)

    def _fonts(self) -> tuple[QFont, QFont]:
        look = theme()
        # A moment is a value, a sentence about there being none is not.
        return look.font("control" if self._facts else "body"), look.font("body")

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        strong, plain = self._fonts()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        draw_text(painter, rect, self._moment, strong, look.color(self._role))
        rest = rect.adjusted(text_width(strong, self._moment) + look.space.s8, 0, 0, 0)
        facts = self._facts
        while facts and text_width(plain, _joined(facts)) > rest.width() + 0.5:
            facts = facts[:-1]
        if facts:
            draw_text(painter, rest, _joined(facts), plain, look.color("text3"))
        painter.end()


class TransportBar(QWidget):
    """40 px over the film. It shows and asks; the owner moves the playhead and tells it what to show.

    Signals: ``stepRequested(int)`` -1 or 1 to the change before or after; ``firstRequested``;
    ``playToggled(int)`` -1 backwards, 1 forwards, 0 stop; ``speedChosen(float)``; ``clockChosen(int)``
    RECORDED or HAPPENED; ``spanChosen(object)`` ms to show or None for everything; ``fitRequested``;
    ``flagRequested``; ``branchRequested``; ``nowRequested``.
    """

    stepRequested = Signal(int)
    firstRequested = Signal()
    playToggled = Signal(int)
    speedChosen = Signal(float)
    clockChosen = Signal(int)
    spanChosen = Signal(object)
    fitRequested = Signal()
    flagRequested = Signal()
    branchRequested = Signal()
    nowRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look = theme()
        self._open = False
        self._past = False
        self._playing = 0
        self._speed = 1.0
        self._left_out: list[QWidget] = []
        self._first = IconButton("page-first", self.tr("To the beginning"), parent=self)
        self._reverse = IconButton("play", self.tr("Play backwards"), mirrored=True, parent=self)
        self._play = IconButton("play", self.tr("Play"), parent=self)
        self._speed_button = Button(_speed_text(1.0), kind="flat", parent=self)
        self._speed_button.set_menu(self._speed_menu())
        self._facts = _Facts(self)
        self._clocks = Segmented((self.tr("Recorded"), self.tr("Happened")), self)
        self._span = Button(self.tr("Everything"), kind="flat", parent=self)
        self._span.set_menu(self._span_menu())
        self._fit = IconButton("fit-to-page-outline", self.tr("Show everything"), parent=self)
        self._flag = IconButton("flag-variant-outline", self.tr("Name this moment"), parent=self)
        self._branch = Button(self.tr("Branch"), "source-branch", parent=self)
        self._now = Button(self.tr("Now"), "page-last", hint=self.tr("N"), parent=self)
        self._arrange(look.space.s12, look.space.s4)
        self._connect()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Transport"))
        self.set_closed()
        look.changed.connect(self._on_theme)

    def _arrange(self, side: int, gap: int) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(side, 1, side, 0)
        row.setSpacing(gap)
        for button in (self._first, self._reverse, self._play, self._speed_button):
            row.addWidget(button)
        row.addSpacing(gap + 5)
        row.addWidget(self._facts, 1)
        row.addSpacing(2 * gap)
        row.addWidget(self._clocks)
        row.addSpacing(2 * gap)
        row.addWidget(self._span)
        row.addWidget(self._fit)
        row.addWidget(self._flag)
        row.addWidget(self._branch)
        row.addSpacing(2 * gap)
        row.addWidget(self._now)

    def _connect(self) -> None:
        self._first.clicked.connect(self.firstRequested)
        self._reverse.clicked.connect(lambda: self.playToggled.emit(0 if self._playing < 0 else -1))
        self._play.clicked.connect(lambda: self.playToggled.emit(0 if self._playing > 0 else 1))
        self._clocks.currentChanged.connect(self.clockChosen)
        self._fit.clicked.connect(self.fitRequested)
        self._flag.clicked.connect(self.flagRequested)
        self._branch.clicked.connect(self.branchRequested)
        self._now.clicked.connect(self.nowRequested)

    def _speed_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        self._speeds: dict[float, QAction] = {}
        for speed in SPEEDS:
            # Not made by the menu: PySide 6.11 takes those for deleted once some dialog is.
            action = QAction(_speed_text(speed), self)
            menu.addAction(action)
            action.setCheckable(True)
            action.setChecked(speed == self._speed)
            group.addAction(action)
            action.triggered.connect(lambda _on=False, speed=speed: self._choose_speed(speed))
            self._speeds[speed] = action
        return menu

    def _span_menu(self) -> QMenu:
        menu = QMenu(self)
        for extent in SPANS:
            action = menu.addAction(names.span(extent))
            action.triggered.connect(lambda _on=False, extent=extent: self.spanChosen.emit(extent))
        menu.addSeparator()
        menu.addAction(self.tr("Everything")).triggered.connect(lambda: self.spanChosen.emit(None))
        return menu

    # ----------------------------------------------------------------------------------------------- state

    def set_closed(self) -> None:
        """No capsule is open: everything is there and off."""
        self._open = False
        self._past = False
        self.set_playing(0)
        self._facts.show_facts(self.tr("No capsule open. The strip fills as memories arrive."), (), "text3")
        self._span.hide()
        self._enable()

    def set_moment(self, moment: str, revision: int | None, frames: int, *, past: bool) -> None:
        """What is shown: the moment in words, its revision where there is one, how many frames it has."""
        facts: tuple[str, ...] = (words.counted(frames, self.tr("{n} frame"), self.tr("{n} frames")),)
        if revision is not None:
            facts = (self.tr("revision {n}").replace("{n}", words.number(revision)), *facts)
        self._open = True
        self._past = past
        self._facts.show_facts(moment, facts, "past" if past else "text")
        self._span.show()
        self._enable()

    def set_span(self, extent_ms: float) -> None:
        """How much time the film shows."""
        self._span.set_text(names.span(extent_ms))
        self._make_room()

    def set_playing(self, direction: int) -> None:
        """-1 plays backwards, 1 forwards, 0 stands."""
        self._playing = direction
        self._reverse.set_icon("pause" if direction < 0 else "play")
        self._reverse.set_tip(self.tr("Pause") if direction < 0 else self.tr("Play backwards"))
        self._play.set_icon("pause" if direction > 0 else "play")
        self._play.set_tip(self.tr("Pause") if direction > 0 else self.tr("Play"))

    def set_speed(self, speed: float) -> None:
        """How fast it plays."""
        self._speed = speed
        self._speed_button.set_text(_speed_text(speed))
        if speed in self._speeds:
            self._speeds[speed].setChecked(True)

    def set_offered(self, *, flag: bool, branch: bool) -> None:
        """Whether moments can be named and branched from; what cannot be done is not shown."""
        self._left_out = [part for part, on in ((self._flag, flag), (self._branch, branch)) if not on]
        self._make_room()

    def set_clock(self, clock: int) -> None:
        """RECORDED or HAPPENED, without a signal."""
        blocked = self._clocks.blockSignals(True)
        self._clocks.set_current(clock)
        self._clocks.blockSignals(blocked)

    def texts(self) -> tuple[str, str]:
        """The moment and the facts as they are shown."""
        return self._facts.texts()

    def _choose_speed(self, speed: float) -> None:
        self.set_speed(speed)
        self.speedChosen.emit(speed)

    def _enable(self) -> None:
        for button in (
            self._first,
            self._reverse,
            self._play,
            self._speed_button,
            self._fit,
            self._flag,
            self._branch,
        ):
            button.setEnabled(self._open)
        self._clocks.setEnabled(self._open)
        # At now there is nowhere to return to; the button keeps its place so that nothing jumps.
        self._now.setEnabled(self._open and self._past)
        self._now.set_kind("outline" if self._open and self._past else "normal")
        self._now.setToolTip("" if self._past or not self._open else self.tr("You are looking at now"))
        self._make_room()

    # ---------------------------------------------------------------------------------------------- events

    def sizeHint(self) -> QSize:
        return QSize(800, theme().size.transport)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(400), theme().size.transport)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._make_room()

    def _make_room(self) -> None:
        """Leave to the menu what there is no room for: the clocks, then fit and flag, then Branch."""
        moment, everything = self._facts.wants()
        row = self._row
        edges = row.contentsMargins()
        kept: list[QWidget] = [self._first, self._reverse, self._play, self._speed_button, self._now]
        if self._open:
            kept.append(self._span)
        items = [item for at in range(row.count()) if (item := row.itemAt(at)) is not None]
        gaps = [gap for item in items if (gap := item.spacerItem()) is not None]
        used = edges.left() + edges.right() + sum(gap.sizeHint().width() for gap in gaps)
        used += sum(part.sizeHint().width() + row.spacing() for part in kept) + row.spacing()
        fits = True
        for part in self._left_out:
            part.hide()
        for wanted, text in (
            ((self._branch,), moment),
            ((self._fit, self._flag), moment),
            ((self._clocks,), everything),
        ):
            parts = [part for part in wanted if part not in self._left_out]
            needed = sum(part.sizeHint().width() + row.spacing() for part in parts)
            fits = fits and used + needed + text <= self.width()
            used += needed
            for part in parts:
                part.setVisible(fits)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color("window"))
        hline(painter, 0, 0, self.width(), look.color("line"))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Buttons let keys pass that they have no use for.
        key = event.key()
        if not self._open:
            event.ignore()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self.stepRequested.emit(-1 if key == Qt.Key.Key_Left else 1)
        elif key == Qt.Key.Key_Home:
            self.firstRequested.emit()
        elif key in {Qt.Key.Key_End, Qt.Key.Key_N}:
            self.nowRequested.emit()
        else:
            event.ignore()

    def _on_theme(self) -> None:
        self.updateGeometry()
        self._make_room()
        self.update()


def _joined(facts: tuple[str, ...]) -> str:
    return "  ·  ".join(facts)


def _speed_text(speed: float) -> str:
    return f"{speed:g}×"
