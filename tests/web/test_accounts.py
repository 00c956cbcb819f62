from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.people.accounts import AccountError, Accounts, new_account, open_accounts, open_secret
from server.people.logins import ABSOLUTE_S, IDLE_S
from server.people.rights import Role

GOOD = "mot-hai-ba-bon"
NOW = 1_800_000_000.0


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    opened = open_accounts(tmp_path / "accounts.db")
    yield opened
    opened.close()


def test_there_is_no_account_until_one_is_made(accounts: Accounts) -> None:
    assert accounts.all() == ()


@pytest.mark.parametrize("password", ["", "short", "a" * 9, "aaaaaaaaaaaa", "thu-ha-2026", "x" * 201])
def test_a_password_that_is_weak_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(AccountError):
        accounts.add("thu-ha", Role.OFFICER, password, NOW)
    assert accounts.all() == ()


@pytest.mark.parametrize("name", ["", "Hà", "a b", "x" * 33, "a/b", "a\n"])
def test_a_name_is_an_id(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError):
        accounts.add(name, Role.OFFICER, GOOD, NOW)


def test_a_name_is_taken_once(accounts: Accounts) -> None:
    accounts.add("ha", Role.OFFICER, GOOD, NOW)
    with pytest.raises(AccountError, match="already"):
        accounts.add("ha", Role.MANAGER, GOOD, NOW)


def test_passwords_are_kept_as_argon2id_only(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add("ha", Role.OFFICER, GOOD, NOW)
    accounts.close()
    kept = b"".join(f.read_bytes() for f in tmp_path.iterdir())
    assert GOOD.encode() not in kept
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in kept


def test_the_right_password_logs_in_and_others_do_not(accounts: Accounts) -> None:
    accounts.add("ha", Role.OFFICER, GOOD, NOW)
    login = accounts.log_in("ha", GOOD, NOW)
    assert login is not None and accounts.who(login.key, NOW) == login.account
    assert accounts.log_in("ha", GOOD + "x", NOW) is None
    assert accounts.log_in("nobody", GOOD, NOW) is None
    assert accounts.log_in("ha", "\ud800" * 12, NOW) is None


def test_a_log_in_ends_when_left_idle_and_after_twelve_hours(accounts: Accounts) -> None:
    accounts.add("ha", Role.OFFICER, GOOD, NOW)
    login = accounts.log_in("ha", GOOD, NOW)
    assert login is not None
    assert accounts.who(login.key, NOW + IDLE_S - 1) is not None  # being seen begins the idle time anew
    assert accounts.who(login.key, NOW + IDLE_S + 60) is not None
    assert accounts.who(login.key, NOW + ABSOLUTE_S + 1) is None
    other = accounts.log_in("ha", GOOD, NOW)
    assert other is not None and accounts.who(other.key, NOW + IDLE_S + 1) is None


def test_disabling_or_changing_the_role_ends_log_ins_at_once(accounts: Accounts) -> None:
    for name in ("ha", "nam"):
        accounts.add(name, Role.OFFICER, GOOD, NOW)
    ha, nam = accounts.log_in("ha", GOOD, NOW), accounts.log_in("nam", GOOD, NOW)
    assert ha is not None and nam is not None
    accounts.disable("ha")
    accounts.set_roles("nam", {"*": Role.MANAGER})
    assert accounts.who(ha.key, NOW) is None
    assert accounts.who(nam.key, NOW) is None
    assert accounts.log_in("ha", GOOD, NOW) is None


def test_logging_out_ends_this_log_in_and_no_other(accounts: Accounts) -> None:
    accounts.add("ha", Role.OFFICER, GOOD, NOW)
    one, two = accounts.log_in("ha", GOOD, NOW), accounts.log_in("ha", GOOD, NOW)
    assert one is not None and two is not None
    accounts.log_out(one.key)
    assert accounts.who(one.key, NOW) is None
    assert accounts.who(two.key, NOW) is not None


def test_log_ins_outlive_a_restart(tmp_path: Path) -> None:
    first = open_accounts(tmp_path / "accounts.db")
    first.add("ha", Role.OFFICER, GOOD, NOW)
    login = first.log_in("ha", GOOD, NOW)
    assert login is not None
    first.close()
    second = open_accounts(tmp_path / "accounts.db")
    second.ensure("ha", Role.OFFICER, GOOD, NOW)
    assert second.who(login.key, NOW) is not None
    second.close()


def test_files_with_secrets_belong_to_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_accounts(tmp_path / "accounts.db").close()
        secret = open_secret(tmp_path / "secret")
    finally:
        os.umask(before)
    assert len(secret) == 32 and open_secret(tmp_path / "secret") == secret
    for name in ("accounts.db", "secret"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_new_account_asks_for_its_password_twice(accounts: Accounts) -> None:
    answers = iter([GOOD, GOOD, GOOD, "another-one"])
    assert new_account(accounts, "ha", "manager", NOW, lambda _: next(answers)).roles == {"*": Role.MANAGER}
    with pytest.raises(AccountError, match="differ"):
        new_account(accounts, "nam", "officer", NOW, lambda _: next(answers))
    with pytest.raises(AccountError, match="role"):
        new_account(accounts, "nam", "king", NOW, lambda _: GOOD)
