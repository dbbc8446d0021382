"""The API described and to be tried out, all from the box itself."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from aiohttp import web
from pydantic import StringConstraints

from gymbox.hub.problem import Refusal, unknown
from gymbox.hub.route import OPEN, OPERATOR, In, Route

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from aiohttp.typedefs import Handler

    from gymbox.hub.box import Box
    from gymbox.hub.route import Call

_TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


class PartPath(In):
    """A file of the page."""

    part: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}\.(?:js|css)$")]


async def openapi(box: Box, _call: Call) -> web.Response:
    """The document."""
    return web.Response(body=box.openapi, content_type="application/json")


async def page(_box: Box, _call: Call) -> web.Response:
    """Swagger UI."""
    return _file("docs.html")


async def part(_box: Box, call: Call) -> web.Response:
    """A file that the page needs; there is no secret in any."""
    return _file(call.path.part)


@web.middleware
async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A browser that asks for the page and is not logged in gets the page to log in."""
    try:
        return await handler(request)
    except Refusal as refusal:
        reads = "text/html" in request.headers.get("Accept", "")
        if refusal.problem.status != 401 or request.path != "/docs" or not reads:
            raise
        response = _file("login.html")
        response.set_status(401)
        response.headers.update(refusal.headers)
        return response


def _file(name: str) -> web.Response:
    body = _parts().get(name)
    if body is None:
        raise unknown(f"{name}: there is none")
    return web.Response(body=body, content_type=_TYPES[Path(name).suffix], charset="utf-8")


@cache
def _parts() -> dict[str, bytes]:
    import swagger_ui_bundle  # noqa: PLC0415 -- for whoever reads the page

    own: Traversable = files("gymbox.hub") / "pages"
    parts = {file.name: file.read_bytes() for file in own.iterdir() if Path(file.name).suffix in _TYPES}
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        parts[name] = Path(swagger_ui_bundle.swagger_ui_path, name).read_bytes()
    return parts


ROUTES: Final = (
    Route(
        method="GET",
        path="/openapi.json",
        handle=openapi,
        name="openapi",
        summary="This document",
        who=OPERATOR,
        kind="page",
        media="application/json",
    ),
    Route(
        method="GET",
        path="/docs",
        handle=page,
        name="docs",
        summary="This document, to read and to try out",
        who=OPERATOR,
        kind="page",
        media="text/html",
    ),
    Route(
        method="GET",
        path="/pages/{part}",
        handle=part,
        name="part",
        summary="A script or style of the pages",
        who=OPEN,
        path_model=PartPath,
        kind="page",
        media="text/plain",
    ),
)
