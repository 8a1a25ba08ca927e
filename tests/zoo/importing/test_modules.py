"""Whole modules come back as graphs that compute the same, with the same gradients."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import zoo
from tests.zoo.importing.modules import (
    GPT,
    Classifier,
    Parts,
    Tagger,
    TimeFirst,
    Translator,
    compare,
    imported,
)
from zoo.files import dumps
from zoo.graph import Call, Repeat, Reuse


def tokens(*shape: int) -> Tensor:
    return torch.randint(19, shape)


def floats(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def test_a_perceptron_reads_as_a_person_would_write_it() -> None:
    module = nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 2, bias=False))
    done = imported(module, name="perceptron")
    assert dumps(done.graph).endswith(
        """
inputs:
  input: float batch 7
outputs:
  out: linear_2

nodes:
  linear: {use: basic/linear, with: {output: 5}, in: input}
  relu: {use: basic/relu, in: linear}
  linear_2: {use: basic/linear, with: {output: 2, bias: false}, in: relu}
"""
    )
    assert zoo.check(done.graph) == []
    assert not done.unknown
    x = floats(3, 7)
    compare(module, done, {"input": x}, {"input": x})


def test_layers_of_lstm_in_both_directions() -> None:
    module = Tagger()
    done = imported(module)
    walk = done.graph.nodes["walk"]
    assert isinstance(walk, Call)
    assert walk.use == "recurrent/lstm"
    assert dict(walk.settings) == {"hidden": 6, "layers": 2, "bidirectional": True, "dropout": 0.1}
    assert dict(done.graph.outputs.items()).keys() == {"logits"}
    x = tokens(3, 7)
    compare(module, done, {"tokens": x}, {"tokens": x})


def test_time_may_stand_in_front_inside_and_states_are_handed_on() -> None:
    module = TimeFirst()
    done = imported(module, inputs={"x": "float batch time 8"})
    assert {each.use for each in done.graph.nodes.values() if isinstance(each, Call)} >= {
        "recurrent/rnn",
        "recurrent/gru",
        "basic/select",
    }
    x = floats(3, 7, 8)
    compare(module, done, {"x": x}, {"x": x})
    stacked = nn.LSTM(8, 6)
    outside = imported(stacked)
    assert str(outside.graph.inputs["input"]) == "float batch time 8"
    assert "input 'input' has its batch in front" in outside.notes


def test_a_gpt_by_hand_has_blocks_a_repeat_and_a_tied_head() -> None:
    texts: list[str] = []
    for fused in (True, False):
        module = GPT(fused)
        done = imported(module)
        assert not done.unknown
        blocks = done.graph.nodes["blocks"]
        assert isinstance(blocks, Repeat)
        assert blocks.count == 3
        assert set(done.graph.blocks) == {"attention", "block"}
        head = done.graph.nodes["head"]
        assert isinstance(head, Call)
        assert dict(head.tie) == {"weight": "words.weight"}
        assert "head.weight" not in done.state_dict
        assert "position/learned" in dumps(done.graph)
        texts.append(dumps(done.graph))
        x = tokens(3, 7)
        compare(module, done, {"idx": x}, {"idx": x})
    assert texts[0] == texts[1]  # attention written out is the same attention


def test_encoders_of_torch_are_the_librarys_blocks() -> None:
    for first in (True, False):
        module = Classifier(first)
        done = imported(module)
        name = f"encoder_layer_{'pre' if first else 'post'}"
        encoder = done.graph.nodes["encoder"]
        assert isinstance(encoder, Repeat)
        assert (encoder.use, encoder.count) == (name, 3)
        if first:
            library = zoo.load(zoo.registry().graphs["blocks"])
            assert done.graph.blocks[name] == library.blocks[name]
        else:
            assert "bias: false" in dumps(done.graph)
        assert "position/sinusoidal" in dumps(done.graph)
        _, note = done.notes
        assert "'mask' is the opposite of the module's 'padding_mask'" in note
        real = torch.arange(7) < torch.tensor([[7], [4], [2]])
        x = tokens(3, 7)
        compare(module, done, {"tokens": x, "mask": real}, {"tokens": x, "padding_mask": ~real})


def test_a_whole_transformer_of_torch() -> None:
    module = Translator()
    done = imported(module)
    assert [str(each) for each in done.graph.inputs.values()] == ["int batch source", "int batch target"]
    repeats = {name: node for name, node in done.graph.nodes.items() if isinstance(node, Repeat)}
    assert [node.use for node in repeats.values()] == ["encoder_layer_post", "decoder_layer_post"]
    assert any(isinstance(node, Reuse) for node in done.graph.nodes.values())  # one table for both
    source, target = tokens(3, 5), tokens(3, 7)
    source[:, 0] = 1
    compare(module, done, {"source": source, "target": target}, {"source": source, "target": target})


def test_small_parts() -> None:
    module = Parts()
    for each in module.buffers():
        if each.is_floating_point():
            each.uniform_(0.5, 1.5)
    done = imported(module, inputs={"x": "float batch time 8"})
    assert not done.unknown
    x = floats(3, 7, 8)
    compare(module, done, {"x": x}, {"x": x})
    mean = module.norm.running_mean
    assert mean is not None
    assert torch.equal(done.state_dict["norm.mean"], mean)  # running did not change it
