"""The class of a scan, except for the iteration itself: inputs, hoisted nodes, initial states, outputs.

    padding = ~mask
    x = x.masked_fill(padding.unsqueeze(-1), 0)         NaN in padding would reach the weights' gradients
    …                                                   the iteration: loop.py, higher_order.py, kernel.py
    out = out.masked_fill(padding.unsqueeze(-1), 0)
    return out

Nodes that need no iteration stand before or after it (see ``hoisting``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zoo.checker.resolution import MASK, ScanUse
from zoo.compiler.blocks import fields, finish, parameter, returned
from zoo.compiler.body import Body
from zoo.compiler.calls import Calls
from zoo.compiler.constructors import init
from zoo.compiler.names import camel
from zoo.compiler.program import Callee, Input, Line, ModuleClass
from zoo.compiler.queries import outputs, scopes_of, sources, wanted
from zoo.compiler.scans.hoisting import divide
from zoo.compiler.scans.masking import Mask, find_mask
from zoo.compiler.scans.states import start
from zoo.compiler.text import WIDTH, call
from zoo.compiler.writer import Writer
from zoo.graph import Ref, Scan


def write_scan(
    kind: type[ScanWriter], writer: Writer, outer: Body, name: str, uses: list[ScanUse], *, hoist: bool = True
) -> ModuleClass:
    """Write the class of a scan that serves all these uses, by a writer of this kind."""
    body = Body(writer.program, scopes_of(uses), outer.home.scan(name), outer)
    stacked, final = outputs(body.scopes), dict(uses[0].final)
    if name in outer.reads and name not in outer.lent_out:
        read = outer.reads[name]
        stacked = {out: ref for out, ref in stacked.items() if out in read}
        final = {out: state for out, state in final.items() if out in read}
    body.reads = wanted(body.scope.nodes, [*uses[0].next.values(), *stacked.values()])
    draft = kind(ScanSite(writer, body, name, uses, stacked, final, hoist)).write()
    block = camel(outer.home.tree[1]) if outer.home.tree else ""
    return writer.program.add(draft, f"{block}{camel(name)}", f"{block}{camel(name)}Scan")


@dataclass(frozen=True, slots=True)
class ScanSite:
    """A scan to be written: its own ``body``, its ``name`` in the one around, and all uses of its module.

    ``stacked`` and ``final`` are the outputs that something reads. Without ``hoist``, no node leaves the
    walk.
    """

    writer: Writer
    body: Body
    name: str
    uses: list[ScanUse]
    stacked: dict[str, Ref]
    final: dict[str, str]
    hoist: bool = True


class ScanWriter(ABC):
    """Writes the class of one scan; a subclass for each lowering writes the iteration.

    The lines of one step are indented by 12.
    """

    how = "step by step"

    def __init__(self, site: ScanSite) -> None:
        body = site.body
        assert body.outer is not None
        resolved = body.outer.scope.nodes[site.name]
        assert isinstance(resolved.node, Scan)
        self.writer, self.body, self.outer = site.writer, body, body.outer
        self.name, self.uses, self.use = site.name, site.uses, site.uses[0]
        self.wires, self.node = resolved.inputs, resolved.node
        self.stacked, self.final, self.hoist = site.stacked, site.final, site.hoist
        self.calls = Calls(site.writer, body)
        order = [each for each in body.scope.order if each in body.reads]
        self.parts = divide(self.use, order, self.use.next.values(), hoist=site.hoist)
        self.inputs: dict[str, Input] = {}
        self.signature: list[str] = []
        self.init: list[Line] = []
        self.lines: list[Line] = []
        self.states: dict[str, str] = {}
        self.mask: Mask | None = None
        self.pads = False
        self.zeros: set[str] = set()
        """Variables that are zero at padding already."""

    def write(self) -> ModuleClass:
        """The draft of the class."""
        self._take()
        for name in self.body.reads:
            self.calls.variable(name)
        self.init += init(self.writer, self.body)
        self._fill_inputs()
        for name in self.parts.before:
            self.lines += self.calls.apply(name)
        lists = self._lists()
        if lists or (self.final and self._changes):
            self._walk(lists)
        elif self.final:
            self._begin()
        for name in self.parts.after:
            self.lines += self.calls.apply(name)
        callee = Callee(self.inputs, fields([*self.stacked, *self.final]))
        self.lines += returned(self._results(), callee.outputs)
        lent = [f"{name}: nn.Module" for name in self.body.lent.values()]
        lent += [f"{name}: int" for name in self.body.sizes.values()]
        signature = [*self.signature, *(["*", *lent] if lent else [])]
        about = f"A walk over `{self.node.over}`{' from its end' if self.node.reverse else ''}, {self.how}."
        return finish(self.writer, self.body, about, callee, signature, self.init, self.lines)

    @property
    def _changes(self) -> bool:
        """Whether a step changes any state."""
        return any(ref != Ref(state) for state, ref in self.use.next.items())

    def _line(self, text: str, indent: int = 8) -> None:
        self.lines.append(Line(" " * indent + text))

    # -------------------------------------------------------------------------------- before the walk

    def _take(self) -> None:
        """Declare the parameters of forward: sequences, wired initial states, constants, the mask."""
        wired = [name for name in self.node.state if name in self.wires]
        self.body.maybe = frozenset(filter(self._is_maybe, self.node.const))
        for name in [*self.node.each, *wired, *sorted(self.node.const, key=self._is_maybe)]:
            variable = self.calls.values[Ref(name)] = self.calls.in_forward(name)
            type_ = self.outer.type(sources(self.wires[name])[0])
            if type_ is not None and name not in self.body.maybe:
                self.body.shaped.append((variable, type_))
            self.inputs[name] = Input(variable, default=name in self.body.maybe)
        self.mask = find_mask(self.body, self.wires, self.uses, self.calls.in_forward)
        if self.mask:
            self.inputs[MASK] = Input(self.mask.variable, default=self.mask.optional)
        self.inputs = dict(sorted(self.inputs.items(), key=lambda entry: entry[1].default))
        self.signature = [
            parameter(each.name, optional=each.default, default=each.default) for each in self.inputs.values()
        ]

    def _is_maybe(self, name: str) -> bool:
        return any(ref.node in self.outer.maybe for ref in sources(self.wires[name]))

    def _fill_inputs(self) -> None:
        """Set the padding of float sequences to zero: a gradient of 0 times NaN would be NaN."""
        if self.mask is None:
            return
        filled: list[str] = []
        for name in filter(self._must_fill, self.node.each):
            step, variable = self.body.scope.inputs[name], self.calls.values[Ref(name)]
            if step is not None and step.dtype == "float" and self.mask.leads(self.body, step):
                filled.append(self.mask.filled(variable, variable, self.use.cut[name], len(step.shape) + 1))
        self._pad([], filled)

    def _must_fill(self, name: str) -> bool:
        """Whether the padding of a sequence must be set to zero; by default always."""
        return name in self.node.each

    def _pad(self, named: list[str], filling: list[str]) -> None:
        """Write the lines that set padding to zero, and once, at the top, the definition of ``padding``."""
        assert self.mask is not None
        if filling and not self.pads:
            self.pads = True
            self.lines.insert(0, Line(f"        {self.mask.invert()}"))
        self.lines += self.mask.padded(named, filling)

    # --------------------------------------------------------------------------------------- the walk

    @abstractmethod
    def _walk(self, lists: dict[Ref, str]) -> None:
        """Write the iteration; afterwards ``calls.values`` has the final states, and ``lists`` stacked."""

    def _lists(self) -> dict[Ref, str]:
        """What is collected over the steps: outputs and what hoisted nodes read, with stacked variables."""
        nodes = self.body.scope.nodes
        read = [ref for name in self.parts.after for ref in sources(*nodes[name].inputs.values())]
        wishes = {ref: out for out, ref in self.stacked.items()}
        lists: dict[Ref, str] = {}
        for ref in [*self.stacked.values(), *read]:
            whole = self.parts.axes.get(ref.node) == self.use.axis or ref.node in self.parts.after
            if ref not in lists and not whole:
                lists[ref] = self._stacked_as(ref, wishes.get(ref))
        return lists

    def _stacked_as(self, ref: Ref, output: str | None) -> str:
        if output is not None:
            return self.calls.in_forward(output)
        if ref.node not in self.body.scope.nodes:
            return self.calls.in_forward(f"all_{ref.node}")
        if len(self.body.scope.nodes[ref.node].types) == 1:
            return self.calls.variable(ref.node)  # whose own variable is not read any more
        return self.calls.in_forward(f"{ref.node}_{ref.port}")

    def _begin(self, *, copy: bool = False) -> None:
        """Write initial states, local variables for modules, and what layers prepare (of copies if asked)."""
        self._start_states()
        for variable, module in self.calls.at_hand(self.parts.inside).items():
            self._line(f"{variable} = {module}")
        for name in self.parts.inside if self.hoist else ():
            self.lines += self.calls.prepare(name, self.node.const, copy=copy)

    def _start_states(self) -> None:
        """Write the initial states."""
        for name, begin in self.node.state.items():
            self.states[name], lines, building = start(self.body, self.calls, begin, name)
            self.lines += lines
            self.init += building
            self.calls.values[Ref(name)] = self.states[name]

    def _cut(self, whole: Mapping[Ref, str], collected: Iterable[Ref]) -> dict[str, tuple[str, int]]:
        """The sequences that steps use: the variable of one step, mapped to the sequence and its axis."""
        inside = [self.body.scope.nodes[name].inputs for name in self.parts.inside]
        read = [ref for inputs in inside for ref in sources(*inputs.values())]
        walked: dict[str, tuple[str, int]] = {}
        for ref in dict.fromkeys([*read, *self.use.next.values(), *collected]):
            axis = self.parts.axes.get(ref.node)
            if axis is not None:
                step = self.calls.in_forward(f"{whole[ref].replace('.', '_')}_t")
                self.calls.values[ref] = step
                walked[step] = whole[ref], axis
        return walked

    def _ended(self, whole: Mapping[Ref, str], lists: Mapping[Ref, str]) -> None:
        """Set the values of names after the iteration."""
        states = {Ref(name): text for name, text in self.states.items()}
        self.calls.values = {**whole, **states, **lists}

    def _rank(self, state: str) -> int:
        type_ = self.body.scope.inputs[state]
        return 0 if type_ is None else len(type_.shape)

    def _step_on(self) -> None:
        """Write the update of the states; at padding, they keep their values."""
        changed = {
            state: (variable, value)
            for state, variable in self.states.items()
            if (value := self.calls.values[self.use.next[state]]) != variable
        }
        if not changed:
            return
        names = [variable for variable, _ in changed.values()]
        plain = [value for _, value in changed.values()]
        if self.mask is None:
            self.lines += assigned(names, plain, 12)
            return
        masked = [self.mask.kept(value, old, self._rank(state)) for state, (old, value) in changed.items()]
        if not self.mask.optional:
            self.lines += assigned(names, masked, 12)
            return
        self._line(f"if {self.mask.step_variable} is None:", 12)
        self.lines += assigned(names, plain, 16)
        self._line("else:", 12)
        self.lines += assigned(names, masked, 16)

    # --------------------------------------------------------------------------------- after the walk

    def _results(self) -> list[str]:
        """The outputs, set to zero at padding."""
        results: list[str] = []
        named: list[str] = []
        filled: dict[str, str] = {}
        for out, ref in self.stacked.items():
            value = self.calls.values[ref]
            if self.mask and value not in filled and value not in self.zeros:
                variable = value if value.isidentifier() else self.calls.in_forward(out)
                if variable != value:
                    named.append(f"{variable} = {value}")
                rank = len(self.use.outputs[out].shape)
                filled[value] = variable
                named_fill = self.mask.filled(variable, variable, self.use.axis, rank)
                results.append(named_fill)
        if self.mask and filled:
            self._pad(named, results)
        stacked = [
            filled.get(self.calls.values[ref], self.calls.values[ref]) for ref in self.stacked.values()
        ]
        return [*stacked, *(self.states[state] for state in self.final.values())]


def assigned(names: list[str], values: list[str], indent: int) -> list[Line]:
    """``h, c = …, …`` in a single statement, as a new value may depend on the other old ones."""
    line = f"{', '.join(names)} = {', '.join(values)}"
    texts = [" " * indent + line]
    if len(texts[0]) > WIDTH and len(names) > 1:
        texts = call(f"{', '.join(names)} = ", values, indent=indent)
    return [Line(text) for text in texts]
