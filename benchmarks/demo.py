"""How long ``zoo demo`` takes (goal: about a minute), and what its model loses beside a bigram model.

One whole process, from the command to the last character, with the checkpoints in a temporary folder.

    python benchmarks/demo.py
"""

from __future__ import annotations

import csv
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from zoo.training.checkpoint import read_checkpoint
from zoo.training.display import bits
from zoo.training.folder import LAST, METRICS


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [sys.executable, "-m", "zoo", "demo", "--out", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        header = read_checkpoint(folder, LAST).header
        with Path(folder, METRICS).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))

    python = platform.python_version()
    print(f"Python {python}, torch {torch.__version__}, {platform.machine()}, {os.cpu_count()} cores")
    print(f"wall time of the whole demo     {wall:7.1f} s   (goal: about 60 on two cores)")
    print(f"of which training               {header.seconds:7.1f} s   {header.step} steps")
    assert header.validation_loss is not None
    assert header.baseline is not None
    print(f"{'':<30} {'nats':>8} {'bits a character':>18}")
    for name, loss in (("bigram model", header.baseline.loss), ("the demo's model", header.validation_loss)):
        print(f"{name:<30} {loss:>8.3f} {bits(loss):>18.3f}")
    print(f"\n{'step':>6} {'seconds':>8} {'training':>9} {'validation':>11}")
    for row in rows:
        losses = f"{float(row['train_loss']):>9.3f} {float(row['validation_loss']):>11.3f}"
        print(f"{row['step']:>6} {float(row['seconds']):>8.1f} {losses}")


if __name__ == "__main__":
    main()
