"""Searches over made-up models: against every text there is, against one another, by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from zoo.decoding import Beam, Hypothesis, Next, Ranking, Sampling, exhaustive_search, forced, greedy
from zoo.decoding.scorer import numbers
from zoo.errors import InputError

END = 0


@dataclass(frozen=True)
class Remembering:
    """Scores that depend on everything so far: a hash of the text draws them."""

    vocab: int
    seed: int
    texts: tuple[tuple[int, ...], ...]

    def next(self, tokens: Tensor) -> tuple[Next, Remembering]:
        texts = tuple((*text, int(token)) for text, token in zip(self.texts, tokens, strict=True))
        return Next(torch.stack([self.scores(text) for text in texts])), replace(self, texts=texts)

    def scores(self, text: tuple[int, ...]) -> Tensor:
        generator = torch.Generator().manual_seed(hash((self.seed, *text)) % 2**31)
        return torch.randn(self.vocab, generator=generator, dtype=torch.float64).mul(2).log_softmax(-1)

    def reordered(self, rows: Tensor) -> Remembering:
        return replace(self, texts=tuple(self.texts[int(row)] for row in rows))

    def log_p(self, start: int, text: tuple[int, ...]) -> float:
        """The log-probability of a text with its end."""
        total, before = 0.0, (start,)
        for token in text:
            total += float(self.scores(before)[token])
            before = (*before, token)
        return total


def model(sentences: int = 1, vocab: int = 4, seed: int = 0) -> Remembering:
    return Remembering(vocab, seed, ((),) * sentences)


def starts(sentences: int = 1) -> Tensor:
    return torch.arange(10, 10 + sentences)


RANKINGS = [Ranking(alpha=0), Ranking(), Ranking("plain", 1.0)]


@given(st.integers(0, 10**6), st.sampled_from(RANKINGS), st.integers(2, 4))
def test_a_wide_beam_finds_what_looking_at_all_texts_finds(seed: int, ranking: Ranking, longest: int) -> None:
    scorer, vocab = model(seed=seed), 4
    texts = [(*text, END) for length in range(longest) for text in product(range(1, vocab), repeat=length)]
    assert len(texts) < vocab**longest
    by_hand = max(texts, key=lambda text: scorer.log_p(10, text) / ranking.divisor(len(text)))
    (every,) = exhaustive_search(scorer, starts(), end=END, longest=longest, ranking=ranking)
    ((wide,),) = Beam(END, vocab**longest, longest, ranking=ranking, stop=10**9).search(scorer, starts())
    assert every.tokens == wide.tokens == by_hand[:-1]
    assert every.score == pytest.approx(wide.score, abs=1e-12)
    assert wide.log_p == pytest.approx(scorer.log_p(10, by_hand), abs=1e-12)
    assert wide.finished


@given(st.integers(0, 10**6))
def test_a_beam_of_one_is_greedy(seed: int) -> None:
    scorer = model(sentences=3, seed=seed)
    found = Beam(END, 1, 9).search(scorer, starts(3))
    steps = greedy(scorer, starts(3), end=END, longest=9)
    assert [(one.tokens, one.finished) for (one,) in found] == [(one.tokens, one.finished) for one in steps]
    for (one,), other in zip(found, steps, strict=True):
        assert one.log_p == pytest.approx(other.log_p, abs=1e-12)


@given(st.integers(0, 10**6), st.integers(1, 5), st.sampled_from(RANKINGS), st.integers(1, 3))
def test_sentences_of_a_batch_do_not_know_each_other(
    seed: int, size: int, ranking: Ranking, best: int
) -> None:
    beam = Beam(END, size, 7, best=min(best, size), ranking=ranking)
    together = beam.search(model(sentences=4, seed=seed), starts(4))
    alone = [beam.search(model(seed=seed), starts(4)[row : row + 1])[0] for row in range(4)]
    for some, others in zip(together, alone, strict=True):
        assert [each.tokens for each in some] == [each.tokens for each in others]
        assert [each.score for each in some] == pytest.approx([each.score for each in others])


@given(st.integers(0, 10**6), st.integers(2, 6))
def test_the_best_are_distinct_in_order_and_as_likely_as_they_say(seed: int, size: int) -> None:
    scorer = model(seed=seed, vocab=5)
    (found,) = Beam(END, size, 6, best=size).search(scorer, starts())
    finished = [each for each in found if each.finished]
    assert len({each.tokens for each in found}) == len(found)
    assert [each.score for each in finished] == sorted((each.score for each in finished), reverse=True)
    assert found[: len(finished)] == finished
    for each in found:
        text = (*each.tokens, END) if each.finished else each.tokens
        assert each.log_p == pytest.approx(scorer.log_p(10, text), abs=1e-12)
        assert each.score == pytest.approx(each.log_p / Ranking().divisor(len(text)))


def test_a_search_stops_at_the_limit_and_says_so() -> None:
    never = Next(torch.tensor([[-math.inf, 0.0, -1.0]]).log_softmax(-1))

    class Endless:
        def next(self, tokens: Tensor) -> tuple[Next, Endless]:
            return Next(never.log_p.expand(len(tokens), -1)), self

        def reordered(self, rows: Tensor) -> Endless:
            del rows
            return self

    ((cut,),) = Beam(END, 2, 5).search(Endless(), starts())
    assert cut.tokens == (1,) * 5
    assert not cut.finished
    (drawn,) = Sampling(0).draw(Endless(), starts(), end=END, longest=5)
    assert (drawn.tokens, drawn.finished) == (cut.tokens, False)
    assert drawn.log_p == drawn.score == pytest.approx(cut.log_p)


def test_a_search_stops_when_enough_are_finished() -> None:
    """With ``stop`` 1 the first that ends is taken, though a later one is better for its length."""
    hasty: list[Hypothesis] = []
    patient: list[Hypothesis] = []
    for seed in range(40):
        scorer = model(seed=seed)
        ranking = Ranking("plain", 1.0)
        hasty += Beam(END, 3, 6, stop=1, ranking=ranking).search(scorer, starts())[0]
        patient += Beam(END, 3, 6, stop=10**9, ranking=ranking).search(scorer, starts())[0]
    pairs = list(zip(hasty, patient, strict=True))
    assert all(one.score <= other.score + 1e-12 for one, other in pairs)
    assert any(one.score < other.score for one, other in pairs)
    assert sum(len(one.tokens) for one in hasty) < sum(len(one.tokens) for one in patient)


def test_length_is_divided_by_as_the_paper_has_it() -> None:
    assert Ranking("gnmt", 0.6).divisor(1) == 1
    assert Ranking("gnmt", 0.6).divisor(7) == pytest.approx(2**0.6)
    assert Ranking("plain", 0.5).divisor(9) == 3
    assert Ranking("gnmt", 0).divisor(100) == 1


@pytest.mark.parametrize("size", [1, 3])
def test_scores_that_are_no_numbers_are_told(size: int) -> None:
    class Broken:
        def next(self, tokens: Tensor) -> tuple[Next, Broken]:
            return Next(torch.full((len(tokens), 4), math.nan)), self

        def reordered(self, rows: Tensor) -> Broken:
            raise AssertionError(rows)

    with pytest.raises(InputError, match="the model's largest is nan"):
        Beam(END, size, 5).search(Broken(), starts(2))


def test_rows_are_copied_only_where_they_change() -> None:
    """Greedy search keeps its rows as long as no sentence is done."""
    copied: list[list[int]] = []

    @dataclass(frozen=True)
    class Watched:
        inner: Remembering

        def next(self, tokens: Tensor) -> tuple[Next, Watched]:
            following, inner = self.inner.next(tokens)
            return following, Watched(inner)

        def reordered(self, rows: Tensor) -> Watched:
            copied.append(numbers(rows))
            return Watched(self.inner.reordered(rows))

    found = Beam(END, 1, 9).search(Watched(model(sentences=3)), starts(3))
    assert found == Beam(END, 1, 9).search(model(sentences=3), starts(3))
    lengths = sorted({len(one.tokens) for (one,) in found})
    assert len(copied) == len(lengths) - 1 < max(lengths)
    assert Beam(END).search(model(sentences=0), starts(0)) == []


def test_coverage_prefers_what_looks_at_the_whole_source() -> None:
    attention = torch.tensor([1.7, 0.5, 0.0])
    real = torch.tensor([True, True, False])
    assert Ranking(coverage=0.2).covered(attention, real) == pytest.approx(0.2 * math.log(0.5))
    assert Ranking(coverage=0.2).covered(attention, None) < -4

    @dataclass(frozen=True)
    class Looking:
        """Two texts that are nearly as likely: one looks at one word of the source, one at both."""

        def next(self, tokens: Tensor) -> tuple[Next, Looking]:
            table = torch.tensor([[0.0, 0.0, 0.0], [0.9, 0.05, 0.05], [0.8, 0.1, 0.1]])
            table = torch.where(tokens.unsqueeze(1) == 10, torch.tensor([0.02, 0.5, 0.48]), table[tokens % 3])
            looks = torch.tensor([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])[tokens % 3]
            first = torch.tensor([[1.0, 0.0]]).expand(len(tokens), -1)
            return Next(table.log(), torch.where(tokens.unsqueeze(1) == 10, first, looks)), self

        def reordered(self, rows: Tensor) -> Looking:
            del rows
            return self

    ((plain,),) = Beam(END, 3, 2).search(Looking(), starts())
    ((fair,),) = Beam(END, 3, 2, ranking=Ranking(coverage=1.0)).search(Looking(), starts())
    assert (plain.tokens, fair.tokens) == ((1,), (2,))


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(), [0.5, 0.3, 0.15, 0.05]),
        (Sampling(0), [1.0, 0.0, 0.0, 0.0]),
        (Sampling(top_k=2), [0.625, 0.375, 0.0, 0.0]),
        (Sampling(top_p=0.8), [0.625, 0.375, 0.0, 0.0]),
        (Sampling(top_p=0.81), [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0.0]),
        (Sampling(top_p=1e-9), [1.0, 0.0, 0.0, 0.0]),
        (Sampling(0.5), [0.25 / 0.365, 0.09 / 0.365, 0.0225 / 0.365, 0.0025 / 0.365]),
    ],
)
def test_tokens_are_drawn_with_these_chances(sampling: Sampling, expected: list[float]) -> None:
    scores = torch.tensor([0.5, 0.3, 0.15, 0.05], dtype=torch.float64).log() + 3
    assert torch.allclose(sampling.chances(scores), torch.tensor(expected, dtype=torch.float64))


def test_equally_likely_tokens_are_no_more_than_k() -> None:
    assert int((Sampling(top_k=2).chances(torch.zeros(3, 5)) > 0).sum()) == 6


def test_draws_follow_their_seed_and_their_chances() -> None:
    scorer = model(sentences=2000, vocab=3)
    same = torch.full((2000,), 10)
    one, again, other = (Sampling().draw(scorer, same, end=END, longest=1, seed=s) for s in (1, 1, 2))
    assert one == again
    assert one != other
    chance = float(scorer.scores((10,)).exp()[END])
    share = sum(each.finished for each in one) / 2000
    assert abs(share - chance) < 4 * math.sqrt(chance * (1 - chance) / 2000)


def test_forced_decoding_says_how_likely_a_text_is() -> None:
    logits = torch.randn(2, 3, 5, dtype=torch.float64)
    target, mask = torch.randint(5, (2, 3)), torch.tensor([[True, True, True], [True, False, False]])
    found = forced(logits, target, mask)
    chances = logits.softmax(-1)
    for row, step in product(range(2), range(3)):
        expected = float(chances[row, step, target[row, step]].log()) if mask[row, step] else 0.0
        assert float(found[row, step]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Beam(END, 0), "size of a beam search is at least 1"),
        (lambda: Beam(END, longest=0), "longest of a beam search is at least 1"),
        (lambda: Ranking(alpha=-1), "alpha is 0 or more and finite, and this is -1"),
        (lambda: Ranking(cast(Any, "gnm")), "divided by 'gnmt' or 'plain', and this is 'gnm'"),
        (lambda: Beam(END, stop=0), "stop of a beam search is at least 1"),
        (lambda: Beam(END, 3, best=4), "no more texts than its size, which is 3, and best is 4"),
        (lambda: Beam(END, 3, best=2, stop=1), "no more texts than its stop, which is 1, and best is 2"),
        (
            lambda: Beam(END, ranking=Ranking(coverage=0.2)).search(model(), starts()),
            r"which this scorer does not read; name the output that gives it, Reading\(attention=",
        ),
        (lambda: Sampling(-1), "a temperature is 0 or more"),
        (lambda: Sampling(math.inf), "a temperature is 0 or more"),
        (lambda: Sampling(top_k=0), "top_k is at least 1"),
        (lambda: Sampling(top_p=0), "top_p is above 0"),
        (
            lambda: exhaustive_search(model(vocab=1002), starts(), end=END, longest=4),
            "more than 1,000,000 texts of 2 tokens",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make: object, said: str) -> None:
    assert callable(make)
    with pytest.raises(InputError, match=said):
        make()
