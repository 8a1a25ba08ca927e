"""Without the extra: a sentence with the remedy, and nothing heavy is loaded before it is needed."""

import json
import subprocess
import sys

import pytest

import zoo.training
from zoo.errors import TrainingError
from zoo.extras import command
from zoo.training import extra


def test_what_is_missing_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> object:
        return None if name == "lightning" else object()

    monkeypatch.setattr("importlib.util.find_spec", find)
    with pytest.raises(TrainingError) as caught:
        _ = zoo.training.train
    assert str(caught.value) == (
        "training needs lightning and safetensors, and lightning is not installed; " + command("train")
    )
    extra.require("safetensors")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'zoo.training' has no attribute 'trian'"):
        _ = zoo.training.trian
    for name in zoo.training.__all__:
        assert getattr(zoo.training, name) is not None


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import zoo.training", ["torch", "lightning", "safetensors", "rich"]),
        ("import zoo.cli.train, zoo.cli.demo", ["torch", "lightning", "safetensors", "rich", "pydantic"]),
        ("from zoo.training import load_checkpoint, generate", ["lightning"]),
    ],
)
def test_imports_stay_light(statement: str, absent: list[str]) -> None:
    program = f"{statement}; import json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert not set(json.loads(done.stdout)) & set(absent)
