from __future__ import annotations

from server.throttle import Throttle


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
    assert len(throttle._failures) <= 10_000
