"""A document as a file and back: what the server exports, what it starts with, and what an administrator may
bring to another centre.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from hardware.settings import SettingsError, typed
from server.site_shape import File

NAME = Path("hall.toml")  # in what is said of a file that was sent
MOST_BYTES = 1024 * 1024


def exported(document: File, *remarks: str) -> str:
    """The text of a `hall.toml` that reads back to the same document. remarks: lines of comment before it."""
    table = _without_nothing(msgspec.to_builtins(document, builtin_types=(date,)))
    head = "".join(f"# {' '.join(remark.split())}\n" for remark in remarks)
    return f"{head}{tomli_w.dumps(table)}"


def imported(sent: bytes) -> File:
    """The document in a file that somebody sent. Raises SettingsError, which names key and reason."""
    if len(sent) > MOST_BYTES:
        raise SettingsError(NAME, "", f"is larger than {MOST_BYTES // 1024} KiB")
    try:
        table = tomllib.loads(sent.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SettingsError(NAME, "", "is not UTF-8 text") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(NAME, "", f"is not TOML: {error}") from None
    return typed(table, File, NAME)


def _without_nothing(value: Any) -> Any:
    """TOML has no word for nothing: what is left out is nothing."""
    if isinstance(value, dict):
        return {key: _without_nothing(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_without_nothing(inner) for inner in value]
    return value
