"""A model whose scans are unrolled by ``torch.compile``.

It is compiled anew for every batch size and length, which takes long; a warning says how long each time. If
lengths vary, or a cell has a kernel, another lowering is faster overall.
"""

from __future__ import annotations

import time
import warnings
from typing import Any

import torch

from zoo.compiler.model import CompiledGraph

_MET = "_zoo_met"
"""The attribute of a model that lists the shapes and dtypes that it was compiled for."""


class UnrolledGraph(CompiledGraph):
    """A graph as an ``nn.Module`` that is compiled as a whole for each set of input sizes."""

    backend = "inductor"
    """The backend of ``torch.compile``."""

    def _run(self, values: tuple[Any, ...]) -> Any:
        if torch.compiler.is_compiling():
            return super()._run(values)
        module: Any = self  # torch types these in part
        if module._compiled_call_impl is None:
            module.compile(fullgraph=True, dynamic=False, backend=self.backend)
        kinds = tuple(None if value is None else (tuple(value.shape), value.dtype) for value in values)
        kind = kinds, torch.is_grad_enabled(), self.training
        met: set[Any] = self.__dict__.setdefault(_MET, set())
        if kind in met:
            return super()._run(values)
        start = time.perf_counter()
        result = super()._run(values)
        met.add(kind)
        inputs = zip((each.name for each in self.__zoo_unit__.inputs.expected), kinds, strict=True)
        sizes = ", ".join(f"{name} {list(kind[0])}" for name, kind in inputs if kind is not None)
        warnings.warn(
            f"{self.graph.name} is unrolled, and compiling it for {sizes} took "
            f"{time.perf_counter() - start:.1f} s; every other size is compiled anew. "
            "lowering='auto' needs no compiling",
            UserWarning,
            stacklevel=4,
        )
        return result

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        state.pop(_MET, None)  # a copy is compiled anew
        return state
