"""The installer: run for real into a folder, twice, in dry runs, with wishes that cannot be."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tomllib
from pathlib import Path

import pytest

from broker.seal import Sealer
from tests.deploy.machine import DEPLOY, INSTALL, ROOT, files, installed
from tests.deploy.starting import Manager, settings


def test_a_kiosk_is_installed_whole_and_a_second_run_changes_nothing(machine: Path) -> None:
    wish = ("--appliance", "--refuse-keyboards", "--data-partition", "kiosk")
    installed(machine, *wish)
    first = files(machine)
    for path in (
        "/etc/motcua/kiosk.toml",
        "/etc/systemd/system/multi-user.target.wants/motcua-kiosk.service",
        "/etc/systemd/system/local-fs.target.wants/var-lib-motcua.mount",
        "/etc/systemd/system/systemd-time-wait-sync.service.d/motcua.conf",
        "/etc/systemd/journald.conf.d/motcua.conf",
        "/etc/udev/rules.d/70-motcua.rules",
        "/etc/udev/rules.d/71-motcua-keyboards.rules",
        "/usr/local/sbin/motcua-check",
    ):
        assert path in first
    for masked in ("ctrl-alt-del.target", "getty@tty1.service"):
        assert first[f"/etc/systemd/system/{masked}"] == "/dev/null"
    assert "motcua-server.service" not in "".join(first)
    assert re.search(r"^motcua:.*:/var/lib/motcua:/usr/sbin/nologin$", first["/etc/passwd"], re.M)
    said = installed(machine, *wish)
    assert files(machine) == first
    assert "/etc/" not in said


def test_boot_files_keep_their_words_and_get_ours_once(machine: Path) -> None:
    for _ in range(2):
        installed(machine, "--appliance", "kiosk")
    boot = machine / "boot" / "firmware"
    line = (boot / "cmdline.txt").read_text()
    assert line.count("\n") == 1 and line.startswith("console=serial0,115200 root=PARTUUID=1 ")
    words = line.split()
    assert len(words) == len(set(words))
    assert set((DEPLOY / "pi" / "cmdline.txt").read_text().split()) <= set(words)
    config = (boot / "config.txt").read_text().splitlines()
    assert config[0] == "arm_64bit=1" and config.count("dtoverlay=vc4-kms-v3d") == 1


def test_without_boot_files_it_is_a_pc_and_none_are_made(tmp_path: Path) -> None:
    installed(tmp_path, "--appliance", "counter")
    assert not (tmp_path / "boot").exists()


def test_settings_that_somebody_wrote_stay(machine: Path) -> None:
    installed(machine, "kiosk")
    file = machine / "etc" / "motcua" / "kiosk.toml"
    assert file.stat().st_mode & 0o777 == 0o640
    file.write_text("mine\n")
    assert "motcua/kiosk.toml" not in installed(machine, "kiosk")
    assert file.read_text() == "mine\n"


def test_the_servers_key_gets_into_each_devices_settings_once_and_another_one_replaces_it(
    machine: Path,
) -> None:
    file = machine / "etc" / "motcua" / "display.toml"
    for key in (Sealer(bytes(32)).public_key, Sealer(bytes(range(32))).public_key):
        said = installed(machine, "--server-key", key, "display", "counter")
        assert said.count(": server_key") == 2
        assert "server_key" not in installed(machine, "--server-key", key, "display", "counter")
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        assert found["broker"]["server_key"] == key and file.read_text("utf-8").count("server_key") == 1
        assert file.stat().st_mode & 0o777 == 0o640


def test_a_machine_that_nobody_touches_keeps_its_prompts_and_its_logs(machine: Path) -> None:
    installed(machine, "server", "broker")
    found = files(machine)
    assert not [path for path in found if "journald" in path or "logind" in path or "udev" in path]
    assert "/etc/motcua/hall.toml" in found


def test_a_dry_run_says_all_and_does_nothing(machine: Path) -> None:
    before = files(machine)
    said = installed(machine, "--dry-run", "--appliance", "kiosk")
    assert files(machine) == before
    assert "would run: systemctl" in said and "motcua-kiosk.service" in said and "cmdline.txt" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["kisok"], "there is no role 'kisok': say kiosk"),
        ([], "which role?"),
        (["--appliance", "server"], "is for kiosk, counter and display"),
        (["--quick", "kiosk"], "there is no option --quick"),
        (["--root", "/no/such/folder", "kiosk"], "there is no folder /no/such/folder"),
        (["kiosk", "--wheels"], "--wheels needs a folder"),
        (["--server-key", "A" * 42, "kiosk"], "a server's key has 43 signs"),
        (["--server-key", "A" * 43, "server"], "is for kiosk, counter and display"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(arguments: list[str], words: str) -> None:
    done = subprocess.run([str(INSTALL), *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert words in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("script", ["install.sh", "motcua-check"])
def test_shellcheck_finds_nothing(script: str) -> None:
    done = subprocess.run(["shellcheck", str(DEPLOY / script)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_locked_packages_less_those_of_debian_are_whole(tmp_path: Path) -> None:
    """What pip gets on a Raspberry Pi: a package that is left out goes with all of its hashes."""
    lock = (ROOT / "requirements.txt").read_text()
    function = re.search(r"^locked\(\) \{.*?^\}", INSTALL.read_text(), re.M | re.S)
    assert function is not None
    names = re.findall(r"^([a-z0-9-]+)==", lock, re.M)
    script = f"SOURCE={ROOT}\n{function[0]}\nlocked ' {names[3]} {names[-1]} '"
    left = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^([a-z0-9-]+)==", left, re.M) == [n for n in names if n not in (names[3], names[-1])]
    for block in re.split(r"^(?=[a-z0-9])", left, flags=re.M)[1:]:
        assert "--hash=sha256:" in block
    everything = subprocess.run(
        ["sh", "-c", f"{script[: script.rindex('locked')]}locked ' '"], capture_output=True
    )
    assert everything.stdout.decode() == lock


SOURCE = (
    *("pyproject.toml", "requirements.txt", "README.md", "LICENSE", "motcua.py"),
    *("broker", "display", "hardware", "kiosk", "server", "examples", "deploy"),
)


def test_an_installed_release_is_whole_and_the_one_before_stays(machine: Path, tmp_path: Path) -> None:
    """With its packages, from the registry that pip asks: a server of it starts, which finds its migrations,
    pages and texts; a second run finds it installed."""
    source = tmp_path / "source"
    source.mkdir()
    for part in SOURCE:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, source)
    shutil.rmtree(machine / "opt")
    wish = [str(source / "deploy" / "install.sh"), "--root", str(machine), "server"]

    def install() -> str:
        return subprocess.run(wish, capture_output=True, text=True, timeout=500, check=True).stdout

    install()
    current = machine / "opt" / "motcua" / "current"
    release = current.readlink()
    assert re.fullmatch(r"\d+\.\d+\.\d+-[0-9a-f]{8}", str(release))
    assert started(current / "bin" / "motcua", "server", machine)
    assert f"release {release} is there" in install()
    older = current.with_name("0.0.9-00000000")
    older.mkdir()
    current.with_name("0.0.8-00000000").mkdir()
    current.unlink()
    current.symlink_to(older.name)
    install()
    assert (current.readlink(), current.with_name("before").readlink()) == (release, Path(older.name))
    assert {path.name for path in current.parent.iterdir()} == {"current", "before", older.name, str(release)}


def started(program: Path, role: str, folder: Path) -> bool:
    """Whether it says that it is ready, and ends in good order."""
    notify = folder / "notify"
    with Manager(notify) as manager:
        running = subprocess.Popen(
            [str(program), role, str(settings(folder, role))],
            cwd=folder,
            env={**os.environ, "NOTIFY_SOCKET": str(notify), "MOTCUA_LOG": "warning"},
        )
        try:
            ready = manager.hears("READY=1", running)
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(60)
    return ready and running.returncode == 0
