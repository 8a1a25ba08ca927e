"""The arguments of a compiled graph: bound to its inputs by name, and validated before anything runs.

The axes of all inputs are unified, so a mask with another batch size than its tokens is reported as such, and
not by an error of torch at the first operation that combines them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import torch
from torch import Tensor

from zoo.checker.findings import its
from zoo.errors import InputError, came, counted, did_you_mean
from zoo.sizes import Size, Symbolic, substitute
from zoo.spec import DType, TensorType

_REMEDY: Mapping[DType, str] = {"int": ".long()", "bool": ".bool()", "float": ".float()"}


@dataclass(frozen=True, slots=True)
class Expected:
    """An input: its type as written, and its axes in a form to compare."""

    name: str
    type: TensorType
    axes: tuple[int | str | Symbolic, ...]
    optional: bool


class Inputs:
    """The inputs of a graph in the order of ``forward``; ``walked`` maps axes to scans over them."""

    def __init__(
        self, graph: str, types: Mapping[str, TensorType], optional: set[str], walked: Mapping[Symbolic, str]
    ) -> None:
        self.graph, self.walked = graph, walked
        self.expected = tuple(
            Expected(name, type_, tuple(map(_axis, type_.shape)), name in optional)
            for name, type_ in types.items()
        )
        self.any_float = any(each.type.dtype == "float" for each in self.expected)

    # ------------------------------------------------------------------------------------------------ binding

    def bind(self, given: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in order, given by position, by name or as one mapping; InputError otherwise."""
        if len(given) == 1 and not named and isinstance(given[0], Mapping):
            given, named = (), cast(Mapping[str, Any], given[0])
        if not named and len(given) == len(self.expected):
            return given
        if len(given) > len(self.expected):
            self._refuse(f"it takes {counted(len(self.expected), 'input')}, not {len(given)}")
        values = {each.name: value for each, value in zip(self.expected, given, strict=False)}
        names = [each.name for each in self.expected]
        for name, value in named.items():
            if name not in names:
                self._refuse(f"there is no input '{name}'{did_you_mean(str(name), names)}")
            if name in values:
                self._refuse(f"the input '{name}' came twice, by place and by name")
            values[name] = value
        return tuple(values.get(name) for name in names)

    def _refuse(self, what: str) -> NoReturn:
        told = [f"{each.name} ({_told(each)})" for each in self.expected]
        raise InputError(f"{self.graph}: {what}; {its('inputs', told)}")

    # ---------------------------------------------------------------------------------------------- examining

    def check(self, values: tuple[Any, ...], float_dtype: torch.dtype | None) -> None:
        """Raise InputError for values that do not fit; floats must have ``float_dtype``, if given."""
        tensors: list[tuple[Expected, Tensor]] = []
        for each, value in zip(self.expected, values, strict=True):
            if isinstance(value, Tensor):
                tensors.append((each, value))
            elif value is not None or not each.optional:
                self._no_tensor(each, value)
        sizes: dict[str, int] = {}
        for each, tensor in tensors:
            self._check_dtype(each, tensor, float_dtype)
            if len(tensor.shape) != len(each.axes):
                self._wrong_rank(each, tensor)
            for place, (axis, size) in enumerate(zip(each.axes, tensor.shape, strict=True)):
                if isinstance(axis, str) and sizes.setdefault(axis, size) != size:
                    self._disagree(each, tensor, axis, tensors)
                if isinstance(axis, int) and axis != size:
                    self._wrong_size(each, tensor, place, str(axis), axis)
        self._check_sizes(tensors, sizes)

    def _check_sizes(self, tensors: list[tuple[Expected, Tensor]], sizes: Mapping[str, int]) -> None:
        """The checks that need the sizes of all named axes."""
        for axis, scan in self.walked.items():
            if substitute(axis, sizes) == 0:
                self._refuse(f"'{axis}' is 0, and the scan '{scan}' walks over it; give it one step at least")
        for each, tensor in tensors:
            for place, (axis, size) in enumerate(zip(each.axes, tensor.shape, strict=True)):
                expected = substitute(axis, sizes) if isinstance(axis, Symbolic) else size
                if isinstance(expected, int) and expected != size:
                    self._wrong_size(each, tensor, place, f"{axis} = {expected}", expected)

    def _check_dtype(self, each: Expected, tensor: Tensor, float_dtype: torch.dtype | None) -> None:
        dtype, kind = tensor.dtype, each.type.dtype
        if kind == "float":
            if not dtype.is_floating_point or (float_dtype is not None and dtype != float_dtype):
                self._wrong_dtype(each, tensor, float_dtype)
        elif (kind == "bool") != (dtype == torch.bool) or dtype.is_floating_point or dtype.is_complex:
            self._wrong_dtype(each, tensor, None)

    def _no_tensor(self, each: Expected, value: object) -> NoReturn:
        if value is None:
            self._refuse(f"the input '{each.name}' is missing")
        raise InputError(
            f"the input '{each.name}' must be a tensor, {_told(each)}, not {came(value)}; "
            f"write torch.as_tensor({each.name})"
        )

    def _wrong_dtype(self, each: Expected, value: Tensor, wanted: torch.dtype | None) -> NoReturn:
        kind = f"{each.type.dtype}s" if wanted is None else f"{_name(wanted)}, as the model's parameters are"
        remedy = _REMEDY[each.type.dtype] if wanted is None else f".to({wanted})"
        raise InputError(
            f"the input '{each.name}' ({_told(each)}) must hold {kind}, not {_name(value.dtype)}; "
            f"write {each.name}{remedy}"
        )

    def _wrong_rank(self, each: Expected, value: Tensor) -> NoReturn:
        declared, given = len(each.axes), value.dim()
        axes = " × ".join(map(str, each.type.shape)) or "no axes"
        remedy = f"give it the axes {axes}" if declared else f"give one number: {each.name}[0]"
        if given == declared - 1 and each.axes[0] == "batch":
            remedy = f"for a batch of one write {each.name}.unsqueeze(0)"
        elif given == declared + 1 and 1 in value.shape:
            remedy = f"write {each.name}.squeeze({[*value.shape].index(1)})"
        raise InputError(
            f"the input '{each.name}' ({_told(each)}) must have {counted(declared, 'axis', 'axes')}, and "
            f"{_shape(value)} has {given}; {remedy}"
        )

    def _wrong_size(self, each: Expected, value: Tensor, place: int, told: str, size: int) -> NoReturn:
        raise InputError(
            f"the input '{each.name}' ({_told(each)}) must have {told} in axis {place}, and {_shape(value)} "
            f"has {value.shape[place]} there; give it {size}"
        )

    def _disagree(
        self, each: Expected, tensor: Tensor, axis: str, tensors: list[tuple[Expected, Tensor]]
    ) -> NoReturn:
        """Report an axis that has different sizes in two inputs, or in one."""
        other, first = next((other, first) for other, first in tensors if axis in other.axes)
        size = first.shape[other.axes.index(axis)]
        wrong = next(s for a, s in zip(each.axes, tensor.shape, strict=True) if a == axis and s != size)
        raise InputError(
            f"the inputs '{other.name}' ({_told(other)}) and '{each.name}' ({_told(each)}) share the axis "
            f"'{axis}', and it is {size} in the first and {wrong} in the second; give both the same"
        )


def _axis(size: Size) -> int | str | Symbolic:
    if isinstance(size, Symbolic) and str(size).isidentifier():
        return str(size)
    return size


def _told(each: Expected) -> str:
    return f"optional {each.type}" if each.optional else str(each.type)


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _shape(value: Tensor) -> str:
    return f"{_name(value.dtype)} [{', '.join(map(str, value.shape))}]"
