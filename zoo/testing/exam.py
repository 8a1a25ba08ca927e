"""The examination: every check on one layer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from zoo.errors import ZooError, did_you_mean
from zoo.packs.offers import spec_of, use_name
from zoo.spec import LayerSpec
from zoo.testing.checking import Check, conduct
from zoo.testing.checks import CHECKS
from zoo.testing.results import Report, Result
from zoo.testing.subject import Subject
from zoo.testing.threads import one_thread


def check_layer(
    layer: LayerSpec | type[Any], *, slow: bool | None = None, only: Collection[str] = ()
) -> Report:
    """Examine a layer, given as its spec or its class; the report lists everything that is wrong.

        zoo.testing.check_layer(MyLayer).raise_if_failed()

    ``slow`` selects the checks that compile, export or start another Python process (True), or all others
    (False); None selects both. ``only`` names the checks to run. Raises ZooError if it is not a layer, and
    for unknown checks.
    """
    spec = layer if isinstance(layer, LayerSpec) else spec_of(layer)
    if spec is None:
        raise ZooError(f"only layers are examined, and {layer} is not one; put @zoo.layer above its class")
    subject = Subject(spec)
    chosen = [check for check in select(only) if slow is None or check.slow == slow]
    return Report(use_name(spec), tuple(examined(check, subject) for check in chosen))


def select(only: Collection[str]) -> list[Check]:
    """The checks with these names, in the usual order; all of them if no name is given."""
    names = [check.name for check in CHECKS]
    for name in only:
        if name not in names:
            raise ZooError(
                f"there is no check '{name}'{did_you_mean(name, names)}; they are {', '.join(names)}"
            )
    return [check for check in CHECKS if not only or check.name in only]


def examined(check: Check, subject: Subject) -> Result:
    """The result of one check; a check in the class's ``exempt`` must fail, and is excused."""
    exempt: Mapping[str, str] = getattr(subject.spec.cls, "exempt", {})
    select(exempt)
    with one_thread():
        result = conduct(check, subject)
    reason = exempt.get(check.name)
    if reason is None:
        return result
    if result.verdict == "failed":
        return Result(check.name, "not applicable", 0, f"the layer says: {reason}", result.seconds)
    message = f"the class exempts itself from this check, which is {result.verdict}; remove it from `exempt`"
    return Result(check.name, "failed", result.count, message, result.seconds)
