"""One row a route: who may ask, what comes in, what goes out. `mount` holds requests to it, `openapi` describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from gymbox.errors import in_words
from gymbox.hub.problem import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from multidict import MultiMapping

    from gymbox.hub.box import Box
    from gymbox.hub.guests import Guest

Role = Literal["phone", "kiosk", "operator"]
"""Whom a token makes one."""
OPERATOR: Final[frozenset[Role]] = frozenset({"operator"})
MEMBERS: Final[frozenset[Role]] = frozenset({"phone", "operator"})
ALL: Final[frozenset[Role]] = frozenset({"phone", "kiosk", "operator"})
OPEN: Final[frozenset[Role]] = frozenset()
"""Nobody has to say who they are."""

LARGEST_BODY: Final = 16 * 1024
"""Bytes; what is more is refused before it is read."""


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole: Final = BeforeValidator(_whole)
"""JSON Schema calls 142.0 an integer, strict Pydantic does not. It stands behind `Field`, or that loses its bounds."""


class In(BaseModel):
    """Anything that comes in. JSON is taken strictly: no text for a number, no 0 for false."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Out(BaseModel):
    """Anything that goes out."""

    model_config = ConfigDict(
        frozen=True, json_schema_serialization_defaults_required=True, use_attribute_docstrings=True
    )


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was held to its route."""

    request: web.Request
    guest: Guest
    path: Any
    query: Any
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is answered at one method and path."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    handle: Callable[[Box, Call], Awaitable[BaseModel | web.StreamResponse | None]]
    name: str
    """Its `operationId`: what generated clients call it."""
    summary: str
    who: frozenset[Role]
    """Who may ask; `OPEN` for everybody."""
    path_model: type[In] | None = None
    query: type[In] | None = None
    body: type[In] | None = None
    reply: type[BaseModel] | None = None
    status: int = 200
    errors: tuple[int, ...] = ()
    """Beside those that follow from the rest of the row."""
    says: type[BaseModel] | None = None
    """Of a socket, what it sends."""
    hears: type[BaseModel] | None = None
    """Of a socket, what it takes."""
    kind: Literal["json", "file", "socket", "page"] = "json"
    media: str = "application/octet-stream"
    """Of a file or a page."""
    local: bool = False
    """Whether a program on the box itself may ask without a token, where the settings say so."""

    @property
    def keys(self) -> frozenset[str]:
        """The names in braces in the path."""
        return frozenset(re.findall(r"{(\w+)}", self.path))


def mount(app: web.Application, box: Box, routes: Iterable[Route]) -> None:
    """Answer `routes`."""
    for route in routes:
        app.router.add_route(route.method, route.path, _held(box, route), name=route.name)


def _held(box: Box, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        guest = await box.guests.admit(request, route)
        call = Call(
            request,
            guest,
            path=_strings(route.path_model, dict(request.match_info), status=404),
            query=_strings(route.query, _once(request.query), status=422),
            body=await _body(route.body, request),
        )
        reply = await route.handle(box, call)
        if isinstance(reply, web.StreamResponse):
            return reply
        if reply is None:
            return web.Response(status=204)
        body = reply.model_dump_json().encode()
        return web.Response(status=route.status, body=body, content_type="application/json")

    return handle


def _strings(model: type[In] | None, values: Mapping[str, str], *, status: Literal[404, 422]) -> In | None:
    """Parameters of a URL. A path that no id has is the path of nothing."""
    if model is None:
        return None
    try:
        return model.model_validate_strings(values)
    except ValidationError as error:
        raise Refusal(status, "not found" if status == 404 else "invalid", in_words(error)) from error


def _once(values: MultiMapping[str]) -> dict[str, str]:
    if twice := [name for name in values if len(values.getall(name)) > 1]:
        raise Refusal(422, "invalid", f"{twice[0][:40]}: is given twice")
    return dict(values)


async def _body(model: type[In] | None, request: web.Request) -> In | None:
    if model is None:
        return None
    if request.content_type != "application/json":
        raise Refusal(415, "unsupported media type", f"expected application/json, got {request.content_type[:80]}")
    try:
        return model.model_validate_json(await request.read(), strict=True)
    except ValidationError as error:
        no_json = any(complaint["type"] == "json_invalid" for complaint in error.errors())
        raise Refusal(400 if no_json else 422, "invalid", in_words(error)) from error
