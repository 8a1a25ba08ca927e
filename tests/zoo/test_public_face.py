"""What ``import zoo`` offers."""

import re
from typing import Any

import pytest

import zoo


@pytest.mark.parametrize("name", zoo.__all__)
def test_every_name_is_there(name: str) -> None:
    assert name in dir(zoo)
    assert getattr(zoo, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    module: Any = zoo
    with pytest.raises(AttributeError, match="module 'zoo' has no attribute 'lode'"):
        module.lode  # noqa: B018 - reading it is the test


def test_the_tree_of_errors_has_all_of_them() -> None:
    from zoo import testing

    drawn = re.findall(r"[├└]── (\w+)", zoo.errors.__doc__ or "")
    ours = {
        name
        for name, each in {**vars(zoo.errors), "ExamError": testing.ExamError}.items()
        if isinstance(each, type) and issubclass(each, zoo.errors.ZooError)
    }
    assert ours - {"ZooError"} == set(drawn)


def test_the_functions_stay_functions() -> None:
    """No module of the library has the name of a function of the public face, which importing would cover."""
    from zoo import checker, compiler, contract, files, packs

    assert all((checker, compiler, contract, files, packs))
    assert all(
        callable(getattr(zoo, name)) for name in ("check", "layer", "load", "loads", "registry", "save")
    )
