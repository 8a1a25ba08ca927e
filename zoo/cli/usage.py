"""Readable usage errors: what the option expects, what was given, where to look."""

from __future__ import annotations

import click

from zoo.errors import did_you_mean


def plainer(error: click.UsageError) -> click.UsageError:
    """The error reworded, if click's own message is about its classes."""
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        return click.UsageError(_no_option(error, error.ctx), error.ctx)
    if isinstance(error, click.BadParameter) and error.param is not None:
        kind = error.param.type
        if isinstance(kind, click.IntRange | click.FloatRange):
            came = error.message.partition(" is not ")[0].strip("'")
            return click.BadParameter(f"it must be {range_words(kind)}, not '{came}'", error.ctx, error.param)
    return error


def _no_option(error: click.NoSuchOption, ctx: click.Context) -> str:
    if error.option_name == "--plugins":
        return "--plugins DIR stands before the command: zoo --plugins DIR COMMAND"
    options = [option for param in ctx.command.params for option in param.opts if option.startswith("--")]
    hint = did_you_mean(error.option_name, options)
    return f"there is no option {error.option_name}{hint}; {ctx.command_path} --help lists them"


def range_words(kind: click.IntRange | click.FloatRange) -> str:
    """``a whole number of at least 1``, ``a number greater than 0 and at most 1``."""
    bounds: list[str] = []
    form = "d" if isinstance(kind, click.IntRange) else "g"
    if kind.min is not None:
        bounds.append(f"{'greater than' if kind.min_open else 'of at least'} {kind.min:{form}}")
    if kind.max is not None:
        bounds.append(f"{'less than' if kind.max_open else 'at most'} {kind.max:{form}}")
    what = "a whole number" if isinstance(kind, click.IntRange) else "a number"
    return f"{what} {' and '.join(bounds)}".rstrip()
