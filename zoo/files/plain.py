"""``Graph`` to the plain values of its file, in the order in which they are written.

This is the file's content without its form: mappings, lists, words and numbers. The printer prints it, the
patcher compares it with another, and the hash digests it. Defaults are left out: empty sections,
``share: false``, ``reverse: false``, ``freeze: false``.
"""

from __future__ import annotations

from collections.abc import Mapping

from zoo.errors import FileError
from zoo.files.migrations import FORMAT
from zoo.files.scalars import Plain
from zoo.graph import Block, Call, Graph, Node, Ref, Repeat, Reuse, Scan, Value, Wire, join
from zoo.sizes import Name, Op, names
from zoo.spec import Port

PlainDict = dict[str, Plain]

_DEEPEST = 40


def plain_graph(graph: Graph) -> PlainDict:
    """The content of the graph's file; raises FileError for a graph that no file can express."""
    return _filled(
        {
            "format": FORMAT,
            "name": graph.name,
            "about": graph.about,
            "requires": list(graph.requires),
            "causal": list(graph.causal),
            "params": _params(graph.params),
            "inputs": {name: _port(port, name) for name, port in graph.inputs.items()},
            "outputs": _refs(graph.outputs),
            "blocks": {name: _block(block, f"#{name}") for name, block in graph.blocks.items()},
            "nodes": _nodes(graph.nodes, ""),
            "layout": {name: list(box) for name, box in graph.layout.items()},
        },
        keep=("format", "name"),
    )


def _filled(entries: PlainDict, keep: tuple[str, ...] = ()) -> PlainDict:
    return {
        key: value for key, value in entries.items() if key in keep or value not in (None, False, "", [], {})
    }


def _block(block: Block, scope: str) -> PlainDict:
    return _filled(
        {
            "about": block.about,
            "params": _params(block.params),
            "inputs": {name: _port(port, f"{scope}.{name}") for name, port in block.inputs.items()},
            "outputs": _refs(block.outputs),
            "nodes": _nodes(block.nodes, scope),
        }
    )


def _params(params: Mapping[str, bool | int | float | str | None]) -> PlainDict:
    return {
        name: value.replace("$", "$$") if isinstance(value, str) else value for name, value in params.items()
    }


def _port(port: Port, path: str) -> Plain:
    if port.variadic or port.on_demand:
        raise FileError(f"input '{path}' is variadic or on demand, which only the ports of layers can be")
    return str(port)


def _refs(refs: Mapping[str, Ref]) -> PlainDict:
    return {name: str(ref) for name, ref in refs.items()}


def _nodes(nodes: Mapping[str, Node], scope: str) -> PlainDict:
    return {name: _node(node, join(scope, name)) for name, node in nodes.items()}


def _node(node: Node, path: str) -> Plain:
    if isinstance(node, Call):
        return {
            "use": node.use,
            **_filled({"with": _settings(node.settings, path), "freeze": node.freeze, "tie": dict(node.tie)}),
            **_inputs(node.inputs, path),
        }
    if isinstance(node, Repeat):
        vary: PlainDict = {
            name: [_value(value, path) for value in values] for name, values in node.vary.items()
        }
        return {
            "repeat": node.count if isinstance(node.count, int) else _expression(node.count, path),
            "use": node.use,
            **_filled(
                {
                    "with": _settings(node.settings, path),
                    "vary": vary,
                    "share": node.share,
                    "freeze": node.freeze,
                    "tie": dict(node.tie),
                    "carry": _refs(node.carry),
                }
            ),
            **_inputs(node.inputs, path),
        }
    if isinstance(node, Reuse):
        return {"reuse": node.of, **_inputs(node.inputs, path)}
    return {"scan": _scan(node, path)}


def _scan(scan: Scan, path: str) -> PlainDict:
    return _filled(
        {
            "over": scan.over,
            "reverse": scan.reverse,
            "freeze": scan.freeze,
            "each": _refs(scan.each),
            "mask": None if scan.mask is None else str(scan.mask),
            "state": {name: _start(start, path) for name, start in scan.state.items()},
            "const": _refs(scan.const),
            "nodes": _nodes(scan.nodes, path),
            "next": _refs(scan.next),
            "stack": _refs(scan.stack),
            "final": dict(scan.final),
        },
        keep=("over",),
    )


def _start(start: object, path: str) -> Plain:
    text = str(start)
    if isinstance(start, Ref) and text in {"zeros", "learned"}:
        raise FileError(f"{path}: a state that starts as node '{text}' reads as the word; rename the node")
    return text


def _inputs(inputs: Mapping[str, Wire], path: str) -> PlainDict:
    if not inputs:
        return {}
    if "" in inputs:
        if len(inputs) > 1:
            raise FileError(f"{path}: a wire without a port stands beside others; name its port")
        return {"in": _wire(inputs[""])}
    return {"in": {port: _wire(wire) for port, wire in inputs.items()}}


def _wire(wire: Wire) -> Plain:
    return str(wire) if isinstance(wire, Ref) else [str(ref) for ref in wire]


def _settings(settings: Mapping[str, Value], path: str) -> PlainDict:
    return {name: _value(value, path) for name, value in settings.items()}


def _value(value: Value, path: str, depth: int = 1) -> Plain:
    if depth > _DEEPEST:
        raise FileError(f"{path}: a setting nests {_DEEPEST} levels deep at most")
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Name | Op):
        text = _expression(value, path)
        if "$" not in text:
            message = f"the expression '{text}' names no param, so a file cannot tell it from text"
            raise FileError(f"{path}: {message}")
        return text
    if isinstance(value, Mapping):
        return {name: _value(item, path, depth + 1) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_value(item, path, depth + 1) for item in value]
    return value


def _expression(value: Name | Op, path: str) -> str:
    bare = next((name for name in names(value) if not name.startswith("$")), None)
    if bare is not None:
        raise FileError(f"{path}: the expression '{value}' names '{bare}', which is no param ('${bare}')")
    return str(value)


def same(one: Plain, other: Plain) -> bool:
    """Whether two contents are the same, including types (1 is not 1.0 or true) and the order of entries."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and (not isinstance(one, float) or str(one) == str(other))
