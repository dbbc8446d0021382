"""The one tree of errors. A message names the thing, what was expected, and what came."""

from __future__ import annotations


class GymboxError(Exception):
    """Anything gymbox refuses, with a message for the person at the screen. The CLI prints it and exits with 2."""


class ModelError(GymboxError):
    """A model file that is missing, cut off, altered, or not one of the known heads."""


class VideoError(GymboxError):
    """A source that is not there, is no video, or does not decode."""


class TraceError(GymboxError):
    """A pose trace that does not follow the format; the message names the line."""


class OutputError(GymboxError):
    """A file that was to be written and cannot be."""


class ExerciseError(GymboxError):
    """An exercise file with a wrong key or value; the message names it."""


class DeviceError(GymboxError):
    """A device that was asked for and is not there."""
