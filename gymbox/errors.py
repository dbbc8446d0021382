"""The one tree of errors. A message names the thing, what was expected, and what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class GymboxError(Exception):
    """Anything gymbox refuses, with a message for the person at the screen. The CLI prints it and exits with 2."""


class ModelError(GymboxError):
    """A model file that is missing, cut off, altered, or not one of the known heads."""


class VideoError(GymboxError):
    """A source that is not there, is no video, or does not decode."""


class OnvifError(GymboxError):
    """A camera that does not answer ONVIF's questions, refuses them, or answers with something else."""


class OnvifLoginError(OnvifError):
    """A camera that wants a user name and a password, or others."""


class TraceError(GymboxError):
    """A pose trace that does not follow the format; the message names the line."""


class OutputError(GymboxError):
    """A file that was to be written and cannot be."""


class ExerciseError(GymboxError):
    """An exercise file with a wrong key or value; the message names it."""


class DeviceError(GymboxError):
    """A device that was asked for and is not there."""


class RingError(GymboxError):
    """A ring in shared memory that cannot be had, or holds something else; the message names it."""


class StateError(GymboxError):
    """What vision remembered cannot be read: another version's, or damaged."""


class ConfigError(GymboxError):
    """A setting with a wrong name or value; the message names the file and line, or the variable."""


class SystemChangeError(GymboxError):
    """Something about the machine itself that could not be changed: time zone, host name, Wi-Fi."""


class EventError(GymboxError):
    """A message between processes that is no event of this version."""


class BusError(GymboxError):
    """A socket that cannot be had, or a request that failed or was not answered in time."""


class NoAnswerError(BusError):
    """Nobody answered in time; whether the request was done is not known."""


class RefusedError(BusError):
    """The other process answered that it will not; `kind` names its error's class."""

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class UpdateError(GymboxError):
    """Another version that cannot be had, is refused, or did not work."""


class ModelUnansweredError(GymboxError):
    """The language model was not reached, refused, or sent something that is no answer."""

    def __init__(self, message: str, *, lasting: bool = False, retry_after_s: float = 0) -> None:
        super().__init__(message)
        self.lasting = lasting
        """Whether it is in vain to ask again soon: a key that is wrong, a model that does not exist."""
        self.retry_after_s = retry_after_s
        """How long it wants to be left alone."""


class RefusedAnswerError(GymboxError):
    """What the language model said is not fit to be spoken; the message says why."""


class StorageError(GymboxError):
    """A database that cannot be had, or that refused."""


class DamagedError(StorageError):
    """Stored bytes that are not what was written."""


class WrongKeyError(StorageError):
    """A key that is none, or that opens other backups than this one."""


class DiskFullError(StorageError):
    """The disk takes no more; nothing was half written."""


class BusyError(StorageError):
    """Another program holds the database's lock, and did not let go in time; nothing was written."""


class UnfitError(StorageError):
    """A row that breaks a rule of the tables; it will do so each time it is tried."""


class UnknownError(StorageError):
    """There is no such camera, visit, track, set, clip or phone."""


def in_words(error: ValidationError) -> str:
    """The first five complaints as `where: what`; of what came only numbers are shown, as text may be secret."""
    words = []
    for complaint in error.errors(include_url=False, include_context=False)[:5]:
        came = f", got {complaint['input']}" if isinstance(complaint["input"], int | float) else ""
        words.append(f"{'.'.join(map(str, complaint['loc'])) or 'whole'}: {complaint['msg']}{came}")
    more = error.error_count() - len(words)
    return "; ".join(words) + (f"; and {more} more" if more > 0 else "")
