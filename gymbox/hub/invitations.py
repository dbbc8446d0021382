"""Pairing tokens: what a QR code carries. Good once, for minutes, and only as long as this hub lives."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gymbox.hub.problem import unauthorised

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS: Final = 16
"""Bytes of chance in a token: nobody guesses it, whatever the limits."""
MOST: Final = 1_000
"""Tokens that wait to be used; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a pairing token is for."""

    expires: float
    session_id: str | None
    """The visit that the phone is given; none where it claims one by itself."""


class Invitations:
    """The tokens that wait to be used."""

    def __init__(self, lasts_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.lasts_s = lasts_s
        self._clock = clock
        self._waiting: dict[str, Invitation] = {}

    def issue(self, session_id: str | None = None) -> str:
        """A token."""
        now = self._clock()
        self._waiting = {token: one for token, one in self._waiting.items() if one.expires > now}
        if len(self._waiting) >= MOST:
            del self._waiting[next(iter(self._waiting))]
        token = secrets.token_urlsafe(LETTERS)
        self._waiting[token] = Invitation(now + self.lasts_s, session_id)
        return token

    def use(self, token: str) -> Invitation:
        """What the token is for; it is used up.

        Raises:
            Refusal: 401: there is none such, it was used, or has expired.
        """
        found = self._waiting.pop(token, None)
        if found is None or found.expires <= self._clock():
            raise unauthorised("the pairing code was used or has expired; show a new one")
        return found

    def give_back(self, token: str, invitation: Invitation) -> None:
        """Let it be used again: what it was used for failed."""
        self._waiting[token] = invitation
