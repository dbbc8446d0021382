"""A pin-hole camera: from metres in the room to 0-1 in the picture."""

from dataclasses import dataclass

import numpy as np
from rotation import Array, unit


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a camera hangs and what it looks at, metres (x along the back wall, y into the depth, z up).

    `fov` is the vertical field of view in degrees, `roll` how far the picture is turned counter-clockwise, degrees.
    """

    eye: tuple[float, float, float] = (0.0, -5.0, 2.2)
    at: tuple[float, float, float] = (0.0, 0.0, 0.9)
    fov: float = 42.0
    width: int = 1280
    height: int = 720
    roll: float = 0.0

    @classmethod
    def around(
        cls,
        *,
        distance: float,
        yaw: float = 0.0,
        eye_height: float = 2.2,
        at: tuple[float, float, float] = (0.0, 0.0, 0.9),
        fov: float = 42.0,
        width: int = 1280,
        height: int = 720,
        roll: float = 0.0,
    ) -> "Camera":
        """A camera `distance` metres from `at` over the floor, `yaw` degrees to its right seen from the front."""
        side, front = np.sin(np.radians(yaw)) * distance, np.cos(np.radians(yaw)) * distance
        return cls((at[0] - side, at[1] - front, eye_height), at, fov, width, height, roll)

    @property
    def view(self) -> Array:
        """World to camera, `(4, 4)`: x right, y up, looking along -z."""
        eye = np.asarray(self.eye, float)
        forward = unit(np.asarray(self.at, float) - eye)
        right = unit(np.cross(forward, [0.0, 0.0, 1.0]))
        up = np.cross(right, forward)
        cosine, sine = np.cos(np.radians(self.roll)), np.sin(np.radians(self.roll))
        matrix = np.eye(4)
        matrix[:3, :3] = [cosine * right + sine * up, cosine * up - sine * right, -forward]
        matrix[:3, 3] = -matrix[:3, :3] @ eye
        return matrix

    @property
    def projection(self) -> Array:
        """Camera to clip space as OpenGL has it, `(4, 4)`."""
        near, far = 0.1, 40.0
        focal = 1 / np.tan(np.radians(self.fov) / 2)
        matrix = np.zeros((4, 4))
        matrix[0, 0], matrix[1, 1] = focal * self.height / self.width, focal
        matrix[2, 2:] = (far + near) / (near - far), 2 * far * near / (near - far)
        matrix[3, 2] = -1
        return matrix

    def project(self, points: Array) -> Array:
        """`(…, 3)` metres to `(…, 3)`: x and y 0-1 of the picture (beyond it where not seen), and depth in metres."""
        seen = points @ self.view[:3, :3].T + self.view[:3, 3]
        depth = np.maximum(-seen[..., 2], 1e-6)
        focal = 0.5 / np.tan(np.radians(self.fov) / 2)
        x = 0.5 + focal * seen[..., 0] / depth * self.height / self.width
        return np.stack([x, 0.5 - focal * seen[..., 1] / depth, -seen[..., 2]], -1)


def in_picture(projected: Array) -> Array:
    """Which of `Camera.project`'s points are before the camera and within the picture, `(…,)` booleans."""
    return (projected[..., 2] > 0) & ((projected[..., :2] >= 0) & (projected[..., :2] <= 1)).all(-1)
