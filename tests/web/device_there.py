"""A hall with a broker's folder, and somebody who looks at the page of one of its devices."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from broker import messages as m
from broker.messages import DeviceStatus
from broker.provision import provision
from server.device_keys import DeviceKeys, Way
from server.orders import Orders
from server.people.audit import Wanted
from server.people.rights import Role
from server.web.app import create_app
from tests.web.place import Place, Staff, csrf_of

WELL = DeviceStatus(online=True, role="kiosk", printer="ok", life="one", version="0.2")


def png(size: tuple[int, int] = (40, 60), colour: str = "navy") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return made.getvalue()


@dataclass
class There:
    """A hall with a broker's folder, and an administrator who looks at one of its kiosks."""

    place: Place
    staff: Staff
    folder: Path
    now: list[float]

    @property
    def orders(self) -> Orders:
        return self.place.hall.orders

    def page(self, path: str = "", lang: str = "vi") -> str:
        answer = self.staff.get(f"/devices/kiosk-1{path}?lang={lang}")
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def post(self, path: str, **form: str) -> Any:
        form = {"csrf": csrf_of(self.page()), **form}
        return self.staff.client.post(f"/devices/kiosk-1/{path}", data=form)

    def order(self, do: str) -> m.Control:
        """Give an order on the page; what the device heard."""
        assert self.post("orders", do=do).status_code == 303
        device, control = self.place.orders[-1]
        assert device == "kiosk-1" and control.do == do
        return control

    def says(self, order: m.Control, *outcomes: m.AnyOutcome) -> None:
        for outcome in outcomes:
            self.orders.outcome("kiosk-1", outcome)

    def audited(self) -> list[tuple[str, dict[str, Any]]]:
        assert self.place.hall.audit is not None
        found = self.place.hall.audit.entries(Wanted(what="device"), 50)
        return [(entry.what, dict(entry.about)) for entry in found]


def piece(order: m.Control, data: bytes, n: int = 1, of: int = 1) -> m.Piece:
    assert order.id is not None
    return m.Piece(order=order.id, n=n, of=of, data=data)


def deed(order: m.Control, what: str, code: str = "") -> m.Deed:
    assert order.id is not None
    return m.Deed(order=order.id, what=what, code=code)  # type: ignore[arg-type]


def handed(order: m.Control, data: bytes) -> list[m.AnyOutcome]:
    parts = [data[at : at + m.PIECE_BYTES] for at in range(0, len(data), m.PIECE_BYTES)]
    return [*(piece(order, part, n, len(parts)) for n, part in enumerate(parts, 1)), deed(order, "done")]


def look_at(place: Place, tmp_path: Path) -> There:
    site = place.config.site.id
    provision(tmp_path / "broker", site, list(place.config.devices))
    now = [1000.0]

    def tick() -> float:
        return now[0]

    keys = DeviceKeys(site, "k" * 43, Way(tmp_path / "broker", "mqtt://127.0.0.1:1883"), tick=tick)
    place.hall = replace(place.hall, orders=Orders(tick=tick), keys=keys)
    place.app = create_app(place.hall)
    place.devices.put("kiosk-1", WELL)
    return There(place, place.log_in("boss", Role.ADMINISTRATOR), tmp_path / "broker", now)
