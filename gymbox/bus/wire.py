"""The shapes on the wire: how an event, a question for what was missed, and its answer lie in ZeroMQ's frames.

An event: topic with its trailing delimiter, epoch, number, body. A question: JSON of `Question`. The answer: JSON of
`Answer`, then number, topic and body of each event, in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, ValidationError

from gymbox.bus.store import Numbered
from gymbox.errors import EventError, in_words
from gymbox.events import VERSION, Message
from gymbox.identity import Epoch

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS: Final = 512
"""Events in one answer, at most."""
SIZE: Final = 1 << 20
"""Bytes of them, at most (but always one event)."""

_Number = Annotated[int, Field(ge=0, lt=2**63)]


class Question(Message):
    """What was said after this?"""

    v: Literal[1] = VERSION
    id: _Number
    """Echoed, so that a late answer is not taken for the next one."""
    epoch: Epoch | None
    """Whose count `after` belongs to; none where nothing was heard yet."""
    after: _Number | None
    """None: only how far the speaker is."""


class Answer(Message):
    """How far the speaker is; where the epoch is another, what follows starts at `first`."""

    v: Literal[1] = VERSION
    id: _Number
    epoch: Epoch
    first: _Number
    head: _Number


def said(epoch: bytes, event: Numbered) -> list[bytes]:
    """The frames of one event."""
    return [event.topic, epoch, b"%d" % event.number, event.body]


def heard(frames: Sequence[bytes]) -> tuple[str, Numbered]:
    """Epoch and event in `frames`.

    Raises:
        EventError: they are no event's.
    """
    try:
        topic, epoch, number, body = frames
        return epoch.decode("ascii"), Numbered(int(number), topic, body)
    except ValueError as error:
        raise EventError(f"bus: expected topic, epoch, number and body, got {len(frames)} frames") from error


def answer(head: Answer, events: Sequence[Numbered]) -> list[bytes]:
    """The frames of an answer."""
    frames = [head.model_dump_json().encode()]
    for event in events:
        frames += (b"%d" % event.number, event.topic, event.body)
    return frames


def answered(frames: Sequence[bytes]) -> tuple[Answer, list[Numbered]]:
    """The answer in `frames`.

    Raises:
        EventError: it is none of this version.
    """
    try:
        head = Answer.model_validate_json(frames[0])
        rest = frames[1:]
        events = [Numbered(int(rest[i]), rest[i + 1], rest[i + 2]) for i in range(0, len(rest), 3)]
    except ValidationError as error:
        raise EventError(f"bus: answer to what was missed: {in_words(error)}") from error
    except (ValueError, IndexError) as error:
        raise EventError(f"bus: answer to what was missed: {len(frames)} frames do not add up") from error
    return head, events
