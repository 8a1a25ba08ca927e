"""A later version of a layer reads what files say of earlier ones."""

from collections.abc import Mapping
from typing import Any

import pytest
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from zoo.compiler import compile_graph
from zoo.errors import GraphError, LayerError
from zoo.files.schema import schema
from zoo.packs import Registry
from zoo.packs.offers import use_name

ATTENTION = ("multi_head", "relative", "linear", "sliding_window", "big_bird", "linformer")
NEEDS = {"linformer": "max_length: 5, rank: 2, ", "sliding_window": "window: 3, "}
OLD = """
format: zoo/1
name: old
params: {with_bias: true}
inputs: {x: float batch time 6}
outputs: {out: out}
nodes:
  out:
    use: USE
    with: {heads: 2, MORE}   # as it was written then
    in: {query: x, key: x, value: x}
"""


def biases_of(use: str, more: str) -> int:
    """How many biases the layer has that a file describes."""
    needs = NEEDS.get(use.rpartition("/")[2].partition("@")[0], "")
    text = OLD.replace("USE", use).replace("MORE", needs + more)
    if "$" not in more:
        text = text.replace("params: {with_bias: true}\n", "")
    graph = zoo.loads(text)
    assert zoo.check(graph) == []
    return sum(name.endswith(".bias") for name, _ in graph.compile(device="meta").named_parameters())


@pytest.mark.parametrize("name", ATTENTION)
def test_attention_reads_what_its_bias_was_called(name: str) -> None:
    use = f"attention/{name}"
    assert biases_of(use, "biases: false") == biases_of(use, "bias: false") == 0
    assert biases_of(use, "biases: true") == biases_of(f"{use}@1", "biases: true") == 4
    assert biases_of(f"{use}@2", "bias: false") == 0


def test_an_old_setting_may_be_a_param_or_differ_from_layer_to_layer() -> None:
    assert biases_of("attention/multi_head", "biases: $with_bias") == 4
    graph = zoo.loads(
        OLD.replace("USE", "each")
        .replace("params: {with_bias: true}\n", "")
        .replace(
            "    with: {heads: 2, MORE}   # as it was written then\n    in: {query: x, key: x, value: x}\n",
            "    repeat: 2\n    vary: {biases: [true, false]}\n    carry: {x: x}\n",
        )
        + """
blocks:
  each:
    params: {biases: ~}
    inputs: {x: float batch time 6}
    outputs: {out: out}
    nodes:
      out:
        use: attention/multi_head
        with: {heads: 2, biases: $biases}
        in: {query: x, key: x, value: x}
"""
    )
    names = [name for name, _ in graph.compile(device="meta").named_parameters() if name.endswith(".bias")]
    assert len(names) == 4
    assert all(name.startswith("out.0.") for name in names)


@pytest.mark.parametrize(
    ("use", "more", "said"),
    [
        (
            "attention/multi_head",
            "bias: true, biases: true",
            "'biases' is the old name of 'bias', and both are",
        ),
        (
            "attention/multi_head@2",
            "biases: true",
            "attention/multi_head has no setting 'biases' (did you mean",
        ),
        ("attention/multi_head@3", "bias: true", "'attention/multi_head' has no version 3, only 2"),
        ("attention/multi_head", "biases: 3", "'bias' is true or false, got 3"),
    ],
)
def test_what_neither_version_has_is_refused(use: str, more: str, said: str) -> None:
    text = OLD.replace("USE", use).replace("MORE", more).replace("params: {with_bias: true}\n", "")
    with pytest.raises(GraphError) as caught:
        zoo.loads(text).compile()
    (problem,) = caught.value.problems
    assert said in problem.message
    assert problem.place is not None
    assert problem.place.line in (8, 9)


@zoo.layer("lab/scale", version=3)
class Scale(nn.Module):
    """Multiply by a constant, once called times, before that given in halves."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.factor * x

    @staticmethod
    def migrate(settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Versions 1 (halves) and 2 (times)."""
        if "halves" in settings:
            return {"factor": settings["halves"] / 2}
        return {"factor" if name == "times" else name: value for name, value in settings.items()}


REGISTRY = Registry.of(Scale)
ONE = "{format: zoo/1, name: one, inputs: {x: float batch 3}, outputs: {y: y}, nodes: {y: {use: USE, in: x}}}"


@pytest.mark.parametrize(
    ("use", "factor"),
    [
        ("lab/scale, with: {halves: 3}", 1.5),
        ("lab/scale@2, with: {times: 7.0}", 7.0),
        ("lab/scale, with: {factor: 5.0}", 5.0),
        ("lab/scale@3, with: {factor: 5.0}", 5.0),
        ("lab/scale", 1.0),
    ],
)
def test_any_earlier_version_is_read(use: str, factor: float) -> None:
    model = compile_graph(zoo.loads(ONE.replace("USE", use)), registry=REGISTRY)
    assert model.get_submodule("y").factor == factor


def test_the_plain_name_goes_to_the_version_that_migrates() -> None:
    spec = REGISTRY.layers["lab/scale"]
    assert use_name(spec) == "lab/scale"
    assert [REGISTRY.find(f"lab/scale{at}") for at in ("", "@1", "@2", "@3", "@4")] == [*[spec] * 4, None]
    names = schema(REGISTRY)["$defs"]["uses"]["anyOf"][3]["enum"]
    assert names == ["lab/scale", "lab/scale@1", "lab/scale@2", "lab/scale@3"]


def test_a_migration_that_fails_is_a_problem_of_the_node() -> None:
    text = ONE.replace("USE", "lab/scale, with: {halves: much}")
    (problem,) = zoo.check(zoo.loads(text), REGISTRY)
    assert problem.code == "layer-refuses"
    assert "lab/scale: its migrate failed: TypeError: unsupported operand" in str(problem)


def test_a_first_version_has_nothing_to_migrate() -> None:
    with pytest.raises(LayerError, match="version 1 is the first; remove it"):

        @zoo.layer("lab/first")
        class First(nn.Module):
            """The first."""

            def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
                return x

            @staticmethod
            def migrate(settings: Mapping[str, Any]) -> Mapping[str, Any]:
                return settings

    with pytest.raises(LayerError, match="migrate makes settings of earlier ones, and nothing else; write"):

        @zoo.layer("lab/second", version=2)
        class Second(nn.Module):
            """The second."""

            def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
                return x

            def migrate(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
                return settings

    assert zoo  # the classes are refused where they stand
