"""The units: read by systemd itself, which measures what a program that was taken over can reach."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from hardware.systemd import START_S
from tests.deploy.machine import DEPLOY, ROLES, TOUCHED, unit


def analysed(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", f"--root={root}", "--man=no", "--no-pager", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )


UNITS = [f"motcua-{role}.service" for role in ROLES] + ["var-lib-motcua.mount"]


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_to_complain_of(everything: Path, name: str) -> None:
    done = analysed(everything, "verify", name)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_reads_what_all_programs_have_in_common(everything: Path) -> None:
    """A mistake there would be found for each of them: proof that the test above looks."""
    common = everything / "etc" / "systemd" / "system" / "motcua-.service.d" / "every.conf"
    text = common.read_text()
    common.write_text(text.replace("NoNewPrivileges=", "NoNewPriviliges="))
    try:
        assert "Unknown key" in analysed(everything, "verify", "motcua-kiosk.service").stderr
    finally:
        common.write_text(text)


@pytest.mark.parametrize(
    ("role", "exposure"), [*((r, 2.5) for r in TOUCHED), ("server", 2.0), ("broker", 2.0)]
)
def test_a_program_that_was_taken_over_reaches_little(everything: Path, role: str, exposure: float) -> None:
    """systemd's own measure, 0 to 10; it calls 9.6 what a unit without any hardening has."""
    done = analysed(
        everything, "security", "--offline=yes", f"--threshold={exposure * 10:.0f}", f"motcua-{role}.service"
    )
    assert done.returncode == 0, done.stdout.splitlines()[-1]


@pytest.mark.parametrize("role", ROLES)
def test_every_program_is_started_again_for_ever_and_writes_in_two_places(
    everything: Path, role: str
) -> None:
    found = unit(everything, role)
    assert found["Restart"] == ["always"] and found["RestartSec"] == ["2"]
    assert found["StartLimitIntervalSec"] == ["0"]
    assert found["ProtectSystem"] == ["strict"] and "ReadWritePaths" not in found
    assert found["StateDirectory"] == ["motcua"] and found["RuntimeDirectory"] == ["%N"]
    assert found["WorkingDirectory"] == ["%t/%N"]
    assert found["User"] == ["motcua"] and found["CapabilityBoundingSet"] == [""]
    assert found["ExecStart"] == [f"/opt/motcua/current/bin/motcua {role} /etc/motcua/{role}.toml"]


@pytest.mark.parametrize("role", ROLES)
def test_a_hung_program_is_back_within_half_a_minute(everything: Path, role: str) -> None:
    """Watchdog and pause together; the broker becomes a program that does not speak to systemd."""
    found = unit(everything, role)
    if role == "broker":
        assert found["Type"] == ["exec"] and "WatchdogSec" not in found
        return
    assert found["Type"] == ["notify"] and found["NotifyAccess"] == ["main"]
    assert int(found["WatchdogSec"][0]) + int(found["RestartSec"][0]) < 30
    assert float(found["TimeoutStartSec"][0]) == START_S


@pytest.mark.parametrize("role", ROLES)
def test_asking_whether_the_clock_is_right_is_allowed(everything: Path, role: str) -> None:
    found = unit(everything, role)
    assert {"adjtimex", "clock_adjtime"} <= set(" ".join(found["SystemCallFilter"]).split())
    assert "ProtectClock" not in found


def test_the_watchdog_of_a_raspberry_pi_counts_to_fifteen() -> None:
    text = (DEPLOY / "etc" / "systemd" / "system.conf.d" / "motcua.conf").read_text()
    assert int(re.findall(r"^RuntimeWatchdogSec=(\d+)$", text, re.M)[0]) < 15


def test_the_groups_of_every_unit_exist(everything: Path) -> None:
    """Debian's own, and those that the installer makes where they are missing."""
    made = {line.partition(":")[0] for line in (everything / "etc" / "group").read_text().splitlines()}
    debian = {"lp", "video", "audio", "dialout"}  # base-passwd
    for role in TOUCHED:
        assert set(unit(everything, role)["SupplementaryGroups"][0].split()) <= made | debian
