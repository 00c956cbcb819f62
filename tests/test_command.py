"""The one command: what it says about itself, and what it says about a settings file that cannot be used."""

import importlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

import motcua
from hardware.log import OneLine
from hardware.settings import typed

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
LISTED = [name for name, program in motcua.PROGRAMS.items() if program.listed]
WORDS = ["demo", *LISTED, "check", "dossiers", "verify", "voice", "bench"]


def run(*arguments, **surroundings):
    """The command in a process of its own, as a person starts it."""
    return subprocess.run(
        [sys.executable, "-m", "motcua", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **surroundings},
        timeout=60,
    )


def said(capsys, *arguments):
    """What the command prints in this process, and its exit status."""
    with pytest.raises(SystemExit) as end:
        motcua.main(arguments)
    return capsys.readouterr().out, end.value.code


@pytest.fixture(autouse=True)
def log_as_before():
    handlers, level = list(logging.root.handlers), logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = handlers, level


def test_the_command_lists_its_words(capsys):
    text, status = said(capsys, "--help")
    assert status == 0
    for word in WORDS:
        assert f"\n    {word} " in text
    assert "crowd" not in text


@pytest.mark.parametrize("word", WORDS)
def test_the_first_line_of_help_says_what_the_word_does_in_the_hall(word, capsys):
    text, status = said(capsys, word, "--help")
    first = text.splitlines()[0]
    assert status == 0
    assert first.endswith(".") and len(first.split()) >= 6 and not first.startswith("usage")
    assert f"usage: motcua {word}" in text


def test_no_two_words_say_the_same():
    assert len({program.about for program in motcua.PROGRAMS.values()}) == len(motcua.PROGRAMS)


def test_the_version_is_said(capsys):
    text, status = said(capsys, "--version")
    assert status == 0 and text.startswith("motcua ")


def test_an_unknown_word_is_an_error_of_use():
    assert run("kisok").returncode == 2


@pytest.mark.parametrize("name", LISTED)
def test_the_example_of_each_program_can_be_used(name):
    program = motcua.PROGRAMS[name]
    path = EXAMPLES / f"{name}.toml"
    table = motcua._table(path)
    assert table.pop("program") == name
    assert typed(table, getattr(importlib.import_module(program.module), program.settings), path)


@pytest.mark.parametrize("name", LISTED)
def test_a_misspelt_key_ends_with_2_and_says_file_key_and_what_was_meant(name, tmp_path, capsys):
    text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    key = "listen" if name == "broker" else "data"
    path = tmp_path / f"{name}.toml"
    path.write_text(text.replace(f"\n{key} =", f"\n{key}x ="), encoding="utf-8")
    assert motcua.main([name, str(path)]) == 2
    words = capsys.readouterr().err
    assert f"{path}: {key}x" in words and f"did you mean '{key}'?" in words
    assert len(words.splitlines()) == 1


def test_a_wrong_value_ends_with_2_and_names_its_key(tmp_path):
    path = tmp_path / "display.toml"
    text = (EXAMPLES / "display.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('theme = "light"', 'theme = "lihgt"'), encoding="utf-8")
    done = run("display", path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"motcua: {path}: theme: ") and "did you mean 'light'?" in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('program = "kisok"\n', "program: there is no program 'kisok' (did you mean 'kiosk'?)"),
        ('program = "server"\n', "program: this file is for 'motcua server', not for 'motcua kiosk'"),
        ("program = kiosk\n", "is not TOML"),
        ("\ufeffprogram", "is not TOML"),
    ],
)
def test_a_file_for_another_program_or_none_is_refused(text, words, tmp_path, capsys):
    path = tmp_path / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    assert motcua.main(["kiosk", str(path)]) == 2
    assert words in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(tmp_path, capsys):
    assert motcua.main(["kiosk", str(tmp_path / "kiosk.toml")]) == 2
    assert "kiosk.toml: cannot be read: No such file" in capsys.readouterr().err


def test_check_wants_to_know_which_program_a_file_is_for(tmp_path, capsys):
    path = tmp_path / "some.toml"
    path.write_text("data = '.'\n")
    assert motcua.main(["check", str(path)]) == 2
    assert "program: is missing" in capsys.readouterr().err


def test_check_says_of_each_thing_whether_it_answered(tmp_path, capsys):
    path = tmp_path / "counter.toml"
    path.write_text(
        f'program = "counter"\ndata = "{tmp_path}/data"\n'
        '[broker]\nsite = "hall"\ndevice = "counter-1"\npassword_file = "/nowhere/counter-1"\n'
    )
    assert motcua.main(["check", str(path)]) == 1
    rows = {line.split()[1]: line.split()[0] for line in capsys.readouterr().out.splitlines()}
    assert rows["screen"] == rows["data"] == rows["clock"] == "ok"
    assert rows["broker"] == "FAILED"
    assert not (tmp_path / "data").exists()


def test_check_tries_every_device_of_a_kiosk_also_when_one_is_dead(tmp_path, capsys):
    path = tmp_path / "kiosk.toml"
    path.write_text(
        f'program = "kiosk"\ndata = "{tmp_path}/data"\nprinter = "tcp://127.0.0.1:9"\nkeys = "sim:help"\n'
        'screen = "kms:?driver=dummy&rotate=90"\nscanner = "sim:"\n'
        '[broker]\nsite = "hanam"\ndevice = "kiosk-1"\naddress = "mqtt://127.0.0.1:9"\n'
    )
    assert motcua.main(["check", str(path)]) == 1
    said = {line.split()[1]: line for line in capsys.readouterr().out.splitlines()}
    assert said["printer"].startswith("FAILED") and "Connection refused" in said["printer"]
    assert said["screen"].split(maxsplit=2)[::2] == ["ok", "opened, 768 x 1024 pixels"]
    assert said["keys"].endswith("opened: help")
    assert {"clock", "data", "scanner"} <= {name for name, line in said.items() if line.startswith("ok ")}


def test_a_kiosk_never_loads_the_server():
    loaded = run_python("import sys, kiosk.counter.program, display.program; print(*sys.modules)")
    assert not {name for name in loaded.split() if name == "server" or name.startswith(("server.", "flask"))}


def run_python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_a_kiosk_leaves_out_its_libraries_do_without():
    """The drivers of printers and scanners: asyncio alone would be 2 MB."""
    pytest.importorskip("evdev", reason="evdev has no wheel here: Debian's python3-evdev")
    told = run_python(
        "import sys, motcua; motcua.leave_out('kiosk')\n"
        "import kiosk.program, gpiozero, serial, usb.core, evdev\n"
        "print('asyncio' in sys.modules, callable(evdev.InputDevice.read))"
    )
    assert told == "False True\n"


def test_a_log_record_is_one_line_whatever_it_quotes():
    record = logging.LogRecord("doors", logging.WARNING, "", 0, "said %s", ("a\nb\x1b[31m\u2028c\r",), None)
    line = OneLine().format(record)
    assert "\n" not in line and "\x1b" not in line and "\r" not in line and "\u2028" not in line
    assert line.endswith(r"WARNING doors said a | b\x1b[31m\u2028c\r")


def test_a_crash_is_one_line_too():
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("doors", logging.ERROR, "", 0, "crashed", (), sys.exc_info())
    line = OneLine().format(record)
    assert "\n" not in line and "ValueError: two | lines" in line


def test_log_times_are_utc():
    record = logging.LogRecord("doors", logging.INFO, "", 0, "x", (), None)
    record.created = 0.25
    assert OneLine().format(record).startswith("1970-01-01T00:00:00.250000Z INFO doors")
