"""Rotations and angles of many instants at once: every argument may carry leading axes (time), and they broadcast.

Vectors are `(…, 3)`, rotations `(…, 3, 3)` acting on column vectors, angles degrees. Axes: x to the person's left,
y to their back (a person faces -y), z up.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

X, Y, Z = np.eye(3)
IDENTITY = np.eye(3)


def unit(vector: ArrayLike) -> Array:
    """The same direction with length 1."""
    vector = np.asarray(vector, float)
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-12)


def turn(axis: ArrayLike, degrees: ArrayLike) -> Array:
    """Rotation about `axis`, right-handed (Rodrigues)."""
    x, y, z = np.moveaxis(unit(axis), -1, 0)
    angle = np.radians(np.asarray(degrees, float))
    sine, rest = np.sin(angle), 1 - np.cos(angle)
    cosine = 1 - rest
    return np.stack(
        [
            np.stack([cosine + x * x * rest, x * y * rest - z * sine, x * z * rest + y * sine], -1),
            np.stack([y * x * rest + z * sine, cosine + y * y * rest, y * z * rest - x * sine], -1),
            np.stack([z * x * rest - y * sine, z * y * rest + x * sine, cosine + z * z * rest], -1),
        ],
        -2,
    )


def apply(rotation: Array, vector: ArrayLike) -> Array:
    """`rotation @ vector`, broadcasting over time."""
    return (rotation @ np.asarray(vector, float)[..., None])[..., 0]


def frame(direction: ArrayLike, hinge: ArrayLike) -> Array:
    """The right-handed axes whose first is `direction` and whose second is `hinge`, made square to it."""
    first = unit(direction)
    hinge = np.asarray(hinge, float)
    second = unit(hinge - first * (first * hinge).sum(-1, keepdims=True))
    first, second = np.broadcast_arrays(first, second)
    return np.stack([first, second, np.cross(first, second)], -1)


def align(rest_direction: ArrayLike, rest_hinge: ArrayLike, direction: ArrayLike, hinge: ArrayLike) -> Array:
    """The rotation that takes a bone and its hinge from the rest pose to where they should be."""
    return frame(direction, hinge) @ np.swapaxes(frame(rest_direction, rest_hinge), -1, -2)


def between(start: ArrayLike, end: ArrayLike, share: ArrayLike) -> Array:
    """The rotation `share` of the shortest way from `start` to `end`."""
    start, end = np.broadcast_arrays(np.asarray(start, float), np.asarray(end, float))
    way = np.swapaxes(start, -1, -2) @ end
    cosine = np.clip((np.trace(way, axis1=-2, axis2=-1) - 1) / 2, -1, 1)
    axis = np.stack(
        [way[..., 2, 1] - way[..., 1, 2], way[..., 0, 2] - way[..., 2, 0], way[..., 1, 0] - way[..., 0, 1]], -1
    )
    return start @ turn(axis, np.degrees(np.arccos(cosine)) * share)


def angle_at(before: ArrayLike, vertex: ArrayLike, after: ArrayLike) -> Array:
    """The angle in degrees that three points make at the middle one."""
    vertex = np.asarray(vertex, float)
    one, other = unit(np.asarray(before, float) - vertex), unit(np.asarray(after, float) - vertex)
    return np.degrees(np.arccos(np.clip((one * other).sum(-1), -1, 1)))
