"""A device's page: what is said of it, what it is told to do, what comes of that."""

from __future__ import annotations

import io
import re
import zlib
from typing import Any, get_args

import msgspec
import pytest
from PIL import Image

from broker import messages as m
from broker.messages import DeviceStatus
from server.orders import ANSWER_S, KEPT, MOST_BYTES
from server.people.rights import Role
from server.web.devices_page import follow
from tests.brokers import eventually
from tests.web.device_there import WELL, There, deed, handed, piece, png
from tests.web.place import csrf_of

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
