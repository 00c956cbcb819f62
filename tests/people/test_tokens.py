from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.people.accounts import Accounts, open_accounts
from server.people.rights import EVERYWHERE

NOW = 1_800_000_000.0
DAY = 86_400


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    opened = open_accounts(tmp_path / "accounts.db")
    yield opened
    opened.close()


def test_a_key_stands_for_its_program_until_its_day(accounts: Accounts) -> None:
    key, made = accounts.tokens.make("Cổng thông tin", "hanam", ["hall.read", "issue"], NOW + DAY, "ha", NOW)
    found = accounts.tokens.who(key, NOW + 1)
    assert found == made and found is not None and found.name == "Cổng thông tin"
    assert found.may("issue", "hanam") and not found.may("issue", "phuly") and not found.may("call", "hanam")
    assert accounts.tokens.who(key, NOW + DAY) is None
    assert accounts.tokens.who(key[:-1], NOW) is None and accounts.tokens.who("", NOW) is None


def test_a_token_for_all_centres_is_one_at_each(accounts: Accounts) -> None:
    _, made = accounts.tokens.make("tỉnh", EVERYWHERE, ["hall.read"], NOW + DAY, "ha", NOW)
    assert made.may("hall.read", "hanam") and made.may("hall.read", "phuly")


def test_revoking_works_at_once_and_once(accounts: Accounts) -> None:
    key, made = accounts.tokens.make("cũ", "hanam", ["issue"], NOW + DAY, "ha", NOW)
    assert accounts.tokens.revoke(made.id, NOW + 5)
    assert accounts.tokens.who(key, NOW + 5) is None
    assert not accounts.tokens.revoke(made.id, NOW + 6) and not accounts.tokens.revoke("nothing", NOW)
    assert accounts.tokens.all()[0].revoked_at == NOW + 5


def test_the_list_says_when_a_token_was_used_last(accounts: Accounts) -> None:
    key, _ = accounts.tokens.make("một", "hanam", ["issue"], NOW + DAY, "ha", NOW)
    assert accounts.tokens.all()[0].used_at is None
    for moment in (NOW + 10, NOW + 20, NOW + 100):  # a busy program costs a write a minute
        accounts.tokens.who(key, moment)
    told = accounts.tokens.all()[0]
    assert (told.used_at, told.made_by, told.lives(NOW)) == (NOW + 100, "ha", True)


def test_the_file_has_no_key_in_it(accounts: Accounts, tmp_path: Path) -> None:
    key, _ = accounts.tokens.make("một", "hanam", ["issue"], NOW + DAY, "ha", NOW)
    with sqlite3.connect(tmp_path / "accounts.db") as db:
        kept = "".join(str(row) for row in db.execute("SELECT * FROM token"))
    db.close()
    assert key not in kept and key.removeprefix("motcua_") not in kept
