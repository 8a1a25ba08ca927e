"""The loss to beat, against its formula written out."""

import math
from collections import Counter
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from zoo.tasks.characters import Vocabulary
from zoo.tasks.text import read_text
from zoo.training.display import bits
from zoo_tasks.bigram import bigram_loss


@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=40), st.lists(st.integers(0, 4), min_size=2, max_size=40)
)
def test_it_is_the_add_one_formula(train: list[int], validation: list[int]) -> None:
    pairs, firsts = Counter(pairwise(train)), Counter(train[:-1])
    terms = [-math.log((pairs[a, b] + 1) / (firsts[a] + 5)) for a, b in pairwise(validation)]
    measured = bigram_loss(torch.tensor(train), torch.tensor(validation), vocabulary=5)
    assert measured == pytest.approx(sum(terms) / len(terms), rel=1e-12)


def test_on_the_built_in_text_it_lies_where_english_lies() -> None:
    text, _ = read_text(None)
    vocabulary = Vocabulary.of(text)
    tokens = vocabulary.encode(text)
    tenth = len(tokens) // 10
    loss = bigram_loss(tokens[:-tenth], tokens[-tenth:], len(vocabulary))
    assert 2.2 < loss < 2.5
    assert bits(loss) == pytest.approx(loss / 0.693147, rel=1e-5)


def test_a_vocabulary_of_every_character_takes_no_table() -> None:
    tokens = torch.randint(1_100_000, (1000,), generator=torch.Generator().manual_seed(0))
    assert bigram_loss(tokens[:900], tokens[900:], 1_100_000) == pytest.approx(math.log(1_100_000), abs=0.01)
