"""Rules for convolution over time, and for the zeros around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from torch import Tensor

from zoo.importing.at import At, weight
from zoo.importing.seen import Padded, Seen, Unknown


def conv1d(
    at: At,
    input: Tensor,
    weight_: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Seen:
    """Convolution over time, of batch × features × time, causal or around each step."""
    value = at.value(input)
    before, behind = (value.before, value.behind) if isinstance(value, Padded) else (0, 0)
    seen = value.of if isinstance(value, Padded) else at.seen(input)
    stride, dilation = _single(stride), _single(dilation)
    kernel = weight_.shape[2]
    reach = (kernel - 1) * dilation
    if isinstance(padding, str):
        sides = (reach // 2, reach - reach // 2) if padding == "same" else (0, 0)
    else:
        sides = (_single(padding),) * 2
    before, behind = before + sides[0], behind + sides[1]
    known = {(reach, 0): "causal", (reach // 2, reach - reach // 2): "same"}.get((before, behind))
    if seen.axes != (0, 2, 1) or seen.folds or stride != 1 or known is None:
        raise Unknown(
            "a convolution is known over batch × features × time, with stride 1, as long as its input: "
            "padding around it, or before it alone"
        )
    settings: dict[str, Any] = {"output": weight_.shape[0], "kernel": kernel}
    settings |= {} if dilation == 1 else {"dilation": dilation}
    settings |= {} if groups == 1 else {"groups": groups}
    settings |= {} if known == "causal" else {"padding": known}
    settings |= {} if bias is not None else {"bias": False}
    weights = {"weight": weight(weight_)} | ({} if bias is None else {"bias": weight(bias)})
    return seen.of(at.place("convolution/conv1d", {"": seen.ref}, settings, weights), at.result)


def _single(value: Any) -> int:
    return int(cast("Sequence[int]", value)[0]) if isinstance(value, list | tuple) else int(value)


def pad(
    at: At, input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Padded:
    """Zeros before and behind a sequence, for a convolution."""
    seen = at.seen(input)
    if len(pad) != 2 or mode != "constant" or value not in (None, 0) or seen.axes != (0, 2, 1):
        raise Unknown("only zeros along time, before a convolution, are padded with")
    return Padded(seen, at.result, *pad)


RULES: Mapping[str, Any] = {"conv1d": conv1d, "pad": pad}
