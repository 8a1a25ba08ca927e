"""Resolving blocks: a use binds params and axes, and the body is resolved once for every distinct use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.checker import masks, settings
from zoo.checker.findings import Finding, Said, once
from zoo.checker.fitting import fit
from zoo.checker.frame import Frame, Origin
from zoo.checker.known import NOTHING, Known
from zoo.checker.layers import Types
from zoo.checker.patterns import Bindings
from zoo.checker.plan import DEEPEST
from zoo.checker.resolution import BlockUse, Scope, Setting
from zoo.checker.session import Done, Session
from zoo.checker.site import Site
from zoo.checker.targets import BlockTarget
from zoo.checker.values import UNKNOWN, setting, typed
from zoo.checker.wiring import Wires
from zoo.errors import SizeError
from zoo.graph import Graph, Ref
from zoo.sizes import Name, Size, Symbolic, names, substitute, symbol
from zoo.spec import Op, Port, TensorType


def use_block(
    site: Site, target: BlockTarget, written: Mapping[str, Setting], wires: Wires, read: frozenset[str]
) -> tuple[BlockUse | None, Types]:
    """Resolve one use of a block; None if its body cannot be entered."""
    code, values = _params(site, target, written)
    bindings: Bindings = {}
    for word, value in values.items():
        if isinstance(value, Symbolic) or type(value) is int:
            local = code.get(word, value)
            assert isinstance(local, int | Symbolic)
            bindings[word] = local
    if isinstance(site.twin, BlockUse):
        bindings.update({name: size for name, size in site.twin.code.items() if _is_axis(name, size)})  # pyright: ignore[reportArgumentType, reportCallIssue] - axes are sizes
    doubted = fit(site, target, wires.arrivals, bindings).doubted
    if site.frame.masks and target.masks:
        masks.warn(site, target, wires, bindings)
    for axis in _axes(target):
        size = bindings.get(axis)
        values[axis] = (
            symbol(f"?{axis}") if size is None or isinstance(size, tuple) else site.frame.ground(size)
        )
    absent = frozenset(
        name
        for name, pattern in target.inputs.items()
        if pattern.port.optional and (name not in wires.inputs or name in wires.absent)
    )
    scope = _enter(site, target, values, _origins(site, written), absent, doubted, read)
    if scope is None:
        return None, dict.fromkeys(target.outputs)
    session = site.frame.session
    for axis in sorted(session.measures.made_with(scope)):
        size = bindings.get(axis)
        if isinstance(size, int | Symbolic):
            code[axis] = size
    types = _types(site, scope, values, bindings)
    outputs = {name: type_ for name, type_ in types.items() if type_ is not None}
    return BlockUse(target.name, target.file, target.home, scope, code, outputs), types


def _is_axis(name: str, size: Setting) -> bool:
    return not name.startswith("$") and isinstance(size, int | Symbolic)


def _params(
    site: Site, target: BlockTarget, written: Mapping[str, Setting]
) -> tuple[dict[str, Setting], dict[str, Any]]:
    """The given params as generated code writes them, and the values of all; those without one are open."""
    code: dict[str, Setting] = {}
    values: dict[str, Any] = {}
    params = target.block.params
    strangers = [name for name in written if name not in params]
    for name in strangers:
        if f"${name}" not in target.plan.unknown:  # otherwise, it is undeclared, and reported in the block
            settings.unknown(site, target.title, "param", name, params)
    for name, default in params.items():
        word = f"${name}"
        if name not in written:
            values[word] = symbol(f"?{word}") if default is None else default
            if default is None and not strangers:  # one of the unknown names may have been meant for it
                settings.missing(site, target.title, "param", name)
            continue
        try:
            code[word], value = setting(site.frame, written[name])
        except SizeError as error:
            site.report("size-value", str(error), at=("with", name), origin=site.frame.origin(error))
            value = UNKNOWN
        values[word] = symbol(f"?{word}") if value is UNKNOWN else value
        if value is UNKNOWN:
            code.pop(word, None)
    return code, values


def _origins(site: Site, written: Mapping[str, Setting]) -> dict[str, Origin]:
    """Where the values of the params were written: in an enclosing body, or at this use."""
    outer = site.frame
    return {
        f"${name}": outer.origin(value.text)
        if isinstance(value, Name)
        else Said(outer.file, (*outer.tree, "nodes", site.name, *site.at_setting(name)))
        for name, value in written.items()
    }


def _axes(target: BlockTarget) -> list[str]:
    """The axes named in the types of a block's inputs."""
    found = {
        word: None
        for port in target.block.inputs.values()
        for axis in port.shape
        if isinstance(axis, Name | Op)
        for word in names(axis)
        if not word.startswith("$")
    }
    return list(found)


def _enter(
    site: Site,
    target: BlockTarget,
    values: dict[str, Any],
    origins: dict[str, Origin],
    absent: frozenset[str],
    doubted: frozenset[str],
    read: frozenset[str],
) -> Scope | None:
    """Resolve the body with these values; equal values give the same object."""
    session = site.frame.session
    key = (target.file, target.name, typed(values), absent, doubted, read)
    if key in session.scopes:
        done = session.scopes[key]
        session.reached |= done.reached
        site.frame.findings += [finding.under(site.path) for finding in done.findings]
        return done.scope
    body = (target.file, target.name)
    if body in session.entered:
        names = [entry[1] for entry in session.entered if len(entry) > 1]
        said = " -> ".join([*names[names.index(target.name) :], target.name])
        message = f"the block {target.name} is made of itself: {said}"
        site.report("block-recursion", message, "a block contains others, never itself", at=("use",))
        return None
    if len(session.entered) >= DEEPEST:
        site.report(
            "graph-depth",
            f"blocks and scans lie {DEEPEST} deep at most",
            "use blocks side by side",
            at=("use",),
        )
        return None
    frame = Frame(session, target.home, target.file, target.plan, values, key, f"{target.file}#{target.name}")
    frame.origins = origins
    declare(frame, target.block.inputs, absent, doubted)
    live = {
        name: ref
        for name, ref in target.block.outputs.items()
        if name in read or name not in target.on_demand
    }
    around, session.reached = session.reached, {body}
    with session.inside(body):
        scope = session.resolve(frame, live)
    done = session.scopes[key] = Done(scope, frozenset(session.reached), once(frame.findings))
    session.reached = around | done.reached
    site.frame.findings += [finding.under(site.path) for finding in done.findings]
    return scope


def _types(site: Site, scope: Scope, values: Mapping[str, Any], bindings: Bindings) -> Types:
    """The types of the outputs, in the names of the body around the block."""
    outer: dict[str, Size] = {
        word: value for word, value in values.items() if isinstance(value, int | Symbolic)
    }
    outer.update((name, size) for name, size in bindings.items() if not isinstance(size, tuple))
    types: dict[str, TensorType | None] = {}
    for name, type_ in scope.types.items():
        try:
            types[name] = type_ and TensorType(
                type_.dtype, tuple(substitute(size, outer) for size in type_.shape)
            )
        except SizeError as error:
            site.report("size-value", f"the output '{name}': {error}")
            types[name] = None
    return types


def declare(
    frame: Frame,
    inputs: Mapping[str, Port],
    absent: frozenset[str] = NOTHING,
    doubted: frozenset[str] = NOTHING,
) -> None:
    """Declare the inputs of a graph or block in the frame of its body.

    A ``doubted`` input, at which another type arrives than declared, has no type: the mistake may be in the
    declaration, so nothing in the body is reported on account of it.
    """
    for name, port in inputs.items():
        type_ = None
        try:
            type_ = TensorType(port.dtype, tuple(map(frame.axis, port.shape)))
        except SizeError as error:
            frame.report(
                "size-value", f"the input '{name}': {error}", at=("inputs", name), origin=frame.origin(error)
            )
        type_ = None if name in doubted else type_
        frame.names[name] = Known(Ref(name), type_, optional=port.optional, absent=name in absent)
    frame.masks = masks.candidates(frame)


def check_unused(session: Session, home: Graph, name: str) -> list[Finding]:
    """Check an unused block; its axes, and its params without a default, may have any value."""
    target = session.find(home, "", name)
    assert isinstance(target, BlockTarget)
    values: dict[str, Any] = {
        f"${word}": symbol(f"?${word}") if default is None else default
        for word, default in target.block.params.items()
    }
    values.update((axis, symbol(f"?{axis}")) for axis in _axes(target))
    frame = Frame(session, home, "", target.plan, values, ("", name, typed(values)), f"#{name}")
    declare(frame, target.block.inputs)
    with session.inside(("", name)):
        session.resolve(frame, target.block.outputs)
    return [finding.under((f"#{name}",)) for finding in frame.findings]
