"""How somebody wants to be coached."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["en", "de"]
"""Those that the coach speaks."""
Level = Literal["quiet", "normal", "chatty"]
"""How often: faults alone, what matters in a set too, or encouragement as well."""


class Wishes(BaseModel):
    """A person's own, or the box's for all who have said nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    language: Language = "en"
    level: Level = "normal"
    """`quiet`: faults, and how a set was. `normal`: also half of the usual set, the last repetitions, a new best, speed
    that falls off. `chatty`: also encouragement."""
    counts: bool = False
    """Whether every repetition's number is spoken."""
