"""What the hub may ask of root, and what root answers: small, strict, and no more than four things."""

from __future__ import annotations

import zoneinfo
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from gymbox.identity import Epoch

LARGEST: Final = 4096
"""Bytes of a request."""


def _zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError("expected a time zone such as Europe/Berlin")
    return name


def _ssid(name: str) -> str:
    if not 1 <= len(name.encode()) <= 32:
        raise ValueError("expected a network's name of 1 to 32 bytes")
    return name


TimeZone = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9/_+-]+$"), AfterValidator(_zone)]
HostName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")]
"""As `[hub] name`."""
Ssid = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$"), AfterValidator(_ssid)]
Passphrase = Annotated[str, StringConstraints(pattern=r"^(?:[\x20-\x7e]{8,63})?$")]
"""Of WPA: 8 to 63 letters of ASCII; empty for an open network."""


class Asked(BaseModel):
    """A thing to do."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)


class SetTimeZone(Asked):
    """Where the box is."""

    do: Literal["time-zone"] = "time-zone"
    zone: TimeZone


class SetHostName(Asked):
    """What the network calls the box."""

    do: Literal["host-name"] = "host-name"
    name: HostName


class ListNetworks(Asked):
    """Look for Wi-Fi."""

    do: Literal["networks"] = "networks"


class Join(Asked):
    """Join a Wi-Fi that is heard."""

    do: Literal["join"] = "join"
    ssid: Ssid
    passphrase: Passphrase = Field(default="", repr=False)


Wanted = Annotated[SetTimeZone | SetHostName | ListNetworks | Join, Field(discriminator="do")]


class Request(Asked):
    """One request."""

    id: Epoch
    """The answer bears it."""
    wanted: Wanted


class Network(Asked):
    """A Wi-Fi that is heard."""

    ssid: str
    signal: int
    """0 to 100."""
    secured: bool
    joined: bool
    fits: bool
    """Whether the box can join it: one that wants a user name, as in offices, it cannot."""


class Answer(Asked):
    """What came of a request."""

    id: Epoch
    error: str = ""
    """Empty where it was done."""
    networks: tuple[Network, ...] = ()
