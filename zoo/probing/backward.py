"""Which node first sent back a gradient that is not finite: each call is asked again, from the loss on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from zoo.probing.births import Birth, born, is_finite, modules_of, tensors_in
from zoo.probing.subject import Subject
from zoo.probing.watching import hooking


@dataclass(slots=True)
class _Called:
    """One call of a module: what went in and came out, where a gradient can go."""

    name: str
    call: int
    into: list[Tensor] = field(default_factory=list[Tensor])
    out: list[Tensor] = field(default_factory=list[Tensor])
    weights: Mapping[str, Tensor] = field(default_factory=dict[str, Tensor])


def born_backward(subject: Subject) -> Birth | None:
    """The call nearest to the loss that got finite gradients and sends back others."""
    model = subject.model
    names = {module: name for name, module in modules_of(model)}
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
        return Birth("backward", "", "", 1, "the loss")
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
    found = _nearest(called, gradients)
    if found is None:
        return Birth("backward", "", "", 1, "what lies between the nodes")
    each, word = found
    return born("backward", model, each.name, each.call, word)


def _nearest(called: Sequence[_Called], gradients: Mapping[int, Tensor]) -> tuple[_Called, str] | None:
    """The innermost call at fault that is nearest to the loss; what ran inside a call stands before it."""
    found: tuple[_Called, str] | None = None
    for each in reversed(called):
        if found is not None and not each.name.startswith(f"{found[0].name}."):
            break  # all that ran inside has been asked
        word = _sends_back(each, gradients)
        found = (each, word) if word else found
    return found


def _sends_back(each: _Called, gradients: Mapping[int, Tensor]) -> str:
    """In words, what one call makes of finite gradients that is not finite; nothing where all is."""
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
