"""What the inspector shows of a node: name, layer, settings, ports, costs, help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout

from zoo.edits import Edit, RenameNode, SetField
from zoo.errors import EditError
from zoo.files.words import parse_expression
from zoo.graph import Call, Node, Repeat, Reuse, Scan
from zoo.packs import Registry
from zoo.sizes.words import short
from zoo.spec import LayerSpec, Port, TensorType
from zoo_gui.panels.form import Form, Write
from zoo_gui.panels.help import as_html
from zoo_gui.panels.measuring import Costs
from zoo_gui.panels.settings_form import SettingsForm
from zoo_gui.panels.ties import tie_line
from zoo_gui.resolved import Known
from zoo_gui.selection import Pick
from zoo_gui.theme import Theme
from zoo_gui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Page:
    """What a page is made from, and the layout that it goes into."""

    workspace: Workspace
    registry: Registry | None
    known: Mapping[tuple[str, str], Known]
    costs: Costs | None
    theme: Theme
    layout: QVBoxLayout

    def form(self) -> Form:
        """A form below what is there."""
        form = Form(self.theme)
        self.layout.addLayout(form)
        return form

    def title(self, text: str, about: str = "") -> None:
        """What the page is about."""
        label = QLabel(text, wordWrap=True)
        label.setProperty("heading", True)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.layout.addWidget(label)
        if about:
            line = QLabel(about, wordWrap=True)
            line.setProperty("muted", True)
            self.layout.addWidget(line)

    def rule(self) -> None:
        """A line between two parts."""
        line = QFrame(frameShape=QFrame.Shape.HLine)
        line.setStyleSheet(f"color: {self.theme.border.name()}")
        self.layout.addWidget(line)

    def perform(self, edit: Edit) -> None:
        """Make an edit; EditError when it does not fit, for the line that asked for it."""
        self.workspace.document.apply(edit)

    def cost(self, scope: str, names: list[str]) -> None:
        """Parameters and FLOPs of some nodes together."""
        found = [cost for name in names if self.costs and (cost := self.costs.nodes.get((scope, name)))]
        if not found:
            return
        form = self.form()
        form.heading("costs")
        _parameters(form, sum(cost.parameters for cost in found), sum(cost.frozen for cost in found))
        flops = [cost.flops for cost in found]
        known = sum(cost.flops * cost.times for cost in found if cost.flops is not None)
        least = "at least " if None in flops else ""
        form.fact("FLOPs", f"{least}{short(known)}", hint=f"{_forward(self.costs)}: {known:,}")

    def cost_of_all(self) -> None:
        """Parameters and FLOPs of the whole graph."""
        if self.costs is None:
            return
        whole, form = self.costs.whole, self.form()
        form.heading("costs")
        _parameters(form, whole.parameters, whole.frozen)
        form.fact("FLOPs", short(whole.flops), hint=_forward(self.costs))

    def several(self, names: list[str]) -> None:
        """Several nodes at once."""
        self.title(f"{len(names)} nodes", ", ".join(sorted(names)))
        self.cost(self.workspace.scope, names)


def _parameters(form: Form, count: int, frozen: int) -> None:
    form.fact("parameters", short(count), hint=f"{count:,}")
    if frozen:
        form.fact("frozen", short(frozen) if frozen < count else "all", hint=f"Not trained: {frozen:,}")


def node_page(page: Page, name: str) -> None:
    """The page of one node of the body that is shown."""
    workspace = page.workspace
    scope, node = workspace.scope, workspace.body.nodes[name]
    known = page.known.get((scope, name)) if workspace.resolution else None
    form = page.form()
    form.line("name", name, lambda text: _rename(page, scope, name, text), hint="What wires call it")
    _kind_lines(page, form, scope, name, node)
    spec = _spec(page, node, known)
    if isinstance(node, Call | Repeat):
        settings = SettingsForm(workspace, name, node, form)
        block = workspace.graph.blocks.get(node.use)
        if spec is not None:
            settings.layer(spec, known)
        elif block is not None:
            settings.block(block.params)
        else:
            settings.missing()
            page.title(*_missing(page, node))
        tie_line(page, form, name, node)
    if known is not None:
        _ports(page, spec, known)
    page.cost(scope, [name])
    if spec is not None:
        _help(page, spec.help)
    elif isinstance(node, Call | Repeat) and node.use in workspace.graph.blocks:
        _help(page, workspace.graph.blocks[node.use].about)


def _rename(page: Page, scope: str, name: str, new: str) -> None:
    page.perform(RenameNode(scope, name, new))
    page.workspace.select([Pick("node", new)])


def _kind_lines(page: Page, form: Form, scope: str, name: str, node: Node) -> None:
    """What the node is: its layer or block, its count, its axis."""

    def set_field(field: str) -> Write:
        def write(text: str) -> None:
            value = parse_expression(text) if field == "count" else text
            page.perform(SetField(scope, name, field, value))

        return write

    def switch(field: str) -> Write:
        def write(text: str) -> None:
            if text not in {"true", "false"}:
                raise EditError(f"'{field}' is true or false, got '{text}'")
            page.perform(SetField(scope, name, field, text == "true"))

        return write

    layers = [*(page.registry.layers if page.registry else ()), *page.workspace.graph.blocks]
    yes_or_no = ("true", "false")
    if isinstance(node, Scan):
        form.line("over", node.over, set_field("over"), hint="The axis that is walked over")
        form.line("reverse", str(node.reverse).lower(), switch("reverse"), suggestions=yes_or_no)
    elif isinstance(node, Reuse):
        form.line("reuse", node.of, set_field("of"), hint="The node whose module is applied again")
    else:
        form.line("use", node.use, set_field("use"), hint="The layer or block that it is", suggestions=layers)
    if isinstance(node, Repeat):
        form.line("repeat", str(node.count), set_field("count"), hint="How often: a number or $param")
        form.line("share", str(node.share).lower(), switch("share"), suggestions=yes_or_no)
    if not isinstance(node, Reuse):
        form.check(
            "freeze",
            node.freeze,
            lambda on: page.perform(SetField(scope, name, "freeze", on)),
            hint="Training leaves the weights in it as they are; gradients flow through",
        )


def _spec(page: Page, node: Node, known: Known | None) -> LayerSpec | None:
    if isinstance(node, Call | Repeat):
        return page.registry.find(node.use) if page.registry and node.is_layer else None
    return known.layer.spec if known and known.layer and isinstance(node, Reuse) else None


def _missing(page: Page, node: Call | Repeat) -> tuple[str, str]:
    if page.registry is None:
        return "The packs are being loaded…", ""
    if node.is_layer:
        message, remedy = page.registry.missing(node.use)
        return message, f"{remedy}. Its settings and wires stay as they are."
    return f"there is no block '{node.use}' in this file", ""


def _ports(page: Page, spec: LayerSpec | None, known: Known) -> None:
    form = page.form()
    nameless = "mask" if isinstance(known.node.node, Scan) else "in"
    declared_in: Mapping[str, Port] = spec.inputs if spec else {}
    names = [*declared_in, *(port for port in known.node.inputs if port not in declared_in)]
    form.heading("inputs") if names else None
    for port in names:
        types = [str(type) for type in known.arrives(port) if type]
        declared = declared_in.get(port)
        shown = _shown(types, declared, wired=port in known.node.inputs)
        form.fact(port or nameless, shown, hint=f"Takes {declared}" if declared else "")
    form.heading("outputs") if known.node.types else None
    declared_out: Mapping[str, Port] = spec.outputs if spec else {}
    for port in known.node.types:
        type: TensorType | None = known.leaves(port)
        form.fact(port, _shown([str(type)] if type else [], declared_out.get(port), wired=True))


def _shown(types: list[str], declared: Port | None, *, wired: bool) -> str:
    """What flows through a port; where that is not known, what the layer says of it."""
    if types:
        return "\n".join(types)
    if declared is None:
        return "not known yet"
    return f"{declared}, not known yet" if wired else f"{declared}, not wired"


def _help(page: Page, text: str) -> None:
    if not text.strip():
        return
    page.rule()
    label = QLabel(as_html(text, page.theme), wordWrap=True)
    label.setObjectName("help")
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
    page.layout.addWidget(label)


def _forward(costs: Costs | None) -> str:
    sizes = costs.sizes.items() if costs else ()
    return f"Forward, for {', '.join(f'{name}={size}' for name, size in sizes) or 'the sizes of the inputs'}"
