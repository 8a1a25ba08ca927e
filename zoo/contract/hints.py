"""From a type hint to a port: ``Float[Tensor, "batch time dim"]`` is ``float batch time dim``.

The axes of a hint are written in jaxtyping's grammar. The layer contract accepts the subset that can be
checked before anything runs:

    batch            a named axis: the same size wherever the layer uses the name
    4                a fixed size
    dim+1            a size computed from named axes, without spaces: + - * // and parentheses
    {self.heads}     a setting, which the layer stores as an attribute of the same name
    *any             any number of axes, the same ones wherever the layer uses the name
    ...              any number of axes, bound to nothing
    _                one axis of any size, bound to nothing

jaxtyping's other marks (``#`` for broadcasting, ``?`` for pytrees, ``name=4``, ``_name``) have no meaning
between the ports of a graph and are refused. Errors raised here say what is wrong with a hint; the callers
add the class and the parameter.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Union, get_args, get_origin, get_type_hints

import jaxtyping

from zoo.errors import LayerError, SizeError
from zoo.sizes import parse
from zoo.spec import Axis, DType, Port, Star, Wild

_KINDS: dict[Any, DType] = {jaxtyping.Float: "float", jaxtyping.Int: "int", jaxtyping.Bool: "bool"}
_SETTING = re.compile(r"\{self\.([A-Za-z_][A-Za-z0-9_]*)\}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

NoneType = type(None)


@dataclass(frozen=True, slots=True)
class TensorHint:
    """A parsed hint: the port that it describes, and the settings that it refers to as ``{self.setting}``."""

    port: Port
    references: frozenset[str]


@dataclass(frozen=True, slots=True)
class Around:
    """The surroundings of a layer class: its module, and the local names that its hints may refer to.

    String hints are resolved in the module in which they were written; the hints of a class that is defined
    inside a function may also refer to that function's local names.
    """

    module: str
    names: Mapping[str, Any]


def resolve_hints(owner: Any, what: str, around: Around) -> dict[str, Any]:
    """The type hints of a function or class, with strings evaluated; ``what`` is its name in messages."""
    try:
        names = dict(around.names) if owner.__module__ == around.module else None
        return get_type_hints(owner, localns=names, include_extras=True)
    except NameError as error:
        raise LayerError(
            f"the types of {what} name '{error.name}', which is not there when the class is read; "
            "import or define it above the class, outside TYPE_CHECKING"
        ) from None
    except (AttributeError, SyntaxError, TypeError, ValueError, jaxtyping.AnnotationError) as error:
        raise LayerError(f"the types of {what} cannot be read: {error}") from error


def split_none(hint: Any) -> tuple[Any, bool]:
    """``X | None`` as (``X``, True); anything else as (hint, False)."""
    arms = get_args(hint)
    if get_origin(hint) not in (Union, types.UnionType) or NoneType not in arms:
        return hint, False
    rest = tuple(arm for arm in arms if arm is not NoneType)
    return reduce(lambda one, other: one | other, rest), True


def tensor_hint(hint: Any, **kind: bool) -> TensorHint:
    """Read ``Float[Tensor, "…"]`` (or Int, Bool); ``kind`` is the port's optional, variadic or on_demand."""
    if not (isinstance(hint, type) and issubclass(hint, jaxtyping.AbstractArray)):
        raise LayerError(
            f"a port is a tensor with named axes, and its type is {shown(hint)}; "
            'write Float[Tensor, "batch time dim"]'
        )
    array: Any = hint
    if array.dtype not in _KINDS:
        raise LayerError(
            f"a port is Float, Int or Bool, and this is {array.dtype.__name__}; choose one of them"
        )
    kept = array.array_type
    if (getattr(kept, "__module__", ""), getattr(kept, "__name__", "")) != ("torch", "Tensor"):
        raise LayerError(f"a port is a torch.Tensor, and this is {shown(kept)}; write Float[Tensor, ...]")
    shape = tuple(_axes(array.dim_str))
    if sum(isinstance(axis, Star) for axis in shape) > 1:
        raise LayerError(
            f'of the two stars in "{array.dim_str}" neither could be told from the other; leave one'
        )
    return TensorHint(Port(_KINDS[array.dtype], shape, **kind), frozenset(_SETTING.findall(array.dim_str)))


def _axes(text: str) -> Iterator[Axis]:
    for word in text.split():
        if word == "...":
            yield Star("")
        elif word == "_":
            yield Wild()
        elif word.startswith("*") and _NAME.fullmatch(word[1:]):
            yield Star(word[1:])
        else:
            yield _size(word)


def _size(word: str) -> Axis:
    plain = _SETTING.sub(r"\1", word)
    for mark, why in (
        ("#", "broadcasts, which graphs never do silently; write the name without #"),
        ("?", "depends on its place in a pytree, and a port is one tensor; write the name without ?"),
        ("=", "gives a name and a size; write one of the two"),
        ("...", "mixes ... with a name; write *name, or ... alone"),
        ("{", "has braces around something else than a setting; write {self.setting}"),
        ("}", "has braces around something else than a setting; write {self.setting}"),
        ("$", "has a $, which belongs to files; write {self.setting}"),
    ):
        if mark in plain:
            raise LayerError(f"axis '{word}' {why}")
    if plain.startswith("*"):
        raise LayerError(
            f"axis '{word}' is a star without a plain name; write *any, or ... for one without a name"
        )
    if plain.startswith("_"):
        raise LayerError(f"axis '{word}' begins with _ and so binds nothing; write _ alone, or another name")
    try:
        return parse(plain)
    except SizeError as error:
        raise LayerError(f"axis '{word}': {error}; write a size as in dim*4+1, without spaces") from None


def shown(hint: Any) -> str:
    """A type as it is written in source code: ``int``, ``torch.Tensor``, ``list[int]``."""
    if hint is NoneType or hint is None:
        return "None"
    if not isinstance(hint, type) or get_args(hint):
        return str(hint).replace("typing.", "")
    plain = hint.__module__ in ("builtins", "jaxtyping", "typing")
    return hint.__qualname__ if plain else f"{hint.__module__}.{hint.__qualname__}"
