"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A slow machine is no failure; and the same examples every time, so that a red run can be had again.
settings.register_profile("gymbox", deadline=None, derandomize=True)
settings.load_profile("gymbox")
