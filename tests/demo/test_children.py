"""The demo's programs as child processes, with real ones."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from server.demo.bench import Bench, Switch
from server.demo.children import CannotStart, Child, until_ready

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 20.0  # for a machine that has much else to do

SLEEPS = "import time; print('up', flush=True); time.sleep(600)"
IS_DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS
REFUSES = "import sys; print('hall.toml: time_zone: is missing', file=sys.stderr); sys.exit(2)"


@contextlib.asynccontextmanager
async def child_running(tmp_path, program, patience_s=PATIENCE_S):
    child = Child("kiosk-1", [sys.executable, "-c", program], tmp_path / "kiosk-1.log")
    child.start()
    try:
        yield child
    finally:
        await child.stop(patience_s)


async def until(what):
    async with asyncio.timeout(PATIENCE_S):
        while not what():
            await asyncio.sleep(0.01)


def is_up(child, lives=1):
    return lambda: child._log_file.exists() and child._log_file.read_text().count("up") >= lives


def is_gone(pid):
    """Dead, or dead and not yet buried by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_a_program_that_dies_is_started_again(tmp_path):
    async def story():
        async with child_running(tmp_path, SLEEPS) as child:
            await until(is_up(child))
            first = child.pid
            os.kill(first, signal.SIGKILL)
            await until(is_up(child, lives=2))
            assert child.pid != first and child.restarts == 1

    asyncio.run(story())


def test_a_program_without_power_stays_dark_until_it_is_plugged_in(tmp_path):
    async def story():
        async with child_running(tmp_path, SLEEPS) as child:
            await until(is_up(child))
            child.power_off()
            await until(lambda: child.pid is None)
            await asyncio.sleep(0.3)  # longer than the first wait before a restart
            assert child.pid is None and not child.on
            child.start()
            await until(is_up(child, lives=2))

    asyncio.run(story())


def test_stopping_is_polite_first_and_bounded(tmp_path):
    async def story():
        async with child_running(tmp_path, IS_DEAF, patience_s=0.2) as child:
            await until(is_up(child))
            pid = child.pid
        assert child.pid is None and is_gone(pid)
        assert child.ended_with == -signal.SIGKILL
        async with child_running(tmp_path, SLEEPS) as child:
            await until(is_up(child, lives=2))
        assert child.ended_with == -signal.SIGTERM

    asyncio.run(story())


def test_a_program_that_cannot_use_its_settings_is_told_with_its_last_words(tmp_path):
    async def story():
        async with child_running(tmp_path, REFUSES) as child:
            with pytest.raises(CannotStart, match=r"hall\.toml: time_zone: is missing"):
                await until_ready(child, lambda: False, PATIENCE_S)

    asyncio.run(story())


def test_a_program_that_never_answers_is_given_up(tmp_path):
    async def story():
        async with child_running(tmp_path, SLEEPS) as child:
            with pytest.raises(CannotStart, match="does not answer"):
                await until_ready(child, lambda: False, 0.1)

    asyncio.run(story())


def test_children_die_with_a_supervisor_that_is_killed(tmp_path):
    """A stand-in supervisor starts `motcua broker` and is killed: the broker must not outlive it."""
    settings = tmp_path / "broker.toml"
    settings.write_text(
        f'program = "broker"\nsite = "hall"\ndevices = []\nlisten = "127.0.0.1:{free_port()}"\n'
        f'data = "{tmp_path / "broker"}"\n'
    )
    supervisor = (
        "import os, subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-m', 'motcua', 'broker', {str(settings)!r}],\n"
        "    env={**os.environ, 'MOTCUA_PARENT': str(os.getpid())}, start_new_session=True)\n"
        "print(child.pid, flush=True); time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", supervisor],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    with process:
        broker = int(process.stdout.readline())
        asyncio.run(until(lambda: b"nats-server" in Path(f"/proc/{broker}/cmdline").read_bytes()))
        process.kill()
    asyncio.run(until(lambda: is_gone(broker)))


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class FakeCable:
    def __init__(self):
        self.is_cut = False

    def cut(self):
        self.is_cut = True

    def heal(self):
        self.is_cut = False


def test_the_brokers_cable_is_everybodys():
    async def story():
        cables = {"kiosk-1": FakeCable(), "server": FakeCable()}
        children = {name: Child(name, ["true"], Path("unused")) for name in ("broker", "server", "kiosk-1")}
        bench = Bench(children, cables)
        bench.switch("kiosk-1", Switch(network="cut"))
        assert [c.is_cut for c in cables.values()] == [True, False]
        bench.switch("broker", Switch(network="cut"))
        assert [c.is_cut for c in cables.values()] == [True, True]
        bench.switch("broker", Switch(network="plugged"))
        assert [c.is_cut for c in cables.values()] == [True, False]
        assert bench.state()["devices"]["kiosk-1"]["network"] == "cut"

    asyncio.run(story())
