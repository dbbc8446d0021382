"""People before a camera: their pictures, their truth, and a video of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from body import Pose
from camera import Camera
from gym import Solid
from look import Dressed, Look
from motion import Motion
from render import Renderer

PLAIN_TO_SEE = 0.5  # strength from which a fault is expected to be spoken of


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in their clothes and what they do, placed in the room."""

    look: Look
    motion: Motion


@dataclass(frozen=True, slots=True)
class Take:
    """What one camera sees; it lasts as long as the longest motion, and who is done keeps still.

    People are numbered from 1, in the order of `actors`.
    """

    camera: Camera
    actors: Sequence[Actor]
    things: Sequence[Solid] = ()

    @property
    def fps(self) -> float:
        """Frames a second, the same for everybody."""
        return self.actors[0].motion.fps

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return max(len(actor.motion.pose) for actor in self.actors)

    def poses(self) -> list[Pose]:
        """Everybody's pose over all frames."""
        return [
            actor.motion.pose[np.minimum(np.arange(self.frames), len(actor.motion.pose) - 1)] for actor in self.actors
        ]

    def keypoints(self) -> list[np.ndarray]:
        """`(T, 17, 2)` for everybody: x and y, 0-1 of the picture."""
        return [
            self.camera.project(actor.motion.body.keypoints(pose))[..., :2]
            for actor, pose in zip(self.actors, self.poses(), strict=True)
        ]

    def truth(self) -> dict[str, Any]:
        """What happens in it, as JSON: sets with their reps, and the faults that a coach should speak of."""
        camera = self.camera
        sets = [row for person, actor in enumerate(self.actors, start=1) for row in actor.motion.truth(person)]
        return {
            "schema": 1,
            "fps": self.fps,
            "frames": self.frames,
            "width": camera.width,
            "height": camera.height,
            "camera": {"eye": camera.eye, "at": camera.at, "fov": camera.fov, "roll": camera.roll},
            "people": len(self.actors),
            "sets": sets,
            "alerts": [
                {
                    "person": row["person"],
                    "exercise": row["exercise"],
                    "fault": fault,
                    "rep": number,
                    "start_s": rep["start_s"],
                    "end_s": rep["end_s"],
                }
                for row in sets
                for number, rep in enumerate(row["reps_at"], start=1)
                for fault, strength in rep["faults"].items()
                if strength >= PLAIN_TO_SEE
            ],
        }

    def pictures(self, *, samples: int = 4, shadow_map: int = 2048) -> Iterator[np.ndarray]:
        """Frame after frame, `(height, width, 3)` RGB; `Renderer` says what the options do."""
        people = [Dressed(actor.motion.body, actor.look) for actor in self.actors]
        poses = self.poses()
        with Renderer(self.camera, people, things=self.things, samples=samples, shadow_map=shadow_map) as renderer:
            for frame in range(self.frames):
                yield renderer.picture(poses, frame)


def write_video(path: Path, take: Take, pictures: Iterator[np.ndarray], *, quality: int, preset: str) -> None:
    """An MP4 (H.264) of the take's pictures; `quality` is x264's CRF, less is better."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(take.fps).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = take.camera.width, take.camera.height, "yuv420p"
        stream.options = {"crf": str(quality), "preset": preset, "g": str(round(4 * take.fps))}
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        container.mux(stream.encode())
