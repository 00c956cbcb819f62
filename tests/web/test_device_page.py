"""A device's page: what is said of it, what it is told to do, what comes of that, and its key."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from PIL import Image

from broker import messages as m
from broker.messages import DeviceStatus
from broker.provision import provision
from broker.users import Users
from server.device_keys import DeviceKeys, Way
from server.orders import ANSWER_S, KEPT, MOST_BYTES, Orders
from server.people.audit import Wanted
from server.people.rights import Role
from server.web.app import create_app
from server.web.devices_page import follow
from tests.brokers import eventually
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


@pytest.fixture
def there(place: Place, tmp_path: Path) -> Iterator[There]:
    site = place.config.site.id
    provision(tmp_path / "broker", site, list(place.config.devices))
    now = [1000.0]

    def tick() -> float:
        return now[0]

    keys = DeviceKeys(site, "k" * 43, Way(tmp_path / "broker", "mqtt://127.0.0.1:1883"), tick=tick)
    place.hall = replace(place.hall, orders=Orders(tick=tick), keys=keys)
    place.app = create_app(place.hall)
    place.devices.put("kiosk-1", WELL)
    yield There(place, place.log_in("boss", Role.ADMINISTRATOR), tmp_path / "broker", now)


def piece(order: m.Control, data: bytes, n: int = 1, of: int = 1) -> m.Piece:
    assert order.id is not None
    return m.Piece(order=order.id, n=n, of=of, data=data)


def deed(order: m.Control, what: str, code: str = "") -> m.Deed:
    assert order.id is not None
    return m.Deed(order=order.id, what=what, code=code)  # type: ignore[arg-type]


def handed(order: m.Control, data: bytes) -> list[m.AnyOutcome]:
    parts = [data[at : at + m.PIECE_BYTES] for at in range(0, len(data), m.PIECE_BYTES)]
    return [*(piece(order, part, n, len(parts)) for n, part in enumerate(parts, 1)), deed(order, "done")]


# --- what is said -------------------------------------------------------------------------------------------


def test_everything_that_a_device_says_of_itself_is_on_its_page(there: There) -> None:
    there.place.devices.put(
        "kiosk-1",
        replace_status(
            WELL,
            uptime_s=93_784,
            temperature_c=84.0,
            throttled=("under-voltage", "throttled"),
            disk_free_mb=120,
            memory_free_mb=512,
            memory_mb=57,
            last_error="kiosk printer jam",
            outbox=3,
            paper_m=5.6,
            roll_m=50.0,
            metres=812.0,
            cuts=7380,
        ),
    )
    page = re.sub(r"<[^>]*>", " ", there.page("/live"))
    for words in (
        "quá nóng",
        "nguồn điện yếu",
        "sắp đầy bộ nhớ",
        "84 °C",
        "1 ngày 2 giờ",
        "120 MB",
        "512 MB",
        "7380 lần cắt",
        "khoảng 403 phiếu",
        "5,6 m",
        "kiosk printer jam",
        "điện áp thấp",
    ):
        assert words in page, words
    assert "Cho máy thoáng hơn" in page and "Thay bộ nguồn" in page  # what to do
    assert "5.6 m" in re.sub(r"<[^>]*>", " ", there.page("/live", "en"))


def replace_status(status: DeviceStatus, **changes: Any) -> DeviceStatus:
    return msgspec.structs.replace(status, **changes)


def test_a_state_is_a_shape_and_a_word(there: There) -> None:
    for status, tag in (
        (WELL, "okay"),
        (replace_status(WELL, printer="paper-low"), "soon"),
        (replace_status(WELL, printer="paper-out"), "late"),
        (replace_status(WELL, online=False), "late"),
    ):
        there.place.devices.put("kiosk-1", status)
        assert f'<span class="tag {tag}">' in there.page("/live")
    assert '<span class="tag closed">' in there.staff.get("/devices/kiosk-2").text  # never seen


# --- orders -------------------------------------------------------------------------------------------------


def test_an_order_is_sent_heard_and_done_and_its_page_says_so(there: There) -> None:
    order = there.order("identify")
    assert order.life == "one" and order.name is not None and order.name.vi == "Máy lấy số 1 – cửa chính"
    assert "đã gửi" in there.page()
    there.says(order, deed(order, "heard"))
    assert "đã nhận" in there.page("/live")
    there.says(order, deed(order, "done"))
    assert "xong" in there.page("/live")
    assert there.audited() == [("device.order", {"device": "kiosk-1", "do": "identify", "order": order.id})]


def test_what_a_device_refuses_is_said_with_what_to_do(there: There) -> None:
    order = there.order("test-print")
    there.says(order, deed(order, "refused", "paper-out"))
    assert "Máy in hết giấy." in there.page("/live")
    order = there.order("test-print")
    there.says(order, deed(order, "refused", "of-next-year"))
    assert "(of-next-year)" in there.page("/live")


def test_no_answer_is_an_answer_and_one_that_comes_late_changes_nothing(there: There) -> None:
    order = there.order("identify")
    there.now[0] += ANSWER_S + 1
    assert "không trả lời" in there.page("/live")
    there.says(order, deed(order, "done"))
    assert "không trả lời" in there.page("/live")


def test_a_device_that_is_away_gets_no_order(there: There) -> None:
    there.place.devices.put("kiosk-1", replace_status(WELL, online=False))
    answer = there.post("orders", do="restart")
    assert answer.status_code == 409 and "Lệnh không được gửi." in answer.text
    assert there.place.orders == []
    assert there.audited()[0][1]["refused"] == "offline"


def test_a_restart_is_done_when_another_run_of_the_program_speaks(there: There) -> None:
    order = there.order("restart")
    there.orders.living("kiosk-1", WELL)
    there.says(order, deed(order, "done"))  # its own word is not worth much
    assert "đã gửi" in there.page("/live")
    there.orders.living("kiosk-1", replace_status(WELL, online=False, life=None))
    there.orders.living("kiosk-1", replace_status(WELL, life="two"))
    assert "xong" in there.page("/live")


@pytest.mark.parametrize("do", ["", "reprint", "reload", "rm -rf /", "test-sound", "x" * 10_000])
def test_what_is_no_order_for_this_device_is_refused(there: There, do: str) -> None:
    answer = there.post("orders", do=do)
    if do in get_args(m.Order):  # one that others take
        assert answer.status_code == 409
    else:
        assert answer.status_code == 422 and "Không có lệnh này." in answer.text
    assert there.place.orders == []


def test_orders_need_the_right_the_token_and_our_own_page(there: There) -> None:
    chief = there.place.log_in("chief", Role.MANAGER)
    assert "Ra lệnh" not in chief.get("/devices/kiosk-1").text  # who may only look sees no buttons
    for path in ("orders", "code", "revoke"):
        form = {"do": "restart", "csrf": chief.csrf}
        assert chief.client.post(f"/devices/kiosk-1/{path}", data=form).status_code == 403
        assert there.staff.client.post(f"/devices/kiosk-1/{path}", data={"do": "restart"}).status_code == 400
        far = {"Origin": "https://evil.example"}
        form = {"do": "restart", "csrf": csrf_of(there.page())}
        assert there.staff.client.post(f"/devices/kiosk-1/{path}", data=form, headers=far).status_code == 403
        assert there.staff.get(f"/devices/kiosk-1/{path}").status_code == 405
        assert there.staff.client.post(f"/devices/nowhere/{path}", data=form).status_code == 404
    assert there.place.orders == []
    assert there.place.client().get("/devices/kiosk-1").status_code == 302


# --- screens and logs ---------------------------------------------------------------------------------------


def test_a_screen_comes_in_pieces_and_is_drawn_anew(there: There) -> None:
    order = there.order("screenshot")
    sent = png((720, 1280)) + b"<script>alert(1)</script>" * 3000
    there.says(order, *handed(order, sent))
    assert eventually(lambda: "screen.png" in there.page("/live"))
    (path,) = set(re.findall(r'src="([^"]+screen\.png)"', there.page("/live")))
    answer = there.staff.get(path)
    assert answer.content_type == "image/png" and answer.headers["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(answer.data), formats=["PNG"]) as picture:
        assert picture.size == (720, 1280)
    assert b"script" not in answer.data
    assert there.place.log_in("chief", Role.MANAGER).get(path).status_code == 403
    newer = there.order("screenshot")
    there.says(newer, *handed(newer, png()))
    assert eventually(lambda: newer.id in there.page("/live").split("screen.png")[0])
    assert there.staff.get(path).status_code == 404  # only the latest is kept


def bomb() -> bytes:
    """A PNG of 20,000 x 20,000 that takes a kilobyte."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (20_000).to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(b"\0" * 2501 * 200)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"GIF89a" + b"\0" * 100,
        png()[:-30],
        bomb(),
        b"",
    ],
    ids=["html", "svg", "gif", "cut", "bomb", "nothing"],
)
def test_what_is_no_picture_of_a_screen_is_dropped(there: There, data: bytes) -> None:
    order = there.order("screenshot")
    there.says(order, *handed(order, data))
    assert eventually(lambda: "không phải ảnh màn hình" in there.page("/live"))
    assert there.staff.get(f"/devices/kiosk-1/orders/{order.id}/screen.png").status_code == 404


def test_a_device_cannot_fill_the_servers_memory(there: There) -> None:
    order = there.order("screenshot")
    part = b"x" * m.PIECE_BYTES
    for n in range(1, 65):
        there.says(order, piece(order, part, n, 64))
    there.says(order, piece(order, part, 65 - 1, 64))  # once more: spoils the whole
    assert "đã bỏ" in there.page("/live")
    assert sum(len(p) for parts in there.orders._pieces.values() for p in parts) == 0
    stray = m.Control(do="screenshot", id="never-given")
    for n in range(1, 65):  # fifty megabytes that nobody asked for
        there.says(stray, *[piece(stray, part, n, 64)] * 25)
    assert there.orders._pieces == {} and MOST_BYTES < 3_000_000
    for _ in range(2 * KEPT):
        there.order("identify")
    assert len(there.orders.of("kiosk-1")) == KEPT


def test_one_device_cannot_answer_for_another(there: There) -> None:
    order = there.order("screenshot")
    for outcome in handed(order, png()):
        there.orders.outcome("kiosk-2", outcome)
    assert "screen.png" not in there.page("/live") and "đã gửi" in there.page("/live")


def test_a_log_is_shown_as_text_and_names_nobody(there: There) -> None:
    order = there.order("logs")
    lines = (
        "2026-11-26T01:00:00Z INFO kiosk <script>alert(1)</script> {{7*7}}\n"
        "page /t/Zk3vJ8qT1xW-0aB_cD9eFg of 001203004567\n"
        "\x1b[31mred\x1b[0m \x00 \u202egnp.exe\n" + "x" * 5000 + "\n"
    )
    there.says(order, *handed(order, lines.encode() + b"\xff\xfe\n"))
    page = there.page("/live")
    assert "&lt;script&gt;alert(1)" in page and "{{7*7}}" in page and "<script>alert" not in page
    assert (
        "Zk3vJ8qT1xW-0aB_cD9eFg" not in page and "001203004567" not in page and "page /t/*** of ***" in page
    )
    assert "\x1b" not in page and "\u202e" not in page
    answer = there.staff.get(f"/devices/kiosk-1/orders/{order.id}/log.txt")
    assert answer.content_type.startswith("text/plain") and answer.text.count("\n") == 5
    assert re.search(r'filename="?kiosk-1-\d{8}-\d{6}\.txt', answer.headers["Content-Disposition"])


@pytest.mark.parametrize(
    "path",
    [
        "../../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/log.txt",
        "x/log.txt",
        "nobody/screen.png",
        "\0",
    ],
)
def test_no_path_leads_out_of_the_orders(there: There, path: str) -> None:
    there.order("logs")
    answer = there.staff.get(f"/devices/kiosk-1/orders/{path}")
    assert answer.status_code in (404, 308, 400) and "root:" not in answer.text


# --- keys ---------------------------------------------------------------------------------------------------


def test_a_code_is_shown_once_and_nowhere_kept(there: There) -> None:
    answer = there.post("code", network="")
    assert answer.status_code == 200
    (code,) = re.findall(r'<p class="code n">([A-Z2-9-]{14})</p>', answer.text)
    assert f"sudo motcua enrol http://localhost {code}" in answer.text
    assert code not in there.page() and "mã đang chờ, còn 10 phút" in there.page("/live")
    assert code.replace("-", "") not in repr(vars(there.place.hall.keys)) and code not in repr(
        there.audited()
    )
    assert there.audited()[0] == ("device.code", {"device": "kiosk-1", "network": ""})


def test_a_network_that_is_none_is_said_beside_its_field_and_kept(there: There) -> None:
    answer = there.post("code", network="192.168.1.0/99<b>")
    assert answer.status_code == 422 and "Ghi một mạng" in answer.text
    assert 'value="192.168.1.0/99&lt;b&gt;"' in answer.text and 'class="code' not in answer.text


def test_one_click_revokes(there: There) -> None:
    site = there.place.config.site.id
    assert "mang đến bằng tay" in there.page("/live")
    assert there.post("revoke").status_code == 303
    assert Users(there.folder).known(site)("kiosk-1").standing == "shut"
    assert "đã thu hồi" in there.page("/live") and there.place.hall.keys.is_shut("kiosk-1")  # type: ignore[union-attr]
    assert there.audited()[0] == ("device.revoked", {"device": "kiosk-1", "broker": "not-running"})
    assert not (there.folder / "credentials" / "kiosk-1").exists()


def test_a_broker_that_cannot_be_written_is_said(there: There) -> None:
    (there.folder / "made.json").unlink()
    answer = there.post("revoke")
    assert answer.status_code == 503 and "start the broker once" in answer.text


def test_without_a_brokers_folder_there_is_nothing_to_enrol(place: Place) -> None:
    staff = place.log_in("boss", Role.ADMINISTRATOR)
    page = staff.get("/devices/kiosk-1").text
    assert "Thu hồi" not in page
    for path in ("code", "revoke"):
        form = {"csrf": csrf_of(page)}
        assert staff.client.post(f"/devices/kiosk-1/{path}", data=form).status_code == 404
    assert place.client().post("/enrol", json={"handle": "ABC", "proof": ""}).status_code == 404


def test_the_stream_of_devices_beats_with_every_word(there: There) -> None:
    streams = there.place.app.extensions["streams"]
    kept = there.staff.client.get("/devices/")
    assert kept.status_code == 200
    with there.staff.client.session_transaction() as session:
        lines = follow(there.place.hall, str(session["key"]), streams)
    assert next(lines).startswith("retry") and next(lines).startswith("data:") and next(lines) == ""
    there.place.devices.put("kiosk-1", WELL)
    assert next(lines).startswith("data:") and next(lines) == ""
    there.order("identify")
    assert next(lines).startswith("data:")
    streams.stopping.set()
    assert list(lines) == []
