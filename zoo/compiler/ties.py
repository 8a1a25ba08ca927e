"""Writing tied parameters: ``self.generator.weight = self.embed.weight``.

The assignment stands in the class that contains the owner. Owners are constructed first, so that an iteration
over the parameters of a model meets each under its owner's name, which is its name in a ``state_dict``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ScanUse, Scope, Tie, Use
from zoo.compiler.body import Body
from zoo.compiler.queries import applied, used
from zoo.compiler.writer import Writer
from zoo.graph import Repeat


@dataclass(frozen=True, slots=True)
class Shared:
    """A tied parameter; ``path`` leads from a body, through scans, to the node that is tied."""

    path: tuple[str, ...]
    parameter: str
    tie: Tie


def find(scope: Scope, path: tuple[str, ...] = ()) -> Iterator[Shared]:
    """The ties whose owner is a node of the body: those of its own nodes, and of nodes in its scans."""
    for name, node in scope.nodes.items():
        for parameter, tie in node.ties.items():
            if tie.depth == len(path):
                yield Shared((*path, name), parameter, tie)
        if isinstance(node.use, ScanUse):
            yield from find(node.use.scope, (*path, name))


def order(names: Iterable[str], shared: Iterable[Shared]) -> list[str]:
    """The names in order, with owners before the nodes that are tied to them."""
    owners: dict[str, list[str]] = {}
    for each in shared:
        owners.setdefault(each.path[0], []).append(each.tie.node)
    done: dict[str, None] = {}

    def place(name: str, waiting: frozenset[str]) -> None:
        if name not in done and name not in waiting:
            for owner in owners.get(name, ()):
                place(owner, waiting | {name})
            done[name] = None

    for name in names:
        place(name, frozenset())
    return list(done)


def lines(writer: Writer, body: Body, shared: Shared) -> list[str]:
    """The assignment; a loop over all layers for a tie of a repeat that names none of them."""
    owner = _dotted(_walk(writer, body, (shared.tie.node, *shared.tie.parameter.split("."))))
    scope = body.scope
    for name in shared.path[:-1]:
        inner = used(scope.nodes[name])
        assert isinstance(inner, ScanUse)
        scope = inner.scope
    node, words = scope.nodes[shared.path[-1]].node, shared.parameter.split(".")
    if not isinstance(node, Repeat) or node.share or words[0].isdigit():
        return [f"        {_dotted(_walk(writer, body, (*shared.path, *words)))} = {owner}"]
    stack = _walk(writer, body, shared.path)
    parameter = _walk(writer, body, (*shared.path, "0", *words))[len(stack) :]
    layer = body.in_init.take("layer")
    inside = _dotted([layer, *parameter])
    return [f"        for {layer} in {_dotted(stack)}:", f"            {inside} = {owner}"]


def _walk(writer: Writer, body: Body, path: tuple[str, ...]) -> list[str]:
    """A dotted name through nodes, as code: their attributes, and ``[0]`` for a layer of a repeat that does
    not share one module.
    """
    parts = [f"self.{body.attributes[path[0]]}"]
    node: ResolvedNode | None = body.scope.nodes[path[0]]
    use: Use | None = applied(used(node))
    written = writer.children(body, path[0])[0].written
    rest = list(path[1:])
    while rest and use is not None:
        if isinstance(use, RepeatUse):
            if rest[0].isdigit():
                index = rest.pop(0)
                assert node is not None
                parts[-1] += "" if isinstance(node.node, Repeat) and node.node.share else f"[{index}]"
            use = use.each[0]
            continue
        if isinstance(use, LayerUse) or written is None:
            break
        name = rest.pop(0)
        parts.append(written.attributes.get(name, name))
        assert isinstance(use, BlockUse | ScanUse)
        node = use.scope.nodes.get(name)
        use = None if node is None else applied(used(node))
        written = written.inner.get(name)
    return [*parts, *rest]


def _dotted(parts: list[str]) -> str:
    """Names with dots between them, and numbers (of modules in a list) in brackets."""
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in parts).removeprefix(".")
