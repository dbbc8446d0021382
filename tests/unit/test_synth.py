"""Rendered people: what is asked for is posed, what is posed is seen, and the sample's truth is true."""

import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

Found = dict[str, Any]
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "sample.mp4"
HEIGHT = {"squat": (11, 12), "push_up": (5, 6), "bicep_curl": (9, 10), "lateral_raise": (9, 10)}  # what a rep moves


@pytest.fixture(scope="module")
def measured() -> Found:
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not on PATH, and the rendered people live in its scripts' own environment")
    ran = subprocess.run(
        [uv, "run", "--quiet", "--script", "synth/check.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found: Found = json.loads(ran.stdout)
    return found


@pytest.fixture(scope="module")
def truth() -> Found:
    found: Found = json.loads(SAMPLE.with_suffix(".json").read_text())
    return found


@pytest.fixture(scope="module")
def keypoints() -> np.ndarray:
    text = gzip.decompress((SAMPLE.parent / "sample_keypoints.json.gz").read_bytes())
    return np.array(json.loads(text)["people"])  # (4, T, 17, 2)


@pytest.mark.parametrize("exercise", ["squat", "push_up", "bicep_curl", "lateral_raise"])
def test_the_angle_asked_for_is_the_angle_posed(measured: Found, exercise: str) -> None:
    angles = measured["angles"][exercise]
    assert np.ptp(angles["asked"]) > 75
    assert angles["measured"] == pytest.approx(angles["asked"], abs=0.01)


def test_what_is_planted_stays(measured: Found) -> None:
    assert max(measured["drift"].values()) < 1e-6


def test_keypoints_are_those_of_the_whole_mesh(measured: Found) -> None:
    assert measured["regressor_error"] < 1e-9


def test_left_is_right_in_a_mirror(measured: Found) -> None:
    assert measured["mirror_error"] < 1e-9


def test_the_camera_and_opengl_agree(measured: Found) -> None:
    assert measured["projection_error"] < 1e-9


def test_modelled_errors_are_those_of_the_pose_not_of_chance(measured: Found) -> None:
    errors = measured["modelled_errors"]
    assert 1.0 < errors["usual"] < 3.0
    assert errors["same_pose"] < 0.05
    assert errors["other_pose"] > 0.5


def test_people_are_seen_where_the_truth_says(measured: Found) -> None:
    if "no_pictures" in measured:
        pytest.skip(measured["no_pictures"])
    red, blue, white, green = measured["chests"]
    assert red[0] > 1.5 * max(red[1:])
    assert blue[2] > 1.3 * max(blue[:2])
    assert min(white) > 120
    assert green[1] > 1.2 * max(green[0], green[2])


def test_the_committed_truth_is_the_generators(measured: Found, truth: Found) -> None:
    assert measured["truth"] == truth


def test_the_clip_is_as_long_and_wide_as_its_truth(truth: Found) -> None:
    assert SAMPLE.stat().st_size < 3_000_000
    with av.open(str(SAMPLE)) as container:
        video = container.streams.video[0]
        assert (video.width, video.height, video.frames) == (truth["width"], truth["height"], truth["frames"])
        assert video.average_rate == truth["fps"]


def test_a_full_rep_goes_further_than_a_partial_one(truth: Found, keypoints: np.ndarray) -> None:
    assert {row["exercise"] for row in truth["sets"]} == set(HEIGHT)
    for row in truth["sets"]:
        height = keypoints[row["person"] - 1][:, HEIGHT[row["exercise"]], 1].mean(1)
        way: dict[str, list[float]] = {"full": [], "partial": []}
        for rep in row["reps_at"]:
            start, turn = (round(rep[key] * truth["fps"]) for key in ("start_s", "turn_s"))
            way[rep["kind"]].append(abs(float(height[turn] - height[start])))
        assert (len(way["full"]), len(way["partial"])) == (row["reps"], row["partial_reps"])
        assert max(way["partial"]) < 0.6 * float(np.median(way["full"]))
        assert min(way["partial"]) > 0.2 * float(np.median(way["full"]))


def test_everybody_stays_in_the_picture(keypoints: np.ndarray) -> None:
    assert keypoints.min() > 0
    assert keypoints.max() < 1


def test_a_halting_repetition_nearly_stops_as_often_as_asked_and_never_goes_back(measured: Found) -> None:
    for asked, found in enumerate(measured["halts"]):
        assert found["stops"] == asked
        assert found["backwards"] <= 0
        assert found["turn"] == pytest.approx(1, abs=0.01)
        assert found["end"] == pytest.approx(0, abs=0.01)


def test_every_way_to_the_floor_ends_in_a_plank_and_every_way_up_in_standing(measured: Found) -> None:
    floor = {name: np.array(heights) for name, heights in measured["floor"].items()}
    assert (floor["down"] < 0.5 * floor["stood"]).all()
    assert floor["up"] == pytest.approx(floor["stood"], rel=0.03)
    assert (floor["lowest"] > -1e-6).all()
