"""The recorded graph of a run: the current body, placeholders, and the context of calls."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from torch import Tensor, nn

from zoo.graph import Call, Frozen, Ref, Wire, freeze
from zoo.importing.at import At
from zoo.importing.blocks import Blocks
from zoo.importing.naming import kind, snake
from zoo.importing.scope import Placed, Scope, tensors
from zoo.importing.seen import Seen, Unknown, Value


@dataclass(frozen=True, slots=True)
class Stranger:
    """A placeholder: the path of its node, what it replaces, and why no layer computes it."""

    node: str
    what: str
    why: str

    def __str__(self) -> str:
        return f"'{self.node}': {self.what}: {self.why}"


@dataclass(slots=True)
class Drawing:
    """What has been recorded so far of a run of ``root``, with ``axes`` of these sizes."""

    root: nn.Module
    axes: Mapping[str, int]
    scope: Scope = field(default_factory=Scope)
    module: nn.Module | None = None
    """The PyTorch module that is running."""
    blocks: Blocks = field(default_factory=Blocks)
    strangers: list[Stranger] = field(default_factory=list[Stranger])
    polarity: dict[str, bool] = field(default_factory=dict[str, bool])
    made: dict[tuple[Any, ...], Tensor] = field(default_factory=dict[tuple[Any, ...], Tensor])
    touched: set[int] = field(default_factory=set[int])
    """The ids of the parameters that were passed to any function."""
    notes: list[str] = field(default_factory=list[str])
    """Differences between the module and the graph."""
    lines: list[str] = field(default_factory=list[str])
    """The file and line in the user's code of each recorded call."""
    paths: dict[int, str] = field(default_factory=dict[int, str])
    """The name of each module in the root."""

    def at(self, result: Any, *, aten: bool = False) -> At:
        """The context of a call for a rule."""
        name = self.named(self.module)
        return At(
            self.scope, result, name, self.module, self.polarity, self.axes, aten, self.made, self.notes
        )

    def assign(self, result: Any, given: Any) -> None:
        """Record what the tensors of a result are."""
        if isinstance(result, Tensor):
            if given is not None:
                self.scope.set(result, cast(Value, given))
        elif isinstance(result, tuple | list):
            for each, value in zip(cast("tuple[Any, ...]", result), given, strict=True):
                self.assign(each, value)
        self.scope.lose(result, "this result")

    def named(self, module: nn.Module | None) -> str:
        """The name for a node of a module: its path in the enclosing module, without list indices.

        A star stands for the name of the layer.
        """
        if module is None:
            return ""
        path, inside = self.paths.get(id(module), ""), self.scope.path
        parts = (path.removeprefix(f"{inside}.") if inside else path).split(".")
        words = [part for part in parts if not part.isdecimal()]
        if parts[-1].isdecimal():
            what = kind(module)
            if what.startswith("torch.nn."):
                words.append("*")
            else:
                words.append(parts[-1] if words else f"{snake(what.rpartition('.')[2])}_{parts[-1]}")
        return "_".join(words)

    # ------------------------------------------------------------------------------------------- placeholders

    def function(
        self, name: str, what: str, why: str, args: Any, named: Mapping[str, Any], result: Any
    ) -> None:
        """Add a placeholder for a function, with its constant arguments and its parameters."""
        given = {f"argument_{index}": value for index, value in enumerate(args)} | dict(named)
        held = {id(each) for each in self.root.buffers()}
        constant = {key: value for key, value in given.items() if isinstance(value, Tensor)}
        weights = {
            key: value
            for key, value in constant.items()
            if isinstance(value, nn.Parameter) or id(value) in held
        }
        if any(key not in weights and self.scope.find(value) is None for key, value in constant.items()):
            why += " (and a tensor that it is given is no buffer, and is not kept)"
        self._stranger(
            f"torch/{name}", what, why, [*args, *named.values()], result, _plain(given), weights, name
        )

    def stranger(self, module: nn.Module, why: str, args: Any, named: Mapping[str, Any], result: Any) -> None:
        """Add a placeholder for a module, with its weights, and its settings as far as it stores them."""
        cls = type(module)
        what = kind(module)
        pack = "torch" if what.startswith("torch.") else what.partition(".")[0].strip("_").lower()
        short = snake(what.rpartition(".")[2])
        kept = {name: getattr(module, name, None) for name in inspect.signature(cls.__init__).parameters}
        weights = dict(module.named_parameters()) | dict(module.named_buffers())
        wanted = self.named(module).replace("*", short) or short
        self._stranger(
            f"{pack}/{short}", what, why, [*args, *named.values()], result, _plain(kept), weights, wanted
        )

    def _stranger(
        self,
        use: str,
        what: str,
        why: str,
        given: list[Any],
        result: Any,
        settings: Mapping[str, Any],
        weights: Mapping[str, Tensor],
        wanted: str,
    ) -> None:
        wires = list(
            dict.fromkeys(
                self._wire(tensor) for tensor in tensors(given) if isinstance(self.scope.find(tensor), Seen)
            )
        )
        inputs: dict[str, Wire] = {"": wires[0] if len(wires) == 1 else tuple(wires)} if wires else {}
        name = self.scope.fresh(wanted)
        node = Call(
            use=use,
            settings=cast("Frozen[str, Any]", freeze(settings)),
            inputs=Frozen(inputs),
            freeze=self.scope.holds_still(weights),
        )
        self.scope.nodes[name] = Placed(node, dict(weights))
        self.strangers.append(Stranger(name, what, why))
        found = list(tensors(result))
        for index, tensor in enumerate(found):
            self.scope.set(tensor, Seen(Ref(name, f"out_{index}" if len(found) > 1 else None), tensor))

    def _wire(self, tensor: Tensor) -> Ref:
        """The wire of a tensor; if no layer permutes its axes accordingly, that of a placeholder."""
        before = dict(self.polarity)
        try:
            return self.at(tensor).wire(tensor)
        except Unknown:
            self.polarity.clear()
            self.polarity.update(before)
            seen = self.at(tensor).seen(tensor)
            settings = {"folds": list(seen.folds), "axes": list(seen.axes), "negated": seen.negated}
            name = self.scope.place("torch/seen", {"": seen.ref}, settings, {}, wanted="seen")
            why = "a graph has its batch in front, and no heads or negated masks of its own"
            self.strangers.append(Stranger(name, "axes in PyTorch's order", why))
            return Ref(name)

    # -------------------------------------------------------------------------------------------- going back

    def saved(self) -> Drawing:
        """A snapshot for ``restore``."""
        scope = self.scope
        copied = replace(
            scope,
            nodes=dict(scope.nodes),
            inputs=dict(scope.inputs),
            values=dict(scope.values),
            owners=dict(scope.owners),
        )
        return replace(
            self,
            scope=copied,
            strangers=[*self.strangers],
            polarity=dict(self.polarity),
            notes=[*self.notes],
        )

    def restore(self, before: Drawing) -> None:
        """Discard what was recorded since a snapshot."""
        there = before.scope
        self.scope.nodes, self.scope.inputs = there.nodes, there.inputs
        self.scope.values, self.scope.owners = there.values, there.owners
        self.polarity.clear()
        self.polarity.update(before.polarity)
        self.strangers[:] = before.strangers
        self.notes[:] = before.notes


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a graph file can express."""
    return {name: value for name, value in given.items() if isinstance(value, int | float | str | bool)}
