"""How the coach does, for `/metrics` and the doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gymbox.requests import CoachReport, Said

if TYPE_CHECKING:
    from gymbox.coach.adviser import Adviser
    from gymbox.coach.coach import Coach
    from gymbox.config.settings import CoachSettings


def report(settings: CoachSettings, coach: Coach, adviser: Adviser | None) -> CoachReport:
    """All of it, since this process started."""
    return CoachReport(
        model=settings.model if adviser else None,
        breaker=adviser.breaker.state if adviser else "closed",
        trouble=adviser.trouble[:300] if adviser else "",
        tokens_today=adviser.allowance.tokens if adviser else 0,
        tokens_per_day=settings.tokens_per_day,
        questions=dict(adviser.outcomes) if adviser else {},
        said=tuple(Said(kind=kind, source=source, times=times) for (kind, source), times in coach.said.items()),
    )
