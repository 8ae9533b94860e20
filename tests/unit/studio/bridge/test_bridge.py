"""Answers come back on the GUI thread, in order, and never to somebody who is gone."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread
from shiboken6 import delete

from memvid_studio.bridge.latest import LatestOnly
from memvid_studio.bridge.pump import EventPump
from memvid_studio.bridge.tasks import Lane, Tasks

pytestmark = pytest.mark.gui


@pytest.fixture
def tasks(qapp) -> Iterator[Tasks]:
    tasks = Tasks()
    yield tasks
    tasks.close()
    gc.collect()


def test_a_value_comes_back_on_the_gui_thread(qtbot, tasks):
    got = []
    tasks.run(
        lambda a, b: (a + b, threading.current_thread().name),
        2,
        3,
        done=lambda value: got.append((value, QThread.currentThread())),
    )
    qtbot.waitUntil(lambda: bool(got))
    (value, name), thread = got[0]
    assert value == 5
    assert name.startswith("studio-read")
    assert thread is tasks.thread()


def test_an_error_goes_to_failed(qtbot, tasks):
    got = []
    tasks.run(lambda: 1 // 0, done=got.append, failed=got.append)
    qtbot.waitUntil(lambda: bool(got))
    assert isinstance(got[0], ZeroDivisionError)


def test_an_error_nobody_takes_is_not_lost(qtbot, tasks):
    with qtbot.waitSignal(tasks.unhandled) as caught:
        tasks.run({}.pop, "nothing")
    assert isinstance(caught.args[0], KeyError)


def test_nobody_is_called_after_its_owner_was_deleted(qtbot, tasks):
    owner, gate, called = QObject(), threading.Event(), []
    tasks.run(gate.wait, 5, done=called.append, owner=owner)
    delete(owner)
    with qtbot.waitSignal(tasks.idle):
        gate.set()
    assert called == []


def test_changes_keep_their_order(qtbot, tasks):
    order: list[int] = []
    for number in range(50):
        tasks.run(order.append, number, lane=Lane.CHANGE)
    qtbot.waitUntil(lambda: tasks.pending == 0)
    assert order == list(range(50))


def test_close_carries_out_changes_and_drops_the_rest(qapp):
    tasks = Tasks()
    gate, done = threading.Event(), []
    tasks.run(gate.wait, 5, lane=Lane.CHANGE)
    tasks.run(done.append, "change", lane=Lane.CHANGE)
    tasks.run(gate.wait, 5, lane=Lane.LOOK)
    tasks.run(done.append, "look", lane=Lane.LOOK)
    threading.Timer(0.05, gate.set).start()
    tasks.close()
    assert done == ["change"]
    tasks.run(done.append, "late")
    assert done == ["change"]


def test_a_steady_stream_of_questions_is_answered_while_it_flows(qtbot, tasks):
    """The trap: showing only the newest shows nothing as long as somebody keeps dragging."""
    latest, shown = LatestOnly(tasks), []
    latest.done.connect(lambda value, error: shown.append(value))

    def slow(number: int) -> int:
        time.sleep(0.01)
        return number

    for number in range(100):
        latest.ask(slow, number)
        qtbot.wait(2)
    qtbot.waitUntil(lambda: not latest.busy)
    assert len(shown) >= 8
    assert len(shown) < 100, "questions that were overtaken while waiting need no answer"
    assert shown == sorted(shown)
    assert shown[-1] == 99


def test_an_error_is_an_answer_too(qtbot, tasks):
    latest, shown = LatestOnly(tasks), []
    latest.done.connect(lambda value, error: shown.append((value, type(error))))
    latest.ask(lambda: 1 // 0)
    qtbot.waitUntil(lambda: not latest.busy)
    latest.ask(lambda: 7)
    qtbot.waitUntil(lambda: not latest.busy)
    assert shown == [(None, ZeroDivisionError), (7, type(None))]


def test_what_was_forgotten_is_not_shown(qtbot, tasks):
    latest, shown, gate = LatestOnly(tasks), [], threading.Event()
    latest.done.connect(lambda value, error: shown.append(value))
    latest.ask(gate.wait, 5)
    latest.ask(lambda: "waiting")
    latest.forget()
    gate.set()
    qtbot.waitUntil(lambda: not latest.busy)
    assert shown == []
    latest.ask(lambda: "new")
    qtbot.waitUntil(lambda: shown == ["new"])


def test_a_listener_may_ask_again(qtbot, tasks):
    latest, shown = LatestOnly(tasks), []

    def on_done(value, error):
        shown.append(value)
        if value < 3:
            latest.ask(lambda: value + 1)

    latest.done.connect(on_done)
    latest.ask(lambda: 0)
    qtbot.waitUntil(lambda: shown == [0, 1, 2, 3] and not latest.busy)


def test_events_of_many_threads_all_arrive_each_in_its_order(qtbot):
    pump, got = EventPump(), []
    pump.batch.connect(got.extend)
    threads = [
        threading.Thread(target=lambda name=name: [pump.post((name, n)) for n in range(500)])
        for name in "abcd"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: len(got) == 2000)
    for name in "abcd":
        assert [n for who, n in got if who == name] == list(range(500))


def test_a_flood_of_events_leaves_room_for_others(qapp):
    pump, turns = EventPump(), []

    def slow_listener(events):
        time.sleep(0.002)
        turns.append(len(events))

    pump.batch.connect(slow_listener)
    longest = 0.0
    for number in range(3000):
        pump.post(number)
    start = time.perf_counter()
    while sum(turns) < 3000:
        before = time.perf_counter()
        qapp.processEvents()
        longest = max(longest, time.perf_counter() - before)
        assert time.perf_counter() - start < 5
    assert longest < 0.05, "the whole flood was shown in one turn"


def test_cycles_with_qt_objects_end_on_the_gui_thread(qtbot):
    from memvid_studio.bridge.garbage import GuiGarbage

    garbage = GuiGarbage()
    ended: list[str] = []

    class InACycle:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            ended.append(threading.current_thread().name)

    def make_much_garbage() -> None:
        for _ in range(5000):
            InACycle()

    try:
        assert not gc.isenabled()
        thread = threading.Thread(target=make_much_garbage)
        thread.start()
        thread.join()
        assert ended == []
        garbage.look()
        assert set(ended) == {"MainThread"}
        assert len(ended) == 5000
    finally:
        garbage.stop()
        garbage.deleteLater()
    assert gc.isenabled()
