"""What somebody wears: the body's mesh dressed, as triangles with a colour and a material.

Clothes are MakeHuman's helper surfaces (a body-tight layer and a hair layer), cut to size and pushed outwards.
"""

from dataclasses import dataclass

import numpy as np
from body import DRIVEN, LIMBS, Body, Pose
from rotation import Array

SKIN, CLOTH, HAIR = 1, 2, 3  # materials, as the fragment shader knows them
WORN_METRES = {"trousers": 0.004, "shirt": 0.008, "hair": 0.013, "shoe": 0.012}


@dataclass(frozen=True, slots=True)
class Look:
    """Colours as `#rrggbb`; `sleeve` 0 none, 1 to the elbow, 2 to the wrist; `leg` 1 to the knee, 2 to the ankle."""

    skin: str = "#c68a63"
    hair: str = "#2a1a12"
    shirt: str = "#c8402f"
    trousers: str = "#22262e"
    shoe: str = "#e8e8e6"
    sleeve: float = 0.45
    leg: float = 0.55
    long_hair: bool = False
    dumbbells: bool = False


def linear(colour: str) -> Array:
    """`#rrggbb` as linear light, `(3,)`."""
    return np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]) ** 2.2


def triangles_of(quads: np.ndarray) -> np.ndarray:
    """`(2 F, 3)` from `(F, 4)`."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def normals_of(points: Array, triangles: np.ndarray) -> Array:
    """`(V, 3)` unit normals, weighted by area; zero where no triangle is."""
    corner = points[triangles]
    across = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normals = np.zeros_like(points)
    for column in range(3):
        np.add.at(normals, triangles[:, column], across)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


@dataclass(frozen=True, slots=True)
class Part:
    """One layer: triangles over the body's vertices, where these are at rest, and what they look like."""

    triangles: np.ndarray  # (F, 3)
    points: Array  # (V, 3)
    normals: Array  # (V, 3)
    colour: Array  # (V, 3)
    material: int


class Dressed:
    """A body in its clothes, ready to be skinned frame by frame.

    `triangles` `(F, 3)`, `colour` and `rest` `(N, 3)` and `material` `(N,)` stay; `skin` gives places and normals.
    """

    def __init__(self, body: Body, look: Look) -> None:
        self.body, self.look = body, look
        parts = _Tailor(body, look).parts()
        vertices, triangles, points, normals, colour, material = [], [], [], [], [], []
        count = 0
        for part in parts:
            used, renumbered = np.unique(part.triangles, return_inverse=True)
            vertices.append(used)
            triangles.append(renumbered.reshape(-1, 3) + count)
            points.append(part.points[used])
            normals.append(part.normals[used])
            colour.append(part.colour[used])
            material.append(np.full(len(used), part.material))
            count += len(used)
        which = np.concatenate(vertices)
        self.triangles = np.concatenate(triangles)
        self.colour, self.material = np.concatenate(colour), np.concatenate(material)
        self.rest = body.rest[which]
        self._weights = body.weights[which].astype(np.float32)
        points_, self._normals = np.concatenate(points), np.concatenate(normals).astype(np.float32)
        self._points = np.concatenate([points_, np.ones((count, 1))], 1).astype(np.float32)

    def skin(self, pose: Pose, frame: int) -> tuple[Array, Array]:
        """Places and normals `(N, 3)` in one frame (linear blend skinning)."""
        bones = np.concatenate([pose.rotation[frame], pose.offset[frame][..., None]], -1).astype(np.float32)
        blend = (self._weights @ bones.reshape(len(DRIVEN), 12)).reshape(-1, 3, 4)
        points = (blend @ self._points[..., None])[..., 0]
        return points, (blend[..., :3] @ self._normals[..., None])[..., 0]


class _Tailor:
    """Cuts clothes for one body."""

    def __init__(self, body: Body, look: Look) -> None:
        self.body, self.look, self.rest = body, look, body.rest
        groups = body.assets.groups
        self.bare, self.tight = groups["body"].vertices, groups["helper-tights"].vertices
        self.bare_normals = normals_of(self.rest, triangles_of(self.bare))
        self.tight_normals = normals_of(self.rest, triangles_of(self.tight))
        self.eyes = [self.rest[np.unique(groups[f"helper-{side}-eye"].vertices)].mean(0) for side in "lr"]
        self.ear = (body.assets.regressor[3:5] @ self.rest).mean(0)
        hand = [bone for bone in LIMBS if bone.startswith(("wrist", "finger"))]
        foot = [bone for bone in LIMBS if bone.startswith(("foot", "toe"))]
        self.head = self._moved_by(["head", "neck01", "neck02", "neck03"]) > 0.5
        self.arm = self._moved_by(["upperarm01", "lowerarm01", "lowerarm02", *hand]) > 0.5
        self.leg = self._moved_by(["upperleg01", "lowerleg01", *foot]) > 0.5
        self.foot = self._moved_by(foot) > 0.6
        along_arm = self._along("upperarm01", "lowerarm01", "wrist", below=["lowerarm01", "lowerarm02", *hand])
        along_leg = self._along("upperleg01", "lowerleg01", "foot", below=["lowerleg01", *foot])
        waist, neck, height = body.joint["spine05"][2], body.joint["neck01"][2], self.rest[:, 2]
        self.in_shirt = ~self.head & np.where(self.arm, along_arm < look.sleeve, height > waist + 0.02)
        self.in_shirt &= height < neck + 0.012
        self.in_trousers = ~self.arm & ~self.head & (height <= waist + 0.11)
        self.in_trousers &= ~self.foot & (~self.leg | (along_leg < look.leg))

    def _moved_by(self, bones: list[str]) -> Array:
        """`(V,)` share of each vertex that these bones (of both sides) move."""
        return self.body.weights[:, [n for n, bone in enumerate(DRIVEN) if bone.split(".")[0] in bones]].sum(1)

    def _along(self, *bones: str, below: list[str]) -> Array:
        """`(V,)` how far down a limb: 0 at the first joint, 1 at the second, 2 at the third.

        `below` names what hangs on the second joint.
        """
        low = self._moved_by(below) > 0.5
        along = np.zeros(len(self.rest))
        for side, here in (("L", self.rest[:, 0] > 0), ("R", self.rest[:, 0] <= 0)):
            joint = [self.body.joint[f"{bone}.{side}"] for bone in bones]
            upper, lower = (
                ((self.rest - start) @ (end - start) / ((end - start) @ (end - start))).clip(0, 1.3)
                for start, end in ((joint[0], joint[1]), (joint[1], joint[2]))
            )
            along = np.where(here, np.where(low, 1 + lower, upper), along)
        return along

    def parts(self) -> list[Part]:
        """All layers, from the skin outwards."""
        look = self.look
        parts = [self._skin(), *self._eyeballs(), self._shoes()]
        parts.append(self._cloth(self.in_trousers, look.trousers, WORN_METRES["trousers"]))
        parts.append(self._cloth(self.in_shirt, look.shirt, WORN_METRES["shirt"]))
        return parts + self._hair()

    def _flat(self, colour: str) -> Array:
        return np.tile(linear(colour), (len(self.rest), 1))

    def _skin(self) -> Part:
        covered = self.in_shirt | self.in_trousers | self.foot
        quads = self.bare[(~covered)[self.bare].any(1)]
        colour = self._flat(self.look.skin)
        weights, index = self.body.assets.weights, self.body.assets.index
        lips = weights[:, [number for bone, number in index.items() if bone.startswith("oris")]].sum(1)[:, None]
        mouth = np.clip((lips - 0.75) * 5, 0, 1) * (self.rest[:, 1:2] < self.eyes[0][1] - 0.02)
        colour = colour * (1 - mouth) + mouth * colour * [0.95, 0.5, 0.5]
        for eye in self.eyes:
            off = self.rest - eye
            brow = (np.abs(off[:, 0]) < 0.022) & (off[:, 2] > 0.019) & (off[:, 2] < 0.026) & (off[:, 1] < 0)
            colour[brow] = 0.5 * colour[brow] + 0.5 * linear(self.look.hair)
        return Part(triangles_of(quads), self.rest, self.bare_normals, colour, SKIN)

    def _eyeballs(self) -> list[Part]:
        parts = []
        for eye, side in zip(self.eyes, "lr", strict=True):
            triangles = triangles_of(self.body.assets.groups[f"helper-{side}-eye"].vertices)
            colour = np.full_like(self.rest, 0.75)
            colour[np.hypot(*(self.rest - eye)[:, [0, 2]].T) < 0.007] = linear("#2c1a10")
            parts.append(Part(triangles, self.rest, normals_of(self.rest, triangles), colour, SKIN))
        return parts

    def _cloth(self, inside: np.ndarray, colour: str, thickness: float) -> Part:
        quads = self.tight[inside[self.tight].all(1)]
        points = self.rest + thickness * self.tight_normals
        return Part(triangles_of(quads), points, self.tight_normals, self._flat(colour), CLOTH)

    def _hair(self) -> list[Part]:
        rest, ear, eye_height = self.rest, self.ear, self.eyes[0][2]
        above = (rest[:, 2] > eye_height + 0.058) & (rest[:, 1] < ear[1])
        behind = (rest[:, 2] > ear[2] - 0.05) & (rest[:, 1] >= ear[1] - 0.005)
        temple = (rest[:, 1] < ear[1] + 0.022) & (rest[:, 2] < ear[2] + 0.035) & (np.abs(rest[:, 0]) > 0.062)
        scalp = self.head & (above | behind) & ~temple
        quads = self.bare[scalp[self.bare].all(1)]
        points = rest + WORN_METRES["hair"] * self.bare_normals
        parts = [Part(triangles_of(quads), points, self.bare_normals, self._flat(self.look.hair), HAIR)]
        if self.look.long_hair:
            strands = self.body.assets.groups["helper-hair"].vertices
            low = rest[strands].min(1)
            triangles = triangles_of(strands[(low[:, 1] > ear[1] - 0.012) & (low[:, 2] > ear[2] - 0.18)])
            parts.append(Part(triangles, rest, normals_of(rest, triangles), self._flat(self.look.hair), HAIR))
        return parts

    def _shoes(self) -> Part:
        """The feet, thickened and smoothed until no toe shows, flat below."""
        quads = self.bare[self.foot[self.bare].all(1)]
        edges = np.concatenate([quads[:, [0, 1]], quads[:, [1, 2]], quads[:, [2, 3]], quads[:, [3, 0]]])
        edges = np.concatenate([edges, edges[:, ::-1]])
        neighbours = np.bincount(edges[:, 0], minlength=len(self.rest))
        inner = neighbours > 0
        points = self.rest + 1.6 * WORN_METRES["shoe"] * self.bare_normals * self.foot[:, None]
        give = 0.6 * (1 - np.clip((self.rest[:, 2] - self.body.sole - 0.05) / 0.04, 0, 1))[:, None]
        for _ in range(14):
            total = np.stack([np.bincount(edges[:, 0], points[edges[:, 1], axis], len(points)) for axis in range(3)], 1)
            mean = total[inner] / neighbours[inner, None]
            points[inner] += give[inner] * (mean - points[inner])
        points[:, 2] = np.maximum(points[:, 2], self.body.sole + 0.001)
        triangles = triangles_of(quads)
        return Part(triangles, points, normals_of(points, triangles), self._flat(self.look.shoe), CLOTH)
