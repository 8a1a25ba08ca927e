"""From a graph and a text to a run, and on with it: the whole way, with graphs."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import zoo
from tests.zoo.training.helpers import TEXT, Recorder
from tests.zoo.training.test_run import Stopper, same, weights
from zoo.errors import ArgumentError, CheckpointError, FileError, GraphError, TrainingError
from zoo.graph import Graph
from zoo.tasks.characters import Vocabulary
from zoo.training import Options, generate, load_checkpoint, resume, train
from zoo.training.checkpoint import read_checkpoint, write_checkpoint
from zoo.training.device import device_for
from zoo.training.folder import BEST, LAST
from zoo.values import Scalar

TINY: dict[str, dict[str, Scalar]] = {
    "gpt": {"dim": 12, "heads": 2, "hidden": 17, "layers": 2, "dropout": 0.2},
    "rnn_language_model": {"dim": 7, "hidden": 13},
    "lstm_language_model": {"dim": 13, "layers": 2, "dropout": 0.2},
}
OPTIONS = Options(steps=12, batch=3, learning_rate=0.02)
WINDOW: dict[str, Scalar] = {"context": 11}

BLOCKS = """
format: zoo/1
name: parts
blocks:
  double:
    inputs: {x: float batch time dim}
    outputs: {out: add}
    nodes:
      add: {use: basic/add, in: [x, x]}
"""
USER = """
# The comment of a user.
format: zoo/1
name: user
params: {vocab: 10}
inputs: {tokens: int batch time}
outputs: {logits: out}
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: 6}, in: tokens}
  twice: {use: parts.yaml#double, in: embed}
  out: {use: basic/linear, with: {output: $vocab}, in: twice}
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "text.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", TINY)
def test_the_librarys_language_models_train_resume_and_write(name: str, text: Path, tmp_path: Path) -> None:
    out = tmp_path / "straight"
    straight = train(name, text=text, params=TINY[name], settings=WINDOW, options=OPTIONS, out=out)
    assert straight.step == 12
    stopped = train(
        name,
        text=text,
        params=TINY[name],
        settings=WINDOW,
        options=OPTIONS,
        out=tmp_path / "run",
        watcher=Stopper(7),
    )
    assert stopped.interrupted
    went_on = resume(stopped.out)
    assert same(weights(went_on.model), weights(straight.model))
    assert went_on.out == stopped.out

    model, tokenizers = load_checkpoint(went_on.last)
    assert tokenizers == {"tokens": Vocabulary.of(TEXT)}
    assert same(weights(model), weights(straight.model))
    assert not model.training
    written = generate(went_on.out, "the ", length=30, device="cpu")
    assert len(written) == 34
    assert written.startswith("the ")
    assert written == generate(straight.best, "the ", length=30, device="cpu")


def test_the_checkpoint_carries_the_graph_and_the_files_it_uses(text: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "parts.yaml").write_text(BLOCKS, encoding="utf-8")
    (folder / "user.yaml").write_text(USER, encoding="utf-8")
    result = train(folder / "user.yaml", text=text, settings=WINDOW, options=OPTIONS, out=tmp_path / "out")
    shutil.rmtree(folder)
    saved = read_checkpoint(result.best)
    assert saved.document.text == USER
    assert saved.document.files["parts.yaml"].text == BLOCKS
    assert saved.header.params == {"vocab": len(set(TEXT))}
    model, _ = load_checkpoint(result.best)
    tokens = torch.zeros(1, 3, dtype=torch.int64)
    with torch.no_grad():
        assert torch.equal(model(tokens), result.model(tokens))


def test_the_provenance_says_how_to_make_it_again(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/zoo", "train", "gpt", "--out", "my run"])
    result = train(
        "gpt", text=text, params=TINY["gpt"], settings=WINDOW, options=OPTIONS, out=tmp_path / "run"
    )
    monkeypatch.setattr("sys.argv", ["/x/zoo/__main__.py", "train", "--resume", "my run"])
    resume(result.out, steps=13)
    found = read_checkpoint(result.last).header.provenance
    assert found.graph == zoo.files.semantic_hash(zoo.load(zoo.registry().graphs["gpt"]))
    assert found.command == "zoo train gpt --out 'my run'"
    assert found.versions["torch"] == torch.__version__
    assert {"layerzoo", "python", "lightning", "safetensors", "tokenizers"} <= {*found.versions}
    (again,) = found.resumed
    assert (again.step, again.command) == (12, "zoo train --resume 'my run'")
    assert again.versions == found.versions


def test_a_graph_made_in_python_trains_too(text: Path, tmp_path: Path) -> None:
    graph = zoo.loads(
        USER.replace("twice: {use: parts.yaml#double, in: embed}", "twice: {use: basic/tanh, in: embed}")
    )
    assert isinstance(graph, Graph)
    result = train(
        replace(graph, source=None), text=text, settings=WINDOW, options=OPTIONS, out=tmp_path / "out"
    )
    assert load_checkpoint(result.best)[0](torch.zeros(1, 2, dtype=torch.int64)).shape == (
        1,
        2,
        len(set(TEXT)),
    )


def test_without_a_text_it_learns_the_built_in_one(tmp_path: Path) -> None:
    recorder = Recorder()
    options = OPTIONS.model_copy(update={"steps": 1})
    train(
        "rnn_language_model", params={"dim": 3, "hidden": 5}, options=options, out=tmp_path, watcher=recorder
    )
    assert recorder.facts is not None
    assert "learns from pydoc_data.topics of Python" in recorder.facts.about[1]
    assert "pydoc_data.topics" in recorder.facts.about[1]
    assert resume(tmp_path, steps=2).step == 2


def test_folders_are_found_and_never_overwritten(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = OPTIONS.model_copy(update={"steps": 1})

    def run(out: str | None = None) -> Path:
        return train(
            "rnn_language_model", text=text, params={"dim": 3, "hidden": 5}, options=options, out=out
        ).out

    assert [run(), run(), run()] == [
        Path("runs", f"rnn_language_model{number}") for number in ("", "-2", "-3")
    ]
    with pytest.raises(TrainingError, match=re.escape("runs/rnn_language_model-2 already holds a run")):
        run("runs/rnn_language_model-2")
    Path("notes").mkdir()
    assert run("notes") == Path("notes")  # a folder that holds something else is welcome


def test_limits(text: Path, tmp_path: Path) -> None:
    recorder = Recorder()

    def run(name: str, **limits: float) -> int:
        options = Options(batch=4, **limits)  # pyright: ignore[reportArgumentType] - of several types
        params: dict[str, Scalar] = {"dim": 3, "hidden": 5}
        return train(
            "rnn_language_model",
            text=text,
            params=params,
            settings=WINDOW,
            options=options,
            out=tmp_path / name,
            watcher=recorder,
        ).step

    windows = (1296 - 1) // 11 - 1  # in the part that is learned from
    assert run("epochs", epochs=0.5) == -(-windows // 8)
    assert run("both", epochs=0.5, steps=3) == 3
    assert run("more", steps=5, epochs=9) == 5


def test_a_later_limit_goes_on_with_a_run_that_has_ended(text: Path, tmp_path: Path) -> None:
    first = train(
        "gpt", text=text, params=TINY["gpt"], settings=WINDOW, options=OPTIONS, out=tmp_path / "out"
    )
    with pytest.raises(
        TrainingError, match=r"has reached its end at step 12 .*give it a later one with --steps"
    ):
        resume(first.out)
    with pytest.raises(TrainingError, match="reached its end"):
        resume(first.out, steps=7)
    assert resume(first.out, steps=15).step == 15
    assert read_checkpoint(first.out, LAST).header.options.steps == 15
    elsewhere = resume(first.out, steps=16, out=tmp_path / "other")
    assert elsewhere.best.exists()
    with pytest.raises(TrainingError, match="already holds a run"):
        resume(first.out, steps=17, out=tmp_path / "other")
    assert read_checkpoint(first.out, LAST).header.step == 15


def test_a_run_goes_on_with_its_own_text_only(text: Path, tmp_path: Path) -> None:
    train(
        "gpt",
        text=text,
        params=TINY["gpt"],
        settings=WINDOW,
        options=OPTIONS,
        out=tmp_path / "out",
        watcher=Stopper(3),
    )
    moved = text.rename(tmp_path / "moved.txt")
    with pytest.raises(
        TrainingError, match=r"cannot read the text .*text\.txt.*name them with --with NAME=FILE"
    ):
        resume(tmp_path / "out")
    moved.write_text(TEXT + "!", encoding="utf-8")
    with pytest.raises(
        TrainingError, match=r"moved\.txt is not what was learned \(the run began with .*text\.txt\)"
    ):
        resume(tmp_path / "out", text=moved)
    moved.write_text(TEXT, encoding="utf-8")
    with pytest.raises(
        TrainingError, match=r"'context' was 11; leave it out, .* can be named anew: text, validation$"
    ):
        resume(tmp_path / "out", text=moved, settings={"context": 4})
    assert resume(tmp_path / "out", settings={"text": str(moved), "context": 11}).step == 12


def test_a_model_alone_cannot_be_resumed(text: Path, tmp_path: Path) -> None:
    result = train(
        "gpt", text=text, params=TINY["gpt"], settings=WINDOW, options=OPTIONS, out=tmp_path / "out"
    )
    with pytest.raises(CheckpointError, match=f"without the state of its optimizer.*resume from {LAST}"):
        resume(result.out / BEST, steps=20)


def test_what_cannot_be_trained_is_refused_before_anything_is_written(text: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(
        TrainingError,
        match="'transformer' does not fit the task 'language_modelling': it has no input 'tokens'",
    ):
        train("transformer", text=text, out=out)
    with pytest.raises(FileError, match="did you mean 'gpt'"):
        train("gtp", text=text, out=out)
    with pytest.raises(TrainingError, match=r"has no param 'layer' \(did you mean 'layers'"):
        train("gpt", text=text, params={"layer": 2}, out=out)
    with pytest.raises(GraphError):
        train("gpt", text=text, params={"layers": -1}, out=out)
    with pytest.raises(TrainingError, match="take a longer text or a smaller context"):
        train("gpt", text=text, settings={"context": 5000}, out=out)
    with pytest.raises(
        TrainingError, match=r"the task 'sentiment' reads file, validation; write .* file=\S*text"
    ):
        train("sentiment_classifier", task="sentiment", text=text, out=out)
    looking = tmp_path / "looking.yaml"
    gpt = zoo.registry().graphs["gpt"].read_text(encoding="utf-8")
    # without its promise, or the checker would refuse the graph before
    unsaid = "".join(line for line in gpt.splitlines(keepends=True) if not line.startswith("causal:"))
    looking.write_text(unsaid.replace("causal: true", "causal: false"), encoding="utf-8")
    with pytest.raises(TrainingError, match="graph 'gpt' sees the future"):
        train(looking, text=text, params=TINY["gpt"], out=out)
    assert not out.exists()


def test_weights_of_another_model_are_refused(text: Path, tmp_path: Path) -> None:
    train("gpt", text=text, params=TINY["gpt"], settings=WINDOW, options=OPTIONS, out=tmp_path / "out")
    saved = read_checkpoint(tmp_path / "out")
    write_checkpoint(tmp_path / "bad", replace(saved, weights={**saved.weights, "more": torch.zeros(2)}))
    with pytest.raises(CheckpointError, match=r"weights of .*bad do not fit .* 'more' is unknown; install"):
        load_checkpoint(tmp_path / "bad")
    cut = {name: tensor[:1] for name, tensor in saved.weights.items() if name != "embed.weight"}
    write_checkpoint(tmp_path / "cut", replace(saved, weights=cut))
    with pytest.raises(CheckpointError, match=r"'embed.weight' is missing, .* is 1 × 12 instead of .* more;"):
        load_checkpoint(tmp_path / "cut")
    header = saved.header.model_copy(update={"params": {**saved.header.params, "layers": 1}})
    write_checkpoint(tmp_path / "fewer", replace(saved, header=header))
    with pytest.raises(CheckpointError, match=r"and .* more; install the versions of the packs that it was"):
        load_checkpoint(tmp_path / "fewer")


def test_a_model_without_its_tokenizer_writes_nothing(text: Path, tmp_path: Path) -> None:
    options, params = OPTIONS.model_copy(update={"steps": 1}), {"dim": 3, "hidden": 5}
    train(
        "rnn_language_model", text=text, params=params, settings=WINDOW, options=options, out=tmp_path / "out"
    )
    saved = read_checkpoint(tmp_path / "out")
    bare = saved.header.model_copy(update={"tokenizers": {}})
    write_checkpoint(tmp_path / "bare", replace(saved, header=bare))
    with pytest.raises(CheckpointError, match="has no tokenizer for 'tokens'; it is damaged"):
        generate(tmp_path / "bare", "the")


def test_an_optimizer_of_another_model_is_refused(text: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    train("gpt", text=text, params=TINY["gpt"], settings=WINDOW, options=OPTIONS, out=out, watcher=Stopper(3))
    saved = read_checkpoint(out, LAST)
    name, states = next(iter(saved.moments.items()))
    foreign = {"other": {"step": torch.tensor(1.0)}}
    larger = {name: {**states, "exp_avg": torch.zeros(1, 2, 3)}}
    for moments in (saved.moments | foreign, saved.moments | larger):
        write_checkpoint(out / LAST, replace(saved, moments=moments))
        with pytest.raises(CheckpointError, match=r"last\.safetensors holds the optimizer's state for"):
            resume(out)
    del states["exp_avg"]
    write_checkpoint(out / LAST, saved)
    with pytest.raises(CheckpointError, match=f"'exp_avg' of '{name}' is missing; .* with --from .*{LAST}$"):
        resume(out)


def test_a_damaged_checkpoint_of_a_run_is_made_up_for_by_the_other(text: Path, tmp_path: Path) -> None:
    out, options = tmp_path / "out", OPTIONS.model_copy(update={"steps": 2, "optimizer": "sgd", "beta1": 0.0})
    train("rnn_language_model", text=text, params={"dim": 3}, settings=WINDOW, options=options, out=out)
    (out / BEST).write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match=f"the latest model of the run is .*{LAST}: name that"):
        load_checkpoint(out)
    with pytest.raises(CheckpointError, match=f"remove it, and the run goes on from {LAST}"):
        resume(out, steps=3)
    (out / BEST).unlink()
    resume(out, steps=3)
    assert read_checkpoint(out).header.step == 3
    (out / LAST).write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match=f"the best model of the run is .*{BEST}: .* with --from"):
        resume(out, steps=4)


def test_limits_that_are_none_are_refused(text: Path, tmp_path: Path) -> None:
    train(
        "gpt",
        text=text,
        params=TINY["gpt"],
        settings=WINDOW,
        options=OPTIONS,
        out=tmp_path / "out",
        watcher=Stopper(3),
    )
    with pytest.raises(
        ArgumentError, match=r"'steps' is an integer greater than 0 and at most \d+ or None, got -5"
    ):
        resume(tmp_path / "out", steps=-5)
    with pytest.raises(ArgumentError, match="'minutes'"):
        resume(tmp_path / "out", minutes=float("nan"))


FACE: Any = zoo.training  # without the types that would refuse these calls


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: FACE.train(3), "'graph' must be a graph, not an int; zoo.load(path) reads one"),
        (
            lambda: FACE.train(options=3),
            "'options' must be an Options, not an int; write for example Options(",
        ),
        (lambda: FACE.train(options=0), "'options' must be an Options, not an int"),
        (lambda: FACE.train(watcher=print), "'watcher' must be a Watcher, not a builtin_function_or_method"),
        (lambda: FACE.train(task=3), "'task' must be a text, not an int"),
        (lambda: FACE.train(text=3), "'text' must be the path of a file, a text or a Path, not an int"),
        (lambda: FACE.train(settings="x"), "'settings' must be a mapping from names, not a str"),
        (lambda: FACE.train(settings={3: 4}), "'settings' must be a mapping from names, and has the key 3"),
        (lambda: FACE.train(ports={"tokens": 3}), "'ports' must be a text, not an int"),
        (lambda: FACE.train(pretrained=3), "'pretrained' must be the path of a file, a text or a Path"),
        (lambda: FACE.resume(3), "'checkpoint' must be the path of a file, a text or a Path, not an int"),
        (lambda: device_for(FACE), "'device' must be auto, cpu or cuda, not <module"),
        (lambda: FACE.load_checkpoint(3), 'an int; write for example "runs/gpt"'),
        (lambda: FACE.generate(3, "a"), "'checkpoint' must be the path of a file"),
        (
            lambda: FACE.Options(step=3),
            "training has no option 'step' (did you mean 'steps'?); it has steps,",
        ),
        (
            lambda: FACE.Options(batch=0, seed="a"),
            f"'batch' is an integer greater than 0 and at most {2**63 - 1}, got 0; 'seed' is an",
        ),
        (lambda: FACE.Options(steps=10**400), f"and at most {2**63 - 1} or None, got 1000"),
        (lambda: FACE.Options(warm_up=10**400, seed=2**63), f"at most {2**63 - 1}, got {2**63}"),
    ],
)
def test_what_is_no_argument_is_told(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        call()


def test_what_does_not_fit_into_the_memory_is_told_before_the_run(text: Path, tmp_path: Path) -> None:
    said = f"model and a batch of {10**15} must fit into the memory .* ran out; take a smaller --batch"
    with pytest.raises(TrainingError, match=said):
        train("gpt", text=text, params=TINY["gpt"], settings=WINDOW, options=Options(batch=10**15))
    with pytest.raises(TrainingError, match=r"and a batch of 32 must fit .* shorter examples"):
        train(task="delayed_recall", settings={"lag": 10**15}, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_goes_on_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (home, elsewhere):
        folder.mkdir()
    (home / "text.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(home)
    params: dict[str, Scalar] = {"dim": 3, "hidden": 5}
    options = OPTIONS.model_copy(update={"steps": 1, "measurements": 1})
    train("rnn_language_model", text="text.txt", params=params, options=options, out="run")
    assert read_checkpoint("run").header.settings == {"text": "text.txt"}
    monkeypatch.chdir(elsewhere)
    assert resume("../home/run", steps=2).step == 2
    assert train(pretrained="../home/run", options=options, out="more").step == 1
    assert resume("more", steps=2).step == 2
    # Moved as a whole: the old place is gone, and the paths lead from here.
    home.rename(tmp_path / "moved")
    monkeypatch.chdir(tmp_path / "moved")
    train("rnn_language_model", text="text.txt", params=params, options=options, out="third")
    (tmp_path / "moved").rename(home)
    monkeypatch.chdir(home)
    assert resume("third", steps=2).step == 2


def test_a_checkpoint_is_as_readable_as_other_files(text: Path, tmp_path: Path) -> None:
    result = train(
        "gpt", text=text, params=TINY["gpt"], settings=WINDOW, options=OPTIONS, out=tmp_path / "out"
    )
    assert result.best.stat().st_mode == text.stat().st_mode
