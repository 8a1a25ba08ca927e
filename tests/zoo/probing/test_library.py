"""Every graph of the library can be probed, and none leaks."""

import pytest

import zoo
from zoo.checker import resolve
from zoo.errors import ZooError
from zoo.probing import attention, first_broken, gradients, jacobians, leaks, statistics, subject
from zoo.probing.sites import sequences

NAMES = [name for name in zoo.registry().graphs if name != "blocks"]


def probed(name: str) -> None:
    graph = zoo.load(zoo.registry().graphs[name])
    made = subject(graph, sizes=dict.fromkeys(sequences(resolve(graph)), 11), examples=3)
    found = leaks(made)
    assert not found.faults
    assert first_broken(made) is None
    assert all(each.course.norms for each in gradients(made))
    assert all(each.gain.norms[0] > 0 for each in jacobians(made))
    assert not any(each.activation.broken for each in statistics(made))
    try:
        maps = attention(made)
    except ZooError:
        return
    assert all(float(each.weights.sum(-1).detach().max()) < 1 + 1e-9 for each in maps)


@pytest.mark.parametrize("name", ["encoder_t5", "encoder_alibi"])
def test_what_has_no_batch(name: str) -> None:
    probed(name)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_the_library(name: str) -> None:
    probed(name)
