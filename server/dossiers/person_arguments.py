"""What `motcua person` can be told. Knows its options; what they do is loaded when one is used."""

from __future__ import annotations

import argparse
from pathlib import Path

ABOUT = "tell, export or delete what is held about one person"
WISHES = ("by", "export", "forget", "sure", "lang")


def add_to(word: argparse.ArgumentParser) -> None:
    word.add_argument("settings", type=Path, metavar="SERVER.toml", help="the server's settings")
    word.add_argument(
        "--by", choices=("number", "phone", "code"), required=True, help="what is asked for at the terminal"
    )
    word.add_argument("--export", type=Path, metavar="FILE", help="write all of it, .json or .pdf")
    word.add_argument(
        "--forget", choices=("asked", "mistake", "ordered"), help="delete whoever is found, for this reason"
    )
    word.add_argument("--yes", dest="sure", action="store_true", help="without being asked again")
    word.add_argument(
        "--lang",
        choices=("vi", "en"),
        default="en",
        help="of a PDF, and of what stays (en)",
    )
