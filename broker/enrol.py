"""`motcua enrol SERVER CODE`: fetch what this device needs to talk to its server, and write it to its files.

Run once on the device, by whoever installs it, with a code from the page of devices. A settings file that is
there already keeps all that it says of hardware: only its table [broker] is another one afterwards.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import re
import secrets
import sys
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from broker.invitation import Code, Grant, Sealed, Unreadable, ask, opened, typed
from broker.seal import key_bytes
from broker.wire import parse_address

PATIENCE_S: Final = 20.0
LARGEST: Final = 16_384  # bytes of an honest answer
OWNER: Final = "motcua"  # who runs the programs of an installed device
ROLES: Final = ("kiosk", "counter", "display")
STATE: Final = Path("/var/lib/motcua")
BAD = 2


class Refused(Exception):
    """Nothing was written; one sentence that says what to do."""


def run(server: str, code: str, folder: Path) -> int:
    """Enrol this device; 0, or 2 after a line on stderr that says why not."""
    try:
        told = typed(code)
        if not os.access(folder, os.W_OK):  # before the code is used up
            raise Refused(f"{folder} is not there or not ours to write: run it with sudo, or name a --folder")
        grant = fetch(server, told)
        written = write(folder, grant)
    except (Refused, Unreadable) as error:
        print(f"motcua enrol: {error}", file=sys.stderr)
        return BAD
    print(f"{grant.device} ({grant.name.vi}) of {grant.site}: a {grant.role}; written {written}")
    print(f"restart it: systemctl restart motcua-{grant.role}")
    return 0


def fetch(server: str, code: Code) -> Grant:
    """What the server grants for this code. Raises Refused, Unreadable."""
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"'{server}' is no address of a server: write http://HOST:8080")
    request = urllib.request.Request(
        f"{server.rstrip('/')}/enrol",
        msgspec.json.encode(ask(code)),
        {"Content-Type": "application/json", "Accept": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Straight())
    try:
        with opener.open(request, timeout=PATIENCE_S) as answer:
            grant = opened(code, msgspec.json.decode(answer.read(LARGEST), type=Sealed))
    except urllib.error.HTTPError as error:
        raise Refused(_why(error)) from None
    except (OSError, ValueError, msgspec.DecodeError) as error:
        raise Refused(f"{server} does not answer as a motcua server: {error}") from None
    return _checked(grant, parts.hostname)


class _Straight(urllib.request.HTTPRedirectHandler):
    """A server that sends us elsewhere is not the one that was named."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _why(error: urllib.error.HTTPError) -> str:
    match error.code:
        case 403:
            return "the code is wrong, used, too old, or of another network: make a new one"
        case 429:
            return "too many wrong codes from here: wait ten minutes, then use a new one"
    return f"the server answered {error.code}: is it the right address?"


def _checked(grant: Grant, host: str) -> Grant:
    """The grant with the broker's address as seen from here. Raises Refused for one that is no use."""
    address = grant.address.replace("mqtt://:", f"mqtt://{f'[{host}]' if ':' in host else host}:", 1)
    try:
        parse_address(address)
        key_bytes(grant.server_key)
    except ValueError as error:
        raise Refused(f"the server's answer cannot be used: {error}") from None
    if grant.role not in ROLES or not re.fullmatch(r"[a-z0-9_-]{1,65}", grant.user):
        raise Refused("the server's answer is of another release: bring both to the same one")
    return msgspec.structs.replace(grant, address=address)


# --- the files ----------------------------------------------------------------------------------------------


def write(folder: Path, grant: Grant) -> str:
    """Write password and settings, for their owner alone; the names of the files. Raises Refused."""
    settings, password = folder / f"{grant.role}.toml", folder / "credentials" / grant.user
    try:
        before = settings.read_text(encoding="utf-8") if settings.exists() else template(grant)
        text = with_broker(before, broker_table(grant, password))
        password.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (owner := _owner()) is not None:
            os.chown(password.parent, *owner)
        _replace(password, f"{grant.password}\n")
        _replace(settings, text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{settings} could not be written: {error}") from None
    return f"{settings}, {password}"


def broker_table(grant: Grant, password: Path) -> dict[str, str]:
    return {
        "site": grant.site,
        "device": grant.device,
        "address": grant.address,
        "user": grant.user,
        "password_file": str(password.resolve()),
        "server_key": grant.server_key,
    }


def template(grant: Grant) -> str:
    """Settings of a device that has none yet: whatever it can find out of its hardware by itself."""
    own = {
        "kiosk": 'screen = "kms:"\nprinter = "file:///dev/usb/lp0"\n',
        "display": 'screen = "kms:"\nspeaker = "alsa:"\n',
    }
    return (
        f"# Written by motcua enrol. What its hardware is: see examples/pi/{grant.role}.toml\n\n"
        f'program = "{grant.role}"\n'
        f"data = {json.dumps(str(STATE / grant.role))}\n" + own.get(grant.role, 'screen = "kms:"\n')
    )


def with_broker(text: str, table: dict[str, str]) -> str:
    """The settings with this table [broker] instead of the one before. Raises Refused where what comes out
    would not be the same file with another table, and TOMLDecodeError for what is no TOML."""
    before = tomllib.loads(text)
    lines, inside = [], False
    for line in text.splitlines():
        if re.match(r"\s*\[", line):
            inside = re.match(r"\s*\[\s*broker\s*\]", line) is not None
        if not inside:
            lines.append(line)
    rows = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    after = "\n".join(["\n".join(lines).rstrip(), "", "[broker]", *rows, ""])
    with contextlib.suppress(tomllib.TOMLDecodeError):
        if tomllib.loads(after) == {**before, "broker": table}:
            return after
    raise Refused("the settings' table of the broker is not written as [broker]: write it so first")


def _replace(path: Path, text: str) -> None:
    """In one step, 0600; for the programs' own user where root writes it for them."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if (owner := _owner()) is not None:
                os.fchown(file.fileno(), *owner)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _owner() -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(OWNER)
    except KeyError:
        return None
    return found.pw_uid, found.pw_gid
