"""What users see of a layer: its entry in a file, its form, its page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from torch import Tensor

import zoo
from zoo.compiler import compile_graph
from zoo.files import dumps, loads
from zoo.graph import Graph
from zoo.packs import Registry
from zoo.packs.offers import use_name
from zoo.spec import Port
from zoo.testing.cases import Case
from zoo.testing.checking import Fault, NotApplicable, check, slow_check
from zoo.testing.compare import same
from zoo.testing.settings import schemas
from zoo.testing.subject import Subject

_QT = ("PySide6", "PySide2", "PyQt6", "PyQt5")


@check
def graph_file(subject: Subject) -> Iterator[None]:
    """A graph of this one layer is written, read, checked and compiled, and computes what the layer does."""
    registry = Registry([subject.spec])
    for case in subject.cases():
        graph = one_layer_graph(case)
        again = loads(dumps(graph))
        if again != graph:
            raise Fault(f"{case}: a file says what was written into it, and this graph came back changed")
        yield
        problems = [problem for problem in zoo.check(again, registry) if problem.severity == "error"]
        if problems:
            raise Fault(f"{case}: alone in a graph it has a problem: {problems[0]}")
        yield
        model = compile_graph(again, registry=registry).double().eval()
        model.load_state_dict({f"it.{name}": x for name, x in case.layer.state_dict().items()})
        found = model(**case.tensors_by_name)
        outputs = [found] if isinstance(found, Tensor) else list(found)
        by_name = dict(zip(subject.spec.outputs, outputs, strict=True))
        same(by_name, case.run_all(), f"{case}: compiled from a file")
        yield


def one_layer_graph(case: Case) -> Graph:
    """A graph of one node that has the case's settings, its inputs wired from the graph's own."""
    spec = case.spec
    graph = Graph.new("one_layer", about=spec.summary)
    wires: dict[str, Any] = {}  # outputs of the inputs, one or a list of them
    for name, port in spec.inputs.items():
        x = case.given[name]
        parts = x if isinstance(x, tuple) else () if x is None else (x,)
        inputs = [
            graph.input(name if len(parts) == 1 else f"{name}{i}", Port(port.dtype, tuple(part.shape)))
            for i, part in enumerate(parts)
        ]
        if inputs:
            wires[name] = inputs if port.variadic else inputs[0]
    node = graph.add("it", use_name(spec), **wires, settings=case.settings)
    for name in spec.outputs:
        graph.output(name, node[name])
    return graph.build()


@check
def migration(subject: Subject) -> Iterator[None]:
    """``migrate`` leaves settings of its own version as they are: files give them by the plain name, too."""
    migrate = subject.spec.migrate
    if migrate is None:
        raise NotApplicable("it has no `migrate`: it reads settings of its own version alone")
    for case in subject.cases():
        found = dict(migrate(case.settings))
        if found != dict(case.settings):
            raise Fault(
                f"{case}: migrate made {found} of settings that the version has, {dict(case.settings)}"
            )
        yield


@check
def form(subject: Subject) -> Iterator[None]:
    """Every setting has a title and a description, and every width its least value, for the editor's form."""
    spec = subject.spec
    json.dumps(spec.settings.model_json_schema())
    yield
    for name, schema in schemas(spec).items():
        if not schema.get("title"):
            raise Fault(f"the setting {name} has no title")
        if not schema.get("description") and name not in spec.widths:
            raise Fault(
                f"the setting {name} has no description; write "
                'Annotated[..., Field(description="What it is, in half a line.")]'
            )
        bounded = {"minimum", "exclusiveMinimum"} & schema.keys() or "anyOf" in schema or "enum" in schema
        if name in spec.widths and not bounded:
            raise Fault(f"the width {name} may be 0 or less by its type; write zoo.fields.Positive")
        yield


@check
def page(subject: Subject) -> Iterator[None]:
    """The docstring says what it is, mentions optional inputs and parameters, and has formula and source."""
    spec = subject.spec
    if len(spec.summary) < 20 or not spec.summary.endswith((".", ":")):
        raise Fault(f"the first line is a sentence that says what the layer is, and here '{spec.summary}'")
    yield
    for name, port in spec.inputs.items():
        if port.optional and f"``{name}``" not in spec.help:
            raise Fault(f"the input {name} is optional, and the docstring does not say ``{name}``")
    yield
    case = subject.plain()
    parts = dict.fromkeys(name.partition(".")[0] for name, _ in case.layer.named_parameters())
    for name in parts:
        if f"``{name}``" not in spec.help:
            raise Fault(f"the layer learns {name}, and the docstring does not say ``{name}`` and its shape")
        yield
    if parts and not re.search(r"=|→|ᵀ|Σ", spec.help):
        raise Fault("the layer has parameters, and the docstring no formula that says what they do")
    if parts and not re.search(r"\b(19|20)\d\d\b|torch\.nn\.", spec.help):
        raise Fault("the layer has parameters, and the docstring names no source: (Author & Author 2017)")


@slow_check
def imports(subject: Subject) -> Iterator[None]:
    """Its module can be imported where Qt is not installed."""
    module = sys.modules[subject.spec.cls.__module__]
    package = module.__name__.partition(".")[0]
    if module.__name__ not in _imported_without_qt(package, ""):
        done = _imported_without_qt(module.__name__, getattr(module, "__file__", None) or "")
        if module.__name__ not in done:
            raise Fault(f"{module.__name__} is not imported without Qt: {done[-1]}")
    yield


_WITHOUT_QT = """
import importlib, importlib.util, sys
name, file, *blocked = sys.argv[1:]
class Blocker:
    def find_spec(self, found, path=None, target=None):
        if found.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {found!r}", name=found)
sys.meta_path.insert(0, Blocker())
try:
    importlib.import_module(name)
except ModuleNotFoundError as error:
    if error.name != name.partition(".")[0]:
        raise
    spec = importlib.util.spec_from_file_location(name, file)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
for each in sys.modules:
    print(each)
"""


@cache
def _imported_without_qt(module: str, file: str) -> list[str]:
    """The modules that a new Python process without Qt has after importing this one, or its error."""
    path = os.pathsep.join(filter(None, [*sys.path, os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-P", "-c", _WITHOUT_QT, module, file, *_QT],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    return (done.stderr if done.returncode else done.stdout).strip().splitlines()
