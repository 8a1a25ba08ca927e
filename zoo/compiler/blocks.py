"""Writing the class of a block, and of the graph itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zoo.checker.resolution import BlockUse, Scope
from zoo.compiler.body import Body, Home, note
from zoo.compiler.calls import Calls
from zoo.compiler.constructors import init, kept
from zoo.compiler.liveness import releases
from zoo.compiler.merging.emit import merged
from zoo.compiler.merging.planner import plan
from zoo.compiler.names import Names, camel, field
from zoo.compiler.program import OWN, Callee, Input, Line, ModuleClass
from zoo.compiler.queries import outputs, scopes_of, wanted
from zoo.compiler.text import call, deletion, value
from zoo.compiler.writer import Writer
from zoo.graph import Graph, Ref
from zoo.spec import Port


def write_block(writer: Writer, uses: list[BlockUse]) -> ModuleClass:
    """Write the class of a block that serves all these uses."""
    use = uses[0]
    block = use.home.blocks[use.name]
    defaults = {f"${name}": value(given, str) for name, given in block.params.items() if given is not None}
    home = Home(use.home, ("blocks", use.name))
    body = Body(writer.program, scopes_of(uses), home, defaults=defaults, maybe=_maybe(block.inputs))
    draft = write(writer, body, block.inputs, block.about or f"The block '{use.name}'.")
    return writer.program.add(draft, camel(use.name), f"{camel(use.name)}Block")


def write_graph(
    writer: Writer, graph: Graph, scope: Scope, params: Mapping[str, object], reserved: Iterable[str]
) -> ModuleClass:
    """Write the class of a graph; the params become defaults of ``__init__``."""
    defaults = {f"${name}": value(given, str) for name, given in params.items()}
    body = Body(
        writer.program,
        (scope,),
        Home(graph),
        defaults=defaults,
        reserved=reserved,
        maybe=_maybe(graph.inputs),
    )
    draft = write(writer, body, graph.inputs, graph.about or f"The graph '{graph.name}'.")
    return writer.program.add(draft, camel(graph.name), f"{camel(graph.name)}Graph")


def _maybe(inputs: Mapping[str, Port]) -> frozenset[str]:
    return frozenset(name for name, port in inputs.items() if port.optional)


def write(writer: Writer, body: Body, inputs: Mapping[str, Port], about: str) -> ModuleClass:
    """Draft the class of a body."""
    roots = outputs(body.scopes)
    body.reads = wanted(body.scope.nodes, roots.values())
    calls = Calls(writer, body)
    taken: dict[str, Input] = {}
    signature: list[str] = []
    names = list(inputs)
    while names and inputs[names[-1]].optional:  # Python has defaults last
        names.pop()
    for name, port in inputs.items():
        variable = calls.values[Ref(name)] = calls.in_forward(name)
        taken[name] = Input(variable, name not in names)
        signature.append(parameter(variable, optional=port.optional, default=taken[name].default))
        type_ = body.scope.inputs[name]
        if type_ is not None and not port.optional:
            body.shaped.append((variable, type_))
    for name in body.reads:
        calls.variable(name)
    building = init(writer, body)
    forward: list[Line] = []
    planned = plan(writer, body, roots.values())
    idle = releases(planned.order, planned.nodes, roots.values())
    for name in planned.order:
        merge = planned.merges.get(name)
        forward += calls.apply(name) if merge is None else merged(calls, merge)
        if name in idle:
            forward += map(Line, deletion([calls.variables[each] for each in idle[name]]))
    named = fields(roots)
    forward += returned([calls.values[ref] for ref in roots.values()], named)
    written = finish(writer, body, about, Callee(taken, named), signature, building, forward)
    written.together = planned.said
    return written


def parameter(name: str, *, optional: bool, default: bool) -> str:
    """A tensor as a parameter of forward."""
    return f"{name}: Tensor{' | None' if optional else ''}{' = None' if default else ''}"


def fields(names: Iterable[str]) -> dict[str, str | None]:
    """The field of each output in the tuple that forward returns; None for a single output."""
    names = list(names)
    if len(names) == 1:
        return {names[0]: None}
    taken = Names()
    return {name: taken.take(field(name)) for name in names}


def returned(results: list[str], named: Mapping[str, str | None]) -> list[Line]:
    """The return statement of forward."""
    alone = None in named.values()
    texts = [f"        return {results[0]}"] if alone else call(f"return {OWN}Output", results)
    return [Line(text) for text in texts]


def finish(
    writer: Writer,
    body: Body,
    about: str,
    callee: Callee,
    signature: list[str],
    building: list[Line],
    forward: list[Line],
) -> ModuleClass:
    """Assemble the draft of a class from its methods."""
    init_ = [*building, *kept(body)]  # writing these may add arguments
    order = {word: place for place, word in enumerate(body.scope.values)}
    return ModuleClass(
        about=about,
        callee=callee,
        arguments=dict(sorted(body.arguments.items(), key=lambda entry: order.get(entry[0], len(order)))),
        init=init_,
        signature=signature,
        forward=forward,
        attributes=body.attributes,
        places={name: place for name in body.scope.nodes if (place := body.place(name))},
        note=note(body.home.owner),
        lent=body.lent,
        sizes=body.sizes,
        inner={name: child for name in body.attributes if (child := writer.children(body, name)[0].written)},
    )
