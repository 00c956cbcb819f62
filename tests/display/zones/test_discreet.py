"""No name, phone, identity number, address or reason for priority reaches a wall, whichever door it comes by.

What a manager writes himself is shown as he wrote it: the hall's name, notices, slides, and the names of the
authorities in the hall's file.
"""

import re
import string
from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from broker import messages as m
from broker.device import BoardArrived, DossiersArrived
from display import discreet
from display.marks import Word
from display.pictures import picture_of
from tests.display.hall import HALL
from tests.display.test_layout import TEXTS
from tests.display.zones.register import FAR, NAMES, NEAR, SLIDES, Told, on, plan

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "NGUYỄN", "Nguyen", "tran")
MIDDLE = ("Văn", "Thị", "Đức", "", "VAN", "thi")
GIVEN = ("Hương", "Bình", "Quỳnh Như", "HƯƠNG", "Huong", "binh")
STREETS = ("12 Trần Phú, P. Minh Khai", "Thôn 3, xã Thanh Hà", "số 45/7 đường Lý Thường Kiệt")
REASONS = ("người khuyết tật", "thương binh", "phụ nữ mang thai", "Người cao tuổi", "pregnant", "bệnh binh")
FIGURES = st.text(string.digits, min_size=8, max_size=8)

names = st.builds("{} {} {}".format, *map(st.sampled_from, (FAMILY, MIDDLE, GIVEN))).map(
    lambda name: " ".join(name.split())
)
joints = st.sampled_from(["", " ", ".", "-", "–"])


def written(figures, joint, parts):
    """Figures as people write a phone or a card's number: `0912.345.678`."""
    found, start = [], 0
    for part in parts:
        found.append(figures[start : start + part])
        start += part
    return joint.join([*found, figures[start:]])


phones = st.builds(
    lambda head, figures, joint, parts: written(head + figures, joint, parts),
    st.sampled_from(["09", "03", "08", "07", "05", "02"]),
    FIGURES,
    joints,
    st.sampled_from([(4, 3), (3, 3), (6,), (4, 2, 2)]),
)
cards = st.builds(
    lambda province, figures, joint, parts: written(f"{province:03}{figures}7", joint, parts),
    st.integers(1, 96),
    FIGURES,
    joints,
    st.sampled_from([(6,), (3, 3, 3), (3,), (4, 4), (6, 3)]),
)
persons = st.one_of(names, phones, cards, st.sampled_from(STREETS), st.sampled_from(REASONS))
codes = st.builds("2611{:02}-{:04}".format, st.integers(1, 22), st.integers(0, 9999))
# A door is tried with the person alone, and with the person beside what belongs there.
beside = st.sampled_from(["{0}", "{0} {1}", "{1} {0}", "{1}-{0}", "{1}({0})", "H42.{0}-{1}"])


def smuggled(proper):
    return st.builds(lambda form, person, thing: form.format(person, thing), beside, persons, proper)


texts = smuggled(st.just("Tư pháp"))
words = st.builds(m.Words, texts, texts)
counters = smuggled(st.sampled_from(["3", "14", "KCN-1"]))
numbers = smuggled(st.sampled_from(["A031", "A2-017"]))
lines = st.builds(
    m.DossierLine,
    smuggled(codes),
    words,
    st.sampled_from(["ready", "supplement", "payment", "processing"]),
    st.sampled_from([None, on(25), on(20)]),
    counters,
)
honest = st.builds(m.DossierLine, codes, words, st.just("ready"), st.none(), counters)
units = st.builds(m.LateUnit, words, st.integers(0, 9), st.integers(0, 9))
registers = st.builds(
    lambda lines, units, month: m.Dossiers(
        site="hanam",
        rev=1,
        at=on(23),
        known_at=on(23),
        lines=tuple(lines),
        late=m.LateList(month, tuple(units)),
    ),
    st.lists(lines | honest, max_size=8),
    st.lists(units, max_size=3),
    st.just("2026-10") | texts,
)


@st.composite
def boards(draw):
    told = Told()
    call = m.Call(seq=1, number=draw(numbers), counter=draw(counters), at=told.now)
    state = draw(st.sampled_from(["called", "serving"]))
    return {
        "calls": (m.Call(seq=2, number=draw(numbers), counter=draw(counters), at=told.now), call),
        "counters": (
            m.CounterLine(draw(counters), "open", draw(numbers), state),
            m.CounterLine(draw(counters), "paused"),
        ),
        "waiting": (m.WaitingLine("s", draw(texts), draw(words), 3, None, True, reason=draw(texts)),),
        "upcoming": (draw(numbers),),
    }


def read(told, lang="vi"):
    """Every word on the wall, region by region."""
    return [
        mark.text
        for region in picture_of(told.view, FAR, NEAR, TEXTS, lang)
        for mark in region.marks
        if isinstance(mark, Word)
    ]


def catalogue():
    """All words that our own catalogues can put on a wall, and what the hall's file says."""
    own = [text for keys in TEXTS._texts.values() for text in keys.values()]
    own += [text for each in (*NAMES, HALL, *(s.title for s in SLIDES)) for text in (each.vi, each.en)]
    own += [line.vi for slide in SLIDES for line in slide.lines]
    return set(re.findall(r"\w+", " ".join(own)))


OURS = catalogue()
NUMBER = re.compile(r"[A-ZĐ]{0,2}([0-9]{1,2}-)?[0-9]{1,4}")
FIGURED = [  # what else than words of ours may stand on a wall
    NUMBER,
    re.compile(r"2611[0-9]{2}-"),  # a code's date
    re.compile(r"[0-9]{3,6}"),  # its serial
    re.compile(r"[0-9]{2}:[0-9]{2}|[0-9]{2}/[0-9]{2}(/[0-9]{2,4})?"),
    re.compile(r"KCN-1|Quầy KCN-1|Counter KCN-1"),
    re.compile(r"[–→]|[A-ZĐ]{1,2}"),
]


def public(text):
    """Is it of our catalogues or the hall's file, or a number, a code, a time?"""
    if any(form.fullmatch(text) for form in FIGURED):
        return True
    rest = [word for word in re.findall(r"\w+", text) if word not in OURS]
    return all(re.fullmatch(r"[0-9]{1,4}", word) for word in rest)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(["calls", "calls-progress", "progress", "slides"]), registers, boards())
def test_whatever_is_fed_in_at_any_door_nothing_of_a_person_is_read_on_the_wall(zone, register, board):
    told = Told(zone)
    told.tell(DossiersArrived(register))
    told.tell(BoardArrived(told.hall.board(told.now, **board)))
    for _ in range(3):
        for text in read(told):
            assert public(text), text
        told.live(12.3)


@given(st.text(max_size=60), persons)
def test_only_a_code_is_a_code(around, person):
    for text in (person, around + person, person + around):
        shown = discreet.dossier_code(text, date(2026, 11, 23))
        assert shown is None or re.fullmatch(r"[A-Z0-9.]*-?[0-9]{6}-[0-9]{3,6}", shown)
    assert discreet.dossier_code(person, date(2026, 11, 23)) is None


@pytest.mark.parametrize(
    "text",
    [
        "261109-0118",
        "H42.05-261109-0118",
        "H42-261109-0118",
        "H56.14.22-260101-0001",
        "000.05.14.H42-261122-0007",
        "000.17.22.H56-210531-0001",
        "G09.20-261109-0118",
        "170703-118",
        "261109–011812",
    ],
)
def test_codes_as_agencies_write_them_are_shown(text):
    assert discreet.dossier_code(text, date(2026, 11, 23)) == text.replace("–", "-")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0118",
        "261109",
        "2611090118",
        "090123-4567",  # a phone, whose first half reads as a day of 2009
        "001085-012345",  # an identity card
        "849123-4567",
        "261332-0118",  # no such day
        "261125-0118",  # the day after tomorrow
        "LAN.ANH-261109-0118",
        "090.123.456-261109-0118",
        "H42.05-261109-0118-NGUYEN",
        "H42.05-261109-0118 Hương",
        "261109-0118a",
        "٢٦١١٠٩-٠١١٨x",
        "261109-0118\n0912345678",
    ],
)
def test_whatever_is_more_or_else_than_a_code_is_not_shown(text):
    assert discreet.dossier_code(text, date(2026, 11, 23)) is None


@pytest.mark.parametrize("text", ["A031", "B1000", "A2-017", "K12-1000", "Đ005", "105"])
def test_numbers_as_tickets_carry_them_are_shown(text):
    assert discreet.number(text) == text


@pytest.mark.parametrize("text", ["", "Hương", "0912345678", "A0312345", "a031", "NGUYEN", "<b>A031"])
def test_other_numbers_are_a_dash(text):
    assert discreet.number(text) == "–"


@pytest.mark.parametrize("text", ["3", "14", "12B", "KCN-1", "tn-2", "TIEPNHAN"])
def test_counters_as_hall_files_name_them_are_shown(text):
    assert discreet.counter(text) == text


@pytest.mark.parametrize(
    "text", ["", "Chị Hương", "09123456", "0912-345", "Nguyễn", "<b>3</b>", "A" * 200, "pregnant", "Huong"]
)
def test_other_counters_are_a_dash(text):
    assert discreet.counter(text) == "–"


def test_an_authority_is_named_only_as_the_halls_file_names_it():
    known = discreet.known_names(plan().authorities)
    assert discreet.authority(m.Words("Tư pháp", "Justice"), "vi", known) == "Tư pháp"
    assert discreet.authority(m.Words("Tư pháp", "Justice"), "en", known) == "Justice"
    assert discreet.authority(m.Words("Bà Nguyễn Thị Hương", "Mrs Huong"), "vi", known) == "–"
    assert discreet.authority(m.Words("Tư pháp – Nguyễn Văn Bình", ""), "vi", known) == "–"
    assert discreet.authority(m.Words("", ""), "vi", frozenset({""})) == "–"
