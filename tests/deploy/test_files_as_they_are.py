"""Files that go to a machine as they are: the settings of a real one, and udev's rules for its devices."""

from __future__ import annotations

import importlib
import re
import tomllib

import pytest

import motcua
from hardware.settings import typed
from tests.deploy.machine import DEPLOY, ROLES, ROOT

# --- the settings of a real machine -----------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_the_settings_for_a_raspberry_pi_can_be_used(role: str) -> None:
    path = ROOT / "examples" / "pi" / f"{role}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert table.pop("program") == role
    module = importlib.import_module(motcua.PROGRAMS[role].module)
    settings = typed(table, module.Settings, path)
    assert str(settings.data).startswith("/var/lib/motcua/")


# --- devices ----------------------------------------------------------------------------------------------

UDEV_PART = re.compile(
    r'(ACTION|SUBSYSTEM|KERNEL|GOTO|LABEL|GROUP|MODE|SYMLINK|TAG|ENV\{\w+\}|ATTRS?\{\w+\})(==|!=|=|\+=)"[^"]*"'
)


@pytest.mark.parametrize("file", ["etc/udev/rules.d/70-motcua.rules", "udev/71-motcua-keyboards.rules"])
def test_udev_rules_are_written_as_udev_reads_them(file: str) -> None:
    lines = (DEPLOY / file).read_text().splitlines()
    rules = [line.removeprefix("# ") for line in lines if line and (line[0] != "#" or '=="' in line)]
    assert len(rules) >= 5
    for rule in rules:
        assert all(UDEV_PART.fullmatch(part) for part in rule.split(", ")), rule
    jumps = set(re.findall(r'GOTO="(\w+)"', "\n".join(rules)))
    assert jumps == set(re.findall(r'LABEL="(\w+)"', "\n".join(rules)))
