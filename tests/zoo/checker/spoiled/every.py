"""All spoilers."""

from __future__ import annotations

from tests.zoo.checker.spoiled import (
    test_repeats,
    test_scans,
    test_settings,
    test_sharing,
    test_sizes,
    test_unused,
    test_uses,
    test_wires,
)

SPOILERS = [
    function
    for module in (
        test_repeats,
        test_scans,
        test_settings,
        test_sharing,
        test_sizes,
        test_unused,
        test_uses,
        test_wires,
    )
    for function in module.spoiler.values()
]
