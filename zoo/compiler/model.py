"""The model that a graph compiles to: an ordinary ``nn.Module`` that knows the document it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from typing_extensions import Self

from zoo.compiler.notes import explain
from zoo.compiler.sharing import share
from zoo.graph import Graph

if TYPE_CHECKING:
    from zoo.compiler.unit import Unit


class CompiledGraph(nn.Module):
    """A graph as an ``nn.Module``: it trains, moves, saves and copies like any other.

        model = zoo.load("transformer.yaml").compile(device="cuda")
        logits = model(source, source_mask, target)
        logits = model({"source": source, "source_mask": source_mask, "target": target})

    Called with the inputs of its graph, by place, by name or as one mapping, it returns its only output, or a
    NamedTuple with one field an output. What does not fit raises InputError; an error inside carries a note with
    node and line. The path of a module is the path of its node: ``model.encoder[0].attend``.

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

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        unit = self.__zoo_unit__
        values = unit.inputs.bind(inputs, named)
        if torch.compiler.is_compiling():
            return super().__call__(*values)
        unit.inputs.check(values, self._float_dtype() if unit.inputs.any_float else None)
        try:
            return super().__call__(*values)
        except Exception as error:
            explain(error, self, values)
            raise

    def _float_dtype(self) -> torch.dtype | None:
        """The dtype that floats come in; None when any will do."""
        if torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda"):
            return None
        return next((each.dtype for each in self.parameters() if each.is_floating_point()), None)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        super()._apply(fn, recurse)
        share(self)  # where moving makes new parameters, it makes two of one
        return self
