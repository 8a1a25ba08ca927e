"""Writing the initial states of a scan: from a wire, zeros, or a learned parameter."""

from __future__ import annotations

from zoo.compiler.body import Body
from zoo.compiler.calls import Calls
from zoo.compiler.names import plain
from zoo.compiler.program import Line
from zoo.compiler.text import call, expr
from zoo.graph import Learned, Ref, Start
from zoo.sizes import Expr, evaluate, symbol


def start(body: Body, calls: Calls, begin: Start, name: str) -> tuple[str, list[Line], list[Line]]:
    """The variable of a state, the lines that initialise it, and lines for ``__init__``."""
    if isinstance(begin, Ref):
        return calls.values[Ref(name)], [], []
    variable = calls.in_forward(name)
    if isinstance(begin, Learned):
        return variable, *_learned(body, variable, name, begin.shape)
    sizes = [expr(axis, body.size) for axis in begin.shape]
    like = next((each for each, type_ in body.shaped if type_.dtype == "float"), None)
    building: list[Line] = []
    if like is None:  # no input has the dtype that the model was moved to
        like, building = _zero(body)
    zeros = call(f"{variable} = {like}.new_zeros", sizes or ["()"])
    return variable, [Line(text) for text in zeros], building


def _zero(body: Body) -> tuple[str, list[Line]]:
    """A buffer that only carries the dtype and device of the model."""
    building: list[Line] = []
    if not body.zero:
        body.zero = body.in_module.take("zero")
        building = [Line(f'        self.register_buffer("{body.zero}", torch.zeros(()), persistent=False)')]
    return f"self.{body.zero}", building


def _learned(body: Body, variable: str, name: str, shape: tuple[Expr, ...]) -> tuple[list[Line], list[Line]]:
    """A parameter, initially zero, for the axes with a number; it is broadcast over the others."""
    attribute = body.learned[name] = body.in_module.take(plain(name))
    known = [isinstance(body.ground(evaluate(axis, symbol)), int) for axis in shape]
    first = known.index(True) if True in known else len(shape)
    sizes = [expr(axis, body.spell) if is_known else "1" for axis, is_known in zip(shape, known, strict=True)]
    building = f"        self.{attribute} = nn.Parameter(torch.zeros({', '.join(sizes[first:]) or '()'}))"
    if all(known):
        return [Line(f"        {variable} = self.{attribute}")], [Line(building)]
    spread = [
        "-1" if is_known else expr(axis, body.size) for axis, is_known in zip(shape, known, strict=True)
    ]
    return [Line(f"        {variable} = self.{attribute}.expand({', '.join(spread)})")], [Line(building)]
