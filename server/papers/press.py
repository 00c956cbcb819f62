"""A long paper is made by a process of its own, a nice one within bounds: the hall's writer needs the time.

What goes in and out goes through pipes: no person's data is on disk. Letters are made in the server itself.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from server.papers.blanks import Filled
from server.papers.filling import Unfilled
from server.papers.making import Format, printed
from server.papers.setting import TooLong

CHILD_S: Final = 120.0
MOST_BYTES: Final = 1024 * 1024 * 1024  # of address space
LONG: Final = 3  # the child's status when a paper has too many pages
UNFILLED: Final = 4  # when its template asks for what is not given
NICE: Final = 10
FIRST_TO_GO: Final = "1000"  # when memory ends, the kernel ends this and not the hall (proc(5))


class _Order(msgspec.Struct):
    template: bytes
    told: Filled
    format: Format
    title: str
    lang: str


def pressed(template: bytes, told: Filled, format: Format, title: str, lang: str) -> bytes:
    """As `making.printed`, elsewhere. Raises TooLong, Unfilled; CalledProcessError for a mistake of ours."""
    done = subprocess.run(
        [sys.executable, "-m", "server.papers.press"],
        input=msgspec.msgpack.encode(_Order(template, told, format, title, lang)),
        stdout=subprocess.PIPE,
        timeout=CHILD_S,
        check=False,
    )
    if done.returncode == LONG:
        raise TooLong
    if done.returncode == UNFILLED:
        raise Unfilled
    done.check_returncode()
    return done.stdout


def main() -> int:
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Order)
    try:
        paper = printed(order.template, order.told, order.format, order.title, order.lang)
    except TooLong:
        return LONG
    except Unfilled:
        return UNFILLED
    sys.stdout.buffer.write(paper)
    return 0


if __name__ == "__main__":
    sys.exit(main())
