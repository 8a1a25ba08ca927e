"""The examination finds what is planted, by the right check; and nothing in sound layers."""

import logging
from collections.abc import Iterator

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from tests.zoo.testing.faulty import FAULTS, SOUND, modules, none, pages, painted, sequences, values
from zoo.testing import CHECKS, check_layer

assert all((modules, none, pages, painted, sequences, values))  # that plant them
SLOW = {check.name for check in CHECKS if check.slow}


@pytest.fixture(autouse=True)
def _torch_is_quiet() -> Iterator[None]:
    """What torch logs of operations that fail is part of the faults."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def named(cls: type[nn.Module]) -> str:
    return cls.__name__


def found(cls: type[nn.Module], *, slow: bool) -> set[str]:
    return {failure.check for failure in check_layer(cls, slow=slow).failures}


@pytest.mark.parametrize("cls", [cls for cls in FAULTS if not FAULTS[cls] & SLOW], ids=named)
def test_a_fault_is_found_by_its_check(cls: type[nn.Module]) -> None:
    assert found(cls, slow=False) == FAULTS[cls]


@pytest.mark.tracing
@pytest.mark.parametrize("cls", [cls for cls in FAULTS if FAULTS[cls] & SLOW], ids=named)
def test_a_fault_that_only_tracing_shows_is_found(cls: type[nn.Module]) -> None:
    assert found(cls, slow=True) == FAULTS[cls]


def test_every_check_has_a_fault_to_find() -> None:
    planted = set[str]().union(*FAULTS.values())
    assert {check.name for check in CHECKS} - planted == {"cuda"}  # which few machines have


def test_every_check_passes_somewhere_and_sound_layers_fail_none() -> None:
    passed: set[str] = set()
    for cls in SOUND:
        report = check_layer(cls, slow=False)
        assert report.passed, str(report)
        passed |= {result.check for result in report.results if result.verdict == "passed"}
    assert {check.name for check in CHECKS if not check.slow} - passed <= {"cuda"}


@pytest.mark.tracing
def test_sound_layers_are_traced() -> None:
    for cls in SOUND:
        report = check_layer(cls, slow=True)
        assert [result.verdict for result in report.results] == ["passed"] * len(SLOW), str(report)


_threads: set[int] = set()


@zoo.layer("sound/threads")
class Threads(nn.Module):
    """Identity, which remembers with how many threads it ran."""

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        _threads.add(torch.get_num_threads())
        return x


def test_an_examination_takes_one_thread_and_gives_the_others_back() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        check_layer(Threads, only=["shapes"]).raise_if_failed()
        assert _threads == {1}
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
