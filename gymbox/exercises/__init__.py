"""The exercises that gymbox can tell apart: data in `exercises.yaml`, checked when it is read."""

from gymbox.exercises.registry import catalogue_json, get_exercise, load
from gymbox.exercises.schema import Catalogue, Exercise, FormCheck

__all__ = ["Catalogue", "Exercise", "FormCheck", "catalogue_json", "get_exercise", "load"]
