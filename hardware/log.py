"""How a program's log reaches whoever runs it: a line a record, in UTC, nothing that a terminal obeys.

The last lines are kept in memory, too, for staff who look at a device from afar; what could be a ticket's
page or somebody's number is covered in them.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from datetime import UTC, datetime
from typing import Final, NamedTuple

LEVELS: Final = ("debug", "info", "warning", "error")


KEPT: Final = 200  # lines in memory, 60 kB at the most
LONGEST: Final = 300  # signs of each
# A phone page's token has 22 signs of base64url; identity cards and phones are figures. Ids of requests are
# longer, those of services have neither capitals nor figures: both name nobody.
COVERED: Final = re.compile(
    r"(?<![A-Za-z0-9_-])(?=[a-z-]*[A-Z0-9_])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])"
    r"|(?<![0-9a-fA-F])[0-9]{9,}(?![0-9a-fA-F])"
)


class OneLine(logging.Formatter):
    """A record is one line, in UTC, whatever it quotes: line breaks and control bytes are escaped."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"

    def format(self, record: logging.LogRecord) -> str:
        return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", _escaped, super().format(record))


def _escaped(found: re.Match[str]) -> str:
    return " | " if found[0] == "\n" else found[0].encode("unicode_escape").decode()


class Trouble(NamedTuple):
    """A line that tells of trouble, without its time and level."""

    at: datetime
    line: str


class Tail(logging.Handler):
    """Keeps the last lines. Any thread."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(OneLine())
        self._lines: deque[str] = deque(maxlen=KEPT)
        self.last_error: Trouble | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.append(covered(self.format(record))[:LONGEST])
            if record.levelno >= logging.WARNING:
                at = datetime.fromtimestamp(record.created, UTC)
                said = re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", record.getMessage())
                self.last_error = Trouble(at, covered(f"{record.name} {said}")[:LONGEST])
        except Exception:  # as logging asks of its handlers: a bad record ends no program
            self.handleError(record)

    def text(self) -> str:
        """The lines, the oldest first."""
        return "".join(f"{line}\n" for line in self._lines)


tail = Tail()


def covered(line: str) -> str:
    """The line without what could open a phone page or name somebody."""
    return COVERED.sub("***", line)


def set_up_log(level: str) -> None:
    """Log to standard error, and into `tail`. MOTCUA_LOG may be debug, info, warning or error."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(
        handlers=[handler, tail], level=(level if level in LEVELS else "info").upper(), force=True
    )
    if level not in LEVELS:
        logging.warning("log level=%s unknown, known=%s", ascii(level), ",".join(LEVELS))
