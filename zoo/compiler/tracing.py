"""A model as a ``torch.fx`` graph, for the passes of other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import fx, nn

from zoo.recurrence import together

if TYPE_CHECKING:
    from zoo.compiler.model import CompiledGraph


class _Tracer(fx.Tracer):
    """Traces into blocks; layers and scans stay single calls, as an fx graph cannot express loops."""

    def __init__(self, blocks: frozenset[type[Any]]) -> None:
        super().__init__(autowrap_functions=(together,))
        self.blocks = blocks

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        del module_qualified_name
        return type(m) not in self.blocks


def to_fx(model: CompiledGraph) -> fx.GraphModule:
    """The model as an ``fx.GraphModule`` over the same modules, and so the same weights."""
    unit = model.__zoo_unit__
    blocks = (cls for name, cls in unit.classes.items() if _is_block(unit.written.get(name)))
    tracer = _Tracer(frozenset([*blocks, type(model)]))
    return fx.GraphModule(model, tracer.trace(model), type(model).__name__)


def _is_block(written: Any) -> bool:
    return written is not None and written.chosen is None
