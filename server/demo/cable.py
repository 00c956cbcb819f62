"""The network cable of one simulated device: a TCP relay between the device and the broker, to be cut.

Knows bytes and sockets, nothing of MQTT. While it is cut, what is connected breaks and what connects is hung
up on, as behind a switch without power.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket

CHUNK = 65_536


class Cable:
    """Relays every connection made to `port` (loopback, the system chooses it) to `to`. Of one event loop."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self._cut = False
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def is_cut(self) -> bool:
        return self._cut

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection at once and let none be made."""
        self._cut = True
        for end in self._ends:
            end.transport.abort()

    def heal(self) -> None:
        """Let the device connect again; it does so by itself."""
        self._cut = False

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._relays, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = asyncio.create_task(self._relay(reader, writer))
        self._relays.add(relay)
        relay.add_done_callback(self._relays.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        async with contextlib.AsyncExitStack() as ends:
            self._hold(ends, writer)
            try:
                far_reader, far_writer = await asyncio.open_connection(*self._to)
            except OSError:
                return  # no broker: the device sees its connection close, and tries again
            self._hold(ends, far_writer)
            if self._cut:
                return
            pumps = [
                asyncio.create_task(_pump(reader, far_writer)),
                asyncio.create_task(_pump(far_reader, writer)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)

    def _hold(self, ends: contextlib.AsyncExitStack, writer: asyncio.StreamWriter) -> None:
        # Without it an answer waits 40 ms for the acknowledgement of the question before it.
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ends.add(writer)
        ends.callback(self._let_go, writer)

    def _let_go(self, writer: asyncio.StreamWriter) -> None:
        self._ends.discard(writer)
        writer.transport.abort() if self._cut else writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until an end closes or breaks."""
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
