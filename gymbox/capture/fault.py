"""What is wrong with a source, in a state and in words, and how soon another try makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import av

from gymbox.redact import redact

State = Literal["starting", "online", "stalled", "frozen", "unauthorised", "unreachable", "unsupported", "ended"]

LONGEST_S: Final = 30.0
"""Between two tries, at most."""

SOON_S: Final = 4.0
"""Between two tries of a camera that answers but sends no stream: with them it is back 5 s after it does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a source gives no pictures."""

    state: State
    detail: str
    longest_s: float = LONGEST_S
    """Between two tries, at most."""
    first_s: float = 0.5
    """Before the second try."""

    def wait_s(self, tries: int) -> float:
        """How long to wait after so many tries in vain, from 1: twice as long each time."""
        return min(self.first_s * 2.0 ** min(tries - 1, 10), self.longest_s)


class SourceError(Exception):
    """Opened or read to no avail."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


NO_VIDEO: Final = Fault("unsupported", "it sends no video", first_s=10)
SILENT: Final = Fault("stalled", "it accepts the connection and sends nothing", SOON_S)
CHANGED: Final = "the picture's size, format or codec changed"


# The nearest class of an error's own line of classes counts.
_FAULTS: Final[dict[type[Exception], Fault]] = {
    # Cameras lock an address out after a handful of wrong passwords.
    av.HTTPUnauthorizedError: Fault("unauthorised", "wrong user name or password (401)", first_s=LONGEST_S),
    av.HTTPForbiddenError: Fault("unauthorised", "it refuses this user, or has locked it out (403)", first_s=LONGEST_S),
    av.HTTPNotFoundError: Fault("unreachable", "it answers, but has no such stream (404)", SOON_S),
    av.ExitError: SILENT,  # our own time limit
    av.EOFError: Fault("unreachable", "it closed the connection", SOON_S),
    av.InvalidDataError: Fault("unreachable", "what it sends is no video that is known", SOON_S),
    av.DecoderNotFoundError: Fault("unsupported", "nothing here decodes what it sends", first_s=10),
    av.DemuxerNotFoundError: Fault("unsupported", "nothing here reads what it sends", first_s=10),
    av.ProtocolNotFoundError: Fault("unsupported", "nothing here speaks its protocol", first_s=10),
}


def fault_of(error: Exception) -> Fault:
    """What FFmpeg's `error` means for whoever looks after the camera."""
    if isinstance(error, SourceError):
        return error.fault
    for kind in type(error).__mro__:
        if kind in _FAULTS:
            return _FAULTS[kind]
    said = (error.strerror if isinstance(error, OSError | av.FFmpegError) else None) or str(error)
    return Fault("unreachable", redact(said), SOON_S if isinstance(error, av.HTTPError) else LONGEST_S)
