"""A machine of a hall in a folder: what the installer put there, and what its units say."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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
