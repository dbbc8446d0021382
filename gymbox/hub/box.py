"""What the hub's routes work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gymbox.bus.endpoints import RECORDER_REQUESTS
from gymbox.bus.request import ask
from gymbox.hub.problem import forbidden
from gymbox.requests import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from gymbox.bus.endpoints import Desk
    from gymbox.bus.request import Request
    from gymbox.config import Settings
    from gymbox.config.roster import Roster
    from gymbox.hub.addresses import Addresses
    from gymbox.hub.audience import Audience
    from gymbox.hub.backups import PendingKey
    from gymbox.hub.floor import Floor
    from gymbox.hub.guests import Guest, Guests
    from gymbox.hub.invitations import Invitations
    from gymbox.hub.keys import Keys
    from gymbox.hub.metrics import Metrics
    from gymbox.hub.password import Password
    from gymbox.hub.tokens import Tokens
    from gymbox.storage import Reader
    from gymbox.storage.owners import Owner
    from gymbox.system.desk import Desk as Root


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One running hub."""

    settings: Settings
    """As they were when it began; the cameras as they are now are the roster's."""
    roster: Roster
    keys: Keys
    tokens: Tokens
    password: Password
    guests: Guests
    invitations: Invitations
    reader: Reader
    floor: Floor
    metrics: Metrics
    audience: Audience
    addresses: Addresses
    root: Root
    """What looks after the machine."""
    setup_code: str
    """By which whoever stands before a new box makes it their own."""
    new_key: PendingKey
    """Of backups, until its owner has confirmed it."""
    openapi: bytes
    """The API's description."""

    async def owned(self, guest: Guest, whose: Callable[[Session, str], Owner], row_id: str) -> Owner:
        """Whose `row_id` is, if `guest` may see it.

        Raises:
            UnknownError: there is none.
            Refusal: 403: it is another's, or nobody's.
        """
        owner = await self.reader.read(whose, row_id)
        if not guest.is_operator and (owner.device_id is None or owner.device_id != guest.id):
            raise forbidden("it belongs to somebody else")
        return owner

    async def do(self, request: Request, desk: Desk = RECORDER_REQUESTS) -> None:
        """Have the recorder, or whose `desk` it is, do it: what the recorder did is on disk when this returns.

        Raises:
            RefusedError: it will not, and says why.
            NoAnswerError: it is not there.
        """
        await ask(desk, request, Done, run_dir=self.settings.run_dir)
