"""The longest chain of operations of a call in which each depends on the previous one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from zoo.formulas.orders import Order

SHORT, LONG = (8, 16, 32, 64), (256, 512, 1024, 2048)
"""The lengths at which a chain is measured; the long ones are used if the short ones are inconclusive."""


class Depth(TorchDispatchMode):
    """Context manager: tracks the depth of operations behind each tensor; a view has that of its base."""

    def __init__(self) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType] - torch leaves it untyped
        # By storage, which is kept alive so that its address is not reused.
        self._found: dict[int, tuple[int, torch.UntypedStorage]] = {}

    @property
    def deepest(self) -> int:
        """The longest chain so far."""
        return max((depth for depth, _ in self._found.values()), default=0)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        before = set(map(storage_key, _tensors((args, kwargs))))
        behind = max((self._found[key][0] for key in before if key in self._found), default=0)
        for tensor in _tensors(made):
            storage = tensor.untyped_storage()
            key = storage_key(tensor)
            depth = behind if key in before and not func._schema.is_mutable else behind + 1
            known, _ = self._found.get(key, (0, storage))
            self._found[key] = max(depth, known), storage
        return made


def storage_key(tensor: Tensor) -> int:
    """An identifier of a tensor's storage, unique among storages that are alive."""
    return tensor.untyped_storage()._cdata  # pyright: ignore[reportPrivateUsage] - meta tensors have no address


def _tensors(tree: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def order_along(axis: str, depth: Callable[[int], int | None]) -> tuple[Order | None, tuple[int, ...]]:
    """How a chain grows with an axis, and the lengths used; ``depth`` returns None for unsupported lengths.

    The order is None if at most two lengths are supported.
    """
    for lengths in (SHORT, LONG):
        depths = [found for length in lengths if (found := depth(length)) is not None]
        if len(depths) < 3:
            return None, lengths
        if len({*depths}) == 1:
            further = depth(LONG[2]) if lengths == SHORT else None
            if further in (None, depths[0]):
                return Order(), lengths
            continue
        function = _function(depths)
        if function is not None:
            return Order.of(axis, function), lengths
    return Order.of(axis, "?"), LONG


def _function(depths: list[int]) -> str | None:
    """The function that grows like ``depths``, measured at lengths that double."""
    steps = [later - earlier for earlier, later in pairwise(depths)]
    ratios = [later / earlier for earlier, later in pairwise(steps) if earlier > 0]
    if len(ratios) != len(steps) - 1:
        return None
    for function, ratio in (("log", 1.0), ("√", 2**0.5), ("", 2.0)):
        if all(abs(found - ratio) < 0.15 for found in ratios):
            return function
    return None
