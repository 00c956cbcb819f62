"""What `motcua voice` can be told. Knows its words and options; what they do is loaded when one is used."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path

ABOUT = "make, check and try the recordings that announce the calls"
LANGUAGES = ("vi", "en")


def add_to(word: argparse.ArgumentParser) -> None:
    """Give the subcommand `voice` its own subcommands."""
    words = word.add_subparsers(title="subcommands", metavar="WORD", required=True)

    def one(name: str, about: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = words.add_parser(name, help=about, description=f"{about}.")
        made.set_defaults(action=_action(name))
        return made

    _of_clips(one("list", "print the clips that a pack needs, and how each is read"), None)
    record = one("record", "record the missing clips with a microphone, one after the other")
    _of_pack(record)
    record.add_argument("--again", action="store_true", help="record all, also those that are there")
    record.add_argument("--microphone", default="default", metavar="NAME", help="as `arecord -L` calls it")
    bring = one("import", "take clips from a folder of WAV files, named like the clips or by their words")
    _of_pack(bring)
    bring.add_argument("recordings", type=Path, metavar="FOLDER", help="8 to 32 bit, any rate and channels")
    make = one("make", "make all clips with a synthesiser, for a trial")
    _of_pack(make)
    make.add_argument("--from", dest="source", choices=("espeak-ng",), default="espeak-ng")
    check = one("check", "say of every clip whether it is there and good; the status is 1 unless all are")
    _of_clips(check, "pack")
    _add_say(one("say", "say a call with the voice that would say it in the hall"))


def _of_clips(word: argparse.ArgumentParser, pack: str | None) -> None:
    if pack is not None:
        word.add_argument("pack", type=Path, metavar="PACK", help="the folder of a voice pack")
    word.add_argument("--lang", choices=LANGUAGES, help="one language (both)")


def _of_pack(word: argparse.ArgumentParser) -> None:
    word.add_argument("pack", type=Path, metavar="PACK", help="the folder of the voice pack, made if needed")
    word.add_argument("--lang", choices=LANGUAGES, default="vi", help="which language of it (vi)")
    word.add_argument("--dialect", choices=("north", "central", "south"), default="", help="of the speaker")
    word.add_argument("--licence", default="", metavar="TEXT", help="under which the recordings may be used")
    word.add_argument("--may-use", default="", metavar="TEXT", help="who may use them, in plain words")


def _add_say(word: argparse.ArgumentParser) -> None:
    word.add_argument("number", metavar="NUMBER", help="of a ticket, A105")
    word.add_argument("counter", metavar="COUNTER")
    word.add_argument(
        "--lang", choices=LANGUAGES, default="vi", help="of the ticket; en is said after vi (vi)"
    )
    word.add_argument("--recall", action="store_true", help="as it is said when it is called again")
    word.add_argument("--settings", type=Path, metavar="FILE.toml", help="a display's, for its voices")
    word.add_argument("--pack", type=Path, metavar="PACK", help="another voice pack than its")
    word.add_argument("--out", type=Path, metavar="FILE.wav", help="write a file, do not play")


def _action(name: str) -> Callable[[argparse.Namespace], int]:
    def act(chosen: argparse.Namespace) -> int:
        return int(importlib.import_module("display.voice_tool").run(name, chosen))

    return act
