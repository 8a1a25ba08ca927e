"""Every causal graph of the library streams: piece by piece it gives what it gives whole."""

import pytest
import torch
from torch import Tensor

from tests.graphs.library import BATCH, GRAPHS, graph, inputs, model, outputs
from zoo.compiler import CompiledGraph
from zoo.compiler.step.stream import Stream
from zoo.errors import GraphError

UNPROMISED = (
    *("lstm_from_gates", "lstm_language_model", "rnn_language_model"),
    *("seq2seq_additive", "transformer", "transformer_2017"),
)
"""What streams without having promised to be causal."""

STREAMS = [name for name in GRAPHS if graph(name).causal or name in UNPROMISED]
WHOLE = [name for name in GRAPHS if name not in STREAMS]
"""What sees all of its sequence, and so has none to go on with."""


def begun(built: CompiledGraph, given: dict[str, Tensor]) -> tuple[Stream, dict[str, Tensor]]:
    """A stream over inputs, those that run along its axis left for the pieces."""
    axis = "target" if "target" in given else "time"
    pieces = {name for name, port in built.graph.inputs.items() if axis in map(str, port.shape)}
    whole = {name: value for name, value in given.items() if name not in pieces}
    stream = built.stream(whole, batch=BATCH)
    assert stream.axis == axis
    return stream, {name: given[name] for name in given if name in pieces}


def joined(parts: list[dict[str, Tensor]], expected: dict[str, Tensor], steps: int) -> dict[str, Tensor]:
    """The outputs of all pieces put together; what does not run along the axis is that of the last."""
    return {
        name: torch.cat([part[name] for part in parts], 1)
        if value.dim() > 1 and value.shape[1] == steps
        else parts[-1][name]
        for name, value in expected.items()
    }


@pytest.mark.parametrize("name", STREAMS)
def test_pieces_of_any_size_give_what_the_whole_gives(name: str) -> None:
    built = model(name).eval()
    given = inputs(name)
    with torch.no_grad():
        expected = outputs(built(**given))
        first, pieces = begun(built, given)
        steps = next(iter(pieces.values())).shape[1]
        for cut in ([0, 2, 1, 0, steps - 3], [steps]):
            parts: list[dict[str, Tensor]] = []
            stream, done = first, 0
            for size in cut:
                part, stream = stream.feed({port: x[:, done : done + size] for port, x in pieces.items()})
                parts.append(outputs(part))
                done += size
            torch.testing.assert_close(joined(parts, expected, steps), expected, rtol=1e-10, atol=1e-10)
            assert stream.seen == steps
        stream, parts = first, list[dict[str, Tensor]]()
        for t in range(steps):
            part, stream = stream.step({port: x[:, t] for port, x in pieces.items()})
            parts.append(outputs(part))
    for port, value in expected.items():
        runs = value.dim() > 1 and value.shape[1] == steps
        found = torch.stack([part[port] for part in parts], 1) if runs else parts[-1][port]
        torch.testing.assert_close(found, value, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", WHOLE)
def test_what_sees_all_is_refused_by_name(name: str) -> None:
    with pytest.raises(GraphError) as refused:
        model(name).stream()
    for problem in refused.value.problems:
        assert problem.code == "not-streamed"
        assert problem.path
        assert problem.place is not None
        assert problem.place.line > 1
        assert "later" in problem.message
        assert problem.remedy
