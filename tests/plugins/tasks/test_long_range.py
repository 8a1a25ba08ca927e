"""The synthetic tasks are what their papers define."""

import math

import pytest
import torch

from tests.plugins.tasks.helpers import ints
from zoo.errors import TrainingError
from zoo.tasks import Batch, Plan
from zoo_tasks.adding import Adding
from zoo_tasks.listops import TOKENS, ListOps, value_of
from zoo_tasks.order import Order, TemporalOrder
from zoo_tasks.recall import CopyMemory, DelayedRecall
from zoo_tasks.reversal import Reversal

MANY = Plan(batch=2000)


def test_adding_after_le() -> None:
    data = Adding(length=13).data(MANY)
    batch = data.batch(0)
    x = batch.inputs["x"]
    assert x.shape == (2000, 13, 2)
    assert torch.equal(x[..., 1].sum(1), torch.full((2000,), 2.0))
    assert torch.allclose((x[..., 0] * x[..., 1]).sum(1, keepdim=True), batch.target)
    assert 0 <= float(x[..., 0].min()) <= float(x[..., 0].max()) <= 1
    assert float(((batch.target - 1) ** 2).mean()) == pytest.approx(1 / 6, abs=0.01)
    assert data.baseline is not None
    assert data.baseline.loss == 1 / 6


def test_adding_after_hochreiter_and_schmidhuber() -> None:
    batch = Adding(length=40, variant="hs97").data(MANY).batch(0)
    x, mask = batch.inputs["x"], batch.inputs["mask"]
    places = x[..., 1].nonzero()[:, 1].view(-1, 2)
    assert int(places.min(1).values.max()) < 10
    assert int(places.max()) == 40 // 2 - 2
    assert {*ints(mask.sum(1))} == {40, 41, 42, 43, 44}
    assert torch.allclose(batch.target[:, 0], 0.5 + (x[..., 0] * x[..., 1]).sum(1) / 4)
    assert float(((batch.target - 0.5) ** 2).mean()) == pytest.approx(1 / 24, abs=0.003)
    with pytest.raises(TrainingError, match="T is 24 or more"):
        Adding(length=20, variant="hs97").data(MANY)
    close = Batch({}, torch.zeros(4, 1))
    right = Adding().measure({"y": torch.tensor([[0.0], [0.039], [-0.041], [9.0]])}, close)["right"]
    assert float(right.value) == 0.5


def test_copy_memory() -> None:
    data = CopyMemory(length=7).data(MANY)
    tokens, answer = data.batch(0).inputs["tokens"], data.batch(0).target
    assert tokens.shape == answer.shape == (2000, 7 + 20)
    assert ints(tokens[0, 10:16]) == [8] * 6
    assert ints(tokens[0, 16:]) == [9] * 11
    assert torch.equal(answer[:, -10:], tokens[:, :10])
    assert (answer[:, :-10] == 8).all()
    assert {*ints(tokens[:, :10])} == {*range(8)}
    assert data.baseline is not None
    assert data.baseline.loss == pytest.approx(10 * math.log(8) / (7 + 20))


def test_delayed_recall() -> None:
    batch = DelayedRecall(lag=5).data(MANY).batch(0)
    tokens = batch.inputs["tokens"]
    assert tokens.shape == (2000, 7)
    assert {*ints(tokens[:, 0])} == {*range(8)}
    assert {*ints(tokens[:, 1:6])} == {*range(8, 16)}
    assert (tokens[:, 6] == 16).all()
    assert torch.equal(batch.target[:, -1], tokens[:, 0])
    assert batch.mask is not None
    assert ints(batch.mask.sum(1)) == [1] * 2000


@pytest.mark.parametrize(
    ("variant", "windows"), [("6a", [(10, 20), (50, 60)]), ("6b", [(10, 20), (33, 43), (66, 76)])]
)
def test_temporal_order(variant: str, windows: list[tuple[int, int]]) -> None:
    batch = TemporalOrder.model_validate({"variant": variant}).data(MANY).batch(0)
    tokens, mask = batch.inputs["tokens"], batch.inputs["mask"]
    lengths = mask.sum(1)
    assert {*ints(lengths)} == {*range(100, 111)}
    assert (tokens[:, 0] == 0).all()
    assert (tokens.gather(1, lengths[:, None] - 1) == 1).all()
    symbols = (tokens == 2) | (tokens == 3)
    places = symbols.nonzero()[:, 1].view(2000, len(windows))
    for (low, high), column in zip(windows, places.T, strict=True):
        assert (int(column.min()), int(column.max())) == (low, high)
    which = tokens.gather(1, places) - 2
    code = torch.tensor([2**power for power in reversed(range(len(windows)))])
    assert torch.equal((which * code).sum(1), batch.target)


def test_order_needs_positions() -> None:
    batch = Order(length=9).data(MANY).batch(0)
    tokens = batch.inputs["tokens"]
    first, second = ((tokens == letter).float() for letter in (0, 1))
    assert ints(first.sum(1)) == ints(second.sum(1)) == [1] * 2000
    assert torch.equal((first.argmax(1) < second.argmax(1)).long(), batch.target)


def test_reversal() -> None:
    data = Reversal().data(Plan(batch=300))
    batch = data.batch(0)
    lengths = ints(batch.inputs["source_mask"].sum(1))
    assert (min(lengths), max(lengths)) == (4, 30)
    tokenizer = data.tokenizers["target"]
    for row in range(9):
        source = tokenizer.decode(ints(batch.inputs["source"][row]))
        assert len(source) == lengths[row]
        assert tokenizer.decode(ints(batch.target[row])) == source[::-1]
        fed = ints(batch.inputs["target"][row, : lengths[row] + 1])
        assert fed == [1, *ints(batch.target[row, : lengths[row]])]
        assert int(batch.target[row, lengths[row]]) == 2
    assert batch.mask is not None
    assert ints(batch.mask.sum(1)) == [length + 1 for length in lengths]


def work_out(text: str) -> int:
    return value_of(text.split())


def test_listops() -> None:
    """Against a second reading of the same words, with a stack, and the example of the paper."""
    assert work_out("[MAX 4 3 [MIN 2 3 ] 1 0 [MED 1 5 8 9 2 ] ]") == 5
    assert work_out("[SM 7 8 [MED 2 5 ] ]") == 8
    batch = ListOps().data(Plan(batch=200)).batch(0)
    lengths = ints(batch.inputs["mask"].sum(1))
    assert min(lengths) >= 10
    assert 40 < max(lengths) <= 60
    for tokens, length, value in zip(batch.inputs["tokens"], lengths, batch.target, strict=True):
        words = [TOKENS[int(token)] for token in tokens[:length]]
        assert value_of(words) == int(value)
    assert len(set(ints(batch.target))) == 10
    with pytest.raises(TrainingError, match="no list of 50 to 60 tokens was found"):
        ListOps(shortest=50, depth=1, arguments=3).data(Plan(batch=1)).batch(0)
