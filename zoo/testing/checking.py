"""Checks: generators that yield once for each comparison that holds, and raise at the first that does not.

    @check
    def inputs_stay(subject: Subject) -> Iterator[None]:
        "Its inputs are unchanged afterwards."
        for case in subject.cases():
            before = case.copied()
            case.run()
            yield same(case.given, before.given, f"{case}: the inputs")

Thus comparisons are counted, and a check that compares nothing fails.
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
    """A layer does not do what it declares."""


class NotApplicable(Exception):
    """A check does not apply to a layer; the message is the reason."""


class NoSettings(NotApplicable):
    """The layer accepted none of the settings that were drawn, so that there is no case to check."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check; ``slow`` ones take seconds, because they compile, export, or start another Python process."""

    name: str
    about: str
    run: Callable[[Subject], Iterator[None]]
    slow: bool = False


def check(run: Callable[[Subject], Iterator[None]]) -> Check:
    """Decorator that makes a check; the function's docstring states, in one line, what must hold."""
    return Check(run.__name__, inspect.getdoc(run) or "", run)


def slow_check(run: Callable[[Subject], Iterator[None]]) -> Check:
    """Decorator for a slow check, which may trace the layer (incompatible with jaxtyping's import hook)."""
    return replace(check(run), slow=True)


def conduct(check: Check, subject: Subject) -> Result:
    """Run one check; exceptions of the layer become results. The caller's random state is preserved."""
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
    except Exception as error:  # noqa: BLE001 - a third-party layer may raise anything
        return result("failed", _sentence(error))
    finally:
        torch.default_generator.set_state(state)
    return result("passed") if count else result("failed", "it applies, and compared nothing")


def _sentence(error: Exception) -> str:
    """``RuntimeError: shapes differ (cells.py:31)``: the exception, and the last line outside torch."""
    text = " ".join(str(error).split())
    said = f"{type(error).__name__}: {text[:300]}{'…' if len(text) > 300 else ''}".removesuffix(": ")
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "/torch/" not in frame.filename.replace("\\", "/") and not frame.filename.startswith("<")
    ]
    return f"raised {said}" + (f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else "")
