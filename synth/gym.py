"""The room: floor, walls, a rack of dumbbells, a bench, a barbell, and the dumbbells in somebody's hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from body import DRIVEN, Body, Pose
from look import linear
from rotation import Array, unit

FLOOR, BRICK, PAINT, METAL = 10, 11, 12, 20  # materials, as the fragment shader knows them


@dataclass(frozen=True, slots=True)
class Solid:
    """Triangles with a colour and a material at each corner."""

    points: Array  # (V, 3)
    normals: Array  # (V, 3)
    triangles: np.ndarray  # (F, 3)
    colour: Array  # (V, 3) linear
    material: np.ndarray  # (V,)

    def held(self, body: Body, pose: Pose, frame: int, side: str) -> tuple[Array, Array]:
        """Points and normals in the fist of one side."""
        index, little = body.joint[f"finger2-1.{side}"], body.joint[f"finger5-1.{side}"]
        across, palm = unit(index - little), body.palm[side]
        axes = np.stack([across, np.cross(palm, across), palm], 1)
        wrist = DRIVEN.index(f"wrist.{side}")
        rotation, offset = pose.rotation[frame, wrist], pose.offset[frame, wrist]
        centre = (index + little) / 2 + 0.034 * palm
        return (self.points @ axes.T + centre) @ rotation.T + offset, self.normals @ axes.T @ rotation.T


Three = Sequence[float]


def _solid(points: Array, normals: Array, triangles: np.ndarray, colour: str, material: int) -> Solid:
    count = len(points)
    return Solid(points, normals, triangles, np.tile(linear(colour), (count, 1)), np.full(count, material))


def quad(corner: Three, one: Three, other: Three, colour: str, material: int) -> Solid:
    """A parallelogram from a corner and two edges."""
    corner, one, other = (np.asarray(edge, float) for edge in (corner, one, other))
    points = np.stack([corner, corner + one, corner + one + other, corner + other])
    normal = np.tile(unit(np.cross(one, other)), (4, 1))
    return _solid(points, normal, np.array([[0, 1, 2], [0, 2, 3]]), colour, material)


def box(centre: Three, size: Three, colour: str, material: int = PAINT) -> Solid:
    """A box with its edges along the axes."""
    points, normals, triangles = [], [], []
    for axis in range(3):
        for sign in (1, -1):
            normal = sign * np.eye(3)[axis]
            across = np.eye(3)[(axis + 1) % 3]
            up = np.cross(normal, across)
            first = len(points)
            for right, top in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                points.append((normal + right * across + top * up) * np.asarray(size) / 2 + np.asarray(centre))
                normals.append(normal)
            triangles += [[first, first + 1, first + 2], [first, first + 2, first + 3]]
    return _solid(np.array(points), np.array(normals), np.array(triangles), colour, material)


def cylinder(centre: Three, axis: Three, size: tuple[float, float], colour: str, material: int = PAINT) -> Solid:
    """A rod or a disc of a radius and a length."""
    radius, length = size
    axis = unit(axis)
    one = unit(np.cross(axis, [0.3, 0.9, 0.5]))
    other = np.cross(axis, one)
    half = axis * length / 2
    points, normals, triangles = [], [], []
    around = np.linspace(0, 2 * np.pi, 25)
    for here, there in pairwise(around):
        first, second = (one * np.cos(angle) + other * np.sin(angle) for angle in (here, there))
        start = len(points)
        points += [first * radius - half, first * radius + half, second * radius + half, second * radius - half]
        normals += [first, first, second, second]
        triangles += [[start, start + 1, start + 2], [start, start + 2, start + 3]]
        for end in (half, -half):
            start = len(points)
            points += [end, end + first * radius, end + second * radius]
            normals += [unit(end)] * 3
            triangles.append([start, start + 1, start + 2])
    return _solid(np.array(points) + np.asarray(centre), np.array(normals), np.array(triangles), colour, material)


def merged(solids: Sequence[Solid]) -> Solid:
    """Several solids as one."""
    first = np.cumsum([0, *(len(solid.points) for solid in solids)])
    return Solid(
        np.concatenate([solid.points for solid in solids]),
        np.concatenate([solid.normals for solid in solids]),
        np.concatenate([solid.triangles + start for solid, start in zip(solids, first, strict=False)]),
        np.concatenate([solid.colour for solid in solids]),
        np.concatenate([solid.material for solid in solids]),
    )


def dumbbell() -> Solid:
    """A handle along x with a weight at either end, about the middle of the handle."""
    ends = [cylinder((0.115 * sign, 0, 0), (1, 0, 0), (0.055, 0.085), "#1d1e21", METAL) for sign in (1, -1)]
    return merged([cylinder((0, 0, 0), (1, 0, 0), (0.016, 0.30), "#1d1e21", METAL), *ends])


def room() -> Solid:
    """Everything that stands still; the floor is z = 0 and the middle of it is where people are."""
    solids = [
        quad((-7, -8, 0), (14, 0, 0), (0, 12, 0), "#6d7075", FLOOR),
        quad((-7, 3.2, 0), (14, 0, 0), (0, 0, 4), "#c9c2b4", BRICK),
        quad((-5.2, 3.2, 0), (0, -12, 0), (0, 0, 4), "#9fb0b8", PAINT),
        quad((5.2, -8, 0), (0, 12, 0), (0, 0, 4), "#9fb0b8", PAINT),
        box((-2.6, 2.8, 0.35), (1.9, 0.5, 0.7), "#2b2d31"),
        box((-2.6, 2.8, 0.95), (1.9, 0.4, 0.06), "#2b2d31"),
        box((3.0, 2.6, 0.42), (0.35, 1.1, 0.09), "#7a1f24"),
        box((3.0, 2.6, 0.19), (0.08, 0.8, 0.38), "#3a3b3f"),
        box((1.0, 2.9, 1.1), (0.09, 0.09, 2.2), "#d8a526"),
        box((2.2, 2.9, 1.1), (0.09, 0.09, 2.2), "#d8a526"),
        box((1.6, 2.9, 2.16), (1.3, 0.09, 0.09), "#d8a526"),
        cylinder((1.6, 2.8, 1.25), (1, 0, 0), (0.016, 2.0), "#b9bcc2"),
        cylinder((0.72, 2.8, 1.25), (1, 0, 0), (0.22, 0.09), "#202124"),
        cylinder((2.48, 2.8, 1.25), (1, 0, 0), (0.22, 0.09), "#202124"),
        box((-0.6, 3.15, 2.0), (1.6, 0.04, 0.9), "#274a6b"),
    ]
    for number in range(6):
        colour = "#b3392e" if number % 3 == 1 else "#1c1c1e"
        solids.append(cylinder((-3.3 + number * 0.28, 2.7, 1.07), (0, 1, 0), (0.075, 0.3), colour))
    return merged(solids)
