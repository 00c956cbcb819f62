"""`[wall]` and `[sound]` of the hall's file: what displays are told, and where each mistake stands."""

from pathlib import Path

import pytest

from broker import codec, messages as m, topics
from display.announce import volume_at
from display.programme import zone_at
from hardware.settings import SettingsError
from server.hall.mistakes import CODES
from server.hall.state import HallState
from server.projection import Projection
from server.site_file import load_site
from tests.hall.small_hall import ZONE, local

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "hanam" / "hall.toml"
HALL = """
id = "small"
name = { vi = "Một cửa", en = "One door" }
time_zone = "Asia/Ho_Chi_Minh"
url = "http://hall.example/"

[hours]
mon = ["07:30-11:30", "13:30-17:00"]
wed = ["07:30-11:30"]
cut_off_min = 15

[wall]
zone = "calls-progress"
counters = false
page_s = 15
old_min = 30
rows = 5

[[wall.schedule]]
days = "mon-fri"
starts = "11:30"
ends = "13:30"
zone = "slides"

[[wall.schedule]]
days = ["sat-mon", "wed"]
starts = "07:00"
ends = "07:30"
zone = "progress"

[[wall.slide]]
title = { vi = "Nội quy", en = "House rules" }
lines = [{ vi = "Không hút thuốc", en = "No smoking" }]

[sound]
repeats = 2
volume = 90

[[sound.span]]
starts = "06:00"
ends = "07:30"
volume = 60

[[authority]]
id = "justice"
letter = "A"
name = { vi = "Sở Tư pháp", en = "Justice" }
short = { vi = "Tư pháp", en = "Justice" }
service = [{ id = "records", name = { vi = "Lý lịch", en = "Records" } }]

[[counter]]
id = "1"
services = ["records"]

[[device]]
id = "wall-1"
role = "display"

[[device]]
id = "wall-2"
role = "display"
zone = "slides"

[[device]]
id = "kiosk-1"
role = "kiosk"
"""


def plan_of(path: Path, device: str, at: str = "08:00") -> m.DisplayPlan:
    config = Projection(load_site(path)).device_config(device, local(at), 1, HallState())
    assert codec.decode(topics.CONFIG, codec.encode(config)) == config
    assert config.display is not None
    return config.display


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    path = tmp_path / "hall.toml"
    path.write_text(HALL, encoding="utf-8")
    return path


def test_a_display_is_told_all_that_the_file_says(hall: Path) -> None:
    plan = plan_of(hall, "wall-1")
    assert (plan.zone, plan.counters, plan.page_s, plan.old_min, plan.rows) == (
        "calls-progress",
        False,
        15,
        30,
        5,
    )
    assert plan.schedule == (
        m.ZoneSpan((0, 1, 2, 3, 4), "11:30", "13:30", "slides"),
        m.ZoneSpan((0, 2, 5, 6), "07:00", "07:30", "progress"),
    )
    assert plan.slides == (
        m.Slide(m.Words("Nội quy", "House rules"), (m.Words("Không hút thuốc", "No smoking"),)),
    )
    assert (plan.repeats, plan.volume) == (2, 90)
    assert plan.volumes == (m.VolumeSpan("06:00", "07:30", 60),)


def test_a_display_may_have_a_zone_of_its_own(hall: Path) -> None:
    one, two = plan_of(hall, "wall-1"), plan_of(hall, "wall-2")
    assert (two.zone, two.schedule) == ("slides", one.schedule)


def test_a_display_is_told_when_the_hall_is_open_to_the_very_end(hall: Path) -> None:
    """Not until the cut-off: people are called after it. small_hall's day is Monday, 23 November."""
    openings = plan_of(hall, "wall-1", "08:00").openings
    assert (openings[0].opens, openings[0].closes) == (local("07:30"), local("17:00"))
    assert len(openings) == 2  # and Wednesday
    assert plan_of(hall, "wall-1", "18:00").openings == openings[1:]


def test_a_wall_is_not_told_to_rest_while_people_wait_over_midday(hall: Path) -> None:
    """Also not when it is told in the pause: what has begun before still counts."""
    morning, pause = (plan_of(hall, "wall-1", at).openings for at in ("08:00", "12:00"))
    assert pause == morning
    assert pause[0].opens < local("12:00") < pause[0].closes


def test_over_a_long_closing_a_display_still_knows_the_next_opening(hall: Path) -> None:
    text = hall.read_text(encoding="utf-8").replace("cut_off_min = 15", "holidays = [2026-11-25, 2026-11-30]")
    hall.write_text(text, encoding="utf-8")
    (only,) = plan_of(hall, "wall-1", "18:00").openings
    assert (only.opens - local("18:00")).days == 8  # the Wednesday after the next Monday


def test_a_file_that_says_nothing_has_walls_of_calls(hall: Path) -> None:
    text = hall.read_text(encoding="utf-8")
    begins, ends = text.index("[wall]"), text.index("[[authority]]")
    hall.write_text((text[:begins] + text[ends:]).replace('zone = "slides"\n', ""), encoding="utf-8")
    plan = plan_of(hall, "wall-1")
    usual = m.DisplayPlan(dwell_s=8.0, openings=plan.openings, authorities=plan.authorities)
    assert plan == usual


@pytest.mark.parametrize(
    ("before", "after", "key", "word", "meant"),
    [
        ('zone = "calls-progress"', 'zone = "call-progress"', "wall.zone", "one of", "calls-progress"),
        ("page_s = 15", "page_s = 11", "wall.page_s", ">= 12", None),
        ("old_min = 30", "old_min = 0", "wall.old_min", ">= 1", None),
        ("old_min", "oldmin", "wall.oldmin", "not a setting", "old_min"),
        ('days = "mon-fri"', 'days = "mon-fry"', "wall.schedule[0].days", "no day 'fry'", "fri"),
        ('"sat-mon", "wed"', '"sat-mon", "Wed"', "wall.schedule[1].days", "no day 'Wed'", "wed"),
        ('days = "mon-fri"', "days = []", "wall.schedule[0].days", "names no day", None),
        ('starts = "11:30"', 'starts = "11h30"', "wall.schedule[0].starts", "", None),
        ('ends = "13:30"', 'ends = "11:30"', "wall.schedule[0].ends", "not after 11:30", "00:00"),
        ('starts = "07:00"\nends = "07:30"', 'starts = "13:00"\nends = "14:00"',
         "wall.schedule[1].starts", "overlaps 11:30-13:30 of [0] on mon, wed", "13:30"),
        ('title = { vi = "Nội quy", en = "House rules" }\n', "", "wall.slide[0].title", "is missing", None),
        ('title = { vi = "Nội quy"', 'title = { vi = ""', "wall.slide[0].title.vi", "", None),
        ("[[wall.slide]]", "[[wall.slides]]", "wall.slides", "not a setting", "slide"),
        ("repeats = 2", "repeats = 4", "sound.repeats", "<= 3", None),
        ("volume = 90", "volume = 101", "sound.volume", "<= 100", None),
        ('ends = "07:30"\nvolume', 'ends = "05:30"\nvolume', "sound.span[0].ends", "over midnight", "00:00"),
        ("[[authority]]", '[[sound.span]]\nstarts = "07:00"\nends = "08:00"\nvolume = 0\n[[authority]]',
         "sound.span[1].starts", "overlaps 06:00-07:30 of [0]", "07:30"),
        ('id = "kiosk-1"', 'id = "kiosk-1"\nzone = "calls"', "device[2].zone", "only a display", None),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_its_place_and_the_nearest_that_would_do(
    hall: Path, before: str, after: str, key: str, word: str, meant: str | None
) -> None:
    text = hall.read_text(encoding="utf-8")
    assert before in text
    hall.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_site(hall)
    assert (caught.value.file, caught.value.key, caught.value.suggestion) == (hall, key, meant)
    assert word in caught.value.reason and "\n" not in str(caught.value)


def test_a_span_may_end_at_midnight_and_holds_the_days_last_minute(hall: Path) -> None:
    text = hall.read_text(encoding="utf-8")
    night = '[[sound.span]]\nstarts = "17:30"\nends = "00:00"\nvolume = 0\n'
    late = '[[wall.schedule]]\nstarts = "17:30"\nends = "00:00"\nzone = "slides"\n'
    hall.write_text(text.replace("[[authority]]", f"{night}{late}[[authority]]", 1), encoding="utf-8")
    plan = plan_of(hall, "wall-1")
    times = [local(clock).astimezone(ZONE) for clock in ("17:29", "17:30", "23:59", "00:00")]
    quiet, slides = (
        [volume_at(plan, at) == 0 for at in times],
        [zone_at(plan, at) == "slides" for at in times],
    )
    assert quiet == slides == [False, True, True, False]
    over = night.replace("17:30", "23:00").replace("00:00", "23:30")
    hall.write_text(text.replace("[[authority]]", f"{night}{over}[[authority]]", 1), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_site(hall)
    assert "overlaps 17:30-00:00" in caught.value.reason


def test_a_wall_of_slides_needs_a_slide(hall: Path) -> None:
    text = hall.read_text(encoding="utf-8")
    begins, ends = text.index("[[wall.slide]]"), text.index("[sound]")
    text = text[:begins] + text[ends:]
    for key, was in (
        ("device[1].zone", 'role = "display"\nzone = "slides"'),
        ("wall.schedule[0].zone", 'ends = "13:30"\nzone = "slides"'),
    ):
        hall.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError) as caught:
            load_site(hall)
        assert (caught.value.key, caught.value.reason) == (key, CODES["no-slide"])
        text = text.replace(was, was.replace("slides", "calls"))
    hall.write_text(text, encoding="utf-8")
    assert plan_of(hall, "wall-2").slides == ()


def test_the_example_has_two_walls_slides_at_noon_and_a_quiet_night() -> None:
    one, two = plan_of(EXAMPLE, "display-1"), plan_of(EXAMPLE, "display-2")
    assert (one.zone, two.zone) == ("calls", "calls-progress")
    assert [span.zone for span in one.schedule] == ["slides"]
    assert len(one.slides) == 4 and one.slides[1].title.vi == "Thân thiện, tận tình, đúng hẹn, hiệu quả"
    assert [span.volume for span in one.volumes] == [0, 60, 0]
