"""``pytest --zoo-exam PACK``: the examination as tests, one for each check of each layer.

    pytest --zoo-exam my_pack                    all layers of a pack
    pytest --zoo-exam my_pack/my_layer           one layer
    pytest --zoo-exam my_pack -k "not exports"   as with any tests

Nothing is imported before somebody asks for an examination.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from zoo.errors import ZooError

if TYPE_CHECKING:
    from zoo.spec import LayerSpec
    from zoo.testing.checking import Check
    from zoo.testing.subject import Subject


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option ``--zoo-exam``."""
    parser.getgroup("zoo").addoption(
        "--zoo-exam",
        action="append",
        default=[],
        metavar="PACK|LAYER",
        help="Examine every layer of a pack, or one layer. May be repeated.",
    )


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose among all tests
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[Any]) -> None:
    """Add a test for each check of each layer that was named."""
    names: list[str] = config.getoption("zoo_exam") or []
    if not names:
        return
    from zoo.testing.naming import layers_of

    for name in names:
        try:
            specs = layers_of(name)
        except ZooError as error:
            raise pytest.UsageError(str(error)) from None
        for spec in specs:
            examination: Examination = made(Examination, session, name=f"zoo-exam::{_name(spec)}", spec=spec)
            items += examination.collect()


def made(node: Any, parent: pytest.Collector, **given: Any) -> Any:
    """A node of the tree of tests, as pytest wants it made; it types ``from_parent`` in part."""
    return node.from_parent(parent, **given)


def _name(spec: LayerSpec) -> str:
    from zoo.packs.offers import use_name

    return use_name(spec)


class Examination(pytest.Collector):
    """The examination of one layer."""

    def __init__(self, *, spec: LayerSpec, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.spec = spec

    def collect(self) -> Iterator[CheckItem]:
        """A test for each check."""
        from zoo.testing.checks import CHECKS
        from zoo.testing.subject import Subject

        subject = Subject(self.spec)
        for check in CHECKS:
            yield made(CheckItem, self, name=check.name, check=check, subject=subject)


class CheckItem(pytest.Item):
    """One check of one layer; what does not apply is skipped with its reason."""

    def __init__(self, *, check: Check, subject: Subject, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # pyright: ignore[reportUnknownMemberType] - pytest types it in part
        self.check, self.subject = check, subject

    def runtest(self) -> None:
        """Make the check."""
        from zoo.testing.exam import examined
        from zoo.testing.results import Report

        result = examined(self.check, self.subject)
        if result.verdict == "not applicable":
            pytest.skip(result.message)
        Report(_name(self.subject.spec), (result,)).raise_if_failed()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What differed, without our own lines."""
        if isinstance(excinfo.value, ZooError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, int | None, str]:
        """Where it is from, in the words of a test report."""
        spec = self.subject.spec
        return spec.cls.__module__, None, f"{_name(spec)}: {self.name}"
