"""A scan as a loop over its steps: the lowering that trains everywhere.

    padding = ~mask
    x = x.masked_fill(padding.unsqueeze(-1), 0)         NaN in padding would reach the weights' gradients
    h = x.new_zeros(x.shape[0], self.dim)
    out_steps = []
    for x_t, mask_t in zip(x.unbind(1), mask.unsqueeze(-1).unbind(1)):
        cell = self.cell(x_t, h)
        out_steps.append(cell)
        h = torch.where(mask_t, cell, h)                a padded step carries the old state through
    out = torch.stack(out_steps, dim=1)
    return out.masked_fill(padding.unsqueeze(-1), 0)

``unbind`` cuts all steps at once: indexing ``x[:, t]`` would make backward fill a whole sequence with zeros for each
step. What needs no loop stands before or after it (see ``hoisting``).
"""

from __future__ import annotations

from functools import partial

from zoo.checker.resolution import MASK, ScanUse
from zoo.compiler.blocks import fields, finish, returned
from zoo.compiler.body import Body
from zoo.compiler.building import init
from zoo.compiler.calls import Calls
from zoo.compiler.hoisting import divide
from zoo.compiler.masking import Mask, beside, find_mask
from zoo.compiler.names import camel
from zoo.compiler.program import Callee, Input, Line, Written
from zoo.compiler.states import start
from zoo.compiler.text import WIDTH, call
from zoo.compiler.uses import outputs, scopes_of, wanted
from zoo.compiler.writer import Lowering, Writer
from zoo.graph import Ref, Scan, refs


def lowering(*, hoist: bool = True) -> Lowering:
    """Write scans as loops; without ``hoist``, with every node inside."""
    return partial(write_scan, hoist=hoist)


def write_scan(writer: Writer, outer: Body, name: str, uses: list[ScanUse], *, hoist: bool = True) -> Written:
    """The class of a scan that serves all these uses."""
    body = Body(writer.program, scopes_of(uses), outer.home.inner("nodes", name, "scan"), outer)
    stacked, final = outputs(body.scopes), dict(uses[0].final)
    if name in outer.reads and not writer.is_lent(outer, name):
        read = outer.reads[name]
        if None not in read:
            stacked = {out: ref for out, ref in stacked.items() if out in read}
            final = {out: state for out, state in final.items() if out in read}
    body.reads = wanted(body.scope.nodes, [*uses[0].next.values(), *stacked.values()])
    draft = Loop(writer, body, name, uses, stacked, final, hoist).write()
    block = camel(outer.home.tree[1]) if outer.home.tree else ""
    return writer.program.add(draft, f"{block}{camel(name)}", f"{block}{camel(name)}Scan")


class Loop:
    """Writes the class of one scan: ``stacked`` and ``final`` are the outputs that something reads."""

    def __init__(
        self,
        writer: Writer,
        body: Body,
        name: str,
        uses: list[ScanUse],
        stacked: dict[str, Ref],
        final: dict[str, str],
        hoist: bool,
    ) -> None:
        assert body.outer is not None
        resolved = body.outer.scope.nodes[name]
        assert isinstance(resolved.node, Scan)
        self.writer, self.body, self.outer, self.uses = writer, body, body.outer, uses
        self.wires, self.node, self.use = resolved.inputs, resolved.node, uses[0]
        self.stacked, self.final = stacked, final
        self.calls = Calls(writer, body)
        order = [each for each in body.scope.order if each in body.reads]
        self.parts = divide(self.use, order, self.use.next.values(), hoist=hoist)
        self.inputs: dict[str, Input] = {}
        self.signature: list[str] = []
        self.init: list[Line] = []
        self.lines: list[Line] = []
        self.states: dict[str, str] = {}
        self.kept: dict[str, str] = {}
        """For each state, the step's mask beside it."""
        self.mask: Mask | None = None
        self.padding = ""

    def write(self) -> Written:
        """The draft of the class."""
        self._take()
        for name in self.body.reads:
            self.calls.variable(name)
        building = init(self.writer, self.body)
        if self.mask:
            self._fill(self.mask)
        for name in self.parts.before:
            self.lines += self.calls.apply(name)
        lists = self._lists()
        if lists or self.final:
            self._loop(lists)
        for name in self.parts.after:
            self.lines += self.calls.apply(name)
        callee = Callee(self.inputs, fields([*self.stacked, *self.final]))
        self._return(callee)
        lent = [*(f"{name}: nn.Module" for name in self.body.lent.values())]
        lent += [f"{name}: int" for name in self.body.sizes.values()]
        signature = [*self.signature, *(["*", *lent] if lent else [])]
        about = f"A walk over `{self.node.over}`{' from its end' if self.node.reverse else ''}, step by step."
        return finish(self.writer, self.body, about, callee, signature, [*building, *self.init], self.lines)

    def _line(self, text: str, indent: int = 8) -> None:
        self.lines.append(Line(" " * indent + text))

    # -------------------------------------------------------------------------------------- before the loop

    def _take(self) -> None:
        """The parameters of forward: what is cut, states that start from a wire, constants, the mask."""
        wired = [name for name in self.node.state if name in self.wires]
        const = sorted(self.node.const, key=self._is_maybe)
        maybe = frozenset(name for name in const if self._is_maybe(name))
        self.body.maybe = maybe
        for name in [*self.node.each, *wired, *const]:
            variable = self.calls.values[Ref(name)] = self.calls.in_forward(name)
            wire = self.wires[name]
            type_ = self.outer.type(wire) if isinstance(wire, Ref) else None
            if type_ is not None and name not in maybe:
                self.body.shaped.append((variable, type_))
            self.inputs[name] = Input(variable, name in maybe)
        self.mask = find_mask(self.body, self.wires, self.uses, self.calls.in_forward("mask"))
        if self.mask:
            self.inputs[MASK] = Input(self.mask.variable, self.mask.optional)
        ordered = sorted(self.inputs.items(), key=lambda entry: entry[1].optional)
        self.inputs = dict(ordered)
        self.signature = [
            f"{each.name}: Tensor | None = None" if each.optional else f"{each.name}: Tensor"
            for each in self.inputs.values()
        ]

    def _is_maybe(self, name: str) -> bool:
        wire = self.wires.get(name)
        return isinstance(wire, Ref) and wire.node in self.outer.maybe

    def _fill(self, mask: Mask) -> None:
        """Zeros at the padding of every float that is cut: a gradient of 0 times NaN is NaN."""
        first = next(iter(self.node.each))
        if mask.optional:
            self._line(f"if {mask.variable} is None:")
            ones = mask.all_true(self.calls.values[Ref(first)], self.use.cut[first])
            self._line(f"{mask.variable} = {ones}", 12)
        self.padding = self.calls.in_forward("padding")
        self._line(f"{self.padding} = ~{mask.variable}")
        for name in self.node.each:
            step, variable = self.body.scope.inputs[name], self.calls.values[Ref(name)]
            if step is not None and step.dtype == "float" and mask.leads(self.body, step):
                padding = mask.beside(self.padding, self.use.cut[name], len(step.shape) + 1)
                self._line(f"{variable} = {variable}.masked_fill({padding}, 0)")

    # ----------------------------------------------------------------------------------------- the loop

    def _whole(self, ref: Ref) -> bool:
        """Whether a value is had for all steps without the loop, with the walked axis where outputs have it."""
        return self.parts.axes.get(ref.node) == self.use.axis or ref.node in self.parts.after

    def _lists(self) -> dict[Ref, str]:
        """What the loop collects, and the variable that it is stacked to: outputs, and what nodes after it read."""
        lists: dict[Ref, str] = {}
        nodes = self.body.scope.nodes
        read = [ref for name in self.parts.after for wire in nodes[name].inputs.values() for ref in refs(wire)]
        names = {ref: out for out, ref in self.stacked.items()}
        for ref in [*self.stacked.values(), *read]:
            if ref not in lists and not self._whole(ref):
                alone = ref.node not in nodes or len(nodes[ref.node].types) == 1
                base = ref.node if alone else f"{ref.node}_{ref.port}"
                lists[ref] = self.calls.in_forward(names.get(ref, base), f"{base}s")
        return lists

    def _loop(self, lists: dict[Ref, str]) -> None:
        whole = dict(self.calls.values)
        values = self.calls.values
        for name in self.node.state:
            self.states[name], lines, building = start(self.body, self.calls, self.node.state[name], name)
            self.lines += lines
            self.init += building
            values[Ref(name)] = self.states[name]
        steps = {ref: self.calls.in_forward(f"{variable}_steps") for ref, variable in lists.items()}
        for variable in steps.values():
            self._line(f"{variable} = []")
        self._head(whole, list(lists))
        for name in self.parts.inside:
            self.lines += self.calls.apply(name, 12)
        for ref, variable in steps.items():
            self._line(f"{variable}.append({values[ref]})", 12)
        self._next()
        self.calls.values = values = {**whole, **{Ref(name): text for name, text in self.states.items()}}
        for ref, variable in lists.items():
            back = "[::-1]" if self.node.reverse else ""
            self._line(f"{variable} = torch.stack({steps[ref]}{back}, dim={self.use.axis})")
            values[ref] = variable

    def _head(self, whole: dict[Ref, str], collected: list[Ref]) -> None:
        """``for x_t, mask_t in zip(x.unbind(1), mask.unbind(1)):``, over what is used inside."""
        nodes = self.body.scope.nodes
        read = [ref for name in self.parts.inside for wire in nodes[name].inputs.values() for ref in refs(wire)]
        used = dict.fromkeys([*read, *self.use.next.values(), *collected])
        names: list[str] = []
        sources: list[str] = []
        for ref in used:
            axis = self.parts.axes.get(ref.node)
            if axis is not None:
                step = self.calls.in_forward(f"{whole[ref].replace('.', '_')}_t")
                self.calls.values[ref] = step
                names.append(step)
                sources.append(f"{whole[ref]}.unbind({axis})")
        if self.mask and self.states:
            more = {self._rank(name) - len(self.mask.step.shape) for name in self.states}
            shared = more.pop() if len(more) == 1 else 0
            variable = self.calls.in_forward(f"{self.mask.variable}_t")
            self.kept = {name: self._beside(variable, name, shared) for name in self.states}
            names.append(variable)
            sources.append(f"{beside(self.mask.variable, shared)}.unbind({self.mask.axis})")
        if self.node.reverse:
            sources = [f"reversed({source})" for source in sources]
        if not names:
            first = next(iter(self.node.each))
            names, sources = ["_"], [f"range({whole[Ref(first)]}.shape[{self.use.cut[first]}])"]
        if len(names) == 1:
            self._line(f"for {names[0]} in {sources[0]}:")
        else:
            self.lines += map(Line, call(f"for {', '.join(names)} in zip", sources, ":"))

    def _rank(self, state: str) -> int:
        type_ = self.body.scope.inputs[state]
        return 0 if type_ is None else len(type_.shape)

    def _beside(self, variable: str, state: str, done: int) -> str:
        assert self.mask is not None
        return beside(variable, self._rank(state) - len(self.mask.step.shape) - done)

    def _next(self) -> None:
        """Every state's value for the step after; at padding, the old one."""
        names: list[str] = []
        results: list[str] = []
        for state, variable in self.states.items():
            value = self.calls.values[self.use.next[state]]
            if value != variable:
                names.append(variable)
                results.append(f"torch.where({self.kept[state]}, {value}, {variable})" if self.mask else value)
        if not names:
            return
        line = f"{', '.join(names)} = {', '.join(results)}"
        if len(line) + 12 <= WIDTH:
            self._line(line, 12)
        else:
            self.lines += map(Line, call(f"{', '.join(names)} = ", results, indent=12))

    # ----------------------------------------------------------------------------------- after the loop

    def _return(self, callee: Callee) -> None:
        """The outputs, with zeros at padding."""
        values = self.calls.values
        results: list[str] = []
        filled: dict[str, str] = {}
        for out, ref in self.stacked.items():
            value = values[ref]
            if self.mask and value not in filled:
                filled[value] = value if value.isidentifier() else self.calls.in_forward(out)
                rank = len(self.use.outputs[out].shape)
                padding = self.mask.beside(self.padding, self.use.axis, rank)
                self._line(f"{filled[value]} = {value}.masked_fill({padding}, 0)")
            results.append(filled.get(value, value))
        results += [self.states[state] for state in self.final.values()]
        self.lines += returned(results, callee.outputs)
