"""What the streams of one model share: the generated code over its modules, and the validation of pieces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from zoo.compiler.inputs import Inputs
from zoo.compiler.step.state_dict import restored
from zoo.compiler.step.unit import step_unit
from zoo.errors import InputError, counted
from zoo.sizes import substitute
from zoo.spec import TensorType

if TYPE_CHECKING:
    from zoo.compiler.model import CompiledGraph


class Runner:
    """Runs the streams of one model along one axis."""

    def __init__(self, model: CompiledGraph, axis: str | None) -> None:
        self.model, self.unit = model, step_unit(model.__zoo_unit__, axis)
        self.steps: Any = self.unit.over(model)
        self.step: Any = self.steps.step
        self.pieces = self._inputs(self.unit.along.pieces)
        # those that may be missing stand at the end of a step, wherever the graph has them
        self.names = [self.unit.root.pieces[name] for name in self.unit.along.pieces]
        root = model.__zoo_unit__.root
        self.output: Any = model.__zoo_unit__.classes[f"{root.name}Output"] if root.fields else None
        self.single = len(self.unit.root.outputs) == 1
        self._examined: Any = None

    def _inputs(self, names: tuple[str, ...], batch: int | None = None) -> Inputs:
        types: dict[str, TensorType] = self.unit.types
        sizes = {} if batch is None else {str(self.unit.along.batch): batch}
        found = {
            name: TensorType(types[name].dtype, tuple(substitute(size, sizes) for size in types[name].shape))
            for name in names
        }
        graph = self.model.graph
        optional = {name for name in names if graph.inputs[name].optional}
        return Inputs(graph.name, found, optional, {})

    # ------------------------------------------------------------------------------------------- beginning

    def begin(self, batch: int | None, whole: Mapping[str, Any]) -> tuple[Any, int]:
        """The initial state, and its number of rows."""
        along = self.unit.along
        for name in whole:
            if name in along.pieces:
                raise InputError(
                    f"{self.model.graph.name}: '{name}' runs along '{along.axis}' and comes in pieces; "
                    "give it to feed or step"
                )
        inputs = self._inputs(along.whole)
        values = inputs.bind((), whole)
        inputs.check(values, self._own_dtype() if inputs.any_float else None)
        rows = {
            value.shape[0]: name
            for name, value in zip(along.whole, values, strict=True)
            if isinstance(value, Tensor)
            and self.unit.types[name].shape
            and substitute(self.unit.types[name].shape[0], {}) == along.batch
        }
        if batch is not None:
            rows.setdefault(batch, "batch")
        if len(rows) > 1:
            raise InputError(
                f"{self.model.graph.name}: all rows go on together, and "
                + ", ".join(f"{name} has {size}" for size, name in rows.items())
            )
        size = next(iter(rows), 1)
        told = {self.unit.root.whole[name]: value for name, value in zip(along.whole, values, strict=True)}
        try:
            state = self.steps.initial_state(batch=size, device=self._device(), dtype=self._dtype(), **told)
        except Exception as error:
            self.unit.explain(error)
            raise
        return state, size

    def resume(self, state: Mapping[str, Tensor]) -> tuple[Any, int, int]:
        """Restore a state from a ``state_dict``: returns it with its number of rows and steps."""
        unit = self.unit
        batch, seen = unit.examine(state)
        device = self._device()
        tensors = {name: tensor.to(device) for name, tensor in state.items() if not name.startswith("#")}
        return restored(unit.root, unit.names, tensors), batch, seen

    def _dtype(self) -> torch.dtype:
        return self._own_dtype() or torch.get_default_dtype()

    def _own_dtype(self) -> torch.dtype | None:
        """That of the weights; None for a model without any, to which all floats are the same."""
        return next((each.dtype for each in self.model.parameters() if each.is_floating_point()), None)

    def _device(self) -> torch.device:
        found = (each.device for each in (*self.model.parameters(), *self.model.buffers()))
        return next(found, torch.get_default_device())

    # --------------------------------------------------------------------------------------------- going on

    def run(
        self, values: tuple[Any, ...], state: Any, batch: int, *, one: bool = False
    ) -> tuple[tuple[Any, ...], Any, int]:
        """Run one piece: returns the outputs, the next state, and the number of steps."""
        try:
            kinds = [None if value is None else (value.shape, value.dtype) for value in values]
        except AttributeError:
            kinds = None
        if kinds is None or self._examined != (batch, kinds):
            self._examine(values, batch, one=one)
            self._examined = batch, kinds
        try:
            results, after = self.step(state, **dict(zip(self.names, values, strict=True)))
        except Exception as error:
            self.unit.explain(error)
            raise
        steps = next((value.shape[1] for value in values if value is not None), 0)
        return (results,) if self.single else results, after, steps

    def _examine(self, values: tuple[Any, ...], batch: int, *, one: bool) -> None:
        """Raise InputError for pieces that do not fit; called only when shapes or dtypes change."""
        names = self.unit.along.pieces
        for name, value in zip(names, values, strict=True) if one else ():
            rank = len(self.unit.types[name].shape)
            if isinstance(value, Tensor) and value.dim() != rank:
                given = max(value.dim() - 1, 0)  # before it was given the axis
                raise InputError(
                    f"{self.model.graph.name}: step takes one step of '{name}', which has "
                    f"{counted(rank - 1, 'axis', 'axes')}, not {given}; "
                    f"a piece along '{self.unit.along.axis}' goes to feed"
                )
        for name, value in zip(names, values, strict=True):
            if isinstance(value, Tensor) and value.dim() and value.shape[0] != batch:
                raise InputError(
                    f"{self.model.graph.name}: this stream has {counted(batch, 'row')}, and '{name}' has "
                    f"{value.shape[0]}; begin another with batch={value.shape[0]}"
                )
        inputs = self._inputs(names, batch)
        floats = torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda") or not inputs.any_float
        inputs.check(values, None if floats else self._own_dtype())

    def told(self, results: Any) -> Any:
        """The outputs as the model returns them: alone, or in its tuple."""
        return results[0] if self.output is None else self.output(*results)
