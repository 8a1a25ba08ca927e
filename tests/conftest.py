"""What holds for every test: no screen, few threads, nobody's settings, and silence as a part of passing."""

import logging
import os
from collections.abc import Iterator
from inspect import signature

# Before torch and Qt are imported: xdist's workers share the cores, and Qt draws into memory.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
# Threads that wait for one another sleep: on a busy machine spinning makes training ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTEST_QT_API", "pyside6")
os.environ.pop("ZOO_PLUGINS", None)
os.environ.pop("ZOO_BLOCK", None)

import pytest
from hypothesis import HealthCheck, settings

# Examples are drawn anew in every run, except in CI, where a change is judged by the same examples each time.
# There is no deadline, for a machine may be busy with other things.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.register_profile("quick", settings.get_profile("ci"), max_examples=10)
settings.register_profile("long", settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


class _Collector(logging.Handler):
    """Keeps what is logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.name}: {record.levelname}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_stray_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that logs a warning fails, unless it asks for ``caplog`` and so looks at the log itself."""
    collector = _Collector()
    logging.getLogger().addHandler(collector)
    yield
    logging.getLogger().removeHandler(collector)
    expected = "caplog" in signature(request.function).parameters
    assert expected or not collector.messages, "logged by the way: " + "; ".join(collector.messages)
