"""`gymbox run`: the whole box, until Ctrl-C."""

from __future__ import annotations

import typer

from gymbox.cli.config import File

# What the command needs is imported when it runs, so that `gymbox --help` does not wait for all of it.
# ruff: noqa: PLC0415


def run(config: File = None) -> None:
    """Run the box: cameras, counting, recording, all of it, until Ctrl-C.

    What dies is started again. A change of gymbox.toml is followed: `gymbox camera add` starts a camera at once.
    """
    from gymbox import service
    from gymbox.config import find, load
    from gymbox.supervise.supervisor import STOP_S, Supervisor

    path = config or find()
    settings = load(path)
    supervisor = Supervisor(settings, path)
    code = service.run(supervisor.run, name="box", settings=settings, grace_s=STOP_S)
    raise typer.Exit(code or int(supervisor.killed))
