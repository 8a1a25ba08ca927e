"""``zoo layers``, ``zoo graphs``, ``zoo packs``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from click.testing import Result
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

import zoo
from zoo import packs
from zoo.fields import Positive, Probability
from zoo.pages.words import type_text

Run = Callable[..., Result]


class Attended(NamedTuple):
    out: Float[Tensor, "batch time dim"]
    weights: Float[Tensor, "batch time"] | None


@zoo.layer("lab/attend")
class Attend(nn.Module):
    """Look back.

    out = [a; b]
    """

    def __init__(
        self,
        dim: Positive,
        kind: Literal["dot", "additive"] = "dot",
        dropout: Annotated[Probability, Field(description="Of the weights.")] = 0.0,
    ) -> None:
        super().__init__()

    def forward(
        self,
        x: Float[Tensor, "batch time dim"],
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        weights: bool = False,
    ) -> Attended:
        return Attended(x, None)


@zoo.layer("lab/attend", version=2)
class Attend2(nn.Module):
    """Look back, mended."""

    def forward(self, *xs: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return xs[0]


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> packs.Registry:
    """A registry of two layers and two graphs, one of them broken."""
    (tmp_path / "sound.yaml").write_text("format: zoo/1\nname: sound\nabout: What it is [for].\n")
    (tmp_path / "broken.yaml").write_text("format: zoo/1\nname: [\n")
    graphs = {name: tmp_path / f"{name}.yaml" for name in ("sound", "broken")}
    specs = [packs.Registry.of(cls).layers for cls in (Attend, Attend2)]
    registry = packs.Registry([spec for each in specs for spec in each.values()], graphs)
    monkeypatch.setattr("zoo.packs.registry", lambda: registry)
    return registry


def words(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.usefixtures("lab")
def test_layers_lists_them(zoo_: Run) -> None:
    assert words(zoo_("layers").output) == [
        "layer what it is from",
        "lab/attend Look back.",
        "lab/attend@2 Look back, mended.",
    ]
    assert zoo_("layers lab").output == zoo_("layers lab/").output == zoo_("layers").output


@pytest.mark.usefixtures("lab")
def test_layers_tells_all_about_one(zoo_: Run) -> None:
    lines = words(zoo_("layers lab/attend").output)
    assert "out = [a; b]" in lines
    assert "in x float batch time dim" in lines
    assert "in mask optional bool batch time" in lines
    assert "out weights float batch time (on demand)" in lines
    assert "dim int > 0 solved from the wires" in lines
    assert 'kind "dot" | "additive" "dot"' in lines
    assert "dropout float >= 0 < 1 0.0 Of the weights." in lines


@pytest.mark.usefixtures("lab")
def test_layers_finds_a_version(zoo_: Run) -> None:
    assert "in xs float *any dim (any number of wires)" in words(zoo_("layers lab/attend@2").output)


@pytest.mark.usefixtures("lab")
def test_layers_as_json(zoo_: Run) -> None:
    one: dict[str, Any] = json.loads(zoo_("layers lab/attend --json").output)
    assert one["inputs"]["mask"] == {
        "type": "optional bool batch time",
        "dtype": "bool",
        "axes": ["batch", "time"],
        "optional": True,
        "variadic": False,
        "on_demand": False,
    }
    assert one["widths"] == ["dim"]
    assert one["settings"]["required"] == ["dim"]
    assert [each["version"] for each in json.loads(zoo_("layers --json").output)] == [1, 2]


@pytest.mark.usefixtures("lab")
def test_a_layer_that_is_not_there_is_explained(zoo_: Run) -> None:
    result = zoo_("layers lab/atend")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: there is no layer 'lab/atend' (did you mean 'lab/attend'?); ")


@pytest.mark.usefixtures("lab")
def test_graphs_lists_them_and_what_cannot_be_read(zoo_: Run, tmp_path: Path) -> None:
    _, sound, broken = words(zoo_("graphs").output)
    assert sound == "sound What it is [for]."
    assert broken.startswith("broken cannot be read: ")
    listed = json.loads(zoo_("graphs --json").output)
    assert listed[0] == {
        "name": "sound",
        "about": "What it is [for].",
        "parameters": None,
        "layers": [],
        "file": str(tmp_path / "sound.yaml"),
    }


def test_graphs_stand_in_the_order_of_the_library_with_what_they_cost(zoo_: Run) -> None:
    listed: list[dict[str, Any]] = json.loads(zoo_("graphs --json").output)
    names = [each["name"] for each in listed]
    assert names == list(packs.registry().graphs)
    assert names.index("rnn_language_model") < names.index("seq2seq_additive") < names.index("gpt")
    gpt = listed[names.index("gpt")]
    assert gpt["parameters"] == json.loads(zoo_("show gpt --json").output)["parameters"]
    assert "attention/multi_head" in gpt["layers"]
    assert all(each["parameters"] for each in listed if each["name"] != "blocks")


def test_a_graph_is_copied_with_what_it_uses(zoo_: Run, tmp_path: Path) -> None:
    result = zoo_("graphs copy transformer", str(tmp_path / "mine"))
    assert result.exit_code == 0
    written = {Path(line.removeprefix("wrote ")).name for line in result.output.splitlines()}
    assert written == {path.name for path in (tmp_path / "mine").iterdir()}
    assert zoo.check(zoo.load(tmp_path / "mine" / "transformer.yaml")) == []
    again = zoo_("graphs copy transformer", str(tmp_path / "mine"))
    assert again.exit_code == 1
    assert again.stderr.endswith("exists already; name another place, or overwrite it with --force\n")


def test_a_file_that_several_use_is_copied_once(
    zoo_: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = (
        "format: zoo/1\nname: {}\nblocks:\n  one:\n    inputs: {{x: float batch 3}}\n    outputs: {{y: a}}\n"
    )
    inner = "    nodes: {a: {use: basic/tanh, in: x}}\n"
    outer = "    nodes: {a: {use: below/inner.yaml#one, in: x}}\n"
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "inner.yaml").write_text(block.format("inner") + inner)
    (tmp_path / "outer.yaml").write_text(block.format("outer") + outer)
    top = "format: zoo/1\nname: top\ninputs: {x: float batch 3}\noutputs: {y: b}\n"
    top += "nodes: {a: {use: outer.yaml#one, in: x}, b: {use: below/inner.yaml#one, in: a}}\n"
    (tmp_path / "top.yaml").write_text(top)
    registry = packs.Registry(packs.registry().layers.values(), {"top": tmp_path / "top.yaml"})
    monkeypatch.setattr("zoo.packs.registry", lambda: registry)
    assert zoo_("graphs copy top", str(tmp_path / "to")).exit_code == 0
    copied = sorted(str(path.relative_to(tmp_path / "to")) for path in (tmp_path / "to").rglob("*.yaml"))
    assert copied == ["below/inner.yaml", "outer.yaml", "top.yaml"]
    assert zoo_("graphs copy tob").stderr.startswith("error: there is no graph 'tob' (did you mean 'top'?)")
    (tmp_path / "outer.yaml").rename(tmp_path / "to" / "outer.yaml")
    (tmp_path / "top.yaml").write_text(top.replace("outer.yaml#one", f"../{tmp_path.name}/to/outer.yaml#one"))
    assert "lies outside its folder" in zoo_("graphs copy top", str(tmp_path / "other")).stderr


def test_packs_tells_what_is_wrong(zoo_: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("1 / 0")
    (tmp_path / "good.py").write_text("import zoo\n@zoo.hookimpl\ndef zoo_layers():\n    return []\n")
    monkeypatch.setattr("importlib.metadata.entry_points", _nothing)
    registry = packs.load_packs(plugins=[tmp_path], block=[])
    monkeypatch.setattr("zoo.packs.registry", lambda: registry)
    result = zoo_("packs")
    assert result.exit_code == 1
    lines = words(result.output)
    assert lines[1].startswith(f"bad {tmp_path / 'bad.py'} 0 0 ")
    assert lines[1].endswith("broken")
    assert lines[2].endswith("ok")
    assert lines[3] == f"error: pack 'bad': ZeroDivisionError: division by zero ({tmp_path / 'bad.py'}:1)"
    assert "Traceback" not in result.output
    assert "Traceback (most recent call last)" in zoo_("packs --traceback").output
    listed = json.loads(zoo_("packs --json").output)
    assert [pack["name"] for pack in listed] == ["bad", "good"]
    assert "ZeroDivisionError" in listed[0]["traceback"]


def test_packs_without_problems_ends_with_0(zoo_: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo.packs.registry", packs.Registry)
    assert zoo_("packs").exit_code == 0


def _nothing(*, group: str) -> tuple[()]:
    return ()


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer", "exclusiveMinimum": 0}, "int > 0"),
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "float >= 0 < 1"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "int | null"),
        ({"const": 3}, "3"),
        ({"enum": ["a", 2]}, '"a" | 2'),
        ({"type": "array", "items": {"type": "integer"}}, "list of int"),
        ({"type": "object"}, "object"),
        ({}, "any"),
    ],
)
def test_types_of_settings_are_told_in_a_few_words(schema: dict[str, Any], text: str) -> None:
    assert type_text(schema) == text
