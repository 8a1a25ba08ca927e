"""Rules for PyTorch's recurrent kernels, as ``nn.RNN``, ``nn.GRU`` and ``nn.LSTM`` call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from zoo.graph import Ref
from zoo.importing.at import At, weight
from zoo.importing.seen import Seen, Unknown

_STATES = (1, 0, 2)
"""PyTorch has states × batch × hidden; a graph has the batch first."""


def lstm(at: At, input: Tensor, hx: Sequence[Tensor], *rest: Any) -> tuple[Seen, ...]:
    """Layers of LSTM cells; PyTorch's two biases are added into one."""
    return _run(at, "recurrent/lstm", input, {"h": hx[0], "c": hx[1]}, {}, rest)


def gru(at: At, input: Tensor, hx: Tensor, *rest: Any) -> tuple[Seen, ...]:
    """Layers of GRU cells."""
    return _run(at, "recurrent/gru", input, {"h": hx}, {}, rest)


def rnn_tanh(at: At, input: Tensor, hx: Tensor, *rest: Any) -> tuple[Seen, ...]:
    """Layers of simple cells."""
    return _run(at, "recurrent/rnn", input, {"h": hx}, {}, rest)


def rnn_relu(at: At, input: Tensor, hx: Tensor, *rest: Any) -> tuple[Seen, ...]:
    """Layers of simple cells with ReLU."""
    return _run(at, "recurrent/rnn", input, {"h": hx}, {"activation": "relu"}, rest)


def _run(
    at: At,
    use: str,
    input: Tensor,
    states: Mapping[str, Tensor],
    settings: Mapping[str, Any],
    rest: Sequence[Any],
) -> tuple[Seen, ...]:
    if len(rest) != 7:
        raise Unknown("packed sequences have no twin; a graph has masks")
    flat, biases, layers, dropout, training, both, first = rest
    seen = at.seen(input)
    wanted = (0, 1, 2) if first else _STATES
    if seen.folds or input.dim() != 3 or seen.axes != wanted:
        raise Unknown("a graph is batch × time × dim; batch_first=False wants its input turned before it")
    each = 4 if biases else 2
    if not biases or len(flat) != each * layers * (1 + both):
        raise Unknown("bias=False and proj_size have no twin")
    hidden = flat[1].shape[1]
    given: dict[str, Any] = {"hidden": hidden, **settings}
    given |= {} if layers == 1 else {"layers": layers}
    given |= {"bidirectional": True} if both else {}
    given |= {"dropout": float(dropout)} if dropout and training else {}
    weights: dict[str, Tensor] = {}
    for index in range(layers * (1 + both)):
        w_ih, w_hh, b_ih, b_hh = flat[4 * index : 4 * index + 4]
        cell = {"weight_ih": weight(w_ih), "weight_hh": weight(w_hh)}
        if use == "recurrent/gru":
            cell |= {"bias": weight(b_ih), "bias_hh": weight(b_hh)}
        else:
            one, two = weight(b_ih), weight(b_hh)
            cell |= {"bias": at.once((id(one), id(two)), lambda a=one, b=two: a + b)}
        weights |= {f"cells.{index}.{name}": tensor for name, tensor in cell.items()}
    inputs = {"x": seen.ref, **_started(at, states)}
    ref = at.place(use, inputs if len(inputs) > 1 else {"": seen.ref}, given, weights)
    outputs = ["out", *states]
    orders = [seen.order, *(_STATES for _ in states)]
    return tuple(
        Seen(Ref(ref.node, name), tensor, order=order)
        for name, tensor, order in zip(outputs, at.result, orders, strict=True)
    )


def _started(at: At, states: Mapping[str, Tensor]) -> dict[str, Ref]:
    """The initial states that are not zeros."""
    found: dict[str, Ref] = {}
    for name, state in states.items():
        if at.value(state) is None:
            if state.requires_grad or bool(state.any()):
                raise Unknown("it starts from a constant state that is not zero")
            continue
        seen = at.seen(state)
        if seen.axes != _STATES or seen.folds:
            raise Unknown(
                "its first state is not states × batch × hidden of a graph's batch × states × hidden"
            )
        found[name] = seen.ref
    return found


RULES: Mapping[str, Any] = {
    "lstm": lstm,
    "gru": gru,
    "rnn_tanh": rnn_tanh,
    "rnn_relu": rnn_relu,
}
