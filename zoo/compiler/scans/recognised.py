"""A cell that is drawn gate by gate, as one call: if its nodes compute the function of a known cell.

    out, last = recurrence.lstm(x, h, c, mask, self.from_x.weight, self.from_h.weight, self.from_x.bias)

The weights stay parameters of the nodes; where a kernel takes several as one matrix, they are concatenated at
each call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor

from zoo.bare import DTYPES, build_bare
from zoo.checker.resolution import LayerUse, ScanUse
from zoo.compiler.body import Body
from zoo.compiler.program import Line, ModuleClass
from zoo.compiler.queries import applied, sources, used, wanted
from zoo.compiler.recognition import Interpreter, Match, NoTerm, Row, interpret, match
from zoo.compiler.recognition.weights import Piece, biases, code, matrices
from zoo.compiler.scans import base
from zoo.compiler.scans.base import ScanSite
from zoo.compiler.scans.hoisting import Parts
from zoo.compiler.scans.kernel import KernelWriter
from zoo.compiler.scans.single_cell import KernelCell
from zoo.compiler.text import call
from zoo.compiler.writer import Declined, Writer
from zoo.graph import Ref

_MANY = 48
"""Scans with more nodes than this are not tried."""
_BATCH = 7


def write_scan(writer: Writer, outer: Body, name: str, uses: list[ScanUse]) -> ModuleClass:
    """Write the class of a scan that serves all these uses; raises Declined if it is no known cell."""
    return base.write_scan(RecognisedWriter, writer, outer, name, uses)


@final
class RecognisedWriter(KernelWriter):
    """Writes a scan whose body computes a known cell, with whatever nodes."""

    def __init__(self, site: ScanSite) -> None:
        super().__init__(site)
        if not 1 <= len(self.node.state) <= 2 or len(self.body.reads) > _MANY:
            raise Declined("it is no cell that has a kernel")
        self.shapes: dict[str, torch.Size] = {}
        """The shapes of the parameters inside, by node and name."""
        self.match, self.h = self._recognised()
        self.how = f"all steps at once: the nodes inside are {_TITLES[self.match.cell]}"
        self.weights = self._weights()
        self._check_reads()
        self._check_mask(self.parts.after)

    # --------------------------------------------------------------------------------------- deciding

    def _recognised(self) -> tuple[Match, set[Ref]]:
        """The cell that the body computes, and the outputs of nodes that equal its h after a step.

        It is interpreted in training and in evaluation mode, as a layer may behave differently.
        """
        try:
            rows, others = self._read(training=True), self._read(training=False)
        except NoTerm as why:
            raise Declined(f"it is no cell that has a kernel: {why}") from None
        after = {state: rows[ref] for state, ref in self.use.next.items() if ref in rows}
        terms = {state: row.parts[0][0] for state, row in after.items() if len(row.parts) == 1}
        cell = match(terms) if rows == others else None
        if cell is None or set(cell.states) != set(self.node.state):
            raise Declined("it is no cell that has a kernel")
        step = self.body.type(self._source(cell.x))
        if step is None or self.body.ground(step.shape[-1]) != cell.gates[0].x.of.stop:
            raise Declined("it is no cell that has a kernel: its gates read a part of what comes in")
        h = after[cell.states[0]]
        return cell, {ref for ref, row in rows.items() if row == h and ref.node in self.parts.inside}

    def _read(self, *, training: bool) -> dict[Ref, Row]:
        """The terms of all outputs of nodes at a step; NoTerm if a node inside has none."""
        interpreter, scope = Interpreter(), self.body.scope
        tensors: dict[Ref, Tensor] = {}
        rows: dict[Ref, Row] = {}
        for name in [*self.node.each, *self.node.state]:
            tensors[Ref(name)] = self._bare(Ref(name))
            interpreter.given("state" if name in self.node.state else "step", name, tensors[Ref(name)])
        for name in (*self.parts.before, *self.parts.inside):
            node, use = scope.nodes[name], applied(used(scope.nodes[name]))
            if not isinstance(use, LayerUse) or use.read:
                raise NoTerm(f"'{name}' is not one layer, or has outputs on demand")
            wires = sources(*(node.inputs[port] for port in use.spec.inputs if port in node.inputs))
            if missing := next((ref for ref in wires if ref not in tensors), None):
                raise NoTerm(f"'{name}' reads '{missing}', which is the same at every step")
            module = build_bare(use.spec, use.settings).train(training)
            self.shapes |= {f"{name}.{key}": each.shape for key, each in module.named_parameters()}
            found = interpret(interpreter, module, name, [tensors[ref] for ref in wires])
            values: Sequence[Tensor | None] = [found] if isinstance(found, Tensor) else list(found)
            for output, value in zip(use.outputs, values, strict=False):
                if value is None:  # an on-demand output that nothing reads
                    continue
                for ref in (
                    (Ref(name), Ref(name, output))
                    if output == next(iter(use.outputs))
                    else [Ref(name, output)]
                ):
                    if name in self.parts.before:
                        tensors[ref] = interpreter.whole(value, str(Ref(name, output)))
                    else:
                        tensors[ref], rows[ref] = value, interpreter.row(value)
        return rows

    def _bare(self, ref: Ref) -> Tensor:
        """A meta tensor like one step of an input, state or node."""
        type_ = self.body.type(ref)
        sizes = [] if type_ is None else [self.body.ground(size) for size in type_.shape]
        if type_ is None or len(sizes) != 2 or not isinstance(sizes[1], int):
            raise NoTerm(f"'{ref}' is not batch by a width")
        return torch.empty(_BATCH, sizes[1], dtype=DTYPES[type_.dtype], device="meta")

    def _source(self, name: str) -> Ref:
        """The wire that the cell reads at every step."""
        node, _, port = name.partition(".")
        return Ref(node, port or None)

    def _check_reads(self) -> None:
        """Keep the nodes that are needed beside the cell; Declined if something reads values inside it."""
        nodes = self.body.scope.nodes
        read_ = [
            *self.stacked.values(),
            *(r for n in self.parts.after for r in sources(*nodes[n].inputs.values())),
        ]
        for ref in read_:
            if ref not in self.h and ref.node not in self.parts.axes and ref.node not in self.parts.after:
                raise Declined(f"something reads '{ref}' at every step, which stays inside the kernel")
        whole = [ref for ref in (self._source(self.match.x), *read_) if ref.node in self.parts.axes]
        needed = wanted(nodes, whole)
        before = tuple(name for name in self.parts.before if name in needed)
        self.parts = Parts(before, (), self.parts.after, self.parts.axes)

    def _own(self) -> KernelCell | str:
        """The recognised cell, if no other node is left."""
        if self.parts.before or self.parts.after:
            return "has more in it than a cell"
        if not all(ref in self.h for ref in self.stacked.values()):
            return "shows something else than its cell"
        cell = self.match
        kernel = f"rnn_{cell.activation}" if cell.cell == "rnn" else cell.cell
        spelt = (None if text == "None" else text for text in self._spelt())
        weights = (*spelt, None, None)[:4]
        return KernelCell(kernel, cell.x, cell.states, weights)

    def _weights(self) -> list[list[Piece] | None]:
        """W, U and two biases, each as pieces to be concatenated; None for a missing bias."""
        found = biases(self.match)
        if found is None:
            raise Declined("it has more biases than its kernel")
        return [*matrices(self.match), *found]

    # ---------------------------------------------------------------------------------------- writing

    def _must_fill(self, name: str) -> bool:
        """Kernels ignore padding; nodes beside the cell do not."""
        nodes = self.body.scope.nodes
        beside = (*self.parts.before, *self.parts.after)
        return any(ref.node == name for each in beside for ref in sources(*nodes[each].inputs.values()))

    def _walk(self, lists: dict[Ref, str]) -> None:
        whole = dict(self.calls.values)
        self._start_states()
        cell, source = self.match, self._source(self.match.x)
        name = self.use.next[cell.states[0]].node
        given = [
            self._at(source, 1),
            *(self.states[state] for state in cell.states),
            self._given_mask() if self.mask else "None",
        ]
        given += self._spelt()
        if cell.activation != "tanh":
            given.append(f'activation="{cell.activation}"')
        if self.node.reverse:
            given.append("reverse=True")
        out = next((lists[ref] for ref in lists if ref in self.h), "_")
        last = self.calls.in_forward("last") if self.final else "_"
        texts = call(f"{out}, {last} = {self.body.program.helper('zoo.recurrence', cell.cell)}", given)
        self.lines += [Line(text, name) for text in texts]
        if out != "_":
            self._hand_out(out)
        for ref, variable in lists.items():
            value = out if ref in self.h else self._at(ref, self.use.axis)
            if value != variable:
                self._line(f"{variable} = {value}")
        for place, state in enumerate(cell.states):
            self.states[state] = last if len(cell.states) == 1 else f"{last}.{'hc'[place]}"
        self._ended(whole, lists)

    def _spelt(self) -> list[str]:
        """The weights as code."""
        like = f"{self._parameter(self.match.gates[0].x.matrix)}"
        texts = [
            "None" if pieces is None else code(pieces, self._parameter, self.shapes, like)
            for pieces in self.weights
        ]
        while texts[-1] == "None":
            texts.pop()
        return texts

    def _parameter(self, name: str) -> str:
        """Code for a parameter of a node's module."""
        node, _, parameter = name.partition(".")
        return f"{self.calls.module(node)}.{parameter}"


_TITLES = {"rnn": "a simple recurrent cell", "gru": "a GRU", "lstm": "an LSTM"}
