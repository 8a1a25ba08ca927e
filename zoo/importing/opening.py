"""The argument of ``zoo import``: ``model.py:build`` or ``package.module:Class``."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from torch import Tensor, nn

from zoo.errors import ImportingError, came, did_you_mean
from zoo.importing.foreign import foreign
from zoo.importing.naming import quoted

_MEND = "the file is executed as it is imported; mend it, or install what it needs"


def opened(source: str) -> tuple[nn.Module, Sequence[Tensor] | None]:
    """The module for ``FILE:NAME``, and its example inputs if the file defines ``example()``.

    The file is executed. ``NAME`` is a module, or a function or class that is called without arguments.
    """
    place, _, name = source.rpartition(":")
    if not name:
        raise ImportingError(f"name what makes a module in {place}, for example {hinted(place)}")
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
        what = "returns nothing" if made is None else f"gives {came(made)}"
        raise ImportingError(f"'{name}' of {place} {what}, and no nn.Module; have it return the module")
    example = getattr(file, "example", None)
    if not callable(example):
        return made, None
    with foreign(f"example() of {place} failed; mend it, or declare the inputs with --input"):
        given: Any = example()
    return made, _tensors(given, place)


def _tensors(given: Any, place: str) -> tuple[Tensor, ...]:
    """The result of ``example()`` as tensors."""
    listed = list(cast("Sequence[Any]", given)) if isinstance(given, tuple | list) else [given]
    strange = [each for each in listed if not isinstance(each, Tensor)]
    if strange or not listed:
        what = came(strange[0]) if strange else "nothing"
        raise ImportingError(
            f"example() of {place} returns a tensor, or a tuple of them in the order of forward, and {what} "
            "came; write for example: return torch.randn(2, 7, 8)"
        )
    return tuple(listed)


def hinted(place: str) -> str:
    """A hint at the names of a file's classes and functions, if it can be parsed."""
    try:
        body = ast.parse(Path(place).read_bytes()).body
    except (OSError, SyntaxError, ValueError):  # executing it gives a better error
        body = []
    functions = [each.name for each in body if isinstance(each, ast.FunctionDef) and not each.args.args]
    makers = [name for name in functions if re.search("build|make|create|model", name)]
    classes = [each.name for each in body if isinstance(each, ast.ClassDef) and each.bases]
    return " or ".join(f"{place}:{name}" for name in [*makers, *classes, *functions, "build"][:2])


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
    except ImportingError as error:
        if isinstance(error.__cause__, ImportError) and "relative import" in str(error.__cause__):
            raise ImportingError(f"{error}; {_packaged(path)}") from error.__cause__
        raise
    finally:
        sys.path.remove(folder)
    return module


def _packaged(path: Path) -> str:
    """The dotted module name of a file in a package, so that its relative imports work."""
    names, folder = [path.stem], path.resolve().parent
    while (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    return f"it is a part of a package: in the folder {folder} name it as {'.'.join(names)}:NAME"


def _check_free(made: Any, name: str) -> None:
    """Refuse a callable with required arguments."""
    try:
        parameters = inspect.signature(made).parameters.values()
    except ValueError:  # some C functions have no signature
        return
    rest = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    wanted = [x.name for x in parameters if x.default is inspect.Parameter.empty and x.kind not in rest]
    if wanted:
        raise ImportingError(
            f"'{name}' is called without arguments, and needs {quoted(wanted)}; write a function that gives "
            f"{'it' if len(wanted) == 1 else 'them'}: def build(): return {name}(...)"
        )
