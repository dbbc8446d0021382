"""The faults that were rendered into the sample, seen by the default model."""

from __future__ import annotations

import json
from pathlib import Path

from gymbox import count

SAMPLE = Path(__file__).parents[1] / "data" / "sample.mp4"
SPOKEN = {"tip": "chest_drops", "uneven": "arms_uneven", "sag": "hips_sag", "swing": "trunk_swings"}
OUT_OF_SIGHT = {"swing"}  # 17 degrees of swing are 9 from halfway to the front, and as much is sway
SLACK_S = 0.3  # the median is half of its window late


def test_faults_are_told_in_their_repetition_and_nothing_else_is() -> None:
    truth = json.loads(SAMPLE.with_suffix(".json").read_text())["alerts"]
    told = [(each.exercise, alert) for each in count(SAMPLE).sets for alert in each.alerts]
    for exercise, alert in told:
        assert any(
            exercise == fault["exercise"]
            and alert.check == SPOKEN[fault["fault"]]
            and fault["start_s"] <= alert.at_s <= fault["end_s"] + SLACK_S
            for fault in truth
        ), f"nobody rendered {alert}"
    assert {alert.check for _, alert in told} == {
        SPOKEN[fault["fault"]] for fault in truth if fault["fault"] not in OUT_OF_SIGHT
    }
