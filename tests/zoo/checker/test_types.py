"""What flows through every wire, and what the compiler reads of it: axes, widths, scopes, ties."""

from __future__ import annotations

from tests.zoo.checker.helpers import SEQ2SEQ, TRANSFORMER, resolved, told, types, use
from zoo.checker.resolution import MASK, BlockUse, LayerUse, RepeatUse, ReuseUse, ScanUse, Tie
from zoo.graph import Ref
from zoo.sizes import Name, symbol


def test_the_seq2seq_model() -> None:
    assert types(SEQ2SEQ) == {
        "source_embed.out": "float batch source 64",
        "encoder.out": "float batch source 64",
        "encoder.h": "float batch 64",
        "encoder.c": "float batch 64",
        "target_embed.out": "float batch target 64",
        "keys.out": "float batch source 32",
        "decoder.logits": "float batch target 1000",
        "decoder.weights": "float batch target source",
    }


def test_inside_a_scan_the_walked_axis_is_gone() -> None:
    assert types(SEQ2SEQ, "decoder") == {
        "feed.out": "float batch 128",
        "cell.h": "float batch 64",
        "cell.c": "float batch 64",
        "attend.out": "float batch 64",
        "attend.weights": "float batch source",
        "join.out": "float batch 128",
        "mix.out": "float batch 64",
        "act.out": "float batch 64",
        "logits.out": "float batch 1000",
    }


def test_the_transformer() -> None:
    assert types(TRANSFORMER) == {
        "embed.out": "float batch source 64",
        "position.out": "float batch source 64",
        "encoder.out": "float batch source 64",
        "memory.out": "float batch source 64",
        "target_embed.out": "float batch target 64",
        "target_position.out": "float batch target 64",
        "decoder.out": "float batch target 64",
        "decoder_norm.out": "float batch target 64",
        "generator.out": "float batch target 1000",
    }


def test_widths_are_solved_and_written_in_the_names_of_their_scope() -> None:
    found = resolved(SEQ2SEQ)
    keys = use(found, "keys")
    assert isinstance(keys, LayerUse)
    assert keys.settings == {"input": 64, "output": 32, "bias": False}
    assert keys.code == {"input": symbol("$dim"), "output": symbol("$attention"), "bias": False}
    cell = use(found, "decoder.cell")
    assert cell.settings == {"input": 128, "hidden": 64}
    assert cell.code == {"input": 2 * symbol("$dim"), "hidden": symbol("$dim")}


def test_a_block_says_how_its_params_and_axes_are_written_outside() -> None:
    found = resolved(TRANSFORMER)
    encoder = use(found, "encoder")
    assert isinstance(encoder, RepeatUse)
    assert encoder.carry == {"x": "out"}
    layer = use(found, "encoder.0")
    assert isinstance(layer, BlockUse)
    assert layer.code == {
        "$heads": symbol("$heads"),
        "$hidden": symbol("$hidden"),
        "$dropout": Name("$dropout"),
        "dim": symbol("$dim"),
    }
    assert layer.scope.values == {
        "$heads": 4,
        "$hidden": 256,
        "$dropout": 0.1,
        "batch": symbol("batch"),
        "time": symbol("source"),
        "dim": 64,
    }
    assert use(found, "encoder.0.feed").code["dim"] == symbol("dim")
    ffn = use(found, "encoder.0.feed.ffn")
    assert ffn.code == {"dim": symbol("dim"), "hidden": symbol("$hidden"), "dropout": Name("$dropout")}
    assert ffn.settings == {"dim": 64, "hidden": 256, "dropout": 0.1}


def test_an_input_that_a_use_leaves_out_is_absent_inside_and_its_wires_stay() -> None:
    found = resolved(TRANSFORMER)
    encoder, decoder = use(found, "encoder.0.attend"), use(found, "decoder.0.attend")
    assert str(encoder.scope.shown(encoder.scope.inputs["mask"])) == "bool batch source"
    assert decoder.scope.inputs["mask"] is None
    for block in (encoder, decoder):
        assert block.scope.nodes["attend"].inputs["mask"] == Ref("mask")


def test_equal_uses_of_a_block_share_one_scope() -> None:
    found = resolved(TRANSFORMER)
    assert use(found, "encoder.0") is use(found, "encoder.2")
    assert use(found, "encoder.0.feed").scope is not use(found, "decoder.0.feed").scope  # source, target


def test_a_scan() -> None:
    found = resolved(SEQ2SEQ)
    encoder, decoder = use(found, "encoder"), use(found, "decoder")
    assert isinstance(encoder, ScanUse)
    assert (encoder.cut, encoder.axis, encoder.mask) == ({"x": 1}, 1, 1)
    assert (decoder.cut, decoder.axis, decoder.mask) == ({"y": 1}, 1, None)
    assert encoder.final == {"h": "h", "c": "c"}
    assert decoder.next == {"h": Ref("cell", "h"), "c": Ref("cell", "c"), "context": Ref("attend", "out")}
    assert decoder.scope.outputs == {"logits": Ref("logits", "out"), "weights": Ref("attend", "weights")}
    assert found.root.nodes["encoder"].inputs == {"x": Ref("source_embed", "out"), MASK: Ref("source_mask")}
    assert found.root.nodes["decoder"].inputs == {
        "y": Ref("target_embed", "out"),
        "h": Ref("encoder", "h"),
        "c": Ref("encoder", "c"),
        "memory": Ref("encoder", "out"),
        "keys": Ref("keys", "out"),
        "mask": Ref("source_mask"),
    }


def test_a_reuse_and_a_tie_name_the_node_that_owns_the_weights() -> None:
    found = resolved(SEQ2SEQ)
    target = use(found, "target_embed")
    assert isinstance(target, ReuseUse)
    assert isinstance(target.use, LayerUse)
    assert (target.target, target.depth) == ("source_embed", 0)
    assert target.use.settings == use(found, "source_embed").settings
    logits = use(found, "decoder").scope.nodes["logits"]
    assert logits.ties == {"weight": Tie(1, "source_embed", "weight")}


def test_on_demand_outputs_are_computed_only_where_something_reads_them() -> None:
    assert use(resolved(SEQ2SEQ), "decoder.attend").read == {"weights"}
    unread = SEQ2SEQ.replace("  alignment: decoder.weights              # batch target source\n", "")
    decoder = use(resolved(unread), "decoder")
    assert decoder.scope.nodes["attend"].use.read == frozenset()
    assert list(decoder.scope.outputs) == ["logits"]
    assert list(decoder.outputs) == ["logits", "weights"]  # known all the same


NESTED = """\
inputs: {x: float batch time 6}
outputs: {out: look%s}
blocks:
  inner:
    inputs: {x: float batch time dim}
    outputs: {out: attend, weights: attend.weights}
    nodes:
      attend: {use: attention/multi_head, with: {heads: 2}, in: {query: x, key: x, value: x}}
  outer:
    inputs: {x: float batch time dim}
    outputs: {out: inner, seen: inner.weights}
    nodes:
      inner: {use: inner, in: x}
nodes:
  look: {use: outer, in: x}
"""


def test_blocks_hand_the_demand_on() -> None:
    assert not told(NESTED % "")  # `look` alone is its one output that is always computed
    assert use(resolved(NESTED % ""), "look.inner.attend").read == frozenset()
    assert use(resolved(NESTED % ".seen"), "look.inner.attend").read == {"weights"}
    assert types(NESTED % "")["look.seen"] == "float batch 2 time time"


def test_arithmetic_of_axes() -> None:
    text = """
inputs: {x: float batch time 14}
outputs: {out: out}
nodes:
  a: {use: basic/shift, in: x}
  b: {use: basic/shift, with: {by: 2}, in: a}
  c: {use: basic/halve, in: b}
  d: {use: basic/shift, with: {by: 3}, in: x}
  e: {use: basic/halve, in: d}
  out: {use: basic/add, in: [c, e]}
"""
    assert types(text)["out.out"] == "float batch (time * 2 - 6) 7"


def test_a_size_is_solved_from_an_expression_of_it() -> None:
    text = """
params: {dim: 5}
inputs: {x: float batch time 10, y: float batch time-1 13}
outputs: {out: use}
blocks:
  b:
    inputs: {x: float batch time dim*2, y: float batch time-1 dim*2+3}
    outputs: {out: lin}
    nodes:
      lin: {use: basic/linear, with: {output: 3}, in: x}
      norm: {use: norm/layer_norm, in: y}
nodes:
  use: {use: b, in: {x: x, y: y}}
"""
    assert use(resolved(text), "use").scope.values["dim"] == 5
    assert [problem.split(": ", 2)[1] for problem in told(text)] == ["warning", "warning"]
    wrong = text.replace("time-1 13}", "time-1 14}")
    assert told(wrong)[-1] == (
        "t.yaml:15:31: use.y: expected float batch (time - 1) 13, got float batch (time - 1) 14: 13 is not 14"
    )
    odd = text.replace("{x: float batch time 10", "{x: float batch time 11")
    # the other input says that dim is 5
    assert told(odd)[-1].endswith("got float batch time 11: 10 is not 11")
    alone = odd.replace(", y: float batch time-1 13", "").replace(", y: y}", "}")
    alone = alone.replace(", y: float batch time-1 dim*2+3", "").replace("in: y}", "in: x}")
    said = "expected float batch time dim*2, got float batch time 11: no size of its axes makes them equal"
    assert told(alone)[-1].endswith(said)


def test_a_list_of_wires_fills_a_variadic_port_or_the_required_ones_in_order() -> None:
    found = resolved(SEQ2SEQ)
    feed = use(found, "decoder").scope.nodes["feed"]
    assert feed.inputs == {"xs": (Ref("y"), Ref("context"))}
    norm = use(resolved(TRANSFORMER), "encoder.0.feed").scope.nodes["add"]
    assert norm.inputs == {"a": Ref("x"), "b": Ref("ffn", "out")}


def test_layers_of_a_repeat_may_differ_in_width() -> None:
    text = """
inputs: {x: float batch time 3}
outputs: {out: stack}
nodes:
  stack: {repeat: 3, use: basic/linear, with: {output: 5}, carry: {x: x}}
"""
    each = use(resolved(text), "stack").each
    assert [layer.settings["input"] for layer in each] == [3, 5, 5]
    assert each[1] is each[2]
    said = "t.yaml:7:84: stack.1.x: expected float batch time 3, got float batch time 5: 3 is not 5"
    remedy = "a module that is applied again keeps its widths"
    assert told(text.replace("carry", "share: true, carry")) == [f"{said}; {remedy}"]


def test_a_scan_is_reused_with_other_inputs() -> None:
    text = """
inputs: {x: float batch source 3, y: float batch target 3, seen: bool batch target}
outputs: {a: walk.h, b: again.h}
nodes:
  walk:
    scan:
      over: %s
      each: {x: x}
      state: {h: zeros batch 5, c: zeros batch 5}
      nodes:
        cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}
      next: {h: cell.h, c: cell.c}
      final: {h: h}
  again: {reuse: walk, in: {x: %s}}
"""
    assert "again.x" not in "".join(told(text % ("source", "x")))
    assert types(text % ("source", "x"))["again.h"] == "float batch 5"
    assert any("has the axis 'source'" in problem for problem in told(text % ("source", "y")))
    assert any(
        "has no input 'z'" in problem
        for problem in told((text % ("source", "x")).replace("{x: x}}", "{z: x}}"))
    )


def test_a_reuse_may_come_before_the_node_whose_module_it_applies() -> None:
    text = """
inputs: {x: float batch 5}
outputs: {out: second}
nodes:
  second: {use: basic/linear, with: {output: 5}, in: first}
  first: {reuse: second, in: x}
"""
    assert not told(text)
    assert use(resolved(text), "first").use.settings == use(resolved(text), "second").settings
    said = "t.yaml:8:30: first.x: expected float batch 5, got float batch 7: 5 is not 7"
    remedy = "a module that is applied again keeps its widths"
    assert told(text.replace("x: float batch 5", "x: float batch 7")) == [f"{said}; {remedy}"]


def test_a_module_applied_inside_a_scan_lives_outside() -> None:
    text = """
inputs: {x: float batch time 5}
outputs: {out: walk.out}
nodes:
  first: {use: basic/linear, with: {output: 5}, in: x}
  walk:
    scan:
      over: time
      each: {x: first}
      state: {h: zeros batch 5}
      nodes:
        again: {reuse: first, in: %s}
        sum: {use: basic/add, in: [again, h]}
      next: {h: sum}
      stack: {out: sum}
"""
    again = use(resolved(text % "x"), "walk.again")
    assert (again.target, again.depth) == ("first", 1)
    assert not told(text % "x")
