"""Equal layers on the meta device are copies of the first: whole, and with nothing in common."""

import pytest
import torch
from torch import nn

import zoo
from zoo.compiler.meta_copies import can_be_copied, meta_copy


def test_a_copy_has_all_and_shares_nothing() -> None:
    with torch.device("meta"):
        first = nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.LSTM(5, 7))
    assert not can_be_copied(first[2])  # it holds references that are its own
    del first[2]
    assert can_be_copied(first)
    other = meta_copy(first)
    assert list(other.state_dict()) == list(first.state_dict())
    for (name, mine), (_, its) in zip(other.named_parameters(), first.named_parameters(), strict=True):
        assert mine is not its, name
        assert (mine.shape, mine.dtype, mine.device) == (its.shape, its.dtype, its.device)
    other.add_module("more", nn.Identity())
    assert len(first) == 2
    held = [name for name, value in vars(first).items() if isinstance(value, dict)]
    assert not [name for name in held if vars(first)[name] is vars(other)[name]]


def test_what_is_shared_inside_is_not_copied() -> None:
    with torch.device("meta"):
        tied = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    tied[1].weight = tied[0].weight
    assert not can_be_copied(tied)


@pytest.mark.parametrize("name", ["transformer", "gpt", "llama"])
def test_a_model_without_contents_takes_the_weights_of_one_with(name: str) -> None:
    graph = zoo.load(zoo.registry().graphs[name])
    whole, bare = graph.compile(layers=3), graph.compile(device="meta", layers=3)
    bare.to_empty(device="cpu")
    bare.load_state_dict(whole.state_dict())
    tokens = {port: torch.zeros(2, 5, dtype=torch.long) for port in graph.inputs}
    tokens |= {port: torch.ones(2, 5, dtype=torch.bool) for port in graph.inputs if "mask" in port}
    assert torch.equal(whole.eval()(tokens), bare.eval()(tokens))
    for parameter in bare.parameters():
        parameter.data.normal_()
    assert len({float(x.detach().double().sum()) for x in bare.parameters()}) == len(list(bare.parameters()))
