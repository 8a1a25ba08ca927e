"""Edge cases of sizes: one element along every axis, and none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zoo.spec import Star
from zoo.testing.checking import NoSettings, NotApplicable, check
from zoo.testing.checks.hints import hold
from zoo.testing.compare import finite
from zoo.testing.sizes import SEQUENCES, Assignment
from zoo.testing.subject import Subject

ONES = Assignment(free=(), widths=(1,), counts=(1,), round=(2, 4, 8, 16), spare=(2, 4), only=1)


@check
def size_one(subject: Subject) -> Iterator[None]:
    """With one element along every axis, its hints hold and its numbers are finite."""
    for case in subject.cases():
        one = subject.resized(case, only=1)
        if one is not None:
            found = one.run_all()
            hold(one, found, one.everything)
            finite(found, f"{case}: with one element along every axis")
            yield
    try:
        least = subject.plain(ONES)
    except NoSettings:  # it refuses widths of one, so only the free axes have one element
        return
    hold(least, least.run_all(), least.everything)
    yield


@check
def size_zero(subject: Subject) -> Iterator[None]:
    """An empty batch gives an empty result; an empty sequence gives finite numbers, or an InputError."""
    empty = [*_emptied(subject)]
    if not empty:
        raise NotApplicable("no input has a batch, a sequence or a star")
    for case in subject.cases():
        for fixed in empty:
            none = subject.resized(case, fixed=fixed)
            if none is not None:
                found = none.run_all()
                hold(none, found, none.everything)
                finite(found, f"{case}: with no element along {', '.join(fixed)}")
                yield


def _emptied(subject: Subject) -> Iterator[Mapping[str, Any]]:
    """The changes that make one axis at a time empty."""
    axes = {axis for port in subject.spec.inputs.values() for axis in port.shape}
    for axis in sorted(axes, key=str):
        if str(axis) in ("batch", *SEQUENCES):
            yield {str(axis): 0}
        elif isinstance(axis, Star) and axis.name:
            yield {str(axis): (0, 2)}
