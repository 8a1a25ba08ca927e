"""The correspondence between a task's ports and a graph's, and errors about graphs that do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from zoo.checker import resolve
from zoo.errors import ChoiceError, TrainingError, did_you_mean
from zoo.files.words import parse_port
from zoo.graph import Graph
from zoo.spec import Port, TensorType
from zoo.tasks.task import Task
from zoo.values import EMPTY, Scalar

LOSS = "loss"
"""An output of this name, or ``loss_WHAT``, is an additional loss of the graph, already weighted."""


@dataclass(frozen=True, slots=True)
class Ports:
    """A task's ports in a graph: the graph's names by the task's.

    ``losses`` are outputs that are losses of the graph; ``carried`` are outputs with the name of an optional
    input, which are states that can be carried from one segment of a sequence to the next.
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    losses: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()

    def run(
        self, model: nn.Module, inputs: Mapping[str, Tensor], states: Mapping[str, Tensor] = EMPTY
    ) -> tuple[dict[str, Tensor], Any]:
        """Run a model; returns the outputs by the task's names, and everything that the model returned."""
        named = {self.inputs[name]: tensor for name, tensor in inputs.items() if name in self.inputs}
        given = model(**named, **states)
        if isinstance(given, Tensor):
            return dict.fromkeys(self.outputs, given), given
        return {name: getattr(given, own) for name, own in self.outputs.items()}, given


def find_ports(
    task: type[Task], graph: Graph, name: str, chosen: Mapping[str, str] = EMPTY, remedy: str = ""
) -> Ports:
    """The ports of a graph that a task feeds and reads; ``chosen`` maps the task's names to the graph's.

    Raises TrainingError that names every port that is missing, has another type, or is required in addition;
    ChoiceError if the fault lies in ``chosen``.
    """
    _known(task, name, chosen)
    inputs, faults = _inputs(task, graph, chosen)
    outputs = {port: chosen.get(port, port) for port in task.reads}
    faults |= {
        port: f"it has no output '{own}'{did_you_mean(own, graph.outputs)}"
        for port, own in outputs.items()
        if own not in graph.outputs
    }
    if faults:
        message = (
            f"graph '{graph.name}' does not fit the task '{name}': {' and '.join(faults.values())}; "
            f"{told(task)}; rename a port, or say which one it is: --port TASK=GRAPH{remedy}"
        )
        blamed = next((port for port in chosen if port in faults), "")
        raise ChoiceError({f"ports.{blamed}": message}) if blamed else TrainingError(message)
    losses = [each for each in graph.outputs if each == LOSS or each.startswith(f"{LOSS}_")]
    carried = [each for each in graph.outputs if each in graph.inputs and graph.inputs[each].optional]
    return Ports(inputs, outputs, tuple(losses), tuple(carried))


def _known(task: type[Task], name: str, chosen: Mapping[str, str]) -> None:
    """Raise ChoiceError for ports that the task does not have."""
    known = [*task.feeds, *task.reads]
    unknown = {
        f"ports.{port}": f"the task '{name}' has no port '{port}'{did_you_mean(port, known)}; it has "
        f"{', '.join(known)}"
        for port in chosen
        if port not in known
    }
    if unknown:
        raise ChoiceError(unknown)


def _inputs(
    task: type[Task], graph: Graph, chosen: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The graph's inputs by the task's names, and what is wrong with them, by port."""
    inputs: dict[str, str] = {}
    faults: dict[str, str] = {}
    for port, words in task.feeds.items():
        own, wanted = chosen.get(port, port), parse_port(words)
        found = graph.inputs.get(own)
        if found is None:
            if not wanted.optional or port in chosen:
                faults[port] = f"it has no input '{own}'{did_you_mean(own, graph.inputs)}"
        elif not _fits(found, wanted):
            faults[port] = f"its input '{own}' is `{found}`"
        else:
            inputs[port] = own
    fed = {chosen.get(port, port) for port in task.feeds}
    more = [f"'{each}'" for each, port in graph.inputs.items() if not port.optional and each not in fed]
    if more:
        faults["more"] = f"it also needs the input{'s' if len(more) > 1 else ''} {', '.join(more)}"
    if task.one_of and not any(port in inputs for port in task.one_of) and not faults:
        faults["one of"] = f"it has none of the inputs {', '.join(repr(port) for port in task.one_of)}"
    return inputs, faults


def _fits(found: Port, wanted: Port) -> bool:
    return found.dtype == wanted.dtype and (
        len(found.shape) == len(wanted.shape) or found.star is not None or wanted.star is not None
    )


def _may_be(found: TensorType | None, wanted: Port) -> bool:
    """Whether an output may have the type that a task reads."""
    if found is None:
        return True
    ranks_agree = len(found.shape) == len(wanted.shape) or wanted.star is not None
    return found.dtype == wanted.dtype and ranks_agree


def told(task: type[Task]) -> str:
    """A description of a task's ports, for messages."""
    feeds = " and ".join(f"`{port}: {words}`" for port, words in task.feeds.items())
    reads = " and ".join(f"`{port}: {words}`" for port, words in task.reads.items())
    one = "" if len(task.feeds) == 1 else "s"
    two = "" if len(task.reads) == 1 else "s"
    return f"the task has the input{one} {feeds} and the output{two} {reads}"


def fitting(tasks: Mapping[str, type[Task]], graph: Graph) -> list[str]:
    """The tasks that a graph fits, as far as the types of its outputs are known."""
    names: list[str] = []
    types = resolve(graph).root.types
    for name, task in tasks.items():
        try:
            find_ports(task, graph, name)
        except TrainingError:
            continue
        if all(_may_be(types.get(port), parse_port(words)) for port, words in task.reads.items()):
            names.append(name)
    return names


def fit_params(graph: Graph, chosen: Mapping[str, Scalar], wanted: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """The params to compile with: those chosen, and those of the data that the graph has.

    Raises ChoiceError for chosen params that the graph does not have.
    """
    has = ", ".join(graph.params) or "none"
    unknown = {
        f"params.{name}": f"graph '{graph.name}' has no param '{name}'{did_you_mean(name, graph.params)}; it "
        f"has {has}"
        for name in chosen
        if name not in graph.params
    }
    if unknown:
        raise ChoiceError(unknown)
    return {**{name: value for name, value in wanted.items() if name in graph.params}, **chosen}
