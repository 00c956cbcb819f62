from __future__ import annotations

from server.dossiers.lookups import TRIES
from server.throttle import KEPT, LOG_INS, Throttle


def tried(throttle: Throttle, account: str, address: str, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        throttle.failed(account, address, now)


def test_five_failures_are_free_and_then_the_wait_doubles() -> None:
    throttle, waits = Throttle(), []
    for _ in range(9):
        throttle.failed("ha", "10.0.0.1", 0.0)
        waits.append(throttle.wait_s("ha", "10.0.0.1", 0.0))
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16]


def test_the_wait_passes() -> None:
    throttle = Throttle()
    tried(throttle, "ha", "10.0.0.1", 6)
    assert throttle.wait_s("ha", "10.0.0.1", 1.5) == 0.5
    assert throttle.wait_s("ha", "10.0.0.1", 2.0) == 0


def test_one_address_that_sprays_many_names_waits() -> None:
    throttle = Throttle()
    for n in range(30):
        throttle.failed(f"officer-{n}", "10.0.0.1", 0.0)
    assert throttle.wait_s("manager", "10.0.0.1", 0.0) > 60
    assert throttle.wait_s("manager", "10.0.0.2", 0.0) == 0


def test_many_addresses_at_one_account_slow_strangers_and_not_its_owner() -> None:
    throttle = Throttle()
    throttle.succeeded("ha", "10.0.0.7")
    for n in range(40):
        throttle.failed("ha", f"10.0.1.{n}", 0.0)
    assert 0 < throttle.wait_s("ha", "10.0.2.2", 0.0) <= 60
    assert throttle.wait_s("ha", "10.0.0.7", 0.0) == 0


def test_a_quarter_of_an_hour_of_peace_forgets() -> None:
    throttle = Throttle()
    tried(throttle, "ha", "10.0.0.1", 12)
    throttle.failed("ha", "10.0.0.1", 2000.0)
    assert throttle.wait_s("ha", "10.0.0.1", 2000.0) == 0


def test_success_forgets_ones_own_failures() -> None:
    throttle = Throttle()
    tried(throttle, "ha", "10.0.0.1", 9)
    throttle.succeeded("ha", "10.0.0.1")
    assert throttle.wait_s("ha", "10.0.0.1", 0.0) == 0


def test_a_million_names_fill_no_memory() -> None:
    throttle = Throttle()
    for n in range(12_000):
        throttle.failed(f"x{n}", f"address {n}", 0.0)
        throttle.succeeded(f"x{n}", f"address {n}")
    assert len(throttle) <= 2 * KEPT


def test_a_million_dossiers_fill_no_memory_and_open_none_that_is_locked() -> None:
    """From as many addresses as somebody likes: what is tried of others pushes nothing out."""
    throttle, tried = Throttle(TRIES), 0
    for minute in range(6 * 60):
        address = f"2001:db8:0:{minute:x}::1"
        tried += throttle.attempt("H42.13-261109-0118", address, minute * 60.0) == 0.0
        for n in range(100):  # 36,000 in all
            throttle.attempt(f"{minute}-{n}", f"2001:db8:{n + 1:x}:{minute:x}::1", minute * 60.0)
    assert 0 < tried <= 17  # five are free, then after 1, 2, 4 ... 60 minutes
    assert TRIES.slots is not None and len(throttle) <= TRIES.slots + KEPT


def test_dossiers_hardly_ever_wait_for_each_other() -> None:
    """A hundred are locked in a bad hour; of a thousand others a handful wait, and their status is told."""
    throttle = Throttle(TRIES)
    for n in range(100):
        for k in range(5):
            throttle.attempt(f"locked {n}", f"10.{k}.{n}.1", 0.0)
    assert sum(throttle.wait_s(f"other {n}", "10.9.9.9", 0.0) > 0 for n in range(1000)) < 40


def test_a_household_with_a_million_addresses_is_one() -> None:
    for limits in (LOG_INS, TRIES):
        throttle = Throttle(limits)
        for n in range(30):
            throttle.failed(f"somebody {n}", f"2001:db8:1:2::{n:x}", 0.0)
        assert throttle.wait_s("manager", "2001:db8:1:2:ffff::1", 0.0) > 60
        assert throttle.wait_s("manager", "2001:db8:1:3::1", 0.0) == 0
