"""A scan as a call of ``zoo.recurrence.scan``, which ``torch.export`` and ONNX keep as a loop of any length.

    h = x.new_zeros(x.shape[0], self.dim)
    cell_module = self.cell

    def step(states, steps):
        (h,) = states
        x_t, mask_t = steps
        cell = cell_module(x_t, h)
        outs = (cell,)
        h = torch.where(mask_t, cell, h)
        return (h,), outs

    (h,), (out,) = scan(step, (h,), (x, mask.unsqueeze(-1)), dim=1)

Training is several times slower than with a Python loop, so it is used only on request.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from zoo.checker.resolution import ScanUse
from zoo.compiler.body import Body
from zoo.compiler.program import Line, ModuleClass, Program
from zoo.compiler.queries import sources
from zoo.compiler.scans import base
from zoo.compiler.scans.base import ScanWriter
from zoo.compiler.text import call
from zoo.compiler.writer import Writer
from zoo.graph import Ref


def write_scan(writer: Writer, outer: Body, name: str, uses: list[ScanUse]) -> ModuleClass:
    """Write the class of a scan that serves all these uses."""
    _scan(writer.program)  # before any body takes its names
    return base.write_scan(HigherOrderWriter, writer, outer, name, uses)


@final
class HigherOrderWriter(ScanWriter):
    """Writes a scan as a function of one step, which torch applies to all steps."""

    def _walk(self, lists: dict[Ref, str]) -> None:
        whole = dict(self.calls.values)
        self._begin(copy=True)
        self._copy_constants()
        states = [*self.states.values()]
        step, given, steps, outs = map(self.calls.in_forward, ("step", "states", "steps", "outs"))
        cut = self._cut(whole, lists)
        if not cut:  # only the number of steps matters
            first = next(iter(self.node.each))
            cut[self.calls.in_forward(f"{first}_t")] = whole[Ref(first)], self.use.cut[first]
        mask = self.mask if self.states else None
        if mask:
            cut[mask.step_variable] = mask.beside([self._rank(name) for name in self.states]), mask.axis
        axes = {self.use.axis, *(axis for _, axis in cut.values())}
        axis = axes.pop() if len(axes) == 1 else 0  # which tensors of every rank have

        self.lines.append(Line(""))
        self._line(f"def {step}({given}, {steps}):")
        for names, values in ((states, given), (cut, steps)):
            if names:
                self._line(f"{_names(names)} = {values}", 12)
        for name in self.parts.inside:
            self.lines += self.calls.apply(name, 12)
        self._line(f"{outs} = {_tuple(self.calls.values[ref] for ref in lists)}", 12)
        self._step_on()
        self._line(f"return {_tuple(states)}, {outs}", 12)
        self.lines.append(Line(""))
        self._ended(whole, lists)
        walked = {part: _moved(value, own, axis) for part, (value, own) in cut.items()}
        if mask and mask.optional and (value := walked[mask.step_variable]) != mask.variable:
            walked[mask.step_variable] = f"None if {mask.variable} is None else {value}"
        told = [step, _tuple(states), _tuple(walked.values())]
        told += [f"dim={axis}"] if axis else []
        told += ["reverse=True"] if self.node.reverse else []
        results = [_tuple(names) if names else "_" for names in (states, lists.values())]
        self.lines += map(Line, call(f"{', '.join(results)} = {_scan(self.body.program)}", told))
        if axis != self.use.axis:
            for variable in lists.values():
                self._line(f"{variable} = {variable}.movedim({axis}, {self.use.axis})")

    def _copy_constants(self) -> None:
        """Copy constants: no two tensors that a step captures may be views of the same tensor."""
        nodes = self.body.scope.nodes
        read = [ref for name in self.parts.inside for ref in sources(*nodes[name].inputs.values())]
        for name in self.node.const:
            if Ref(name) in {*read, *self.use.next.values(), *self.stacked.values()}:
                self._line(f"{self.calls.values[Ref(name)]} = {self.calls.copied(Ref(name))}")


def _scan(program: Program) -> str:
    return program.helper("zoo.recurrence", "scan")


def _tuple(parts: Iterable[str]) -> str:
    """Variables or values as a tuple."""
    parts = list(parts)
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _names(names: Iterable[str]) -> str:
    """Variables as the target of tuple unpacking."""
    names = list(names)
    return f"({names[0]},)" if len(names) == 1 else ", ".join(names)


def _moved(value: str, axis: int, to: int) -> str:
    return value if axis == to else f"{value}.movedim({axis}, {to})"
