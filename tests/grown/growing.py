"""A graph on its way: what it has so far, what can be read in it, and keeping what fits."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

from zoo.checker import resolve
from zoo.checker.resolution import BlockUse, RepeatUse, ScanUse, Scope
from zoo.edits import Edit
from zoo.edits.paths import bodies
from zoo.errors import EditError
from zoo.files.words import parse_port
from zoo.graph import Body, Frozen, Graph, Ref, Scan, join, split_scope, visible
from zoo.sizes import Expr, Name, Op
from zoo.spec import TensorType

T = TypeVar("T")

INPUTS = {
    "x": "float batch time $dim",
    "wide": "float batch time 6",
    "tokens": "int batch time",
    "real": "bool batch time",
    "source": "float batch source 4",
    "there": "bool batch source",
    "begin": "float batch 4",
    "number": "float",
    "pairs": "float batch time time",
    "later": "float batch time-1 4",
    "hint": "optional bool batch time",
    "extra": "optional float batch time 4",
    "first": "float time batch 4",
    "heads": "float batch heads time 4",
    "scores": "float batch time",
}
SIZES = {"batch": 3, "time": 5, "source": 7, "heads": 2}
"""How large the named axes of ``INPUTS`` are taken."""

ODD = [
    "self", "class", "forward", "torch", "nn", "Tensor", "None", "range", "zip", "layer", "steps",
    "states", "mask", "mask_t", "x_t", "padding", "zero", "int", "float", "super", "__class__", "_", "__x",
    "x_", "x_2", "train", "weight", "parameters", "training", "dim", "time", "batch", "state", "prepared",
    "last", "index", "count", "device", "dtype", "print", "None_", "input", "step", "initial_state",
    "cell_module", "out", "found", "walk", "module", "whole",
]  # fmt: skip
"""Names that mean something to Python, to PyTorch, or to generated code."""


class Readable(NamedTuple):
    """Something that a wire can read, and its type."""

    ref: Ref
    type: TensorType
    optional: bool = False

    def like(self, other: TensorType) -> bool:
        """Whether it has the kind and the number of axes of another type."""
        return self.type.dtype == other.dtype and len(self.type.shape) == len(other.shape)


class Growing:
    """A graph without errors, that takes what leaves it without errors."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.odd = self.random.random() < 0.5
        names = ["x", *self.some([*INPUTS], self.random.randint(1, 5))]
        self.graph = Graph(
            name="grown",
            params=Frozen({"dim": 4, "two": 2}),
            causal=("time",) if self.random.random() < 0.4 else (),
            inputs=Frozen({name: parse_port(INPUTS[name]) for name in names}),
            outputs=Frozen({"out": Ref("x")}),
        )
        self.resolution = resolve(self.graph)
        self.scopes = dict(_scopes(self.resolution.root))

    # ----------------------------------------------------------------------------------------------- chances

    def one(self, things: list[T]) -> T | None:
        """One of them; None where there are none."""
        return self.random.choice(things) if things else None

    def some(self, things: list[T], most: int) -> list[T]:
        """Some of them, in any order."""
        return self.random.sample(things, min(most, len(things)))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def name(self, *taken: Mapping[str, object] | set[str]) -> str:
        """A name that is none of those."""
        if self.odd and self.chance(0.7):
            name = self.random.choice(ODD)
            if not any(name in names for names in taken):
                return name
        count = 0
        while any(f"n{count}" in names for names in taken):
            count += 1
        return f"n{count}"

    def number(self, value: int, scope: str) -> Expr:
        """A number, or an expression of params that is that number."""
        block, _ = split_scope(scope)
        if block is not None or self.chance(0.7):
            return value
        if value % 4 == 0:
            return Op("*", Name("$dim"), value // 4)
        return Op("+", Name("$two"), value - 2) if self.chance(0.5) else Op("-", Name("$dim"), 4 - value)

    # ------------------------------------------------------------------------------------------ what there is

    def scope(self, *kinds: type[Body]) -> str:
        """One of the bodies, of some kinds; the graph's own where there is none."""
        found = [scope for scope, body in bodies(self.graph) if not kinds or isinstance(body, kinds)]
        return self.one(found) or ""

    def body(self, scope: str) -> Body:
        return self.graph.body(scope)

    def readable(self, scope: str) -> list[Readable]:
        """What wires of a body can read; nothing in one that no use has reached."""
        resolved = self.scopes.get(scope)
        return [] if resolved is None else list(self._readable(self.body(scope), resolved))

    def _readable(self, body: Body, scope: Scope) -> Iterator[Readable]:
        for name in visible(body):
            if name not in body.nodes:
                type_ = scope.inputs.get(name)
                optional = not isinstance(body, Scan) and body.inputs[name].optional
                if type_ is not None:
                    yield Readable(Ref(name), type_, optional)
                continue
            types = scope.nodes[name].types
            for port, type_ in types.items():
                if type_ is not None:
                    yield Readable(Ref(name, None if len(types) == 1 else port), type_)

    def fresh(self, scope: str) -> str:
        """A name for a new node of a body."""
        return self.name({*visible(self.body(scope))})

    # ------------------------------------------------------------------------------------------ what is kept

    def keep(self, graph: Graph) -> bool:
        """Go on from a graph, if it has no errors."""
        resolution = resolve(graph, params={})
        if resolution.ok:
            self.graph, self.resolution = graph, resolution
            self.scopes = dict(_scopes(resolution.root))
        return resolution.ok

    def apply(self, edit: Edit) -> bool:
        """Go on from what an edit leaves, if it fits and leaves no errors."""
        try:
            after, undo = edit.apply(self.graph)
        except EditError:
            return False
        assert undo.change(after) == self.graph
        return self.keep(after)

    def put(self, scope: str, body: Body) -> bool:
        """Go on with another body, if that leaves no errors."""
        return self.keep(self.graph.with_body(scope, body))


def _scopes(root: Scope) -> Iterator[tuple[str, Scope]]:
    """Every body by its path, as it is in its first use."""
    left, seen = [("", root)], set[str]()
    while left:
        path, scope = left.pop(0)
        if path in seen:
            continue
        seen.add(path)
        yield path, scope
        for name, node in scope.nodes.items():
            use = node.use.each[0] if isinstance(node.use, RepeatUse) else node.use
            if isinstance(use, BlockUse):
                left.append((f"#{use.name}", use.scope))
            elif isinstance(use, ScanUse):
                left.append((join(path, name), use.scope))
