"""Translations for torch's ONNX exporter: operators that it lacks, or translates to unsupported ones."""

from __future__ import annotations

import operator
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

import torch

_INT64 = 7
"""The ONNX type code."""


def table() -> dict[Any, Callable[..., Any]]:
    """Translations by operator."""
    op: Any = import_module("onnxscript").opset18  # an extra, and without types

    def where(condition: Any, self: Any, other: Any) -> Any:
        """Replaces Where for booleans, which runtimes lack."""
        if self.dtype.name != "BOOL":
            return op.Where(condition, self, other)
        return op.Or(op.And(condition, self), op.And(op.Not(condition), other))

    def sort(self: Any, *, stable: bool = True, dim: int = -1, descending: bool = False) -> Any:
        """Sort by TopK, which is stable, as it prefers lower indices, but does not support small integers."""
        del stable
        size = op.Shape(self, start=dim, end=dim + 1 or None)
        values, places = op.TopK(op.Cast(self, to=_INT64), size, axis=dim, largest=int(descending))
        return op.CastLike(values, self), places

    def stride(self: Any, dim: int) -> Any:
        """The stride in a contiguous tensor; torch sometimes expresses the size of an axis by strides."""
        later = op.Shape(self, start=dim + 1)
        return op.ReduceProd(later, keepdims=0)

    def floor_divide(self: Any, other: Any) -> Any:
        """Floor division, where ONNX truncates."""
        return op.Div(op.Sub(self, op.Mod(self, other)), other)

    def solve(self: Any, other: Any, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
        """(1 + L)⁻¹ = (1 - L)(1 + L²)(1 + L⁴)…, which is finite, as L is nilpotent."""
        if upper or not left or not unitriangular:
            raise NotImplementedError(
                "only a lower triangular system with ones on its diagonal is translated"
            )
        power = op.Neg(self)
        for _ in range((self.shape[-1] - 1).bit_length()):
            other = op.Add(other, op.MatMul(power, other))
            power = op.MatMul(power, power)
        return other

    return {
        cast("Any", operator).floordiv: floor_divide,  # typed in part
        torch.ops.aten.linalg_solve_triangular.default: solve,
        torch.ops.aten.where.self: where,
        torch.ops.aten.sort.stable: sort,
        torch.ops.aten.sym_stride.int: stride,
    }
