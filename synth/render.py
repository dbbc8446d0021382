"""Pixels of a scene, by OpenGL in software (Mesa's llvmpipe over EGL: no screen and no GPU is asked for)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import moderngl
import numpy as np
from body import Pose
from camera import Camera
from gym import Solid, dumbbell, merged, room
from look import Dressed
from rotation import Array, unit

SHADERS = Path(__file__).parent / "shaders"
DEPTH_ONLY = (
    "#version 330\nuniform mat4 to_light; in vec3 place; void main() { gl_Position = to_light * vec4(place, 1.0); }",
    "#version 330\nvoid main() {}",
)
KEY_LIGHT = unit([0.35, -0.55, 1.0])  # where most light comes from


class Mesh:
    """Triangles on the graphics side; places and normals may change every frame."""

    def __init__(
        self, renderer: "Renderer", triangles: np.ndarray, colour: Array, material: Array, rest: Array
    ) -> None:
        context, count = renderer.context, len(colour)
        fixed = np.concatenate([colour, rest, np.asarray(material, float).reshape(count, 1)], 1)
        self.moving = context.buffer(reserve=count * 24)
        still = context.buffer(fixed.astype("f4").tobytes())
        index = context.buffer(triangles.astype("i4").tobytes())
        layout = [(self.moving, "3f 3f", "place", "normal"), (still, "3f 3f 1f", "colour", "rest", "material")]
        self.drawn = context.vertex_array(renderer.scene, layout, index)
        self.baked = context.vertex_array(renderer.baked, [(self.moving, "3f 3f", "place", "normal")], index)
        self.shadow = context.vertex_array(renderer.depth, [(self.moving, "3f 12x", "place")], index)

    def move(self, points: Array, normals: Array) -> None:
        """Bring every vertex to its place."""
        self.moving.write(np.concatenate([points, normals], 1).astype("f4").tobytes())


class Renderer:
    """One camera's view of the gym and of the people in it.

    Args:
        camera: The camera; it stands still, so the room's surfaces are computed once.
        people: Who is there, in their clothes.
        things: What stands in the room besides its own furniture.
        samples: Per pixel, against jagged edges; 0 for one (half the time).
        shadow_map: Width of the shadow map in pixels.
    """

    def __init__(
        self,
        camera: Camera,
        people: Sequence[Dressed],
        *,
        things: Sequence[Solid] = (),
        samples: int = 4,
        shadow_map: int = 2048,
    ) -> None:
        try:
            self.context = moderngl.create_context(
                standalone=True, backend="egl", libgl="libGL.so.1", libegl="libEGL.so.1"
            )
        except Exception as error:
            raise RuntimeError(
                f"no OpenGL: expected Debian's libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri, got: {error}"
            ) from error
        context, size = self.context, (camera.width, camera.height)
        self.camera = camera
        vertex = (SHADERS / "scene.vert").read_text()
        self.scene = context.program(vertex, (SHADERS / "scene.frag").read_text())
        self.baked = context.program(vertex, (SHADERS / "room.frag").read_text())
        self.depth = context.program(*DEPTH_ONLY)
        self._shadows = context.depth_texture((shadow_map, shadow_map))
        self._shadows.compare_func = "<="
        self._shadows.repeat_x = self._shadows.repeat_y = False
        self._shadow_target = context.framebuffer(depth_attachment=self._shadows)
        self._picture = context.framebuffer([context.renderbuffer(size, 4)], context.depth_renderbuffer(size))
        self._drawn_on = self._picture
        if samples:
            self._drawn_on = context.framebuffer(
                [context.renderbuffer(size, 4, samples=samples)], context.depth_renderbuffer(size, samples=samples)
            )
        self._room = self._still(merged([room(), *things]))
        self._people = [(who, Mesh(self, who.triangles, who.colour, who.material, who.rest)) for who in people]
        bells = dumbbell()
        self._bells = [(who.body, side, self._still(bells)) for who in people if who.look.dumbbells for side in "LR"]
        self._bell = bells
        context.enable(moderngl.DEPTH_TEST)
        light = Camera(eye=tuple(KEY_LIGHT * 8 + [0, 0, 0.5]), at=(0.0, 0.0, 0.5))
        to_clip, to_light = camera.projection @ camera.view, _flat_projection(3.6, 1, 16) @ light.view
        for program in (self.scene, self.baked, self.depth):
            for name, matrix in (("to_clip", to_clip), ("to_light", to_light)):
                if name in program:
                    program[name].write(matrix.T.astype("f4").tobytes())
        for program in (self.scene, self.baked):
            program["key"], program["texel"], program["shadows"] = tuple(KEY_LIGHT), 1 / shadow_map, 0
        self.scene["eye"], self.baked["room_lit"], self.baked["room_unlit"] = camera.eye, 1, 2
        self._bake(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.release()

    def _still(self, solid: Solid) -> Mesh:
        mesh = Mesh(self, solid.triangles, solid.colour, solid.material, solid.points)
        mesh.move(solid.points, solid.normals)
        return mesh

    def _bake(self, size: tuple[int, int]) -> None:
        """Draw the room twice into textures of the picture's size: with the key light and without."""
        self._cast([self._room])
        lit, unlit = (self.context.texture(size, 4) for _ in range(2))
        target = self.context.framebuffer([lit, unlit], self.context.depth_renderbuffer(size))
        target.use()
        target.clear()
        self._room.drawn.render()
        lit.use(1)
        unlit.use(2)
        self._baked = lit, unlit

    def _cast(self, meshes: list[Mesh]) -> None:
        """Draw the shadow map."""
        self._shadow_target.use()
        self._shadow_target.clear()
        for mesh in meshes:
            mesh.shadow.render()
        self._shadows.use(0)

    def picture(self, poses: list[Pose], frame: int) -> np.ndarray:
        """The `(height, width, 3)` RGB picture of everybody in one frame of their poses."""
        for (who, mesh), pose in zip(self._people, poses, strict=True):
            mesh.move(*who.skin(pose, frame))
        owners = {who.body: pose for (who, _), pose in zip(self._people, poses, strict=True)}
        for body, side, mesh in self._bells:
            mesh.move(*self._bell.held(body, owners[body], frame, side))
        moving = [mesh for _, mesh in self._people] + [mesh for _, _, mesh in self._bells]
        self._cast(moving)  # the room's own shadows are baked
        self._drawn_on.use()
        self._drawn_on.clear(0.55, 0.57, 0.6, 1)
        for mesh in moving:
            mesh.drawn.render()
        self._room.baked.render()
        if self._drawn_on is not self._picture:
            self.context.copy_framebuffer(self._picture, self._drawn_on)
        pixels = np.frombuffer(self._picture.read(components=3), np.uint8)
        return pixels.reshape(self.camera.height, self.camera.width, 3)[::-1]


def _flat_projection(half: float, near: float, far: float) -> Array:
    """Clip space of a light whose rays are parallel, seeing `half` metres to each side."""
    matrix = np.eye(4)
    matrix[0, 0] = matrix[1, 1] = 1 / half
    matrix[2, 2:] = -2 / (far - near), -(far + near) / (far - near)
    return matrix
