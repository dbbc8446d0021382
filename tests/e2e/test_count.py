"""`gymbox count` as a shell meets it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from tests import clips, lifter

GYMBOX = Path(sys.executable).with_name("gymbox")


def gymbox(*arguments: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(GYMBOX), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120, check=False)


@pytest.fixture(scope="module")
def two_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lifter.record(tmp_path_factory.mktemp("traces") / "two.jsonl.gz", (4, 0.3), (6, 0.7))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.make(tmp_path_factory.mktemp("clips") / "clip.mp4", container_options={"movflags": "faststart"})


def test_json_is_one_object_and_nothing_else(two_people: Path) -> None:
    done = gymbox("count", "--poses", two_people, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    result = json.loads(done.stdout)
    assert list(result) == ["schema", "source", "model", "device", "complete", "gaps", "sets"]
    assert result["schema"] == 1
    assert (result["source"], result["model"]) == (str(two_people), "movenet-multipose")
    assert (result["complete"], result["gaps"]) == (True, [])
    assert [(each["person"], each["exercise"], each["reps"]) for each in result["sets"]] == [
        (1, "squat", 4),
        (2, "squat", 6),
    ]
    first = result["sets"][0]
    assert list(first) == [
        "person",
        "exercise",
        "start_s",
        "end_s",
        "reps",
        "partial_reps",
        "range_deg",
        "tempo_down_s",
        "tempo_up_s",
        "form_score",
        "alerts",
        "rep_list",
    ]
    assert 1.0 < first["start_s"] < 2.5
    assert 11 < first["end_s"] < 14
    assert [rep["number"] for rep in first["rep_list"]] == [1, 2, 3, 4]
    for rep in first["rep_list"]:
        assert rep["start_s"] < rep["turn_s"] < rep["end_s"]
        assert rep["tempo_down_s"] == pytest.approx(rep["turn_s"] - rep["start_s"], abs=0.002)


def test_the_table_names_people_sets_and_counts(two_people: Path) -> None:
    done = gymbox("count", "--poses", two_people)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["1", "squat"] in [row[:2] for row in rows]
    assert [row[3] for row in rows if row[1:2] == ["squat"]] == ["4", "6"]


def test_csv_has_a_row_for_each_set(two_people: Path, tmp_path: Path) -> None:
    target = tmp_path / "sets.csv"
    done = gymbox("count", "--poses", two_people, "--csv", target)
    assert done.returncode == 0
    assert "squat" in done.stdout, "the table is still printed"
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert [(row["person"], row["exercise"], row["reps"], row["complete"]) for row in rows] == [
        ("1", "squat", "4", "true"),
        ("2", "squat", "6", "true"),
    ]


def test_json_before_a_video_does_not_write_over_it(clip: Path, tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(clip.read_bytes())
    done = gymbox("count", "--json", video)
    assert done.returncode == 0
    assert json.loads(done.stdout)["sets"] == []
    assert video.read_bytes() == clip.read_bytes()


def test_several_videos_give_a_line_each_and_one_bad_file_stops_none(two_people: Path, tmp_path: Path) -> None:
    target = tmp_path / "sets.json"
    one = lifter.record(tmp_path / "one.jsonl", (3, 0.5))
    done = gymbox("count", tmp_path / "none.mp4", "--poses", one, "--poses", two_people, "--json", target)
    assert done.returncode == 2
    assert done.stderr == f"gymbox: {tmp_path / 'none.mp4'}: no such file\n"
    results = [json.loads(line) for line in target.read_text().splitlines()]
    assert [len(result["sets"]) for result in results] == [1, 2]


def test_a_video_can_be_drawn_and_recorded_and_counted_again(clip: Path, tmp_path: Path) -> None:
    drawn, trace = tmp_path / "drawn.mp4", tmp_path / "trace.jsonl.gz"
    done = gymbox("count", clip, "--overlay", drawn, "--trace", trace, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    with av.open(str(drawn)) as container:
        (stream,) = container.streams
        assert isinstance(stream, av.VideoStream)
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (960, 576), "three times as large, so that text can be read"
        assert len(list(container.decode(stream))) == 45
    again = gymbox("count", "--poses", trace, "--json")
    assert json.loads(again.stdout)["sets"] == json.loads(done.stdout)["sets"]


def test_damage_is_said_and_the_rest_is_counted(clip: Path, tmp_path: Path) -> None:
    video = tmp_path / "cut.mp4"
    video.write_bytes(clip.read_bytes())
    clips.cut(video, 0.6)
    done = gymbox("count", video, "--json")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    assert result["complete"] is False
    (gap,) = result["gaps"]
    assert gap["end_s"] == 3.0
    said = f"gymbox: {video}: incomplete: nothing decodes from {gap['start_s']:.1f} s to 3.0 s\n"
    assert done.stderr == said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.mp4"], "gymbox: none.mp4: no such file"),
        (["."], "gymbox: .: a folder, expected a video file"),
        (["notes.txt"], "gymbox: notes.txt: not a video"),
        (["--poses", "notes.txt"], "gymbox: notes.txt, line 1: expected a JSON object"),
        (["clip.mp4", "--exercise", "nope"], "gymbox: exercise `nope`: expected auto or one of squat, push_up"),
        (["clip.mp4", "--model", "nope"], "gymbox: model `nope`: expected movenet-multipose"),
        (["clip.mp4", "--device", "nope"], "gymbox: device `nope`"),
        (["clip.mp4", "--overlay", "no/folder.mp4"], "gymbox: no/folder.mp4: cannot be written"),
        (["clip.mp4", "--overlay", "./clip.mp4"], "gymbox: clip.mp4: expected a file of its own"),
        (["clip.mp4", "--overlay", "drawn.xyz"], "gymbox: drawn.xyz: expected the name of a video"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_two(
    clip: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "clip.mp4").write_bytes(clip.read_bytes())
    (tmp_path / "notes.txt").write_text("squat 3x10\n")
    before = sorted(tmp_path.iterdir())
    done = gymbox("count", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before, "nothing half written"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fps", "15"], "expected a VIDEO"),
        (["a.mp4", "b.mp4", "--overlay", "c.mp4"], "`--overlay` is for one video"),
        (["a.mp4", "--json", "--csv"], "cannot both go to standard output"),
        (["a.mp4", "--fps", "0"], "--fps"),
    ],
)
def test_wrong_use_is_explained(arguments: list[str], message: str) -> None:
    done = gymbox("count", *arguments)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.replace("│", " ").split())


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    video = clips.make(tmp_path / "long.mp4", times=range(3000))
    drawn = tmp_path / "drawn.mp4"
    command = [str(GYMBOX), "count", str(video), "--overlay", str(drawn)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert list(tmp_path.iterdir()) == [video]


def test_a_terminal_gets_a_bar_and_a_pipe_does_not(two_people: Path) -> None:
    ours, theirs = pty.openpty()
    command = [str(GYMBOX), "count", "--poses", str(two_people), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        stdout, _ = process.communicate(timeout=60)
    shown = os.read(ours, 100_000)
    os.close(ours)
    assert b"two.jsonl.gz" in shown
    assert json.loads(stdout)["schema"] == 1


def test_help_is_quick_and_has_examples() -> None:
    done = gymbox("count", "--help")
    assert done.returncode == 0
    assert "gymbox count squats.mp4 --exercise squat --overlay drawn.mp4" in done.stdout
    heavy = "import sys, gymbox.cli; print([m for m in ('av', 'numpy', 'onnx', 'pydantic', 'PIL') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
