"""A layer that streams gives in pieces what it gives whole, whatever the pieces."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, cast

import torch
from torch import Tensor

from zoo.packs.offers import spec_of
from zoo.spec import LayerSpec, Name, Star

CUTS = ([1] * 7, [3, 4], [0, 2, 1, 0, 4], [7])
"""Ways to cut seven steps: one by one, in chunks, with empty pieces, not at all."""


def named(found: Any) -> dict[str, Tensor]:
    """What a layer returned, by port."""
    values: dict[str, Tensor | None] = {"out": found} if isinstance(found, Tensor) else found._asdict()
    return {name: value for name, value in values.items() if value is not None}


def pieces_of(inputs: Mapping[str, Tensor], cut: Sequence[int]) -> list[dict[str, Tensor]]:
    """The inputs of each piece; the sequence runs behind the batch."""
    ends = [*accumulate(cut)]
    return [
        {name: x[:, end - size : end] for name, x in inputs.items()}
        for size, end in zip(cut, ends, strict=True)
    ]


def assert_streams(
    layer: Any, pieces: Mapping[str, Tensor], whole: Mapping[str, Tensor] | None = None
) -> None:
    """Fail unless ``step`` over any cut equals ``forward`` at every prefix, and leaves its state alone.

    ``pieces`` are the inputs of seven steps, ``whole`` those that ``initial_state`` takes.
    """
    spec = cast("LayerSpec", spec_of(layer.__class__))
    assert spec.streams
    whole = whole or {}
    first = next(iter(pieces.values()))
    axes = {spec.inputs[name].shape[1] for name in pieces}
    prefixes = [named(layer(**{name: x[:, :end] for name, x in pieces.items()}, **whole)) for end in range(8)]
    for cut in CUTS:
        state = layer.initial_state(batch=len(first), device=first.device, dtype=torch.float64, **whole)
        found: dict[str, list[Tensor]] = {}
        done = 0
        for piece in pieces_of(pieces, cut):
            before = state
            out, state = layer.step(**piece, state=before)
            again, _ = layer.step(**piece, state=before)
            for name, value in named(out).items():
                assert torch.equal(value, named(again)[name]), "step changed the state that it was given"
                found.setdefault(name, []).append(value)
            done += next(iter(piece.values())).shape[1]
            expected = prefixes[done]
            for name, parts in found.items():
                axis = next((i for i, axis in enumerate(spec.outputs[name].shape) if axis in axes), None)
                value = parts[-1] if axis is None else torch.cat(parts, axis)
                torch.testing.assert_close(value, expected[name], rtol=1e-10, atol=1e-10)
    assert all(isinstance(axis, Name | Star) for axis in axes)
