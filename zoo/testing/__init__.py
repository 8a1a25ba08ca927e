"""The examination of layers: tests whether a layer does what its hints and docstring declare.

    from zoo.testing import check_layer

    def test_my_layer():
        check_layer(MyLayer).raise_if_failed()

The same in a shell: ``zoo exam mine/my_layer``; for all layers of a pack: ``pytest --zoo-exam mine``. Every
check determines from the layer's own hints whether it applies; ``docs/exam.md`` lists them all.

    exam.py       check_layer: every check on one layer
    results.py    the results as data
    checking.py   defining and running checks
    checks/       the checks, by theme
    subject.py    the layer and its cases; cases.py, settings.py, sizes.py, inputs.py: the parts of a case
    compare.py    comparing tensors; raises a Fault with numbers
    naming.py     finding layers by name; threads.py, one thread for small tensors
    plugin.py     pytest --zoo-exam
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.testing.checks import CHECKS as CHECKS
    from zoo.testing.exam import check_layer as check_layer
    from zoo.testing.results import ExamError as ExamError
    from zoo.testing.results import Report as Report
    from zoo.testing.results import Result as Result

# pytest loads the plugin in every run, which must not load torch.
_HOME = {
    "CHECKS": "zoo.testing.checks",
    "ExamError": "zoo.testing.results",
    "Report": "zoo.testing.results",
    "Result": "zoo.testing.results",
    "check_layer": "zoo.testing.exam",
}

__all__ = ["CHECKS", "ExamError", "Report", "Result", "check_layer"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.testing' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
