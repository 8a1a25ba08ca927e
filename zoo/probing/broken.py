"""Where a NaN was born: the first node that was given finite values and gave others, or sent them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from zoo.probing.backward import born_backward
from zoo.probing.births import Birth, all_finite, born, is_finite, modules_of, tensors_in
from zoo.probing.subject import Subject
from zoo.probing.watching import hooking
from zoo.testing.threads import one_thread


@one_thread()
def first_broken(subject: Subject) -> Birth | None:
    """Where the first NaN or infinity comes from: weights, then forward, then backward from J; None where
    all is well. J is the loss, or a random sum of the first output.
    """
    inputs = subject.inputs
    for name, x in inputs.items():
        if not is_finite(x):
            return Birth("input", name, "", 0, name)
    return born_forward(subject.model, subject.outputs) or born_backward(subject)


def born_forward(
    model: nn.Module, run: Callable[[], object], whole: Callable[[Tensor], Tensor] = lambda weight: weight
) -> Birth | None:
    """The weight that is not finite, or the first module called by ``run`` that gave NaN, or infinity that
    mattered.

    An infinity that leads neither to a NaN nor into what ``run`` returns is meant, as in a mask that is added
    to scores. ``whole`` puts a weight together of which this process holds a part.
    """
    for name, parameter in model.named_parameters():
        if not is_finite(whole(parameter)):
            owner, _, word = name.rpartition(".")
            return born("weights", model, owner, 0, word)
    names = {module: name for name, module in modules_of(model)}
    calls: dict[str, int] = dict.fromkeys(names.values(), 0)
    infinite: list[Birth] = []
    strange: list[Birth] = []
    lost: list[bool] = []
    at: list[str] = []  # what is around a birth has it from inside

    def began(module: nn.Module, *_: Any) -> None:
        calls[names[module]] += 1

    def look(module: nn.Module, given: Any, named: Any, result: Any) -> None:
        if all_finite(result):
            return
        is_nan = any(bool(x.isnan().any()) for x in tensors_in(result))
        lost.append(is_nan)
        name = names[module]
        if all_finite((given, [*named.values()])) and not any(each.startswith(f"{name}.") for each in at):
            at.append(name)
            place = born("forward", model, name, calls[name], "what it gives")
            (strange if is_nan else infinite).append(place)

    with hooking() as hook, torch.no_grad():
        for module in names:
            if module is not model:
                hook(module).register_forward_pre_hook(began)
                hook(module).register_forward_hook(look, with_kwargs=True)
        outputs = run()
    if not any(lost) and all_finite(outputs):
        return None
    return next(iter([*strange, *infinite]), None)
