"""The builder of a scan's step, and the scan as a node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, cast

from zoo.builder.bodies import BodyBuilder
from zoo.builder.handles import Node, Output, ref_in
from zoo.edits.words import check_start, said
from zoo.errors import EditError, did_you_mean
from zoo.files.words import check_name, parse_start
from zoo.graph import Frozen, Learned, Ref, Scan, Start, Zeros


class StepBuilder(BodyBuilder):
    """One step of a scan: its inputs, its nodes, the states it feeds back, and its outputs."""

    lets_in = "let it in by each, state or const"

    def __init__(self, outer: BodyBuilder, name: str, begun: Scan) -> None:
        super().__init__()
        self.what = f"the scan '{name}'"
        self._outer = outer
        self._begun = begun
        self._starts: dict[str, Start] = {}
        self._next: dict[str, Ref] = {}
        self._stack: dict[str, Ref] = {}
        self._final: dict[str, str] = {}

    def each(self, name: str, source: Output) -> Output:
        """Declare an input that is split into steps along the axis."""
        return self._enter(name, "each", ref_in(self._outer, source))

    def const(self, name: str, source: Output) -> Output:
        """Declare an input that every step sees whole."""
        return self._enter(name, "const", ref_in(self._outer, source))

    def state(self, name: str, start: str | Output | Zeros | Learned) -> Output:
        """Declare a state, which starts as ``"zeros AXIS …"``, ``"learned AXIS …"`` or an outer output."""
        begin = said(parse_start, start) if isinstance(start, str) else start
        if isinstance(begin, Ref):
            raise EditError(f"a state starts as an output, 'zeros axis …' or 'learned axis …', not '{start}'")
        if isinstance(begin, Output):
            begin = ref_in(self._outer, begin)
        check_start(begin)
        return self._enter(name, "state", begin)

    def next(self, **states: Output) -> None:
        """Set the values of states for the following step."""
        for state, output in states.items():
            self._state(state)
            self._next[state] = ref_in(self, output)

    def stack(self, name: str, source: Output) -> None:
        """Declare an output that is stacked along the axis."""
        self._leave(name)
        self._stack[name] = ref_in(self, source)

    def final(self, name: str, state: Output) -> None:
        """Declare an output that is a state after the last step."""
        self._leave(name)
        ref = ref_in(self, state)
        self._state(str(ref))
        self._final[name] = ref.node

    def around(self) -> Iterator[BodyBuilder]:
        yield self
        yield from self._outer.around()

    def built(self) -> Scan:
        """The current scan."""
        parts = {
            part: {name: self._starts[name] for name, each in self._inputs.items() if each == part}
            for part in ("each", "state", "const")
        }
        return replace(
            self._begun,
            **{part: cast("Frozen[str, Any]", Frozen(starts)) for part, starts in parts.items()},
            nodes=self._built(),
            next=Frozen(self._next),
            stack=Frozen(self._stack),
            final=Frozen(self._final),
        )

    def _enter(self, name: str, part: str, start: Start) -> Output:
        output = self._input(name, part)
        self._starts[name] = start
        return output

    def _leave(self, name: str) -> None:
        said(check_name, name, "an output")
        if name in self._stack or name in self._final:
            raise EditError(f"{self.what} has an output '{name}' already")

    def _state(self, name: str) -> None:
        states = [state for state, part in self._inputs.items() if part == "state"]
        if name not in states:
            raise EditError(f"'{name}' is no state of {self.what}{did_you_mean(name, states)}")


class ScanNode(Node):
    """A scan as a node with its outputs; in a ``with`` statement, it gives the builder of its step."""

    __slots__ = ("step_",)

    def __init__(self, body: BodyBuilder, ref: Ref, step: StepBuilder) -> None:
        super().__init__(body, ref)
        self.step_ = step

    def __enter__(self) -> StepBuilder:
        return self.step_

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: the scan has already been added."""
