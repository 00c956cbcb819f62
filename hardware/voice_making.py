"""Putting clips into a voice pack, one at a time: after each of them the pack on disk is whole.

Knows how a clip reaches its folder; keeps out where recordings come from and which are wanted. The files may
be read by everybody: a voice is no secret, and a wall runs as another user than whoever records.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from hardware.settings import SettingsError
from hardware.sound import RATE, Samples, level, wav_file
from hardware.voice_manifest import FILE, Clip, Manifest, file_name, read_manifest, write_manifest


class PackInMaking:
    """The pack of one language in `folder`, made where there is none. Raises SettingsError, OSError.

    said: what the manifest shall say of the pack (licence, may_use, dialect); "" leaves it. synthetic: the
    program that makes the clips; a voice and a program are never mixed in one pack.
    """

    def __init__(self, folder: Path, language: Any, synthetic: str = "", **said: str) -> None:
        self.folder = folder / language
        self.folder.mkdir(parents=True, exist_ok=True)
        for made in (folder, self.folder):
            made.chmod(0o755)
        there = (self.folder / FILE).exists()
        manifest = read_manifest(self.folder) if there else Manifest(language=language)
        if manifest.language != language:
            raise SettingsError(self.folder / FILE, "language", f"is {manifest.language}, not {language}")
        if manifest.clips and bool(manifest.synthetic) != bool(synthetic):
            made = f"by {manifest.synthetic}" if manifest.synthetic else "by a person"
            raise SettingsError(
                self.folder / FILE, "synthetic", f"the clips here were made {made}; take another folder"
            )
        changes: dict[str, Any] = {key: value for key, value in said.items() if value}
        if synthetic:
            changes["synthetic"] = synthetic
        self._write(msgspec.structs.replace(manifest, **changes))

    def has(self, text: str) -> bool:
        clip = self.manifest.clips.get(text)
        return clip is not None and (self.folder / clip.file).exists()

    def add(self, text: str, samples: Samples[int]) -> Clip:
        """Keep a clip, in place of an older one."""
        clip = Clip(file_name(text), round(level(samples), 1), round(len(samples) / RATE, 3))
        draft = self.folder / f".{clip.file}.{os.getpid()}"
        draft.write_bytes(wav_file(samples))
        draft.chmod(0o644)
        draft.replace(self.folder / clip.file)
        self._write(msgspec.structs.replace(self.manifest, clips={**self.manifest.clips, text: clip}))
        return clip

    def _write(self, manifest: Manifest) -> None:
        self.manifest = manifest
        write_manifest(self.folder, manifest)
        (self.folder / FILE).chmod(0o644)
