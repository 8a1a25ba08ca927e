"""Scans: masks, padding, directions, starts of states, and what leaves the loop."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import zoo
from tests.zoo.compiler import helpers
from zoo.errors import InputError

LSTM = """
format: zoo/1
name: lstm
params: {input: 5, hidden: 7}
inputs: {x: float batch time $input, mask: optional bool batch time}
outputs: {out: walk.out, h: walk.h, c: walk.c}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      mask: mask
      state: {h: zeros batch $hidden, c: zeros batch $hidden}
      nodes:
        cell: {use: recurrent/lstm_cell, with: {hidden: $hidden}, in: {x: x, h: h, c: c}}
      next: {h: cell.h, c: cell.c}
      stack: {out: cell.h}
      final: {h: h, c: c}
"""
REVERSED = LSTM.replace("over: time", "over: time\n      reverse: true")
LENGTHS = torch.tensor([11, 4, 1])
MASK = torch.arange(11) < LENGTHS.unsqueeze(1)


def torch_lstm(model: nn.Module) -> nn.LSTM:
    """``torch.nn.LSTM`` with the weights of the drawn one."""
    cell = helpers.part(model, "walk.cell")
    peer = nn.LSTM(5, 7, batch_first=True, dtype=torch.float64)
    names = {"weight_ih_l0": "weight_ih", "weight_hh_l0": "weight_hh", "bias_ih_l0": "bias"}
    state = {name: cell.get_parameter(other).detach() for name, other in names.items()}
    peer.load_state_dict({**state, "bias_hh_l0": torch.zeros(28, dtype=torch.float64)})
    return peer


def randn(*shape: int) -> Tensor:
    """Seeded normal numbers."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("lowering", ["loop", "fused"])
def test_a_masked_scan_is_an_lstm_over_packed_sequences(lowering: str) -> None:
    model = zoo.loads(LSTM).compile(dtype=torch.float64, lowering=lowering)
    peer = torch_lstm(model)
    x = randn(3, 11, 5)
    packed = nn.utils.rnn.pack_padded_sequence(x, LENGTHS, batch_first=True)
    expected, (h, c) = peer(packed)
    expected = nn.utils.rnn.pad_packed_sequence(expected, batch_first=True)[0]
    out = model(x, MASK)
    torch.testing.assert_close(out.out, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(out.h, h[0], rtol=0, atol=1e-12)
    torch.testing.assert_close(out.c, c[0], rtol=0, atol=1e-12)


def test_an_optional_mask_may_be_left_out() -> None:
    model = zoo.loads(LSTM).compile(dtype=torch.float64)
    x = randn(3, 11, 5)
    out, (h, _) = torch_lstm(model)(x)
    found = model(x)
    torch.testing.assert_close(found.out, out, rtol=0, atol=1e-12)
    torch.testing.assert_close(found.h, h[0], rtol=0, atol=1e-12)
    assert model(x, None).out.equal(found.out)


@pytest.mark.parametrize("lowering", ["loop", "fused"])
def test_a_reversed_scan_begins_at_the_last_real_step(lowering: str) -> None:
    model = zoo.loads(REVERSED).compile(dtype=torch.float64, lowering=lowering)
    peer = torch_lstm(model)
    x = randn(3, 11, 5)
    found = model(x, MASK)
    for row, length in enumerate(LENGTHS):
        out, (h, _) = peer(x[row : row + 1, :length].flip(1))
        torch.testing.assert_close(found.out[row, :length], out[0].flip(0), rtol=0, atol=1e-12)
        torch.testing.assert_close(found.h[row], h[0, 0], rtol=0, atol=1e-12)
        assert not found.out[row, length:].any()


@pytest.mark.parametrize("text", [LSTM, REVERSED], ids=["forward", "backward"])
@pytest.mark.parametrize("garbage", [float("nan"), float("inf"), 1e300])
def test_what_stands_in_padding_reaches_nothing(text: str, garbage: float) -> None:
    model = zoo.loads(text).compile(dtype=torch.float64)
    x = randn(3, 11, 5)
    clean = helpers.outputs(model, (x, MASK))
    helpers.backward(clean)
    expected = helpers.gradients(model)
    model.zero_grad()

    dirty = x.masked_fill(~MASK.unsqueeze(-1), garbage).requires_grad_()
    spoilt = helpers.outputs(model, (dirty, MASK))
    helpers.backward(spoilt)
    torch.testing.assert_close(spoilt, clean, rtol=0, atol=0)
    for name, gradient in helpers.gradients(model).items():
        torch.testing.assert_close(gradient, expected[name], rtol=0, atol=0, msg=name)
    assert dirty.grad is not None
    assert not dirty.grad[~MASK].any()


def test_a_mask_is_brought_beside_states_of_every_rank() -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: ranks
        inputs: {x: float batch time 5, mask: bool batch time, table: float batch rows 5}
        outputs: {flat: s.flat, deep: s.deep, steps: s.steps}
        nodes:
          s:
            scan:
              over: time
              each: {x: x}
              mask: mask
              state: {flat: learned batch, deep: table}
              nodes:
                more: {use: basic/tanh, in: flat}
                bent: {use: basic/sigmoid, in: deep}
              next: {flat: more, deep: bent}
              stack: {steps: deep}
              final: {flat: flat, deep: deep}
    """)
    model = graph.compile(dtype=torch.float64)
    with torch.no_grad():
        model.get_parameter("s.flat").fill_(0.5)
    table = randn(3, 2, 5)
    found = model(randn(3, 11, 5), MASK, table)
    for row, length in enumerate(LENGTHS):
        flat, deep = torch.tensor(0.5, dtype=torch.float64), table[row]
        for step in range(length):
            torch.testing.assert_close(found.steps[row, step], deep)
            flat, deep = flat.tanh(), deep.sigmoid()
        torch.testing.assert_close(found.flat[row], flat)
        torch.testing.assert_close(found.deep[row], deep)
        assert not found.steps[row, length:].any()


def test_states_swap_at_once() -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: swap
        inputs: {x: float batch time 3, a: float batch 3, b: float batch 3}
        outputs: {a: s.a, b: s.b}
        nodes:
          s:
            scan:
              over: time
              each: {x: x}
              state: {a: a, b: b}
              next: {a: b, b: a}
              final: {a: a, b: b}
    """)
    a, b = randn(2, 3), randn(2, 3) + 1
    found = graph.compile(dtype=torch.float64)(randn(2, 7, 3), a, b)
    assert found.a.equal(b)
    assert found.b.equal(a)


def test_a_walk_over_another_axis_than_the_second() -> None:
    text = LSTM.replace("batch time", "time batch").replace("optional bool time batch", "bool time batch")
    model, usual = zoo.loads(text).compile(dtype=torch.float64), zoo.loads(LSTM).compile(dtype=torch.float64)
    x = randn(3, 11, 5)
    found, expected = model(x.transpose(0, 1), MASK.t()), usual(x, MASK)
    torch.testing.assert_close(found.out, expected.out.transpose(0, 1), rtol=0, atol=1e-12)
    torch.testing.assert_close(found.h, expected.h, rtol=0, atol=1e-12)


def test_inputs_may_be_cut_at_different_places() -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: crossed
        inputs: {x: float batch time 5, y: float batch 5 time, mask: bool time batch}
        outputs: {sums: s.sums, last: s.last}
        nodes:
          s:
            scan:
              over: time
              each: {x: x, y: y}
              mask: mask
              state: {last: zeros batch 5}
              nodes:
                sum: {use: basic/add, in: [x, y, last]}
                bent: {use: basic/tanh, in: y}
                both: {use: basic/add, in: [sum, bent]}
              next: {last: sum}
              stack: {sums: both}
              final: {last: last}
    """)
    model, plain = graph.compile(dtype=torch.float64), helpers.without_hoisting(graph)
    x, y = randn(3, 11, 5), randn(3, 5, 11).masked_fill(~MASK.unsqueeze(1), float("nan"))
    for each in (model, plain):
        found = each(x, y, MASK.t())
        total = torch.zeros(3, 5, dtype=torch.float64)
        for step in range(11):
            real = MASK[:, step, None]
            new = x[:, step] + y[:, :, step] + total
            expected = torch.where(real, new + y[:, :, step].tanh(), 0.0)
            torch.testing.assert_close(found.sums[:, step], expected)
            total = torch.where(real, new, total)
        torch.testing.assert_close(found.last, total)


def test_zeros_take_the_dtype_of_the_model_where_no_input_has_it() -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: counts
        inputs: {tokens: int batch time}
        outputs: {h: s.h}
        nodes:
          s:
            scan:
              over: time
              each: {token: tokens}
              state: {h: zeros batch 3}
              nodes: {more: {use: basic/sigmoid, in: h}}
              next: {h: more}
              final: {h: h}
    """)
    tokens = torch.zeros(2, 5, dtype=torch.long)
    model = graph.compile(dtype=torch.float64)
    assert model(tokens).dtype == torch.float64
    assert model.to(torch.bfloat16)(tokens).dtype == torch.bfloat16
    assert model.state_dict() == {}


@pytest.mark.parametrize("lowering", ["loop", "fused"])
def test_a_learned_start_is_a_parameter_of_the_axes_that_are_numbers(lowering: str) -> None:
    text = LSTM.replace("h: zeros batch $hidden", "h: learned batch $hidden")
    model = zoo.loads(text).compile(dtype=torch.float64, lowering=lowering)
    start = model.get_parameter("walk.h")
    assert start.shape == (7,)
    assert not start.any()
    assert "walk.h" in model.state_dict()
    peer = torch_lstm(model)
    with torch.no_grad():
        start.copy_(randn(7))
    x = randn(3, 11, 5)
    h = start.detach().expand(1, 3, 7).contiguous().requires_grad_()
    expected = peer(x, (h, torch.zeros(1, 3, 7, dtype=torch.float64)))[0]
    out = model(x).out
    torch.testing.assert_close(out, expected, rtol=0, atol=1e-12)
    helpers.backward((out,))
    helpers.backward((expected,))
    assert h.grad is not None
    assert start.grad is not None
    torch.testing.assert_close(start.grad, h.grad.sum((0, 1)), rtol=0, atol=1e-12)


def test_no_step_at_all_is_refused_in_a_sentence() -> None:
    model = zoo.loads(LSTM).compile(dtype=torch.float64)
    with pytest.raises(InputError, match="'time' is 0, and the scan 'walk' walks over it"):
        model(randn(3, 0, 5))


def test_what_is_not_read_is_not_stacked() -> None:
    text = LSTM.replace("out: walk.out, ", "")
    source = zoo.loads(text).compile(device="meta", lowering="loop").source
    assert "torch.stack" not in source


def test_pointwise_nodes_leave_the_loop_on_both_sides() -> None:
    model = helpers.library("seq2seq_additive").compile(device="meta")
    forward = model.source[model.source.index("class Decoder(") :]
    loop = forward[forward.index("for y_t in") : forward.index("torch.stack")]
    assert "attend_module(" in loop
    assert "logits_module(" not in loop
    assert "self.logits(" not in loop
    gates = helpers.library("lstm_from_gates").compile(device="meta", lowering="loop").source
    assert gates.index("self.from_x(") < gates.index("for from_x_t in from_x.unbind(1)")


def test_a_node_that_mixes_steps_with_a_constant_stays_inside() -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: mixed
        inputs: {x: float batch time 5, k: float batch 5}
        outputs: {out: s.out}
        nodes:
          s:
            scan:
              over: time
              each: {x: x}
              const: {k: k}
              state: {h: zeros batch 5}
              nodes:
                shifted: {use: basic/add, in: [x, k]}
                next: {use: basic/add, in: [shifted, h]}
                out: {use: basic/multiply, in: [next, k]}
              next: {h: next}
              stack: {out: out}
    """)
    x, k = randn(2, 7, 5), randn(2, 5)
    found = graph.compile(dtype=torch.float64)(x, k)
    torch.testing.assert_close(found, (x + k.unsqueeze(1)).cumsum(1) * k.unsqueeze(1))


def test_states_that_never_change_need_no_loop() -> None:
    text = LSTM.replace("next: {h: cell.h, c: cell.c}", "next: {h: h, c: c}").replace("cell.h}", "x}")
    model = zoo.loads(text).compile(dtype=torch.float64)
    x = randn(3, 11, 5)
    found = model(x)
    assert found.out.equal(x)
    assert not found.h.any()
    assert "for " not in model.source.partition("def forward")[2]
