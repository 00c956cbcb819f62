"""A voice pack on disk: `voice.toml` and the recordings that it names, one folder for each language.

Knows the file and what it must say: whose voice it is, who may use it, and each recording with its measured
loudness and length. Keeps out playing and making recordings.
"""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from hardware.settings import SettingsError, load

FILE: Final = "voice.toml"
MARKS: Final = {  # what Telex types for a mark: "mười" is muwowif, "mươi" muwowi, so that no two names meet
    "\u0302": "^", "\u0306": "w", "\u031b": "w",
    "\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j",
}  # fmt: skip


class Clip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One recording: a file in the pack's folder, how loud its speech is and how long it lasts."""

    file: Annotated[str, Meta(pattern=r"^[^/\\\x00-\x1f.][^/\\\x00-\x1f]*$")]
    level_dbfs: float
    seconds: float


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `voice.toml` says. synthetic: the program that made the clips; "" when a person recorded them."""

    version: Literal[1] = 1
    language: Literal["vi", "en"]
    dialect: Literal["north", "central", "south", ""] = ""
    licence: str = ""
    may_use: str = ""  # in plain words: "every hall of the province"
    synthetic: str = ""
    clips: dict[str, Clip] = msgspec.field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest:
    """Raises SettingsError: one line with file, key and what was meant."""
    return load(folder / FILE, Manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace `voice.toml` in one step: a wall may read it at any time. Raises OSError."""
    lines = ["# A voice pack. `motcua voice` keeps the list of clips; the words above it are yours.", ""]
    for key in ("version", "language", "dialect", "licence", "may_use", "synthetic"):
        lines.append(f"{key} = {_toml(getattr(manifest, key))}")
    for text, clip in manifest.clips.items():
        lines += ["", f"[clips.{_toml(text)}]", f"file = {_toml(clip.file)}"]
        lines += [f"level_dbfs = {clip.level_dbfs:.1f}", f"seconds = {clip.seconds:.3f}"]
    draft = folder / f".{FILE}.{os.getpid()}"
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft.replace(folder / FILE)


def _toml(value: str | int) -> str:
    """A TOML value: its basic strings are JSON's, but for the sign DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def file_name(text: str) -> str:
    """The name of a clip's recording in plain letters, as Telex types the words: "ddeesn-quaafy-soos.wav".

    Different words have different names.
    """
    return "-".join(_telex(word) for word in text.lower().replace("-", " ").split()) + ".wav"


def _telex(word: str) -> str:
    typed, tones = "", ""
    for sign in unicodedata.normalize("NFD", word.replace("đ", "dd")):
        mark = MARKS.get(sign)
        if mark is None:
            typed += sign if sign.isascii() and sign.isalnum() else "_"
        elif mark == "^":
            typed += typed[-1:]
        elif mark == "w":
            typed += "w"
        else:
            tones += mark
    return typed + tones


__all__ = ["FILE", "Clip", "Manifest", "SettingsError", "file_name", "read_manifest", "write_manifest"]
