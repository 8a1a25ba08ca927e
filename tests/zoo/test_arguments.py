"""What functions of the public face say of arguments that are none."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import zoo
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
    "load": (lambda: FACE.load(None), "'path' is the path of a file, a text or a Path, and None came; write"),
    "bytes": (lambda: FACE.load(b"x.yaml"), "and a bytes came; os.fsdecode makes one of bytes"),
    "loads": (lambda: FACE.loads(Path("x")), "'text' is a text, and a PosixPath came; zoo.load reads a file"),
    "folder": (
        lambda: FACE.loads(TEXT, 3),
        "'folder' is the path of a file, a text or a Path, and an int came",
    ),
    "save": (
        lambda: FACE.save("x.yaml", GRAPH),
        "'path' is the path of a file, a text or a Path, and a Graph",
    ),
    "save text": (
        lambda: FACE.save("x", "y.yaml"),
        "'graph' is a graph, and a str came; zoo.load(path) reads",
    ),
    "check": (
        lambda: FACE.check("gpt"),
        "'graph' is a graph, and a str came; zoo.load(path) reads the graph",
    ),
    "builder": (lambda: FACE.check(zoo.Graph.new("x")), "a GraphBuilder came; its method build() gives"),
    "model": (lambda: FACE.check(GRAPH.compile()), "a Line came; its graph is its attribute .graph"),
    "document": (lambda: Document(FACE), "'graph' is a graph, and a module came"),
    "edit": (lambda: Document(GRAPH).apply(FACE), "'edit' is an edit, and a module came; zoo.edits has them"),
    "export": (lambda: FACE.export(torch.nn.Tanh(), "x.onnx"), "'model' is a graph, and a Tanh came"),
    "export to": (lambda: FACE.export(GRAPH, None), "'path' is the path of a file"),
    "without": (lambda: FACE.export(GRAPH, "x.pt2", without="x"), "and a str came; write ['x']"),
    "sizes": (
        lambda: FACE.export(GRAPH, "x.pt2", sizes={"time": "a"}),
        "'time' is a whole number of 0 or more",
    ),
    "device": (
        lambda: GRAPH.compile(device="cdua"),
        "a device is cpu, cuda, or cuda:1 for the second GPU, and",
    ),
    "number": (lambda: FACE.loads(TEXT).compile(device=1.5), "and 1.5 is none here; take cpu"),
    "no GPU": (lambda: GRAPH.compile(device="cuda:99"), "there is no device 'cuda:99' here: torch sees"),
    "dtype": (
        lambda: GRAPH.compile(dtype=FACE),
        "'dtype' is a dtype of floats, and a module came; write for",
    ),
    "dtype as text": (lambda: FACE.loads(TEXT).compile(dtype="float16"), "a str came; write torch.float16"),
    "ints": (lambda: GRAPH.compile(dtype=torch.int64), "'dtype' is a dtype of floats, and torch.int64 came"),
    "seed": (
        lambda: FACE.loads(TEXT).compile(seed="a"),
        "'seed' is a whole number, and a str came; write for",
    ),
    "seed true": (lambda: GRAPH.compile(seed=True), "'seed' is a whole number, and a bool came"),
    "lowering": (lambda: FACE.loads(TEXT).compile(lowering=3), "'lowering' is a text, and an int came"),
    "rows": (
        lambda: GRAPH.compile().stream(batch=FACE),
        "'batch' is a whole number of 0 or more, and a module",
    ),
    "minus": (
        lambda: GRAPH.compile().stream(batch=-1),
        "'batch' is a whole number of 0 or more, and -1 came",
    ),
    "along": (lambda: GRAPH.compile().stream(along=FACE), "'along' is a text"),
    "whole": (lambda: GRAPH.compile().stream(FACE), "'whole' is a mapping from names, and a module came"),
    "state": (lambda: GRAPH.compile().stream(state=FACE), "'state' is a mapping from names"),
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
