"""The command line: `gymbox …`, one file a command group."""

from __future__ import annotations

import sys

import typer

from gymbox.cli import backup, camera, config, db, doctor, hub, models, run, screen, tap, update
from gymbox.cli.count import CountCommand, count
from gymbox.errors import GymboxError

app = typer.Typer(
    name="gymbox",
    help="Counts repetitions and spots bad form, from video files and live cameras.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command(cls=CountCommand, no_args_is_help=True)(count)
app.add_typer(camera.app)
app.add_typer(models.app)
app.add_typer(config.app)
app.add_typer(db.app)
app.add_typer(backup.app)
app.add_typer(hub.app)
app.add_typer(update.app)
app.command()(run.run)
app.command()(hub.qr)
app.command()(screen.screen)
app.command()(doctor.doctor)
app.command()(tap.tap)


def main() -> None:
    """Run the command line; a refusal is one line on standard error and exit code 2."""
    try:
        app()
    except GymboxError as error:
        sys.stderr.write(f"gymbox: {error}\n")
        sys.exit(2)
