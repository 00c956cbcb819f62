"""How a program's log reaches whoever runs it: a line a record, in UTC, nothing that a terminal obeys."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Final

LEVELS: Final = ("debug", "info", "warning", "error")


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


def set_up_log(level: str) -> None:
    """Log to standard error. MOTCUA_LOG may be debug, info, warning or error."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(handlers=[handler], level=(level if level in LEVELS else "info").upper(), force=True)
    if level not in LEVELS:
        logging.warning("log level=%s unknown, known=%s", ascii(level), ",".join(LEVELS))
