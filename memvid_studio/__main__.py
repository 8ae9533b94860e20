"""``memvid-studio [FILE…]``: opens the window.  ``--tour DIR`` drives it through the main job and takes pictures."""

from __future__ import annotations

import argparse
import sys
from multiprocessing import freeze_support
from pathlib import Path

from memvid_studio import __version__


def main(arguments: list[str] | None = None) -> int:
    """Reads the command line; returns the exit status."""
    freeze_support()
    parser = argparse.ArgumentParser(
        prog="memvid-studio", description="Open, fill, search, rewind and share memory capsules."
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="capsules to open (.mv2, .mv2e)")
    parser.add_argument("--demo", action="store_true", help="open a small example")
    parser.add_argument(
        "--tour",
        type=Path,
        metavar="DIR",
        help="drive the window through the main job, save a picture per step",
    )
    parser.add_argument("--scratch", action="store_true", help="throw-away settings")
    parser.add_argument(
        "--debug", action="store_true", help="say more on stderr, and what makes the window wait"
    )
    parser.add_argument("--version", action="version", version=f"Memvid Studio {__version__}")
    chosen = parser.parse_args(arguments)
    if chosen.tour is not None:
        from memvid_studio.tour.run import run_tour

        return run_tour(chosen.tour, debug=chosen.debug)
    from memvid_studio.app import Options, run

    files = tuple(path.absolute() for path in chosen.files)
    return run(Options(files, demo=chosen.demo, scratch=chosen.scratch, debug=chosen.debug))


if __name__ == "__main__":
    sys.exit(main())
