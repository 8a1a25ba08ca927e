"""What holds for all tests of training."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from zoo.training.keeper import STOPS


@pytest.fixture(autouse=True)
def heeded_signals() -> Iterator[None]:
    """Signals as in a terminal: tests run in the background of a shell, or by nohup, are to ignore some.

    Training leaves what is ignored alone, so that runs would not stop.
    """
    before = {number: signal.getsignal(number) for number in STOPS}
    for number, handler in before.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
