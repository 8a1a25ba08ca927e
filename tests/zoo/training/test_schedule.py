"""How far a run is, and its learning rate."""

from typing import Any

import pytest

from zoo.tasks import Data
from zoo.training.options import Options
from zoo.training.planning import clock_of
from zoo.training.schedule import WARM_UP, Clock, learning_rate

FACE: Any = None


def rates(steps: int, **choices: object) -> list[float]:
    options = Options.model_validate({"learning_rate": 0.5, **choices})
    return [learning_rate(options, Clock(steps, None, step)) for step in range(steps)]


def test_the_rate_warms_up_and_falls_to_zero() -> None:
    cosine = rates(100)
    top = cosine.index(max(cosine))
    assert top == round(100 * WARM_UP)
    assert 0 < cosine[0] < 0.06
    assert cosine[-1] == pytest.approx(0, abs=1e-3)
    assert cosine[:top] == sorted(cosine[:top])
    assert cosine[top:] == sorted(cosine[top:], reverse=True)
    assert max(cosine) == pytest.approx(0.5, rel=0.01)
    assert rates(100, warm_up=40)[39] == max(rates(100, warm_up=40))


def test_noam_is_the_papers_formula() -> None:
    """d^-0.5 min(s^-0.5, s w^-1.5), s from 1, with a highest value of (d w)^-0.5."""
    dim, warm_up = 64, 20
    noam = rates(200, schedule="noam", warm_up=warm_up, learning_rate=(dim * warm_up) ** -0.5)
    formula = [dim**-0.5 * min(s**-0.5, s * warm_up**-1.5) for s in range(1, 201)]
    assert noam == pytest.approx(formula, rel=1e-12)


def test_a_constant_rate_stays() -> None:
    assert rates(9, schedule="constant") == [0.5] * 9
    assert rates(9, schedule="constant", warm_up=2) == [0.25] + [0.5] * 8
    assert rates(9, schedule="constant", warm_up=0) == [0.5] * 9


def test_a_run_of_one_step_learns() -> None:
    assert rates(1)[0] > 0.1


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


def test_limits_and_warm_ups_may_be_as_long_as_numbers_are() -> None:
    assert 0 < rates(1, schedule="noam", warm_up=2**63 - 1)[0] < 1e-15
    data = Data(batch=FACE, validation=FACE, epoch=1e9)
    assert clock_of(Options(epochs=1e308), data).progress == 0
