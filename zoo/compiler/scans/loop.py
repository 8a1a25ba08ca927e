"""A scan as a Python loop over its steps: the lowering that is always possible.

    h = x.new_zeros(x.shape[0], self.dim)
    out_steps = []
    cell_module = self.cell
    for x_t, mask_t in zip(x.unbind(1), mask.unsqueeze(-1).unbind(1)):
        cell = cell_module(x_t, h)
        out_steps.append(cell)
        h = torch.where(mask_t, cell, h)                a padded step carries the old state through
    out = torch.stack(out_steps, dim=1)

``unbind`` splits all steps at once: indexing ``x[:, t]`` would make backward allocate a sequence of zeros for
each step. What stands before and after the loop is written by ``base``.
"""

from __future__ import annotations

from functools import partial
from typing import final

from zoo.checker.resolution import ScanUse
from zoo.compiler.body import Body
from zoo.compiler.program import Line, ModuleClass
from zoo.compiler.scans import base
from zoo.compiler.scans.base import ScanWriter
from zoo.compiler.text import call
from zoo.compiler.writer import Writer, WriteScan
from zoo.graph import Ref


def lowering(*, hoist: bool = True) -> WriteScan:
    """The lowering to loops; without ``hoist``, every node stays inside."""
    return partial(write_scan, hoist=hoist)


def write_scan(
    writer: Writer, outer: Body, name: str, uses: list[ScanUse], *, hoist: bool = True
) -> ModuleClass:
    """Write the class of a scan that serves all these uses."""
    return base.write_scan(LoopWriter, writer, outer, name, uses, hoist=hoist)


@final
class LoopWriter(ScanWriter):
    """Writes a scan as a loop."""

    def _walk(self, lists: dict[Ref, str]) -> None:
        whole = dict(self.calls.values)
        values = self.calls.values
        steps = {ref: self.calls.in_forward(f"{name.rstrip('_')}_steps") for ref, name in lists.items()}
        for variable in steps.values():
            self._line(f"{variable} = []")
        self._begin()
        self._head(whole, list(lists))
        for name in self.parts.inside:
            self.lines += self.calls.apply(name, 12)
        for ref, variable in steps.items():
            self._line(f"{variable}.append({values[ref]})", 12)
        self._step_on()
        self._ended(whole, lists)
        for ref, variable in lists.items():
            back = "[::-1]" if self.node.reverse else ""
            self._line(f"{variable} = torch.stack({steps[ref]}{back}, dim={self.use.axis})")

    def _head(self, whole: dict[Ref, str], collected: list[Ref]) -> None:
        """The head ``for x_t, mask_t in zip(x.unbind(1), mask.unbind(1)):``, over what the steps use."""
        cut = self._cut(whole, collected)
        walked = {step: f"{variable}.unbind({axis})" for step, (variable, axis) in cut.items()}
        first = next(iter(self.node.each))
        count = f"{whole[Ref(first)]}.shape[{self.use.cut[first]}]"
        if self.mask and self.states:
            lines, variable, all_steps = self.mask.steps([self._rank(name) for name in self.states], count)
            self.lines += lines
            walked[variable] = all_steps
        if not walked:
            walked["_"] = f"range({count})"
        parts = [f"reversed({part})" if self.node.reverse else part for part in walked.values()]
        if len(parts) == 1:
            self._line(f"for {next(iter(walked))} in {parts[0]}:")
        else:
            self.lines += map(Line, call(f"for {', '.join(walked)} in zip", parts, ":"))
