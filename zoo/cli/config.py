"""``zoo train --config train.yaml``: the options of a command as a file, each fault with its place."""

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
from zoo.errors import ChoiceError, FileError, ZooError, did_you_mean
from zoo.files.disk import read_text
from zoo.files.report import BAD, Reporter, describe, is_null
from zoo.files.source import Source
from zoo.files.tree import Marked, Scalar
from zoo.problems import Place

META = "zoo.config"
"""Under this name the context of a command keeps the file that it was given."""
_NOT_IN_FILES = {"config", "resume", "help"}


@dataclass(frozen=True, slots=True)
class Config:
    """A file of options: the values of a command's parameters, by their names, and where each stands.

    ``places`` are offsets in the text, by choice (see ``ChoiceError``): ``steps``, ``settings.level``.
    """

    source: Source
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    places: dict[str, int] = field(default_factory=dict[str, int])


def read_config(path: Path, ctx: click.Context) -> Config:
    """Read a command's options from a file. FileError tells all that is wrong, each fault with its place.

    Keys are the options without dashes in front (``weight-decay`` or ``weight_decay``); ``with``, ``set`` and
    ``port`` hold names and values. Files are looked for where the command is called, as in the command.
    """
    reader = _Reader(Source(str(path), read_text(path)), ctx)
    config = reader.config()
    if reader.problems:
        raise FileError("\n".join(map(str, reader.in_order(complete=True))))
    return config


@contextmanager
def placing(ctx: click.Context) -> Generator[None]:
    """Give the place in the file to choices that turn out not to fit once the command is under way."""
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


def _place(choice: str, config: Config, ctx: click.Context) -> Place | None:
    """Where the file makes a choice; None where the command line or a default makes it."""
    within = choice.partition(".")[2]
    for name in (choice, within):  # a setting may have an option of its own, as --text and --context
        source = ctx.get_parameter_source(name.partition(".")[0])
        if name in config.places and source is ParameterSource.DEFAULT_MAP:
            return config.source.at(config.places[name])
    return None


class _Reader(Reporter):
    """Reads a file of options and collects what is wrong with it."""

    def __init__(self, source: Source, ctx: click.Context) -> None:
        super().__init__(source)
        self._ctx = ctx
        known = {_key(param): param for param in ctx.command.params}
        self._known = {word: param for word, param in known.items() if word not in _NOT_IN_FILES}

    def config(self) -> Config:
        """What could be read."""
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
        """The names and values of an option that may be given several times."""
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
        """The value of an option, as its type reads it from the command line."""
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
    """What a type takes, in words, and what may have been meant."""
    if isinstance(kind, click.Choice):
        choices = [str(each) for each in cast("click.Choice[str]", kind).choices]
        return f"one of {', '.join(choices)}", did_you_mean(came, choices)
    return (range_words(kind), "") if isinstance(kind, click.IntRange | click.FloatRange) else ("", "")


def _key(param: click.Parameter) -> str:
    return param.opts[0].removeprefix("--")
