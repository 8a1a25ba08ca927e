"""``__init__`` with the modules of blocks and scans built where they stand, as modules without a class.

    self.decoder = nn.ModuleList(               self.decoder = nn.ModuleList()
        GptLayer(heads=heads, dim=dim)          for _ in range(layers):
        for _ in range(layers)                      layer = nn.Module()
    )                                               layer.attend_norm = LayerNorm(dim=dim)
                                                    …
                                                    self.decoder.append(layer)

All weights have the names that they had.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from zoo.compiler.names import Names
from zoo.ejecting.flat.parts import Part, Parts
from zoo.ejecting.flat.substituting import Substitution, bound


def unfolded(root: Part, parts: Parts, reserved: Collection[str]) -> list[ast.stmt]:
    """The statements of the ``__init__`` of a class, behind its first line."""
    taken = frozenset({*reserved, *root.arguments})
    return Building(parts, ast.Name("self", ast.Load()), taken).build(root, {}, "")


@dataclass(frozen=True)
class Building:
    """Builds what is in a module; ``taken`` are the variables around."""

    parts: Parts
    module: ast.expr
    taken: frozenset[str]

    def build(self, part: Part, given: Mapping[str, ast.expr], prefix: str) -> list[ast.stmt]:
        """The modules of a class that is given these arguments."""
        variables = Names(self.taken)
        own: dict[str, ast.expr] = {
            name: ast.Name(variables.take(name, *([f"{prefix}_{name}"] if prefix else [])), ast.Store())
            for name in bound(part.init)
        }
        put = Substitution({"self": self.module, **given, **own})
        inner = Building(self.parts, self.module, self.taken | {ast.unparse(each) for each in own.values()})
        return [new for each in part.init for new in inner.statement(each, put)]

    def statement(self, node: ast.stmt, put: Substitution) -> list[ast.stmt]:
        """A statement of a class as it is where its module is built."""
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(node, ast.Assign) or not isinstance(target, ast.Attribute):
            return [put(node)]
        inside = self.parts.listed(node.value)
        if inside is not None:
            found = self._list(put(target), inside, put)
        elif self.parts.made(node.value) is not None:
            found = self._made(put(target), node.value, put, target.attr)
        else:
            return [put(node)]
        ast.copy_location(found[0], node)  # what is noted there stays
        return found

    def _made(self, target: ast.expr, value: ast.expr, put: Substitution, prefix: str) -> list[ast.stmt]:
        """A module without a class in the place of one that a call of a class makes."""
        part = self.parts.made(value)
        if part is None:
            return [ast.Assign([target], put(value))]
        assert isinstance(value, ast.Call)
        defaults = {name: default for name, default in part.arguments.items() if default is not None}
        given = {each.arg: put(each.value) for each in value.keywords if each.arg}
        inside = Building(self.parts, target, self.taken).build(part, {**defaults, **given}, prefix)
        return [ast.Assign([target], _call("nn.Module")), *inside]

    def _list(
        self, target: ast.Attribute, inside: ast.GeneratorExp | ast.List, put: Substitution
    ) -> list[ast.stmt]:
        """A list of such modules: in a loop where they are alike, else one by one."""
        layer = ast.Name(Names(self.taken).take("layer", f"{target.attr}_layer"), ast.Store())
        inner = Building(self.parts, self.module, self.taken | {layer.id})
        append = ast.Expr(_call(f"{ast.unparse(target)}.append", ast.Name(layer.id, ast.Load())))
        empty = ast.Assign([target], _call("nn.ModuleList"))
        if isinstance(inside, ast.GeneratorExp):
            (source,) = inside.generators
            body = [*inner._made(layer, inside.elt, put, target.attr), append]
            return [empty, ast.For(put(source.target), put(source.iter), body, [])]
        made = [inner._made(layer, each, put, target.attr) for each in inside.elts]
        return [empty, *(line for each in made for line in (*each, append))]


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.parse(name, mode="eval").body, [*args], [])
