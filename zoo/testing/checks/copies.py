"""A layer is an ordinary module: saved, loaded, copied, seeded; calls leave no trace."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator

import torch
from torch import nn

from zoo.bare import build_bare
from zoo.compiler.tables import tables
from zoo.testing.cases import Outputs, named, seeded
from zoo.testing.checking import Fault, check
from zoo.testing.compare import same
from zoo.testing.subject import Subject


@check
def state_dict(subject: Subject) -> Iterator[None]:
    """Another instance that loads its ``state_dict`` computes the same."""
    for case in subject.cases():
        with seeded(99):
            other: nn.Module = subject.spec.cls(**case.settings).double().eval()
        other.load_state_dict(case.layer.state_dict())
        same(case.run_all(other), case.run_all(), f"{case}: after loading", 0)
        yield


@check
def late_weights(subject: Subject) -> Iterator[None]:
    """Built without memory, it is the same once weights are loaded and tables are computed again."""
    for case in subject.cases():
        late = build_bare(subject.spec, case.settings).double().eval().to_empty(device="cpu")
        for x in (*late.parameters(), *late.buffers()):  # uninitialised memory may hold anything
            x.detach().fill_(torch.nan if x.is_floating_point() else 97)
        late.load_state_dict(case.layer.state_dict())
        with seeded(99):
            again = tables(subject.spec.cls(**case.settings).double())
        for name, table in again.items():
            late.get_buffer(name).copy_(table)
        same(case.run_all(late), case.run_all(), f"{case}: with weights that came late", 0)
        yield


@check
def copies(subject: Subject) -> Iterator[None]:
    """A deep copy and a pickled copy compute the same, and are copies: changing one leaves the other."""
    for case in subject.cases():
        before = case.run_all()
        others: dict[str, nn.Module] = {
            "deepcopy": copy.deepcopy(case.layer),
            "pickle": pickle.loads(pickle.dumps(case.layer)),  # noqa: S301 - what was pickled here
        }
        for how, other in others.items():
            same(case.run_all(other), before, f"{case}: after {how}", 0)
            yield
            with torch.no_grad():
                for x in (*other.parameters(), *other.buffers()):
                    x.zero_()
            same(case.run_all(), before, f"{case}: after its {how} was changed", 0)
            yield


@check
def seed(subject: Subject) -> Iterator[None]:
    """Its start and its draws in training depend on torch's seed alone; in evaluation it draws nothing."""
    for case in subject.cases():
        starts: list[Outputs] = []
        for number in (1, 1, 2):
            with seeded(number):
                layer = subject.spec.cls(**case.settings)
                starts.append({name: x.detach().clone() for name, x in layer.state_dict().items()})
        same(starts[0], starts[1], f"{case}: started twice from one seed", 0)
        yield
        alike = [
            name
            for name, x in starts[0].items()
            if x.is_floating_point()
            and x.dim() > 1
            and x.numel() > 1
            and bool(x.min() < x.max())
            and x.equal(starts[2][name])
        ]
        drawn = [name for name in alike if name in dict(case.layer.named_parameters())]
        if drawn:
            raise Fault(f"{case}: from another seed {', '.join(drawn)} starts the same")
        for training in (True, False):
            case.layer.train(training)
            runs: list[Outputs] = []
            for number in (1, 1 if training else 2):
                with seeded(number):
                    runs.append(named(copy.deepcopy(case.layer)(*case.positional, **case.everything)))
            what = "in training, one seed" if training else "in evaluation, two seeds"
            same(runs[0], runs[1], f"{case}: {what}", 0)
            yield


@check
def inputs_stay(subject: Subject) -> Iterator[None]:
    """Its inputs are unchanged afterwards, in training and in evaluation."""
    for case in subject.cases():
        for training in (True, False):
            case.layer.train(training)
            mine = case.copied()
            mine.run_all()
            same(mine.tensors, case.tensors, f"{case}: an input after the call", 0)
            yield


@check
def calls_leave_no_trace(subject: Subject) -> Iterator[None]:
    """In evaluation, calls at other sizes, widths and dtypes in between change no result and no state."""
    for case in subject.cases():
        first = case.run_all()
        state = {name: x.clone() for name, x in case.layer.state_dict().items()}
        other = subject.resized(case, free=(2, 7, 4, 3, 6, 9, 8))
        if other is not None:
            other.run_all(case.layer)
        second = subject.second()
        second.run_all()
        single = subject.spec.cls(**case.settings).float().eval()
        case.mapped(lambda _, x: x.float() if x.is_floating_point() else x).run_all(single)
        same(case.run_all(), first, f"{case}: after other calls", 0)
        same(case.layer.state_dict(), state, f"{case}: its state after calls", 0)
        yield
