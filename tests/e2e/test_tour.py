"""The main job in the real window, on the demo material, with real events: the tour is the test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from memvid_studio.tour.driver import Driver, TourFailure
from memvid_studio.tour.run import SIZE, copy_material

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_every_step_does_what_it_says(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}
    }
    done = subprocess.run(
        [sys.executable, "-m", "memvid_studio", "--tour", str(pictures)],
        cwd=REPOSITORY,
        env={**environment, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=140,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    names = sorted(path.name for path in pictures.iterdir())
    assert len(names) >= 17
    for wanted in ("06-search.png", "10-rewound-light.png", "10-rewound-dark.png", "16-main-light.png"):
        assert wanted in names
    for name in names:
        picture = QImage(str(pictures / name))
        assert (picture.width(), picture.height()) == SIZE
        colours = {picture.pixel(x, y) for x in range(0, SIZE[0], 7) for y in range(0, SIZE[1], 7)}
        assert len(colours) > 30, f"{name} shows next to nothing"


def test_the_material_happened_when_the_manifest_says(tmp_path: Path) -> None:
    folder = copy_material(tmp_path)
    assert len(list(folder.iterdir())) == 20
    assert round((folder / "First visit.md").stat().st_mtime) == 1_676_738_400


@pytest.mark.gui
def test_a_step_that_did_not_happen_ends_the_tour(qtbot, tmp_path, monkeypatch, capsys) -> None:
    from memvid_studio.app import Options, Studio
    from memvid_studio.tour import run
    from memvid_studio.tour.steps import Story, first_run
    from tests.support.studio import close_studio

    def nothing_happened(driver: Driver, story: Story) -> None:
        driver.wait("a miracle", lambda: False, 0.05)

    never: list[str] = []
    monkeypatch.setattr(run, "STEPS", (first_run, nothing_happened, lambda *_: never.append("ran")))
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    studio = Studio(app, Options(scratch=True))
    try:
        studio.start()
        driver = Driver(studio, tmp_path)
        assert run._walk(driver, Story(tmp_path, tmp_path)) == 1
    finally:
        close_studio(qtbot, studio)
    assert never == []
    assert "“nothing_happened” failed: waited 0.05 s for a miracle" in capsys.readouterr().err
    assert (tmp_path / "failed-nothing_happened.png").is_file()


def test_a_check_names_what_was_found() -> None:
    with pytest.raises(TourFailure, match="too little was found; found 3"):
        Driver.check(Driver.__new__(Driver), "too little was found", False, 3)
