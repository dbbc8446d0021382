"""The hub's routes as one web application."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from gymbox.hub import (
    backups,
    cameras,
    catalogue,
    discovery,
    health,
    install,
    live,
    machine,
    me,
    metrics,
    operator,
    pages,
    pairing,
    people,
    replays,
    setup,
    updates,
    upkeep,
    visits,
)
from gymbox.hub.openapi import document
from gymbox.hub.problem import problems
from gymbox.hub.route import LARGEST_BODY, mount
from gymbox.hub.site import BUILT, serving

if TYPE_CHECKING:
    from gymbox.hub.box import Box
    from gymbox.hub.route import Route

ROUTES: Final[tuple[Route, ...]] = (
    *health.ROUTES,
    *pairing.ROUTES,
    *me.ROUTES,
    *live.ROUTES,
    *catalogue.ROUTES,
    *visits.ROUTES,
    *replays.ROUTES,
    *people.ROUTES,
    *cameras.ROUTES,
    *install.ROUTES,
    *discovery.ROUTES,
    *upkeep.ROUTES,
    *backups.ROUTES,
    *updates.ROUTES,
    *operator.ROUTES,
    *setup.ROUTES,
    *machine.ROUTES,
    *metrics.ROUTES,
    *pages.ROUTES,
)
"""All that is answered."""

POLICY: Final = "Content-Security-Policy"
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Swagger UI and the box's pages come from the box; styles that scripts set are `style-src`.
    POLICY: (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Server": "gymbox",
}


def make(box: Box) -> web.Application:
    """The application."""
    files = serving(box.settings.hub.web_dir or BUILT)
    app = web.Application(middlewares=[box.metrics.watch, problems, files, pages.door], client_max_size=LARGEST_BODY)
    app.on_response_prepare.append(_dress)
    mount(app, box, ROUTES)
    return app


def openapi() -> dict[str, Any]:
    """The API's description."""
    return document(ROUTES, version=version("gymbox"))


def openapi_json() -> bytes:
    """The same as text."""
    return json.dumps(openapi(), ensure_ascii=False).encode()


async def _dress(_request: web.Request, response: web.StreamResponse) -> None:
    policy = response.headers.get(POLICY, HEADERS[POLICY])  # the app has one of its own
    response.headers.update({**HEADERS, POLICY: policy})
    response.headers.setdefault("Cache-Control", "no-store")
