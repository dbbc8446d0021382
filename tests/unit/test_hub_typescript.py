from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gymbox.hub.app import openapi
from gymbox.hub.typescript import typescript

WIRE = Path(__file__).parents[2] / "mobile/src/wire/wire.ts"


def test_the_app_s_types_are_those_of_the_hub() -> None:
    assert WIRE.read_text() == typescript(openapi()), "the hub's models have changed: ./just wire"


def test_what_the_hub_sends_is_checked_and_what_it_takes_is_typed() -> None:
    document: dict[str, Any] = {
        "paths": {"/a/{b}": {"post": operation(reply="Told", body="Asked")}},
        "components": {
            "schemas": {
                "Told": {
                    "type": "object",
                    "description": "An answer.",
                    "properties": {
                        "when": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "If ever."},
                        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                    },
                },
                "Part": {"type": "object", "properties": {"kind": {"enum": ["one", "two"]}}},
                "Asked": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a"]},
                "Problem": {"type": "object", "properties": {}},
            }
        },
    }
    with pytest.raises(ValueError, match=r"expected a schema that has a type, got {}"):
        typescript(document)
    document["components"]["schemas"]["Asked"]["properties"]["b"] = {"type": "boolean"}
    made = typescript(document)
    assert 'import { list, literal, nullable, object, string } from "./check";' in made
    assert made.index("export const Part") < made.index("export const Told"), "a part comes before its whole"
    assert "/** If ever. */\n  when: nullable(string),\n  parts: list(Part),\n" in made
    assert "export type Asked = {\n  a: number;\n  b?: boolean;\n};" in made
    assert 'act: { method: "POST", path: "/a/{b}", reply: Told },' in made
    assert "act: { path: { b: string }; query: { c?: number }; body: Asked };" in made


def operation(*, reply: str, body: str) -> dict[str, object]:
    def content(name: str) -> dict[str, object]:
        return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}

    return {
        "operationId": "act",
        "summary": "Act",
        "parameters": [
            {"name": "b", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "c", "in": "query", "required": False, "schema": {"type": "integer"}},
        ],
        "responses": {"200": content(reply)},
        "requestBody": content(body),
    }
