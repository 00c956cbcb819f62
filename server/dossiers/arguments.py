"""What `motcua dossiers` can be told. Knows its options; what they do is loaded when one is used."""

from __future__ import annotations

import argparse
from pathlib import Path

ABOUT = "import the dossiers that walls and reports show, or say what is wrong"
WISHES = ("file", "check", "as_of", "begins", "fewer", "lang", "source")


def add_to(word: argparse.ArgumentParser) -> None:
    word.add_argument("settings", type=Path, metavar="SERVER.toml", help="the server's settings")
    word.add_argument("file", type=Path, metavar="FILE", help="the register as it was exported, CSV or XLSX")
    word.add_argument("--check", action="store_true", help="only say what would change or is refused")
    word.add_argument("--as-of", default="", metavar="DATE", help="when the register was like this (now)")
    word.add_argument(
        "--from", dest="begins", default="", metavar="DATE", help="where the page's form begins"
    )
    word.add_argument("--source", default="", metavar="ID", help="whose mapping the file follows (none)")
    word.add_argument("--fewer", action="store_true", help="more than half of what is known may go")
    word.add_argument("--lang", choices=("vi", "en"), default="en", help="of the report (en)")
