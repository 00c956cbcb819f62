"""A printer on the network: a paper machine behind a real socket, with the faults that networks add.

It answers DLE EOT, and can hang up, reset the connection in mid-ticket, stop reading, answer nonsense or
late, or take everything and say nothing. What the paper does is the machine's: see `PaperMachine.switch`.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Protocol, Self

FIN_WAIT1: Final = 4  # linux/tcp_states.h: the other end has not yet acknowledged that we closed


class Machine(Protocol):
    @property
    def switches(self) -> dict[str, str]: ...

    def write(self, data: bytes, timeout_s: float) -> None: ...

    def read(self, timeout_s: float) -> bytes: ...


class TcpPrinter:
    """`machine` on a free port of this machine, from `with` to its end.

    reset_after: bytes after which the connection is reset, once. hang_up: the connection is closed, once;
    clear again when the other end knows. deaf: it takes no bytes. answer: what becomes of each answer on its
    way out. greeting: bytes that it sends to whoever connects.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.reset_after: int | None = None
        self.hang_up = threading.Event()
        self.deaf = threading.Event()
        self.answer: Callable[[bytes], bytes] = lambda told: told
        self.greeting = b""
        self.connections = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="tcp-printer")

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()
        self._thread.join()

    def unplug(self) -> None:
        """The network cable, or the power, for good; `replug` makes another on the same port."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._server.close()

    def replug(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self.port))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="tcp-printer")
        self._thread.start()

    def _serve(self) -> None:
        while not self._ended.is_set():
            if select.select([self._server], [], [], 0.01)[0]:
                connection, _ = self._server.accept()
                self.connections += 1
                with connection:
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        taken = 0
        try:
            connection.sendall(self.greeting)
            while not self._ended.is_set():
                if self.hang_up.is_set():
                    self._hang_up(connection)
                    return
                deaf = self.deaf.is_set() or self.machine.switches["printer"] == "silent"
                ready = [] if deaf else select.select([connection], [], [], 0.002)[0]
                if ready:
                    data = connection.recv(1024)
                    if not data:
                        return
                    self.machine.write(data, 1.0)
                    taken += len(data)
                    if self.reset_after is not None and taken > self.reset_after:
                        self.reset_after = None
                        # Lingering for no time is what the system calls a reset.
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        return
                elif deaf:
                    self._ended.wait(0.002)
                if told := self.answer(self.machine.read(0)):
                    connection.sendall(told)
        except OSError:
            return  # who has gone away hears no more

    def _hang_up(self, connection: socket.socket) -> None:
        connection.shutdown(socket.SHUT_WR)
        while connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == FIN_WAIT1:
            time.sleep(0.001)
        self.hang_up.clear()
