"""Makes what can be made of the demo material: the report, the letter, the pictures and the table.

    python resources/demo/make_demo.py

The notes, the web page and the message are written by hand and lie in ``files/`` beside what this writes.
``manifest.json`` says when each file *happened* (version control does not keep times of files), ``tags.json``
which tags it gets. Running this twice gives the same bytes with the same libraries.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from pictures import gauge_png, weir_jpeg  # noqa: E402 - lies beside this script
from report import level, report  # noqa: E402

FILES = HERE / "files"

HAPPENED = {
    "First visit.md": "2023-02-18T16:40:00+00:00",
    "Why we are doing this.md": "2023-04-05T09:15:00+00:00",
    "Landowners.md": "2023-05-30T18:05:00+00:00",
    "Fish counts 2023.txt": "2023-11-02T13:20:00+00:00",
    "Silt samples.md": "2024-01-19T10:30:00+00:00",
    "Idea, bypass channel.md": "2024-03-27T12:45:00+00:00",
    "Meeting with the mill.md": "2024-06-14T20:10:00+00:00",
    "Weir removal options.pdf": "2024-09-18T09:15:00+00:00",
    "Decision log.md": "2024-10-14T19:30:00+00:00",
    "Permit questions.txt": "2025-03-17T11:00:00+00:00",
    "gauge-upper-2025.csv": "2025-04-01T06:00:00+00:00",
    "Gauge winter.md": "2025-04-06T15:50:00+00:00",
    "Gauge winter 2025.png": "2025-04-06T15:55:00+00:00",
    "Upper weir from the left bank.jpg": "2025-06-27T12:03:11+00:00",
    "Site walk before the work.md": "2025-09-11T14:25:00+00:00",
    "Re Permit for the upper weir.eml": "2025-11-24T16:42:00+00:00",
    "How a weir comes down.html": "2025-12-03T08:00:00+00:00",
    "Budget.md": "2026-01-15T17:35:00+00:00",
    "Agreement with the mill.docx": "2026-02-09T10:05:00+00:00",
    "What the children drew.txt": "2026-03-20T16:00:00+00:00",
}

TAGS = {
    "upper weir": (
        "First visit.md",
        "Weir removal options.pdf",
        "Decision log.md",
        "Upper weir from the left bank.jpg",
        "Re Permit for the upper weir.eml",
        "How a weir comes down.html",
    ),
    "permits": ("Permit questions.txt", "Re Permit for the upper weir.eml", "Decision log.md"),
    "fish pass": ("Idea, bypass channel.md", "Permit questions.txt", "Weir removal options.pdf"),
    "landowners": ("Landowners.md", "Meeting with the mill.md", "Agreement with the mill.docx"),
    "surveys": (
        "Fish counts 2023.txt",
        "Silt samples.md",
        "Gauge winter.md",
        "Gauge winter 2025.png",
        "gauge-upper-2025.csv",
    ),
}

AGREEMENT = """\
Between the Aldermoor River Trust and the Hallam family, about the work at the upper weir.
# 1  The wall comes first
The trust builds a sheet wall of eleven metres at the north wall of the mill and measures the ground \
water there for one winter. Nothing is taken off the weir before that winter is over.
# 2  Water in the ground
The ground water at the oak piles must not stay more than twenty centimetres below its mean for longer \
than a week. If it does, the trust pumps until the cause is found, at its own cost.
# 3  View and sound
The trust plants no trees between the house and the river. Boulders from the apron are laid at the road \
bridge, where the falling water can be heard from the kitchen.
# 4  What is paid
"""
PAYMENTS = (
    ("What", "Who pays", "Until"),
    ("Sheet wall and gauge", "Trust, county grant", "30 May 2025"),
    ("Photographs of all cracks before the work", "Trust", "1 July 2026"),
    ("New gate and fence at the pond", "Half each", "Autumn 2027"),
)


def agreement() -> bytes:
    """The Word file: headings, paragraphs, a table."""
    import docx

    document = docx.Document()
    document.core_properties.title = "Agreement with the mill"
    document.core_properties.author = "Aldermoor River Trust"
    document.core_properties.comments = ""
    moment = datetime(2026, 2, 9, 10, 5, tzinfo=UTC)
    document.core_properties.created = document.core_properties.modified = moment
    document.add_heading("Agreement with the mill", 0)
    for text in AGREEMENT.splitlines():
        if text.startswith("# "):
            document.add_heading(text[2:], 2)
        else:
            document.add_paragraph(text)
    table = document.add_table(rows=0, cols=3)
    table.style = "Light Grid Accent 1"
    for row in PAYMENTS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph("Signed at the kitchen table, 9 February 2026.")
    out = io.BytesIO()
    document.save(out)
    return _without_clock(out.getvalue())


def _without_clock(archive: bytes) -> bytes:
    """The same ZIP file with one fixed time on all its entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            fixed = zipfile.ZipInfo(entry.filename, (2026, 2, 9, 10, 5, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, old.read(entry))
    return out.getvalue()


def gauge_csv() -> bytes:
    """Daily readings of one winter, above and below the weir, every second day at noon too."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("time", "upstream_m", "downstream_m", "water_c", "event"))
    first = date(2024, 10, 1)
    for day in range(182):
        today = first + timedelta(days=day)
        warmth = 11.5 - 0.055 * day + 0.00026 * day * day
        for hour in (6, 12) if day % 2 else (6,):
            above, below = level(day, below=False), level(day, below=True)
            event = _event(day, hour, above)
            writer.writerow(
                (
                    f"{today.isoformat()}T{hour:02d}:00",
                    f"{above:.2f}",
                    f"{below:.2f}",
                    f"{warmth + hour / 12:.1f}",
                    event,
                )
            )
    return out.getvalue().encode()


def _event(day: int, hour: int, above: float) -> str:
    if day == 73 and hour == 6:
        return "gate open"
    if day == 40 and hour == 6:
        return "removal test of one stone"
    return "weir overtopped" if above > 41.6 else ""


def main() -> None:
    """Write the files that are made, the manifest and the tags."""
    FILES.mkdir(exist_ok=True)
    made = {
        "Weir removal options.pdf": report(),
        "Agreement with the mill.docx": agreement(),
        "Upper weir from the left bank.jpg": weir_jpeg(),
        "Gauge winter 2025.png": gauge_png(),
        "gauge-upper-2025.csv": gauge_csv(),
    }
    for name, content in made.items():
        (FILES / name).write_bytes(content)
    missing = {path.name for path in FILES.iterdir()} ^ set(HAPPENED)
    if missing:
        raise SystemExit(f"files and manifest differ: {sorted(missing)}")
    tags = {name: [tag for tag, names in TAGS.items() if name in names] for name in HAPPENED}
    (HERE / "manifest.json").write_text(json.dumps(HAPPENED, indent=2) + "\n", encoding="utf-8")
    (HERE / "tags.json").write_text(json.dumps(tags, indent=2) + "\n", encoding="utf-8")
    total = sum(path.stat().st_size for path in FILES.iterdir())
    print(f"{len(HAPPENED)} files, {total:,} bytes")


if __name__ == "__main__":
    main()
