"""The hints are true: outputs have the names, dtypes and shapes that the layer declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.func import functional_call

from zoo.bare import build_bare
from zoo.sizes import Size, substitute, symbol
from zoo.spec import Shapes
from zoo.testing.cases import Case, Outputs, named
from zoo.testing.checking import Fault, NoSettings, NotApplicable, check
from zoo.testing.compare import same_tensor
from zoo.testing.subject import Subject

DTYPES = {"float": torch.float64, "int": torch.int64, "bool": torch.bool}


def expected_shape(case: Case, output: str) -> tuple[int, ...]:
    """The declared shape of an output, from the layer's rule or hint."""
    rule = case.spec.rule
    ruled = rule(case.settings, case.shapes).get(output) if rule else None
    shape = case.sizes.shape(case.spec.outputs[output]) if ruled is None else ruled
    return tuple(int(size) for size in shape if isinstance(size, int))


def hold(case: Case, found: Outputs, flags: dict[str, bool]) -> None:
    """Raise Fault unless the requested outputs are there, with the declared dtypes and shapes."""
    wanted = [name for name in case.spec.outputs if flags.get(name, True)]
    wanted = [name for name in wanted if name in flags or not case.spec.outputs[name].on_demand]
    if sorted(found) != sorted(wanted):
        raise Fault(f"{case}: asked for {', '.join(wanted)}, it computed {', '.join(found)}")
    for name, x in found.items():
        port, shape = case.spec.outputs[name], expected_shape(case, name)
        if x.dtype is not DTYPES[port.dtype]:
            raise Fault(f"{case}: {name} is declared {port}, and its dtype is {x.dtype}, for float64 inputs")
        if tuple(x.shape) != shape:
            raise Fault(f"{case}: {name} is declared {port}, here {list(shape)}, and is {list(x.shape)}")


@check
def settings(subject: Subject) -> Iterator[None]:
    """Settings are found that it takes, drawn from their types alone or from its ``examples()``."""
    try:
        for _ in (*subject.cases(), subject.second()):
            yield
    except NoSettings as reason:
        raise Fault(str(reason)) from None


@check
def shapes(subject: Subject) -> Iterator[None]:
    """Outputs have the declared names, dtypes and shapes, with all settings, at two choices of primes."""
    for case in (*subject.cases(), subject.second()):
        wanted = [*case.everything]
        for asked in product([False, True], repeat=len(wanted)):
            flags = dict(zip(wanted, asked, strict=True))
            hold(case, case.run(asked=flags), flags)
            yield
    if any(port.star for port in subject.spec.inputs.values()):
        for star in (0, 1, 3):
            case = subject.resized(subject.plain(), star=star)
            if case is not None:
                hold(case, case.run(), {})
                yield


@check
def shapes_by_name(subject: Subject) -> Iterator[None]:
    """``shapes`` says the same of named axes as of numbers: it is asked before any number is known."""
    rule = subject.spec.rule
    if rule is None:
        raise NotApplicable("the hints say all; there is no shapes(settings, inputs)")
    for case in (*subject.cases(), subject.second()):
        symbolic, numbers = _by_name(case)
        asked, plain = rule(case.settings, symbolic), rule(case.settings, case.shapes)
        yield
        for output, shape in plain.items():
            found = tuple(substitute(size, numbers) for size in asked[output])
            if found != tuple(shape):
                raise Fault(
                    f"{case}: {output} is {list(shape)}, and by the names of axes {list(asked[output])}"
                )
            yield


@check
def fake_tensors(subject: Subject) -> Iterator[None]:
    """It runs on fake tensors, which have shapes but no contents: nothing is read out of a tensor."""
    for case in (*subject.cases(), subject.second()):
        with FakeTensorMode() as mode:
            state = {**dict(case.layer.named_parameters()), **dict(case.layer.named_buffers())}
            fakes: Outputs = {name: mode.from_tensor(x) for name, x in state.items()}
            fake = case.mapped(lambda _, x: torch.empty(tuple(x.shape), dtype=x.dtype))
            found = named(functional_call(case.layer, fakes, fake.positional, case.everything))
        _alike(found, case.run_all(), f"{case}: on fake tensors")
        yield


@check
def meta_device(subject: Subject) -> Iterator[None]:
    """It can be built and called on the meta device, where the costs of a graph are counted."""
    for case in subject.cases():
        bare = build_bare(subject.spec, case.settings).double().eval()
        found = case.mapped(lambda _, x: x.to("meta")).run_all(bare)
        _alike(found, case.run_all(), f"{case}: on meta")
        if any(not x.is_meta for x in found.values()):
            raise Fault(f"{case}: what is computed on meta stays there, and some output does not")
        yield


@check
def pointwise(subject: Subject) -> Iterator[None]:
    """A layer whose ports all begin with the same star treats each place separately."""
    if not subject.spec.pointwise:
        raise NotApplicable("its ports do not all begin with one star")
    for case in subject.cases():
        whole = case.run()
        (star,) = {str(port.star) for port in subject.spec.inputs.values()}
        for place in product(*map(range, case.sizes[f"*{star}"])):
            one = case.mapped(_at(place)).run()
            for name, x in one.items():
                same_tensor(x, whole[name][place], f"{case}: at the place {list(place)} alone, {name}")
                yield


def _by_name(case: Case) -> tuple[Shapes, dict[str, int]]:
    """The input shapes with a name for each size that is not a setting's, and the values of the names."""
    numbers: dict[str, int] = {}

    def name(size: int) -> Size:
        if size in case.settings.values():
            return size
        numbers[f"axis{size}"] = size
        return symbol(f"axis{size}")

    shapes: dict[str, tuple[Size, ...] | list[tuple[Size, ...]]] = {}
    for port, x in case.given.items():
        if x is not None:
            parts = [tuple(map(name, part.shape)) for part in (x if isinstance(x, tuple) else (x,))]
            shapes[port] = parts if isinstance(x, tuple) else parts[0]
    return shapes, numbers


def _alike(found: Outputs, real: Outputs, what: str) -> None:
    """Raise Fault unless shapes and dtypes are those of a run on real tensors."""
    shapes = [{name: (tuple(x.shape), x.dtype) for name, x in each.items()} for each in (found, real)]
    if shapes[0] != shapes[1]:
        raise Fault(f"{what} there comes {shapes[0]}, and on real numbers {shapes[1]}")


def _at(place: tuple[int, ...]) -> Callable[[str, torch.Tensor], torch.Tensor]:
    return lambda _, x: x[place]
