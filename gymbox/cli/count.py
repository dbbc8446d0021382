"""`gymbox count`: the sets of videos, as a table, as JSON, as CSV, drawn on the video."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer
from typer.core import TyperCommand

from gymbox.errors import TraceError, VideoError

# What the command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

STDOUT = "-"

# Options whose value may be left out, and the endings of the names that are taken for it.
_OPTIONAL = {"--json": (".json", ".jsonl"), "--csv": (".csv",)}


class CountCommand(TyperCommand):
    """Lets `--json` and `--csv` stand alone, without taking the video behind them for the file to write."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """The arguments with `--json` alone as `--json=-`."""
        joined: list[str] = []
        for argument in args:
            if joined and joined[-1] in _OPTIONAL and (argument == STDOUT or argument.endswith(_OPTIONAL[joined[-1]])):
                joined[-1] += f"={argument}"
            else:
                joined.append(argument)
        return super().parse_args(ctx, [f"{each}={STDOUT}" if each in _OPTIONAL else each for each in joined])


def count(
    videos: Annotated[list[Path] | None, typer.Argument(metavar="VIDEO", help="Video files.")] = None,
    poses: Annotated[
        list[Path] | None, typer.Option(metavar="TRACE", help="Start from a pose trace. May be given again.")
    ] = None,
    exercise: Annotated[str, typer.Option(metavar="NAME", help="The only exercise; auto recognises it.")] = "auto",
    exercises: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Exercises of your own (YAML), instead of gymbox's.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="A pose model of `gymbox models list`, or an ONNX file.")
    ] = None,
    device: Annotated[str, typer.Option(metavar="NAME", help="auto, cpu, cuda, tensorrt or openvino.")] = "auto",
    threads: Annotated[int, typer.Option(metavar="N", min=0, help="Of the pose model; 0 is one a core.")] = 0,
    fps: Annotated[float, typer.Option(metavar="N", min=1, max=1000, help="Frames a second to look at, at most.")] = 15,
    json: Annotated[
        str | None, typer.Option(metavar="[FILE.json]", help="One JSON object a line for each video; alone, to stdout.")
    ] = None,
    csv: Annotated[str | None, typer.Option(metavar="[FILE.csv]", help="A row for each set; alone, to stdout.")] = None,
    overlay: Annotated[
        Path | None, typer.Option(metavar="FILE.mp4", help="Draw skeletons, counts and phases on the video.")
    ] = None,
    trace: Annotated[Path | None, typer.Option(metavar="FILE.jsonl.gz", help="Write what the pose model saw.")] = None,
) -> None:
    """Count the repetitions in videos: by person, exercise and set.

    [bold]Examples[/]:

    gymbox count squats.mp4

    gymbox count squats.mp4 --exercise squat --overlay drawn.mp4

    gymbox count *.mp4 --json > sets.jsonl

    gymbox count --poses squats.jsonl.gz
    """
    sources = [*(videos or []), *(poses or [])]
    if not sources:
        raise typer.BadParameter("expected a VIDEO or `--poses TRACE`, got neither")
    for option, file in (("--overlay", overlay), ("--trace", trace)):
        if file is not None and len(sources) > 1:
            raise typer.BadParameter(f"`{option}` is for one video, got {len(sources)}")
    if json == csv == STDOUT:
        raise typer.BadParameter("`--json` and `--csv` cannot both go to standard output")

    from gymbox.cli.progress import progress
    from gymbox.cli.report import reports
    from gymbox.counting import count as count_sets
    from gymbox.exercises import load
    from gymbox.trace import Trace

    catalogue = None if exercises is None else load(exercises)
    refused = False
    with ExitStack() as stack:
        report = stack.enter_context(reports(json, csv))
        for number, source in enumerate(sources):
            try:
                with ExitStack() as reading:
                    replayed = number >= len(videos or [])
                    on_progress = reading.enter_context(progress(source.name))
                    result = count_sets(
                        reading.enter_context(Trace(source)) if replayed else source,
                        exercise=exercise,
                        exercises=catalogue,
                        model=model,
                        device=device,
                        threads=threads,
                        fps=fps,
                        overlay=overlay,
                        trace=trace,
                        on_progress=on_progress,
                    )
            except (TraceError, VideoError) as error:  # of this one; the others are still counted
                _say(error)
                refused = True
                continue
            for gap in result.gaps:
                _say(f"{source}: incomplete: nothing decodes from {gap.start_s:.1f} s to {gap.end_s:.1f} s")
            report(result)
    if refused:
        raise typer.Exit(2)


def _say(message: object) -> None:
    sys.stderr.write(f"gymbox: {message}\n")
