"""The builders of graphs and blocks: bodies with params, typed inputs and outputs."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from zoo.builder.bodies import BodyBuilder
from zoo.builder.handles import Expression, Output, ref_in
from zoo.edits.words import check_port, check_value, said
from zoo.errors import EditError
from zoo.files.words import check_name, check_requirement, parse_port
from zoo.graph import Block, Frozen, Graph, Ref, Scalar
from zoo.sizes import Name
from zoo.spec import Port


class TypedBuilder(BodyBuilder):
    """The common base of the builders of graphs and blocks."""

    lets_in = "give it an input"

    def __init__(self) -> None:
        super().__init__()
        self._params: dict[str, Scalar] = {}
        self._types: dict[str, Port] = {}
        self._outputs: dict[str, Ref] = {}

    def param(self, name: str, value: Scalar = None) -> Expression:
        """Declare a param, used as ``$name`` in settings and types; None in a block means it is required."""
        said(check_name, name, "a param")
        if name in self._params:
            raise EditError(f"{self.what} has a param '{name}' already")
        check_value(value)
        self._params[name] = value
        return Expression(Name(f"${name}"))

    def input(self, name: str, type: str | Port) -> Output:
        """Declare an input by its type: ``"int batch time"``, ``"optional bool batch time"``."""
        port = said(parse_port, type) if isinstance(type, str) else type
        check_port(port)
        output = self._input(name, "input")
        self._types[name] = port
        return output

    def output(self, name: str, source: Output) -> None:
        """Declare an output."""
        said(check_name, name, "an output")
        if name in self._outputs:
            raise EditError(f"{self.what} has an output '{name}' already")
        self._outputs[name] = ref_in(self, source)


class BlockBuilder(TypedBuilder):
    """A block that is being built; it can be used in a ``with`` statement for readability."""

    def __init__(self, name: str, about: str) -> None:
        super().__init__()
        self.name, self.about = name, about
        self.what = f"block '{name}'"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: the graph already has the block."""

    def built(self) -> Block:
        """The current block."""
        return Block(
            about=self.about,
            params=Frozen(self._params),
            inputs=Frozen(self._types),
            outputs=Frozen(self._outputs),
            nodes=self._built(),
        )


class GraphBuilder(TypedBuilder):
    """A graph that is being built; see ``zoo.builder``."""

    def __init__(self, name: str, about: str = "") -> None:
        super().__init__()
        self.name, self.about = name, about
        self.what = f"graph '{name}'"
        self._blocks: dict[str, BlockBuilder] = {}
        self._requires: list[str] = []

    def block(self, name: str, about: str = "") -> BlockBuilder:
        """Begin a block, to be used by ``add`` and ``repeat``."""
        said(check_name, name, "a block")
        if name in self._blocks:
            raise EditError(f"{self.what} has a block '{name}' already")
        self._blocks[name] = BlockBuilder(name, about)
        return self._blocks[name]

    def require(self, *distributions: str) -> None:
        """Declare distributions whose packs the graph requires: ``"zoo-x>=1.2"``."""
        for distribution in distributions:
            said(check_requirement, distribution)
        self._requires += distributions

    def build(self) -> Graph:
        """The current graph."""
        return Graph(
            name=self.name,
            about=self.about,
            requires=tuple(self._requires),
            params=Frozen(self._params),
            inputs=Frozen(self._types),
            outputs=Frozen(self._outputs),
            blocks=Frozen({name: block.built() for name, block in self._blocks.items()}),
            nodes=self._built(),
        )
