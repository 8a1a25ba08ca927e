"""Copying layers on the meta device: equal layers are built once and then copied.

A constructor creates and initialises tensors; a copy of the structure, without data, takes a fraction of the
time.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn

_PLAIN = (type(None), bool, int, float, str, torch.dtype)
_TREE = frozenset({"_parameters", "_buffers", "_modules", "_non_persistent_buffers_set"})


def can_be_copied(module: nn.Module) -> bool:
    """Whether a module consists of tensors, modules and plain values, with none of them shared."""
    parts: list[tuple[str, Any]] = [
        *module.named_parameters(remove_duplicate=False),
        *module.named_buffers(remove_duplicate=False),
        *module.named_modules(remove_duplicate=False),
    ]
    return len({id(part) for _, part in parts}) == len(parts) and all(map(_plain, module.modules()))


def meta_copy(module: nn.Module) -> nn.Module:
    """A separate module of the same structure, for a module that ``can_be_copied``."""
    other = module.__class__.__new__(module.__class__)
    state = other.__dict__
    for name, value in module.__dict__.items():
        if name in ("_parameters", "_buffers"):
            state[name] = {key: x if x is None else _empty(x) for key, x in value.items()}
        elif name == "_modules":
            state[name] = {key: each if each is None else meta_copy(each) for key, each in value.items()}
        else:
            state[name] = value.copy() if isinstance(value, dict | set) else value
    return other


def _empty(x: Tensor) -> Tensor:
    empty = torch.empty_like(x)
    return nn.Parameter(empty, x.requires_grad) if isinstance(x, nn.Parameter) else empty


def _plain(module: nn.Module) -> bool:
    return all(_is_plain(value) for name, value in module.__dict__.items() if name not in _TREE)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(isinstance(x, _PLAIN) for x in cast("tuple[Any, ...]", value))
    return isinstance(value, _PLAIN) or (
        isinstance(value, dict) and not value
    )  # hooks, of which there are none
