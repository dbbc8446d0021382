"""The first minutes of a box: who sees the code on its own screen may set the operator's password."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import StringConstraints

from gymbox.hub.guests import address
from gymbox.hub.operator import LoggedIn, log_in
from gymbox.hub.password import LETTERS, LONGEST, SHORTEST
from gymbox.hub.problem import Refusal, unauthorised
from gymbox.hub.route import OPEN, In, Out, Route
from gymbox.requests import SetupShown

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call

LENGTH: Final = 8
"""Letters of the code. Ten wrong ones a minute are heard of an address, so that nobody finds it by trying."""


class SetupState(Out):
    """Whether a box is new."""

    done: bool
    name: str
    """What the network calls it."""


class Setup(In):
    """What makes a box one's own."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    """As the box's screen shows it."""
    password: Annotated[str, StringConstraints(min_length=SHORTEST, max_length=LONGEST)]
    """The operator's, from now on."""


def new_code() -> str:
    """A code, good as long as this hub lives and no password is set."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


async def state(box: Box, _call: Call) -> SetupState:
    """Whether somebody has to set the box up."""
    return SetupState(done=box.password.known, name=box.settings.hub.name)


async def set_up(box: Box, call: Call) -> LoggedIn:
    """Set the first password, and log in by it."""
    who = address(call.request)
    if box.password.known:
        raise Refusal(409, "conflict", "the box is set up already: log in")
    box.guests.failures.take(who)
    typed = "".join(letter for letter in call.body.code.lower() if letter.isalnum())
    if not hmac.compare_digest(typed.encode(), box.setup_code.encode()):
        raise unauthorised("it is not the code on the box's screen")
    box.guests.failures.forgive(who)
    box.password.set(call.body.password)
    return log_in(box)


def shown(box: Box) -> SetupShown:
    """What the box's own screen is to show."""
    hosts = box.addresses.hosts()
    bases = tuple(map(box.addresses.base, hosts))
    if box.password.known:
        return SetupShown(name=box.settings.hub.name, addresses=bases, url=bases[0] if bases else "", code=None)
    code = box.setup_code
    return SetupShown(
        name=box.settings.hub.name,
        addresses=bases,
        url=f"{bases[0]}/setup#c={code}" if bases else "",
        code=f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}",
    )


ROUTES: Final = (
    Route(
        method="GET",
        path="/setup/state",
        handle=state,
        name="setupState",
        summary="Whether the box is new",
        who=OPEN,
        reply=SetupState,
    ),
    Route(
        method="POST",
        path="/setup/password",
        handle=set_up,
        name="setUp",
        summary="Set the operator's first password, by the code on the box's screen",
        who=OPEN,
        body=Setup,
        reply=LoggedIn,
        errors=(401, 409),
    ),
)
