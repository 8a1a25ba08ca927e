"""``zoo show``: nodes, shapes, parameters, FLOPs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]

STACK = """\
format: zoo/1
name: stack
params: {layers: 3, width: 5}
inputs: {x: float batch time 7}
outputs: {y: last}
nodes:
  deep: {repeat: $layers, use: basic/linear, with: {output: 7}, carry: {x: x}}
  last: {use: basic/linear, with: {output: $width, bias: false}, in: deep}
"""
BATCH, TIME = 2, 11
LINEAR, LAST = 7 * 7 + 7, 7 * 5


@pytest.fixture
def stack(tmp_path: Path) -> str:
    path = tmp_path / "stack.yaml"
    path.write_text(STACK)
    return str(path)


def words(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_the_table(zoo_: Run, stack: str) -> None:
    result = zoo_("show", stack, "--size", f"batch={BATCH}", "--size", f"time={TIME}")
    assert result.exit_code == 0
    flops, last = 2 * BATCH * TIME * 7 * 7, 2 * BATCH * TIME * 7 * 5
    assert words(result.output) == [
        "node layer outputs parameters FLOPs",
        f"deep repeat of basic/linear float batch time 7 {3 * LINEAR} {3 * flops / 1000:.3g} k",
        f"0-2 x 3 basic/linear {LINEAR} {flops / 1000:.3g} k",
        f"last basic/linear float batch time 5 {LAST} {last / 1000:.3g} k",
        f"total y: float batch time 5 {3 * LINEAR + LAST} {(3 * flops + last) / 1000:.3g} k",
        f"for batch={BATCH}, time={TIME}",
    ]


def test_depth_leaves_out_what_is_inside(zoo_: Run, stack: str) -> None:
    assert not any(line.startswith("0-2") for line in words(zoo_("show --depth 0", stack).output))


def test_params_are_overridden(zoo_: Run, stack: str) -> None:
    shown: dict[str, Any] = json.loads(zoo_("show --json --set layers=1 --set width=2", stack).output)
    assert shown["parameters"] == LINEAR + 7 * 2


def test_json_is_the_tree_of_costs(zoo_: Run, stack: str) -> None:
    shown: dict[str, Any] = json.loads(zoo_("show --json", stack).output)
    assert shown["sizes"] == {"batch": 1, "time": 32}
    assert shown["outputs"] == {"y": "float batch time 5"}
    deep, last = shown["nodes"]
    assert (deep["parameters"], last["flops"]) == (3 * LINEAR, 2 * 32 * 7 * 5)
    assert deep["nodes"][0]["times"] == 3


def test_a_library_graph_by_its_name(zoo_: Run) -> None:
    result = zoo_("show transformer --size source=3 --size target=5")
    assert result.exit_code == 0
    assert words(result.output)[-1] == "for batch=1, source=3, target=5"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--size tine=3", "'tine' is not one (did you mean 'time'?); the axes are batch, time"),
        ("--set layerz=3", "the graph has no param 'layerz' (did you mean 'layers'?)"),
    ],
)
def test_what_fits_nothing_is_an_error(zoo_: Run, stack: str, arguments: str, message: str) -> None:
    result = zoo_(f"show {arguments}", stack)
    assert result.exit_code == 1
    assert message in result.stderr


@pytest.mark.parametrize(
    "arguments", ["--size time", "--size time=0", "--size =3", "--set layers", "--depth -1"]
)
def test_what_is_no_assignment_is_a_wrong_call(zoo_: Run, stack: str, arguments: str) -> None:
    assert zoo_(f"show {arguments}", stack).exit_code == 2


def test_a_graph_with_errors_is_told_line_by_line(zoo_: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(STACK.replace("in: deep", "in: deeep").replace("bias: false", "bais: false"))
    result = zoo_("show", str(path))
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{path}:8:") for line in lines)


def test_how_each_scan_runs(zoo_: Run, stack: str) -> None:
    result = zoo_("show", "seq2seq_additive", "--lowering")
    assert result.exit_code == 0
    found = words(result.output)
    assert found[0] == "scan runs as because"
    assert found[1] == "encoder fused"
    assert found[2].startswith("decoder loop not fused: 'feed' (basic/concat) reads the state 'context'")
    as_json = json.loads(zoo_("show", "lstm_from_gates", "--lowering", "--json").output)
    assert as_json == [{"node": "lstm", "way": "fused", "reason": ""}]
    assert words(zoo_("show", stack, "--lowering").output) == ["this graph has no scans"]
