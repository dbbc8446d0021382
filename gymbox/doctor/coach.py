"""Who words what people are told: no key and no internet are normal, and said."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

from gymbox.bus.endpoints import COACH, COACH_REQUESTS
from gymbox.bus.request import ask
from gymbox.doctor.finding import Finding, good, warn
from gymbox.doctor.lives import alive
from gymbox.errors import BusError
from gymbox.requests import AskCoach, CoachReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox.config import Settings

PATIENCE_S: Final = 3.0
OWN: Final = "worded by the box itself"


def coach(settings: Settings) -> Iterator[Finding]:
    """How the coach does, from itself where it is alive."""
    report = asyncio.run(_asked(settings)) if alive(settings.run_dir, COACH.name) else None
    if report is None:
        has_key = settings.coach.api_key is not None or os.environ.get("ANTHROPIC_API_KEY")
        yield good("coach", f"worded by {settings.coach.model}" if has_key else f"{OWN}: there is no key")
        return
    if report.model is None:
        yield good("coach", f"{OWN}: there is no key")
        return
    spent = f"{report.tokens_today:,} of {report.tokens_per_day:,} tokens today"
    if report.trouble:
        remedy = "look at the key and the internet; people hear the box's own words meanwhile"
        came = f"{OWN}, as {report.model} does not serve: {report.trouble}; {spent}"
        yield warn("coach", came, expected="a model that answers", remedy=remedy)
        return
    yield good("coach", f"worded by {report.model}, {spent}")


async def _asked(settings: Settings) -> CoachReport | None:
    try:
        asked = ask(COACH_REQUESTS, AskCoach(), CoachReport, run_dir=settings.run_dir, timeout_s=PATIENCE_S)
        return (await asked)[0]
    except BusError:
        return None
