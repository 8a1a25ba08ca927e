"""How many answers of a run's best model are wrong, on rows that nobody has seen.

    python benchmarks/results/wrong.py runs/order --examples 2560

For tasks made by rule that measure `accuracy` or `right`.
"""

import argparse
from pathlib import Path

import torch

from zoo.files.texts import graph_of
from zoo.tasks import make_task
from zoo.tasks.ports import find_ports
from zoo.training.checkpoint import read_checkpoint
from zoo.training.graphs import restored
from zoo.training.module import measure
from zoo.training.planning import plan_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--examples", type=int, default=2560)
    given = parser.parse_args()
    saved = read_checkpoint(given.run)
    header, graph = saved.header, graph_of(saved.document, saved.name)
    task = make_task(header.task, header.settings_here())
    options = header.options.model_copy(update={"batch": 256, "seed": 12345})
    data = task.data(plan_of(options, graph, header.params))
    batches = [data.batch(number) for number in range(given.examples // 256)]
    ports = find_ports(type(task), graph, header.task, header.ports)
    found = measure(restored(saved), task, ports, batches, torch.device("cpu"))
    share = found.get("accuracy", found.get("right", float("nan")))
    rows = 256 * len(batches)
    wrong = round((1 - share) * rows)
    print(f"{header.task}, step {header.step}: {wrong} wrong of {rows}, loss {found['loss']:.3g}")


if __name__ == "__main__":
    main()
