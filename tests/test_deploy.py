"""The files that make a machine of a hall: installed for real into a folder, and read by systemd itself."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import motcua
from hardware.settings import typed
from hardware.systemd import START_S

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
INSTALL = DEPLOY / "install.sh"
ROLES = ("kiosk", "counter", "display", "server", "broker")
TOUCHED = ("kiosk", "counter", "display")  # by citizens
BOOT = {
    "cmdline.txt": "console=serial0,115200 root=PARTUUID=1 rootfstype=ext4 quiet rootwait\n",
    "config.txt": "arm_64bit=1\n",
}


def installed(root: Path, *arguments: str) -> str:
    """Run the installer into the folder `root`; what it said."""
    done = subprocess.run(
        [str(INSTALL), "--root", str(root), "--no-program", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(root: Path) -> dict[str, str]:
    """Path -> content, or where a link leads; what the system's own tools write is left out."""
    return {
        f"/{path.relative_to(root)}": str(path.readlink()) if path.is_symlink() else path.read_text()
        for path in sorted(root.rglob("*"))
        if (path.is_symlink() or path.is_file())
        and path.name not in ("group", "gshadow", "shadow", ".pwd.lock")
    }


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


# --- the installer ------------------------------------------------------------------------------------------


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


# --- the settings of a real machine -------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_the_settings_for_a_raspberry_pi_can_be_used(role: str) -> None:
    path = ROOT / "examples" / "pi" / f"{role}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert table.pop("program") == role
    module = importlib.import_module(motcua.PROGRAMS[role].module)
    settings = typed(table, module.Settings, path)
    assert str(settings.data).startswith("/var/lib/motcua/")


# --- the units ----------------------------------------------------------------------------------------------


def unit(root: Path, role: str) -> dict[str, list[str]]:
    """Key -> values of a unit together with what all programs have in common, in the order of systemd."""
    found: dict[str, list[str]] = {}
    folder = root / "etc" / "systemd" / "system"
    for path in (folder / f"motcua-{role}.service", folder / "motcua-.service.d" / "every.conf"):
        for line in path.read_text().splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                found.setdefault(key, []).append(value)
    return found


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


# --- the kernel's filter ------------------------------------------------------------------------------------


def allowed(root: Path, role: str) -> set[str]:
    """The system calls that a unit may make, its groups of calls written out."""
    found: set[str] = set()
    ahead = " ".join(unit(root, role)["SystemCallFilter"]).split()
    while ahead:
        name = ahead.pop()
        if name.startswith("@"):
            tell = ["systemd-analyze", "--no-pager", "syscall-filter", name]
            said = subprocess.run(tell, capture_output=True, text=True, check=True, timeout=60).stdout
            ahead += [line.strip() for line in said.splitlines()[1:] if "#" not in line]
        elif name:
            found.add(name)
    return found


class Manager:
    """The socket that systemd reads."""

    def __init__(self, path: Path) -> None:
        self._wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._wire.bind(str(path))

    def __enter__(self) -> Manager:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def hears(self, word: str, program: subprocess.Popen[bytes]) -> bool:
        """Wait until a message has `word`; False when the program ended without."""
        self._wire.settimeout(0.1)
        while True:
            ended = program.poll() is not None  # before the look: what it said last is still there
            try:
                if word in self._wire.recv(4096).decode().split("\n"):
                    return True
            except TimeoutError:
                if ended:
                    return False


def calls(trace: Path) -> set[str]:
    return set(re.findall(r"^\d+ +([a-z0-9_]+)\(", trace.read_text(), re.M))


def settings(folder: Path, role: str) -> Path:
    here = '[broker]\nsite = "hanam"\ndevice = "d-1"\naddress = "mqtt://127.0.0.1:9"\n'
    file = folder / f"{role}.toml"
    file.write_text(
        {
            "kiosk": f'data = "{folder}/k"\nscreen = "kms:?driver=dummy&rotate=90"\n{here}',
            "counter": f'data = "{folder}/c"\nscreen = "kms:?driver=dummy"\n{here}',
            "display": f'data = "{folder}/d"\nscreen = "kms:?driver=dummy"\nfarthest_seat_m = 4\n{here}',
            "server": f'data = "{folder}/s"\nhall = "{ROOT}/examples/hanam/hall.toml"\nhttp = "127.0.0.1:0"\n'
            '[broker]\naddress = "mqtt://127.0.0.1:9"\n',
        }[role]
    )
    return file


@pytest.mark.parametrize("role", ["kiosk", "counter", "display", "server"])
def test_a_program_makes_only_calls_that_its_unit_allows(everything: Path, tmp_path: Path, role: str) -> None:
    """From its start to its end in good order, as strace saw it. A call that was refused would be a device
    that does not open, on one machine in one hall."""
    trace = tmp_path / "trace"
    watched = ["strace", "-D", "-f", "-qq", "-e", "signal=none", "-o", str(trace)]
    with Manager(tmp_path / "notify") as manager:
        program = subprocess.Popen(
            [*watched, sys.executable, "-m", "motcua", role, str(settings(tmp_path, role))],
            cwd=ROOT,
            env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "MOTCUA_LOG": "warning"},
        )
        try:
            assert manager.hears("READY=1", program)
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(60)
        assert program.returncode == 0
        assert manager.hears("STOPPING=1", program)
    seen = calls(trace)
    assert {"execve", "sendto", "futex"} <= seen
    assert seen - allowed(everything, role) == set()


# --- devices ------------------------------------------------------------------------------------------------

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
