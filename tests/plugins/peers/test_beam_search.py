"""Beam search against that of Hugging Face's transformers, on the same scores, token for token.

Their ``length_penalty`` p is the exponent of ``Ranking("plain", p)``. ``early_stopping=True`` ends a sentence
when as many hypotheses are finished as the beam is wide, as ours does; ``"never"`` goes on until no other can
be better, as ours does with a ``stop`` that is never reached.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.graphs.library import VOCAB, model
from zoo.decoding import Anew, Beam, Hypothesis, Ranking

transformers: Any = pytest.importorskip(
    "transformers", reason="the peer 'transformers' is in the extra test-peers"
)

PAD, START, END = 0, 1, 2
LONGEST = 8
ALWAYS = 10**9
"""A ``stop`` that is never reached."""


class Table(nn.Module):
    """Scores drawn for every text so far, in which the end grows likelier; the last step can only end."""

    def __init__(self, seed: int, vocab: int = 6, longest: int = LONGEST, last: float = 1e4) -> None:
        super().__init__()
        self.seed, self.vocab, self.longest, self.last = seed, vocab, longest, last

    def forward(self, tokens: Tensor) -> Tensor:
        return torch.stack([self.scores(tuple(map(int, row))) for row in tokens]).unsqueeze(1)

    def scores(self, text: tuple[int, ...]) -> Tensor:
        generator = torch.Generator().manual_seed(hash((self.seed, *text)) % 2**31)
        scores = 2 * torch.randn(self.vocab, generator=generator)
        scores[END] += self.last if len(text) == self.longest else 0.4 * len(text) - 2
        scores[[PAD, START]] = -math.inf  # never written
        return scores


def theirs(
    scores: nn.Module, vocab: int, starts: Tensor, **settings: Any
) -> tuple[list[tuple[int, ...]], list[float]]:
    """The texts, best first, sentence by sentence, and their scores."""

    class Peer(transformers.PreTrainedModel, transformers.GenerationMixin):
        config_class = transformers.PretrainedConfig
        _supports_cache_class = False

        def __init__(self, config: Any) -> None:
            super().__init__(config)  # pyright: ignore[reportUnknownMemberType] - transformers need not be there
            self.place = nn.Parameter(torch.zeros(()))

        def forward(self, input_ids: Tensor, **_: Any) -> Any:
            return transformers.modeling_outputs.CausalLMOutput(logits=scores(input_ids))

        def prepare_inputs_for_generation(self, input_ids: Tensor, **_: Any) -> dict[str, Tensor]:
            return {"input_ids": input_ids}

    config = transformers.PretrainedConfig(vocab_size=vocab, is_encoder_decoder=False)
    peer = Peer(config).eval()
    generation = transformers.GenerationConfig(
        bos_token_id=START,
        eos_token_id=END,
        pad_token_id=PAD,
        max_length=LONGEST + 1,  # with the start
        do_sample=False,
        use_cache=False,
        return_dict_in_generate=True,
        output_scores=True,
        **settings,
    )
    found = peer.generate(starts.unsqueeze(1), generation_config=generation)
    texts: list[tuple[int, ...]] = []
    for row in found.sequences.tolist():
        after = row[1:]
        texts.append(tuple(after[: after.index(END)] if END in after else after))
    return texts, found.sequences_scores.tolist()


def ours(scores: nn.Module, starts: Tensor, beam: Beam) -> list[Hypothesis]:
    """The best hypotheses, best first, sentence by sentence."""
    anew = Anew(scores, "tokens", {}, torch.empty(len(starts), 0, dtype=torch.int64))
    return [each for some in beam.search(anew, starts) for each in some]


def agree(found: list[Hypothesis], texts: list[tuple[int, ...]], scores: list[float]) -> None:
    assert [each.tokens for each in found] == texts
    assert [each.score for each in found] == pytest.approx(scores, abs=1e-4)


STARTS = torch.tensor([3, 4, 5])
RULES: list[tuple[bool | str, int | None]] = [(True, None), ("never", ALWAYS)]


@pytest.mark.parametrize("power", [0.0, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize(("early", "stop"), RULES)
def test_the_best_texts_are_the_same(early: bool | str, stop: int | None, size: int, power: float) -> None:
    for seed in range(8):
        table = Table(seed)
        texts, scores = theirs(
            table,
            table.vocab,
            STARTS,
            num_beams=size,
            num_return_sequences=2,
            length_penalty=power,
            early_stopping=early,
        )
        beam = Beam(END, size, LONGEST, best=2, stop=stop, ranking=Ranking("plain", power))
        agree(ours(table, STARTS, beam), texts, scores)


@pytest.mark.parametrize(("early", "stop"), RULES)
def test_they_are_so_on_a_graph_of_the_library(early: bool | str, stop: int | None) -> None:
    whole = model("gpt").eval()

    class Sharp(nn.Module):
        """What the model says, more decidedly, and ended as the table is: ours are not trained here."""

        def forward(self, tokens: Tensor) -> Tensor:
            logits = 4 * whole(tokens).float()
            logits[..., END] += 1e4 if tokens.shape[1] == LONGEST else 0.5
            return logits

    texts, scores = theirs(
        Sharp(), VOCAB, STARTS, num_beams=4, num_return_sequences=3, length_penalty=1.0, early_stopping=early
    )
    beam = Beam(END, 4, LONGEST, best=3, stop=stop, ranking=Ranking("plain", 1.0))
    agree(ours(Sharp(), STARTS, beam), texts, scores)


def test_their_third_rule_guesses_and_ours_never_does_worse() -> None:
    """``early_stopping=False`` takes it that no text gets better by growing; with a penalty some do."""
    better = 0
    for seed in range(40):
        table = Table(seed)
        settings = {"num_beams": 3, "early_stopping": False}
        texts, scores = theirs(table, table.vocab, STARTS, length_penalty=0.0, **settings)
        plain = Beam(END, 3, LONGEST, stop=ALWAYS, ranking=Ranking("plain", 0.0))
        agree(ours(table, STARTS, plain), texts, scores)
        texts, scores = theirs(table, table.vocab, STARTS, length_penalty=2.0, **settings)
        found = ours(table, STARTS, Beam(END, 3, LONGEST, stop=ALWAYS, ranking=Ranking("plain", 2.0)))
        assert all(each.score >= score - 1e-4 for each, score in zip(found, scores, strict=True))
        better += sum(each.score > score + 1e-3 for each, score in zip(found, scores, strict=True))
    assert better > 0


def test_what_the_limit_cuts_is_a_text_to_them_and_the_last_resort_to_us() -> None:
    preferred = 0
    for seed in range(20):
        table = Table(seed, last=0)
        texts, _ = theirs(table, table.vocab, STARTS, num_beams=3, length_penalty=2.0, early_stopping="never")
        found = ours(table, STARTS, Beam(END, 3, LONGEST, stop=ALWAYS, ranking=Ranking("plain", 2.0)))
        for each, text in zip(found, texts, strict=True):
            if len(text) == LONGEST and each.finished:
                preferred += 1
            elif each.finished:
                assert each.tokens == text
    assert preferred > 0
