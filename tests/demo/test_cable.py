"""The cable of a simulated device, with real sockets on both ends."""

import asyncio
import contextlib

import pytest

from server.demo.cable import Cable


@contextlib.asynccontextmanager
async def hall():
    """An echoing "broker" and a cable to it."""
    clients = set()

    async def echo(reader, writer):
        clients.add(writer)
        try:
            while chunk := await reader.read(1000):
                writer.write(chunk)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    broker = await asyncio.start_server(echo, "127.0.0.1", 0)
    cable = Cable(broker.sockets[0].getsockname()[:2])
    await cable.start()
    try:
        yield cable, broker
    finally:
        await cable.close()
        broker.close()
        for client in clients:
            client.transport.abort()


async def said_and_heard(cable, words):
    reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
    try:
        writer.write(words)
        return await reader.read(1000)
    finally:
        writer.close()


def test_what_goes_in_at_one_end_comes_out_at_the_other():
    async def story():
        async with hall() as (cable, _):
            assert await said_and_heard(cable, b"A001") == b"A001"

    asyncio.run(story())


def test_a_cut_breaks_what_is_connected():
    async def story():
        async with hall() as (cable, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
            writer.write(b"A001")
            assert await reader.read(1000) == b"A001"
            cable.cut()
            with contextlib.suppress(ConnectionError):
                assert await reader.read(1000) == b""
            writer.close()

    asyncio.run(story())


def test_nothing_gets_through_a_cut_cable_until_it_is_healed():
    async def story():
        async with hall() as (cable, _):
            cable.cut()
            with contextlib.suppress(ConnectionError):
                assert await said_and_heard(cable, b"A001") == b""
            cable.heal()
            assert await said_and_heard(cable, b"A002") == b"A002"

    asyncio.run(story())


def test_a_cable_without_a_broker_closes_the_connection():
    async def story():
        async with hall() as (cable, broker):
            broker.close()
            await asyncio.sleep(0)
            with contextlib.suppress(ConnectionError):
                assert await said_and_heard(cable, b"A001") == b""

    asyncio.run(story())


@pytest.mark.parametrize("size", [1, 300_000])
def test_large_messages_arrive_whole(size):
    async def story():
        async with hall() as (cable, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
            writer.write(b"x" * size)
            assert await reader.readexactly(size) == b"x" * size
            writer.close()

    asyncio.run(story())
