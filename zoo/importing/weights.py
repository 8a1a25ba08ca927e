"""Loading weights into a module before it becomes a graph, from the usual forms of checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, cast

from torch import Tensor, nn

from zoo.errors import ImportingError, came
from zoo.importing.naming import quoted


def load_weights(module: nn.Module, path: Path) -> None:
    """Load the weights of a safetensors file, or of one written by ``torch.save``, into a module.

    They may be an entry of a larger mapping, and their names may have a prefix: ``module.`` of
    ``DataParallel``, ``_orig_mod.`` of ``torch.compile``. Raises ImportingError if they do not fit.
    """
    own = module.state_dict()
    state = _unwrapped(own, _read(path))
    try:
        module.load_state_dict(state)
    except (RuntimeError, TypeError, AttributeError) as error:
        why = _unfit(own, state, path) or str(error)
        raise ImportingError(f"{path} does not hold the weights of this module: {why}") from None


def _read(path: Path) -> Any:
    import torch

    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import (
                load_file,  # pyright: ignore[reportUnknownVariableType]  # it is typed in part
            )

            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ImportingError(f"there is no file {path}") from None
    except UnpicklingError as error:
        if "Weights only load failed" not in str(error):
            raise ImportingError(f"{path} does not hold weights: {error}") from None
        raise ImportingError(
            f"{path} holds more than tensors, a whole module perhaps, and nothing is unpickled that may run "
            "code; where it was made, save the weights alone: torch.save(model.state_dict(), 'weights.pt')"
        ) from None
    except Exception as error:  # noqa: BLE001  # for a damaged file, the readers may raise anything
        raise ImportingError(f"{path} does not hold weights: {error}") from None


def _unwrapped(own: Mapping[str, Any], state: Any) -> Any:
    """The weights of a module in a checkpoint, without a common prefix, extracted from a mapping."""
    saved: Any = state
    if not own or not isinstance(state, Mapping) or own.keys() <= {*saved}:
        return saved
    first = next(iter(own))
    mappings: list[Mapping[str, Any]] = [
        saved,
        *(each for each in saved.values() if isinstance(each, Mapping)),
    ]
    for inside in mappings:
        names = [*map(str, inside)]
        for front in [name.removesuffix(first) for name in names if name.endswith(first)]:
            if {front + name for name in own} <= {*names}:
                return {name.removeprefix(front): inside[name] for name in names if name.startswith(front)}
    return saved


def _unfit(own: Mapping[str, Any], state: Any, path: Path) -> str:
    """Why a checkpoint does not fit a module; empty if its names and shapes do."""
    if not isinstance(state, Mapping):
        return f"it holds {came(state)}, and a state_dict is a mapping from names to tensors"
    saved = cast("Mapping[str, Any]", state)
    inside = [name for name, each in saved.items() if isinstance(each, Mapping) and own.keys() & {*each}]
    if inside:
        return (
            f"it holds {quoted([*map(str, saved)])}, and they are in '{inside[0]}'; save that alone: "
            f"torch.save(torch.load('{path}')['{inside[0]}'], 'weights.pt')"
        )
    missing = [name for name in own if name not in saved]
    strange = [str(name) for name in saved if name not in own]
    shapes = [
        f"'{name}' is {list(saved[name].shape)} there and {list(each.shape)} here"
        for name, each in own.items()
        if isinstance(saved.get(name), Tensor) and saved[name].shape != each.shape
    ]
    said = [f"it has no {quoted(missing)}"] if missing else []
    said += [f"the module has no {quoted(strange)}"] if strange else []
    return "; ".join([*said, *shapes[:3]])
