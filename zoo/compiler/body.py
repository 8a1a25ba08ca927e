"""The namespace of one generated class while it is written: how its code names nodes, sizes and modules.

A class is written from one or several resolved scopes: a block that is applied again with other wires
(``reuse``) is one module, whose class has to serve every use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zoo.checker.resolution import Scope, Use
from zoo.compiler.names import Names, attributes, plain
from zoo.compiler.program import Argument, Callee, ModuleClass, Program
from zoo.compiler.queries import lent, unique, used
from zoo.compiler.text import comment, expr
from zoo.graph import Graph, Ref, Reuse
from zoo.problems import Place
from zoo.sizes import Expr, Size, Symbolic, linear, substitute, symbol
from zoo.spec import TensorType


@dataclass(frozen=True, slots=True)
class Home:
    """The document that a body comes from, and the body's place in it."""

    graph: Graph
    tree: tuple[str, ...] = ()

    def place(self, *path: str) -> Place | None:
        """The place of an entry of the body, by its key; None for a graph that was not read from a text."""
        source = self.graph.source
        return None if source is None else source.place((*self.tree, *path), key=True)

    def scan(self, name: str) -> Home:
        """The home of a scan's body inside this one."""
        return Home(self.graph, (*self.tree, "nodes", name, "scan"))

    def path(self, *names: str) -> str:
        """The path of a node of the body in the graph's notation: ``decoder.cell``, ``#layer.attend``."""
        in_block = self.tree[:1] == ("blocks",)
        block = [f"#{self.tree[1]}"] if in_block else []
        scans = self.tree[2 if in_block else 0 :][1::3]  # nodes, NAME, scan, nodes, NAME, scan …
        return ".".join([*block, *scans, *names])

    @property
    def owner(self) -> Place | None:
        """The place of the block or scan that the body belongs to."""
        if not self.tree:
            return None
        return Home(self.graph).place(*(self.tree[:-1] if self.tree[-1] == "scan" else self.tree))


def note(place: Place | None) -> str:
    """The comment ``# transformer.yaml:34``, or an empty text."""
    if place is None:
        return ""
    file = place.file.replace("\\", "/").rpartition("/")[2]
    return comment(f"{file}:{place.line}" if file else f"line {place.line}")


@dataclass(frozen=True, slots=True)
class Child:
    """The module of a node, or of one layer of a repeat: how to call it, and the class generated for it."""

    callee: Callee
    written: ModuleClass | None = None


@dataclass(slots=True)
class Body:
    """The namespace of one class; ``outer`` is the enclosing body of a scan's.

    ``defaults`` holds the defaults of params, ``reserved`` the attributes that must stay free, ``maybe`` the
    inputs that may be None. ``arguments`` are the parameters of ``__init__``, ``kept`` the attributes for
    sizes that forward needs, both keyed by the scope's name for them (``$dim``, ``dim``). ``lent`` are the
    parameters of forward for modules of enclosing bodies (keyed by node and distance), ``sizes`` for axes.
    """

    program: Program
    scopes: tuple[Scope, ...]
    home: Home
    outer: Body | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    reserved: Iterable[str] = ()
    maybe: frozenset[str] = frozenset()
    reads: Mapping[str, set[str | None]] = field(init=False, default_factory=dict[str, "set[str | None]"])
    """The nodes that are needed, each with the outputs that are read."""
    arguments: dict[str, Argument] = field(init=False, default_factory=dict[str, Argument])
    kept: dict[str, str] = field(init=False, default_factory=dict[str, str])
    lent: dict[tuple[str, int], str] = field(init=False, default_factory=dict[tuple[str, int], str])
    sizes: dict[str, str] = field(init=False, default_factory=dict[str, str])
    shaped: list[tuple[str, TensorType]] = field(init=False, default_factory=list[tuple[str, TensorType]])
    """The required inputs of forward: their variables and types."""
    children: dict[str, list[Child]] = field(init=False, default_factory=dict[str, list[Child]])
    places: dict[str, Place | None] = field(init=False, default_factory=dict[str, "Place | None"])
    zero: str = field(init=False, default="")
    """An empty buffer that follows the model's dtype and device; made when first needed."""
    learned: dict[str, str] = field(init=False, default_factory=dict[str, str])
    """The attributes of learned initial states."""
    attributes: dict[str, str] = field(init=False)
    _lent_out: dict[str, list[Use]] | None = field(init=False, default=None)
    in_init: Names = field(init=False)
    in_forward: Names = field(init=False)
    in_module: Names = field(init=False)

    def __post_init__(self) -> None:
        self.in_init = Names(self.program.reserved)
        self.in_forward = Names((*self.program.reserved, "_"))  # which loops count with
        self.in_module = attributes(self.reserved)
        self.attributes = {
            name: self.in_module.take(plain(name))
            for name, node in self.scope.nodes.items()
            if not isinstance(node.node, Reuse)
        }

    @property
    def scope(self) -> Scope:
        """The first scope, for everything in which the scopes agree."""
        return self.scopes[0]

    @property
    def lent_out(self) -> dict[str, list[Use]]:
        """The nodes whose modules are applied by other nodes too, with those further uses."""
        if self._lent_out is None:
            self._lent_out = lent(self.scopes)
        return self._lent_out

    def uses(self, name: str) -> list[Use]:
        """All uses of the module of a node."""
        own = [used(scope.nodes[name]) for scope in self.scopes]
        return unique([*own, *self.lent_out.get(name, ())])

    def place(self, name: str) -> Place | None:
        """Where a node is written."""
        if name not in self.places:
            self.places[name] = self.home.place("nodes", name)
        return self.places[name]

    def spell(self, word: str) -> str:
        """The parameter of ``__init__`` for a param (``$dim``) or axis (``dim``) of the scope."""
        argument = self.arguments.get(word)
        if argument is None:
            name = self.in_init.take(plain(word.lstrip("$")))
            types = {_type(scope.values.get(word)) for scope in self.scopes}
            argument = self.arguments[word] = Argument(name, types, self.defaults.get(word))
        return argument.name

    def keep(self, word: str) -> str:
        """A param or axis for use in forward: an attribute that holds its value."""
        if word not in self.kept:
            self.spell(word)
            self.kept[word] = self.in_module.take(plain(word.lstrip("$")))
        return f"self.{self.kept[word]}"

    def count(self, tree: Expr) -> str:
        """An expression of params for use in forward: how often a shared module is applied."""
        return expr(tree, self.keep)

    def size(self, word: str) -> str:
        """A param or axis for use in forward: the size of an input that has the axis, else an attribute."""
        if word.startswith("$"):
            return self.keep(word)
        for variable, type_ in self.shaped:
            if symbol(word) in type_.shape:
                return f"{variable}.shape[{type_.shape.index(symbol(word))}]"
        if isinstance(self.scope.values.get(word), int):
            return self.keep(word)
        for variable, type_ in self.shaped:
            for place, size in enumerate(type_.shape):
                if (found := linear(size, word)) is not None:
                    return _solved(f"{variable}.shape[{place}]", *found)
        if word not in self.sizes:
            self.sizes[word] = self.in_forward.take(plain(word))
        return self.sizes[word]

    def type(self, ref: Ref) -> TensorType | None:
        """The type of what a wire of this body reads; None if it is absent from every use."""
        for scope in self.scopes:
            if ref.node in scope.nodes:
                types = scope.nodes[ref.node].types
                found = types.get(ref.port) if ref.port else next(iter(types.values()), None)
            else:
                found = scope.inputs.get(ref.node)
            if found is not None:
                return found
        return None

    def ground(self, size: Size) -> Size:
        """A size in terms of numbers and the axes of the graph's inputs."""
        return substitute(size, self.scope.values)

    def module(self, node: str, distance: int) -> str:
        """Code for the module of a node, of this body or of one that many bodies further out."""
        if distance == 0:
            return f"self.{self.attributes[node]}"
        if (node, distance) not in self.lent:
            self.lent[node, distance] = self.in_forward.take(plain(node), f"{plain(node)}_module")
        return self.lent[node, distance]

    def around(self, distance: int) -> Body:
        """The enclosing body at this distance; 0 is this one."""
        body = self
        for _ in range(distance):
            assert body.outer is not None
            body = body.outer
        return body


def _solved(size: str, factor: int, rest: int) -> str:
    """Solve ``size = factor · axis + rest`` for the axis, as code."""
    multiple = f"({size} {'-' if rest > 0 else '+'} {abs(rest)})" if rest else size
    return multiple if factor == 1 else f"{multiple} // {factor}"


def _type(value: Any) -> str:
    return "int" if isinstance(value, Symbolic) or value is None else type(value).__name__
