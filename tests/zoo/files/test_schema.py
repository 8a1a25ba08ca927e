"""The JSON schema: what it lets pass, what it stops, what it offers."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.zoo.files.test_reader import EVERYTHING
from tests.zoo.files.texts import TEXTS
from zoo import registry
from zoo.files import read
from zoo.files.plain import plain_graph
from zoo.files.schema import schema
from zoo.packs import Registry

SCHEMA = schema(registry())
VALIDATOR: Any = jsonschema.Draft202012Validator(SCHEMA)


def errors(text: str) -> list[str]:
    """What the schema finds wrong with a text: where, and what."""
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in VALIDATOR.iter_errors(plain(text))
    ]


def plain(text: str) -> Any:
    """A text as a YAML reader gives it to a validator."""
    reading = read(text)
    assert reading.problems == ()
    return plain_graph(reading.graph)


def test_it_is_a_schema_and_plain_values() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("name", TEXTS)
def test_sound_graphs_pass(name: str) -> None:
    assert errors(TEXTS[name]) == []


SOUND = plain(
    EVERYTHING.replace(
        "with: {a: 1, b: [1, $dim], c: {d: text}, e: dim * 2, f: cost $$1}", "with: {output: 1}"
    ).replace("basic/linear@2", "basic/linear@1")
)


def spoiled(path: str, value: Any) -> Any:
    """The sound graph with another value at a dotted path; None takes the entry away."""
    graph = json.loads(json.dumps(SOUND))
    *steps, last = path.split(".")
    inner = graph
    for step in steps:
        inner = inner[step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return graph


def test_the_sound_graph_passes() -> None:
    assert list(VALIDATOR.iter_errors(spoiled("name", "x"))) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "zoo/2"),
        ("format", None),
        ("name", None),
        ("name", 3),
        ("nods", {}),
        ("requires", "zoo-attention"),
        ("causal", "time"),
        ("causal", ["$time"]),
        ("params.dim", [8]),
        ("inputs.x", "flaot batch"),
        ("inputs.x y", "float batch"),
        ("outputs.y", "a.b.c"),
        ("outputs.y", 3),
        ("blocks.cell.nodse", {}),
        ("blocks.cell.nodes.a.use", "torch.nn.Linear"),
        ("blocks.cell.nodes.a.use", "basic/liner"),
        ("blocks.cell.nodes.a.use", "basic/linear@2"),
        ("nodes.head.with", {"outptu": 1}),
        ("blocks.cell.nodes.a.with", None),
        ("blocks.cell.nodes.a.with.outptu", 3),
        ("blocks.cell.nodes.a.with.output", "many"),
        ("blocks.cell.nodes.a.with.output", 0),
        ("blocks.cell.nodes.a.with.output", 1.5),
        ("blocks.cell.nodes.a.with.bias", "no"),
        ("blocks.cell.nodes.a.wiht", {}),
        ("blocks.cell.nodes.a.in", 3),
        ("nodes.deep.repeat", 1.5),
        ("nodes.deep.use", None),
        ("nodes.deep.share", "yes"),
        ("nodes.deep.freeze", "maybe"),
        ("nodes.deep.reuse", "norm"),
        ("nodes.walk.scan.over", None),
        ("nodes.walk.scan.ovre", "time"),
        ("nodes.walk.scan.each.x", ["a"]),
        ("nodes.walk.scan.nodes.again.with", {}),
        ("nodes.walk.use", "basic/linear"),
        ("nodes.norm", "norm/layer_norm"),
        ("nodes.norm.with", {"eps": -1}),
        ("layout.head", [1]),
        ("layout.head", [1, 2, 3]),
    ],
)
def test_spoiled_graphs_do_not_pass(path: str, value: Any) -> None:
    assert list(VALIDATOR.iter_errors(spoiled(path, value)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("blocks.cell.nodes.a.with.output", "$n // 2"),
        ("blocks.cell.nodes.a.with.bias", "$flag"),
        ("nodes.norm.use", "stranger/layer@3"),
        ("nodes.norm.use", "../blocks.yaml#part"),
        ("nodes.norm.use", "cell"),
        ("nodes.deep.repeat", "$n - 1"),
        ("nodes.walk.scan.nodes", {}),
    ],
)
def test_what_the_checker_decides_passes(path: str, value: Any) -> None:
    assert list(VALIDATOR.iter_errors(spoiled(path, value))) == []


def test_it_offers_layers_and_settings_with_their_help() -> None:
    offered = {
        choice["const"]: choice["description"]
        for choice in SCHEMA["$defs"]["uses"]["anyOf"]
        if "const" in choice
    }
    assert set(offered) == set(registry().layers)
    assert all(offered.values())
    linear = SCHEMA["$defs"]["layer:basic:linear"]["properties"]
    assert linear["bias"]["default"] is True
    assert {"type": "integer", "exclusiveMinimum": 0} in linear["output"]["anyOf"]


def test_it_works_without_any_layer() -> None:
    validator: Any = jsonschema.Draft202012Validator(schema(Registry()))
    assert list(validator.iter_errors(SOUND)) == []
