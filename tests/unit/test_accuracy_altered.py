from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.testing import assert_allclose

from accuracy.altered import ALTERATIONS, HEAD, Alteration, Row, looped, read, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def trace() -> list[Row]:
    random = np.random.default_rng(5)
    rows: list[Row] = [{"format": "gymbox-trace/1", "width": 1280, "height": 720}]
    for number in range(20):
        points = np.concatenate([random.uniform(0.3, 0.6, (17, 2)), random.uniform(0.2, 0.9, (17, 1))], 1)
        box = [*points[:, :2].min(0).tolist(), *points[:, :2].max(0).tolist()]
        rows.append({"t_ns": number * 100, "detections": [{"bbox": box, "score": 0.5, "keypoints": points.tolist()}]})
    return rows


def points(rows: list[Row]) -> np.ndarray:
    return np.array([row["detections"][0]["keypoints"] for row in rows[1:]])


def boxes(rows: list[Row]) -> np.ndarray:
    return np.array([row["detections"][0]["bbox"] for row in rows[1:]])


def test_as_it_is_changes_nothing(trace: list[Row]) -> None:
    assert_allclose(points(ALTERATIONS[0](trace)), points(trace), atol=1e-12)


def test_mirroring_twice_changes_nothing(trace: list[Row]) -> None:
    mirror = Alteration("mirrored", mirrored=True)
    once = mirror(trace)
    assert_allclose(points(once)[:, 5, 0], 1 - points(trace)[:, 6, 0])
    assert_allclose(points(mirror(once)), points(trace), atol=1e-12)
    assert_allclose(boxes(mirror(once)), boxes(trace), atol=1e-12)


def test_rolling_keeps_lengths_in_square_units(trace: list[Row]) -> None:
    square = [1280 / 720, 1.0]
    before, after = (points(rows)[:, :, :2] * square for rows in (trace, Alteration("rolled", rolled=15)(trace)))
    assert_allclose(
        np.linalg.norm(after[:, 5] - after[:, 12], axis=-1), np.linalg.norm(before[:, 5] - before[:, 12], axis=-1)
    )
    upright = np.array([[0.5, 0.9]])
    assert Alteration("rolled", rolled=15)._moved(upright, 1.0)[0, 0] < 0.5


def test_the_box_stays_around_the_points(trace: list[Row]) -> None:
    for rolled in (8, -15):
        altered = Alteration("rolled", rolled=rolled)(trace)
        low, high = points(altered)[:, :, :2].min(1), points(altered)[:, :, :2].max(1)
        assert (boxes(altered)[:, :2] <= low + 1e-9).all()
        assert (boxes(altered)[:, 2:] >= high - 1e-9).all()


def test_pace_and_frames(trace: list[Row]) -> None:
    assert [row["t_ns"] for row in Alteration("faster", pace=2)(trace)[1:3]] == [0, 50]
    assert len(Alteration("half", every=2)(trace)) == 11
    assert 5 < len(Alteration("lost", frames_lost=0.3)(trace)) < 20


def test_points_lost_are_unseen_and_noise_moves_them(trace: list[Row]) -> None:
    assert (points(Alteration("head", unseen=HEAD)(trace))[:, :5, 2] == 0).all()
    lost = points(Alteration("lost", points_lost=0.4)(trace))[:, :, 2] == 0
    assert 0.3 < lost.mean() < 0.5
    moved = points(Alteration("noise", noise=0.02)(trace)) - points(trace)
    heights = np.ptp(points(trace)[:, :, 1], axis=1)[:, None]
    assert (moved[:, :, 1] / heights).std() == pytest.approx(0.02, rel=0.15)


def test_the_same_seed_gives_the_same(trace: list[Row]) -> None:
    for alteration in ALTERATIONS:
        assert alteration(trace, seed=3) == alteration(trace, seed=3)


def test_a_loop_has_no_seam(trace: list[Row]) -> None:
    times = [row["t_ns"] for row in looped(trace, 3)[1:]]
    assert len(times) == 60
    assert set(np.diff(times)) == {100}


def test_written_traces_are_read_back(trace: list[Row], tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl.gz"
    write(path, trace)
    assert read(path) == trace
