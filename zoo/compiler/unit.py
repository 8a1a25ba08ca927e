"""A compiled graph as code: its source, the classes that executing it gives, and which line is of which node.

Generated classes live in a module of their own that no file holds. ``linecache`` has its text, so tracebacks and
debuggers show it; both go when the last model of the unit goes. A pickle holds the document and compiles it again.
"""

from __future__ import annotations

import itertools
import linecache
import re
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Any

from torch import nn

from zoo.compiler.inputs import Inputs
from zoo.compiler.program import Program, Written
from zoo.errors import ZooError
from zoo.graph import Graph
from zoo.problems import Place

_count = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a unit is compiled from: a document, the values of its params, and where its layers are looked up.

    ``layers`` are their classes, or None for those of the installed packs. It is all that a pickle keeps.
    """

    graph: Graph
    params: Mapping[str, Any]
    layers: tuple[type[nn.Module], ...] | None = None


class Unit:
    """The code of one compiled graph; ``base`` is what its models are beside the class that the source has for them."""

    def __init__(
        self, recipe: Recipe, program: Program, root: Written, base: type[nn.Module], inputs: Inputs
    ) -> None:
        self.recipe, self.root, self.inputs = recipe, root, inputs
        lines = program.lines()
        self.source = "\n".join(line.text for line in lines) + "\n"
        self.nodes = [line.node for line in lines]
        self.written = {each.name: each for each in program.classes}
        self.layers: dict[type[nn.Module], str] = program.layers
        number = next(_count)
        word = re.sub(r"\W+", "_", recipe.graph.name)
        self.filename = f"<zoo {word} {number}>"
        self.module = ModuleType(f"zoo.compiled.{word}_{number}", f"The graph '{recipe.graph.name}' as code.")
        self.module.__file__ = self.filename
        vars(self.module).update(program.hidden())
        self._execute()
        self.classes: dict[str, type[Any]] = {}
        for name, written in self.written.items():
            self._adopt(vars(self.module)[name], written)
        self.model: type[Any] = type(root.name, (base, self.classes[root.name]), {"__doc__": root.about})
        self._adopt(self.model, root)

    def _execute(self) -> None:
        code = compile(self.source, self.filename, "exec", dont_inherit=True)
        # Known by name, for torch.compile looks up the globals of a function by the name of its module.
        sys.modules[self.module.__name__] = self.module
        lines = self.source.splitlines(keepends=True)
        linecache.cache[self.filename] = (len(self.source), None, lines, self.filename)
        weakref.finalize(self, _forget, self.module.__name__, self.filename).atexit = False
        # The text is our own: of a file's words it holds names and literals only.
        exec(code, vars(self.module))  # noqa: S102

    def _adopt(self, cls: type[Any], written: Written) -> None:
        cls.__module__ = self.module.__name__
        cls.__zoo_unit__ = self
        cls.__reduce_ex__ = _reduce_module
        self.classes[written.name] = cls
        if written.fields:
            output = vars(self.module)[f"{written.name}Output"]
            output.__zoo_unit__ = self
            output.__reduce_ex__ = _reduce_output
            self.classes[output.__name__] = output

    @contextmanager
    def layers_as(self, make: Callable[[type[nn.Module]], object]) -> Iterator[None]:
        """While models are built: what the names of layer classes stand for in the source."""
        names = vars(self.module)
        names.update({name: make(cls) for cls, name in self.layers.items()})
        try:
            yield
        finally:
            names.update({name: cls for cls, name in self.layers.items()})

    # ------------------------------------------------------------------------------------- from code to nodes

    def path(self, model: nn.Module, module: nn.Module) -> tuple[str, ...]:
        """The path of nodes that leads from a model to one of its modules."""
        name = next((name for name, each in model.named_modules() if each is module), "")
        return self.nodes_of(name)

    def nodes_of(self, name: str) -> tuple[str, ...]:
        """A module's name as nodes: ``encoder.0.forward_`` as ``encoder``, ``0``, ``forward``."""
        written: Written | None = self.root
        path: list[str] = []
        for part in name.split(".") if name else ():
            node = part
            if written is not None and not (path and part.isdigit()):
                node = next((node for node, attribute in written.attributes.items() if attribute == part), part)
                written = written.inner.get(node)
            path.append(node)
        return tuple(path)

    def place(self, path: Sequence[str]) -> Place | None:
        """Where the node at a path of nodes is written."""
        written: Written | None = self.root
        place: Place | None = None
        for node in path:
            if written is None:
                break
            if node in written.places:
                place = written.places[node]
                written = written.inner.get(node)
        return place

    def failed(self, trace: TracebackType | None) -> tuple[nn.Module, str] | None:
        """The innermost generated module that an exception went through, and the node that it was busy with."""
        found = None
        while trace is not None:
            frame = trace.tb_frame
            if frame.f_code.co_filename == self.filename and isinstance(frame.f_locals.get("self"), nn.Module):
                found = frame.f_locals["self"], self.nodes[trace.tb_lineno - 1]
            trace = trace.tb_next
        return found

    # ------------------------------------------------------------------------------------------------- copies

    def __copy__(self) -> Unit:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Unit:
        return self

    def __reduce__(self) -> tuple[Callable[[Recipe], Unit], tuple[Recipe]]:
        from zoo.compiler.compiling import recompile

        return recompile, (self.recipe,)


def _forget(module: str, filename: str) -> None:
    sys.modules.pop(module, None)
    linecache.cache.pop(filename, None)


def _reduce_module(self: Any, protocol: int) -> Any:
    """Pickle an instance of a generated class as the document, the name of its class, and what it holds."""
    cls: Any = type(self)
    unit: Unit = cls.__zoo_unit__
    if unit.classes.get(cls.__name__) is not cls:  # a class that somebody derived from it
        return nn.Module.__reduce_ex__(self, protocol)
    return _blank, (unit, cls.__name__), self.__getstate__()


def _reduce_output(self: Any, protocol: int) -> Any:
    del protocol
    return _filled, (type(self).__zoo_unit__, type(self).__name__, tuple(self))


def _blank(unit: Unit, name: str) -> nn.Module:
    cls = _class(unit, name)
    return cls.__new__(cls)


def _filled(unit: Unit, name: str, values: tuple[Any, ...]) -> Any:
    return _class(unit, name)(*values)


def _class(unit: Unit, name: str) -> type[Any]:
    if name not in unit.classes:
        raise ZooError(
            f"a pickle of the graph '{unit.recipe.graph.name}' names the class {name}, which compiling it no longer "
            "gives; load weights by state_dict instead"
        )
    return unit.classes[name]
