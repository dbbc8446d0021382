from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from accuracy.truth import NOTHING, labelled, rendered

if TYPE_CHECKING:
    from pathlib import Path

LABELS = "file,exercise,reps_min,reps_max,view,people,notes\na.mp4,squat,3,4,side,1,\nb.gif,none,0,0,wide,4,nobody\n"


def test_labels_name_videos_and_traces(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(LABELS)
    for folder, suffix in (("videos", ""), ("traces", ".jsonl.gz")):
        (tmp_path / folder).mkdir()
        for name in ("a.mp4", "b.gif"):
            (tmp_path / folder / f"{name}{suffix}").touch()
    first, second = labelled(tmp_path, traces=False)
    assert (first.path, first.reps_min, first.reps_max, first.partial) == (tmp_path / "videos" / "a.mp4", 3, 4, None)
    assert (second.exercise, second.counts) == (NOTHING, False)
    assert labelled(tmp_path, traces=True)[0].path == tmp_path / "traces" / "a.mp4.jsonl.gz"


def test_clips_may_lie_beside_their_labels(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,exercise,reps_min,reps_max,partial_reps\na.mp4,squat,3,3,1\n")
    (tmp_path / "a.mp4").touch()
    (clip,) = labelled(tmp_path, traces=False)
    assert (clip.path, clip.partial) == (tmp_path / "a.mp4", 1)


def test_a_clip_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(LABELS)
    with pytest.raises(FileNotFoundError, match=r"labels\.csv names a\.mp4: expected .*videos"):
        labelled(tmp_path, traces=False)


def test_a_rendered_trace_has_its_truth_beside_it(tmp_path: Path) -> None:
    sets = [{"exercise": "squat", "reps": 5, "partial_reps": 2}]
    for name, done in (("1-000-squat", sets), ("1-idle-000", [])):
        (tmp_path / f"{name}.jsonl.gz").touch()
        (tmp_path / f"{name}.json").write_text(json.dumps({"sets": done, "seconds": 60.0, "about": {"yaw": 10}}))
    squat, idle = rendered(tmp_path)
    assert (squat.name, squat.reps_min, squat.reps_max, squat.partial) == ("1-000-squat", 5, 5, 2)
    assert (idle.counts, idle.seconds, idle.about) == (False, 60.0, {"yaw": 10})


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"expected traces \(\*\.jsonl\.gz\), got none"):
        rendered(tmp_path)
