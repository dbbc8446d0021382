"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# A slow machine is no failure; and the same examples every time, so that a red run can be had again.
settings.register_profile("gymbox", deadline=None, derandomize=True)
settings.load_profile("gymbox")

# No box of a test asks the real language model, but that of the one test that is about it.
if key := os.environ.pop("ANTHROPIC_API_KEY", ""):
    os.environ["REAL_ANTHROPIC_API_KEY"] = key
