"""Writing on: what is drawn follows from the logits, the temperature, the k and the seed."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from zoo.decoding import Sampling
from zoo.errors import InputError, ZooError
from zoo.tasks.characters import Vocabulary
from zoo.training.decode import continue_text

LETTERS = Vocabulary("abcdefgh")


class Successor(nn.Module):
    """Expects the next letter of the alphabet, by ``lead`` logits; remembers how much it was shown."""

    def __init__(self, lead: float = 5.0, extra: int = 0) -> None:
        super().__init__()
        self.lead = nn.Parameter(torch.tensor(lead))
        self.extra = extra
        self.shown: list[int] = []
        self.drop = nn.Dropout(0.9)

    def forward(self, tokens: Tensor) -> Tensor:
        self.shown.append(tokens.shape[1])
        onward = nn.functional.one_hot((tokens + 1) % 8, 8 + self.extra) * self.lead
        if self.extra:
            onward[..., 8:] = 1e9  # tokens that no character has
        return self.drop(onward)


GREEDY = Sampling(temperature=0)


def written(model: nn.Module, prompt: str = "ab", length: int = 9, **options: Any) -> str:
    return "".join(continue_text(model, LETTERS, prompt, length=length, **options))


def test_temperature_zero_takes_the_likeliest() -> None:
    assert written(Successor(lead=0.01), sampling=GREEDY) == "cdefghabc"
    assert written(Successor(lead=-9.0), sampling=Sampling(top_k=1))[0] != "c"


def test_the_model_evaluates_and_is_left_as_it_was() -> None:
    model = Successor().train()
    assert written(model, sampling=GREEDY) == "cdefghabc"  # with its dropout it would be nearly random
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_context_is_the_end_of_the_text() -> None:
    model = Successor()
    written(model, prompt="abcde", length=4, context=3)
    assert model.shown == [3, 3, 3, 3]
    model.shown.clear()
    written(model, prompt="a", length=4, context=3)
    assert model.shown == [1, 2, 3, 3]
    model.shown.clear()
    written(model, prompt="a", length=4)
    assert model.shown == [1, 2, 3, 4]


def test_a_seed_is_a_text() -> None:
    texts = [written(Successor(1.0), length=40, seed=seed) for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]


def test_a_text_is_drawn_as_sampling_says() -> None:
    """What the chances are is shown beside ``Sampling``; here, that they are those of the text."""
    spread = Successor(0.5)
    assert set(written(spread, length=200)) == set(LETTERS.characters)
    for sampling in (Sampling(top_k=1), Sampling(top_p=1e-9), Sampling(1e-320), GREEDY):
        assert written(spread, sampling=sampling) == "cdefghabc"


def test_outputs_beyond_the_vocabulary_are_never_drawn() -> None:
    assert written(Successor(extra=3), sampling=GREEDY) == "cdefghabc"


@pytest.mark.parametrize(
    ("prompt", "length", "message"),
    [
        ("", 5, "a prompt must have a character"),
        ("axz", 5, r"never seen 'x' \(U\+0078\), 'z' \(U\+007A\)"),
        ("a", -1, "'length' must be a whole number of 0 or more, not -1"),
    ],
)
def test_what_cannot_be_continued_is_refused_at_once(prompt: str, length: int, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        continue_text(Successor(), LETTERS, prompt, length=length)


@pytest.mark.parametrize("sampling", [GREEDY, Sampling()])
def test_weights_without_numbers_draw_nothing(sampling: Sampling) -> None:
    with pytest.raises(InputError, match="the model's largest is nan"):
        written(Successor(float("nan")), sampling=sampling)
