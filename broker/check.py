"""Trying the way to the server before the doors open: does the broker take us, and is the server there?"""

from __future__ import annotations

import os
import queue
from pathlib import Path
from typing import Any

from broker import codec, messages as m, topics
from broker.link import Connected, Received, open_link, read_credentials
from broker.seal import Forged, Opener

CONNECT_S = 5.0
UNSIGNED = "boards are believed unsigned: `server_key` is what `motcua server FILE --public-key` prints"
RETAINED_S = 2.0  # the broker sends what it kept as soon as we have subscribed


class NoAnswer(Exception):
    """Nobody answered, or not us; one sentence."""


def try_broker(
    address: str, user: str, password_file: Path | None, site: str, server_key: str | None = None
) -> str:
    """What answered, as a sentence. Raises NoAnswer, OSError (the password file), ValueError (the address).

    Uses a name of its own at the broker, so that the program it is tried for may be running. server_key: what
    a device checks boards with, "" for one that believes whatever the broker brings; None for who reads none.
    """
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    try:
        credentials = read_credentials(user, password_file) if password_file is not None else None
    except FileNotFoundError as missing:
        raise NoAnswer(str(missing)) from None
    wanted = [topics.SERVER_STATUS, *([topics.BOARD] if server_key else [])]
    client = f"check-{os.getpid()}"
    link = open_link(address, credentials, client, inbox, [(topic.of(site), topic.qos) for topic in wanted])
    link.start()
    try:
        if not isinstance(_next(inbox, CONNECT_S), Connected):
            raise NoAnswer(f"{address} does not take '{user}' within {CONNECT_S:.0f} s: address or password?")
        heard = {r.topic: r for _ in wanted if isinstance(r := _next(inbox, RETAINED_S), Received)}
    finally:
        link.stop(0.5)
    status, board = (heard.get(topic.of(site)) for topic in (topics.SERVER_STATUS, topics.BOARD))
    if status is None:
        there = "no server has ever been there"
    else:
        word: m.ServerStatus = codec.decode(topics.SERVER_STATUS, status.payload)
        there = f"the server is {'there' if word.online else 'away'}"
    return f"{address} takes '{user}'; {there}{_signature(board, server_key)}"


def _signature(board: Received | None, server_key: str | None) -> str:
    """What a device with this key makes of the board that the broker keeps. Raises NoAnswer."""
    if server_key is None or (server_key and board is None):
        return ""
    if not server_key or board is None:
        return f"; {UNSIGNED}"
    try:
        Opener(server_key).opened(board.topic, board.payload)
    except Forged as error:
        word = "is `server_key` what `motcua server FILE --public-key` prints?"
        raise NoAnswer(f"the board there is {error}: {word}") from None
    return ", and its board is signed"


def _next(inbox: queue.SimpleQueue[Any], patience_s: float) -> Any:
    try:
        return inbox.get(timeout=patience_s)
    except queue.Empty:
        return None
