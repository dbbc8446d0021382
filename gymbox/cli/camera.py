"""`gymbox camera`: find, add, list, remove and test cameras."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gymbox.cli import discover
from gymbox.cli.config import File

# What a command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415

if TYPE_CHECKING:
    from gymbox.capture.trial import Trial
    from gymbox.config import CameraSettings

app = typer.Typer(name="camera", help="Find, add, list, remove and test cameras.", no_args_is_help=True)
app.command()(discover.discover)


@app.command()
def add(
    camera_id: Annotated[str, typer.Option("--id", help="A name for ever, such as cam-01.")],
    url: Annotated[
        str,
        typer.Option(
            "--rtsp-url",
            "--url",
            help="rtsp(s)://user:password@host/…, http(s)://…, /dev/video0 or a video file; - reads it from the input.",
        ),
    ],
    *,
    zone: Annotated[str, typer.Option(help="Which part of the floor it sees, such as weights.")] = "",
    description: Annotated[str, typer.Option(help="For people.")] = "",
    fps: Annotated[float | None, typer.Option(help="Frames a second to look at.", show_default="15")] = None,
    rotate: Annotated[int | None, typer.Option(help="Degrees clockwise: 90, 180, 270.", show_default="0")] = None,
    transport: Annotated[str | None, typer.Option(help="Of RTSP: tcp or udp.", show_default="tcp")] = None,
    config: File = None,
) -> None:
    """Write a camera into gymbox.toml."""
    from gymbox.config import find
    from gymbox.config.edit import add_camera

    path = config or find() or Path("gymbox.toml")
    source = sys.stdin.readline().strip() if url == "-" else url
    if "://" not in source:  # a file, and the box may be started in another folder
        source = str(Path(source).absolute())
    given = {"zone": zone, "description": description, "fps": fps, "rotate": rotate, "transport": transport}
    values = {"id": camera_id, "url": source, **{key: value for key, value in given.items() if value}}
    add_camera(path, values)
    typer.echo(f"{path}: camera {camera_id} added; try it with: gymbox camera test {camera_id}")


@app.command("list")
def list_(
    config: File = None, as_json: Annotated[bool, typer.Option("--json", help="As JSON, an object a line.")] = False
) -> None:
    """Show the cameras of gymbox.toml, passwords hidden."""
    from gymbox.config import load

    cameras = load(config).camera
    if as_json:
        for camera in cameras:
            typer.echo(json.dumps(camera.model_dump(mode="json"), ensure_ascii=False))
    elif not cameras:
        typer.echo("no cameras; add one with: gymbox camera add --id cam-01 --rtsp-url rtsp://…")
    else:
        _show(cameras)


@app.command()
def remove(camera_id: Annotated[str, typer.Argument(help="Its id.", metavar="ID")], config: File = None) -> None:
    """Take a camera out of gymbox.toml; what was recorded of it stays."""
    from gymbox.config import find
    from gymbox.config.edit import remove_camera
    from gymbox.errors import ConfigError

    path = config or find()
    if path is None:
        raise ConfigError(f"no gymbox.toml found, so no camera {camera_id!r}")
    remove_camera(path, camera_id)
    typer.echo(f"{path}: camera {camera_id} removed")


@app.command("test")
def try_out(
    camera: Annotated[str, typer.Argument(help="An id of gymbox.toml, or a URL, device or file.", metavar="ID|URL")],
    *,
    snapshot: Annotated[
        Path | None, typer.Option(help="Where to save a picture.", show_default="ID.jpg in this folder")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="How long to watch.")] = 4,
    config: File = None,
) -> None:
    """Connect to a camera; show codec, size, rate and keyframe distance, and save a snapshot."""
    from gymbox.capture.trial import try_camera
    from gymbox.output import written

    settings = _wanted(camera, config)
    trial = try_camera(settings, seconds=seconds)
    path = snapshot or Path(f"{settings.id}.jpg")
    with written(path) as unfinished:
        unfinished.write_bytes(trial.snapshot)
    for name, value in _findings(trial).items():
        typer.echo(f"{name:<10} {value}")
    typer.echo(f"{'snapshot':<10} {path}")


def _wanted(camera: str, config: Path | None) -> CameraSettings:
    from pydantic import ValidationError

    from gymbox.config import CameraSettings, load
    from gymbox.errors import ConfigError
    from gymbox.redact import redact

    if "/" not in camera and not Path(camera).exists():
        known = {each.id: each for each in load(config).camera}
        if camera in known:
            return known[camera]
        raise ConfigError(
            f"no camera {camera!r} in gymbox.toml, and no such file; there is {', '.join(known) or 'none'}"
        )
    try:
        return CameraSettings.model_validate({"id": "snapshot", "url": camera})
    except ValidationError as error:
        raise ConfigError(f"{redact(camera)}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None


def _findings(trial: Trial) -> dict[str, str]:
    interval = trial.keyframe_interval_s
    return {
        "codec": trial.codec,
        "size": f"{trial.width}×{trial.height}",
        "rate": "unknown" if trial.fps is None else f"{trial.fps:.3g} pictures a second, {trial.kbits:.0f} kbit/s",
        "keyframes": "further apart than was watched" if interval is None else f"every {interval:.3g} s",
        "decoder": trial.decoder,
        "picture": f"after {trial.first_picture_s:.1f} s",
    }


def _show(cameras: tuple[CameraSettings, ...]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("id", "zone", "source", "fps", "description", box=None, pad_edge=False, header_style="bold")
    for camera in cameras:
        style = "" if camera.enabled else "dim"
        words = (camera.id, camera.zone, str(camera.url), f"{camera.fps:g}", camera.description)
        table.add_row(*(Text(word, overflow="fold") for word in words), style=style)
    Console().print(table)
