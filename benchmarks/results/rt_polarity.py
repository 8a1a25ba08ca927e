"""The sentences of rt-polarity as a table that the task `sentiment` reads.

    python benchmarks/results/rt_polarity.py rt-polarity.pos rt-polarity.neg rt.csv

The files of Pang & Lee (2005) hold a sentence a line, in Windows-1252.
"""

import csv
import sys
from pathlib import Path


def main() -> None:
    *sources, target = map(Path, sys.argv[1:])
    with target.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["text", "label"])
        for source in sources:
            label = source.suffix.lstrip(".")
            table.writerows([line, label] for line in source.read_text(encoding="cp1252").splitlines())


if __name__ == "__main__":
    main()
