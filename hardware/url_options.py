"""What a device's URL may say beside its driver's own part, read strictly and for all devices alike.

Knows how a URL and the options behind its question mark are written; keeps out which options there are, each
driver knows its own. Every mistake is a ValueError, one sentence with what would be right.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from urllib.parse import parse_qsl


def checked(url: str) -> str:
    """The URL as it is, without invisible letters and without a '#'."""
    if not url.isprintable():
        raise ValueError(f"it has a letter that nobody sees, say '{''.join(filter(str.isprintable, url))}'")
    if "#" in url:
        raise ValueError(f"nothing may stand after '#', say '{url.partition('#')[0]}', or %23 for a '#'")
    return url


def parted(url: str, drivers: Collection[str], examples: str) -> tuple[str, str]:
    """The driver's name and what stands behind its colon. `examples`: a URL for each of `drivers`."""
    name, _, rest = checked(url).partition(":")
    if name not in drivers:
        raise ValueError(f"no driver of ours has this name, known are {examples}{meant(name, drivers, ':')}")
    return name, rest


def read_options(query: str, known: Sequence[str]) -> dict[str, str]:
    """The options of a query, `name=value&name=value`, which may be empty; its values are not."""
    try:
        pairs = parse_qsl(query, strict_parsing=bool(query), keep_blank_values=True)
    except ValueError:
        pairs = [("", "")]
    if not all(part and part.isprintable() for pair in pairs for part in pair):
        raise ValueError(f"options are written name=value&name=value, not '{query}'")
    told: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            there = f" (there are {', '.join(known)})" if known else " (it takes no options)"
            hint = f" (did you mean '{known[0]}'?)" if len(known) == 1 else meant(name, known)
            raise ValueError(f"unknown option '{name}'{hint or there}")
        if name in told:
            raise ValueError(f"'{name}' is said twice, say only {name}={value}")
        told[name] = value
    return told


def choice(told: Mapping[str, str], name: str, values: Sequence[str], default: str | None = None) -> str:
    """What an option says, one of `values`; `default`, else the first of them, where it is not said."""
    value = told.get(name, default or values[0])
    if value not in values:
        allowed = f"{', '.join(values[:-1])} or {values[-1]}"
        raise ValueError(f"{name} is {allowed}, not '{value}'{meant(value, values)}")
    return value


def number(told: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    """What an option says, a number from `low` to `high`."""
    if name not in told:
        return default
    try:
        value = float(told[name])
    except ValueError:
        raise ValueError(f"{name} is a number, not '{told[name]}'") from None
    if not low <= value <= high:
        raise ValueError(f"{name} is {low:g} to {high:g}, not {told[name]}")
    return value


def meant(word: str, known: Iterable[str], tail: str = "") -> str:
    """What was probably meant, to end a sentence with; empty where nothing is like it."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean '{near[0]}{tail}'?)" if near else ""
