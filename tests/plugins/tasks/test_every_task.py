"""Every task of every pack: its own graph takes it, its batches are a function of their number, it learns
without breaking, and a run of it goes on.
"""

from pathlib import Path

import pytest
import torch

import zoo
from zoo.packs import locate
from zoo.tasks import Batch, Plan, Task, find_task, tasks
from zoo.training import Options, resume, train
from zoo.training.checkpoint import read_checkpoint
from zoo.values import Scalar

SMALL: dict[str, Scalar] = {
    "dim": 8, "hidden": 8, "layers": 1, "heads": 2, "attention": 8, "context": 16, "dropout": 0.0
}  # fmt: skip
SETTINGS: dict[str, dict[str, Scalar]] = {
    "adding": {"length": 7},
    "copy_memory": {"length": 5},
    "delayed_recall": {"lag": 5},
    "listops": {"longest": 12},
    "reversal": {"longest": 6},
    "sentiment": {"sentences": 50},
    "temporal_order": {"length": 20},
    "translation": {"pairs": 50, "size": 200},
}


def made(name: str) -> Task:
    return find_task(name).model_validate(SETTINGS.get(name, {}))


def same(first: Batch, second: Batch) -> bool:
    return torch.equal(first.target, second.target) and all(
        torch.equal(first.inputs[port], second.inputs[port]) for port in first.inputs
    )


@pytest.mark.parametrize("name", tasks())
def test_its_own_graph_learns_it_and_goes_on(name: str, tmp_path: Path) -> None:
    task = find_task(name)
    params = {each: SMALL[each] for each in zoo.load(locate(task.graph)).params if each in SMALL}
    options = Options(steps=2, batch=3, measurements=1)
    settings = SETTINGS.get(name, {})
    result = train(task=name, settings=settings, params=params, options=options, out=tmp_path)
    assert result.validation_loss > 0
    header = read_checkpoint(tmp_path).header
    assert (header.task, header.settings) == (name, settings)
    assert resume(tmp_path, steps=3).step == 3


@pytest.mark.parametrize("name", tasks())
def test_a_batch_is_a_function_of_its_number(name: str) -> None:
    task = made(name)
    first, second = task.data(Plan(batch=4)), task.data(Plan(batch=4))
    batches = [first.batch(number) for number in range(3)]
    assert all(same(batches[number], second.batch(number)) for number in (2, 0, 1))
    assert not same(batches[0], batches[1])
    assert not same(batches[0], task.data(Plan(batch=4, seed=1)).batch(0))
    assert {*batches[0].inputs} <= {*task.feeds}
    assert all(len(each) == len(batches[0].target) for each in batches[0].inputs.values())
    part = batches[0].part(1, 2)
    assert torch.equal(part.target, batches[0].target[1::2])
    assert len(batches[0].part(6, 7).target) == 1
    measured = [list(each.validation()) for each in (first, second)]
    assert all(same(a, b) for a, b in zip(*measured, strict=True))


@pytest.mark.parametrize(
    "name", [name for name, task in tasks().items() if "label_smoothing" in task.model_fields]
)
def test_labels_are_smoothed_in_training_and_not_in_what_is_measured(name: str) -> None:
    plain, smooth = (
        find_task(name).model_validate({**SETTINGS.get(name, {}), "label_smoothing": e}) for e in (0.0, 0.5)
    )
    batch = plain.data(Plan(batch=3)).batch(0)
    labels = int(batch.target.max()) + 2
    logits = 9 * torch.nn.functional.one_hot(batch.target, labels).float()  # right everywhere
    outputs = {"logits": logits}
    assert float(smooth.loss(outputs, batch).value) > float(plain.loss(outputs, batch).value) + 1
    measured = [each.measure(outputs, batch) for each in (plain, smooth)]
    assert float(measured[0]["loss"].value) == float(measured[1]["loss"].value) < 0.2
    if "accuracy" in measured[0]:
        assert float(measured[0]["accuracy"].value) == 1
