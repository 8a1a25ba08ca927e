"""The state of a stream as a dict of tensors, and back.

An int is stored as a tensor without axes, and None is left out. The classes of states are those of the
program, and those in the hints of layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import torch
from torch import Tensor

from zoo.compiler.step.program import Kept, Stack, StepClass
from zoo.contract.hints import Around, resolve_hints, split_none
from zoo.errors import InputError


def flat(state: Any) -> dict[str, Tensor]:
    """Every tensor and int of a state, by the names that lead to it: ``decoder.0.attend.key``.

    Each has memory of its own, as files of tensors want it; the others may be the state's.
    """
    found: dict[str, Tensor] = {}
    known: set[int] = set()
    for path, tensor in _leaves(state, ""):
        alone = tensor.detach().contiguous()
        place = alone.untyped_storage().data_ptr()
        found[path] = alone.clone() if place in known and alone.numel() else alone
        known.add(place)
    return found


def _leaves(state: Any, path: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(state, tuple):
        fields = cast("tuple[Any, ...]", state)
        names = getattr(fields, "_fields", range(len(fields)))
        for name, field in zip(names, fields, strict=True):
            yield from _leaves(field, f"{path}.{name}" if path else str(name))
    elif isinstance(state, int):
        yield path, torch.tensor(state)
    elif state is not None:
        yield path, state


def restored(root: StepClass, names: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Any:
    """The state of a class of a program whose classes are in ``names``. InputError where something lacks."""
    left = dict(tensors)
    state = _class(root, names, left, "")
    if left:
        raise InputError(
            f"the state of this stream has no {', '.join(sorted(left))}; it is of another version"
        )
    return state


def _class(written: StepClass, names: Mapping[str, Any], tensors: dict[str, Tensor], path: str) -> Any:
    fields = (
        _kept(kept, names, tensors, f"{path}.{name}" if path else name)
        for name, kept in written.state.items()
    )
    return names[f"{written.name}State"](*fields)


def _kept(kept: Kept, names: Mapping[str, Any], tensors: dict[str, Tensor], path: str) -> Any:
    if kept is None:
        return tensors.pop(path, None)
    if isinstance(kept, StepClass):
        return _class(kept, names, tensors, path)
    if isinstance(kept, Stack):
        return tuple(_kept(each, names, tensors, f"{path}.{index}") for index, each in enumerate(kept.each))
    around = Around(kept.cls.__module__, {})
    return _hinted(
        resolve_hints(kept.cls.initial_state, "initial_state", around)["return"], around, tensors, path
    )


def _hinted(hint: Any, around: Around, tensors: dict[str, Tensor], path: str) -> Any:
    """The state of a layer, as its hints say."""
    hint, maybe = split_none(hint)
    if hasattr(hint, "_fields"):
        if maybe and not any(name.startswith(f"{path}.") for name in tensors):
            return None
        types = resolve_hints(hint, hint.__name__, around)
        return hint(*(_hinted(types[name], around, tensors, f"{path}.{name}") for name in hint._fields))
    if path not in tensors:
        if maybe or hint is type(None):
            return None
        raise InputError(f"the state lacks '{path}'; it is of another version")
    found = tensors.pop(path)
    return hint(found.item()) if hint in (int, bool) else found
