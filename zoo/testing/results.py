"""What an examination found, as data: a verdict for each check, a report for each layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zoo.errors import ZooError

Verdict = Literal["passed", "failed", "not applicable"]


class ExamError(ZooError):
    """A layer failed its examination; ``report`` says where."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(str(report))

    def __reduce__(self) -> tuple[type[ExamError], tuple[Report]]:
        return type(self), (self.report,)


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found.

    ``count`` is how many comparisons it made, ``message`` what differed or why the check does not apply.
    """

    check: str
    verdict: Verdict
    count: int = 0
    message: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.check}: {self.verdict}" + (f": {self.message}" if self.message else "")


@dataclass(frozen=True, slots=True)
class Report:
    """What all checks found in one layer."""

    layer: str
    results: tuple[Result, ...]

    @property
    def failures(self) -> tuple[Result, ...]:
        """The checks that failed."""
        return tuple(result for result in self.results if result.verdict == "failed")

    @property
    def passed(self) -> bool:
        """No check failed, and one at least was passed: an examination that examines nothing is none."""
        return not self.failures and any(result.verdict == "passed" for result in self.results)

    @property
    def comparisons(self) -> int:
        """How many comparisons all checks made."""
        return sum(result.count for result in self.results)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return sum(result.seconds for result in self.results)

    def __getitem__(self, check: str) -> Result:
        """The result of a check by its name."""
        return next(result for result in self.results if result.check == check)

    def __str__(self) -> str:
        """One line, and one more for each failure."""
        if not self.passed and not self.failures:
            return f"{self.layer}: an examination makes checks, and of {len(self.results)} none applied"
        applied = [result for result in self.results if result.verdict != "not applicable"]
        head = f"{self.layer}: {len(applied) - len(self.failures)} of {len(applied)} checks passed"
        return "\n".join([head, *(f"  {failure}" for failure in self.failures)])

    def raise_if_failed(self) -> None:
        """ExamError unless the layer passed."""
        if not self.passed:
            raise ExamError(self)

    def as_json(self) -> Mapping[str, Any]:
        """The report in values that JSON has."""
        return {
            "layer": self.layer,
            "passed": self.passed,
            "comparisons": self.comparisons,
            "seconds": round(self.seconds, 3),
            "checks": [
                {
                    "check": result.check,
                    "verdict": result.verdict,
                    "comparisons": result.count,
                    "message": result.message,
                    "seconds": round(result.seconds, 3),
                }
                for result in self.results
            ],
        }
