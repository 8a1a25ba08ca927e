"""Comparing the module with the graph's model on the same inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from zoo.errors import ImportingError
from zoo.importing.naming import plain_name, quoted
from zoo.importing.scope import tensors

_CLOSE: Mapping[torch.dtype, float] = {torch.float64: 1e-6, torch.float32: 1e-3}
"""The tolerance between two ways of computing; float32 tables limit the precision in float64."""


class Still(TorchFunctionMode):
    """Context manager: disables dropout, even in a program that was exported in training mode."""

    def __torch_function__(
        self,
        func: Any,
        types: Any,  # as PyTorch calls it
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call a function, unless it is dropout."""
        given, named = list(args), dict(kwargs or {})
        name = plain_name(func)
        if name == "dropout":
            return given[0]
        if name == "scaled_dot_product_attention":
            given[4:5] = [0.0] * len(given[4:5])
            named.pop("dropout_p", None)
        if name in ("lstm", "gru", "rnn_tanh", "rnn_relu") and len(given) == 9:
            given[5] = 0.0
        return func(*given, **named)


def check_finite(results: Any, weights: Mapping[str, Tensor]) -> None:
    """Refuse NaN and infinite results, which cannot be compared."""
    if all(bool(each.isfinite().all()) for each in tensors(results)):
        return
    bad = [name for name, each in weights.items() if not bool(each.isfinite().all())]
    held, remedy = "the output of the module holds", "the inputs that it is run with are random"
    if bad:
        held = f"the weight {quoted(bad)} holds" if len(bad) == 1 else f"the weights {quoted(bad)} hold"
        remedy = "import it with others"
    raise ImportingError(
        f"{held} NaN or infinite numbers, so that the graph cannot be compared with the module; {remedy}"
    )


def difference(there: Any, here: Any, dtype: torch.dtype) -> float:
    """The largest difference between the results of a module and of its graph's model.

    Raises ImportingError if they compute different things.
    """
    wanted, found = list(tensors(there)), list(tensors(here))
    worst = 0.0
    for index, (mine, theirs) in enumerate(zip(found, wanted, strict=True)):
        apart = min((_apart(mine, each) for each in _turns(theirs, mine)), default=float("inf"))
        if not apart <= _CLOSE.get(dtype, 0.1) * max(1.0, float(theirs.detach().abs().max())):
            raise ImportingError(
                f"output {index} of the graph differs from the module's by {apart:.1e}: the module computes "
                "something in evaluation that it does not in training, or that is not seen here"
            )
        worst = max(worst, apart)
    return worst


def _turns(tensor: Tensor, like: Tensor) -> Sequence[Tensor]:
    """The permutations of a tensor that have the shape of ``like``."""
    orders = permutations(range(tensor.dim()))
    return [each for order in orders if (each := tensor.permute(order)).shape == like.shape]


def _apart(a: Tensor, b: Tensor) -> float:
    return float((a.detach().double() - b.detach().double()).abs().max()) if a.numel() else 0.0
