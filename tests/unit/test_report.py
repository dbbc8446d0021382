"""What people read: the tables of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gymbox.cli.report import print_table
from gymbox.result import AlertResult, CountResult, SetResult

if TYPE_CHECKING:
    import pytest


def alert(message: str, at_s: float) -> AlertResult:
    return AlertResult(check="depth", message=message, at_s=at_s, rep=2, phase="turn", measured=90, min=None, max=80)


def a_set(person: int, exercise: str, *alerts: AlertResult, form_score: float | None = None) -> SetResult:
    return SetResult(
        person=person,
        exercise=exercise,
        start_s=3599.6,
        end_s=3723.2,
        reps=12,
        partial_reps=1,
        range_deg=104.2,
        tempo_down_s=1.24,
        tempo_up_s=0.81,
        form_score=form_score,
        alerts=alerts,
        rep_list=(),
    )


def printed(capsys: pytest.CaptureFixture[str], *sets: SetResult, source: str = "gym.mp4") -> list[list[str]]:
    print_table(CountResult(source=source, model="movenet-multipose", device="cpu", complete=True, gaps=(), sets=sets))
    lines = capsys.readouterr().out.splitlines()
    return [line.rstrip().split("  ") for line in lines if line.strip()]


def flat(rows: list[list[str]]) -> list[list[str]]:
    return [[cell.strip() for cell in row if cell.strip()] for row in rows]


def test_the_sets_fit_a_terminal_of_eighty_characters(capsys: pytest.CaptureFixture[str]) -> None:
    rows = printed(capsys, a_set(1, "overhead_press", form_score=100), a_set(2, "squat", form_score=72))
    assert max(len("  ".join(row)) for row in rows) <= 80
    assert flat(rows)[3] == ["1", "overhead press", "60:00\N{EN DASH}62:03", "12", "1", "104°", "1.2 s", "0.8 s", "100"]


def test_alerts_stand_below_with_all_their_times(capsys: pytest.CaptureFixture[str]) -> None:
    deeper = [alert("Go a little deeper", at_s) for at_s in (3610.2, 3640.4)]
    one = a_set(1, "squat", *deeper, alert("Keep your chest [up]", 3650))
    rows = flat(printed(capsys, one, a_set(2, "push_up")))
    assert rows[-3:-1] == [["1", "squat", "Go a little deeper", "60:10, 60:40"], ["Keep your chest [up]", "60:50"]]


def test_a_person_is_named_once_and_an_empty_column_not_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    rows = flat(printed(capsys, a_set(1, "squat"), a_set(1, "push_up"), source="[x].mp4"))
    assert rows[0] == ["[x].mp4"]
    assert "form" not in rows[1]
    assert [row[0] for row in rows[3:5]] == ["1", "push up"]


def test_nothing_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, source="empty.mp4") == [["empty.mp4: no sets found"]]
