"""What the worker does with a run, in this process: texts, figures and pictures as events."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

import zoo
from zoo import training
from zoo.decoding import Sampling
from zoo.errors import InputError, TrainingError, ZooError
from zoo_gui.running.evaluating import evaluate
from zoo_gui.running.generating import generate
from zoo_gui.running.known import look_at, runs_of
from zoo_gui.running.looking import look
from zoo_gui.running.requests import Evaluation, Generation, Probe, Search
from zoo_gui.running.worker import Teller

MODEL = """\
format: zoo/1
name: tiny
params: {vocab: 99, dim: 8}
inputs: {tokens: int batch time}
outputs: {logits: head}
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: $dim}, in: tokens}
  read: {use: recurrent/gru, with: {hidden: $dim}, in: embed}
  head: {use: basic/linear, with: {output: $vocab}, in: read.out}
"""
Events = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: ``writer`` goes on from a prompt, ``turner`` writes digits backwards."""
    folder = tmp_path_factory.mktemp("beside") / "runs"
    few = training.Options(steps=2, batch=4, device="cpu", measurements=1)
    training.train(
        zoo.loads(MODEL), settings={"context": 16}, options=few, out=folder / "writer", text=_text(folder)
    )
    small = {"shortest": 2, "longest": 4}
    params = {"dim": 4, "attention": 4}
    training.train(task="reversal", settings=small, options=few, out=folder / "turner", params=params)
    return folder


def _text(folder: Path) -> Path:
    path = folder.parent / "text.txt"
    path.write_text("the cat sat on the mat. " * 60, encoding="utf-8")
    return path


def told(act: Callable[[Teller], object]) -> Events:
    """What is told, by kind."""
    stream = StringIO()
    act(Teller(stream))
    found: Events = {}
    for line in stream.getvalue().splitlines():
        event = json.loads(line)
        found.setdefault(event["event"], []).append(event)
    return found


def test_a_prompt_is_continued_piece_by_piece(folder: Path) -> None:
    run, search = str(folder / "writer"), Search(method="sampling", longest=30, temperature=0.7, seed=3)
    events = told(lambda teller: generate(Generation(run=run, text="the ", search=search), teller))
    written = "".join(piece["text"] for piece in events["piece"])
    sampling = Sampling(0.7)
    assert written == training.generate(run, "the ", length=30, sampling=sampling, seed=3, device="cpu")
    assert "computed once" in events["done"][0]["text"]
    two = Search(method="sampling", longest=30, temperature=0.7, seed=2, best=2)
    events = told(lambda teller: generate(Generation(run=run, text="the ", search=two), teller))
    second = "".join(piece["text"] for piece in events["piece"]).split("\n---\n")[1]
    assert second == written
    with pytest.raises(ZooError, match="no end of a text"):
        told(lambda teller: generate(Generation(run=run, search=Search(method="beam")), teller))


def test_sentences_are_written_one_by_one(folder: Path) -> None:
    run, search = str(folder / "turner"), Search(method="beam", best=3, longest=6)
    events = told(lambda teller: generate(Generation(run=run, text="123\n\n45", search=search), teller))
    assert [piece["text"].partition("\n")[0] for piece in events["piece"]] == ["123", "45"]
    assert all(piece["text"].count("→") == 3 for piece in events["piece"])
    assert events["progress"][-1]["part"] == 1
    drawn = Search(method="sampling", best=2, longest=6, seed=1)
    events = told(lambda teller: generate(Generation(run=run, text="12", search=drawn), teller))
    assert events["piece"][0]["text"].count("→") == 2
    with pytest.raises(ZooError, match="type a sentence"):
        told(lambda teller: generate(Generation(run=run), teller))
    wrong = Generation(run=run, text="1", search=Search(method="beam", beam=2, best=3))
    with pytest.raises(InputError):
        told(lambda teller: generate(wrong, teller))


def test_a_language_model_is_measured(folder: Path) -> None:
    events = told(lambda teller: evaluate(Evaluation(run=str(folder / "writer")), teller))
    (table,) = events["table"]
    assert "bits a character" in table["text"]
    assert "bigram model" in table["text"]
    loss, perplexity = (events["done"][0]["figures"].get(name) for name in ("loss", "perplexity"))
    assert perplexity == pytest.approx(math.exp(loss))
    assert "sample" not in events


def test_what_is_written_is_judged(folder: Path, tmp_path: Path) -> None:
    run = str(folder / "turner")
    events = told(lambda teller: evaluate(Evaluation(run=run, texts=20, search=Search(longest=6)), teller))
    figures = "\n".join(table["text"] for table in events["table"])
    for word in ("accuracy", "BLEU", "chrF2", "tok:13a", "letters", "1-10     20"):
        assert word in figures
    assert events["sample"][0]["text"].count("→") == 20
    for name, text in (("sources", "12\n345\n"), ("references", "21\n543\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    one, two = (str(tmp_path / name) for name in ("sources", "references"))
    own = Evaluation(run=run, search=Search(longest=6), sources=one, references=two)
    events = told(lambda teller: evaluate(own, teller))
    assert "of 2 texts, by letters" in events["done"][0]["text"]
    assert "perplexity" in events["table"][0]["text"]
    with pytest.raises(ZooError, match="both files"):
        told(lambda teller: evaluate(Evaluation(run=run, sources=one), teller))
    (tmp_path / "references").write_text("21\n", encoding="utf-8")
    with pytest.raises(TrainingError, match="2 texts and 1 references"):
        told(lambda teller: evaluate(own, teller))


def test_a_probe_tells_tables_and_draws(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    run, parts = str(folder / "turner"), ["recurrence", "statistics", "attention"]
    asked = Probe(run=run, parts=parts, examples=2, pictures=str(tmp_path))
    events = told(lambda teller: look(asked, teller))
    assert "products of recurrent Jacobians" in events["table"][0]["text"]
    assert [picture["title"] for picture in events["picture"]] == ["recurrence", "attention"]
    assert all(QImage(picture["path"]).width() > 300 for picture in events["picture"])
    assert "a step" in events["done"][0]["text"]
    fresh = Probe(graph=MODEL, sizes={"time": 6}, parts=["gradients", "attention"], pictures=str(tmp_path))
    events = told(lambda teller: look(fresh, teller))
    assert "gradients over distance" in events["done"][0]["text"]
    assert any("no answer for attention" in each["text"] for each in events["facts"])
    assert "no answer for attention" in events["done"][0]["text"]
    with pytest.raises(ZooError, match="shows its weights"):
        told(lambda teller: look(fresh.model_copy(update={"parts": ["attention"]}), teller))


def test_runs_are_found_and_known(folder: Path) -> None:
    assert sorted(runs_of(folder.parent)) == ["runs/turner", "runs/writer"]
    writer, turner = (look_at(f"runs/{name}", folder.parent) for name in ("writer", "turner"))
    assert (writer.asks, writer.task) == ("prompt", "language_modelling")
    assert (turner.asks, turner.task) == ("sentences", "reversal")
    assert turner.about.startswith("reversal, step 2, validation ")
    assert "there is no checkpoint" in look_at("runs/turned", folder.parent).trouble
