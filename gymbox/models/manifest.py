"""What is known of each pose model: the rows of our `manifest.toml`, and of a user's `added.toml`."""

from __future__ import annotations

import functools
import tomllib
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from gymbox.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

Score = Annotated[float, Field(ge=0, le=1)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


UNKNOWN_LICENCE = "unknown"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Head(StrEnum):
    """What comes out of a model, and so how it is decoded."""

    MOVENET = "movenet"
    """batch × 6 × 56: six people, found by the model."""
    YOLO_RAW = "yolo-raw"
    """batch × 56 × N: every candidate; doubles are still in."""
    YOLO_SUPPRESSED = "yolo-suppressed"
    """batch × 300 × 57: people, doubles taken out by the model."""


class Thresholds(_Row):
    """From which score on a model is believed. Scores of two models cannot be compared, so each has its own."""

    detection_high: Score
    """A detection this good may continue any track. Higher: people in bad light lose theirs. Lower: doubles take it."""
    detection_low: Score
    """A detection this good may still continue a track that lacks a better one. Below it, it does not exist."""
    new_track: Score
    """A detection this good starts a track. Higher: some people are never seen. Lower: racks become people."""
    keypoint_visible: Score
    """A keypoint this good is used. Higher: limbs go missing in bad light. Lower: guesses are taken for limbs."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.detection_low <= self.detection_high <= self.new_track:
            raise ValueError("expected detection_low ≤ detection_high ≤ new_track")
        return self


class Tensor(_Row):
    """The type and shape of an input or output; a word in a shape is a dimension that is settled at run time."""

    dtype: str
    shape: tuple[int | str, ...]


class NpmPackage(_Row):
    """Where a model's files come from: one version of a package, and the sha256 of it and of each file taken."""

    package: str
    version: str
    megabytes: int
    sha256: Sha256
    files: dict[str, Sha256]


class AddedFile(_Row):
    """Where an added model came from: the name of the user's file."""

    added_from: str


class Row(_Row):
    """One model."""

    file: FileName
    sha256: Sha256
    licence: str
    head: Head
    long_side: int
    """In pixels: the longer side of the picture that the model sees, unless told otherwise."""
    source: NpmPackage | AddedFile
    input: Tensor
    output: Tensor
    thresholds: Thresholds


class Added(_Row):
    """A user's `added.toml`."""

    models: dict[Name, Row] = {}


class Manifest(Added):
    """The `manifest.toml` that ships with gymbox."""

    default: Name
    thresholds: dict[Head, Thresholds]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.default not in self.models:
            raise ValueError(f"default: expected one of {', '.join(self.models)}, got {self.default}")
        if missing := set(Head) - set(self.thresholds) - {row.head for row in self.models.values()}:
            raise ValueError(f"thresholds: expected every head, lacks {', '.join(sorted(missing))}")
        return self

    def thresholds_of(self, head: Head) -> Thresholds:
        """What an added model of that head is given: the head's own table, or that of our model with this head."""
        alike = (row.thresholds for row in self.models.values() if row.head is head)
        return self.thresholds.get(head) or next(alike)


@functools.cache
def manifest() -> Manifest:
    """The models that gymbox knows by itself."""
    text = resources.files("gymbox.models").joinpath("manifest.toml").read_text(encoding="utf-8")
    return Manifest.model_validate(tomllib.loads(text))


def added_from(path: Path) -> Added:
    """The models that the user added.

    Args:
        path: an `added.toml`; where there is none, nothing was added.

    Raises:
        ModelError: the file is not TOML, or a key or value of it is wrong.
    """
    try:
        return Added.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Added()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path}: {place}: {first['msg']}, got {first['input']!r}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: expected TOML: {error}") from error
