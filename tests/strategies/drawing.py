"""Random graphs, part by part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from tests.strategies.words import axes, axis_names, layers, names, ports, scalars, texts, values
from zoo.edits.paths import bodies
from zoo.graph import (
    EMPTY,
    Block,
    Call,
    Frozen,
    Graph,
    Learned,
    Node,
    Ref,
    Repeat,
    Reuse,
    Scalar,
    Scan,
    Start,
    Value,
    Wire,
    Zeros,
    join,
    visible,
)
from zoo.sizes import Expr, Name


@dataclass(frozen=True)
class _Around:
    """What the nodes of a body may use: params, blocks, and the nodes of the bodies around."""

    params: tuple[str, ...]
    blocks: Mapping[str, Block]
    outer: Mapping[str, Node] = field(default_factory=dict[str, Node])
    depth: int = 0


class _Drawing:
    """Draws the parts of one graph."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.reuses: dict[int, tuple[Reuse, Node]] = {}
        """By the identity of each reuse: itself, and the node that it comes from in the end."""

    # ------------------------------------------------------------------------------------------------- bodies

    def graph(self) -> Graph:
        params = self.params()
        blocks: dict[str, Block] = {}
        for name in self.names(2):
            blocks[name] = self.block(blocks)
        inputs = {name: self.draw(ports(params)) for name in self.names(3)}
        around = _Around(tuple(params), blocks)
        nodes = self.nodes(inputs, around, 6, self.draw(st.sampled_from([0, 1, 3])))
        graph = Graph(
            name=self.draw(st.sampled_from(["x", "A model", "1", "no", "a: b"])),
            about=self.draw(texts),
            requires=self.draw(st.sampled_from([(), ("zoo-attention>=1.2", "x")])),
            causal=self.draw(st.sampled_from([(), ("time",)])),
            params=Frozen(params),
            inputs=Frozen(inputs),
            outputs=Frozen(self.named_refs([*inputs, *nodes], nodes, around)),
            blocks=Frozen(blocks),
            nodes=Frozen(nodes),
        )
        boxes = [join(scope, name) for scope, body in bodies(graph) for name in visible(body)]
        if not boxes:
            return graph
        place = st.tuples(st.integers(-99, 99), st.integers(-99, 99))
        return replace(
            graph, layout=Frozen(self.draw(st.dictionaries(st.sampled_from(boxes), place, max_size=3)))
        )

    def block(self, blocks: Mapping[str, Block]) -> Block:
        params = self.params()
        inputs = {name: self.draw(ports(params)) for name in self.names(2)}
        around = _Around(tuple(params), dict(blocks))
        nodes = self.nodes(inputs, around, 3)
        return Block(
            about=self.draw(texts),
            params=Frozen(params),
            inputs=Frozen(inputs),
            outputs=Frozen(self.named_refs([*inputs, *nodes], nodes, around)),
            nodes=Frozen(nodes),
        )

    def nodes(self, inputs: Collection[str], around: _Around, most: int, least: int = 0) -> dict[str, Node]:
        """Nodes that read the inputs and each other, in any order."""
        new = self.names(most, inputs, least)
        hidden = {*inputs, *new}
        around = replace(
            around, outer={name: node for name, node in around.outer.items() if name not in hidden}
        )
        found: dict[str, Node] = {}
        for name in new:
            found[name] = self.node([*inputs, *found], found, around)
        return {name: found[name] for name in self.draw(st.permutations(new))}

    # -------------------------------------------------------------------------------------------------- nodes

    def node(self, seen: list[str], found: Mapping[str, Node], around: _Around) -> Node:
        kinds: list[Callable[[list[str], Mapping[str, Node], _Around], Node]]
        kinds = [self.call, self.call, self.repeat]
        if around.depth < 2:
            kinds.append(self.scan)
        if found or around.outer:
            kinds.append(self.reuse)
        return self.draw(st.sampled_from(kinds))(seen, found, around)

    def call(self, seen: list[str], found: Mapping[str, Node], around: _Around) -> Call:
        use, settings, wired = self.use(seen, found, around)
        return Call(
            use=use, settings=settings, inputs=wired, tie=self.tie(found, around), freeze=self.frozen()
        )

    def repeat(self, seen: list[str], found: Mapping[str, Node], around: _Around) -> Repeat:
        use, settings, wired = self.use(seen, found, around)
        carry = {
            port: wire
            for port, wire in wired.items()
            if port and isinstance(wire, Ref) and self.draw(st.booleans())
        }
        count: Expr = self.draw(st.integers(0, 4))
        if around.params:
            count = self.draw(
                st.just(count) | st.sampled_from(around.params).map(lambda name: Name(f"${name}"))
            )
        vary: dict[str, tuple[Value, ...]] = {}
        if isinstance(count, int):
            several = st.lists(values(around.params), min_size=count, max_size=count).map(tuple)
            vary = self.draw(st.dictionaries(names.filter(lambda n: n not in settings), several, max_size=1))
        return Repeat(
            count=count,
            use=use,
            settings=settings,
            carry=Frozen(carry),
            inputs=Frozen({port: wire for port, wire in wired.items() if port not in carry}),
            vary=Frozen(vary),
            share=self.draw(st.booleans()),
            tie=self.tie(found, around),
            freeze=self.frozen(),
        )

    def reuse(self, seen: list[str], found: Mapping[str, Node], around: _Around) -> Reuse:
        of = self.draw(st.sampled_from([*found, *around.outer]))
        node = Reuse(of=of, inputs=self.wired(names, seen, found, around))
        self.reuses[id(node)] = (node, self.original({**around.outer, **found}[of]))
        return node

    def original(self, node: Node) -> Node:
        return self.reuses[id(node)][1] if isinstance(node, Reuse) else node

    def scan(self, seen: list[str], found: Mapping[str, Node], around: _Around) -> Scan:
        entering = self.names(4)
        each, state, const = (set[str](), set[str](), set[str]())
        for name in entering:
            self.draw(st.sampled_from([each, state, const] if seen else [state])).add(name)
        inner = replace(around, outer={**around.outer, **found}, depth=around.depth + 1)
        nodes = self.nodes(entering, inner, 3)
        readable = [*entering, *nodes]
        fresh = self.names(4)
        return Scan(
            over=self.draw(axis_names),
            each=Frozen({name: self.ref(seen, found, around) for name in entering if name in each}),
            state=Frozen({name: self.start(seen, found, around) for name in entering if name in state}),
            const=Frozen({name: self.ref(seen, found, around) for name in entering if name in const}),
            mask=self.ref(seen, found, around) if seen and self.draw(st.booleans()) else None,
            nodes=Frozen(nodes),
            next=Frozen({name: self.ref(readable, nodes, inner) for name in entering if name in state}),
            stack=Frozen({name: self.ref(readable, nodes, inner) for name in fresh[:2] if readable}),
            final=Frozen({name: self.draw(st.sampled_from(sorted(state))) for name in fresh[2:] if state}),
            reverse=self.draw(st.booleans()),
            freeze=self.frozen(),
        )

    # -------------------------------------------------------------------------------------------------- parts

    def frozen(self) -> bool:
        return self.draw(st.integers(0, 3)) == 0

    def use(
        self, seen: list[str], found: Mapping[str, Node], around: _Around
    ) -> tuple[str, Frozen[str, Value], Frozen[str, Wire]]:
        """A layer or a block, with settings and wires."""
        if not around.blocks or self.draw(st.booleans()):
            settings = self.draw(st.dictionaries(names, values(around.params), max_size=3))
            return self.draw(layers), Frozen(settings), self.wired(names, seen, found, around)
        name = self.draw(st.sampled_from(sorted(around.blocks)))
        block = around.blocks[name]
        settings = {
            param: self.draw(values(around.params).filter(lambda value: value is not None))
            for param, default in block.params.items()
            if default is None or self.draw(st.booleans())
        }
        refs = {port: self.ref(seen, found, around) for port in block.inputs} if seen else {}
        required = [port for port, type_ in block.inputs.items() if not type_.optional]
        if len(required) == 1 and set(refs) == set(required) and self.draw(st.booleans()):
            refs = {"": refs[required[0]]}
        return name, Frozen(settings), Frozen(refs)

    def wired(
        self, port: st.SearchStrategy[str], seen: list[str], found: Mapping[str, Node], around: _Around
    ) -> Frozen[str, Wire]:
        if not seen:
            return EMPTY
        form = self.draw(st.sampled_from(["none", "one", "list", "named"]))
        if form == "none":
            return EMPTY
        if form == "one":
            return Frozen({"": self.ref(seen, found, around)})
        if form == "list":
            return Frozen({"": self.several(seen, found, around)})
        several = self.draw(st.lists(port, unique=True, min_size=1, max_size=3))
        lists = self.draw(st.integers(0, 5))
        return Frozen(
            {
                name: self.several(seen, found, around) if index == lists else self.ref(seen, found, around)
                for index, name in enumerate(several)
            }
        )

    def several(self, seen: list[str], found: Mapping[str, Node], around: _Around) -> tuple[Ref, ...]:
        return tuple(self.ref(seen, found, around) for _ in range(self.draw(st.integers(1, 3))))

    def ref(self, seen: list[str], found: Mapping[str, Node], around: _Around) -> Ref:
        """An output of one of the names in sight."""
        name = self.draw(st.sampled_from(seen))
        if name not in found:
            return Ref(name)
        ports = outputs_of(self.original(found[name]), around.blocks)
        if ports is None:
            return Ref(name, self.draw(st.none() | names))
        return Ref(
            name, self.draw(st.sampled_from(ports if len(ports) != 1 else [None, *ports])) if ports else None
        )

    def start(self, seen: list[str], found: Mapping[str, Node], around: _Around) -> Start:
        if seen and self.draw(st.booleans()):
            return self.ref(seen, found, around)
        kind = self.draw(st.sampled_from([Zeros, Learned]))
        return kind(tuple(self.draw(st.lists(axes(around.params), max_size=3))))

    def tie(self, found: Mapping[str, Node], around: _Around) -> Frozen[str, str]:
        meant = {**around.outer, **found}
        targets = [name for name, node in meant.items() if isinstance(node, Call | Repeat)]
        if not targets or self.draw(st.integers(0, 3)):
            return EMPTY
        words = [self.draw(st.sampled_from(targets))]
        node = meant[words[0]]
        if isinstance(node, Repeat) and self.draw(st.booleans()):
            words.append("0")
        if isinstance(node, Call | Repeat) and node.use in around.blocks and around.blocks[node.use].nodes:
            words.append(self.draw(st.sampled_from([*around.blocks[node.use].nodes])))
        return Frozen({self.draw(st.sampled_from(["weight", "a.bias"])): ".".join([*words, "weight"])})

    def named_refs(self, seen: list[str], nodes: Mapping[str, Node], around: _Around) -> dict[str, Ref]:
        return {name: self.ref(seen, nodes, around) for name in self.names(2)} if seen else {}

    def params(self) -> dict[str, Scalar]:
        return self.draw(st.dictionaries(names, scalars, max_size=3))

    def names(self, most: int, taken: Collection[str] = (), least: int = 0) -> list[str]:
        """Some new names."""
        return self.draw(
            st.lists(names.filter(lambda name: name not in taken), unique=True, min_size=least, max_size=most)
        )


def outputs_of(node: Node, blocks: Mapping[str, Block]) -> list[str] | None:
    """The outputs of a node that is no reuse; None for a layer's, which only its pack knows."""
    if isinstance(node, Scan):
        return [*node.stack, *node.final]
    return [*blocks[node.use].outputs] if isinstance(node, Call | Repeat) and node.use in blocks else None


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Graphs that are sound in structure (see above)."""
    return _Drawing(draw).graph()
