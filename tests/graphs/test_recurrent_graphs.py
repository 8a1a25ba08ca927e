"""What the recurrent and convolutional graphs are drawn to show."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.graphs.library import BATCH, GRAPHS, LENGTHS, VOCAB, graph, inputs, logits, model

ALIGNED = [name for name in GRAPHS if "alignment" in graph(name).outputs]


def other_tokens(tokens: Tensor) -> Tensor:
    return (tokens + 1) % VOCAB


def test_a_text_in_chunks_is_the_text_if_the_state_is_carried() -> None:
    built = model("gru_language_model").eval()
    tokens = inputs("gru_language_model")["tokens"]
    whole = built(tokens=tokens)
    first = built(tokens=tokens[:, :3])
    second = built(tokens=tokens[:, 3:], memory=first.memory)
    torch.testing.assert_close(torch.cat([first.logits, second.logits], 1), whole.logits)
    torch.testing.assert_close(second.memory, whole.memory)
    assert not first.memory.requires_grad
    assert not torch.allclose(built(tokens=tokens[:, 3:]).logits, second.logits)


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_review_is_judged_by_its_words_and_not_its_padding(side: str) -> None:
    built = model("sentiment_classifier").eval()
    given = inputs("sentiment_classifier")
    tokens, mask = given["tokens"], given["mask"]
    if side == "left":
        tokens, mask = tokens.flip(1), mask.flip(1)
    found = built(tokens=tokens, mask=mask)
    assert found.shape == (BATCH, 2)
    assert torch.equal(built(tokens=tokens.where(mask, other_tokens(tokens)), mask=mask), found)
    for row, keep in enumerate(mask):
        alone = built(tokens=tokens[row : row + 1, keep], mask=torch.ones(1, int(keep.sum())).bool())
        torch.testing.assert_close(alone[0], found[row])
        for place in map(int, keep.nonzero()[:, 0]):
            changed = tokens.clone()
            changed[row, place] = other_tokens(tokens)[row, place]
            assert not torch.equal(built(tokens=changed, mask=mask)[row], found[row])


def test_a_caption_sees_the_picture_at_every_word_and_no_later_word() -> None:
    built = model("captioner").eval()
    given = inputs("captioner")
    found = logits(built(**given))
    assert found.shape == (BATCH, LENGTHS["target"], VOCAB)
    unlike = logits(built(image=given["image"] + 1, target=given["target"]))
    assert (unlike != found).any(-1).all()
    assert_causal(built, given, "target", other_tokens)


def test_music_sees_no_later_chord() -> None:
    assert_causal(model("polyphonic_music").eval(), inputs("polyphonic_music"), "notes", torch.neg)


def assert_causal(
    built: Any, given: dict[str, Tensor], port: str, change: Callable[[Tensor], Tensor]
) -> None:
    before = logits(built(**given))
    for t in range(given[port].shape[1]):
        later = given[port].clone()
        later[:, t] = change(later)[:, t]
        after = logits(built(**{**given, port: later}))
        assert torch.equal(before[:, :t], after[:, :t])
        assert not torch.equal(before[:, t], after[:, t])


@pytest.mark.parametrize("name", ALIGNED)
def test_alignment_is_a_distribution_over_real_tokens(name: str) -> None:
    given = inputs(name)
    found = model(name).eval()(**given).alignment
    assert found.shape == (BATCH, LENGTHS["target"], LENGTHS["source"])
    assert not found[~given["source_mask"][:, None].expand_as(found)].any()
    torch.testing.assert_close(found.sum(-1), torch.ones_like(found[..., 0]))


def first_step_that_looks_elsewhere(name: str) -> int:
    """The first target step whose alignment changes when the first target word does."""
    built: Any = model(name).eval()
    given = inputs(name)
    target = given["target"].clone()
    target[:, 0] = other_tokens(target)[:, 0]
    one, other = built(**given).alignment, built(**{**given, "target": target}).alignment
    return int((one != other).any(-1).any(0).nonzero()[0])


def test_bahdanaus_old_state_asks_and_luongs_new_one() -> None:
    assert first_step_that_looks_elsewhere("seq2seq_bahdanau") == 1
    assert first_step_that_looks_elsewhere("seq2seq_multiplicative") == 0
    assert first_step_that_looks_elsewhere("seq2seq_dot") == 0


def test_plain_seq2seq_knows_the_source_by_its_last_states_alone() -> None:
    """With the encoder's states given, the decoder needs no source."""
    built: Any = model("seq2seq_plain").eval()
    given, nodes = inputs("seq2seq_plain"), dict(built.named_modules())
    embedded = nodes["source_embed"](given["source"])
    states = nodes["encoder"](nodes["reverse"](embedded, given["source_mask"]), given["source_mask"])
    decoded = nodes["decoder"](nodes["target_embed"](given["target"]), None, states.h, states.c)
    torch.testing.assert_close(nodes["logits"](decoded.out), logits(built(**given)))


def test_a_convolutional_network_sees_as_far_as_it_says() -> None:
    built = model("tcn_language_model").eval()
    tokens = torch.randint(VOCAB, (1, 80), generator=torch.Generator().manual_seed(0))
    changed = tokens.clone()
    changed[0, 3] = other_tokens(tokens)[0, 3]
    seen = (built(tokens) != built(changed)).any(-1)[0]
    assert not seen[:3].any()
    assert seen[[3, 3 + 60]].all()
    assert not seen[3 + 61 :].any()
