"""A graph as a single class: it reads from top to bottom, and computes what the classes of its blocks do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

import zoo
from tests.graphs.library import GRAPHS, graph
from tests.zoo.ejecting.alone import check_same, run_alone
from zoo.cli.app import cli
from zoo.ejecting import eject, origin
from zoo.errors import ArgumentError

CROOKED = """
format: zoo/1
name: crooked
inputs: {tokens: int batch time, mask: bool batch time}
outputs: {out: head, last: walk.h}
blocks:
  two:
    params: {wide: 5, dim: ~}
    inputs: {x: float batch time dim, mask: optional bool batch time}
    outputs: {x: norm, inside: del}
    nodes:
      norm: {use: basic/add, in: [x, pool]}
      pool: {use: narrow, with: {wide: $wide, dim: $dim}, in: {norm: x}}
      del: {use: basic/tanh, in: norm}
  narrow:
    params: {wide: ~, dim: ~}
    inputs: {norm: float batch time dim}
    outputs: {out: up}
    nodes:
      down: {use: basic/linear, with: {output: $wide}, in: norm}
      up: {use: basic/linear, with: {output: $dim}, in: down}
nodes:
  embed: {use: basic/embedding, with: {vocab: 11, dim: 6}, in: tokens}
  norm: {use: norm/layer_norm, in: embed, freeze: true}
  stack:
    repeat: 3
    use: two
    with: {dim: 6}
    vary: {wide: [2, 3, 5]}
    carry: {x: norm}
  once: {use: two, with: {dim: 6}, in: {x: stack.x, mask: mask}}
  again: {reuse: once, in: {x: once.inside}}
  walk:
    scan:
      over: time
      each: {x: again.x}
      state: {h: learned batch 6}
      mask: mask
      nodes:
        both: {use: basic/concat, in: [x, h]}
        cell: {use: basic/linear, with: {output: 6}, in: both}
        shared: {use: basic/linear, with: {output: 6, bias: false}, tie: {weight: other.weight}, in: cell}
        norm: {use: basic/tanh, in: shared}
      next: {h: norm}
      stack: {out: norm}
      final: {h: h}
  other: {use: basic/linear, with: {output: 6, bias: false}, in: walk.out}
  head: {use: basic/add, in: [other, once.x]}
"""


def executed(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}  # without a __name__, by which torch's tracer would import it
    exec(compile(text, "ejected", "exec"), names)
    return names


@pytest.mark.long
@pytest.mark.parametrize("lowering", ["auto", "loop"])
def test_the_library_computes_the_same_alone(lowering: str, tmp_path: Path) -> None:
    texts = {name: eject(graph(name), style="flat", lowering=lowering) for name in GRAPHS}
    found = run_alone(tmp_path, texts)
    for name, text in texts.items():
        check_same(name, found[name])
        back = origin(text)
        assert back is not None
        assert back.unchanged
        code = text.partition("GRAPH = ")[0]
        assert not [line for line in code.splitlines() if len(line) > 110], name


def test_a_forward_reads_from_top_to_bottom_as_the_documentation_shows() -> None:
    page = (Path(__file__).parents[3] / "docs" / "eject.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```python title=flat.py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    text = eject(graph("gpt"), style="flat")
    assert shown in text
    assert "            self.decoder.append(layer)\n" in text
    assert "class GptLayer" not in text


@pytest.mark.parametrize(
    "lowering",
    [
        "auto",
        "loop",
        pytest.param(
            "scan",
            marks=[
                pytest.mark.tracing,
                pytest.mark.long,
                # torch's tracer looks at all that a step sees
                pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning"),
                pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning"),
            ],
        ),
    ],
)
def test_what_is_crooked_computes_the_same(lowering: str) -> None:
    crooked = zoo.loads(CROOKED)
    whole = crooked.compile(lowering=lowering)
    text = eject(crooked, style="flat", lowering=lowering)
    model = executed(text)["build"]()
    assert "class CrookedOutput(NamedTuple)" in text
    assert text.count("(nn.Module)") == text.partition("# The graph 'crooked'")[0].count("(nn.Module)") + 1
    model.load_state_dict(whole.state_dict(), strict=False)
    frozen = [name for name, each in whole.named_parameters() if not each.requires_grad]
    assert [name for name, each in model.named_parameters() if not each.requires_grad] == frozen != []
    tokens, mask = torch.randint(11, (3, 5)), torch.arange(5) < torch.tensor([[5], [2], [1]])
    mine, theirs = model(tokens, mask), whole(tokens, mask)
    for ours, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(ours, other, rtol=0, atol=0)
    mine.out.sin().sum().backward()
    theirs.out.sin().sum().backward()
    gradients = {name: each.grad for name, each in whole.named_parameters()}
    for name, each in model.named_parameters():
        torch.testing.assert_close(each.grad, gradients[name], rtol=0, atol=1e-6, msg=name)


def test_the_command_writes_flat_files_that_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    done = run.invoke(cli, ["eject", "transformer", "--style", "flat", "-o", "flat.py"])
    assert done.exit_code == 0, done.output
    back = run.invoke(cli, ["import", "flat.py"])
    assert back.exit_code == 0, back.output
    assert "warning" not in back.output
    assert zoo.files.semantic_hash(zoo.load("transformer.yaml")) == zoo.files.semantic_hash(
        graph("transformer")
    )


@pytest.mark.parametrize(("lowering", "remedy"), [("unroll", 'lowering="loop"'), ("step", 'lowering="auto"')])
def test_a_lowering_that_no_file_has_is_refused(lowering: str, remedy: str) -> None:
    with pytest.raises(ArgumentError, match=f"'{lowering}' is no way to write scans, .*; write {remedy}"):
        eject(graph("rnn_language_model"), lowering=lowering)
    done = CliRunner().invoke(cli, ["eject", "rnn_language_model", "--style", "flat", "--lowering", lowering])
    assert done.exit_code == 1
    assert f"write {remedy}" in done.output


def test_a_style_that_is_none_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"'style' must be blocks or flat, not a str; write style=\"flat\""
    ):
        eject(graph("gpt"), style="round")
