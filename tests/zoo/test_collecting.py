"""The pause of the garbage collector ends as it should."""

from __future__ import annotations

import gc

import pytest

from zoo.collecting import paused


def test_it_ends_with_what_was_before() -> None:
    assert gc.isenabled()
    with paused():
        assert not gc.isenabled()
        with paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_ends_after_an_error_too() -> None:
    @paused()
    def fail() -> None:
        assert not gc.isenabled()
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            fail()
        assert gc.isenabled()


def test_who_has_switched_it_off_keeps_it_off() -> None:
    gc.disable()
    try:
        with paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
