"""The API in TypeScript, from its OpenAPI document: a check for all that the box sends, which is its type as well.

What the hub sends becomes `const`s made of the app's small checks (`mobile/src/wire/check.ts`), so that what a message
is said to be and what it is held to cannot differ. What it takes becomes plain types: the hub checks that itself.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Schema = dict[str, Any]

_HEAD: Final = (
    "// Made by `./just wire` from the hub's models; a test holds it to them, so it is not to be changed by hand."
)
_CHECKS: Final = (
    *("boolean", "either", "integer", "list", "literal", "nothing", "nullable", "number", "object", "record"),
    *("string", "tuple", "union"),
)
_PLAIN: Final = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean", "null": "nothing"}
_TYPES: Final = _PLAIN | {"integer": "number", "null": "null"}


def typescript(document: Schema) -> str:
    """`mobile/src/wire/wire.ts`, whole.

    Raises:
        ValueError: a schema of a form that has no check yet.
    """
    schemas: Mapping[str, Schema] = document["components"]["schemas"]
    routes = list(_routes(document))
    sent = {name for route in routes for name in (route["reply"], *route["says"]) if name} | {"Problem"}
    taken = {name for route in routes for name in (route["body"], *route["hears"]) if name}
    checked = "\n".join([*(_checked(name, schemas[name]) for name in _in_order(sent, schemas)), _table(routes)])
    plain = [*(_plain(name, schemas[name]) for name in _in_order(taken, schemas)), _asked(routes)]
    used = ", ".join(name for name in _CHECKS if re.search(rf"\b{name}\b[(,) ]", checked))
    head = f'{_HEAD}\nimport {{ {used} }} from "./check";\nimport type {{ Infer }} from "./check";\n'
    return "\n".join([head, checked, *plain])


def _routes(document: Schema) -> Iterator[dict[str, Any]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            good = next(
                answer for status, answer in operation["responses"].items() if int(status) < 300 or status == "101"
            )
            yield {
                "name": operation["operationId"],
                "summary": operation["summary"],
                "method": method.upper(),
                "path": path,
                "reply": _named(good.get("content", {}).get("application/json", {}).get("schema", {})),
                "body": _named(
                    operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
                ),
                "says": [_named(operation["x-sends"])] if "x-sends" in operation else [],
                "hears": [_named(operation["x-takes"])] if "x-takes" in operation else [],
                "parameters": operation["parameters"],
                "json": "204" in operation["responses"]
                or "schema" in good.get("content", {}).get("application/json", {}),
            }


def _named(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _in_order(names: Iterable[str], schemas: Mapping[str, Schema]) -> list[str]:
    """These and all that they are made of, each after its own parts."""
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in found:
            for part in sorted(set(re.findall(r"#/components/schemas/(\w+)", json.dumps(schemas[name])))):
                visit(part)
            found[name] = None

    for name in sorted(names):
        visit(name)
    return list(found)


def _checked(name: str, schema: Schema) -> str:
    return f"{_said(schema)}export const {name} = {_check(schema)};\nexport type {name} = Infer<typeof {name}>;\n"


def _plain(name: str, schema: Schema) -> str:
    return f"{_said(schema)}export type {name} = {_type(schema)};\n"


def _check(schema: Schema) -> str:  # noqa: C901, PLR0911 -- a line for each form of a schema
    match schema:
        case {"$ref": _}:
            return _named(schema)
        case {"discriminator": {"propertyName": key}, "oneOf": options}:
            return f'union("{key}", [{", ".join(map(_check, options))}])'
        case {"anyOf": [one, {"type": "null"}]}:
            return f"nullable({_check(one)})"
        case {"anyOf": options}:
            return f"either({', '.join(map(_check, options))})"
        case {"const": value}:
            return f"literal({json.dumps(value)})"
        case {"enum": values}:
            return f"literal({', '.join(map(json.dumps, values))})"
        case {"type": "array", "prefixItems": items}:
            return f"tuple({', '.join(map(_check, items))})"
        case {"type": "array", "items": items}:
            return f"list({_check(items)})"
        case {"type": "object", "properties": properties}:
            fields = [f"{_said(field, '  ')}  {name}: {_check(field)},\n" for name, field in properties.items()]
            return f"object({{\n{''.join(fields)}}})"
        case {"type": "object", "additionalProperties": dict(value)}:
            return f"record({_check(value)})"
        case {"type": "object"}:
            return "object({})"
        case {"type": str(kind)}:
            return _PLAIN[kind]
    raise ValueError(f"expected a schema that has a check, got {json.dumps(schema)[:200]}")


def _type(schema: Schema) -> str:  # noqa: PLR0911 -- a line for each form of a schema
    match schema:
        case {"$ref": _}:
            return _named(schema)
        case {"oneOf": options} | {"anyOf": options}:
            return " | ".join(map(_type, options))
        case {"const": value}:
            return json.dumps(value)
        case {"enum": values}:
            return " | ".join(map(json.dumps, values))
        case {"type": "array", "prefixItems": items}:
            return f"[{', '.join(map(_type, items))}]"
        case {"type": "array", "items": items}:
            return f"({_type(items)})[]"
        case {"type": "object", "properties": properties}:
            needed = schema.get("required", ())
            fields = [
                f"{_said(field, '  ')}  {name}{'' if name in needed else '?'}: {_type(field)};\n"
                for name, field in properties.items()
            ]
            return f"{{\n{''.join(fields)}}}"
        case {"type": "object"}:
            return "Record<string, never>"
        case {"type": str(kind)}:
            return _TYPES[kind]
    raise ValueError(f"expected a schema that has a type, got {json.dumps(schema)[:200]}")


def _table(routes: Iterable[Mapping[str, Any]]) -> str:
    """The operations whose answer is JSON or nothing."""
    rows = []
    for route in routes:
        if route["json"]:
            reply = route["reply"] or "nothing"
            row = f'{route["name"]}: {{ method: "{route["method"]}", path: "{route["path"]}", reply: {reply} }},'
            rows.append(f"  /** {route['summary']}. */\n  {row}\n")
    return f"/** All that may be asked. */\nexport const OPERATIONS = {{\n{''.join(rows)}}} as const;\n"


def _asked(routes: Iterable[Mapping[str, Any]]) -> str:
    """What each operation is asked with."""
    rows = [f"  {route['name']}: {_arguments(route)};\n" for route in routes if route["json"]]
    return f"/** What each is asked with. */\nexport interface Asked {{\n{''.join(rows)}}}\n"


def _arguments(route: Mapping[str, Any]) -> str:
    parts = []
    for where in ("path", "query"):
        fields = [
            f"{parameter['name']}{'' if parameter['required'] else '?'}: {_type(parameter['schema'])}"
            for parameter in route["parameters"]
            if parameter["in"] == where
        ]
        parts += [f"{where}: {{ {'; '.join(fields)} }}"] if fields else []
    parts += [f"body: {route['body']}"] if route["body"] else []
    return f"{{ {'; '.join(parts)} }}" if parts else "Record<string, never>"


def _said(schema: Schema, indent: str = "") -> str:
    words = " ".join(str(schema.get("description", "")).split())
    return f"{indent}/** {words} */\n" if words else ""
