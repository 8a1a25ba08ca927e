"""What ``zoo import`` is given: ``model.py:build`` or ``package.module:Class``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from torch import Tensor, nn

from zoo.errors import came, did_you_mean
from zoo.importing.errors import ImportingError
from zoo.importing.foreign import foreign
from zoo.importing.naming import quoted

_MEND = "the file is executed as it is imported; mend it, or install what it needs"


def opened(source: str) -> tuple[nn.Module, Sequence[Tensor] | None]:
    """The module that ``FILE:NAME`` makes, and its example inputs if the file has an ``example()``.

    The file is executed. ``NAME`` is a function or a class that is called without arguments, or a module.
    """
    place, _, name = source.rpartition(":")
    file = _executed(place)
    if not hasattr(file, name):
        raise ImportingError(f"{place} has no '{name}'{did_you_mean(name, dir(file))}")
    made: Any = getattr(file, name)
    if not isinstance(made, nn.Module):
        if not callable(made):
            raise ImportingError(
                f"'{name}' of {place} is no module and makes none; name a function that does"
            )
        _check_free(made, name)
        with foreign(f"'{name}' of {place} failed as it made the module; mend it there"):
            made = made()
    if not isinstance(made, nn.Module):
        raise ImportingError(f"'{name}' of {place} gives {type(made).__name__}, and no nn.Module")
    example = getattr(file, "example", None)
    if not callable(example):
        return made, None
    with foreign(f"example() of {place} failed; mend it, or declare the inputs with --input"):
        given: Any = example()
    return made, _tensors(given, place)


def _tensors(given: Any, place: str) -> tuple[Tensor, ...]:
    """What ``example()`` gave."""
    listed = list(cast("Sequence[Any]", given)) if isinstance(given, tuple | list) else [given]
    strange = [each for each in listed if not isinstance(each, Tensor)]
    if strange or not listed:
        what = came(strange[0]) if strange else "nothing"
        raise ImportingError(
            f"example() of {place} returns a tensor, or a tuple of them in the order of forward, and {what} "
            "came; write for example: return torch.randn(2, 7, 8)"
        )
    return tuple(listed)


def load_weights(module: nn.Module, path: Path) -> None:
    """Give a module the weights of a safetensors file, or of one that ``torch.save`` wrote."""
    import torch

    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import (
                load_file,  # pyright: ignore[reportUnknownVariableType]  # it is typed in part
            )

            state: Any = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ImportingError(f"there is no file {path}") from None
    except Exception as error:  # noqa: BLE001  # whatever a damaged or a foreign file makes the readers raise
        raise ImportingError(f"{path} does not hold weights: {error}") from None
    try:
        module.load_state_dict(state)
    except (RuntimeError, TypeError, AttributeError) as error:
        why = _unfit(module.state_dict(), state, path) or str(error)
        raise ImportingError(f"{path} does not hold the weights of this module: {why}") from None


def _unfit(own: Mapping[str, Any], state: Any, path: Path) -> str:
    """Why a file's content is not the weights of a module; nothing where its names and shapes are."""
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


def _executed(place: str) -> ModuleType:
    if not place.endswith(".py"):
        sys.path.insert(0, "")
        try:
            with foreign(_MEND):
                return import_module(place)
        except ImportingError as error:
            missing = error.__cause__.name if isinstance(error.__cause__, ModuleNotFoundError) else None
            if missing is None or not f"{place}.".startswith(f"{missing}."):
                raise
            raise ImportingError(
                f"no module '{place}' is found: {error.__cause__}; or name a file: model.py:build"
            ) from None
        finally:
            sys.path.remove("")
    path = Path(place)
    if not path.is_file():
        raise ImportingError(f"there is no file {place}")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[path.stem] = module  # dataclasses and pickles look themselves up there
    folder = str(path.parent.resolve())
    sys.path.insert(0, folder)
    try:
        with foreign(_MEND):
            spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


def _check_free(made: Any, name: str) -> None:
    """Refuse what wants arguments."""
    try:
        parameters = inspect.signature(made).parameters.values()
    except ValueError:  # some of what is written in C does not say
        return
    rest = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    wanted = [x.name for x in parameters if x.default is inspect.Parameter.empty and x.kind not in rest]
    if wanted:
        raise ImportingError(
            f"'{name}' is called without arguments, and needs {quoted(wanted)}; write a function that gives "
            f"{'it' if len(wanted) == 1 else 'them'}: def build(): return {name}(...)"
        )
