"""Which keypoints a camera can see: what a body, a box or the picture's edge hides."""

from dataclasses import dataclass

import numpy as np
from camera import Camera, in_picture
from rotation import Array

NOSE, L_SHOULDER, R_SHOULDER, L_ELBOW, R_ELBOW, L_WRIST, R_WRIST, L_HIP, R_HIP, L_KNEE, R_KNEE, L_ANKLE, R_ANKLE = (
    0,
    *range(5, 17),
)
LIMBS = ((L_SHOULDER, L_ELBOW, 0.045), (R_SHOULDER, R_ELBOW, 0.045), (L_HIP, L_KNEE, 0.07), (R_HIP, R_KNEE, 0.07))
LIMBS += ((L_ELBOW, L_WRIST, 0.04), (R_ELBOW, R_WRIST, 0.04), (L_KNEE, L_ANKLE, 0.05), (R_KNEE, R_ANKLE, 0.05))
TORSO_RADIUS, HEAD_RADIUS = 0.12, 0.10  # metres, of somebody 1.75 m tall
BEHIND = 0.07  # metres that a point must lie behind what hides it


@dataclass(frozen=True, slots=True)
class Box:
    """Something that stands in the way, its edges along the room's: centre and size in metres."""

    centre: tuple[float, float, float]
    size: tuple[float, float, float]


def hidden_by_boxes(points: Array, eye: Array, boxes: tuple[Box, ...]) -> Array:
    """Which of `(T, K, 3)` points lie behind a box seen from `eye`."""
    out = np.zeros(points.shape[:2], bool)
    way = points - eye
    way = np.where(np.abs(way) < 1e-9, 1e-9, way)
    for box in boxes:
        low = (np.array(box.centre) - np.array(box.size) / 2 - eye) / way
        high = (np.array(box.centre) + np.array(box.size) / 2 - eye) / way
        enter, leave = np.minimum(low, high).max(-1), np.maximum(low, high).min(-1)
        out |= (enter < leave) & (leave > 0) & (enter < 1)
    return out


def hidden_by_body(points: Array, eye: Array, height: float) -> Array:
    """Which of the `(T, 17, 3)` keypoints of one body its own trunk, head and limbs hide from `eye`."""
    scale = height / 1.75
    shoulders, hips = points[:, [L_SHOULDER, R_SHOULDER]].mean(1), points[:, [L_HIP, R_HIP]].mean(1)
    ears = points[:, 3:5].mean(1)
    axis = hips - shoulders
    out = _behind(points, eye, shoulders + 0.15 * axis, hips - 0.1 * axis, TORSO_RADIUS * scale)
    out[:, :5] |= _behind(points[:, :5], eye, ears, ears, HEAD_RADIUS * scale)
    for one, other, radius in LIMBS:
        there = _behind(points, eye, points[:, one], points[:, other], radius * scale)
        there[:, [one, other]] = False
        out |= there
    return out


def _behind(points: Array, eye: Array, one: Array, other: Array, radius: float) -> Array:
    """Which points' lines of sight pass a capsule well before they arrive: nearest points of two segments."""
    way = points - eye  # (T, K, 3)
    axis = (other - one)[:, None]
    offset = eye - one[:, None]
    a, b, c = (way * way).sum(-1), (way * axis).sum(-1), (axis * axis).sum(-1) + 1e-9
    d, e = (way * offset).sum(-1), (axis * offset).sum(-1)
    along = np.clip((b * e - c * d) / np.maximum(a * c - b * b, 1e-9), 0, 1)
    share = np.clip((b * along + e) / c, 0, 1)
    along = np.clip((b * share - d) / a, 0, 1)
    gap = np.linalg.norm(offset + way * along[..., None] - axis * share[..., None], axis=-1)
    return (gap < radius) & ((1 - along) * np.sqrt(a) > BEHIND)


def seen_by(points: Array, camera: Camera, height: float, boxes: tuple[Box, ...] = ()) -> tuple[Array, Array]:
    """`(T, 17, 3)` projected keypoints, and how each is seen.

    0 in sight, 1 hidden by the own body, 2 by a thing, 3 outside the picture.
    """
    eye = np.asarray(camera.eye, float)
    projected = camera.project(points)
    how = np.where(hidden_by_body(points, eye, height), 1, 0)
    how = np.where(hidden_by_boxes(points, eye, boxes), 2, how)
    return projected, np.where(in_picture(projected), how, 3)


Lost = tuple[tuple[float, float, tuple[int, ...]], ...]  # from, to (seconds): keypoints that something covers


def covered(how: Array, lost: Lost, fps: float) -> Array:
    """How each is seen where something covers some keypoints for a while besides."""
    how, time = how.copy(), np.arange(len(how)) / fps
    for start, end, joints in lost:
        now = np.ix_((time >= start) & (time < end), joints)
        how[now] = np.maximum(how[now], 2)
    return how


def size_of(projected: Array, camera: Camera, height: float) -> Array:
    """`(T,)` how tall somebody of that height would stand in the picture, in picture heights."""
    depth = np.maximum(projected[..., 2].mean(1), 0.3)
    return height * 0.5 / np.tan(np.radians(camera.fov) / 2) / depth
