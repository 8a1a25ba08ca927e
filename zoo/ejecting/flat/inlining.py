"""``forward`` with the code of modules in the place of their calls.

    for layer in self.decoder:                  for layer in self.decoder:
        decoder = layer(decoder)                    # The block 'gpt_layer'.
                                                    attend_norm = layer.attend_norm(decoder)
                                                    …
                                                    decoder = layer.add_ffn(add_attend, ffn_drop)

A variable of the module keeps its name where no variable around it has the same.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping

from zoo.compiler.names import Names
from zoo.ejecting.flat.copies import copied, without_copies
from zoo.ejecting.flat.parts import Module, Part
from zoo.ejecting.flat.substituting import Substitution, bound, is_none
from zoo.ejecting.printing import Remark


def inlined(root: Part, reserved: Collection[str]) -> list[ast.stmt]:
    """The statements of the forward of a class, its end too; ``reserved`` is what no variable is called."""
    taken = frozenset({*reserved, *root.inputs})
    frame = Frame(root, ast.Name("self", ast.Load()), {}, {}, taken, "")
    body = frame.body(root.forward)
    values = [frame.put(each) for each in root.results.values()]
    made = ast.Call(ast.Name(f"{root.name}Output", ast.Load()), values, [])
    return without_copies([*body, ast.Return(values[0] if None in root.results else made)])


class Frame:
    """The forward of one class where its module and its inputs are these expressions.

    ``modules`` are the classes of the modules that variables stand for, ``taken`` the variables around.
    """

    def __init__(
        self,
        part: Part,
        module: ast.expr,
        given: Mapping[str, ast.expr],
        modules: Mapping[str, Module],
        taken: frozenset[str],
        target: str,
    ) -> None:
        self.part, self.modules = part, dict(modules)
        variables = Names(taken)
        own: dict[str, ast.expr] = {
            name: ast.Name(variables.take(name, *([f"{target}_{name}"] if target else [])), ast.Store())
            for name in bound(part.forward)
        }
        self.put = Substitution({"self": module, **given, **own})
        self.taken = taken | {_id(each) for each in own.values()}
        self.read = {
            (each.value.id, each.attr)
            for node in (*part.forward, *part.results.values())
            for each in ast.walk(node)
            if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name)
        }
        changed = [name for name in own if name in given]
        self.start = copied([own[name] for name in changed], [given[name] for name in changed])
        """The inputs that the class gives other values are variables of its own."""

    def body(self, statements: Iterable[ast.stmt]) -> list[ast.stmt]:
        """Statements of the class as they are where it is put."""
        return [new for each in statements for new in self._statement(each)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.Delete):  # what can be let go is found anew
            return []
        if isinstance(node, ast.For):
            return self._for(node)
        if isinstance(node, ast.If):
            test = self.put(node.test)
            known = is_none(test)
            if known is None:
                return [ast.If(test, self.body(node.body), self.body(node.orelse))]
            return self.body(node.body if known else node.orelse)
        if isinstance(node, ast.FunctionDef):
            body, node.body = node.body, []
            head, node.body = self.put(node), body
            head.body = self.body(body)
            return [head]
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            return self._assign(node, node.targets[0])
        return [self.put(node)]

    def _for(self, node: ast.For) -> list[ast.stmt]:
        """A loop; one over modules of several classes is written out."""
        layers = self._module(node.iter)
        if not isinstance(layers, tuple) or not isinstance(node.target, ast.Name):
            return [ast.For(self.put(node.target), self.put(node.iter), self.body(node.body), [])]
        found: list[ast.stmt] = []
        for place, layer in enumerate(layers):
            self.modules.pop(node.target.id, None)
            if layer is not None:
                self.modules[node.target.id] = layer
            target, body = self.put(node.target), self.body(node.body)
            if len(layers) == 1:
                return [ast.For(target, self.put(node.iter), body, [])]
            one = ast.Subscript(self.put(node.iter), ast.Constant(place), ast.Load())
            found += [ast.Assign([target], one), *body]
        return found

    def _assign(self, node: ast.Assign, target: ast.Name) -> list[ast.stmt]:
        call, output = node.value, None
        if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Call):
            call, output = call.value, call.attr
        part = self._module(call.func) if isinstance(call, ast.Call) else None
        if isinstance(call, ast.Call) and isinstance(part, Part):
            return self._call(call, part, target, output)
        module = self._module(node.value)
        if module is not None:
            self.modules[target.id] = module
        put = self.put(node)
        if isinstance(put.value, ast.Constant) and put.value.value is None:
            self.put.names[target.id] = put.value
            return []
        return [put]

    def _call(self, call: ast.Call, part: Part, target: ast.Name, output: str | None) -> list[ast.stmt]:
        """The code of a module in the place of its call."""
        values = dict(zip(part.inputs, call.args, strict=False))
        values |= {each.arg: each.value for each in call.keywords if each.arg}
        defaults = {name: default for name, default in part.inputs.items() if default is not None}
        given = {**defaults, **{name: self.put(value) for name, value in values.items()}}
        modules = {name: found for name, value in values.items() if (found := self._module(value))}
        wanted: dict[str | None, ast.expr] = {output: self.put(target)}
        if output is None and None not in part.results:
            wanted = {each: self._field(target.id, each) for each in part.results if each}
            wanted = {each: name for each, name in wanted.items() if (target.id, each) in self.read}
        inner = Frame(part, self.put(call.func), given, modules, self.taken, target.id)
        body = [*inner.start, *inner.body(part.forward)]
        ends = [inner.put(part.results[None if None in part.results else each]) for each in wanted]
        body = without_copies([*body, *copied([*wanted.values()], ends)])
        return [Remark(heading(part.about)), *body, Remark()] if len(body) > 1 else body

    def _field(self, variable: str, output: str | None) -> ast.Name:
        """The variable of a field of what a variable of the class holds, a tuple."""
        assert output is not None
        if (variable, output) not in self.put.fields:
            own = self.put.names[variable]
            name = Names(self.taken).take(f"{_id(own)}_{output}")
            self.put.fields[variable, output] = name
            self.taken |= {name}
        return ast.Name(self.put.fields[variable, output], ast.Store())

    def _module(self, value: ast.expr) -> Module | None:
        """The class of the module that an expression of this class stands for."""
        if isinstance(value, ast.Name):
            return self.part if value.id == "self" else self.modules.get(value.id)
        if isinstance(value, ast.Attribute):
            owner = self._module(value.value)
            return owner.members.get(value.attr) if isinstance(owner, Part) else None
        return None


def heading(about: str) -> str:
    """The first sentence of what a class says of itself."""
    return about.partition(". ")[0].rstrip(".") + "."


def _id(node: ast.expr) -> str:
    assert isinstance(node, ast.Name)
    return node.id
