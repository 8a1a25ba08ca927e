"""What the inspector shows when nothing is selected: the graph, block or scan that the canvas shows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from zoo.edits import (
    AddInput,
    AddOutput,
    Connect,
    Edit,
    End,
    RemoveInput,
    RemoveOutput,
    RemoveParam,
    RenameBlock,
    RenameInput,
    RenameNode,
    RenameOutput,
    RenameParam,
    SetField,
    SetInput,
    SetParam,
)
from zoo.edits.cuts import free_name
from zoo.errors import EditError
from zoo.files.words import parse_port, parse_ref
from zoo.graph import Block, Body, Graph, Scan, visible
from zoo.sizes import Name
from zoo.spec import Port
from zoo_gui.panels.form import Form
from zoo_gui.panels.node_page import Page
from zoo_gui.panels.values import read_value, text_of


def body_page(page: Page) -> None:
    """The page of the body that is shown."""
    body, scope = page.workspace.body, page.workspace.scope
    form = page.form()
    _heading(page, form, body, scope)
    if isinstance(body, Scan):
        _scan(page, form, body, scope)
        return
    _params(page, form, body, scope)
    _inputs(page, form, body, scope)
    _outputs(page, form, body, scope)
    if isinstance(body, Graph) and body.nodes and page.costs is not None:
        page.rule()
        page.cost_of_all()


def _heading(page: Page, form: Form, body: Body, scope: str) -> None:
    def about(text: str) -> None:
        page.perform(SetField(scope, "", "about", text))

    if isinstance(body, Graph):
        form.line("name", body.name, lambda text: page.perform(SetField("", "", "name", text)))
        form.line("about", body.about, about, placeholder="what it shows, in a sentence")
        form.line(
            "requires",
            ", ".join(body.requires),
            lambda text: page.perform(SetField("", "", "requires", _words(text))),
            placeholder="distributions with its packs",
            hint="Distributions with the packs that the graph needs, as for pip, separated by commas",
        )
    elif isinstance(body, Block):
        form.line("block", scope.removeprefix("#"), lambda text: _rename_block(page, scope, text))
        form.line("about", body.about, about, placeholder="what it does, in a sentence")
    else:
        outer, _, name = scope.rpartition(".")
        form.line("name", name, lambda text: page.perform(RenameNode(outer, name, text)))
        form.line("over", body.over, lambda text: page.perform(SetField(outer, name, "over", text)))


def _rename_block(page: Page, scope: str, new: str) -> None:
    page.workspace.enter("")
    try:
        page.perform(RenameBlock(scope.removeprefix("#"), new))
    except EditError:
        page.workspace.enter(scope)
        raise
    page.workspace.enter(f"#{new}")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _params(page: Page, form: Form, body: Graph | Block, scope: str) -> None:
    def write(name: str, text: str) -> None:
        page.perform(SetParam(scope, name, read_value(text)))

    def add() -> None:
        value = None if isinstance(body, Block) else 1  # that of a block is given where it is used
        _do(page, SetParam(scope, free_name("param", body.params), value))

    form.heading("params", add, "param")
    for name, value in body.params.items():
        form.entry(
            name,
            text_of(value),
            what="param",
            rename=partial(_rename, page, RenameParam, scope, name),
            write=partial(write, name),
            remove=partial(_do, page, RemoveParam(scope, name, inline=value is not None)),
        )


def _inputs(page: Page, form: Form, body: Graph | Block, scope: str) -> None:
    def write(name: str, text: str) -> None:
        page.perform(SetInput(scope, name, parse_port(text)))

    def add() -> None:
        port = Port("float", (Name("batch"), Name("time"), Name("dim")))
        _do(page, AddInput(scope, free_name("x", [*visible(body)]), port))

    form.heading("inputs", add, "input")
    for name, port in body.inputs.items():
        form.entry(
            name,
            str(port),
            what="input",
            rename=partial(_rename, page, RenameInput, scope, name),
            write=partial(write, name),
            remove=partial(_do, page, RemoveInput(scope, name)),
            suggestions=_TYPES,
        )


def _outputs(page: Page, form: Form, body: Graph | Block, scope: str) -> None:
    sources = [*_sources(page, body, scope)]

    def write(name: str, text: str) -> None:
        page.perform(Connect(scope, End("", "outputs", name), parse_ref(text)))

    def add() -> None:
        if not sources:
            page.workspace.refused.emit(
                "an output reads a node or an input, and there is none yet; place a layer"
            )
            return
        unread = [name for name in body.nodes if name in sources] or sources
        _do(page, AddOutput(scope, free_name("out", body.outputs), parse_ref(unread[-1])))

    form.heading("outputs", add, "output")
    for name, ref in body.outputs.items():
        form.entry(
            name,
            str(ref),
            what="output",
            rename=partial(_rename, page, RenameOutput, scope, name),
            write=partial(write, name),
            remove=partial(_do, page, RemoveOutput(scope, name)),
            suggestions=sources,
        )


def _sources(page: Page, body: Body, scope: str) -> Iterable[str]:
    """What an output can read."""
    for name in visible(body):
        known = page.known.get((scope, name))
        ports = [*known.node.types] if known else []
        yield from (f"{name}.{port}" for port in ports) if len(ports) > 1 else (name,)


def _scan(page: Page, form: Form, body: Scan, scope: str) -> None:
    """What enters and leaves a scan; wires to them are drawn on the canvas."""
    parts = {
        "each": {name: str(ref) for name, ref in body.each.items()},
        "state": {name: str(start) for name, start in body.state.items()},
        "const": {name: str(ref) for name, ref in body.const.items()},
    }
    for part, entries in parts.items():
        if entries:
            form.heading(_PARTS[part])
        for name, text in entries.items():
            form.entry(
                name,
                text,
                what=part,
                rename=partial(_rename, page, RenameInput, scope, name),
                write=None,
                remove=partial(_do, page, RemoveInput(scope, name)),
            )
    leaves = {name: str(ref) for name, ref in body.stack.items()}
    leaves |= {name: f"state {state}, at the end" for name, state in body.final.items()}
    if leaves:
        form.heading("outputs")
    for name, text in leaves.items():
        form.entry(
            name,
            text,
            what="output",
            rename=partial(_rename, page, RenameOutput, scope, name),
            write=None,
            remove=partial(_do, page, RemoveOutput(scope, name)),
        )


_TYPES = ("int batch time", "float batch time dim", "bool batch time", "optional bool batch time")
_PARTS = {"each": "cut into steps", "state": "fed back", "const": "seen whole by every step"}


def _rename(page: Page, kind: type, scope: str, name: str, new: str) -> None:
    page.perform(kind(scope, name, new))


def _do(page: Page, edit: Edit) -> None:
    """An edit by a button: when it does not fit, the sentence stands above the canvas."""
    page.workspace.perform(edit)
