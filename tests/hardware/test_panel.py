"""The panel answers over its socket while the program lives, and says so when it does not."""

import json
import socket
import threading
from pathlib import Path

import msgspec
import pytest

from hardware.panel import (
    Panel,
    PanelAnswer,
    PanelClient,
    PanelError,
    PanelGone,
    PanelRefusal,
    Query,
    Routes,
    json_answer,
)
from hardware.panel_http import LARGEST_BODY


def state(query: Query, body: bytes) -> PanelAnswer:
    return json_answer({"query": query})


def touch(query: Query, body: bytes) -> PanelAnswer:
    try:
        said = msgspec.json.decode(body, type=dict[str, int])
    except msgspec.DecodeError as error:
        raise PanelRefusal(f"not a touch: {error}") from error
    return json_answer(said, 202)


def broken(query: Query, body: bytes) -> PanelAnswer:
    raise ZeroDivisionError


ROUTES: Routes = {
    ("GET", "/state"): state,
    ("POST", "/touch"): touch,
    ("GET", "/broken"): broken,
    ("GET", "/screen.png"): lambda query, body: PanelAnswer(b"\x89PNG" * 200_000, "image/png"),
}


def test_questions_get_their_answers(tmp_path: Path) -> None:
    with Panel(tmp_path / "p", ROUTES):
        client = PanelClient(tmp_path / "p")
        status, kind, body = client.ask("GET", "/state?width=540&width=270&name=Qu%E1%BA%A7y&empty=")
        assert (status, kind) == (200, "application/json")
        assert json.loads(body) == {"query": {"width": "270", "name": "Quầy", "empty": ""}}
        assert client.ask("POST", "/touch", b'{"x": 5, "y": 7}') == (
            202,
            "application/json",
            b'{"x":5,"y":7}',
        )
        assert client.ask("GET", "/screen.png") == (200, "image/png", b"\x89PNG" * 200_000)


def test_questions_that_make_no_sense_are_refused_and_the_panel_lives(tmp_path: Path) -> None:
    with Panel(tmp_path / "p", ROUTES):
        client = PanelClient(tmp_path / "p")
        assert client.ask("GET", "/nothing")[0] == 404
        assert client.ask("GET", "/touch")[0] == 405
        assert client.ask("POST", "/touch", b"{")[0] == 400
        assert client.ask("DELETE", "/state")[0] == 501
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(tmp_path / "p"))
            rude.sendall(b"POST /touch HTTP/1.0\r\nContent-Length: -3\r\n\r\n")
            assert b" 400 " in rude.recv(1000)
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(tmp_path / "p"))
            rude.sendall(b"POST /touch HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BODY + 1))
            assert b" 413 " in rude.recv(1000)
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(tmp_path / "p"))
            rude.sendall(b"\x00\xff\r\n\r\n")
        assert client.ask("GET", "/state")[0] == 200


def test_a_mistake_in_a_route_is_logged_and_the_panel_lives(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Panel(tmp_path / "p", ROUTES):
        assert PanelClient(tmp_path / "p").ask("GET", "/broken")[0] == 500
        assert PanelClient(tmp_path / "p").ask("GET", "/state")[0] == 200
    assert "panel_route_failed path=/broken" in caplog.text


def test_a_program_that_is_dead_is_gone(tmp_path: Path) -> None:
    with pytest.raises(PanelGone):
        PanelClient(tmp_path / "never").ask("GET", "/state")
    panel = Panel(tmp_path / "p", ROUTES)
    panel.start()
    panel.stop()
    with pytest.raises(PanelGone):
        PanelClient(tmp_path / "p").ask("GET", "/state")
    with socket.socket(socket.AF_UNIX) as deaf:  # accepts, and never answers
        deaf.bind(str(tmp_path / "deaf"))
        deaf.listen()
        with pytest.raises(PanelGone):
            PanelClient(tmp_path / "deaf").ask("GET", "/state", timeout=0.05)


def test_stopping_leaves_no_thread_and_no_file_even_with_an_asker_in_the_middle(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    panel = Panel(tmp_path / "p", ROUTES)
    panel.start()
    with socket.socket(socket.AF_UNIX) as slow:
        slow.connect(str(tmp_path / "p"))
        slow.sendall(b"GET /sta")
        assert PanelClient(tmp_path / "p").ask("GET", "/state")[0] == 200
        panel.stop()
    panel.stop()
    assert set(threading.enumerate()) == before
    assert not (tmp_path / "p").exists()


def test_a_socket_left_by_a_dead_program_is_taken_over(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "p"))
    with Panel(tmp_path / "p", ROUTES):
        assert PanelClient(tmp_path / "p").ask("GET", "/state")[0] == 200


def test_a_living_program_keeps_its_socket(tmp_path: Path) -> None:
    with Panel(tmp_path / "p", ROUTES):
        with pytest.raises(PanelError, match="Another program"):
            Panel(tmp_path / "p", ROUTES).start()
        assert PanelClient(tmp_path / "p").ask("GET", "/state")[0] == 200


def test_a_path_too_long_for_a_socket_is_said_before_anything_is_tried(tmp_path: Path) -> None:
    long = tmp_path / ("q" * 120)
    with pytest.raises(PanelError, match="at most 107"):
        Panel(long, ROUTES).start()
    with pytest.raises(PanelError, match="at most 107"):
        PanelClient(long)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PanelError, match="cannot be opened"):
        Panel(tmp_path / "file" / "p", ROUTES).start()


def test_the_longest_path_works(tmp_path: Path) -> None:
    path = tmp_path / ("q" * (106 - len(str(tmp_path))))
    assert len(str(path)) == 107
    with Panel(path, ROUTES):
        assert PanelClient(path).ask("GET", "/state")[0] == 200
