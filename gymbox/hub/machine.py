"""The box as a machine, for the operator: what it is called, where it is, and by which network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from gymbox.config.edit import change_table
from gymbox.errors import SystemChangeError
from gymbox.hub.install import edit
from gymbox.hub.problem import Refusal
from gymbox.hub.route import OPERATOR, In, Out, Route
from gymbox.system.words import HostName, Join, ListNetworks, Passphrase, SetHostName, SetTimeZone, Ssid, TimeZone

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Call
    from gymbox.system.words import Answer, Wanted

LOCAL: Final = Path("/etc/localtime")


class Machine(Out):
    """The box as a machine."""

    name: str
    """What the network calls it: found as `NAME.local`."""
    addresses: tuple[str, ...]
    """Where it is reached."""
    time_zone: str | None
    """None where the system does not say."""
    managed: bool
    """Whether gymbox looks after the machine: only then can time zone and Wi-Fi be changed from here."""


class MachineChange(In):
    """What is to be different; what is not given stays as it is."""

    name: HostName | None = None
    time_zone: TimeZone | None = None


class WifiNetwork(Out):
    """A Wi-Fi that is heard."""

    ssid: str
    signal: int
    """0 to 100."""
    secured: bool
    joined: bool
    fits: bool
    """Whether the box can join it."""


class WifiNetworks(Out):
    """All of them, the strongest first."""

    networks: tuple[WifiNetwork, ...]


class WifiChoice(In):
    """A Wi-Fi to join."""

    ssid: Ssid
    passphrase: Passphrase = ""
    """Empty for an open one."""


async def machine(box: Box, _call: Call) -> Machine:
    """What the box is called, and where it is."""
    named = box.settings.hub.name
    addresses = tuple(map(box.addresses.base, box.addresses.hosts()))
    return Machine(name=named, addresses=addresses, time_zone=_time_zone(), managed=box.root.there)


async def change(box: Box, call: Call) -> None:
    """Change it: first what may fail, and the name, with which the hub starts again, last."""
    if call.body.time_zone is not None:
        await _ask(box, SetTimeZone(zone=call.body.time_zone))
    if (name := call.body.name) is not None:
        if box.root.there:
            await _ask(box, SetHostName(name=name))
        await edit(box, lambda path: change_table(path, "hub", {"name": name}))


async def networks(box: Box, _call: Call) -> WifiNetworks:
    """The networks that are heard."""
    answer = await _ask(box, ListNetworks())
    return WifiNetworks(networks=tuple(WifiNetwork(**one.model_dump()) for one in answer.networks))


async def join(box: Box, call: Call) -> None:
    """Join one of them."""
    await _ask(box, Join(ssid=call.body.ssid, passphrase=call.body.passphrase))


async def _ask(box: Box, wanted: Wanted) -> Answer:
    try:
        return await box.root.ask(wanted)
    except SystemChangeError as error:
        raise Refusal(409, "not done", str(error)) from error


def _time_zone() -> str | None:
    """As `/etc/localtime` links to it."""
    try:
        _, _, zone = str(LOCAL.readlink()).partition("zoneinfo/")
    except OSError:
        return None
    return zone or None


ROUTES: Final = (
    Route(
        method="GET",
        path="/machine",
        handle=machine,
        name="machine",
        summary="The box's name, its addresses, its time zone",
        who=OPERATOR,
        reply=Machine,
    ),
    Route(
        method="PATCH",
        path="/machine",
        handle=change,
        name="changeMachine",
        summary="Change the box's name or its time zone",
        who=OPERATOR,
        body=MachineChange,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/wifi/networks",
        handle=networks,
        name="wifiNetworks",
        summary="The Wi-Fi networks that the box hears: takes some seconds",
        who=OPERATOR,
        reply=WifiNetworks,
        errors=(409,),
    ),
    Route(
        method="POST",
        path="/wifi",
        handle=join,
        name="joinWifi",
        summary="Join a Wi-Fi network: takes up to a minute",
        who=OPERATOR,
        body=WifiChoice,
        errors=(409,),
    ),
)
