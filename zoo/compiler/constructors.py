"""Writing ``__init__``: the module of each node, shared parameters, and sizes that forward needs."""

from __future__ import annotations

from collections.abc import Mapping

from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ScanUse, Use
from zoo.compiler import ties
from zoo.compiler.body import Body, Child, note
from zoo.compiler.names import Names
from zoo.compiler.program import Line
from zoo.compiler.queries import used
from zoo.compiler.text import WIDTH, call, expr, value
from zoo.compiler.writer import Writer
from zoo.graph import Repeat, Reuse


def init(writer: Writer, body: Body) -> list[Line]:
    """Write the lines that construct the modules of a body."""
    shared = list(ties.find(body.scope))
    lines: list[Line] = []
    for name in ties.order(body.attributes, shared):
        texts = _module(writer, body, name)
        mark = note(body.place(name))
        if mark and len(texts[0]) + 2 + len(mark) <= WIDTH:
            texts[0] += f"  {mark}"
        elif mark:
            texts.insert(0, f"        {mark}")
        lines += [Line(text, name) for text in texts]
        node = body.scope.nodes[name].node
        if not isinstance(node, Reuse) and node.freeze:
            lines.append(Line(f"        self.{body.attributes[name]}.requires_grad_(False)", name))
    for tie in shared:
        lines += [Line(text, tie.path[0]) for text in ties.lines(writer, body, tie)]
    return lines


def _module(writer: Writer, body: Body, name: str) -> list[str]:
    head = f"self.{body.attributes[name]} = "
    use = used(body.scope.nodes[name])
    children = writer.children(body, name)
    if not isinstance(use, RepeatUse):
        title, given = _made(writer, body, use, children[0])
        return call(f"{head}{title}", _named(given))
    node = body.scope.nodes[name].node
    assert isinstance(node, Repeat)
    if node.share:
        title, given = _made(writer, body, use.each[0], children[0])
        return call(f"{head}{title}", _named(given))
    made = [_made(writer, body, each, child) for each, child in zip(use.each, children, strict=True)]
    return _list(body, node, head, made)


def _list(body: Body, node: Repeat, head: str, made: list[tuple[str, dict[str, str]]]) -> list[str]:
    """A ``ModuleList``: a comprehension if its layers differ only in the values of settings."""
    title, given = made[0]
    if any(other != title or list(args) != list(given) for other, args in made):
        layers = [call(each, _named(args), ",", 16) for each, args in made]
        inside = [line for layer in layers for line in layer]
        return [f"        {head}nn.ModuleList(", "            [", *inside, "            ]", "        )"]
    varied = [key for key in given if any(args[key] != given[key] for _, args in made)]
    names = Names((*body.program.reserved, *(word.lstrip("$") for word in body.scope.values)))
    variables = {key: names.take(key, f"each_{key}") for key in varied}
    columns = [f"({', '.join(args[key] for _, args in made)})" for key in varied]
    source = f"_ in range({expr(node.count, body.spell)})"
    if varied:
        source = f"{variables[varied[0]]} in {columns[0]}"
    if len(varied) > 1:
        source = f"{', '.join(variables.values())} in zip({', '.join(columns)})"
    settings = _named({**given, **variables})
    line = f"{head}nn.ModuleList({title}({', '.join(settings)}) for {source})"
    if len(line) + 8 <= WIDTH:
        return [f"        {line}"]
    return [
        f"        {head}nn.ModuleList(",
        *call(title, settings, indent=12),
        f"            for {source}",
        "        )",
    ]


def _named(args: Mapping[str, str]) -> list[str]:
    return [f"{key}={text}" for key, text in args.items()]


def _made(writer: Writer, body: Body, use: Use, child: Child) -> tuple[str, dict[str, str]]:
    """The class of a module, and the arguments that it is constructed with."""
    if isinstance(use, LayerUse):
        order = [key for key in use.spec.settings.model_fields if key in use.code]
        return writer.program.layers[use.spec.cls], {key: _setting(body, use, key) for key in order}
    assert child.written is not None
    given: dict[str, str] = {}
    for word, argument in child.written.arguments.items():
        if isinstance(use, ScanUse):
            given[argument.name] = body.spell(word)
        elif isinstance(use, BlockUse) and word in use.code:
            given[argument.name] = value(use.code[word], body.spell)
        elif isinstance(use, BlockUse) and argument.default is None:
            given[argument.name] = value(use.scope.values[word], body.spell)
    return child.written.name, given


def _setting(body: Body, use: LayerUse, key: str) -> str:
    """A setting as code: with the names of params where the file has them, else its validated value."""
    code = use.code[key]
    plain = code is None or isinstance(code, bool | int | float | str)
    return value(use.settings[key] if plain else code, body.spell)


def kept(body: Body) -> list[Line]:
    """Write the attributes that hold sizes for forward."""
    return [Line(f"        self.{attribute} = {body.spell(word)}") for word, attribute in body.kept.items()]
