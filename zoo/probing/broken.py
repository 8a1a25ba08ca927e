"""Where a NaN was born: the first node that was given numbers and gave something else, or sent it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

import torch
from torch import Tensor, nn

from zoo.compiler import CompiledGraph
from zoo.probing.subject import Subject
from zoo.probing.watching import hooking
from zoo.problems import Place
from zoo.testing.threads import one_thread

Way: TypeAlias = Literal["weights", "input", "forward", "backward"]


@dataclass(frozen=True, slots=True)
class Birth:
    """What first was no number: a weight, an input, what a node gave, or what it sent back.

    ``path`` is the node's (of a model that is no graph: the module's name), ``call`` counts its calls from 1,
    ``tensor`` says which of its tensors, ``place`` is where the node is written.
    """

    way: Way
    path: str
    layer: str
    call: int
    tensor: str
    place: Place | None = None
    is_node: bool = True

    def __str__(self) -> str:
        at = f" ({self.place})" if self.place else ""
        node = f"the {'node' if self.is_node else 'module'} '{self.path}'{at}"
        times = f", at its call {self.call}" if self.call > 1 else ""
        if self.way == "weights":
            return f"the weights of {node} are no numbers any more"
        if self.way == "input":
            return f"the input '{self.path}' is given values that are no numbers"
        if self.way == "forward":
            return f"the first value that is no number came out of {node}{times}"
        return f"the first gradient that is no number came out of {node}{times}: {self.tensor}"


@one_thread()
def first_broken(subject: Subject) -> Birth | None:
    """Where the first NaN or infinity comes from: weights, then forward, then backward from J; None where
    all is well. J is the loss, or a random sum of the first output.
    """
    inputs = subject.inputs
    for name, x in inputs.items():
        if not is_finite(x):
            return Birth("input", name, "", 0, name)
    born = born_forward(subject.model, subject.outputs)
    return born or _born_backward(subject)


def born_forward(
    model: nn.Module, run: Callable[[], object], whole: Callable[[Tensor], Tensor] = lambda weight: weight
) -> Birth | None:
    """The weight, or the module called by ``run``, that first is or gives something that is no number.

    ``whole`` puts a weight together of which this process holds a part.
    """
    for name, parameter in model.named_parameters():
        if not is_finite(whole(parameter)):
            owner, _, word = name.rpartition(".")
            return _birth("weights", model, owner, 0, word)
    names = {module: name for name, module in _modules(model)}
    calls: dict[str, int] = dict.fromkeys(names.values(), 0)
    found: list[Birth] = []

    def began(module: nn.Module, *_: Any) -> None:
        calls[names[module]] += 1

    def look(module: nn.Module, given: Any, named: Any, result: Any) -> None:
        if not found and not _all_finite(result) and _all_finite((given, [*named.values()])):
            found.append(_birth("forward", model, names[module], calls[names[module]], "what it gives"))

    with hooking() as hook, torch.no_grad():
        for module in names:
            if module is not model:
                hook(module).register_forward_pre_hook(began)
                hook(module).register_forward_hook(look, with_kwargs=True)
        run()
    return found[0] if found else None


def is_finite(x: Tensor) -> bool:
    """Whether all are numbers; integers and bools are."""
    return not x.is_floating_point() or bool(x.isfinite().all())


# ------------------------------------------------------------------------------------------------- backward


@dataclass(slots=True)
class _Called:
    """One call of a module: what went in and came out, where a gradient can go."""

    name: str
    call: int
    into: list[Tensor] = field(default_factory=list[Tensor])
    out: list[Tensor] = field(default_factory=list[Tensor])
    weights: Mapping[str, Tensor] = field(default_factory=dict[str, Tensor])


def _born_backward(subject: Subject) -> Birth | None:
    """The call nearest to the loss that got gradients of numbers and sends back something else."""
    model = subject.model
    names = {module: name for name, module in _modules(model)}
    counts: dict[str, int] = {}
    called: list[_Called] = []

    def left(module: nn.Module, given: Any, named: Any, result: Any) -> None:
        name = names[module]
        counts[name] = counts.get(name, 0) + 1
        own = dict(module.named_parameters(recurse=False))
        into = [x for x in tensors_in((given, [*named.values()])) if x.requires_grad]
        out = [x for x in tensors_in(result) if x.requires_grad]
        called.append(_Called(name, counts[name], into, out, own))

    with hooking() as hook:
        for module in names:
            if module is not model:
                hook(module).register_forward_hook(left, with_kwargs=True)
        outputs = subject.outputs()
    if not any(x.requires_grad for x in outputs.values()):
        return None  # without weights nothing flows back
    towards = subject.towards(outputs)
    if not all(map(is_finite, towards.values())):
        return Birth("backward", "loss", "", 1, "the loss sends back what is no number")
    reached = list({id(x): x for each in called for x in (*each.into, *each.out)}.values())
    reached += [x for x in model.parameters() if x.requires_grad]
    roots = [outputs[name] for name in towards]
    found = torch.autograd.grad(
        roots,
        reached,
        [*towards.values()],
        retain_graph=True,
        allow_unused=True,
        materialize_grads=True,
    )
    gradients = {id(x): g for x, g in zip(reached, found, strict=True)}
    if all(map(is_finite, gradients.values())):
        return None
    for each in reversed(called):
        born = _sends_back(each, gradients)
        if born:
            return _birth("backward", model, each.name, each.call, born)
    return Birth("backward", "", "", 1, "the steps between its nodes")


def _sends_back(each: _Called, gradients: Mapping[int, Tensor]) -> str:
    """What one call makes of gradients that are numbers, if it is none: in words; else nothing."""
    outs = [x for x in each.out if all(x is not y for y in each.into)]
    into = [*each.into, *each.weights.values()]
    if not outs or not into or not all(is_finite(gradients[id(x)]) for x in outs):
        return ""
    given = [gradients[id(x)] for x in outs]
    sent = torch.autograd.grad(
        outs, into, given, retain_graph=True, allow_unused=True, materialize_grads=True
    )
    words = [
        *["what it sends to its inputs"] * len(each.into),
        *(f"that of its {name}" for name in each.weights),
    ]
    return next((word for word, g in zip(words, sent, strict=True) if not is_finite(g)), "")


# --------------------------------------------------------------------------------------------------- shared


def tensors_in(value: object) -> Iterator[Tensor]:
    """The tensors in a value that a module takes or gives."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for each in cast("Sequence[object]", value):
            yield from tensors_in(each)


def _all_finite(value: object) -> bool:
    return all(map(is_finite, tensors_in(value)))


def _modules(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    return cast("Iterator[tuple[str, nn.Module]]", model.named_modules())


def _birth(way: Way, model: nn.Module, name: str, call: int, tensor: str) -> Birth:
    layer = type(model.get_submodule(name)).__name__
    if not isinstance(model, CompiledGraph):
        return Birth(way, name, layer, call, tensor, is_node=False)
    path = model.__zoo_unit__.nodes_of(name)
    return Birth(way, ".".join(path), layer, call, tensor, model.__zoo_unit__.place(path))
