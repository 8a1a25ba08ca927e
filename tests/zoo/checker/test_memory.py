"""A check that remembers the one before finds what a check from nothing finds, and does less for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zoo.checker.helpers import SEQ2SEQ, TRANSFORMER, graph
from tests.zoo.checker.layers import REGISTRY
from tests.zoo.checker.test_scale import residual_net
from zoo.checker import Memory, Resolution, resolve
from zoo.checker.nodes import resolve_node
from zoo.checker.resolution import Scope
from zoo.edits.paths import bodies
from zoo.files.words import parse_port
from zoo.graph import Body, Call, Frozen, Graph, Node, Ref, Repeat, Reuse, Scan, Wire, put, visible
from zoo.wires import rewire_node

GRAPHS = {name: graph(text, "") for name, text in {"seq2seq": SEQ2SEQ, "transformer": TRANSFORMER}.items()}
USES = (
    "basic/tanh",
    "basic/add",
    "basic/linear",
    "norm/layer_norm",
    "attend_self",
    "feed_forward",
    "none/such",
)
PARTS = ("settings", "code", "read", "cut", "axis", "mask", "next", "carry", "target", "depth")


def told(scope: Scope) -> dict[str, Any]:
    """All that a scope says, in a form that compares by value."""
    nodes = {
        name: (dict(node.inputs), dict(node.types), _told(node.use)) for name, node in scope.nodes.items()
    }
    parts = ("values", "inputs", "outputs", "types")
    return {"nodes": nodes, **{part: dict(getattr(scope, part)) for part in parts}}


def _told(use: Any) -> Any:
    kept = {part: getattr(use, part) for part in PARTS if hasattr(use, part)}
    if hasattr(use, "scope"):
        kept["scope"] = told(use.scope)
    for layer in getattr(use, "each", ()):
        kept.setdefault("each", []).append(_told(layer))
    if hasattr(use, "use"):
        kept["use"] = _told(use.use)
    return kept


def assert_same(found: Resolution, fresh: Resolution) -> None:
    assert list(map(str, found.problems)) == list(map(str, fresh.problems))
    assert told(found.root) == told(fresh.root)


@st.composite
def edited(draw: st.DrawFn, whole: Graph) -> Graph:
    """A graph with one thing changed somewhere, whether or not that makes sense."""
    scope, body = draw(st.sampled_from([(scope, body) for scope, body in bodies(whole) if body.nodes]))
    name = draw(st.sampled_from(sorted(body.nodes)))
    node = body.nodes[name]
    match draw(
        st.sampled_from(["wire", "setting", "use", "remove", "add", "param", "input", "output", "same"])
    ):
        case "wire":
            source = Ref(
                draw(st.sampled_from(sorted(visible(body)))), draw(st.sampled_from([None, "h", "out"]))
            )
            changed: Node | None = rewire_node(node, lambda ref: draw(st.sampled_from([ref, source])))
        case "setting" if isinstance(node, Call | Repeat):
            word = draw(st.sampled_from(["hidden", "dropout", "heads", "output"]))
            changed = replace(
                node, settings=put(node.settings, word, draw(st.sampled_from([2, 0.5, 64, "no"])))
            )
        case "use" if isinstance(node, Call | Repeat):
            changed = replace(node, use=draw(st.sampled_from(USES)))
        case "remove":
            changed = None
        case "add":
            inputs: Frozen[str, Wire] = Frozen({"": Ref(draw(st.sampled_from(sorted(visible(body)))))})
            new: Node = Call(use=draw(st.sampled_from(USES)), inputs=inputs)
            if draw(st.booleans()):
                new = Reuse(of=name, inputs=inputs)
            return whole.with_body(scope, with_nodes(body, put(body.nodes, "extra", new)))
        case "param":
            word = draw(st.sampled_from(sorted(whole.params)))
            return replace(whole, params=put(whole.params, word, draw(st.sampled_from([64, 8, 3, 0.25]))))
        case "input":
            port = parse_port(
                draw(st.sampled_from(["bool batch source", "bool batch target", "float batch 3"]))
            )
            return replace(whole, inputs=put(whole.inputs, "new_mask", port))
        case "output":
            ref = Ref(
                draw(st.sampled_from(sorted(whole.nodes))), draw(st.sampled_from(["weights", "out", None]))
            )
            return replace(whole, outputs=Frozen({"logits": ref}))
        case _:
            changed = replace(node)
    nodes = {key: value for key, value in body.nodes.items() if key != name}
    if changed is not None:
        nodes = {**body.nodes, name: changed}
    return whole.with_body(scope, with_nodes(body, Frozen(nodes)))


def with_nodes(body: Body, nodes: Frozen[str, Node]) -> Body:
    return replace(body, nodes=nodes)


@pytest.mark.parametrize("name", GRAPHS)
@settings(max_examples=40)
@given(data=st.data())
def test_it_finds_what_a_check_from_nothing_finds(name: str, data: st.DataObject) -> None:
    whole, memory = GRAPHS[name], Memory()
    assert_same(resolve(whole, REGISTRY, memory=memory), resolve(whole, REGISTRY))
    for _ in range(data.draw(st.integers(1, 4))):
        whole = data.draw(edited(whole))
        assert_same(resolve(whole, REGISTRY, memory=memory), resolve(whole, REGISTRY))


@pytest.fixture
def resolved_nodes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the nodes that are resolved, and not remembered."""
    names: list[str] = []

    def noted(frame: Any, name: str) -> None:
        names.append(name)
        resolve_node(frame, name)

    monkeypatch.setattr("zoo.checker.bodies.resolve_node", noted)
    return names


def test_only_what_an_edit_touches_is_resolved_again(resolved_nodes: list[str]) -> None:
    whole, memory = residual_net(50), Memory()
    resolve(whole, REGISTRY, memory=memory)
    assert len(resolved_nodes) == 100
    resolved_nodes.clear()
    resolve(replace(whole), REGISTRY, memory=memory)
    assert resolved_nodes == []
    # the type stays the same, so nothing further down is asked
    again = put(whole.nodes, "act7", replace(whole.nodes["act7"]))
    resolve(replace(whole, nodes=again), REGISTRY, memory=memory)
    assert resolved_nodes == ["act7"]


def test_what_else_a_node_depends_on(resolved_nodes: list[str]) -> None:
    whole, memory = GRAPHS["seq2seq"], Memory()
    resolve(whole, REGISTRY, memory=memory)
    unread = replace(whole, outputs=Frozen({"logits": Ref("decoder", "logits")}))
    assert_same(resolve(unread, REGISTRY, memory=memory), resolve(unread, REGISTRY))
    whole, memory = GRAPHS["transformer"], Memory()
    unmasked = replace(whole, inputs=Frozen({k: v for k, v in whole.inputs.items() if k != "source_mask"}))
    for name in ("encoder", "decoder"):
        node = whole.nodes[name]
        assert isinstance(node, Repeat)
        kept = Frozen({port: wire for port, wire in node.inputs.items() if port != "mask"})
        unmasked = replace(unmasked, nodes=put(unmasked.nodes, name, replace(node, inputs=kept)))
    assert resolve(unmasked, REGISTRY, memory=memory).problems == ()
    masked = replace(unmasked, inputs=whole.inputs)
    problems = resolve(masked, REGISTRY, memory=memory).problems
    assert [problem.code for problem in problems] == ["mask-unwired", "mask-unwired"]
    assert resolved_nodes


def test_a_scan_is_entered_again_and_only_the_changed_node_in_it_resolved(resolved_nodes: list[str]) -> None:
    whole, memory = GRAPHS["seq2seq"], Memory()
    resolve(whole, REGISTRY, memory=memory)
    decoder = whole.nodes["decoder"]
    assert isinstance(decoder, Scan)
    changed = replace(decoder, nodes=put(decoder.nodes, "act", replace(decoder.nodes["act"])))
    resolved_nodes.clear()
    resolve(replace(whole, nodes=put(whole.nodes, "decoder", changed)), REGISTRY, memory=memory)
    assert resolved_nodes == ["target_embed", "decoder", "act"]  # what is reused is looked at every time


def test_a_memory_of_another_registry_is_empty(resolved_nodes: list[str]) -> None:
    from zoo.packs import Registry

    whole, memory = residual_net(3), Memory()
    resolve(whole, REGISTRY, memory=memory)
    problems = resolve(whole, Registry(), memory=memory).problems
    assert {problem.code for problem in problems} == {"layer-missing"}
    assert len(resolved_nodes) == 12
