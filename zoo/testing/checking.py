"""A check: a generator that yields once for each comparison that held, and raises at the first that did not.

    @check
    def inputs_stay(subject: Subject) -> Iterator[None]:
        "Its inputs are unchanged afterwards."
        for case in subject.cases():
            before = case.copied()
            case.run()
            yield same(case.given, before.given, f"{case}: the inputs")

So comparisons count themselves, and a check that compares nothing is noticed: it fails.
"""

from __future__ import annotations

import inspect
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from zoo.testing.results import Result, Verdict

if TYPE_CHECKING:
    from zoo.testing.subject import Subject


class Fault(AssertionError):
    """What a layer does is not what it says."""


class NotApplicable(Exception):
    """A check has nothing to say of this layer; the message is the reason."""


class NoSettings(NotApplicable):
    """The layer took no settings that were drawn for it, and so there is nothing to look at."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its name. ``slow`` ones take seconds: they compile, export, or start another Python."""

    name: str
    about: str
    run: Callable[[Subject], Iterator[None]]
    slow: bool = False


def check(run: Callable[[Subject], Iterator[None]]) -> Check:
    """The check that a function is; its docstring says in one line what holds for every layer."""
    return Check(run.__name__, inspect.getdoc(run) or "", run)


def slow_check(run: Callable[[Subject], Iterator[None]]) -> Check:
    """A check that takes seconds, and perhaps traces the layer, which jaxtyping's import hook would break."""
    return replace(check(run), slow=True)


def conduct(check: Check, subject: Subject) -> Result:
    """Make one check; whatever the layer raises is a result. The caller's random numbers stay."""
    count, start = 0, time.perf_counter()

    def result(verdict: Verdict, message: str = "") -> Result:
        return Result(check.name, verdict, count, message, time.perf_counter() - start)

    state = torch.default_generator.get_state()
    torch.default_generator.manual_seed(0)
    try:
        for _ in check.run(subject):
            count += 1
    except NoSettings:
        return result("not applicable", "no settings were found, which the check 'settings' tells")
    except NotApplicable as reason:
        return result("failed" if count else "not applicable", str(reason))
    except Fault as fault:
        return result("failed", str(fault))
    except Exception as error:  # noqa: BLE001 - whatever a stranger's layer may raise
        return result("failed", _sentence(error))
    finally:
        torch.default_generator.set_state(state)
    return result("passed") if count else result("failed", "it applies, and compared nothing")


def _sentence(error: Exception) -> str:
    """``RuntimeError: shapes differ (cells.py:31)``: what was raised, and the last line outside of torch."""
    text = " ".join(str(error).split())
    said = f"{type(error).__name__}: {text[:300]}{'…' if len(text) > 300 else ''}".removesuffix(": ")
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "/torch/" not in frame.filename.replace("\\", "/") and not frame.filename.startswith("<")
    ]
    return f"raised {said}" + (f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else "")
