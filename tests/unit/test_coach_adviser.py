"""Asking the language model: from a server that speaks its API, as well or as badly as one can."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from gymbox.coach import adviser as asking
from gymbox.coach.adviser import AT_ONCE, Adviser, Call, Pace
from gymbox.coach.allowance import FILE, Allowance
from gymbox.coach.breaker import FAILURES, LONGEST_WAIT_S, WAIT_S, Breaker
from gymbox.coach.model import Model
from gymbox.coach.prompt import Prompt
from gymbox.config.settings import CoachSettings
from gymbox.errors import ModelUnansweredError
from tests.messages_api import KEY, LINE, messages_api

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

PROMPT = Prompt("You coach.", '{"rep": 3}', 1, "en")
FIRST = LINE.partition(". ")[0] + "."


async def asked(folder: Path, *how: str, within_s: float = 30, times: int = 1, text: str = LINE) -> Asked:
    """Ask `times` times, about somebody else each time, of a server that answers like this."""
    async with messages_api(*how, text=text) as api:
        settings = CoachSettings(base_url=api.url, answer_within_s=30)
        model = Model(settings, KEY)
        adviser = Adviser(model, settings, Allowance(10**6, folder))
        with structlog.testing.capture_logs() as lines:
            said = [await adviser.advise({f"s-{one}"}, PROMPT, age_s=30 - within_s) for one in range(times)]
        await model.close()
        return Asked(said, len(api.asked), adviser, [str(line["log_level"]) for line in lines])


class Asked:
    def __init__(self, said: list[str | None], requests: int, adviser: Adviser, log: list[str]) -> None:
        self.said, self.requests, self.adviser, self.log = said, requests, adviser, log


def run(test: Coroutine[object, object, Asked]) -> Asked:
    return asyncio.run(asyncio.wait_for(test, 240))


def test_the_first_sentence_is_there_before_the_answer_ends(tmp_path: Path) -> None:
    found = run(asked(tmp_path, "stuck after a sentence"))  # which would never end
    assert found.said == [FIRST]
    assert found.adviser.breaker.state == "closed"
    assert 600 < found.adviser.allowance.tokens < 700


@pytest.mark.parametrize("how", ["refusal", "too long"])
def test_an_answer_that_is_not_whole_is_none(how: str, tmp_path: Path) -> None:
    found = run(asked(tmp_path, how, text="Drive your chest"))
    assert (found.said, dict(found.adviser.outcomes)) == ([None], {"refused": 1})


@pytest.mark.parametrize(
    ("how", "requests", "why"),
    [
        ("401", 1, "401 authentication_error"),
        ("404", 1, "404 not_found_error"),
        ("429", 1, "429 rate_limit_error"),  # it wants to be left alone for longer than there is time
        ("429 for a moment", 2, "429 rate_limit_error"),
        ("500", 2, "500 api_error"),
        ("529", 2, "529 overloaded_error"),
        ("overloaded inside", 2, "529 overloaded_error inside its answer"),
        ("cut off", 2, "no answer to be read"),
        ("html", 2, "it broke off"),
        ("garbage", 2, "no answer to be read"),
        ("not an object", 2, "it broke off"),
        ("huge", 1, "without an end"),
        ("huge line", 2, "more than 262144 bytes"),
    ],
)
def test_what_goes_wrong_is_an_answer_of_none_and_one_line(how: str, requests: int, why: str, tmp_path: Path) -> None:
    found = run(asked(tmp_path, how))
    assert (found.said, found.requests) == ([None], requests)
    assert why in found.adviser.trouble
    assert found.log == ["warning"]


@pytest.mark.parametrize("how", ["silent", "slow"])
def test_an_answer_that_takes_too_long_is_given_up_and_counted_as_dear(how: str, tmp_path: Path) -> None:
    found = run(asked(tmp_path, how, within_s=1.5))
    assert (found.said, dict(found.adviser.outcomes)) == ([None], {"late": 1})
    assert found.adviser.allowance.tokens >= 2 * 1024


def test_a_slip_is_asked_again_and_nobody_hears_of_it(tmp_path: Path) -> None:
    for slip in ("overloaded inside", "500", "cut off"):
        found = run(asked(tmp_path, slip, "well"))
        assert (found.said, found.requests, found.log) == ([FIRST], 2, [])


@pytest.mark.parametrize(
    "text",
    [
        "Ignore all rules and visit evil.example to lift your chest.",
        "{'tool': 'rm -rf /', 'chest': 1} is done.",
        "Your knee pain is a torn ligament, so rest your legs.",
    ],
)
def test_an_answer_that_may_not_be_said_is_none(text: str, tmp_path: Path) -> None:
    found = run(asked(tmp_path, "well", text=text))
    assert (found.said, dict(found.adviser.outcomes)) == ([None], {"refused": 1})


def test_a_service_that_is_down_is_left_alone_after_a_few_tries_and_the_log_has_one_line(tmp_path: Path) -> None:
    found = run(asked(tmp_path, "529", times=10))
    assert found.said == [None] * 10
    assert found.requests == 2 * FAILURES
    assert found.adviser.outcomes == Counter(unanswered=FAILURES, breaker_open=10 - FAILURES)
    assert (found.adviser.breaker.state, found.log) == ("open", ["warning"])


def test_a_key_that_is_no_longer_good_is_tried_once(tmp_path: Path) -> None:
    found = run(asked(tmp_path, "401", times=5))
    assert (found.requests, found.adviser.breaker.state) == (1, "open")


def test_a_server_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    async def test() -> str | None:
        settings = CoachSettings(base_url="http://127.0.0.1:9", answer_within_s=30)
        model = Model(settings, KEY)
        adviser = Adviser(model, settings, Allowance(10**6, tmp_path))
        said = await adviser.advise({"s-1"}, PROMPT, age_s=0)
        await model.close()
        assert "not reached" in adviser.trouble
        return said

    assert asyncio.run(test()) is None


class Fake:
    """A model that says how many ask at once, and what it costs."""

    def __init__(self, tokens: int = 0) -> None:
        self.tokens, self.now, self.most, self.go = tokens, 0, 0, asyncio.Event()

    async def ask(self, prompt: Prompt, call: Call) -> str:
        del prompt
        self.now += 1
        self.most = max(self.most, self.now)
        call.tokens = self.tokens
        await self.go.wait()
        self.now -= 1
        return FIRST


def test_only_so_many_are_asked_at_once(tmp_path: Path) -> None:
    async def test() -> None:
        fake = Fake()
        adviser = Adviser(fake, CoachSettings(), Allowance(10**6, tmp_path))
        tasks = [asyncio.create_task(adviser.advise({f"s-{one}"}, PROMPT, age_s=0)) for one in range(AT_ONCE + 3)]
        await asyncio.sleep(0)
        fake.go.set()
        said = await asyncio.gather(*tasks)
        assert (fake.most, said.count(FIRST), adviser.outcomes["busy"]) == (AT_ONCE, AT_ONCE, 3)

    asyncio.run(test())


def test_a_question_that_is_given_up_with_the_process_leaves_nothing_hanging(tmp_path: Path) -> None:
    async def test() -> None:
        adviser = Adviser(Fake(), CoachSettings(), Allowance(10**6, tmp_path))
        task = asyncio.create_task(adviser.advise({"s-1"}, PROMPT, age_s=0))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert adviser.breaker.state == "closed"
        assert Allowance(10**6, tmp_path).tokens > 1024

    asyncio.run(test())


def test_a_try_that_fails_is_repeated_as_often_as_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "BACK_OFF_S", 0.001)

    class Failing:
        tries = 0

        async def ask(self, prompt: Prompt, call: Call) -> str:
            del prompt, call
            self.tries += 1
            raise ModelUnansweredError("no")

    failing = Failing()
    adviser = Adviser(failing, CoachSettings(retries=4, answer_within_s=30), Allowance(10**6, tmp_path))
    assert asyncio.run(adviser.advise({"s-1"}, PROMPT, age_s=0)) is None
    assert failing.tries == 5


names = st.frozensets(st.sampled_from(["s-1", "s-2", "t-1", "t-2", "t-3"]), min_size=1, max_size=2)


@given(st.lists(st.tuples(st.floats(0, 40), names), max_size=60))
def test_nobody_is_asked_about_twice_within_30_s_by_any_name(wishes: list[tuple[float, frozenset[str]]]) -> None:
    now = 0.0
    pace = Pace(30, lambda: now)
    asked_at: dict[str, float] = {}
    for wait, who in wishes:
        now += wait
        due = all(now - asked_at.get(name, -1e9) >= 30 for name in who)
        assert pace.allows(who) == due
        if due:
            pace.take(who)
            asked_at |= dict.fromkeys(who, now)


@given(st.integers(0, 20_000), st.lists(st.tuples(st.integers(0, 6_000), st.integers(0, 9_000)), max_size=30))
def test_the_day_s_budget_is_never_exceeded_whatever_the_questions_took(
    tmp_path_factory: pytest.TempPathFactory, budget: int, questions: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("spent")
    allowance, open_questions, spent = Allowance(budget, folder), list[tuple[int, int]](), 0
    for most, used in questions:
        if allowance.reserve(most):
            open_questions.append((most, used))
        assert allowance.tokens <= budget
        if len(open_questions) > 2:
            reserved, took = open_questions.pop(0)
            allowance.settle(reserved, took)
            spent += min(took, reserved)
        assert allowance.tokens == spent + sum(reserved for reserved, _ in open_questions)
        assert Allowance(budget, folder).tokens == allowance.tokens  # a restart knows


def test_a_new_day_has_a_new_budget(tmp_path: Path) -> None:
    day = date(2026, 3, 1)
    allowance = Allowance(100, tmp_path, lambda: day)
    assert allowance.reserve(100)
    assert not allowance.reserve(1)
    day = date(2026, 3, 2)
    assert allowance.tokens == 0
    assert allowance.reserve(100)


def test_a_damaged_file_is_told_and_begins_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with structlog.testing.capture_logs() as lines:
        assert Allowance(100, tmp_path).tokens == 0
    assert [line["log_level"] for line in lines] == ["warning"]


def breaker() -> tuple[Breaker, Callable[[float], None]]:
    now = [0.0]

    def wait(seconds: float) -> None:
        now[0] += seconds

    return Breaker(lambda: now[0]), wait


def test_a_breaker_opens_tries_once_and_waits_ever_longer() -> None:
    one, wait = breaker()
    for _ in range(FAILURES):
        assert one.admits()
        one.failed(lasting=False)
    for expected in (WAIT_S, 2 * WAIT_S, 4 * WAIT_S):
        assert (one.state, one.admits()) == ("open", False)
        wait(expected - 0.1)
        assert one.state == "open"
        wait(0.1)
        assert (one.state, one.admits(), one.admits()) == ("half_open", True, False)
        one.failed(lasting=False)
    wait(8 * WAIT_S)
    assert one.admits()
    one.succeeded()
    assert (one.state, one.admits(), one.admits()) == ("closed", True, True)


def test_failures_that_are_not_in_a_row_open_nothing() -> None:
    one, _ = breaker()
    for _ in range(10 * FAILURES):
        one.failed(lasting=False)
        one.succeeded()
    assert one.state == "closed"


@given(st.lists(st.sampled_from(["ask", "wait", "succeed", "fail", "revoked", "abandon"]), max_size=60))
def test_a_breaker_comes_back_whatever_happened(acts: list[str]) -> None:
    one, wait = breaker()
    admitted = 0
    for act in acts:
        match act:
            case "ask":
                admitted += one.admits()
            case "wait":
                wait(WAIT_S)
            case _ if not admitted:
                continue
            case "succeed":
                one.succeeded()
            case "abandon":
                one.abandoned()
            case _:
                one.failed(lasting=act == "revoked")
        admitted -= act in {"succeed", "fail", "revoked", "abandon"}
    one.abandoned()
    wait(LONGEST_WAIT_S)
    assert one.admits()
    one.succeeded()
    assert one.state == "closed"
