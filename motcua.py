"""The one command of a hall: `motcua SUBCOMMAND`, each of them one program on one machine.

Knows which program each word starts and how a settings file and a refusal reach the person who runs it. A
program is imported only when it is the one that runs, so that a kiosk never loads the server.
"""

from __future__ import annotations

import argparse
import ctypes
import difflib
import importlib
import importlib.util
import os
import signal
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from hardware.log import set_up_log
from hardware.release import release

OK: Final = 0
FAILED: Final = 1
MISUSED: Final = 2  # settings or arguments that cannot be used
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells count

PR_SET_PDEATHSIG: Final = 1  # prctl(2)


@dataclass(frozen=True)
class Program:
    """A program with a settings file. `run(settings)` works until it is told to stop; the exit status."""

    about: str  # what it does in the hall
    module: str
    settings: str = "Settings"
    listed: bool = True
    unused: tuple[str, ...] = ()  # what its libraries would load if it was there, and it never uses


# pygame loads its sound where it finds it, SDL_mixer and the synthesizers behind it, 3 MB; evdev has asyncio
# beside its plain reading, 2 MB; hashlib takes OpenSSL's digests before Python's own, and paho its TLS, which
# nobody here speaks, 5 MB (`broker.link` stands in for the two names that it needs); the rest, which other
# programs need or the library would rather have, is 1 MB together.
UNUSED: Final = (
    *("pygame.mixer", "pygame.mixer_music", "evdev.eventio_async", "_hashlib", "ssl"),
    *("typing_extensions", "importlib_resources", "socks", "lzma", "bz2"),
)

PROGRAMS: Final[Mapping[str, Program]] = {
    "broker": Program("carry the messages between all programs of the hall (MQTT)", "broker.program"),
    "server": Program(
        "decide whose turn it is, keep the day's log, serve the staff's pages", "server.program"
    ),
    "kiosk": Program("let citizens choose a service and print their numbers", "kiosk.program", unused=UNUSED),
    "display": Program("show and announce the called numbers on a wall", "display.program", unused=UNUSED),
    "counter": Program(
        "call with the keys of one counter and ask its citizens for a rating",
        "kiosk.counter.program",
        unused=UNUSED,
    ),
    "crowd": Program("play a day of citizens and officers in a demo", "server.demo.crowd", listed=False),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; the exit status."""
    os.umask(0o077)  # logs and outboxes name tickets and their pages: for their owner alone
    set_up_log(os.environ.get("MOTCUA_LOG", "info"))
    stay_with_parent(os.environ.pop("MOTCUA_PARENT", None))
    chosen = parser().parse_args(arguments)
    if arguments is None:  # the process is this program's alone
        leave_out(getattr(chosen, "program", None))
    action: Callable[[argparse.Namespace], int] = chosen.action
    try:
        return action(chosen)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `motcua verify DATA | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="motcua",
        description="Numbers, calls, walls and ratings for halls where citizens meet their administration.",
        epilog="Each program runs alone on its own machine with a settings file: see examples/.",
    )
    top.add_argument("--version", action="version", version=f"motcua {release()}")
    words = top.add_subparsers(title="subcommands", metavar="SUBCOMMAND", required=True)
    _add_demo(_word(words, "demo", "run a whole hall on this machine, all hardware simulated", run_demo))
    for name, program in PROGRAMS.items():
        word = _word(words, name, program.about, run_program, program.listed)
        word.add_argument("settings", type=Path, metavar="FILE.toml", help="the program's settings")
        word.add_argument(
            "--check", action="store_true", help="try what the program needs, say what answered, end"
        )
        word.set_defaults(program=name)
        if name == "display":
            word.add_argument(
                "--snapshot", type=Path, metavar="FILE.png", help="draw what it would show now, end"
            )
            word.add_argument("--wait", type=float, default=5, metavar="S", help="for the hall's word (5)")
        if name == "server":
            word.add_argument("--new-account", metavar="NAME", help="make a staff account and end")
            word.add_argument("--role", default="officer", help="of the new account (officer)")
            word.add_argument(
                "--public-key", action="store_true", help="print what devices check boards with, and end"
            )
    word = _word(
        words, "check", "try the broker and the hardware of one program and say what answered", check_file
    )
    word.add_argument(
        "settings", type=Path, metavar="FILE.toml", help="settings that say which program they are for"
    )
    register = importlib.import_module("server.dossiers.arguments")
    register.add_to(_word(words, "dossiers", register.ABOUT, dossiers))
    held = importlib.import_module("server.dossiers.person_arguments")
    held.add_to(_word(words, "person", held.ABOUT, person))
    about = "import the dossiers of the simulated hall into a server's memory"
    word = _word(words, "demo-dossiers", about, demo_dossiers, listed=False)
    word.add_argument("settings", type=Path, metavar="SERVER.toml", help="the server's settings")
    about = "give this device its password and the server's key, by a one-time code"
    word = _word(words, "enrol", about, enrol)
    word.add_argument("server", metavar="http://SERVER", help="the server's address, as the page says it")
    word.add_argument("code", metavar="CODE", help="from the page of devices, good for ten minutes")
    word.add_argument(
        "--folder",
        type=Path,
        default=Path("/etc/motcua"),
        metavar="FOLDER",
        help="of the settings (/etc/motcua)",
    )
    word = _word(words, "verify", "read a hall's log and name every promise that was broken", verify)
    word.add_argument("data", type=Path, metavar="DATA", help="the data folder of a server")
    word = _word(words, "audit", "check that nobody changed the list of what people did", audit)
    word.add_argument("data", type=Path, metavar="DATA", help="the data folder of a server")
    word.add_argument("--seal", metavar="SEAL", help="a last seal that was written down before")
    voice = importlib.import_module("display.voice_arguments")
    voice.add_to(_word(words, "voice", voice.ABOUT, lambda chosen: MISUSED))
    word = _word(words, "bench", "measure a hall: from a touch to a number, from a key to the wall", bench)
    word.add_argument("--count", type=int, default=400, metavar="N", help="how many of each (400)")
    return top


def _word(
    words: Any, name: str, about: str, action: Callable[[argparse.Namespace], int], listed: bool = True
) -> argparse.ArgumentParser:
    sentence = about[0].upper() + about[1:] + "."
    word: argparse.ArgumentParser = words.add_parser(
        name, description=sentence, formatter_class=_AboutFirst, **({"help": about} if listed else {})
    )
    word.set_defaults(action=action)
    return word


class _AboutFirst(argparse.RawDescriptionHelpFormatter):
    """Help whose first line says what the program does in the hall; usage comes after it."""

    def format_help(self) -> str:
        usage, _, rest = super().format_help().partition("\n\n")
        about, _, options = rest.partition("\n\n")
        return f"{about}\n\n{usage}\n\n{options}"


def _add_demo(word: argparse.ArgumentParser) -> None:
    word.add_argument("--http", metavar="HOST:PORT", help="where the pages are (MOTCUA_HTTP, 127.0.0.1:8080)")
    word.add_argument("--mqtt", metavar="HOST:PORT", help="where the broker is (MOTCUA_MQTT, 127.0.0.1:1883)")
    word.add_argument(
        "--data", type=Path, metavar="FOLDER", help="what the hall remembers (MOTCUA_DATA, ./data)"
    )
    word.add_argument("--hall", type=Path, metavar="FILE", help="another hall.toml, for a new data folder")
    word.add_argument(
        "--clock",
        choices=("hall", "real"),
        default="hall",
        help="hall: when it is closed now, begin on the next working morning; real: the machine's clock",
    )
    word.add_argument(
        "--windows", action="store_true", help="open the screens as windows on the desktop, too"
    )
    word.add_argument("--day", action="store_true", help="play a day of citizens through the hall's doors")
    word.add_argument("--speed", type=float, default=600, metavar="X", help="how much faster than life (600)")
    word.add_argument("--seed", type=int, default=1, metavar="N", help="which day is played (1)")
    word.add_argument("--citizens", type=int, default=480, metavar="N", help="how many come that day (480)")


def leave_out(name: str | None) -> None:
    """Let a program's libraries believe that what it never uses is not installed; they are made for that."""
    for module in PROGRAMS[name].unused if name is not None else ():
        sys.modules.setdefault(module, None)  # type: ignore[arg-type]  # as the import system documents it


# --- what the subcommands do --------------------------------------------------------------------------------


def run_program(chosen: argparse.Namespace) -> int:
    """Run, or with --check try, the program that the subcommand names."""
    name = getattr(chosen, "new_account", None)
    if name is not None:
        return _with_settings(
            chosen.settings,
            chosen.program,
            lambda module, found: module.add_account(found, name, chosen.role),
        )
    if getattr(chosen, "public_key", False):
        return _with_settings(
            chosen.settings, chosen.program, lambda module, found: module.print_public_key(found)
        )
    file = getattr(chosen, "snapshot", None)
    if file is not None:
        draw = importlib.import_module("display.snapshot").run
        return _with_settings(
            chosen.settings, chosen.program, lambda _, found: draw(found, file, chosen.wait)
        )
    return _with_settings(chosen.settings, chosen.program, _try_out if chosen.check else _run)


def check_file(chosen: argparse.Namespace) -> int:
    """Try what the program of a settings file needs; the file's `program` says which one it is for."""
    return _with_settings(chosen.settings, None, _try_out)


def _run(module: ModuleType, settings: Any) -> int:
    return int(module.run(settings))


def _try_out(module: ModuleType, settings: Any) -> int:
    return try_out(settings, getattr(module, "TRIALS", {}))


def _with_settings(path: Path, name: str | None, act: Callable[[ModuleType, Any], int]) -> int:
    from hardware.settings import SettingsError, typed

    try:
        table = _table(path)
        wanted = table.pop("program", name)
        if wanted is None:
            raise SettingsError(path, "program", f"is missing; say one of {', '.join(PROGRAMS)}")
        if wanted not in PROGRAMS:
            near = difflib.get_close_matches(str(wanted), PROGRAMS, n=1)
            raise SettingsError(path, "program", f"there is no program '{wanted}'", near[0] if near else None)
        if name is not None and wanted != name:
            raise SettingsError(
                path, "program", f"this file is for 'motcua {wanted}', not for 'motcua {name}'"
            )
        program = PROGRAMS[wanted]
        module = importlib.import_module(program.module)
        shape = getattr(module, program.settings)
        if "program" in shape.__struct_fields__:
            table["program"] = wanted
        settings = typed(table, shape, path)
        return act(module, settings)
    except SettingsError as error:
        print(f"motcua: {error}", file=sys.stderr)
        return MISUSED


def _table(path: Path) -> dict[str, Any]:
    from hardware.settings import SettingsError

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(path, "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(path, "", "is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(path, "", f"is not TOML: {error}") from error


def try_out(settings: Any, own: Mapping[str, Callable[[Any], str]]) -> int:
    """Try everything that the settings of a program name, and print what answered; 0 if all of it did.

    own: trials that only this program has, name -> of all its settings (`TRIALS` of its module).
    """
    from hardware.check import TRIALS

    trials: dict[str, Callable[[Any], str]] = {**TRIALS, "listen": _try_port, "http": _try_port}
    trials["hall"] = lambda path: (
        f"{len(_site(path).services)} services at {len(_site(path).counters)} counters"
    )
    trials["broker"] = lambda broker: _try_broker(settings, broker)
    wanted = {name: getattr(settings, name) for name in settings.__struct_fields__ if name in trials}
    rows = [(name, trials[name], value) for name, value in wanted.items() if value is not None]
    good = True
    for name, trial, value in (*rows, *((name, trial, settings) for name, trial in own.items())):
        try:
            word, sentence = "ok", trial(value)
        except Exception as error:  # whatever it is: this is where the person learns of it
            word, sentence, good = "FAILED", str(error) or repr(error), False
        print(f"{word:<7} {name:<8} {sentence}", flush=True)
    return OK if good else FAILED


def _try_port(address: str) -> str:
    check_free = importlib.import_module("broker.program").check_free
    check_free(address, "this setting, unless it is this program that runs there")
    return f"{address} is free"


def _try_broker(settings: Any, broker: Any) -> str:
    site = getattr(broker, "site", None) or _site(settings.hall).id
    user = broker.user or broker.device
    said: str = importlib.import_module("broker.check").try_broker(
        broker.address, user, broker.password_file, site, getattr(broker, "server_key", None)
    )
    return said


def _site(path: Path) -> Any:
    return importlib.import_module("server.site_file").load_site(path).site


def run_demo(chosen: argparse.Namespace) -> int:
    demo = importlib.import_module("server.demo.program")
    surroundings = os.environ
    return int(
        demo.run(
            demo.Wishes(
                http=chosen.http or surroundings.get("MOTCUA_HTTP") or "127.0.0.1:8080",
                mqtt=chosen.mqtt or surroundings.get("MOTCUA_MQTT") or "127.0.0.1:1883",
                data=chosen.data or Path(surroundings.get("MOTCUA_DATA") or "data"),
                hall=chosen.hall,
                real_clock=chosen.clock == "real",
                windows=chosen.windows,
                day=demo.Day(chosen.speed, chosen.seed, chosen.citizens) if chosen.day else None,
            )
        )
    )


def dossiers(chosen: argparse.Namespace) -> int:
    """Import a table of dossiers beside the server whose settings are named."""
    program = importlib.import_module("server.dossiers.program")
    names = importlib.import_module("server.dossiers.arguments").WISHES
    wishes = program.Wishes(**{name: getattr(chosen, name) for name in names})
    return _with_settings(chosen.settings, "server", lambda module, found: program.run(found, wishes))


def person(chosen: argparse.Namespace) -> int:
    """What is held about one person at the server whose settings are named."""
    program = importlib.import_module("server.dossiers.person_program")
    names = importlib.import_module("server.dossiers.person_arguments").WISHES
    wishes = program.Wishes(**{name: getattr(chosen, name) for name in names})
    return _with_settings(chosen.settings, "server", lambda module, found: program.run(found, wishes))


def demo_dossiers(chosen: argparse.Namespace) -> int:
    def fill(_module: ModuleType, settings: Any) -> int:
        return int(importlib.import_module("server.demo.dossiers").run(settings))

    return _with_settings(chosen.settings, "server", fill)


def enrol(chosen: argparse.Namespace) -> int:
    return int(importlib.import_module("broker.enrol").run(chosen.server, chosen.code, chosen.folder))


def verify(chosen: argparse.Namespace) -> int:
    return int(importlib.import_module("server.verify").run(chosen.data))


def audit(chosen: argparse.Namespace) -> int:
    return int(importlib.import_module("server.people.audit_check").run(chosen.data, chosen.seal))


def bench(chosen: argparse.Namespace) -> int:
    """The benchmarks stay in the source tree; an installed hall has nothing to compare itself with."""
    folder = Path(__file__).resolve().parent
    if not (folder / "benchmarks" / "hall.py").exists():
        print("motcua: the benchmarks are part of the source tree, not of an installation", file=sys.stderr)
        return MISUSED
    sys.path.insert(0, str(folder))
    return int(importlib.import_module("benchmarks.hall").run(chosen.count))


# --- under a supervisor -------------------------------------------------------------------------------------


def stay_with_parent(parent: str | None) -> None:
    """End when the process `parent` (its id) ends, however it ends. A supervisor asks for it with
    MOTCUA_PARENT; without it a killed demo would leave its hall running. Linux only, nothing elsewhere.
    """
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):  # it ended before we could ask
        os._exit(FAILED)


if __name__ == "__main__":
    sys.exit(main())
