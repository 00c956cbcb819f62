"""The bench: the plugs and cables of the demo, on a panel that the hall's pages and scripts can reach.

`GET /state` -> {"devices": {name: {"power": "on"|"off", "network": "plugged"|"cut", "alive", "restarts"}}}
`POST /{name}/switch` {"power": "on"|"off"|"kill", "network": "plugged"|"cut"} -> that row. `off` and `kill`
are `kill -9`; only after `kill` is the program started again by itself. Names are `server`, `broker` and each
device; the broker's network is everybody's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import msgspec

from hardware.panel import PanelAnswer, PanelRefusal, Query, Route, Routes, json_answer
from server.demo.cable import Cable
from server.demo.children import Child

BROKER = "broker"
ANSWER_S = 5.0

T = TypeVar("T")


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    power: Literal["on", "off", "kill"] | None = None
    network: Literal["plugged", "ok", "cut"] | None = None


class Bench:
    """Holds every plug (`children`) and cable (`cables`, none for the broker). Of one event loop."""

    def __init__(self, children: Mapping[str, Child], cables: Mapping[str, Cable]) -> None:
        self._children, self._cables = children, cables
        self._cut: set[str] = set()

    def state(self) -> dict[str, Any]:
        return {"devices": {name: self.row(name) for name in self._children}}

    def row(self, name: str) -> dict[str, Any]:
        child = self._children[name]
        return {
            "power": "on" if child.on else "off",
            "network": "cut" if name in self._cut else "plugged",
            "alive": child.pid is not None,
            "restarts": max(0, child.restarts),
        }

    def switch(self, name: str, wanted: Switch) -> dict[str, Any]:
        child = self._children[name]
        match wanted.power:
            case "on":
                child.start()
            case "off":
                child.power_off()
            case "kill":
                child.kill()
        if wanted.network is not None:
            (self._cut.add if wanted.network == "cut" else self._cut.discard)(name)
            for end, cable in self._cables.items():
                if end in self._cut or BROKER in self._cut:
                    cable.cut()
                else:
                    cable.heal()
        return self.row(name)


def routes(bench: Bench, loop: asyncio.AbstractEventLoop) -> Routes:
    """The bench's panel. Its threads only ask; everything happens in the supervisor's loop."""

    def in_loop(work: Callable[[], T]) -> T:
        async def done() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(done(), loop).result(ANSWER_S)

    def switch(name: str) -> Route:
        def route(query: Query, body: bytes) -> PanelAnswer:
            try:
                wanted = msgspec.json.decode(body, type=Switch)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise PanelRefusal(str(error)) from None
            return json_answer(in_loop(lambda: bench.switch(name, wanted)))

        return route

    def state(query: Query, body: bytes) -> PanelAnswer:
        return json_answer(in_loop(bench.state))

    names = bench.state()["devices"]
    return {("GET", "/state"): state, **{("POST", f"/{name}/switch"): switch(name) for name in names}}
