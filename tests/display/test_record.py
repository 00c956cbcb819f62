"""What the wall showed is on the disk, each call once, also after a power cut."""

import json

import pytest

from display.core import Shown
from display.record import Record
from tests.display.hall import MORNING, Hall, at


def shown(hall, seconds, **changes):
    return Shown(hall.day, hall.call(at(seconds), **changes), at(seconds + 1))


def lines(folder):
    return [json.loads(line) for line in (folder / "shown.jsonl").read_text("utf-8").splitlines()]


def test_each_shown_call_is_one_line(tmp_path):
    hall = Hall()
    record = Record(tmp_path / "display-1")
    record.add(shown(hall, 0, number="A031", counter="7"))
    record.add(shown(hall, 9, number="A031", counter="7", recall=1))
    assert lines(tmp_path / "display-1") == [
        {
            "day": "2026-11-23",
            "seq": 1,
            "number": "A031",
            "counter": "7",
            "at": "2026-11-23T01:12:01Z",
            "recall": 0,
        },
        {
            "day": "2026-11-23",
            "seq": 2,
            "number": "A031",
            "counter": "7",
            "at": "2026-11-23T01:12:10Z",
            "recall": 1,
        },
    ]
    record.close()


def test_a_call_shown_again_after_a_restart_is_not_a_second_line(tmp_path):
    hall = Hall()
    first, second = shown(hall, 0), shown(hall, 9)
    for calls in ([first, second], [second], []):
        record = Record(tmp_path)
        for call in calls:
            record.add(call)
        record.close()
    assert [line["seq"] for line in lines(tmp_path)] == [1, 2]
    record = Record(tmp_path)
    record.add(Shown("2026-11-24", first.call, MORNING))  # the next day counts from 1 again
    record.close()
    assert [(line["day"], line["seq"]) for line in lines(tmp_path)][2:] == [("2026-11-24", 1)]


def test_half_a_line_that_a_power_cut_left_is_cut_off(tmp_path):
    hall = Hall()
    record = Record(tmp_path)
    record.add(shown(hall, 0))
    record.close()
    with (tmp_path / "shown.jsonl").open("ab") as file:
        file.write(b'{"day":"2026-11-23","seq":2,"num')
    record = Record(tmp_path)
    record.add(shown(hall, 9))
    record.close()
    assert [line["seq"] for line in lines(tmp_path)] == [1, 2]


@pytest.mark.parametrize("rubbish", [b"\n", b"not json\n", b'{"day":1}\n', b"[]\n", b"\xff\xfe\n"])
def test_rubbish_in_the_file_stops_nothing(tmp_path, rubbish):
    (tmp_path / "shown.jsonl").write_bytes(rubbish)
    record = Record(tmp_path)
    record.add(shown(Hall(), 0))
    record.close()
    last = (tmp_path / "shown.jsonl").read_bytes().splitlines()[-1]
    assert json.loads(last)["seq"] == 1


def test_a_file_of_years_is_put_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("display.record.LARGEST", 50)
    hall = Hall()
    calls = [shown(hall, 0), shown(hall, 9)]
    for call in (calls[0], calls[0], calls[1]):
        record = Record(tmp_path)
        record.add(call)
        record.close()
    assert [line["seq"] for line in lines(tmp_path)] == [2]
    assert json.loads((tmp_path / "shown.1.jsonl").read_text("utf-8"))["seq"] == 1
