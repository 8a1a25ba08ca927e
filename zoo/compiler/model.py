"""The model that a graph compiles to: an ordinary ``nn.Module`` that knows the document it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor, fx, nn

from zoo.compiler.error_notes import annotate
from zoo.compiler.explaining import Explanation, explanation
from zoo.compiler.tables import compute, tables, without_contents
from zoo.compiler.tied_weights import share
from zoo.compiler.tracing import to_fx
from zoo.graph import Graph

if TYPE_CHECKING:
    from zoo.compiler.step.stream import Stream
    from zoo.compiler.unit import Unit


_EXAMINED = "_zoo_examined"
"""The attribute of a model with the shapes and dtypes of the inputs that were validated last."""


class CompiledGraph(nn.Module):
    """A graph as an ``nn.Module``: it trains, moves, saves and copies like any other.

        model = zoo.load("transformer.yaml").compile(device="cuda")
        logits = model(source, source_mask, target)
        logits = model({"source": source, "source_mask": source_mask, "target": target})

    Called with the inputs of its graph, by place, by name or as one mapping, it returns its only output, or
    a NamedTuple with one field an output. What does not fit raises InputError; an error inside carries a
    note with node and line. The path of a module is the path of its node: ``model.encoder[0].attend``.

    Hand-written source with these modules and loops is in ``source``.
    """

    __zoo_unit__: Unit

    @property
    def graph(self) -> Graph:
        """The document."""
        return self.__zoo_unit__.recipe.graph

    @property
    def source(self) -> str:
        """The Python source of the model: plain PyTorch, over the layers of the packs."""
        return self.__zoo_unit__.source

    def explain(self, *inputs: Any, **named: Any) -> Explanation:
        """How the model runs: the lowering of every scan, and why no faster one.

        With inputs, which it is then called with (without gradients): also which kernel each attention takes.
        """
        return explanation(self, (lambda: self(*inputs, **named)) if inputs or named else None)

    def stream(
        self,
        whole: Mapping[str, Any] | None = None,
        *,
        batch: int | None = None,
        along: str | None = None,
        state: Mapping[str, Tensor] | None = None,
        **inputs: Any,
    ) -> Stream:
        """The model piece by piece: ``logits, stream = stream.step(token)``, nothing computed twice.

        ``inputs`` are those that do not run along the axis (a source, its mask), by name or as one mapping;
        what depends on them alone is computed here, once. ``batch`` is the number of rows, 1 where no input
        tells. ``along`` is the axis, where there is more than one. ``state`` goes on from a ``state_dict`` of
        a stream. Raises GraphError with every node that cannot go on in pieces, and why.
        """
        from zoo.compiler.step.stream import stream

        return stream(self, whole, batch, along, state, inputs)

    def to_fx(self) -> fx.GraphModule:
        """The model as a graph of ``torch.fx``: a call for each layer and each scan, over the same modules.

        It is called with the inputs by place or by name.
        """
        return to_fx(self)

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        unit = self.__zoo_unit__
        values = unit.inputs.bind(inputs, named)
        if torch.compiler.is_compiling():
            return self._run(values)
        # Validated only when shapes or dtypes change: it takes as long as a small layer.
        if (kinds := _kinds(values)) is None or kinds != self.__dict__.get(_EXAMINED):
            unit.inputs.check(values, self._float_dtype() if unit.inputs.any_float else None)
            self.__dict__[_EXAMINED] = kinds
        try:
            return self._run(values)
        except Exception as error:
            annotate(error, self, values)
            raise

    def _run(self, values: tuple[Any, ...]) -> Any:
        return super().__call__(*values)

    def _float_dtype(self) -> torch.dtype | None:
        """The dtype that floats come in; None when any will do."""
        if torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda"):
            return None
        return next((each.dtype for each in self.parameters() if each.is_floating_point()), None)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        self.__dict__.pop(_EXAMINED, None)
        hollow = without_contents(self)
        super()._apply(fn, recurse)  # pyright: ignore[reportUnknownMemberType]  # torch types it in part
        share(self)  # where moving creates new parameters, tied ones come apart
        compute(self, hollow - without_contents(self))
        return self

    def to_empty(self, *, device: str | torch.device | int | None, recurse: bool = True) -> Self:
        """Move to a device without copying, for weights to be loaded there; tables are computed anew."""
        filled = {*tables(self)} - without_contents(self)
        super().to_empty(device=device, recurse=recurse)
        compute(self, filled - without_contents(self))
        return self


def _kinds(values: tuple[Any, ...]) -> list[Any] | None:
    """Shapes and dtypes; None when something is no tensor."""
    try:
        return [None if value is None else (value.shape, value.dtype) for value in values]
    except AttributeError:
        return None
