"""How a machine is: read from the files of this one, from those of a Raspberry Pi, and from a URL."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker import messages as m
from hardware.log import KEPT, LONGEST, Tail
from hardware.machine import FLAGS, RealMachine, flags, open_machine

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PI = {
    "proc/uptime": "93784.12 301220.55\n",
    "proc/meminfo": "MemTotal:         948304 kB\nMemFree:           61232 kB\nMemAvailable:     512000 kB\n",
    "proc/self/statm": "52000 14000 3000 1 0 9000 0\n",
    "sys/class/thermal/thermal_zone0/temp": "67166\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n",
}


def folder_of(tmp_path: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_raspberry_pi_that_is_warm_and_underpowered(tmp_path: Path) -> None:
    told = RealMachine(tmp_path, NOW, folder_of(tmp_path, PI), Tail()).measured()
    assert told["uptime_s"] == 93_784 and told["temperature_c"] == 67
    assert told["throttled"] == ("under-voltage", "throttled")
    assert told["memory_free_mb"] == 520 and told["memory_mb"] == 57
    assert told["disk_free_mb"] is not None
    m.DeviceStatus(online=True, role="kiosk", **told)  # the fields of the contract, and no others


def test_what_a_machine_has_not_is_not_told(tmp_path: Path) -> None:
    told = RealMachine(tmp_path / "gone", NOW, tmp_path, Tail()).measured()
    assert told == {
        "started_at": NOW,
        "uptime_s": None,
        "temperature_c": None,
        "throttled": (),
        "memory_free_mb": None,
        "memory_mb": None,
        "disk_free_mb": None,
        "last_error": None,
        "last_error_at": None,
    }


@pytest.mark.parametrize("nonsense", ["", "x", "\x00", "-", "9" * 400])
def test_nonsense_in_a_file_is_nothing(tmp_path: Path, nonsense: str) -> None:
    root = folder_of(tmp_path, dict.fromkeys(PI, nonsense))
    told = RealMachine(tmp_path, NOW, root, Tail()).measured()
    assert told["memory_free_mb"] is None and told["started_at"] == NOW


def test_this_machine_tells_what_it_has(tmp_path: Path) -> None:
    told = open_machine("system", tmp_path).measured()
    assert told["uptime_s"] > 0 and told["memory_mb"] > 5 and told["memory_free_mb"] > 0
    m.DeviceStatus(online=True, role="display", **told)


def test_only_what_is_now_counts_of_the_firmwares_word() -> None:
    assert flags("0x0") == flags("50000") == ()
    assert flags("0xF") == FLAGS


def test_a_simulated_machine_is_as_its_url_says(tmp_path: Path) -> None:
    told = open_machine("sim:temperature=83&throttled=soft-limit&disk=40&uptime=7", tmp_path).measured()
    assert (told["temperature_c"], told["throttled"], told["disk_free_mb"]) == (83, ("soft-limit",), 40)
    assert told["uptime_s"] >= 7
    m.DeviceStatus(online=True, role="counter", **told)


@pytest.mark.parametrize(
    "url", ["", "pi:", "system:", "sim:temperature=hot", "sim:throttled=yes", "sim:fan=1"]
)
def test_another_url_is_refused_in_one_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError) as refused:
        open_machine(url, tmp_path)
    assert "\n" not in str(refused.value)


# --- the last lines of the log ------------------------------------------------------------------------------


def logger_into(tail: Tail) -> logging.Logger:
    logger = logging.Logger("kiosk")
    logger.addHandler(tail)
    return logger


def test_the_log_keeps_its_last_lines_and_the_last_trouble() -> None:
    tail = Tail()
    logger = logger_into(tail)
    for n in range(KEPT + 5):
        logger.info("line n=%d", n)
    logger.warning("paper jam\nCRITICAL forged %s", "\x1b[31m" + "x" * 1000)
    logger.info("on we go")
    lines = tail.text().splitlines()
    assert len(lines) == KEPT and lines[-1].endswith("on we go")
    assert all(len(line) <= LONGEST and line.isprintable() for line in lines)
    assert tail.last_error is not None and tail.last_error.line.startswith("kiosk paper jam CRITICAL forged")
    assert tail.last_error.line.isprintable()


@pytest.mark.parametrize(
    "secret", ["Zk3vJ8qT1xW-0aB_cD9eFg", "001203004567", "0912345678", "A" * 22, "_" * 22]
)
def test_what_could_open_a_phone_page_or_name_somebody_is_covered(secret: str) -> None:
    tail = Tail()
    logger_into(tail).error("phone page /t/%s asked by %s.", secret, secret)
    assert secret not in tail.text() and tail.text().endswith("phone page /t/*** asked by ***.\n")
    assert tail.last_error is not None and secret not in tail.last_error.line


@pytest.mark.parametrize(
    "word", ["2f1c6be5a95d4f0c8f0a9d5a1b2c3d4e", "dang-ky-kinh-doanh-hop", "A2-017", "2026-11-26"]
)
def test_ids_of_requests_services_and_numbers_stay_readable(word: str) -> None:
    tail = Tail()
    logger_into(tail).info("asked request=%s", word)
    assert word in tail.text()
