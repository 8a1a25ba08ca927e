"""A compiled graph as code: its source, the classes that executing it gives, and which line is of which node.

No file holds generated classes. ``linecache`` has their text, so that tracebacks and debuggers show it,
until the last model of the unit goes. A pickle holds the document and compiles it again.
"""

from __future__ import annotations

import itertools
import linecache
import re
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, cast

from torch import nn

from zoo.compiler.inputs import Inputs
from zoo.compiler.program import ModuleClass, Program
from zoo.errors import ZooError
from zoo.graph import Graph
from zoo.problems import Place

_count = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a unit is compiled from: a document, the values of its params, where layers are looked up, and how
    scans are lowered.

    ``layers`` are their classes, or None for those of the installed packs. It is all that a pickle keeps.
    """

    graph: Graph
    params: Mapping[str, Any]
    layers: tuple[type[nn.Module], ...] | None = None
    lowering: str = "auto"


def execute(owner: object, source: str, filename: str, names: dict[str, Any]) -> None:
    """Execute generated source in ``names``; until its owner goes, tracebacks show it."""
    code = compile(source, filename, "exec", dont_inherit=True)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    weakref.finalize(owner, linecache.cache.pop, filename, None).atexit = False
    exec(code, names)  # noqa: S102 - the text is our own; of what a file says it holds names and literals only


class Unit:
    """The code of one compiled graph; ``base`` is the class that its models have beside the written one."""

    def __init__(
        self, recipe: Recipe, program: Program, root: ModuleClass, base: type[nn.Module], inputs: Inputs
    ) -> None:
        self.recipe, self.root, self.inputs = recipe, root, inputs
        lines = program.lines()
        self.source = "\n".join(line.text for line in lines) + "\n"
        self.nodes = [line.node for line in lines]
        self.written = {each.name: each for each in program.classes}
        self.layers: dict[type[nn.Module], str] = program.layers
        word = re.sub(r"\W+", "_", recipe.graph.name)
        self.filename = f"<zoo {word} {next(_count)}>"
        # Without a __name__: torch.compile would import the module of that name, and what can be imported
        # lives for ever.
        self.names: dict[str, Any] = {**program.hidden()}
        execute(self, self.source, self.filename, self.names)
        self.streams: dict[str | None, Any] = {}
        """The code of its streams, by the axis that was asked for."""
        self.classes: dict[str, type[Any]] = {}
        for name, written in self.written.items():
            self._adopt(self.names[name], written)
        self.model: type[Any] = type(
            root.name, (base, self.classes[root.name]), {"__doc__": self.classes[root.name].__doc__}
        )
        self._adopt(self.model, root)

    def _adopt(self, cls: type[Any], written: ModuleClass) -> None:
        cls.__module__ = f"zoo.compiled.{self.recipe.graph.name}"
        cls.__zoo_unit__ = self
        setattr(cls, "__reduce_ex__", _reduce_module)  # noqa: B010  # of another type than object's
        self.classes[written.name] = cls
        if written.fields:
            output = self.names[f"{written.name}Output"]
            output.__module__ = cls.__module__
            output.__zoo_unit__ = self
            setattr(output, "__reduce_ex__", _reduce_output)  # noqa: B010  # of another type than object's
            self.classes[output.__name__] = output

    @contextmanager
    def layers_as(self, make: Callable[[type[nn.Module]], object]) -> Generator[None]:
        """While models are built: what the names of layer classes stand for in the source."""
        names = self.names
        names.update({name: make(cls) for cls, name in self.layers.items()})
        try:
            yield
        finally:
            names.update({name: cls for cls, name in self.layers.items()})

    # ------------------------------------------------------------------------------------- from code to nodes

    def path(self, model: nn.Module, module: nn.Module) -> tuple[str, ...]:
        """The path of nodes that leads from a model to one of its modules."""
        for name, each in cast("Iterator[tuple[str, nn.Module]]", model.named_modules()):
            if each is module:
                return self.nodes_of(name)
        return ()

    def nodes_of(self, name: str) -> tuple[str, ...]:
        """A module's name as nodes: ``encoder.0.forward_`` as ``encoder``, ``0``, ``forward``."""
        written: ModuleClass | None = self.root
        path: list[str] = []
        for part in name.split(".") if name else ():
            node = part
            if written is not None and not (path and part.isdigit()):
                node = next(
                    (node for node, attribute in written.attributes.items() if attribute == part), part
                )
                written = written.inner.get(node)
            path.append(node)
        return tuple(path)

    def place(self, path: Sequence[str]) -> Place | None:
        """Where the node at a path of nodes is written."""
        written: ModuleClass | None = self.root
        place: Place | None = None
        for node in path:
            if written is None:
                break
            if node in written.places:
                place = written.places[node]
                written = written.inner.get(node)
        return place

    def failed(self, trace: TracebackType | None) -> tuple[nn.Module, str] | None:
        """The innermost generated module that an exception passed, and the node that was at work."""
        found = None
        while trace is not None:
            frame = trace.tb_frame
            if frame.f_code.co_filename == self.filename and isinstance(
                frame.f_locals.get("self"), nn.Module
            ):
                found = frame.f_locals["self"], self.nodes[trace.tb_lineno - 1]
            trace = trace.tb_next
        return found

    # ------------------------------------------------------------------------------------------------- copies

    def __copy__(self) -> Unit:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Unit:
        return self

    def __reduce__(self) -> tuple[Callable[[Recipe], Unit], tuple[Recipe]]:
        from zoo.compiler.driver import recompile

        return recompile, (self.recipe,)


def _reduce_module(self: Any, protocol: int) -> Any:
    """Pickle an instance of a generated class as the document, the name of its class, and what it holds."""
    cls: Any = self.__class__
    unit: Unit = cls.__zoo_unit__
    if unit.classes.get(cls.__name__) is not cls:  # a class that somebody derived from it
        return nn.Module.__reduce_ex__(self, protocol)
    return _blank, (unit, cls.__name__), self.__getstate__()


def _reduce_output(self: Any, protocol: int) -> Any:
    del protocol
    cls: Any = self.__class__
    return _filled, (cls.__zoo_unit__, cls.__name__, tuple(self))


def _blank(unit: Unit, name: str) -> nn.Module:
    cls: Any = _class(unit, name)
    return cls.__new__(cls)


def _filled(unit: Unit, name: str, values: tuple[Any, ...]) -> Any:
    return _class(unit, name)(*values)


def _class(unit: Unit, name: str) -> type[Any]:
    if name not in unit.classes:
        raise ZooError(
            f"the pickle of a model of '{unit.recipe.graph.name}' holds a {name}, and compiling that graph "
            "gives no such class any more; load weights by state_dict instead"
        )
    return unit.classes[name]
