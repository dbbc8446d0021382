"""The process that talks to phones: `python -m gymbox.hub.process [--config FILE]`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import ssl
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from gymbox.bus.endpoints import HUB_REQUESTS
from gymbox.bus.request import Server
from gymbox.config.roster import Roster
from gymbox.errors import ConfigError, StorageError
from gymbox.hub import app, setup
from gymbox.hub.addresses import Addresses
from gymbox.hub.announce import Announcer
from gymbox.hub.audience import Audience
from gymbox.hub.backups import PendingKey
from gymbox.hub.box import Box
from gymbox.hub.ears import Ears
from gymbox.hub.floor import Floor
from gymbox.hub.guests import Guests
from gymbox.hub.invitations import Invitations
from gymbox.hub.keys import Keys
from gymbox.hub.metrics import Metrics
from gymbox.hub.pairing import code
from gymbox.hub.password import Password
from gymbox.hub.tokens import Tokens
from gymbox.requests import AskSetup, Invite, Invited, SetupShown
from gymbox.service import command_line, run
from gymbox.storage import Reader
from gymbox.system.desk import Desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from gymbox.config import HubSettings, Settings
    from gymbox.service import Service

_log = structlog.get_logger(__name__)

CHECK_S: Final = 5.0
"""Between two looks at which devices may come in, and at the hub itself: a watchdog must allow twice that."""
KEEPALIVE_S: Final = 75.0
"""How long a connection may lie idle."""


async def serve(service: Service, *, settings: Settings, config: Path | None) -> None:
    """Answer phones until told to stop."""
    # The desk first: it is what makes this process the only hub of this box.
    async with Server(HUB_REQUESTS, run_dir=settings.run_dir) as desk, Reader(settings.data_dir) as reader:
        box = build(settings, reader, Roster(settings, config))

        async def invite(asked: Invite) -> Invited:
            made = code(box, asked.session_id)
            return Invited(url=made.url, lasts_s=box.invitations.lasts_s)

        async def show(_asked: AskSetup) -> SetupShown:
            return setup.shown(box)

        desk.on(Invite, invite)
        desk.on(AskSetup, show)
        try:
            async with asyncio.TaskGroup() as group:
                await work(box, service, group)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed


async def work(box: Box, service: Service, group: asyncio.TaskGroup) -> None:
    """Hear the bus, answer, announce, until told to stop."""
    hub = box.settings.hub
    ears = Ears(box.roster, box.settings.run_dir, box.floor, box.reader, box.metrics)
    tasks = [group.create_task(ears.run())]
    await ears.caught_up.wait()
    async with listening(box):
        tasks.append(group.create_task(keep_checking(box, service)))
        if hub.mdns:
            announcer = Announcer(box.addresses, name=hub.name, box_id=box.keys.box_id)
            tasks.append(group.create_task(announcer.run()))
        gc.collect()
        gc.freeze()  # what is here now stays: looking through all of it again takes 0.15 s, and phones wait
        if not box.password.known:
            _log.warning("the box is new: set it up, or: gymbox hub password", open=setup.shown(box).url)
        service.ready(f"answering at {', '.join(map(box.addresses.base, box.addresses.hosts()))}")
        await service.stop.wait()
        await box.audience.close()
    for task in tasks:
        task.cancel()


def build(settings: Settings, reader: Reader, roster: Roster) -> Box:
    """What the routes work with."""
    keys = Keys.open(settings.data_dir)
    tokens, password, metrics = Tokens(keys), Password(settings.data_dir), Metrics()
    return Box(
        settings=settings,
        roster=roster,
        keys=keys,
        tokens=tokens,
        password=password,
        guests=Guests(reader, tokens, password, settings.hub),
        invitations=Invitations(settings.hub.pairing_token_s),
        reader=reader,
        floor=Floor(),
        metrics=metrics,
        audience=Audience(metrics),
        addresses=Addresses(settings.hub, keys),
        root=Desk(settings.run_dir),
        setup_code=setup.new_code(),
        new_key=PendingKey(),
        openapi=app.openapi_json(),
    )


@contextlib.asynccontextmanager
async def listening(box: Box) -> AsyncIterator[None]:
    """The port is open meanwhile.

    Raises:
        ConfigError: it cannot be had.
    """
    hub = box.settings.hub
    runner = web.AppRunner(app.make(box), access_log=None, keepalive_timeout=KEEPALIVE_S, shutdown_timeout=2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, hub.host, hub.port, ssl_context=_tls(hub), backlog=1024)
        try:
            await site.start()
        except OSError as error:
            raise ConfigError(f"hub: cannot listen at {hub.host}:{hub.port}: {error.strerror}") from error
        box.addresses.port = int(runner.addresses[0][1])
        yield
    finally:
        await runner.cleanup()


async def keep_checking(box: Box, service: Service) -> None:
    """Shut out who was revoked by others, and see that the hub still answers."""
    while True:
        with contextlib.suppress(StorageError):  # of a database that is not there, nobody is shut out
            box.audience.keep_only(await box.guests.active())
        try:
            async with asyncio.timeout(CHECK_S):
                await _ask_itself(box)
            service.worked()
        except (OSError, TimeoutError) as error:
            _log.error("the hub does not answer itself", error=str(error) or f"not within {CHECK_S:g} s")
        await asyncio.sleep(CHECK_S)


async def _ask_itself(box: Box) -> None:
    """Get any answer through the network's door."""
    tls = ssl.create_default_context() if box.addresses.scheme == "https" else None
    if tls:
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(box.settings.hub.own_host, box.addresses.port, ssl=tls)
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n")
        if not (await reader.readline()).startswith(b"HTTP/1.1 "):
            raise OSError("it closed the connection")
    finally:
        writer.close()


def _tls(hub: HubSettings) -> ssl.SSLContext | None:
    if hub.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(hub.tls_certificate, hub.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"hub.tls_certificate {hub.tls_certificate}: cannot be used: {error}") from error
    return context


def main() -> int:
    """Run the process."""
    parser = argparse.ArgumentParser(prog="gymbox.hub.process", description="Talks to phones.")
    given, settings = command_line(parser)
    return run(partial(serve, settings=settings, config=given.config), name="hub", settings=settings)


if __name__ == "__main__":
    sys.exit(main())
