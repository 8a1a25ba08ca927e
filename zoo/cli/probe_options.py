"""What ``zoo probe`` is given: graphs, runs and parts, questions, and data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from zoo.cli.files import (
    Assignment,
    GraphFile,
    any_device_option,
    seed_option,
    set_option,
    size_option,
    together,
)
from zoo.errors import FileError, did_you_mean

PARTS = ("gradients", "recurrence", "leaks", "nan", "statistics", "attention")


@dataclass(frozen=True, slots=True)
class Target:
    """A graph or a run: the word that a person typed, and the path that it stands for."""

    word: str
    path: str

    @property
    def is_run(self) -> bool:
        """Whether it is a run's folder or checkpoint."""
        return Path(self.path).is_dir() or self.path.endswith(".safetensors")


class GraphRunOrPart(GraphFile):
    """GRAPH|RUN|PART: a graph as everywhere, a run's folder or checkpoint, or a part of what is probed."""

    name = "GRAPH|RUN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A part as a word, all else as a target."""
        if value in PARTS:
            return value
        target = Target(str(value), str(value))
        if target.is_run:
            return target
        try:
            return Target(target.word, super().convert(value, param, ctx))
        except FileError:
            from zoo.packs import registry

            raise FileError(
                f"'{value}' is neither a file, nor a graph of the library, nor a part"
                f"{did_you_mean(target.word, [*PARTS, *registry().graphs])}; `zoo graphs` lists the library; "
                f"the parts are {', '.join(PARTS)}"
            ) from None

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Parts that begin so, and what every command offers."""
        parts = [CompletionItem(part) for part in PARTS if part.startswith(incomplete)]
        return [*parts, *super().shell_complete(ctx, param, incomplete)]


question_options = together(
    click.option(
        "--wire",
        "wires",
        multiple=True,
        metavar="PATH",
        help="A wire by its path, * for anything, as in --wire 'encoder.*'. May be repeated.",
    ),
    click.option(
        "--at",
        type=click.IntRange(min=0),
        help="The step at which J is taken  [default: the last real one]; of leaks: from which inputs change",
    ),
    click.option("--on", "output", default="", metavar="OUTPUT", help="J is a random sum of this output."),
)
data_options = together(
    click.option("--task", default="", help="Take the data and the loss of a task."),
    click.option(
        "--with",
        "settings",
        multiple=True,
        type=Assignment(),
        help="A setting of the task, or other data for a run. May be repeated.",
    ),
    set_option,
    size_option,
    click.option(
        "--examples", type=click.IntRange(min=1), default=4, show_default=True, help="Number of sequences."
    ),
    seed_option("Of weights and inputs."),
    click.option("--dtype", type=click.Choice(["float64", "float32"]), default="float64", show_default=True),
    any_device_option,
)
