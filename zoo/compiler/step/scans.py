"""Writing the class of a scan in a stream, which continues from its state.

    def step(self, state, x, mask=None):
        found = self.walk(x=x, h=state.h, mask=mask)
        return found.out, CellState(found.next_h)

``walk`` is a loop over the steps of a piece; ``walk_at_once`` is the kernel call, if the model has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from zoo.checker.resolution import MASK, ScanUse
from zoo.compiler.names import WORDS, Names, field
from zoo.compiler.program import OWN, Line, ModuleClass, Program, define
from zoo.compiler.queries import sources
from zoo.compiler.step.body import Refused, Slots, StepBody
from zoo.compiler.step.open_scan import walks
from zoo.compiler.step.program import GIVEN, StepClass
from zoo.compiler.text import call, expr
from zoo.graph import Learned, Ref, Scan
from zoo.sizes import symbol
from zoo.spec import TensorType

_PARAMETER = re.compile(r"\s+self\.(\w+) = nn\.Parameter\(")
_OWN_NAME = re.compile(r"\bself\.(\w+)")


class ScanSteps:
    """Writes the class of a scan: ``target`` is its node, ``name`` the one that applies it.

    ``program`` takes the class of the walk, ``around`` is the body around, ``model`` the class in the model.
    """

    def __init__(
        self, program: Program, around: StepBody, model: ModuleClass, name: str, target: str, use: ScanUse
    ) -> None:
        node = around.scope.nodes[target].node
        assert isinstance(node, Scan)
        self.node, self.use, self.around, self.model, self.name = node, use, around, model, name
        self.wires, self.along = around.scope.nodes[name].inputs, around.along
        read = around.reads[name]
        self.outputs = [out for out in use.outputs if out in read or None in read]
        states = Names()
        self.fields = {state: states.take(field(state)) for state in (*node.state, *self._consts())}
        names = Names(use.outputs)
        self.ends = {state: names.take(f"next_{state}") for state in node.state}
        states = {end: state for state, end in self.ends.items()}
        self.walk, self.at_once = walks(program, around, model, name, target, use, states, self.outputs)
        self.slots = Slots()
        self.held: dict[str, str] = {}
        """The attributes for the submodules and parameters that the walks use."""
        taken = Names((*WORDS, "state", "found", "none", "walk"))
        inputs = [name for name in (*node.each, MASK) if name in self.walk.callee.inputs]
        self.pieces = {name: taken.take(self.walk.callee.inputs[name].name) for name in inputs}

    def write(self) -> StepClass:
        """The draft of the class."""
        for state in self.fields:
            type_ = self._type(state)
            if type_ is not None and not self.along.has_rows(type_, self.use.scope):
                raise Refused(
                    f"'{state}' stays from piece to piece and has no rows in front, by which it is reordered",
                    f"let it begin with the axis '{self.along.batch}'",
                )
        taken = self.walk.callee.inputs
        begin, whole, sizes = self._begin()
        method = self._method("walk", self.walk)
        if self.at_once is not None:
            method += self._method("walk_at_once", self.at_once)
        self.slots.lent.update(self.walk.lent)
        lent = {name: self.slots.hold(name, [f"        \0self = {name}"]) for name in self.walk.lent.values()}
        return StepClass(
            f"A walk over `{self.node.over}` that goes on from where it is.",
            whole,
            self.pieces,
            frozenset(name for name, each in taken.items() if each.default),
            tuple(self.outputs),
            dict.fromkeys(self.fields.values()),
            self.slots.lines,
            begin,
            self._go(lent),
            self.model.note,
            self.slots.lent,
            sizes,
            self._head(),
            method,
        )

    def _consts(self) -> Iterator[str]:
        return (name for name in self.node.const if name in self.wires)

    def _type(self, name: str) -> TensorType | None:
        """The type of a state, or of what a name of the body reads."""
        if name in self.node.state:
            return self.use.scope.inputs[name]
        return self.around.type(sources(self.wires[name])[0])

    # --------------------------------------------------------------------------------------------- the walk

    def _head(self) -> list[Line]:
        """The NamedTuple that the walk returns."""
        fields = [Line(f"    {name}: Tensor") for name in self.walk.fields]
        return [Line(f"class {OWN}Output(NamedTuple):"), *fields, Line(""), Line("")] if fields else []

    def _method(self, method: str, walk: ModuleClass) -> list[Line]:
        """A walk as a method of this class."""
        for line in walk.forward:
            for name in _OWN_NAME.findall(line.text):
                if name not in self.held:
                    self.held[name] = self.slots.hold(name, [f"        \0self = module.{name}"])
        result = f"{OWN}Output" if walk.fields else "Tensor"
        head = define(method, ["self", *walk.signature], result)
        lines = [
            Line(_OWN_NAME.sub(lambda found: f"self.{self.held[found[1]]}", line.text), line.node)
            for line in walk.forward
        ]
        return [Line(""), *map(Line, head), *lines]

    # ------------------------------------------------------------------------------------------ its methods

    def _begin(self) -> tuple[list[Line], dict[str, str], dict[str, str]]:
        """The lines of ``initial_state``, its parameters by name, and those for axes."""
        around = self.around
        body = StepBody(
            around.program,
            (self.use.scope,),
            around.home,
            model=self.model,
            along=self.along,
            slots=self.slots,
            begins=True,
        )
        for word in GIVEN:
            body.in_forward.take(word)
        wired = [name for name, begin in self.node.state.items() if isinstance(begin, Ref)]
        values = {name: body.in_forward.take(name) for name in (*wired, *self._consts())}
        whole = dict(values)
        for name, variable in values.items():
            type_ = around.type(sources(self.wires[name])[0])
            if type_ is not None:
                body.shaped.append((variable, type_))
        learned = (found[1] for line in self.model.init if (found := _PARAMETER.match(line.text)))
        lines: list[str] = []
        for name, begin in self.node.state.items():
            if isinstance(begin, Ref):
                continue
            values[name] = body.in_forward.take(name)
            # if nothing reads the states, the model has no parameters for them
            if isinstance(begin, Learned) and (attribute := next(learned, None)) is not None:
                parameter = f"self.{self.slots.whole()}.{attribute}"
                sizes = [expr(axis, body.size) for axis in begin.shape]
                lines += call(f"{values[name]} = {parameter}.expand", sizes)
            else:
                sizes = [expr(axis, body.size) for axis in begin.shape]
                lines += call(f"{values[name]} = torch.zeros", [*sizes, "device=device", "dtype=dtype"])
        lines += call(f"return {OWN}State", [values[name] for name in self.fields])
        return [Line(text) for text in lines], whole, body.sizes

    def _go(self, lent: dict[str, str]) -> list[Line]:
        """The lines of ``step``."""
        taken, pieces = self.walk.callee.inputs, self.pieces
        cut = {**self.use.cut, MASK: self.use.mask or 0}
        same = {taken[name].name: f"state.{entry}" for name, entry in self.fields.items() if name in taken}
        same |= {name: f"self.{attribute}" for name, attribute in lent.items()}
        same |= {name: self._size(axis) for axis, name in self.walk.sizes.items()}
        all_ = {taken[name].name: piece for name, piece in pieces.items()}
        one = {
            taken[name].name: f"{piece}.new_zeros({_one(piece, cut[name])})"
            for name, piece in pieces.items()
            if not taken[name].default
        }
        first = next(iter(self.node.each))
        after = [
            self._found(self.ends[name]) if name in self.ends else f"state.{entry}"
            for name, entry in self.fields.items()
        ]
        results = [self._found(self._end_of(out) or out) for out in self.outputs]
        lines = [
            f"        if {pieces[first]}.shape[{cut[first]}] == 0:  # what a step gives, and none of it",
            *call("found = self.walk", _named({**one, **same}), indent=12),
            *call("none = ", [self._none_of(out) for out in self.outputs], indent=12),
            "            return none, state",
            *self._found_by(f"{pieces[first]}.shape[{cut[first]}]", _named({**all_, **same})),
            *call(f"return {_tuple(results)}, {OWN}State", after),
        ]
        return [Line(text) for text in lines]

    def _found_by(self, steps: str, arguments: list[str]) -> list[str]:
        """The call of a walk: the kernel for several steps, the loop for a single one, where it is faster."""
        if self.at_once is None:
            return call("found = self.walk", arguments)
        chosen = f"        walk = self.walk if {steps} == 1 else self.walk_at_once"
        return [chosen, *call("found = walk", arguments)]

    def _found(self, out: str) -> str:
        """Code for a result of the walk."""
        part = self.walk.callee.outputs[out]
        return f"found.{part}" if part else "found"

    def _end_of(self, out: str) -> str | None:
        """The result of the walk for an output that is a last state, else None."""
        return None if out in self.use.scope.outputs else self.ends[self.use.final[out]]

    def _none_of(self, out: str) -> str:
        """Code for an output with no steps."""
        if self._end_of(out):
            return f"state.{self.fields[self.use.final[out]]}"
        return f"{self._found(out)}.narrow({self.use.axis}, 0, 0)"

    def _size(self, axis: str) -> str:
        """Code for the size of an axis that the walk needs."""
        ground = self.around.ground(symbol(axis))
        for name in (*self.node.each, *self._consts()):
            type_ = self.around.type(sources(self.wires[name])[0])
            places = [] if type_ is None else [*map(self.around.ground, type_.shape)]
            if ground in places:
                source = f"state.{self.fields[name]}" if name in self.fields else self.pieces[name]
                return f"{source}.shape[{places.index(ground)}]"
        raise Refused(
            f"it needs the size of '{ground}', which no input of it has", "wire a const that has this axis"
        )


def _one(variable: str, place: int) -> str:
    """Code for the shape of one step of a piece."""
    return f"(*{variable}.shape[:{place}], 1, *{variable}.shape[{place + 1}:])"


def _named(arguments: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in arguments.items()]


def _tuple(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"({', '.join(values)})"
