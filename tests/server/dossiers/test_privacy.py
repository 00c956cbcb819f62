"""Whatever a table has of citizens, in whichever column: none of it is published, and none of it is logged.

Through the real door and the real outlet: bytes of a file in, bytes on the broker out.
"""

from __future__ import annotations

import dataclasses
import itertools
import logging
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace

from hardware.clock import set_clock
from server.dossiers import program
from server.dossiers.fields import STANDARD
from server.dossiers.folding import fold
from server.dossiers.program import Wishes, run
from server.dossiers.reading import LONGEST_PROCEDURE
from server.dossiers.register import Dossier
from server.dossiers.telling import lines
from server.program import Settings
from tests.server.dossiers.tables import (
    CONFIG,
    DELIVERY,
    GOOD,
    HANAM,
    NOW,
    Public,
    brought,
    resolved,
    row,
    table,
)

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Vũ", "Đặng")
MIDDLE = ("Văn", "Thị", "Quốc", "Ngọc", "Thị Kim", "Đình")
GIVEN = ("An", "Bưởi", "Cường", "Dũng", "Hạnh", "Khánh", "Phượng", "Quỳnh")
STREETS = ("Trần Phú", "Lê Công Thanh", "Biên Hòa", "Nguyễn Viết Xuân")
REASONS = ("thương binh hạng 2/4", "người khuyết tật nặng", "phụ nữ mang thai", "người cao tuổi", "nhiễm HIV")

figures = st.text(alphabet="0123456789", min_size=7, max_size=7)
names = st.builds(lambda *parts: " ".join(parts), *(st.sampled_from(p) for p in (FAMILY, MIDDLE, GIVEN)))
phones = st.builds(lambda head, tail: head + tail, st.sampled_from(("091", "098", "+8491", "0351 ")), figures)
identities = st.builds(
    lambda begins, tail: begins + tail[:6], st.sampled_from(("035088", "035201", "010105", "012010")), figures
)
addresses = st.builds(
    lambda n, street: f"Số {n} {street}, phường Hai Bà Trưng", st.integers(1, 400), st.sampled_from(STREETS)
)
written = st.sampled_from(
    (str, str.upper, str.lower, lambda t: unicodedata.normalize("NFD", t), lambda t: t.replace(" ", "  "))
)
personal = st.builds(
    lambda text, how: how(text),
    names | phones | identities | addresses | st.sampled_from(REASONS),
    written,
)
# Where it stands: instead of what should be there, before it, behind it, in lines, or dressed as a code.
PLACES: tuple[Callable[[str, str], str], ...] = (
    lambda cell, found: found,
    lambda cell, found: f"{cell} {found}",
    lambda cell, found: f"{found} - {cell}",
    lambda cell, found: f"{cell}\n{found}",
    lambda cell, found: f"{found}-261109-0118",
    lambda cell, found: f"{found.replace(' ', '.')}-261109-0118",
    lambda cell, found: f"H42.{found.replace(' ', '.')}-261109-0118",
    lambda cell, found: f"H42.13-{found[:6]}-{found[6:]}",
    lambda cell, found: f'="{found}"',
)
DOORS = (*STANDARD, "Họ và tên")
codings = st.sampled_from(("utf-8", "utf-8-sig", "utf-16"))


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    opened = Public(tmp_path_factory.mktemp("public"), dataclasses.replace(CONFIG, codes="whole"))
    yield opened
    opened.close()


class Record(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@pytest.fixture(scope="module")
def record() -> Iterator[Record]:
    """Everything that any part of us logs, down to the last word."""
    handler, root = Record(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


def holds(text: str, found: str) -> bool:
    """Whether a text has it, as it was written or however it is accented, cased and spaced."""
    return found in text or fold(found) in fold(text) or found.replace(" ", "") in text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(personal, codings, st.booleans())
def test_nothing_of_a_citizen_is_published_or_logged(
    public: Public, record: Record, found: str, coding: str, ready: bool
) -> None:
    record.texts.clear()
    public.store.bring([], DELIVERY, NOW)
    public.feed.look()
    public.heard()
    taken: dict[str, Dossier] = {}
    for door, place in itertools.product(DOORS, PLACES):
        # Of an agency that nobody knows, so that the authority's name counts.
        code = "H99.99-261109-0118" if door == "authority" else GOOD["code"]
        base = resolved(code=code) if ready else row(code=code, resolved="", returned="", counter="")
        poisoned = {"Họ và tên": found, "Số điện thoại": found, **base}
        poisoned[door] = place(poisoned[door], found)
        examined = public.examine(table(poisoned).encode(coding))
        told = "\n".join(line for lang in ("vi", "en") for line in lines(examined.report, lang, done=False))
        assert not holds(told, found), "nor does a refusal repeat it"
        for dossier in (
            one.dossier for one in examined.brought
        ):  # of one code the first, which the procedure's door brings in
            taken.setdefault(dossier.code, dossier)
        assert examined.report.good or door != "Họ và tên", "names in other columns are no reason to refuse"
    public.store.bring(brought(taken.values()), DELIVERY, NOW)
    stored = (replace(d, procedure="") for d in public.store.dossiers())
    assert not holds(str(list(stored)), found), "what has no column is not even kept"
    public.feed.look()
    heard = public.heard()
    assert heard and not any(holds(payload.decode(), found) for payload in heard)
    assert record.texts and not any(holds(text, found) for text in record.texts)


@given(found=personal)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_would_find_citizens_in_the_register_finds_nobody(public: Public, found: str) -> None:
    """Phones and identity numbers are not even kept where free text is."""
    examined = public.examine(table(row(procedure=f"Cấp đổi {found}"[:LONGEST_PROCEDURE])).encode())
    figures_ = sum(c.isdigit() for c in found)
    assert examined.report.good == (figures_ < 9)


def test_a_line_has_no_field_for_a_procedure(public: Public) -> None:
    public.take(
        row(procedure="Xét nghiệm ma túy"), resolved(code="H42.13-261109-0119", procedure="Cấp thẻ HIV")
    )
    said = public.said()
    assert len(said.lines) == 2 and {f for line in said.lines for f in line.__struct_fields__} == {
        "code", "authority", "stage", "due", "place",
    }  # fmt: skip
    assert GOOD["procedure"] not in msgspec.json.encode(said).decode()


def test_the_command_line_logs_and_keeps_nobody(
    tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.texts.clear()
    clock = tmp_path / "clock.json"
    set_clock(clock, NOW, 0.0001)
    monkeypatch.setattr(program, "confine", lambda: None)  # the other tests go on in this process
    file = tmp_path / "table.csv"
    file.write_text(table({**row(), "Họ tên": "Trần Thị Bưởi"}), encoding="utf-8")
    settings_ = Settings(hall=HANAM / "hall.toml", data=tmp_path / "data", clock=f"hall:{clock}")
    assert run(settings_, Wishes(file)) == 0
    assert not any("Bưởi" in text for text in record.texts)
    assert "Bưởi".encode() not in b"".join(p.read_bytes() for p in (tmp_path / "data").iterdir())
