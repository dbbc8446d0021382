"""The pose models: which there are, where their weights lie, and how they get there.

`find` gives a model that can be loaded; `build` makes the default one from public files; `add` takes a user's own.
"""

from gymbox.models.add import add
from gymbox.models.build import build
from gymbox.models.manifest import Head, Thresholds
from gymbox.models.registry import Model, described, find, known
from gymbox.models.weights import weights_dir

__all__ = ["Head", "Model", "Thresholds", "add", "build", "described", "find", "known", "weights_dir"]
