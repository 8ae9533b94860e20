"""Settings: defaults, what survives a restart, and what a damaged file does."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from memvid_studio import settings as declared
from memvid_studio.settings import Settings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "studio.ini"


def test_keys_are_declared_once():
    keys = [setting.key for setting in declared.ALL]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("setting", declared.ALL, ids=lambda setting: setting.key)
def test_a_fresh_profile_gives_every_default(path, setting):
    assert Settings.at(path).get(setting) == setting.default


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (declared.THEME, "dark"),
        (declared.TEXT_SIZE, 1.5),
        (declared.REDUCED_MOTION, True),
        (declared.AUTHOR, 'Ünal, Ægir; "q" 100 %'),
        (declared.RECENT, ("/a, b/c.mv2", '/d"e.mv2', "/ü.mv2")),
        (declared.GEOMETRY, bytes(range(256))),
    ],
    ids=lambda value: getattr(value, "key", ""),
)
def test_a_value_is_there_after_a_restart(path, setting, value):
    first = Settings.at(path)
    first.set(setting, value)
    first.close()
    assert path.is_file()
    again = Settings.at(path).get(setting)
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        ("[look]\ntheme=purple\n", declared.THEME),
        ("[look]\ntext-size=big\n", declared.TEXT_SIZE),
        ("[look]\ntext-size=17\n", declared.TEXT_SIZE),
        ("[look]\ntext-size=nan\n", declared.TEXT_SIZE),
        ("[look]\nreduced-motion=1\n", declared.REDUCED_MOTION),
        ("[files]\nrecent=a, b\n", declared.RECENT),
        ('[files]\nrecent="{\\"a\\": 1}"\n', declared.RECENT),
        ("[window]\ngeometry=xyz\n", declared.GEOMETRY),
    ],
)
def test_what_does_not_fit_reads_as_the_default(path, line, setting):
    path.write_text(line, encoding="utf-8")
    assert Settings.at(path).get(setting) == setting.default


def test_a_value_that_is_not_allowed_is_refused(path):
    with pytest.raises(ValueError, match="purple"):
        Settings.at(path).set(declared.THEME, "purple")


def test_changed_is_told_once_and_only_for_changes(path, qtbot):
    settings = Settings.at(path)
    told = []
    settings.changed.connect(told.append)
    settings.set(declared.THEME, "dark")
    settings.set(declared.THEME, "dark")
    settings.reset(declared.THEME)
    settings.reset(declared.THEME)
    assert told == ["look/theme", "look/theme"]
    assert settings.get(declared.THEME) == "system"


def test_recent_files_newest_first_without_doubles(path):
    settings = Settings.at(path)
    for index in range(declared.RECENT_KEPT + 3):
        settings.add_recent(Path(f"/{index}.mv2"))
    settings.add_recent("/5.mv2")
    recent = settings.recent()
    assert len(recent) == declared.RECENT_KEPT
    assert recent[:2] == ("/5.mv2", "/12.mv2")
    assert recent.count("/5.mv2") == 1
    settings.forget_recent("/12.mv2")
    assert "/12.mv2" not in settings.recent()


def test_a_scratch_profile_leaves_nothing_behind(home):
    settings = Settings.scratch()
    assert settings.is_scratch
    settings.set(declared.AUTHOR, "A")
    folder = Path(settings._store.fileName()).parent
    settings._store.sync()
    assert folder.is_dir()
    settings.close()
    assert not folder.exists()
    assert not any(found.is_file() for found in home.rglob("*"))


def test_window_state_goes_both_ways(path):
    settings = Settings.at(path)
    settings.set_state(declared.SPLITTERS, QByteArray(b"\x00\xff state"))
    assert settings.get_state(declared.SPLITTERS) == QByteArray(b"\x00\xff state")
