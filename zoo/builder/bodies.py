"""The common base of the builders of graphs, blocks and scan steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from zoo.arguments import mapping
from zoo.builder.handles import Expression, Node, Output, Readable, owner, ref_in
from zoo.edits.words import check_written, said
from zoo.errors import EditError, came
from zoo.files.words import check_name
from zoo.graph import Call, Frozen, Ref, Repeat, Reuse, Scan, Value, Wire, put
from zoo.graph import Node as GraphNode
from zoo.graph import freeze as frozen

if TYPE_CHECKING:
    from zoo.builder.graphs import BlockBuilder
    from zoo.builder.scans import ScanNode, StepBuilder

_PARAMETER = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")

Setting: TypeAlias = Any
"""A number, text, bool or None, an ``Expression`` of params, or lists and dicts of these."""


class BodyBuilder:
    """A body that is being built: nodes, and inputs that they may read."""

    what = "a body"
    """The body in messages: ``the graph 'x'``."""

    lets_in = ""
    """How the body can receive a value from outside, for messages."""

    def __init__(self) -> None:
        self._nodes: dict[str, Call | Repeat | Reuse | StepBuilder] = {}
        self._inputs: dict[str, str] = {}
        """The inputs by name; in a scan, with their kind: 'each', 'state' or 'const'."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.what}>"

    def add(
        self,
        name: str,
        use: str | BlockBuilder,
        /,
        *wires: Output,
        settings: Mapping[str, Setting] | None = None,
        freeze: bool = False,
        **ports_and_settings: Setting,
    ) -> Node:
        """Add a layer (``"pack/layer"``) or a block.

        ``wires`` are for its one required port, several of them if that port is variadic. Ports and settings
        are given by name: outputs are wired, everything else is a setting. ``settings`` holds those whose
        name is also that of a wired port, or of a parameter of this method. With ``freeze``, training does
        not change its weights.
        """
        inputs, given = self._given(wires, ports_and_settings, settings)
        return self._place(name, Call(use=self._use(use), settings=given, inputs=inputs, freeze=freeze))

    def repeat(
        self,
        name: str,
        count: int | Expression,
        use: str | BlockBuilder,
        /,
        *,
        carry: Mapping[str, Output],
        vary: Mapping[str, Iterable[Setting]] | None = None,
        share: bool = False,
        freeze: bool = False,
        settings: Mapping[str, Setting] | None = None,
        **ports_and_settings: Setting,
    ) -> Node:
        """Stack a layer or block ``count`` times; wires and settings are given as for ``add``.

        ``carry`` maps the ports by which each layer reads the previous one to what the first layer reads.
        ``vary`` gives a setting one value per layer. With ``share``, all layers share their weights; with
        ``freeze``, training does not change them.
        """
        inputs, given = self._given((), ports_and_settings, settings)
        several = {setting: tuple(map(_value, values)) for setting, values in (vary or {}).items()}
        first = mapping(carry, "carry", "{'x': node}")
        node = Repeat(
            count=count.expr if isinstance(count, Expression) else count,
            use=self._use(use),
            settings=given,
            carry=Frozen({port: ref_in(self, output) for port, output in first.items()}),
            inputs=inputs,
            vary=Frozen(several),
            share=share,
            freeze=freeze,
        )
        return self._place(name, node)

    def reuse(self, name: str, of: Node, /, *wires: Output, **ports: Readable) -> Node:
        """Apply the module of another node again, from this body or, in a scan, an enclosing one."""
        inputs, settings = self._given(wires, ports)
        if settings:
            raise EditError(
                f"'{name}' reuses a node, whose settings it has; '{next(iter(settings))}' is no wire"
            )
        body, node = owner(of)
        if body not in self.around():
            raise EditError(f"'{node}' is in {body.what}, and only modules of {self.what} can be reused here")
        return self._place(name, Reuse(of=node, inputs=inputs))

    def scan(
        self,
        name: str,
        /,
        *,
        over: str,
        mask: Output | None = None,
        reverse: bool = False,
        freeze: bool = False,
    ) -> ScanNode:
        """Add a scan over an axis; ``with`` gives the builder of its step.

        A step where ``mask`` is false keeps the state and stacks zeros; ``reverse`` runs from the last step
        to the first; with ``freeze``, training does not change the weights inside.
        """
        from zoo.builder.scans import ScanNode, StepBuilder

        said(check_name, over, "an axis")
        begun = Scan(
            over=over, mask=None if mask is None else ref_in(self, mask), reverse=reverse, freeze=freeze
        )
        step = StepBuilder(self, name, begun)
        self._take(name, "a node")
        self._nodes[name] = step
        return ScanNode(self, Ref(name), step)

    def tie(self, name: str, parameter: str, target: str) -> None:
        """Tie a parameter of a node to that of another, such as ``embed.weight``; see ``Node.tie``."""
        node = self._nodes[name]
        if not isinstance(node, Call | Repeat):
            raise EditError(f"'{name}' has no parameters of its own; tie those of the node that has")
        if not _PARAMETER.fullmatch(parameter) or not _PARAMETER.fullmatch(target) or "." not in target:
            raise EditError(
                f"a tie names a parameter, and one of a node: weight=embed.weight, not '{target}'"
            )
        self._nodes[name] = replace(node, tie=put(node.tie, parameter, target))

    def around(self) -> Iterator[BodyBuilder]:
        """This body and, for a scan, the enclosing ones."""
        yield self

    # -------------------------------------------------------------------------------------------------- parts

    def _built(self) -> Frozen[str, GraphNode]:
        return Frozen(
            {
                name: node if isinstance(node, Call | Repeat | Reuse) else node.built()
                for name, node in self._nodes.items()
            }
        )

    def _input(self, name: str, part: str) -> Output:
        self._take(name, "an input")
        self._inputs[name] = part
        return Output(self, Ref(name))

    def _place(self, name: str, node: Call | Repeat | Reuse) -> Node:
        self._take(name, "a node")
        check_written(node)
        self._nodes[name] = node
        return Node(self, Ref(name))

    def _take(self, name: str, what: str) -> None:
        said(check_name, name, what)
        if name in self._nodes or name in self._inputs:
            raise EditError(f"'{name}' is taken in {self.what}; nodes and inputs have names of their own")

    def _use(self, use: str | BlockBuilder) -> str:
        if isinstance(use, str):
            return use
        if isinstance(use, type) or not hasattr(use, "built"):
            raise EditError(
                f"a node must use a layer by name, 'pack/layer', or a block of this graph, not {came(use)}"
            )
        *_, outermost = self.around()
        if outermost is use:
            raise EditError(f"{use.what} cannot contain itself")
        return use.name

    def _given(
        self,
        wires: tuple[Output, ...],
        named: Mapping[str, Setting],
        besides: Mapping[str, Setting] | None = None,
    ) -> tuple[Frozen[str, Wire], Frozen[str, Value]]:
        inputs: dict[str, Wire] = {}
        settings: dict[str, Value] = {name: _value(value) for name, value in (besides or {}).items()}
        if wires:
            refs = tuple(ref_in(self, wire) for wire in wires)
            inputs[""] = refs[0] if len(refs) == 1 else refs
        for name, given in named.items():
            wire = self._wire(name, given)
            if wire is None:
                settings[name] = _value(given)
            else:
                inputs[name] = wire
        return Frozen(inputs), Frozen(settings)

    def _wire(self, name: str, given: object) -> Wire | None:
        if isinstance(given, Output):
            return ref_in(self, given)
        if not isinstance(given, list | tuple):
            return None
        several = cast("list[object] | tuple[object, ...]", given)
        outputs = [item for item in several if isinstance(item, Output)]
        if outputs and len(outputs) < len(several):
            raise EditError(f"'{name}' is a list of outputs and of something else; a port reads outputs only")
        return tuple(ref_in(self, output) for output in outputs) or None


def _value(value: object) -> Value:
    """A setting in the form in which a graph stores it, with its params as expressions."""

    def plain(value: object) -> object:
        if isinstance(value, Expression):
            return value.expr
        if isinstance(value, list | tuple):
            return [plain(item) for item in cast("list[object] | tuple[object, ...]", value)]
        if isinstance(value, Mapping):
            entries = cast("Mapping[object, object]", value)
            return {key: plain(item) for key, item in entries.items()}
        return value

    return frozen(plain(value))
