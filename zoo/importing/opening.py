"""What ``zoo import`` is given: ``model.py:build`` or ``package.module:Class``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from torch import Tensor, nn

from zoo.errors import did_you_mean
from zoo.importing.errors import ImportingError


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
        made = made()
    if not isinstance(made, nn.Module):
        raise ImportingError(f"'{name}' of {place} gives {type(made).__name__}, and no nn.Module")
    example = getattr(file, "example", None)
    if not callable(example):
        return made, None
    given: Any = example()
    tensors = (given,) if isinstance(given, Tensor) else tuple(given)
    return made, cast("tuple[Tensor, ...]", tensors)


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
        module.load_state_dict(state)
    except FileNotFoundError:
        raise ImportingError(f"there is no file {path}") from None
    except Exception as error:  # noqa: BLE001  # whatever a damaged or a foreign file makes the readers raise
        raise ImportingError(f"{path} does not hold the weights of this module: {error}") from None


def _executed(place: str) -> ModuleType:
    if not place.endswith(".py"):
        sys.path.insert(0, "")
        try:
            return import_module(place)
        except ModuleNotFoundError as error:
            raise ImportingError(
                f"no module '{place}' is found: {error}; or name a file: model.py:build"
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
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


def _check_free(made: Any, name: str) -> None:
    """Refuse what wants arguments."""
    try:
        inspect.signature(made).bind()
    except TypeError as error:
        raise ImportingError(
            f"'{name}' is called without arguments, and there is a {error}; write a function that gives "
            f"them: def build(): return {name}(...)"
        ) from None
    except ValueError:
        return
