"""What a package is made of, and under which licences: `sbom.cdx.json` (CycloneDX) and all licence texts, each once.

`python packaging/sbom.py --site FOLDER --version VERSION --into FOLDER`. Something without a known licence is an error.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE: Final = Path(__file__).parent
HOUSE: Final = HERE.parent
TEXTS: Final = re.compile(r"(licen[cs]e|copying|notice|ofl)", re.IGNORECASE)
_CLASSIFIERS: Final = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
}
_SAID_OTHERWISE: Final = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "ISC License": "ISC",
    "MIT License": "MIT",
}
_SILENT: Final = {"exit": "MIT", "pyrage": "MIT", "sqlite-vec": "MIT OR Apache-2.0"}
"""Whose description has no licence: two carry its text, sqlite-vec names it in its repository."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is passed on."""

    kind: str
    """`pypi`, `cargo`, `npm`, `generic`."""
    name: str
    version: str
    licence: str
    texts: tuple[str, ...] = ()
    source: str = ""
    """Where its source is, where the licence wants that said."""
    inside: str = ""
    """The package that brings it."""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, Any]:
        """As CycloneDX writes it."""
        purl = f"pkg:{self.kind}/{self.name.replace('@', '%40')}" + (f"@{self.version}" if self.version else "")
        row = {"type": "library", "bom-ref": f"{purl}{f'#{self.inside}' if self.inside else ''}", "name": self.name}
        row |= {"version": self.version} if self.version else {}
        row |= {"purl": purl, "licenses": [{"expression": self.licence}]}
        if self.source:
            row["externalReferences"] = [{"type": "source-distribution", "url": self.source}]
        if self.inside:
            row["properties"] = [{"name": "gymbox:inside", "value": self.inside}]
        return row | self.more


def from_python(site: Path) -> Iterator[Part]:
    """The packages in `site`, and the libraries that lie in their wheels."""
    known = tomllib.loads((HERE / "bundled.toml").read_text())
    for found in sorted(distributions(path=[str(site)]), key=lambda one: one.name.lower()):
        if found.name == "gymbox":
            continue
        texts = [found.locate_file(file) for file in found.files or () if TEXTS.search(file.name)]
        texts = [Path(str(text)) for text in texts if Path(str(text)).suffix not in {".py", ".pyc"}]
        words = tuple(text.read_text(errors="replace") for text in texts if text.is_file())
        yield Part("pypi", found.name, found.version, _licence(found), words)
        for library in sorted(site.glob(f"{found.name}.libs/*.so*")):
            rows = [row for start, row in known[found.name].items() if library.name.startswith(start)]
            if not rows:
                raise SystemExit(f"{library.name} in {found.name}'s wheel: packaging/bundled.toml does not know it")
            name = library.name.partition(".so")[0]
            yield Part("generic", name, "", rows[0]["licence"], (), rows[0].get("source", ""), found.name)


def from_rust(target: str) -> Iterator[Part]:
    """The crates that are compiled into `gymbox._core`."""
    words = ["cargo", "metadata", "--locked", "--format-version=1", "--features=gymbox-core/python"]
    said = subprocess.run([*words, f"--filter-platform={target}"], capture_output=True, check=True, cwd=HOUSE)
    graph = json.loads(said.stdout)
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    wanted, todo = set(), [one["id"] for one in graph["packages"] if one["name"] == "gymbox-core"]
    while todo:
        wanted.add(now := todo.pop())
        linked = [one["pkg"] for one in nodes[now]["deps"] if any(kind["kind"] is None for kind in one["dep_kinds"])]
        todo.extend(one for one in linked if one not in wanted)
    for crate in graph["packages"]:
        if crate["id"] in wanted and crate["source"]:
            folder = Path(crate["manifest_path"]).parent
            yield Part("cargo", crate["name"], crate["version"], crate["license"].replace("/", " OR "), _texts(folder))


def from_npm(app: Path) -> Iterator[Part]:
    """The packages that the web app is made from; its bundler leaves out what it does not use."""
    for place, row in sorted(json.loads((app / "package-lock.json").read_text())["packages"].items()):
        if not place or row.get("dev") or not (app / place).is_dir():
            continue
        name = place.rpartition("node_modules/")[2]
        licence = row.get("license") or _SILENT.get(name)
        if not licence:
            raise SystemExit(f"{name} from npm: names no licence")
        yield Part("npm", name, row["version"], licence, _texts(app / place), more={"scope": "optional"})


def from_models() -> Iterator[Part]:
    """The weights that come along."""
    manifest = tomllib.loads((HOUSE / "gymbox/models/manifest.toml").read_text())
    name = manifest["default"]
    row = manifest["models"][name]
    hashes = [{"alg": "SHA-256", "content": row["sha256"]}]
    yield Part("generic", name, "", row["licence"], more={"type": "machine-learning-model", "hashes": hashes})


def _licence(found: Distribution) -> str:
    said = found.metadata
    if found.name in _SILENT:
        return _SILENT[found.name]
    if expression := said.get("License-Expression"):
        return expression
    short = (said.get("License") or "").strip()
    if short and "\n" not in short and len(short) < 40:
        return _SAID_OTHERWISE.get(short, short)
    for classifier in said.get_all("Classifier") or ():
        if (name := classifier.rpartition(" :: ")[2]) in _CLASSIFIERS and classifier.startswith("License"):
            return _CLASSIFIERS[name]
    raise SystemExit(f"{found.name} from PyPI: names no licence")


def _texts(folder: Path) -> tuple[str, ...]:
    files = sorted(file for file in folder.iterdir() if TEXTS.match(file.name) and file.is_file())
    return tuple(
        file.read_text(errors="replace") for file in files if file.suffix not in {".js", ".ts", ".json", ".py"}
    )


def sbom(parts: list[Part], version: str) -> dict[str, Any]:
    """The document."""
    box = {"type": "application", "bom-ref": "gymbox", "name": "gymbox", "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": box | {"licenses": [{"expression": "Apache-2.0"}]}},
        "components": [part.row for part in parts],
    }


def texts(parts: list[Part]) -> str:
    """All licence texts, each once, after the names of what it is for."""
    whose = defaultdict(list)
    for part in parts:
        for text in part.texts:
            whose[text.strip()].append(f"{part.name} {part.version}")
    line = "=" * 100
    return "\n\n".join(f"{line}\n{', '.join(dict.fromkeys(names))}\n{line}\n\n{text}" for text, names in whose.items())


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description="What the package is made of.")
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--into", type=Path, required=True)
    given = parser.parse_args()
    machine = "aarch64" if any(given.site.glob("numpy/**/*aarch64*.so")) else "x86_64"
    rust = from_rust(f"{machine}-unknown-linux-gnu")
    parts = [*from_python(given.site), *rust, *from_npm(HOUSE / "mobile"), *from_models()]
    (given.into / "sbom.cdx.json").write_text(json.dumps(sbom(parts, given.version), indent=1))
    (given.into / "licences.txt").write_text(texts(parts))
    sys.stderr.write(f"{len(parts)} parts, {sum('GPL' in part.licence for part in parts)} under the GPL or the LGPL\n")


if __name__ == "__main__":
    main()
