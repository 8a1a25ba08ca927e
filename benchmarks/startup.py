"""How long a person waits for the command line: ``zoo --help`` (goal 0.25 s) and ``zoo check`` (goal 2.5 s).

Whole processes, a warm-up first, then the median of nine.

    python benchmarks/startup.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median

COMMANDS = (
    (0.25, ("--help",)),
    (0.25, ("check", "--help")),
    (2.5, ("check", "gpt")),
    (2.5, ("check", "transformer", "--json")),
    (2.5, ("layers",)),
)


def seconds(arguments: tuple[str, ...], times: int = 9) -> list[float]:
    """Wall times of ``zoo ARGUMENTS``, sorted, the first run left out."""
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken: list[float] = []
    for _ in range(times + 1):
        start = time.perf_counter()
        command = [sys.executable, "-m", "zoo", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=compiled)
        taken.append(time.perf_counter() - start)
    return sorted(taken[1:])


def main() -> None:
    """Print the table."""
    print(f"{'command':<32} {'goal, s':>8} {'min':>6} {'median':>7} {'max':>6}")
    for goal, arguments in COMMANDS:
        taken = seconds(arguments)
        name = " ".join(("zoo", *arguments))
        print(f"{name:<32} {goal:>8.2f} {taken[0]:>6.2f} {median(taken):>7.2f} {taken[-1]:>6.2f}")


if __name__ == "__main__":
    main()
