"""A checkpoint is whole or refused, and comes back as it was."""

import json
import pickle
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file  # pyright: ignore[reportUnknownVariableType] - it is typed in part

from zoo.errors import CheckpointError
from zoo.tasks import Baseline
from zoo.tasks.characters import Vocabulary
from zoo.training.checkpoint import Checkpoint, Document, read_checkpoint, write_checkpoint
from zoo.training.folder import BEST, LAST
from zoo.training.header import Header
from zoo.training.options import Options

GRAPH = "# A comment that stays.\nformat: zoo/1\nname: größer\n"


def checkpoint() -> Checkpoint:
    return Checkpoint(
        header=Header(
            task="language_modelling",
            settings={"context": 9, "text": "a text"},
            params={"vocab": 5, "dropout": 0.5, "kind": "x", "on": True, "nothing": None},
            tokenizers={"tokens": Vocabulary("\n aßä").to_text()},
            context=9,
            options=Options(steps=100, learning_rate=1e-4),
            source="a text",
            digest="f" * 64,
            step=17,
            seconds=2.5,
            validation_loss=1.25,
            baseline=Baseline(name="bigram model", loss=2.5),
            scaler={"scale": 65536.0, "_growth_tracker": 3},
        ),
        document=Document(
            text=GRAPH,
            files={
                "a.yaml": Document(
                    text="format: zoo/1\nname: a\n", files={"b.yaml": Document(text="name: b\n")}
                )
            },
        ),
        weights={"embed.weight": torch.arange(6.0).view(2, 3), "flag": torch.tensor([True, False])},
        moments={"embed.weight": {"step": torch.tensor(17.0), "exp_avg": torch.full((2, 3), 0.25)}},
    )


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    saved = checkpoint()
    write_checkpoint(tmp_path / "deep" / "er" / LAST, saved)
    loaded = read_checkpoint(tmp_path / "deep" / "er", LAST)
    assert loaded.header == saved.header
    assert loaded.document == saved.document
    assert loaded.weights.keys() == saved.weights.keys()
    for name, tensor in saved.weights.items():
        assert torch.equal(loaded.weights[name], tensor)
        assert loaded.weights[name].dtype == tensor.dtype
    assert loaded.moments.keys() == {"embed.weight"}
    for state, tensor in saved.moments["embed.weight"].items():
        assert torch.equal(loaded.moments["embed.weight"][state], tensor)


def test_anybody_can_open_it(tmp_path: Path) -> None:
    """The graph stands in it as text, the weights under the names of the state dict."""
    write_checkpoint(tmp_path / BEST, replace(checkpoint(), moments={}))
    with cast(AbstractContextManager[Any], safe_open(tmp_path / BEST, framework="pt")) as opened:
        metadata: dict[str, str] = opened.metadata()
        assert metadata["graph"] == GRAPH
        assert json.loads(json.loads(metadata["zoo"])["tokenizers"]["tokens"]) == {"characters": "\n aßä"}
        assert set(opened.keys()) == {"embed.weight", "flag"}


def test_a_file_is_found_by_itself_or_in_its_folder(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / BEST, checkpoint())
    assert read_checkpoint(tmp_path).header.step == 17
    assert read_checkpoint(str(tmp_path / BEST), LAST).header.step == 17
    with pytest.raises(CheckpointError, match=r"the folder .* holds no last.safetensors"):
        read_checkpoint(tmp_path, LAST)
    with pytest.raises(CheckpointError, match=r"there is no checkpoint .*missing"):
        read_checkpoint(tmp_path / "missing")
    write_checkpoint(tmp_path / "runs" / "first" / BEST, checkpoint())
    with pytest.raises(
        CheckpointError, match=r"holds no best.safetensors, but runs are in it: \S*runs/first$"
    ):
        read_checkpoint(tmp_path / "runs")
    with pytest.raises(CheckpointError, match=r"runs/frist \(did you mean '\S*runs/first'\?\)$"):
        read_checkpoint(tmp_path / "runs" / "frist")


@pytest.mark.parametrize("keep", [0, 1, 7, 8, 100, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, keep: int) -> None:
    write_checkpoint(tmp_path / BEST, checkpoint())
    whole = (tmp_path / BEST).read_bytes()
    (tmp_path / BEST).write_bytes(whole[:keep])
    with pytest.raises(
        CheckpointError, match=r"not a checkpoint, or not a whole one: [^:]*; name a run's folder"
    ):
        read_checkpoint(tmp_path)


def test_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    (tmp_path / BEST).write_bytes(pickle.dumps(Trap()))
    with pytest.raises(CheckpointError):
        read_checkpoint(tmp_path)
    torch.save({"state_dict": {}}, tmp_path / BEST)
    with pytest.raises(CheckpointError):
        read_checkpoint(tmp_path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ({"zoo": None}, "no checkpoint of `zoo train`: it has no 'zoo'"),
        ({"graph": None}, "no checkpoint of `zoo train`: it has no 'graph'"),
        ({"zoo": "{}"}, "the header of .* does not fit"),
        ({"zoo": "not json"}, "the header of .* does not fit"),
        ({"files": '{"a.yaml": 3}'}, "the header of .* does not fit"),
        ({"files": "[" * 100_000}, "the header of .* does not fit"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    tmp_path: Path, spoil: dict[str, str | None], message: str
) -> None:
    saved = checkpoint()
    metadata = {"zoo": saved.header.model_dump_json(), "graph": GRAPH, "files": "{}", **spoil}
    save_file({}, tmp_path / BEST, {key: text for key, text in metadata.items() if text is not None})
    with pytest.raises(CheckpointError, match=message):
        read_checkpoint(tmp_path)


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    header = checkpoint().header.model_dump_json().replace("zoo/checkpoint/2", "zoo/checkpoint/9")
    save_file({}, tmp_path / BEST, {"zoo": header, "graph": GRAPH, "files": "{}"})
    with pytest.raises(CheckpointError, match=r"zoo/checkpoint/2.*; a newer layerzoo wrote it"):
        read_checkpoint(tmp_path)


def test_where_nothing_can_be_written_the_error_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CheckpointError, match="cannot write the checkpoint"):
        write_checkpoint(tmp_path / "file" / BEST, checkpoint())


def test_a_full_disk_is_told_in_our_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(CheckpointError, match=f"{BEST}: No space left on device; make room, or name another"):
        write_checkpoint(tmp_path / BEST, checkpoint())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tokenizers", {"tokens": '{"characters": ""}'}),
        ("tokenizers", {"tokens": '{"characters": "ba"}'}),
        ("tokenizers", {"tokens": "[3]"}),
        ("tokenizers", {"tokens": '{"model": 3}'}),
        ("context", 0),
        ("context", -3),
        ("step", -5),
    ],
)
def test_a_header_must_make_sense(tmp_path: Path, field: str, value: object) -> None:
    header = checkpoint().header.model_copy(update={field: value})
    write_checkpoint(tmp_path / BEST, replace(checkpoint(), header=header))
    with pytest.raises(CheckpointError, match=f"does not fit this version: '{field}'[^\\n]*$"):
        read_checkpoint(tmp_path)
