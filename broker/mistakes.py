"""What is wrong with JSON that is not of a contract: its place and a stable code, of msgspec's sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What msgspec says of a mistake -> its code, and the field it speaks of where that is not in its path.
_SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"Object missing required field `(?P<field>[^`]*)`", "missing"),
        (r"Object contains unknown field `(?P<field>.*)`", "unknown"),
        (r"Expected `(?:str|array|object|bytes)` of length", "length"),
        (r"Expected `str` matching regex", "form"),
        (r"Expected `(?:int|float|decimal)` (?:>|<|that's)", "range"),
        (r"Integer (?:value )?out of range|Number out of range", "range"),
        (r"Invalid enum value|Invalid value", "choice"),
        (r"Invalid (?:RFC3339|date|time|duration|uuid|UUID|base64)|Expected `datetime` with", "form"),
        (r"Expected `", "type"),
    )
)
_PATH = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def mistake_of(said: str, *before: str) -> tuple[str, str]:
    """Where, as a pointer (RFC 6901), and what. before: steps to where msgspec has begun."""
    at = _PATH.search(said)
    steps = [*before, *(a or b for a, b in _STEP.findall(at["path"] if at else ""))]
    bare = said[: at.start()] if at else said
    for pattern, code in _SAID:
        found = pattern.match(bare)
        if found:
            field = found.groupdict().get("field")
            return pointer_of([*steps, field] if field is not None else steps), code
    return pointer_of(steps), "wrong"


def pointer_of(steps: Iterable[str]) -> str:
    """Names come from whoever asks: shown as ASCII, and not at any length."""
    said = (step.replace("~", "~0").replace("/", "~1") for step in steps)
    return "".join(f"/{ascii(step)[1:-1][:80]}" for step in said)
