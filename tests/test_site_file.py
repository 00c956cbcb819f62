"""The hall's file: what it means, and that every mistake names its place and what was meant."""

import csv
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from hardware.settings import SettingsError
from server.hall.site import PolicyKind
from server.site_file import load_site

HANAM = Path(__file__).resolve().parents[1] / "examples" / "hanam"
SMALL = """
id = "small"
name = { vi = "Một cửa", en = "One door" }
time_zone = "Asia/Ho_Chi_Minh"
url = "http://hall.example/"
hotline = "1022"
documents = { vi = "Căn cước", en = "ID card" }

[hours]
mon = ["07:30-11:30", "13:30-17:00"]
holidays = [2026-11-24]
made_up = [2026-11-28]
cut_off_min = 10
day_changes = "03:30"

[policy]
kind = "accumulating"
weight = 4
age_limit_min = 30

[[authority]]
id = "justice"
letter = "A"
name = { vi = "Sở Tư pháp", en = "Justice" }
short = { vi = "Tư pháp", en = "Justice" }
service = [
    { id = "records", name = { vi = "Lý lịch", en = "Records" }, typical_min = 5 },
    { id = "civil", name = { vi = "Hộ tịch", en = "Civil" }, policy = { kind = "ratio", normals = 3 } },
]

[[authority]]
id = "land"
letter = "E"
name = { vi = "Đất đai", en = "Land" }
short = { vi = "Đất", en = "Land" }
service = [
    { id = "deeds", name = { vi = "Sổ đỏ", en = "Deeds" }, policy = { kind = "strict", age_limit_min = 0 } },
]

[[counter]]
id = "1"
area = "A"
services = ["records", "civil"]
then = ["deeds"]

[[counter]]
id = "2"
services = ["deeds"]

[[rating.reason]]
id = "long-wait"
name = { vi = "Chờ lâu", en = "Long wait" }

[[priority_group]]
id = "elderly"
name = { vi = "Người cao tuổi", en = "Aged 60 or over" }

[[officer]]
id = "ha"
name = "Nguyễn Thu Hà"

[[device]]
id = "kiosk-1"
role = "kiosk"

[[device]]
id = "counter-1"
role = "counter"
counter = "1"
"""


@pytest.fixture
def written(tmp_path):
    """Write the small hall with some words replaced, and return its path."""

    def write(*changes):
        text = SMALL
        for before, after in changes:
            assert before in text, before
            text = text.replace(before, after, 1)
        path = tmp_path / "hall.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path):
    with pytest.raises(SettingsError) as caught:
        load_site(path)
    assert caught.value.file == path
    return caught.value


def test_a_hall_file_says_everything_that_the_rules_and_the_edges_need(written):
    config = load_site(written())
    site = config.site
    assert site.id == "small" and site.name.vi == "Một cửa"
    assert site.hours.week[0][0].opens == time(7, 30) and site.hours.week[0][1].closes == time(17, 0)
    assert site.hours.week[1:] == ((),) * 6
    assert site.hours.holidays == {date(2026, 11, 24)} and site.hours.made_up == {date(2026, 11, 28)}
    assert site.hours.cut_off == timedelta(minutes=10) and site.hours.day_changes == time(3, 30)
    assert site.counters["1"].services == ("records", "civil") and site.counters["1"].then == ("deeds",)
    assert config.devices["counter-1"].counter == "1" and config.devices["kiosk-1"].role == "kiosk"
    assert config.officers == {"ha": "Nguyễn Thu Hà"}
    assert config.groups["elderly"].en == "Aged 60 or over" and config.reasons["long-wait"].vi == "Chờ lâu"
    assert config.url == "http://hall.example" and config.hotline == "1022"
    assert site.rating_reasons == {"long-wait"}


def test_services_take_the_letter_of_their_authority_and_the_policy_of_the_hall(written):
    services = load_site(written()).site.services
    assert [s.letter for s in services.values()] == ["A", "A", "E"]
    assert services["records"].policy.weight == 4
    assert services["records"].policy.age_limit == timedelta(minutes=30)
    assert services["civil"].policy.kind is PolicyKind.RATIO and services["civil"].policy.normals == 3
    assert services["deeds"].policy.kind is PolicyKind.STRICT and services["deeds"].policy.age_limit is None


@pytest.mark.parametrize(
    ("before", "after", "key", "meant"),
    [
        ("Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Min", "time_zone", "Asia/Ho_Chi_Minh"),
        ("time_zone", "timezone", "timezone", "time_zone"),
        ("cut_off_min", "cutoff_min", "hours.cutoff_min", "cut_off_min"),
        ('"strict"', '"strickt"', "authority[1].service[0].policy.kind", "strict"),
        ('["records", "civil"]', '["record", "civil"]', "counter[0].services[0]", "records"),
        ('then = ["deeds"]', 'then = ["deed"]', "counter[0].then[0]", "deeds"),
        ('role = "kiosk"', 'role = "kisok"', "device[0].role", "kiosk"),
        ('id = "1"\narea', 'id = "ketoan"\narea', "counter[0].id", "KETOAN"),
    ],
)
def test_a_misspelt_word_is_named_with_its_place_and_what_was_meant(written, before, after, key, meant):
    error = refusal(written((before, after)))
    assert (error.key, error.suggestion) == (key, meant)


@pytest.mark.parametrize(
    ("before", "after", "key", "word"),
    [
        ('"07:30-11:30"', '"11:30-07:30"', "hours.mon[0]", "before it opens"),
        ('"13:30-17:00"', '"11:00-17:00"', "hours.mon[1]", "before the one before it ends"),
        ('"07:30-11:30"', '"7h30-11h30"', "hours.mon[0]", ""),
        ('letter = "A"', 'letter = "O"', "authority[0].letter", "figure"),
        ('letter = "E"', 'letter = "A"', "authority[1].letter", "both"),
        ('["records", "civil"]', '["civil"]', "authority[0].service[0]", "no counter"),
        ("weight = 4", "weight = 40", "policy.weight", "1 to 10"),
        ('id = "counter-1"', 'id = "kiosk-1"', "device[1].id", "2 times"),
        ('id = "civil"', 'id = "records"', "authority[0].service[1].id", "2 times"),
        ('counter = "1"\n', "", "device[1].counter", "needs"),
        ('role = "kiosk"', 'role = "display"\ncounter = "2"', "device[0].counter", "has no"),
        ('counter = "1"\n', 'counter = "7"\n', "device[1].counter", "no counter '7'"),
        ('id = "kiosk-1"', 'id = "Kiosk 1"', "device[0].id", ""),
        ('id = "2"', 'id = "10001"', "counter[1].id", "no wall shows '10001'"),
        ("http://hall.example/", "hall.example", "url", ""),
        ('hotline = "1022"', "hotline = 1022", "hotline", "text"),
        ('time_zone = "Asia/Ho_Chi_Minh"\n', "", "time_zone", "missing"),
    ],
)
def test_what_would_break_the_day_is_refused_with_its_place(written, before, after, key, word):
    error = refusal(written((before, after)))
    assert error.key == key
    assert word in error.reason


def test_the_example_is_the_table_of_2019_authority_by_authority():
    with (HANAM / "hanam_table.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["no"]]
    site = load_site(HANAM / "hall.toml").site
    assert sorted(a.name.vi for a in site.authorities) == sorted(row["unit"] for row in rows)
    assert len({a.letter for a in site.authorities}) == len(rows) == 20


def test_the_busiest_authorities_of_the_example_are_on_the_kiosks_first_page():
    with (HANAM / "hanam_table.csv").open(encoding="utf-8", newline="") as file:
        received = {r["unit"]: int(r["received_total"] or 0) for r in csv.DictReader(file) if r["no"]}
    names = [a.name.vi for a in load_site(HANAM / "hall.toml").site.authorities]
    assert min(received[n] for n in names[:8]) >= max(received[n] for n in names[8:])


def test_the_example_keeps_the_civil_servants_calendar_of_2026():
    hours = load_site(HANAM / "hall.toml").site.hours
    assert {date(2026, 1, 2), date(2026, 2, 20), date(2026, 4, 27), date(2026, 11, 24)} <= hours.holidays
    assert hours.made_up == {date(2026, 1, 10), date(2026, 8, 22)}
    assert all(len(day) == 2 for day in hours.week[:5]) and hours.week[5:] == ((), ())


def test_the_example_has_a_terminal_for_each_of_its_twelve_counters():
    config = load_site(HANAM / "hall.toml")
    terminals = {d.counter for d in config.devices.values() if d.role == "counter"}
    assert terminals == set(config.site.counters) and len(terminals) == 12
    assert sum(d.role == "kiosk" for d in config.devices.values()) == 2
    assert sum(d.role == "display" for d in config.devices.values()) == 2


KIOSK = '[[device]]\nid = "kiosk-1"\nrole = "kiosk"\n'


def test_a_kiosk_has_a_series_and_a_name_of_its_own(written):
    named = 'series = 7\nname = { vi = "Máy cửa chính", en = "Main door" }\ncounter = "2"\n'
    config = load_site(written((KIOSK, KIOSK + named)))
    kiosk = config.devices["kiosk-1"]
    assert (kiosk.series, kiosk.counter, kiosk.name.en) == ("7", "2", "Main door")
    assert config.site.own_series == {"7": "kiosk-1"}
    plain = load_site(written())
    assert plain.devices["kiosk-1"].series is None and plain.site.own_series == {}


def test_two_kiosks_of_one_series_are_told_which_is_free(written):
    two = KIOSK + "series = 1\n" + KIOSK.replace("kiosk-1", "kiosk-2") + "series = 1\n"
    error = refusal(written((KIOSK, two)))
    assert error.key == "device[0].series"
    assert "1 is the series of 2 kiosks; 2 is free" in str(error)


@pytest.mark.parametrize("series", ["0", "100", '"2"', "1.5"])
def test_a_series_is_a_number_of_one_or_two_figures(written, series):
    assert refusal(written((KIOSK, KIOSK + f"series = {series}\n"))).key == "device[0].series"


def test_only_kiosks_give_numbers_and_only_walls_stand_at_no_counter(written):
    terminal = 'role = "counter"\ncounter = "1"\n'
    assert refusal(written((terminal, terminal + "series = 1\n"))).key == "device[1].series"
    assert refusal(written((terminal, 'role = "display"\ncounter = "1"\n'))).key == "device[1].counter"
    assert refusal(written((KIOSK, KIOSK + 'counter = "9"\n'))).key == "device[0].counter"


def test_a_hall_says_what_a_number_without_paper_is_worth(written):
    assert load_site(written()).site.paperless
    assert not load_site(written(("[policy]", '[paper]\nwithout = "void"\n\n[policy]'))).site.paperless
    assert refusal(written(("[policy]", '[paper]\nwithout = "lost"\n\n[policy]'))).key == "paper.without"


def test_one_priority_group_goes_by_age(written):
    group = 'en = "Aged 60 or over" }\n'
    assert load_site(written((group, group + "from_years = 75\n"))).elderly == ("elderly", 75)
    assert load_site(written()).elderly is None
    other = '[[priority_group]]\nid = "x"\nfrom_years = 80\nname = { vi = "X", en = "X" }\n'
    assert (
        refusal(written((group, group + "from_years = 75\n" + other))).key == "priority_group[1].from_years"
    )


def test_codes_of_dossiers_lead_to_one_authority_and_to_where_results_are(written):
    letter = 'letter = "A"\n'
    config = load_site(
        written(
            (letter, letter + 'agencies = ["H42.05", "000.00.05.H42"]\n'),
            ("typical_min = 5 }", "typical_min = 5, collect = true }"),
        )
    )
    assert config.agencies == {"justice": ("H42.05", "000.00.05.H42")} and config.collecting == {"records"}
    twice = [(x, x + 'agencies = ["H42.05"]\n') for x in (letter, 'letter = "E"\n')]
    assert refusal(written(*twice)).key == "authority[1].agencies"
    assert refusal(written((letter, letter + 'agencies = ["h42 05"]\n'))).key == "authority[0].agencies[0]"


def test_results_of_the_example_are_collected_where_somebody_has_them():
    config = load_site(HANAM / "hall.toml")
    site = config.site
    assert config.collecting and len(config.agencies) == len(site.authorities)
    for id in config.collecting:
        others = {s.id for s in site.services.values() if s.authority == site.services[id].authority}
        assert all(others & {*c.services} for c in site.counters_for(id))
