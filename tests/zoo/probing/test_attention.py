"""Maps of attention are the weights."""

import math

import pytest
import torch

import zoo
from zoo.errors import ZooError
from zoo.probing import attention, subject

GRAPH = """
format: zoo/1
name: seen
inputs: {x: float batch time 6, mask: bool batch time}
outputs: {y: attend.out, weights: attend.weights}
nodes:
  attend:
    use: attention/multi_head
    with: {heads: 3, dim: 6}
    in: {query: x, key: x, value: x, mask: mask}
"""


def test_a_map_is_what_the_output_on_demand_shows_and_what_the_formula_gives() -> None:
    made = subject(zoo.loads(GRAPH), sizes={"batch": 3, "time": 7})
    (found,) = attention(made)
    assert (found.wire, tuple(found.weights.shape)) == ("attend", (3, 3, 7, 7))
    with torch.no_grad():
        assert torch.equal(found.weights, made.outputs()["weights"])
    layer = made.model.get_submodule("attend")
    x, mask = made.inputs["x"], made.inputs["mask"]

    def heads(name: str) -> torch.Tensor:
        return layer.get_submodule(name)(x).view(3, 7, 3, 2).transpose(1, 2)

    with torch.no_grad():
        scores = heads("query") @ heads("key").transpose(2, 3) / math.sqrt(2)
        by_hand = scores.masked_fill(~mask[:, None, None], -math.inf).softmax(-1)
    # Queries that are padding are cleaned by the layer: those that are real are compared.
    assert torch.allclose(found.weights[0], by_hand[0], atol=1e-14)
    assert torch.allclose(found.weights.sum(-1), torch.ones(3, 3, 7, dtype=torch.float64))
    entropy = -(by_hand[0] * by_hand[0].log()).sum(-1).mean(-1)
    alone = type(found)(found.wire, found.what, found.weights[:1])
    assert alone.entropy == pytest.approx([float(each) for each in entropy])


def test_nobody_needs_to_read_the_weights() -> None:
    made = subject("seq2seq_additive", params={"vocab": 13, "dim": 6}, sizes={"source": 7, "target": 5})
    (found,) = attention(made)
    assert (found.wire, tuple(found.weights.shape)) == ("decoder.attend", (4, 1, 5, 7))
    with torch.no_grad():
        assert torch.equal(found.weights[:, 0], made.outputs()["alignment"])
    gpt = subject("gpt", params={"vocab": 13, "dim": 6, "heads": 3, "layers": 2}, sizes={"time": 5})
    maps = attention(gpt)
    assert [each.wire for each in maps] == ["decoder.0.attend", "decoder.1.attend"]
    assert not maps[0].weights.triu(1).any()
    assert [each.wire for each in attention(gpt, "decoder.1.*")] == ["decoder.1.attend"]
    chosen = attention(gpt, "decoder.1.attend", "decoder.*.weights", "embed")
    assert [each.wire for each in chosen] == ["decoder.0.attend", "decoder.1.attend"]
    with pytest.raises(ZooError, match=r"named by 'embed'; .* are decoder\.0\.attend, decoder\.1\.attend"):
        attention(gpt, "embed")
    with pytest.raises(ZooError, match="'embde' names none"):
        attention(gpt, "decoder.0.attend", "embde")
    with pytest.raises(ZooError, match="no attention of this graph shows its weights"):
        attention(subject("rnn_language_model", params={"vocab": 13, "dim": 6, "hidden": 5}))
