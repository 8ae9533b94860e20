"""``memvid-studio --tour DIR``: all steps in order, a picture each; the first that fails ends it."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from memvid_studio import diagnostics
from memvid_studio import settings as keys
from memvid_studio.app import Options, Studio, make_application
from memvid_studio.ops.demo import material
from memvid_studio.tour.driver import Driver, TourFailure
from memvid_studio.tour.steps import STEPS, Story

SIZE = (1440, 900)


def copy_material(target: Path) -> Path:
    """The demo files in a folder of their own, each as old as the manifest says: that is when it happened."""
    source = material()
    folder = target / "Aldermoor"
    shutil.copytree(source / "files", folder)
    dates = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    for name, when in dates.items():
        seconds = datetime.fromisoformat(when).timestamp()
        os.utime(folder / name, (seconds, seconds))
    return folder


def run_tour(folder: Path, *, debug: bool = False) -> int:
    """Returns 0 when every step did what it says, 1 otherwise; says on stderr which did not."""
    diagnostics.set_up_logging(debug=debug)
    folder.mkdir(parents=True, exist_ok=True)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    app = make_application(sys.argv[:1])
    with tempfile.TemporaryDirectory(prefix="memvid-tour-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        story = Story(place, copy_material(place / "material"))
        studio = Studio(app, Options(scratch=True, debug=debug))
        studio.settings.set(keys.LAST_FOLDER, str(place))
        studio.settings.set(keys.THEME, "light")
        studio.window.resize(*SIZE)
        driver = Driver(studio, folder)
        try:
            studio.start()
            return _walk(driver, story)
        finally:
            _leave(driver)


def _walk(driver: Driver, story: Story) -> int:
    started = time.monotonic()
    for step in STEPS:
        before = time.monotonic()
        try:
            step(driver, story)
        except TourFailure as failure:
            driver.window.grab().save(str(driver.folder / f"failed-{step.__name__}.png"))
            print(f"tour: “{step.__name__}” failed: {failure}", file=sys.stderr)  # noqa: T201
            if driver.problems:
                print(f"tour: the window said: {'; '.join(driver.problems)}", file=sys.stderr)  # noqa: T201
            return 1
        print(f"tour: {step.__name__:14} {time.monotonic() - before:5.1f} s")  # noqa: T201
    seconds = time.monotonic() - started
    print(f"tour: {len(STEPS)} steps, {len(driver.pictures)} pictures, {seconds:.1f} s")  # noqa: T201
    return 0


def _leave(driver: Driver) -> None:
    """Everything is closed as a person would, but without questions."""
    closed: list[bool] = []
    session = driver.studio.desk.session
    session.allClosed.connect(lambda: closed.append(True))
    session.close_all()
    try:
        driver.wait("the capsules to close", lambda: bool(closed), 30)
    except TourFailure as failure:
        print(f"tour: {failure}", file=sys.stderr)  # noqa: T201
    driver.studio.close()
