"""What functions of the public face say of arguments that are none."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import zoo
from zoo.decoding import Sampling
from zoo.document import Document
from zoo.errors import ArgumentError

TEXT = """
format: zoo/1
name: line
inputs: {x: float batch time 3}
outputs: {y: y}
nodes:
  y: {use: basic/linear, with: {output: 2}, in: x}
"""
GRAPH = zoo.loads(TEXT)
FACE: Any = zoo  # without the types that would refuse these calls

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "load": (lambda: FACE.load(None), "'path' must be the path of a file, a text or a Path, not None; write"),
    "bytes": (lambda: FACE.load(b"x.yaml"), "not a bytes; os.fsdecode makes one of bytes"),
    "loads": (lambda: FACE.loads(Path("x")), "'text' must be a text, not a PosixPath; zoo.load reads a file"),
    "folder": (
        lambda: FACE.loads(TEXT, 3),
        "'folder' must be the path of a file, a text or a Path, not an int",
    ),
    "save": (
        lambda: FACE.save("x.yaml", GRAPH),
        "'path' must be the path of a file, a text or a Path, not a Graph",
    ),
    "save text": (
        lambda: FACE.save("x", "y.yaml"),
        "'graph' must be a graph, not a str; zoo.load(path) reads",
    ),
    "check": (
        lambda: FACE.check("gpt"),
        "'graph' must be a graph, not a str; zoo.load(path) reads the graph",
    ),
    "builder": (lambda: FACE.check(zoo.Graph.new("x")), "a GraphBuilder; its method build() gives"),
    "model": (lambda: FACE.check(GRAPH.compile()), "a Line; its graph is its attribute .graph"),
    "document": (lambda: Document(FACE), "'graph' must be a graph, not a module"),
    "edit": (lambda: Document(GRAPH).apply(FACE), "'edit' must be an edit, not a module; zoo.edits has them"),
    "export": (lambda: FACE.export(torch.nn.Tanh(), "x.onnx"), "'model' must be a graph, not a Tanh"),
    "export to": (lambda: FACE.export(GRAPH, None), "'path' must be the path of a file"),
    "without": (lambda: FACE.export(GRAPH, "x.pt2", without="x"), "not a str; write ['x']"),
    "sizes": (
        lambda: FACE.export(GRAPH, "x.pt2", sizes={"time": "a"}),
        "'time' must be a whole number of 0 or more",
    ),
    "device": (
        lambda: GRAPH.compile(device="cdua"),
        "a device is cpu, cuda, or cuda:1 for the second GPU, and",
    ),
    "number": (lambda: FACE.loads(TEXT).compile(device=1.5), "and 1.5 is none here; take cpu"),
    "no GPU": (lambda: GRAPH.compile(device="cuda:99"), "there is no device 'cuda:99' here: torch sees"),
    "dtype": (
        lambda: GRAPH.compile(dtype=FACE),
        "'dtype' must be a dtype of floats, not a module; write for",
    ),
    "dtype as text": (lambda: FACE.loads(TEXT).compile(dtype="float16"), "a str; write torch.float16"),
    "ints": (lambda: GRAPH.compile(dtype=torch.int64), "'dtype' must be a dtype of floats, not torch.int64"),
    "seed": (
        lambda: FACE.loads(TEXT).compile(seed="a"),
        "'seed' must be a whole number from 0 to 9223372036854775807, not a str; write for",
    ),
    "seed true": (lambda: GRAPH.compile(seed=True), "from 0 to 9223372036854775807, not a bool"),
    "seed too large": (
        lambda: GRAPH.compile(seed=10**30),
        f"to 9223372036854775807, not {10**30}; write a",
    ),
    "seed of a search": (
        lambda: Sampling().draw(FACE, FACE, end=0, seed=2**63),
        "a whole number from 0 to 922",
    ),
    "lowering": (lambda: FACE.loads(TEXT).compile(lowering=3), "'lowering' must be a text, not an int"),
    "rows": (
        lambda: GRAPH.compile().stream(batch=FACE),
        "'batch' must be a whole number of 0 or more, not a module",
    ),
    "minus": (
        lambda: GRAPH.compile().stream(batch=-1),
        "'batch' must be a whole number of 0 or more, not -1",
    ),
    "along": (lambda: GRAPH.compile().stream(along=FACE), "'along' must be a text"),
    "whole": (lambda: GRAPH.compile().stream(FACE), "'whole' must be a mapping from names, not a module"),
    "state": (lambda: GRAPH.compile().stream(state=FACE), "'state' must be a mapping from names"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_argument_is_told(name: str) -> None:
    call, message = REFUSED[name]
    with pytest.raises(ArgumentError, match=re.escape(message)):
        call()


def test_it_is_a_type_error_too() -> None:
    with pytest.raises(TypeError):
        FACE.load(None)


def test_a_number_of_numpy_is_a_seed() -> None:
    weights = [GRAPH.compile(seed=seed).state_dict()["y.weight"] for seed in (3, torch.tensor(3), 4)]  # pyright: ignore[reportArgumentType] - whatever counts
    assert weights[0].equal(weights[1])
    assert not weights[0].equal(weights[2])
