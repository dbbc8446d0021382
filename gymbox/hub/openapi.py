"""The OpenAPI 3.1 document, from the route table and the models' own JSON Schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic.json_schema import models_json_schema

from gymbox.hub.problem import Problem
from gymbox.hub.route import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import BaseModel

    from gymbox.hub.route import In, Route

Schema = dict[str, Any]
"""JSON: what Pydantic gives and a document is made of."""
Mode = Literal["validation", "serialization"]

_REFERENCE: Final = "#/components/schemas/{model}"
_MEANING: Final = {
    400: "No JSON, or no handshake",
    401: "No token, or one that is forged, expired or revoked",
    403: "Not theirs",
    404: "There is none",
    409: "It cannot be done as things are",
    413: "Too large",
    415: "Not JSON",
    416: "No such range",
    422: "A parameter or field is wrong; the detail names it",
    429: "Too often; `Retry-After` says when again",
    503: "Another of the box's processes does not answer; `Retry-After` says when again",
}


def document(routes: Sequence[Route], *, version: str) -> Schema:
    """The document of `routes`, for an API of this version.

    Raises:
        ValueError: two routes of one name, or a path whose keys are not its model's.
    """
    models: list[tuple[type[BaseModel], Mode]] = [(Problem, "serialization")]
    for route in routes:
        models += [(route.says, "serialization")] if route.says else []
        models += [(route.hears, "validation")] if route.hears else []
        models += [(route.body, "validation")] if route.body else []
        models += [(route.reply, "serialization")] if route.reply else []
    found, schemas = models_json_schema(list(dict.fromkeys(models)), ref_template=_REFERENCE)
    references = {(model, mode): found[model, mode] for model, mode in models}
    paths: dict[str, Schema] = {}
    for route in routes:
        _check(route, routes)
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gymbox",
            "version": version,
            "description": "What a box in the gym tells phones, a kiosk's screen and its operator.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _check(route: Route, routes: Iterable[Route]) -> None:
    if sum(other.name == route.name for other in routes) > 1:
        raise ValueError(f"route {route.path}: another one is called {route.name}, too")
    fields = frozenset(route.path_model.model_fields) if route.path_model else frozenset()
    if route.keys != fields:
        raise ValueError(f"route {route.path}: expected a path model of {set(route.keys)}, got {set(fields)}")


def _operation(route: Route, references: dict[tuple[type[BaseModel], Mode], Schema]) -> Schema:
    operation: Schema = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [*_parameters(route.path_model, "path"), *_parameters(route.query, "query")],
        "responses": _good(route, references) | _bad(route, references[Problem, "serialization"]),
        "security": [*([{"token": []}] if route.who != OPEN else []), *([{}] if route.local else [])],
    }
    if route.who != OPEN:
        operation["description"] = f"For: {', '.join(sorted(route.who))}."
    if route.says:
        operation["x-sends"] = references[route.says, "serialization"]
    if route.hears:
        operation["x-takes"] = references[route.hears, "validation"]
    if route.body:
        schema = references[route.body, "validation"]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _good(route: Route, references: dict[tuple[type[BaseModel], Mode], Schema]) -> Schema:
    content: Schema = {"content": {route.media: {}}}
    match route.kind:
        case "socket":
            return {"101": {"description": "A WebSocket; `x-sends` and `x-takes` are its messages"}}
        case "file":
            whole, part = {"description": "The whole file", **content}, {"description": "The range", **content}
            return {"200": whole, "206": part, "304": {"description": "It is as it was"}}
        case "page":
            return {"200": {"description": "As it says", **content}}
    if route.reply is None:
        return {"204": {"description": "Done"}}
    schema = references[route.reply, "serialization"]
    return {str(route.status): {"description": "As it says", "content": {"application/json": {"schema": schema}}}}


def _bad(route: Route, problem: Schema) -> Schema:
    statuses = {429, *route.errors}
    statuses |= {401, 403, 503} if route.who != OPEN else set()
    statuses |= {404} if route.path_model else set()
    statuses |= {422} if route.query else set()
    statuses |= {400, 413, 415, 422} if route.body else set()
    statuses |= {400} if route.kind == "socket" else set()
    statuses |= {416} if route.kind == "file" else set()
    content = {"application/problem+json": {"schema": problem}}
    return {str(status): {"description": _MEANING[status], "content": content} for status in sorted(statuses)}


def _parameters(model: type[In] | None, where: Literal["path", "query"]) -> list[Schema]:
    if model is None:
        return []
    schema = model.model_json_schema()
    needed = set(schema.get("required", ()))
    parameters = []
    for name, field in schema["properties"].items():
        parameter = {"name": name, "in": where, "required": where == "path" or name in needed, "schema": field}
        if words := field.pop("description", None):
            parameter["description"] = words
        parameters.append(parameter)
    return parameters
