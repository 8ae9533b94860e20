"""What helps to find out what went wrong, and how the program is ended from outside."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import engine
from memvid_studio.diagnostics import Watchdog, keep_crash_log

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.mark.gui
def test_a_slot_that_blocks_is_logged_with_its_place(qtbot, caplog):
    caplog.set_level(logging.DEBUG, "studio")
    watchdog = Watchdog()
    try:
        qtbot.wait(30)

        def blocks_the_window() -> None:
            time.sleep(0.15)

        blocks_the_window()
        qtbot.waitUntil(lambda: watchdog.worst_ms > 100)
    finally:
        watchdog.stop()
        watchdog.deleteLater()
    assert "blocks_the_window" in caplog.text


def test_a_crash_log_that_cannot_be_written_is_no_reason_to_fail(tmp_path, caplog):
    (tmp_path / "file").touch()
    assert keep_crash_log(tmp_path / "file" / "folder") is None
    assert "no crash log" in caplog.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_in_order(tmp_path, number):
    path = tmp_path / "notes.mv2"
    with engine.create(path) as capsule:
        capsule.put("there before")
    child = subprocess.Popen(
        [sys.executable, "-m", "memvid_studio", "--scratch", str(path)],
        cwd=REPOSITORY,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        time.sleep(2.5)
        assert child.poll() is None
        child.send_signal(number)
        _, errors = child.communicate(timeout=20)
    finally:
        child.kill()
    assert child.returncode == 0, errors
    assert "Traceback" not in errors, errors


def test_version_and_help():
    for argument, expected in (("--version", "Memvid Studio"), ("--help", "--tour")):
        done = subprocess.run(
            [sys.executable, "-m", "memvid_studio", argument],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert expected in done.stdout
