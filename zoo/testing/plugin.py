"""``pytest --zoo-exam PACK``: the examination as tests, one per check and layer.

    pytest --zoo-exam my_pack                    all layers of a pack
    pytest --zoo-exam my_pack/my_layer           one layer
    pytest --zoo-exam my_pack -k "not exports"   with pytest's usual selection

Nothing is imported unless an examination is requested.
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


@pytest.hookimpl(tryfirst=True)  # before -k and -m select tests
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[Any]) -> None:
    """Add a test for each check of each named layer."""
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
    """Create a node of pytest's tree; pytest annotates ``from_parent`` only in part."""
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
    """One check of one layer; a check that does not apply is skipped with its reason."""

    def __init__(self, *, check: Check, subject: Subject, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # pyright: ignore[reportUnknownMemberType] - pytest annotates it in part
        self.check, self.subject = check, subject

    def runtest(self) -> None:
        """Run the check."""
        from zoo.testing.exam import examined
        from zoo.testing.results import Report

        result = examined(self.check, self.subject)
        if result.verdict == "not applicable":
            pytest.skip(result.message)
        Report(_name(self.subject.spec), (result,)).raise_if_failed()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message of a failed check, without a traceback of the examination."""
        if isinstance(excinfo.value, ZooError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, int | None, str]:
        """The module and title for test reports."""
        spec = self.subject.spec
        return spec.cls.__module__, None, f"{_name(spec)}: {self.name}"
