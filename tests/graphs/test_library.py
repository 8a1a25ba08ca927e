"""Every graph of the library: sound, runs both ways at odd sizes, causal where it says so, unchanged by
saving.
"""

import re
from pathlib import Path

import pytest
import torch

import zoo
from tests.graphs.library import (
    BATCH,
    ENCODER_DECODERS,
    FILES,
    GRAPHS,
    LANGUAGE_MODELS,
    LENGTHS,
    VOCAB,
    graph,
    inputs,
    logits,
    logits_axes,
    model,
    outputs,
)
from zoo.checker import resolve
from zoo.files import fmt

TIME, SOURCE, TARGET = (LENGTHS[axis] for axis in ("time", "source", "target"))


def test_the_library_is_offered_by_its_pack() -> None:
    assert len(LANGUAGE_MODELS) >= 3
    assert len(ENCODER_DECODERS) >= 2
    found = {name for name, path in zoo.registry().graphs.items() if path.parent.name == "zoo_graphs"}
    assert sorted(found) == FILES


@pytest.mark.parametrize("name", FILES)
def test_each_opens_with_what_it_shows_and_where_it_is_from(name: str) -> None:
    text = zoo.registry().graphs[name].read_text(encoding="utf-8")
    comment, form, _ = text.partition("format: zoo/1\n")
    assert form
    assert all(line.startswith("#") for line in comment.splitlines())
    assert len(comment) > 300
    told = " ".join(line.strip("# ") for line in comment.splitlines())
    assert re.search(r': [A-Z][^"]*"[^"]{15,}",[^"]*\b(19|20)\d\d', told), "a paper: authors, title, year"
    assert f"\nname: {name}\n" in text
    assert graph(name).about


@pytest.mark.parametrize("name", FILES)
def test_each_is_written_as_the_formatter_writes(name: str) -> None:
    text = zoo.registry().graphs[name].read_text(encoding="utf-8")
    assert fmt(text) == text


@pytest.mark.parametrize("name", FILES)
def test_each_checks_without_a_word(name: str) -> None:
    assert zoo.check(graph(name)) == []


@pytest.mark.parametrize("name", GRAPHS)
def test_each_compiles_as_it_stands(name: str) -> None:
    built = graph(name).compile(device="meta")
    assert sum(parameter.numel() for parameter in built.parameters()) > 1000


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("batch", [1, BATCH])
def test_each_runs_forward_and_backward_and_every_weight_learns(name: str, batch: int) -> None:
    built = model(name, **({"dropout": 0.0} if "dropout" in graph(name).params else {}))
    results = outputs(built(**inputs(name, batch)))
    if "vocab" in logits_axes(name):
        time = TARGET if name in ENCODER_DECODERS else TIME
        assert results["logits" if len(results) > 1 else "out"].shape == (batch, time, VOCAB)
    parameters = dict(built.named_parameters())
    total = torch.stack([result.square().sum() for result in results.values()]).sum()
    for path, gradient in zip(parameters, torch.autograd.grad(total, list(parameters.values())), strict=True):
        assert bool(gradient.isfinite().all()), path
        assert bool(gradient.any()), path


@pytest.mark.parametrize("name", LANGUAGE_MODELS)
@pytest.mark.parametrize("time", [1, 2, 13])
def test_language_models_take_any_length(name: str, time: int) -> None:
    found = logits(model(name).eval()(torch.zeros(2, time, dtype=torch.int64)))
    assert found.shape == (2, time, VOCAB)


@pytest.mark.parametrize("name", LANGUAGE_MODELS)
def test_language_models_never_see_the_future(name: str) -> None:
    built = model(name).eval()
    tokens = inputs(name)["tokens"]
    before = logits(built(tokens))
    for changed in range(TIME):
        other = tokens.clone()
        other[:, changed] = (other[:, changed] + 1) % VOCAB
        after = logits(built(other))
        # sums in another order, as experts make them, differ in their last digits; a leak is no such thing
        torch.testing.assert_close(before[:, :changed], after[:, :changed], rtol=0, atol=1e-12)
        assert all(not torch.equal(before[:, t], after[:, t]) for t in range(changed, TIME))


@pytest.mark.parametrize("name", ENCODER_DECODERS)
def test_decoders_never_see_the_future_and_see_all_of_the_source(name: str) -> None:
    built = model(name).eval()
    given = inputs(name)
    before = logits(built(**given))
    for changed in range(TARGET):
        target = given["target"].clone()
        target[:, changed] = (target[:, changed] + 1) % VOCAB
        after = logits(built(**{**given, "target": target}))
        assert torch.equal(before[:, :changed], after[:, :changed])
        assert not torch.equal(before[:, changed], after[:, changed])
    for changed in range(SOURCE):
        source = given["source"].clone()
        source[0, changed] = (source[0, changed] + 1) % VOCAB
        after = logits(built(**{**given, "source": source}))
        assert not torch.equal(before[0, 0], after[0, 0])


@pytest.mark.parametrize("name", ENCODER_DECODERS)
def test_padding_in_the_source_is_not_read(name: str) -> None:
    built = model(name).eval()
    given = inputs(name)
    changed = torch.where(given["source_mask"], given["source"], (given["source"] + 3) % VOCAB)
    assert not torch.equal(changed, given["source"])
    first, second = outputs(built(**given)), outputs(built(**{**given, "source": changed}))
    for port, result in first.items():
        assert torch.equal(result, second[port]), port


def test_alignment_is_a_distribution_over_real_tokens() -> None:
    given = inputs("seq2seq_additive")
    result = model("seq2seq_additive").eval()(**given)
    assert result.alignment.shape == (BATCH, TARGET, SOURCE)
    padded = ~given["source_mask"][:, None].expand_as(result.alignment)
    assert not bool(result.alignment[padded].any())
    assert torch.allclose(result.alignment.sum(-1), torch.ones((), dtype=torch.float64))


def test_losses_of_a_graph_are_one_number_a_sequence() -> None:
    types = {
        f"{name}.{out}": str(type_)
        for name in GRAPHS
        for out, type_ in resolve(graph(name)).root.types.items()
    }
    losses = {out: type_ for out, type_ in types.items() if out.partition(".")[2].startswith("loss")}
    assert losses == {"mixture_of_experts_language_model.loss_balance": "float batch"}


def test_the_balance_is_that_of_every_layer() -> None:
    built = model("mixture_of_experts_language_model").eval()
    loss = built(**inputs("mixture_of_experts_language_model")).loss_balance
    assert bool((loss >= 3 * 0.01 * (1 - 1e-9)).all()), (
        "1 for each of three layers, where all are equally busy"
    )
    routers = {path: p for path, p in built.named_parameters() if path.endswith("router.weight")}
    assert len(routers) == 3
    assert all(bool(x.any()) for x in torch.autograd.grad(loss.sum(), [*routers.values()]))


@pytest.mark.parametrize("name", ["gpt", "lstm_language_model", "seq2seq_additive", "transformer"])
def test_embedding_and_output_share_one_table(name: str) -> None:
    tables = [p for p in model(name).parameters() if VOCAB in p.shape and p.ndim == 2]
    assert len(tables) == 1


@pytest.mark.parametrize("name", FILES)
def test_saving_changes_no_byte(name: str, tmp_path: Path) -> None:
    path = zoo.registry().graphs[name]
    zoo.save(zoo.load(path), tmp_path / path.name)
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()
