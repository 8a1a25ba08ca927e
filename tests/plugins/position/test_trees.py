"""Positions in dependency trees, against trees walked word by word."""

from typing import Literal

import pytest
import torch
from torch import Tensor

from tests.plugins.agreement import assert_agrees, prepared
from tests.plugins.position.test_position import encoding
from zoo.errors import InputError
from zoo_position.structural import Structural, TreeDistance

SENTENCES = [
    [1, -1, 1, 4, 2, 4, 5],  # one root
    [-1, 0, 1, 2, 3, 4, 5],  # a chain: as deep as trees get
    [-1, -5, 2, 2, 0, 6, 1],  # four roots, one its own parent, a crossing edge
]


def up(sentence: list[int], word: int) -> list[int]:
    """The word, its parent, and so on to the root."""
    way = [word]
    while sentence[way[-1]] >= 0 and sentence[way[-1]] != way[-1]:
        way.append(sentence[way[-1]])
    return way


@pytest.mark.parametrize("path", ["edge", "ancestor"])
def test_tree_distance_is_its_formula(path: Literal["edge", "ancestor"]) -> None:
    found = TreeDistance(path)(torch.tensor(SENTENCES))
    for row, sentence in enumerate(SENTENCES):
        ways = [up(sentence, word) for word in range(7)]
        for i in range(7):
            for j in range(7):
                depth_i, depth_j = len(ways[i]) - 1, len(ways[j]) - 1
                reach = 2 if path == "edge" else 7
                if i in ways[j][:reach] or j in ways[i][:reach]:
                    expected = depth_j - depth_i
                else:
                    expected = (depth_i + depth_j) * (1 if j > i else -1)
                assert found[row, i, j] == expected, (row, i, j)


@pytest.mark.parametrize("dim", [1, 5])
def test_structural_is_its_formula(dim: int) -> None:
    layer = prepared(Structural(dim))
    depth = torch.tensor([[len(up(sentence, word)) - 1 for word in range(7)] for sentence in SENTENCES])
    table = encoding(7, dim, 10000.0)

    def formula(x: Tensor) -> Tensor:
        place = torch.einsum("pd,ed->pe", table, layer.sequence.weight) + layer.sequence.bias
        return x + torch.tanh(place + torch.einsum("bpd,ed->bpe", table[depth], layer.tree.weight))

    x = torch.randn(3, 7, dim).double()
    assert_agrees(layer, formula, x, ours=lambda x: layer(x, torch.tensor(SENTENCES)))


def test_padding_may_hold_any_parent() -> None:
    heads = torch.tensor([SENTENCES[0], SENTENCES[0]])
    mask = torch.arange(7) < torch.tensor([[7], [5]])
    spoiled = heads.clone()
    spoiled[1, 5:] = torch.tensor([99, 5])
    found = TreeDistance("ancestor")(spoiled, mask)
    assert torch.equal(found[1, :5, :5], TreeDistance("ancestor")(heads)[1, :5, :5])


def test_words_in_a_cycle_and_parents_outside_are_refused() -> None:
    with pytest.raises(InputError, match="word 1 of sentence 1 leads into a cycle"):
        TreeDistance()(torch.tensor([[-1, 0, 0], [-1, 2, 1]]))
    with pytest.raises(InputError, match="0 to 2, or negative for a root, got 3"):
        TreeDistance()(torch.tensor([[-1, 0, 3]]))


def test_no_words_are_a_tree() -> None:
    assert TreeDistance()(torch.zeros(2, 0, dtype=torch.long)).shape == (2, 0, 0)
    assert Structural(3)(torch.zeros(2, 0, 3), torch.zeros(2, 0, dtype=torch.long)).shape == (2, 0, 3)
