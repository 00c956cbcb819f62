"""Trying the way to the server before the doors open: does the broker take us, and is the server there?"""

from __future__ import annotations

import os
import queue
from pathlib import Path
from typing import Any

from broker import codec, messages as m, topics
from broker.link import Connected, Received, open_link, read_credentials

CONNECT_S = 5.0
RETAINED_S = 2.0  # the broker sends what it kept as soon as we have subscribed


class NoAnswer(Exception):
    """Nobody answered, or not us; one sentence."""


def try_broker(address: str, user: str, password_file: Path | None, site: str) -> str:
    """What answered, as a sentence. Raises NoAnswer, OSError (the password file), ValueError (the address).

    Uses a name of its own at the broker, so that the program it is tried for may be running.
    """
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    try:
        credentials = read_credentials(user, password_file) if password_file is not None else None
    except FileNotFoundError:
        raise NoAnswer(
            f"{password_file} is not there: start `motcua broker` once, it makes the passwords; copy this one"
        ) from None
    topic = topics.SERVER_STATUS
    client = f"check-{os.getpid()}"
    link = open_link(address, credentials, client, inbox, [(topic.of(site), topic.qos)])
    link.start()
    try:
        if not isinstance(_next(inbox, CONNECT_S), Connected):
            raise NoAnswer(f"{address} does not take '{user}' within {CONNECT_S:.0f} s: address or password?")
        heard = _next(inbox, RETAINED_S)
    finally:
        link.stop(0.5)
    if not isinstance(heard, Received):
        return f"{address} takes '{user}'; no server has ever been there"
    status: m.ServerStatus = codec.decode(topic, heard.payload)
    return f"{address} takes '{user}'; the server is {'there' if status.online else 'away'}"


def _next(inbox: queue.SimpleQueue[Any], patience_s: float) -> Any:
    try:
        return inbox.get(timeout=patience_s)
    except queue.Empty:
        return None
