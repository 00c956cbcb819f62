"""Machines to install into: one with the boot files of a Raspberry Pi, and one with all roles."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.deploy.machine import BOOT, TOUCHED, installed


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A root with the boot files of a Raspberry Pi, and a program that systemd can find."""
    (tmp_path / "boot" / "firmware").mkdir(parents=True)
    for name, text in BOOT.items():
        (tmp_path / "boot" / "firmware" / name).write_text(text)
    program = tmp_path / "opt" / "motcua" / "current" / "bin" / "motcua"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return tmp_path


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine with all roles and the units of this Debian, so that systemd can read it as a whole."""
    root = tmp_path_factory.mktemp("machine")
    program = root / "opt" / "motcua" / "current" / "bin" / "motcua"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    shutil.copytree("/usr/lib/systemd/system", root / "usr" / "lib" / "systemd" / "system", symlinks=True)
    installed(root, "--appliance", "--data-partition", *TOUCHED)
    installed(root, "server", "broker")
    return root
