"""How far a run is, and its learning rate."""

import pytest

from zoo.training.schedule import WARM_UP, Clock, learning_rate


def test_the_rate_warms_up_and_falls_to_zero() -> None:
    rates = [learning_rate(0.5, progress / 100) for progress in range(101)]
    top = rates.index(max(rates))
    assert top == round(100 * WARM_UP)
    assert rates[0] == 0
    assert rates[-1] == pytest.approx(0, abs=1e-12)
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert max(rates) == pytest.approx(0.5, rel=0.01)


def test_a_run_of_one_step_learns() -> None:
    assert learning_rate(1.0, Clock(steps=1, minutes=None).midway) > 0.1


def test_progress_is_what_is_further() -> None:
    clock = Clock(steps=10, minutes=1.0, step=2, before=30.0)
    assert clock.progress == pytest.approx(0.5, abs=0.01)
    clock.step = 7
    assert clock.progress == 0.7
    assert not clock.done
    clock.step = 10
    assert clock.done
    assert clock.seconds >= 30
    assert Clock(steps=None, minutes=0.5, before=31.0).done
    assert Clock(steps=3, minutes=None).progress == 0
