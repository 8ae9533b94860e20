"""The real window in a process of its own, a 1 ms timer in its thread, and 300 mixed files on their way in.

``python -m tests.support.window_gaps FOLDER`` prints one JSON object: gaps between two turns of the timer in
milliseconds, start-up time, and what was taken in.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo" / "files"
FILES = 300
LIMIT_SECONDS = 90
SETTLE_SECONDS = 1.0


def mixed_files(folder: Path, count: int = FILES) -> None:
    """``count`` files of all kinds, no two with the same bytes."""
    originals = sorted(DEMO.iterdir())
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        original = originals[number % len(originals)]
        data = original.read_bytes()
        is_text = original.suffix in {".md", ".txt", ".csv", ".html", ".eml"}
        data += f"\nnumber {number}\n".encode() if is_text else number.to_bytes(4, "little")
        (folder / f"{number:03d} {original.name}").write_bytes(data)


def run(folder: Path) -> dict[str, object]:
    """Open the window on a new capsule in ``folder``, take the files in, report."""
    began = time.perf_counter()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    import engine
    from memvid_studio.app import Options, Studio, make_application

    app = make_application(["memvid-studio"])
    capsule = folder / "gaps.mv2"
    with engine.create(capsule) as made:
        made.put("A first note about the weir.", title="First")
    studio = Studio(app, Options((capsule,), scratch=True))
    studio.start()
    loop = QEventLoop()
    session = studio.desk.session

    def until(done: object, seconds: float) -> None:
        deadline = time.perf_counter() + seconds
        poll = QTimer()
        poll.setInterval(5)
        poll.timeout.connect(lambda: loop.quit() if done() or time.perf_counter() > deadline else None)  # type: ignore[operator]
        poll.start()
        loop.exec()
        poll.stop()

    until(lambda: session.current is not None and studio.window.results_model.rowCount() > 0, 20)
    ready = time.perf_counter() - began

    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append((now - last) * 1000)
        last = now

    ended: list[object] = []
    studio.desk.ingest.ended.connect(ended.append)
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(1)
    timer.timeout.connect(tick)
    source = folder / "mixed"
    until(lambda: False, 0.5)
    last = time.perf_counter()
    timer.start()
    started = time.perf_counter()
    studio.desk.ingest.add([source])
    until(lambda: bool(ended), LIMIT_SECONDS)
    took = time.perf_counter() - started
    until(lambda: False, SETTLE_SECONDS)
    timer.stop()
    current = session.current
    documents = len(current.capsule.now) if current is not None else 0
    studio.close()
    gaps.sort()
    return {
        "ready_s": ready,
        "took_s": took,
        "documents": documents,
        "turns": len(gaps),
        "max_ms": gaps[-1],
        "p999_ms": gaps[int(len(gaps) * 0.999)],
        "p99_ms": gaps[int(len(gaps) * 0.99)],
        "over_16_ms": sum(gap > 16 for gap in gaps),
        "over_50_ms": sum(gap > 50 for gap in gaps),
    }


if __name__ == "__main__":
    place = Path(sys.argv[1])
    mixed_files(place / "mixed")
    print(json.dumps(run(place)))
