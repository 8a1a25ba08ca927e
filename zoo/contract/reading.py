"""From a layer class to its spec: the decorator ``layer``."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import TYPE_CHECKING, Any, TypeVar

from zoo.contract.ahead import read_ahead
from zoo.contract.axes import check_axes, is_pointwise, widths
from zoo.contract.fusing import read_fusing
from zoo.contract.hints import Around, resolve_hints, shown
from zoo.contract.migrating import read_migration
from zoo.contract.ports import parameters_of, read_ports
from zoo.contract.preparing import read_preparing
from zoo.contract.roles import read_role
from zoo.contract.settings import SettingKind, setting_kind, settings_model
from zoo.contract.showing import shown_settings
from zoo.contract.streaming import read_streaming
from zoo.errors import LayerError
from zoo.graph import NAME
from zoo.spec import LayerSpec, ShapeRule
from zoo.values import Frozen

if TYPE_CHECKING:
    from torch import nn

    M = TypeVar("M", bound=nn.Module)
else:
    M = TypeVar("M")  # run-time type checkers cannot resolve a bound that is not imported

_ID = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")


def layer(id: str, *, version: int = 1) -> Callable[[type[M]], type[M]]:
    """Register a typed ``nn.Module`` as the layer ``id`` (``pack/name``).

    The class gets the attribute ``__zoo_spec__``, and the ``extra_repr`` of ``zoo.contract.showing`` unless
    it defines one; apart from that, it is unchanged.

    A later ``version`` of a layer is another class with the same id. Files name it ``pack/name@2``; the plain
    id means version 1, or the latest version that can ``migrate`` its settings. Raises LayerError if the
    class breaks the contract (see ``zoo.contract``).
    """
    if not isinstance(id, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # @layer without parentheses
        raise LayerError(
            f'a layer has an id, and {shown(id)} is not one; write @layer("pack/name") above the class'
        )

    def register(cls: type[M]) -> type[M]:
        from torch import nn

        # The caller's local names, so that string hints of a class inside a function can be resolved.
        frame = inspect.currentframe()
        around = dict(frame.f_back.f_locals) if frame and frame.f_back else {}
        try:
            spec = read(cls, id, version, around)
        except LayerError as error:
            place = f"{getattr(cls, '__module__', '?')}.{getattr(cls, '__qualname__', cls)}"
            raise LayerError(f"{place}: {error}") from error.__cause__
        setattr(cls, "__zoo_spec__", spec)  # noqa: B010  # nn.Module declares no such attribute
        if cls.extra_repr is nn.Module.extra_repr:
            setattr(cls, "extra_repr", shown_settings)  # noqa: B010  # pyright has no type for it in M
        return cls

    return register


def read(cls: type[Any], id: str, version: int = 1, names: Mapping[str, Any] | None = None) -> LayerSpec:
    """The spec of a layer class; its hints may refer to ``names`` besides the globals of its module."""
    from torch import nn

    if not _ID.fullmatch(id):
        raise LayerError(
            f"the id '{id}' is not pack/name in plain lower case; write for example 'recurrent/lstm_cell'"
        )
    if isinstance(version, bool) or version < 1:
        raise LayerError(f"the version is {version!r}, and versions count from 1")
    if not (inspect.isclass(cls) and issubclass(cls, nn.Module)):
        raise LayerError("a layer is a class derived from torch.nn.Module, and this is not one")
    doc: str = cls.__dict__.get("__doc__") or ""
    if not doc.strip() and sys.flags.optimize < 2:  # python -OO strips docstrings
        raise LayerError(
            "the docstring is the help text, and there is none; say what it computes and whose idea it is"
        )

    around = Around(cls.__module__, {**(names or {}), cls.__name__: cls})
    parameters, hints = _settings(cls, around)
    settings = settings_model(f"{cls.__name__}Settings", cls.__module__, parameters, hints)
    kinds: dict[str, SettingKind] = {name: setting_kind(hint) for name, hint in hints.items()}
    inputs, outputs = read_ports(cls, around)
    rule = _rule(cls)
    check_axes(inputs, outputs, kinds, ruled=rule is not None)
    asked = frozenset(name for name, hint in outputs.items() if hint.port.on_demand)
    pieces, whole = read_streaming(cls, around, inputs, asked)
    return LayerSpec(
        id=id,
        version=version,
        cls=cls,
        inputs=Frozen({name: hint.port for name, hint in inputs.items()}),
        outputs=Frozen({name: hint.port for name, hint in outputs.items()}),
        settings=settings,
        widths=widths(inputs, kinds),
        pointwise=is_pointwise(inputs, outputs),
        rule=rule,
        help=inspect.cleandoc(doc),
        pieces=pieces,
        whole=whole,
        prepares=read_preparing(cls, around, inputs),
        ahead=read_ahead(cls, inputs),
        fuses=read_fusing(cls, around, inputs, outputs),
        migrate=read_migration(cls, version),
        role=read_role(cls),
    )


def _settings(cls: type[Any], around: Around) -> tuple[dict[str, Parameter], dict[str, Any]]:
    from torch import nn

    if cls.__init__ is nn.Module.__init__:
        return {}, {}
    parameters = parameters_of(cls.__init__)
    taken = set(dir(nn.Module()))
    for name in parameters:
        if name in taken:
            raise LayerError(
                f"setting '{name}' shadows nn.Module.{name}: the layer would keep it as self.{name}; "
                "choose another name"
            )
        if callable(getattr(cls, name, None)):
            raise LayerError(f"setting '{name}' has the name of a method of the class; rename one of them")
        if not NAME.fullmatch(name):
            raise LayerError(
                f"setting '{name}' is no word of plain letters, digits and _, as files need; rename it"
            )
    hints = resolve_hints(cls.__init__, "__init__", around)
    return parameters, {name: hints.get(name) for name in parameters}


def _rule(cls: type[Any]) -> ShapeRule | None:
    rule = inspect.getattr_static(cls, "shapes", None)
    if rule is None:
        return None
    if not isinstance(rule, staticmethod) or len(inspect.signature(cls.shapes).parameters) != 2:
        raise LayerError(
            "shapes computes the output shapes from two values; "
            "write @staticmethod def shapes(settings, inputs)"
        )
    return cls.shapes
