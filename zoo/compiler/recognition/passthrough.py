"""Layers that change no values: identities and concatenations."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from zoo.bare import REFUSED, build_bare
from zoo.checker.resolution import LayerUse
from zoo.compiler.recognition.interpreter import Interpreter, NoTerm, interpret
from zoo.compiler.recognition.terms import Leaf, Row

_BATCH = 7


def passed_through(use: LayerUse, widths: Sequence[int]) -> tuple[int, ...] | None:
    """Which of its inputs stand side by side in what a layer gives, at every step; None where it does more.

    ``widths`` are those of its inputs. A concat has all of them, dropout with p = 0 its only one.
    """
    if not use.spec.pointwise or len(use.outputs) != 1:
        return None
    try:
        (row,) = {_row(use, widths, training=training) for training in (True, False)}
    except (*REFUSED, NoTerm):
        return None
    found: list[int] = []
    for term, width in row.parts:
        leaf = term.alone
        if not isinstance(leaf, Leaf) or leaf.kind != "step" or (leaf.start, leaf.stop) != (0, width):
            return None
        found.append(int(leaf.name))
    return tuple(found) if row.width == sum(widths[place] for place in found) else None


def _row(use: LayerUse, widths: Sequence[int], *, training: bool) -> Row:
    interpreter = Interpreter()
    steps = [torch.empty(_BATCH, width, device="meta") for width in widths]
    for place, step in enumerate(steps):
        interpreter.given("step", str(place), step)
    module = build_bare(use.spec, use.settings).train(training)
    return interpreter.row(interpret(interpreter, module, use.spec.id, steps))
