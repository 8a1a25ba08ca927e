"""The executed program of a graph: its source, its classes, and the node that each line belongs to.

Generated classes are in no file. ``linecache`` holds their source, so that tracebacks and debuggers show it,
for as long as a model of the unit exists. A pickle stores the document and compiles it again.
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
    """Everything that determines a unit: the document, the values of its params, the layers, the lowering.

    ``layers`` are the layer classes, None for those of the installed packs. This is all that a pickle stores.
    """

    graph: Graph
    params: Mapping[str, Any]
    layers: tuple[type[nn.Module], ...] | None = None
    lowering: str = "auto"


def execute(owner: object, source: str, filename: str, names: dict[str, Any]) -> None:
    """Execute generated source in ``names``; tracebacks show it for as long as ``owner`` exists."""
    code = compile(source, filename, "exec", dont_inherit=True)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    weakref.finalize(owner, linecache.cache.pop, filename, None).atexit = False
    exec(code, names)  # noqa: S102 - the text is our own; of what a file says it holds names and literals only


class Unit:
    """The code of one compiled graph; ``base`` is the second base class of its models."""

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
        # Without a __name__, as torch.compile would import a module of that name, which would never be freed.
        self.names: dict[str, Any] = {**program.hidden()}
        execute(self, self.source, self.filename, self.names)
        self.streams: dict[str | None, Any] = {}
        """The code of its streams, by the requested axis."""
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
        """Context manager: the names of layer classes in the source stand for ``make`` of them."""
        names = self.names
        names.update({name: make(cls) for cls, name in self.layers.items()})
        try:
            yield
        finally:
            names.update({name: cls for cls, name in self.layers.items()})

    # ------------------------------------------------------------------------------------- from code to nodes

    def path(self, model: nn.Module, module: nn.Module) -> tuple[str, ...]:
        """The path of nodes from a model to one of its modules."""
        for name, each in cast("Iterator[tuple[str, nn.Module]]", model.named_modules()):
            if each is module:
                return self.nodes_of(name)
        return ()

    def nodes_of(self, name: str) -> tuple[str, ...]:
        """The nodes in a module's name: ``encoder``, ``0``, ``forward`` for ``encoder.0.forward_``."""
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
        """The place of the node at a path of nodes."""
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
        """The innermost generated module in a traceback, and the node that it was executing."""
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
    if unit.classes.get(cls.__name__) is not cls:  # a subclass of a generated class
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
