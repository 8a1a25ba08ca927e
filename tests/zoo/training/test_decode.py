"""Writing on: what is drawn follows from the logits, the temperature, the k and the seed."""

import math

import pytest
import torch
from torch import Tensor, nn

from zoo.errors import TrainingError
from zoo.tasks.characters import Vocabulary
from zoo.training.decode import continue_text, sample

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


def written(model: nn.Module, prompt: str = "ab", length: int = 9, **options: float | None) -> str:
    return "".join(continue_text(model, LETTERS, prompt, length=length, **options))  # pyright: ignore[reportArgumentType] - of several types


def test_temperature_zero_takes_the_likeliest() -> None:
    assert written(Successor(lead=0.01), temperature=0) == "cdefghabc"
    assert written(Successor(lead=-9.0), top_k=1, temperature=0)[0] != "c"


def test_the_model_evaluates_and_is_left_as_it_was() -> None:
    model = Successor().train()
    assert written(model, temperature=0) == "cdefghabc"  # with its dropout it would be nearly random
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


def test_top_k_draws_from_the_likeliest_only() -> None:
    logits = torch.tensor([0.0, 3.0, 1.0, 2.0])
    generator = torch.Generator().manual_seed(0)
    assert {sample(logits, 5.0, 2, generator) for _ in range(200)} == {1, 3}
    assert {sample(logits, 5.0, None, generator) for _ in range(400)} == {0, 1, 2, 3}
    assert {sample(logits, 5.0, 99, generator) for _ in range(400)} == {0, 1, 2, 3}
    assert {sample(logits, 1e-320, None, generator) for _ in range(20)} == {1}


def test_draws_follow_the_softmax() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0])
    generator = torch.Generator().manual_seed(0)
    counts = torch.bincount(torch.tensor([sample(logits, 2.0, None, generator) for _ in range(4000)]))
    assert torch.allclose(counts / 4000, torch.softmax(logits / 2, 0), atol=0.03)


def test_outputs_beyond_the_vocabulary_are_never_drawn() -> None:
    assert written(Successor(extra=3), temperature=0) == "cdefghabc"


@pytest.mark.parametrize(
    ("prompt", "options", "message"),
    [
        ("", {}, "a prompt must have a character"),
        ("axz", {}, r"never seen 'x' \(U\+0078\), 'z' \(U\+007A\)"),
        ("a", {"length": -1}, "must not be negative"),
        ("a", {"temperature": -0.5}, "neither negative nor infinite"),
        ("a", {"top_k": 0}, "top_k positive"),
    ],
)
def test_what_cannot_be_continued_is_refused_at_once(
    prompt: str, options: dict[str, int], message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        continue_text(Successor(), LETTERS, prompt, **{"length": 5, **options})


@pytest.mark.parametrize("temperature", [math.nan, math.inf])
def test_a_temperature_is_a_number(temperature: float) -> None:
    with pytest.raises(TrainingError, match="neither negative nor infinite"):
        continue_text(nn.Identity(), Vocabulary("a"), "a", length=1, temperature=temperature)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_weights_without_numbers_draw_nothing(temperature: float) -> None:
    with pytest.raises(TrainingError, match="the model's largest logit is nan"):
        sample(torch.tensor([1.0, float("nan"), 2.0]), temperature, None, torch.Generator())
