from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from gymbox.errors import ConfigError
from gymbox.hub.invitations import MOST, Invitations
from gymbox.hub.limits import Limit
from gymbox.hub.password import Password
from gymbox.hub.problem import Refusal

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_pairing_code_is_good_once(clock: Clock) -> None:
    invitations = Invitations(300, clock)
    code = invitations.issue("s-aaaaaaaaaaaa")
    assert invitations.use(code).session_id == "s-aaaaaaaaaaaa"
    with pytest.raises(Refusal, match="401"):
        invitations.use(code)


def test_a_pairing_code_is_good_for_five_minutes(clock: Clock) -> None:
    invitations = Invitations(300, clock)
    early, late = invitations.issue(), invitations.issue()
    clock.now = 299.9
    invitations.use(early)
    clock.now = 300
    with pytest.raises(Refusal, match="401"):
        invitations.use(late)


def test_a_code_whose_use_failed_is_good_again_for_the_rest_of_its_time(clock: Clock) -> None:
    invitations = Invitations(300, clock)
    code = invitations.issue()
    invitations.give_back(code, invitations.use(code))
    invitations.use(code)
    invitations.give_back(code, invitations.use(invitations.issue()))
    clock.now = 301
    with pytest.raises(Refusal, match="401"):
        invitations.use(code)


def test_codes_that_nobody_uses_do_not_pile_up(clock: Clock) -> None:
    invitations = Invitations(300, clock)
    first, *others = [invitations.issue() for _ in range(MOST + 1)]
    invitations.use(others[0])
    with pytest.raises(Refusal, match="401"):
        invitations.use(first)


def test_a_limit_lets_some_through_at_once_and_earns_more_with_time(clock: Clock) -> None:
    limit = Limit(3, each_s=2, clock=clock)
    for _ in range(3):
        limit.take("a")
    with pytest.raises(Refusal, match="429") as refused:
        limit.take("a")
    assert refused.value.headers == {"Retry-After": "3"}
    limit.take("b")
    clock.now = 2
    limit.take("a")
    with pytest.raises(Refusal, match="429"):
        limit.check("a")
    limit.forgive("a")
    limit.check("a")


def test_a_limit_forgets_who_tried_least_of_late(clock: Clock) -> None:
    limit = Limit(1, each_s=1e9, clock=clock)
    for number in range(10_001):
        limit.take(str(number))
    limit.take("0")
    with pytest.raises(Refusal, match="429"):
        limit.take("10000")


@pytest.fixture
def password(tmp_path: Path) -> Password:
    return Password(tmp_path, hasher=PasswordHasher.from_parameters(CHEAPEST))


def test_the_password_holds_and_no_other_does(password: Password, tmp_path: Path) -> None:
    assert not asyncio.run(password.holds(""))
    invented = password.invent()
    assert asyncio.run(password.holds(invented))
    assert not asyncio.run(password.holds(invented[:-1]))
    file = tmp_path / "hub" / "password"
    assert file.stat().st_mode & 0o777 == 0o600
    assert invented not in file.read_text()


def test_each_password_is_another_generation_even_the_same_one(password: Password) -> None:
    assert password.generation == ""
    seen = set()
    for _ in range(2):
        password.set("the same password")
        seen.add(password.generation)
    assert len(seen) == 2


@pytest.mark.parametrize("bad", ["short", "x" * 201])
def test_a_password_that_is_none_is_refused(password: Password, bad: str) -> None:
    with pytest.raises(ConfigError, match=rf"expected 10 to 200 letters, got {len(bad)}"):
        password.set(bad)
    assert not password.known


def test_a_damaged_password_lets_nobody_in(password: Password, tmp_path: Path) -> None:
    password.set("the password")
    (tmp_path / "hub" / "password").write_bytes(b"\xff nothing")
    assert not asyncio.run(password.holds("the password"))
