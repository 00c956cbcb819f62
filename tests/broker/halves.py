"""`python -m tests.broker.halves PROGRAM`: a link in a process that leaves out what PROGRAM does, to a broker
whose every packet comes byte by byte. Prints what was received.
"""

from __future__ import annotations

import queue
import socket
import sys
import threading
import time
from typing import Any

import motcua

TOPIC, PAYLOAD = b"motcua/x", b"whole"


def slowly(there: socket.socket, packet: bytes) -> None:
    """With time between two bytes for the other side to look for more."""
    for n in range(len(packet)):
        there.sendall(packet[n : n + 1])
        time.sleep(0.01)


def broker(listener: socket.socket) -> None:
    """CONNACK, SUBACK and one message to the first who comes."""
    there, _ = listener.accept()
    there.recv(1024)
    slowly(there, b"\x20\x02\x00\x00")
    asked = there.recv(1024)
    slowly(there, b"\x90\x03" + asked[2:4] + b"\x01")
    body = len(TOPIC).to_bytes(2) + TOPIC + PAYLOAD
    slowly(there, b"\x30" + bytes([len(body)]) + body)
    while there.recv(1024):
        pass


def main() -> None:
    motcua.leave_out(sys.argv[1])
    from broker.link import LinkBroken, Received, open_link

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=broker, args=(listener,), daemon=True).start()
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    address = f"mqtt://127.0.0.1:{listener.getsockname()[1]}"
    link = open_link(address, None, "k1", inbox, [(TOPIC.decode(), 1)])
    link.start()
    while not isinstance(item := inbox.get(timeout=30), LinkBroken | Received):
        pass
    link.stop()
    print(item.payload.decode() if isinstance(item, Received) else repr(item))


if __name__ == "__main__":
    main()
