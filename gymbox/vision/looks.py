"""What somebody looks like: by the colours they wear, or by a network where the user gave one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gymbox import _core
from gymbox.events import Embedding
from gymbox.models.weights import sha256_of
from gymbox.runtime import runtime_library

if TYPE_CHECKING:
    from pathlib import Path

    from gymbox.config import VisionSettings
    from gymbox.vision.record import Floats


class Looks(Protocol):
    """A way to look at people; `id` tells it and its weights from any other."""

    space: tuple[str, int]
    id: str

    def look(self, floor: _core.Floor, frame: _core.Frame, person: _core.Person) -> Floats | None:
        """What somebody of the floor's last frame looks like (256,); none where too little of them is seen."""


class Colours:
    """By the colours of eight parts of the body."""

    space = _core.COLOURS
    id = "colours"

    def look(self, floor: _core.Floor, frame: _core.Frame, person: _core.Person) -> Floats | None:
        """Theirs; a twentieth of a millisecond."""
        return floor.colours(frame, person.track)


class Network:
    """By a network that was taught to tell people apart.

    Raises:
        ModelError: no such file, or another network.
    """

    space = _core.NETWORK

    def __init__(self, path: Path, settings: VisionSettings) -> None:
        self._model = _core.LooksModel(
            path, runtime_library=runtime_library(), device=settings.device, threads=settings.threads or 0
        )
        self.id = sha256_of(path)

    def look(self, floor: _core.Floor, frame: _core.Frame, person: _core.Person) -> Floats | None:
        """Theirs; some ten milliseconds on a processor."""
        del floor
        return self._model.embed(frame, person.bbox)


def chosen(settings: VisionSettings) -> Looks:
    """The way that the settings ask for."""
    return Network(settings.looks_model, settings) if settings.looks_model else Colours()


def embedding(looks: Looks, row: Floats) -> Embedding:
    """A row as the bus has it."""
    space, version = looks.space
    return Embedding(space=space, version=version, vector=tuple(row.tolist()))
