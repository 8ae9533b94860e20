"""What import contracts cannot see: what an import really loads, and that the front door is what it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

QT = {"PySide6", "shiboken6", "qtawesome", "qtpy"}
MODELS = {
    "torch",
    "torchvision",
    "open_clip",
    "transformers",
    "faster_whisper",
    "ctranslate2",
    "rapidocr",
    "onnxruntime",
}
READERS = {"pypdfium2", "pypdf", "PIL", "docx", "pptx", "openpyxl", "lxml", "selectolax", "striprtf"}

# fmt: off
FRONT_DOOR = {
    "create", "open", "probe", "seal", "unseal", "Capsule", "Moment", "Job", "FrameInfo", "SearchResult",
    "Hit", "Report", "Changes", "Revision", "EngineError", "FormatError", "NotACapsule", "DamagedFile",
    "ChecksumError", "UnsupportedVersion", "CapsuleExists", "CapsuleNotFound", "FrameNotFound",
    "ContentGone", "ReadOnly", "CapsuleFull", "ModelUnavailable", "LockedError", "WrongPassword",
    "NotAllowed", "QueryError", "Cancelled",
}
# fmt: on

WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""


def run_python(code: str, *, cwd: Path = REPOSITORY) -> str:
    """What a fresh interpreter prints; its error output is shown when it fails."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has after ``statement``."""
    listing = (
        "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    return set(json.loads(run_python(statement + listing)))


def test_importing_the_engine_loads_nothing_heavy() -> None:
    assert not loaded_by("import engine") & (QT | MODELS | READERS | {"tantivy"})


ALL_MODULES_OF = """
import importlib, pkgutil
for package in {packages!r}:
    package = importlib.import_module(package)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""


def test_extraction_and_jobs_are_light_to_import() -> None:
    """Every child process imports them; a reader comes with the first file of its kind."""
    loaded = loaded_by(ALL_MODULES_OF.format(packages=["engine.extract", "engine.jobs"]))
    assert not loaded & (QT | MODELS | READERS | {"tantivy"})


def test_no_module_of_the_engine_brings_qt_or_models() -> None:
    loaded = loaded_by(ALL_MODULES_OF.format(packages=["engine"]))
    assert "engine" in loaded
    assert not loaded & (QT | MODELS)


def test_the_command_line_starts_without_qt_and_models() -> None:
    assert not loaded_by("import engine.frontends.cli") & (QT | MODELS | READERS)


def test_the_window_starts_without_models_and_readers() -> None:
    assert not loaded_by("import memvid_studio.app") & (MODELS | READERS | {"tantivy", "blake3"})


def test_a_capsule_needs_no_qt_and_no_models(tmp_path: Path) -> None:
    """The lean install: with those packages not there at all, the main job still works."""
    code = WITHOUT.format(absent=sorted(QT | MODELS)) + (
        "import engine\n"
        "with engine.create('a.mv2') as capsule:\n"
        "    capsule.put('the heron stands in the shallow water', title='Heron')\n"
        "with engine.open('a.mv2', read_only=True) as capsule:\n"
        "    hits = capsule.now.search('heron').hits\n"
        "    print(len(capsule.now), hits[0].title)\n"
    )
    assert run_python(code, cwd=tmp_path).split() == ["1", "Heron"]


def test_the_front_door_is_complete() -> None:
    import engine

    names = engine.__all__
    assert len(names) == len(set(names))
    assert set(names) >= FRONT_DOOR, f"missing: {sorted(FRONT_DOOR - set(names))}"
    assert not [name for name in names if name.startswith("_")]
    assert set(names) <= set(dir(engine))
    for name in names:
        assert getattr(engine, name) is not None


def test_the_front_door_says_so_when_a_name_is_not_there() -> None:
    import engine

    name = "no_such_name"
    with pytest.raises(AttributeError, match=name):
        getattr(engine, name)


@pytest.mark.parametrize("package", ["engine", "memvid_studio"])
def test_no_file_outgrows_a_reader(package: str) -> None:
    """400 lines is the aim; beyond 700 a module does more than one thing."""
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in (REPOSITORY / package).rglob("*.py")}
    assert sizes
    assert not {str(path.relative_to(REPOSITORY)): size for path, size in sizes.items() if size > 700}


def test_locked_versions_fit_what_is_declared() -> None:
    """A changed pyproject.toml without new constraints would install something nobody tried."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    profiles = {
        "run": [*project["dependencies"], *extras["gui"], *extras["text"]],
        "test": [*project["dependencies"], *extras["gui"], *extras["text"], *extras["dev"]],
        "all": [wish for name, wishes in extras.items() if name not in {"all", "hnsw"} for wish in wishes],
    }
    for profile, wishes in profiles.items():
        text = (REPOSITORY / "constraints" / f"{profile}.txt").read_text("utf-8")
        locked: dict[str, list[str]] = {}
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE):
            locked.setdefault(canonicalize_name(name), []).append(version)
        assert text.count("--hash=sha256:") >= len(locked)
        assert "://" not in text
        for wish in map(Requirement, wishes):
            if wish.name != "torch":  # its build differs from place to place: scripts/setup.sh
                versions = locked[canonicalize_name(wish.name)]
                assert all(wish.specifier.contains(version) for version in versions), (
                    f"{profile}: {wish} {versions}"
                )
