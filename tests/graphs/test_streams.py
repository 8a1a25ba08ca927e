"""Every causal graph of the library streams: piece by piece it gives what it gives whole."""

from collections.abc import Collection

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


def begun(
    built: CompiledGraph, given: dict[str, Tensor], rows: int = BATCH
) -> tuple[Stream, dict[str, Tensor]]:
    """A stream over inputs, those that run along its axis left for the pieces."""
    axis = "target" if "target" in given else "time"
    pieces = {name for name, port in built.graph.inputs.items() if axis in map(str, port.shape)}
    whole = {name: value for name, value in given.items() if name not in pieces}
    stream = built.stream(whole, batch=rows)
    assert stream.axis == axis
    return stream, {name: given[name] for name in given if name in pieces}


def joined(parts: list[dict[str, Tensor]], runs: Collection[str]) -> dict[str, Tensor]:
    """The outputs of all pieces put together; what does not run along the axis is that of the last."""
    return {
        name: torch.cat([part[name] for part in parts], 1) if name in runs else last
        for name, last in parts[-1].items()
    }


@pytest.mark.parametrize("name", STREAMS)
def test_pieces_of_any_size_give_what_the_whole_gives(name: str) -> None:
    built = model(name).eval()
    given = inputs(name)
    with torch.no_grad():
        expected = outputs(built(**given))
        first, pieces = begun(built, given)
        steps = next(iter(pieces.values())).shape[1]
        runs = {port for port, value in expected.items() if value.dim() > 1 and value.shape[1] == steps}
        for cut in ([0, 2, 1, 0, steps - 3], [steps]):
            parts: list[dict[str, Tensor]] = []
            stream, done = first, 0
            for size in cut:
                part, stream = stream.feed({port: x[:, done : done + size] for port, x in pieces.items()})
                parts.append(outputs(part))
                done += size
            torch.testing.assert_close(joined(parts, runs), expected, rtol=1e-10, atol=1e-10)
            assert stream.seen == steps
        stream, parts = first, list[dict[str, Tensor]]()
        for t in range(steps):
            part, stream = stream.step({port: x[:, t] for port, x in pieces.items()})
            parts.append(outputs(part))
    for port, value in expected.items():
        found = torch.stack([part[port] for part in parts], 1) if port in runs else parts[-1][port]
        torch.testing.assert_close(found, value, rtol=1e-10, atol=1e-10)


QUICK = ("gpt", "seq2seq_additive", "sliding_window_language_model", "tcn_language_model")
DEVICES = ("meta", *(["cuda"] if torch.cuda.is_available() else []))


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in STREAMS]
)
def test_a_state_is_saved_reordered_and_moved(name: str) -> None:
    built = model(name).eval()
    given = inputs(name)
    rows = torch.tensor([2, 0, 0, 1])
    with torch.no_grad():
        stream, pieces = begun(built, given)
        first, rest = ({port: x[:, cut] for port, x in pieces.items()} for cut in (slice(3), slice(3, None)))
        _, stream = stream.feed(first)
        expected = outputs(stream.feed(rest)[0])
        saved = {key: x.clone() for key, x in stream.state_dict().items()}
        found, after = built.stream(state=saved, along=stream.axis).feed(rest)
        torch.testing.assert_close(outputs(found), expected, rtol=1e-10, atol=1e-10)
        picked, _ = stream.reordered(rows).feed({port: x[rows] for port, x in rest.items()})
        reordered = {port: x[rows] for port, x in expected.items()}
        torch.testing.assert_close(outputs(picked), reordered, rtol=1e-10, atol=1e-10)
        for device in reversed(DEVICES):
            built.to(device)
            found, there = stream.to(device).feed({port: x.to(device) for port, x in rest.items()})
            assert (there.seen, there.batch) == (after.seen, BATCH)
            for port, x in outputs(found).items():
                assert (x.device.type, x.shape) == (device, expected[port].shape)
                if device != "meta":
                    torch.testing.assert_close(x.cpu(), expected[port], rtol=1e-10, atol=1e-10)


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
