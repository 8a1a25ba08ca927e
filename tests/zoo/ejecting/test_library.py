"""Every graph of the library as a plain file: where the zoo cannot be imported, it computes the same."""

from __future__ import annotations

import ast
import sys
from functools import cache
from typing import Any

import pytest

from tests.graphs.library import GRAPHS, graph
from tests.zoo.ejecting.alone import check_same, run_alone
from zoo.ejecting import eject, origin
from zoo.files.hash import semantic_hash

FILES = [
    *GRAPHS,
    *(f"{name}.flat" for name in ("gpt", "mixture_of_experts_language_model", "seq2seq_bahdanau")),
]
"""The others are in ``test_flat``, which takes longer."""


@cache
def text_of(name: str) -> str:
    """The file of a graph, in the style behind a dot."""
    name, _, style = name.partition(".")
    return eject(graph(name), style=style or "blocks")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each graph's file computes alone, by the graph's name."""
    return run_alone(tmp_path_factory.mktemp("ejected"), {name: text_of(name) for name in FILES})


@pytest.mark.parametrize("name", FILES)
def test_outputs_gradients_and_names_of_weights_are_the_same(
    name: str, found: dict[str, dict[str, Any]]
) -> None:
    check_same(name.partition(".")[0], found[name])


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_its_graph_back_until_it_is_changed(name: str) -> None:
    text = text_of(name)
    back = origin(text)
    assert back is not None
    assert back.unchanged
    assert semantic_hash(back.graph) == semantic_hash(graph(name.partition(".")[0]))
    changed = origin(text.replace("def main() -> None:", "def main() -> None:  # mine"))
    assert changed is not None
    assert not changed.unchanged


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_plain_and_neat(name: str) -> None:
    """PyTorch and Python alone, docstrings everywhere in public, no remarks to our tools, lines that fit."""
    text = text_of(name)
    tree = ast.parse(text)
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module))
    tops = {module.partition(".")[0] for module in modules}
    assert tops - sys.stdlib_module_names == {"torch", "safetensors"}
    code = text.partition("GRAPH = ")[0]
    assert not [line for line in code.splitlines() if len(line) > 110]
    assert "noqa" not in code
    assert "jaxtyping" not in code
    public = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
    ]
    assert not [node.name for node in public if not ast.get_docstring(node)]
