"""`motcua broker` as a process: it starts, says why when it cannot, and ends when it is told or killed."""

from __future__ import annotations

import contextlib
import queue
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from broker import topics
from broker.link import Connected, open_link, read_credentials
from broker.program import CannotStart, Settings, check_free, provision_for, run
from tests.brokers import SITE, Inbox, free_port

CODE = (
    "import sys, msgspec; from broker.program import Settings, run\n"
    "path = lambda wanted, value: wanted(value)\n"
    "sys.exit(run(msgspec.json.decode(sys.argv[1], type=Settings, dec_hook=path)))"
)


@contextlib.contextmanager
def broker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [sys.executable, "-c", CODE, msgspec.json.encode(settings, enc_hook=str).decode()]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_it_answers(settings: Settings) -> None:
    inbox = Inbox()
    file = provision_for(settings).credentials["server"]
    link = open_link(
        f"mqtt://{settings.listen}",
        read_credentials("server", file),
        "server",
        inbox,
        [(topics.BOARD.of(SITE), 0)],
    )
    link.start()
    try:
        inbox.until(Connected)
    finally:
        link.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(site=SITE, devices=("k1",), listen=f"127.0.0.1:{free_port()}", data=tmp_path / "broker")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_told_to_end_it_ends_in_good_order(settings: Settings, number: signal.Signals) -> None:
    with broker(settings) as process:
        wait_until_it_answers(settings)
        process.send_signal(number)
        assert process.stdout is not None
        process.stdout.read()
        assert process.wait() == 0


def test_after_kill_9_nothing_holds_the_port_and_it_starts_again(settings: Settings) -> None:
    with broker(settings) as process:
        wait_until_it_answers(settings)
        process.kill()
        process.wait()
        check_free(settings.listen, "nothing")
    with broker(settings):
        wait_until_it_answers(settings)


def test_a_port_in_use_is_named_with_the_way_to_move(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    host, port = settings.listen.split(":")
    with socket.create_server((host, int(port))):
        assert run(settings) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{settings.listen} is in use by another program" in line
    assert "MOTCUA_MQTT=host:port" in line and "`listen`" in line


@pytest.mark.parametrize(
    "listen", ["1883", "localhost", "127.0.0.1:0", "127.0.0.1:99999", "192.0.2.1:1883", ""]
)
def test_an_address_that_cannot_be_listened_on_is_refused_in_one_line(listen: str) -> None:
    with pytest.raises(CannotStart) as refused:
        check_free(listen, "`listen`")
    assert "\n" not in str(refused.value)


def test_a_websocket_carries_mqtt_to_those_without_credentials(settings: Settings) -> None:
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    settings = msgspec.structs.replace(settings, websocket=f"127.0.0.1:{free_port()}")
    with broker(settings):
        wait_until_it_answers(settings)
        answers: queue.SimpleQueue[object] = queue.SimpleQueue()
        client = Client(CallbackAPIVersion.VERSION2, transport="websockets")
        client.ws_set_options(path="/mqtt")
        client.on_connect = lambda _c, _d, _f, reason, _p: answers.put(reason.is_failure)
        assert settings.websocket is not None
        client.connect("127.0.0.1", int(settings.websocket.split(":")[1]))
        client.loop_start()
        try:
            assert answers.get(timeout=20) is False
        finally:
            client.disconnect()
            client.loop_stop()
