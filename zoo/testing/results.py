"""The results of an examination: a verdict for each check, and a report for each layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zoo.errors import ZooError

Verdict = Literal["passed", "failed", "not applicable"]


class ExamError(ZooError):
    """A layer failed its examination; ``report`` has the details."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(str(report))

    def __reduce__(self) -> tuple[type[ExamError], tuple[Report]]:
        return type(self), (self.report,)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one check.

    ``count`` is the number of comparisons, ``message`` what differed or why the check does not apply.
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
    """The results of all checks of one layer."""

    layer: str
    results: tuple[Result, ...]

    @property
    def failures(self) -> tuple[Result, ...]:
        """The checks that failed."""
        return tuple(result for result in self.results if result.verdict == "failed")

    @property
    def passed(self) -> bool:
        """Whether no check failed, and at least one passed."""
        return not self.failures and any(result.verdict == "passed" for result in self.results)

    @property
    def comparisons(self) -> int:
        """The number of comparisons of all checks."""
        return sum(result.count for result in self.results)

    @property
    def seconds(self) -> float:
        """The total time."""
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
        """Raise ExamError unless the layer passed."""
        if not self.passed:
            raise ExamError(self)

    def as_json(self) -> Mapping[str, Any]:
        """The report as JSON-compatible values."""
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
