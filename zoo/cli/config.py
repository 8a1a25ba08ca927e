"""``zoo train --config train.yaml``: a command's options in a file; errors have a line and a column."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import click
from click.core import ParameterSource

from zoo.cli.files import Assignment
from zoo.cli.usage import range_words
from zoo.errors import ChoiceError, FileError, GraphError, ZooError, did_you_mean
from zoo.files.disk import read_text
from zoo.files.report import BAD, Reporter, describe, is_null
from zoo.files.source import Source
from zoo.files.tree import Marked, Scalar
from zoo.problems import Place

META = "zoo.config"
"""The key of the file in the metadata of click's context."""
_NOT_IN_FILES = {"config", "resume", "help"}


@dataclass(frozen=True, slots=True)
class Config:
    """A file of options: values by the names of a command's parameters.

    ``places`` are offsets in the text by option, named as in ``ChoiceError``: ``steps``, ``settings.level``.
    """

    source: Source
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    places: dict[str, int] = field(default_factory=dict[str, int])


def read_config(path: Path, ctx: click.Context) -> Config:
    """Read a command's options from a file. FileError lists all errors, with their places.

    Keys are the options without their leading dashes (``weight-decay`` or ``weight_decay``); ``with``,
    ``set`` and ``port`` are mappings. Paths are relative to the working folder, as on the command line.
    """
    reader = _Reader(Source(str(path), read_text(path, "a file of options")), ctx)
    config = reader.config()
    if reader.problems:
        raise FileError("\n".join(map(str, reader.in_order(complete=True))))
    return config


@contextmanager
def placing(ctx: click.Context) -> Generator[None]:
    """Add the place in the file to errors about options that are found later."""
    config: Config | None = ctx.meta.get(META)
    try:
        yield
    except ChoiceError as error:
        placed = {choice: _place(choice, config, ctx) for choice in error.faults} if config else {}
        places = {choice: place for choice, place in placed.items() if place is not None}
        if not places:
            raise
        said = [
            f"{places[choice]}: {error.faults[choice]}" for choice in sorted(places, key=places.__getitem__)
        ]
        said += [fault for choice, fault in error.faults.items() if choice not in places]
        raise FileError("\n".join(said)) from None
    except GraphError as error:
        if config and (place := _place("params", config, ctx)):
            error.add_note(f"params of the graph have other values by 'set' at {place}")
        raise


def _place(choice: str, config: Config, ctx: click.Context) -> Place | None:
    """The place of an option in the file; None if it comes from the command line or a default."""
    within = choice.partition(".")[2]
    for name in (choice, within):  # some settings have options of their own, such as --text
        source = ctx.get_parameter_source(name.partition(".")[0])
        if name in config.places and source is ParameterSource.DEFAULT_MAP:
            return config.source.at(config.places[name])
    return None


class _Reader(Reporter):
    """Reads a file of options and collects its errors."""

    def __init__(self, source: Source, ctx: click.Context) -> None:
        super().__init__(source)
        self._ctx = ctx
        known = {_key(param): param for param in ctx.command.params}
        self._known = {word: param for word, param in known.items() if word not in _NOT_IN_FILES}

    def config(self) -> Config:
        """The options that could be read."""
        config, tree = Config(self.source), self.source.tree
        for flaw in tree.flaws:
            self.report(flaw.code, flaw.message, flaw.remedy, flaw.at)
        if tree.root is None:
            if not tree.flaws:
                self.report(
                    "file-empty", "the file holds no options", "write one a line, as in 'lr: 1e-3'", 0
                )
            return config
        entries = {
            word.replace("_", "-"): entry
            for word, entry in self.entries(tree.root, "a file of options").items()
        }
        self.known(entries, self._known, "a file of options")
        for word, (key, value) in entries.items():
            if (param := self._known.get(word)) is not None:
                name = str(param.name)
                config.places[name] = key.start
                many = param.multiple
                config.values[name] = self._pairs(param, value, config) if many else self._value(param, value)
        return config

    def _pairs(self, param: click.Parameter, node: Marked, config: Config) -> list[Any]:
        """The names and values of an option that can be repeated."""
        pairs: list[Any] = []
        for name, (key, each) in self.entries(node, f"'{_key(param)}'").items():
            value = self.scalar(each)
            if value is each:
                self.wrong_kind(each, f"'{name}' is a number, a text, true, false or ~")
            elif value is not BAD:
                config.places[f"{param.name}.{name}"] = key.start
                pairs.append((name, value) if isinstance(param.type, Assignment) else f"{name}={value}")
        return pairs

    def _value(self, param: click.Parameter, node: Marked) -> Any:
        """The value of an option, converted as on the command line."""
        name = f"'{_key(param)}'"
        if isinstance(param.type, click.types.BoolParamType):
            return self.flag(node, name)
        if not isinstance(node, Scalar) or is_null(node):
            self.wrong_kind(node, f"{name} is one value", "write one, or remove the line")
            return None
        if self.scalar(node) is BAD:
            return None
        try:
            return param.type_cast_value(self._ctx, node.text)
        except ZooError as error:
            self.report("file", str(error), "", node.start)
        except click.BadParameter as error:
            wanted, hint = _wanted(param.type, node.text)
            message = (
                f"{name} is {wanted}, got {describe(node)}{hint}" if wanted else f"{name}: {error.message}"
            )
            self.report("value", message, "", node.start)
        return None


def _wanted(kind: Any, came: str) -> tuple[str, str]:
    """The values that a type accepts, in words, and a suggestion."""
    if isinstance(kind, click.Choice):
        choices = [str(each) for each in cast("click.Choice[str]", kind).choices]
        return f"one of {', '.join(choices)}", did_you_mean(came, choices)
    return (range_words(kind), "") if isinstance(kind, click.IntRange | click.FloatRange) else ("", "")


def _key(param: click.Parameter) -> str:
    return param.opts[0].removeprefix("--")
