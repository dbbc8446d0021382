"""Whether the language model is asked, and what of it may be said: in time, not too often, within the day's budget."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from gymbox.coach.answer import speakable
from gymbox.coach.breaker import Breaker
from gymbox.errors import ModelUnansweredError, RefusedAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from gymbox.coach.allowance import Allowance
    from gymbox.coach.prompt import Prompt
    from gymbox.config.settings import CoachSettings

_log = structlog.get_logger(__name__)

AT_ONCE: Final = 8
"""Questions under way; the next is not asked, so that nothing piles up behind a slow service."""
BACK_OFF_S: Final = 0.3
"""Before the first repetition of a question; doubled by each."""
MOST_PEOPLE: Final = 10_000


class Call:
    """One question and what it took; readable also where it failed."""

    def __init__(self) -> None:
        self.text = ""
        self.tokens = 0
        """Of all tries."""


class Asked(Protocol):
    """A language model."""

    async def ask(self, prompt: Prompt, call: Call) -> str:
        """Its answer."""


class Pace:
    """Not more often than `every_s` about anybody, whatever names they go by."""

    def __init__(self, every_s: float, clock: Callable[[], float]) -> None:
        self._every_s, self._clock = every_s, clock
        self._asked: OrderedDict[str, float] = OrderedDict()

    def allows(self, names: Collection[str]) -> bool:
        """Whether it is time."""
        since = self._clock() - self._every_s
        return all(self._asked.get(name, -float("inf")) <= since for name in names)

    def take(self, names: Collection[str]) -> None:
        """They were asked about now."""
        for name in names:
            self._asked[name] = self._clock()
            self._asked.move_to_end(name)
        while len(self._asked) > MOST_PEOPLE:
            self._asked.popitem(last=False)


class Adviser:
    """Asks the model for a person's sentence. Whatever goes wrong is an answer of none, and one line in the log."""

    def __init__(
        self,
        model: Asked,
        settings: CoachSettings,
        allowance: Allowance,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.outcomes: Counter[str] = Counter()
        """Of questions, since this process started."""
        self.trouble = ""
        """Why the model is not to be had, lately."""
        self.allowance = allowance
        self.breaker = Breaker(clock)
        self._model, self._settings, self._clock = model, settings, clock
        self._pace = Pace(settings.ask_every_s, clock)
        self._under_way = 0

    def would_ask(self, names: Collection[str]) -> bool:
        """Whether a question about them may well be answered."""
        return self._pace.allows(names) and self.breaker.state != "open"

    async def advise(self, names: Collection[str], prompt: Prompt, *, age_s: float) -> str | None:
        """What to say, checked; none where the model is not to be asked, or has nothing in time that may be said.

        Args:
            names: whom it is about, by every name of theirs: for the pace, and not told to anybody.
            prompt: the question.
            age_s: how long ago happened what it is about: an answer is worth having for so much less.
        """
        within_s = self._settings.answer_within_s - age_s
        most = (prompt.most_tokens + self._settings.max_tokens) * (self._settings.retries + 1)
        if why_not := self._why_not(names, most):
            self.outcomes[why_not] += 1
            return None
        self._pace.take(names)
        call, self._under_way = Call(), self._under_way + 1
        try:
            async with asyncio.timeout(within_s):
                text = await self._ask(prompt, call, self._clock() + within_s)
            said = speakable(text, most=prompt.sentences, language=prompt.language, numbers=prompt.numbers)
        except TimeoutError:
            call.tokens = most  # nobody knows what a question costs that was given up
            self._fail("late", f"no answer within {within_s:.1f} s")
        except ModelUnansweredError as error:
            self._fail("unanswered", str(error), lasting=error.lasting)
        except RefusedAnswerError as error:
            self._fail("refused", f"its answer may not be said: {error}")
        except asyncio.CancelledError:
            self.breaker.abandoned()
            call.tokens = most
            raise
        else:
            self._succeed()
            return said
        finally:
            self._under_way -= 1
            self.allowance.settle(most, call.tokens)
        return None

    async def _ask(self, prompt: Prompt, call: Call, until: float) -> str:
        """Ask, and once more where that may help and there is time."""
        for tried in range(self._settings.retries + 1):
            try:
                return await self._model.ask(prompt, call)
            except ModelUnansweredError as error:
                wait_s = max(BACK_OFF_S * 2**tried, error.retry_after_s)
                if error.lasting or tried == self._settings.retries or self._clock() + wait_s >= until:
                    raise
                call.text = ""
                await asyncio.sleep(wait_s)
        raise AssertionError

    def _why_not(self, names: Collection[str], most: int) -> str:
        """Why a question is not asked; empty where it may be, and then so many tokens are reserved."""
        if not self._pace.allows(names):
            return "too_soon"
        if self._under_way >= AT_ONCE:
            return "busy"
        if not self.breaker.admits():
            return "breaker_open"
        if not self.allowance.reserve(most):
            self.breaker.abandoned()
            return "budget_spent"
        return ""

    def _succeed(self) -> None:
        self.outcomes["said"] += 1
        self.breaker.succeeded()
        if self.trouble:
            self.trouble = ""
            _log.info("the language model answers again")

    def _fail(self, outcome: str, why: str, *, lasting: bool = False) -> None:
        """One line when it begins to fail; then silence until it is well again."""
        self.outcomes[outcome] += 1
        self.breaker.failed(lasting=lasting)
        if not self.trouble:
            _log.warning("the language model does not serve: the box's own words are said", why=why)
        self.trouble = why
