"""The namespaces of a stream's class: one for ``initial_state``, one for ``step``.

The modules are the model's own. A class of the stream holds those that it applies as plain attributes, whose
lookup takes a fraction of the time of a submodule's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zoo.checker.resolution import LayerUse, RepeatUse
from zoo.compiler.body import Body, Child
from zoo.compiler.names import Names, plain
from zoo.compiler.program import Line, ModuleClass, Program
from zoo.compiler.queries import applied, used
from zoo.compiler.step.axis import StreamAxis
from zoo.compiler.writer import Writer, layer_callee
from zoo.sizes import Symbolic, symbol


class Refused(Exception):
    """A node cannot be streamed: the reason, and the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}; {remedy}")
        self.reason, self.remedy = reason, remedy


@dataclass(slots=True)
class Slots:
    """The attributes of a class: modules of the model, and instances of other classes of the stream.

    ``lent`` are the parameters of ``__init__`` for modules of enclosing bodies (by node and distance).
    """

    names: Names = field(
        default_factory=lambda: Names(("initial_state", "step", "walk", "walk_at_once", "module"))
    )
    lines: list[Line] = field(default_factory=list[Line])
    lent: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    _raw: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])

    def hold(self, name: str, texts: list[str], node: str = "") -> str:
        """Add an attribute with a value; returns its name."""
        attribute = self.names.take(plain(name), f"{plain(name)}_steps")
        self.lines += [Line(text.replace("\0self", f"self.{attribute}"), node) for text in texts]
        return attribute

    def module(self, model: ModuleClass, node: str, distance: int) -> str:
        """The attribute with a module of the model, of this or an enclosing body."""
        if (node, distance) not in self._raw:
            text = f"module.{model.attributes[node]}" if distance == 0 else self.borrow(node, distance)
            self._raw[node, distance] = self.hold(node, [f"        \0self = {text}"], node)
        return self._raw[node, distance]

    def whole(self) -> str:
        """The attribute with the body's own module, whose parameters may be replaced."""
        if ("", 0) not in self._raw:
            self._raw["", 0] = self.hold("module_", ["        \0self = module"])
        return self._raw["", 0]

    def borrow(self, node: str, distance: int) -> str:
        """The parameter of ``__init__`` for a module of an enclosing body."""
        if (node, distance) not in self.lent:
            taken = Names(("self", "module", *self.lent.values()))
            self.lent[node, distance] = taken.take(plain(node), f"{plain(node)}_module")
        return self.lent[node, distance]


@dataclass(slots=True)
class StepBody(Body):
    """A body whose modules are held by ``slots``, and whose params are replaced by their values.

    ``model`` is the corresponding class of the model; ``begins`` tells ``initial_state`` from ``step``.
    """

    model: ModuleClass = field(kw_only=True)
    along: StreamAxis = field(kw_only=True)
    slots: Slots = field(kw_only=True)
    begins: bool = field(kw_only=True)

    def module(self, node: str, distance: int) -> str:
        """The module of a node, here or so many bodies further out."""
        return f"self.{self.slots.module(self.model, node, distance)}"

    def keep(self, word: str) -> str:
        """The value of a param or axis, as code."""
        found = self.scope.values[word]
        return str(self.ground(found) if isinstance(found, Symbolic) else found)

    def size(self, word: str) -> str:
        """A param or axis: a number, the number of rows, the size of an input, or a parameter of its own."""
        ground = self.ground(symbol(word))
        if isinstance(ground, int):
            return str(ground)
        if self.begins and ground == self.along.batch:
            return "batch"
        for variable, type_ in self.shaped:
            for place, size in enumerate(type_.shape):
                if self.ground(size) == ground:
                    return f"{variable}.shape[{place}]"
        if not self.begins:
            raise Refused(
                f"a scan inside it needs the size of '{ground}', and no input has it here",
                "wire a const that has this axis",
            )
        if word not in self.sizes:
            self.sizes[word] = self.in_forward.take(plain(word))
        return self.sizes[word]


class Modules(Writer):
    """Knows how to call the modules of a model that has been written already."""

    def __init__(self, program: Program) -> None:
        super().__init__(program, _nothing, _nothing)

    def children(self, body: Body, name: str) -> list[Child]:
        """The module of a node; of a repeat, that of its first layer."""
        assert isinstance(body, StepBody)
        use = applied(used(body.scope.nodes[name]))
        if isinstance(use, RepeatUse):
            use = use.each[0]
        if isinstance(use, LayerUse):
            return [Child(layer_callee(use.spec))]
        written = body.model.inner[name]
        return [Child(written.callee, written)]


def _nothing(*_: object) -> ModuleClass:
    raise AssertionError("the model is written before its stream")
