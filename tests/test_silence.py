"""The suite fails on noise: a stray log record or a warning is planted, and the run must notice."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = Path(__file__).resolve().parent


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """An empty suite with our conftest and our ini."""
    pytester.makeconftest((TESTS / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyprojecttoml((TESTS.parent / "pyproject.toml").read_text(encoding="utf-8"))
    return pytester


@pytest.mark.parametrize(
    ("noise", "told"),
    [
        (
            "logging.getLogger('stray').warning('by the way')",
            "*logged by the way: stray: WARNING: by the way*",
        ),
        ("warnings.warn('old news', DeprecationWarning)", "*DeprecationWarning: old news*"),
    ],
)
def test_noise_fails(suite: pytest.Pytester, noise: str, told: str) -> None:
    suite.makepyfile(f"import logging, warnings\ndef test_noisy():\n    {noise}\n")
    result = suite.runpytest_subprocess(suite.path)
    result.stdout.fnmatch_lines([told])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_test_may_look_at_the_log_itself(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import logging
        def test_it(caplog):
            logging.getLogger("expected").warning("seen")
            assert caplog.messages == ["seen"]
        """
    )
    suite.runpytest_subprocess(suite.path).assert_outcomes(passed=1)


def test_properties_may_draw_examples_under_it(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from hypothesis import given, strategies as st
        @given(st.integers())
        def test_it(number):
            assert number == int(str(number))
        """
    )
    suite.runpytest_subprocess(suite.path).assert_outcomes(passed=1)
