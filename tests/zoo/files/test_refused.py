"""What a graph may hold and no file can say is refused, instead of written as something else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.zoo.files.texts import SMALL
from zoo.errors import FileError
from zoo.files import dumps, loads
from zoo.graph import Call, Frozen, Graph, Ref, Repeat, Scan
from zoo.sizes import Name, Op
from zoo.spec import Port, Star
from zoo.values import Value


@pytest.mark.parametrize(
    ("node", "says"),
    [
        (Call(use="p/q", settings=Frozen(a=float("nan"))), "not-a-number cannot be written"),
        (Call(use="p/q", settings=Frozen(a=2**70)), "an integer beyond"),
        (Call(use="p/q", settings=Frozen(a="\ud800")), "half of a surrogate pair"),
        (Call(use="p/q", settings=Frozen(a=Name("dim"))), "names 'dim', which is no param"),
        (Call(use="p/q", settings=Frozen(a=Op("+", 1, 2))), "names no param"),
        (
            Call(use="p/q", inputs=Frozen({"": Ref("x"), "y": Ref("x")})),
            "without a port stands beside others",
        ),
        (Call(use="torch.nn.Linear"), "looks like a Python path"),
        (Call(use="p/q", inputs=Frozen(a=Ref("no name"))), "got 'no name'"),
        (Repeat(count=Name("n"), use="b"), "names 'n', which is no param"),
        (Scan(over="time", state=Frozen(h=Ref("zeros"))), "rename the node"),
        (Scan(over="a b"), "the name of an axis is letters"),
    ],
)
def test_what_no_file_can_say_is_refused(node: Call | Repeat | Scan, says: str) -> None:
    for graph in (Graph(name="x", nodes=Frozen(a=node)), replace(loads(SMALL), nodes=Frozen(a=node))):
        with pytest.raises(FileError, match=re.escape(says)):
            dumps(graph)


def test_the_type_of_a_layers_port_is_refused() -> None:
    port = Port("float", (Star("any"),), variadic=True)
    with pytest.raises(FileError, match="only the ports of layers can be"):
        dumps(Graph(name="x", inputs=Frozen(x=port)))


def test_nesting_without_end_is_refused() -> None:
    value: Value = ()
    for _ in range(5000):
        value = (value,)
    with pytest.raises(FileError, match="nests 40 levels deep"):
        dumps(Graph(name="x", nodes=Frozen(a=Call(use="p/q", settings=Frozen(a=value)))))
