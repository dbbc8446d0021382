"""The stub of the compiled module tells the truth, and tells all of it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gymbox
from gymbox import _core

STUB = Path(gymbox.__file__).with_name("_core.pyi")
TREE = ast.parse(STUB.read_text())
CLASSES = [node for node in TREE.body if isinstance(node, ast.ClassDef)]
FUNCTIONS = [node for node in TREE.body if isinstance(node, ast.FunctionDef)]


def test_names_and_signatures_are_those_of_the_module() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "gymbox._core"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=STUB.parents[1], check=False)
    assert done.returncode == 0, done.stdout


def test_every_public_name_is_in_the_stub() -> None:
    public = {name for name in vars(_core) if not name.startswith("_")}
    named = (node.target for node in TREE.body if isinstance(node, ast.AnnAssign))
    constants = {name.id for name in named if isinstance(name, ast.Name) and not name.id.startswith("_")}
    assert public == {node.name for node in CLASSES} | {node.name for node in FUNCTIONS} | constants


@pytest.mark.parametrize("node", [*CLASSES, *FUNCTIONS], ids=lambda node: node.name)
def test_the_stub_says_what_the_module_says_and_maybe_more(node: ast.ClassDef | ast.FunctionDef) -> None:
    stub, compiled = ast.get_docstring(node), getattr(_core, node.name).__doc__
    assert stub
    assert compiled
    assert stub.startswith(compiled.splitlines()[0].rstrip("."))


@pytest.mark.parametrize("node", CLASSES, ids=lambda node: node.name)
def test_every_public_method_says_what_it_gives(node: ast.ClassDef) -> None:
    methods = [each for each in node.body if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")]
    silent = [each.name for each in methods if not ast.get_docstring(each) and not _is_property(each)]
    assert silent == []


def _is_property(method: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "property" for each in method.decorator_list)
