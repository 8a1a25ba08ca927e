"""``zoo new``: the initial files of a pack or of a single layer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from shlex import quote

import click

import zoo
from zoo.cli.files import examples
from zoo.cli.outputs import claim, force_option
from zoo.errors import ZooError

_WORD = re.compile(r"[a-z][a-z0-9_]*")
_FIRST = "softsign"  # the layer that a new pack begins with
_PACK: Mapping[str, str] = {
    "pyproject.toml": "pack/pyproject.toml.txt",
    "README.md": "pack/README.md.txt",
    ".gitignore": "pack/gitignore.txt",
    ".github/workflows/test.yml": "pack/workflow.yml.txt",
    "zoo_{{pack}}/__init__.py": "pack/init.py.txt",
    "zoo_{{pack}}/{{name}}.py": "layer.py.txt",
    "zoo_{{pack}}/graphs/{{pack}}_example.yaml": "pack/example.yaml.txt",
    "tests/test_pack.py": "pack/test_pack.py.txt",
}
"""The files of a new pack, and their templates."""


@click.group(
    short_help="Start a pack of your own, or a layer.",
    epilog=examples("zoo new pack acme", "zoo new layer mine/softsign --to my_layers"),
)
def new() -> None:
    """Write files to start from: a distribution with layers, graphs and tests, or a single layer."""


@new.command(
    short_help="A distribution with a layer, a graph and tests.", epilog=examples("zoo new pack acme")
)
@click.argument("name", metavar="NAME")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="The folder  [default: zoo-NAME]"
)
@force_option
def pack(name: str, folder: Path | None, force: bool) -> None:
    """Start a pack: a distribution that layerzoo finds once it is installed.

    It has a layer, a graph that uses it, tests that examine every layer, and a CI file.
    """
    _check_word(name, "the name of a pack")
    for point in metadata.entry_points(group="zoo"):
        if point.name == name:
            owner = point.dist.name if point.dist else point.value
            raise ZooError(f"a name names one pack, and '{name}' is that of {owner}; choose another")
    target = folder or Path(f"zoo-{name.replace('_', '-')}")
    words = _words(name, _FIRST)
    templates = {target / _filled(path, words): template for path, template in _PACK.items()}
    claim(*templates, force=force)
    for path, template in templates.items():
        _write(path, template, words)
    (target / f"zoo_{name}" / "py.typed").touch()
    click.echo(
        f"\nNext:\n  cd {quote(str(target))}\n  pip install -e '.[test]'\n  pytest\n  zoo show {name}_example"
    )


@new.command(
    short_help="One file for a --plugins folder.",
    epilog=examples(
        "zoo new layer mine/softsign --to my_layers", "zoo --plugins my_layers exam mine/softsign"
    ),
)
@click.argument("id", metavar="PACK/NAME")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder  [default: this one]",
)
@force_option
def layer(id: str, folder: Path, force: bool) -> None:
    """Start a layer: one file, which zoo --plugins FOLDER loads."""
    pack_name, slash, name = id.partition("/")
    if not slash:
        raise ZooError(f"a layer has an id PACK/NAME, and '{id}' is not one; write for example mine/{id}")
    for word in (pack_name, name):
        _check_word(word, "each part of an id")
    path = folder / f"{name}.py"
    claim(path, force=force)
    _write(path, "layer.py.txt", _words(pack_name, name))
    click.echo(f"\nNext:\n  zoo --plugins {quote(str(folder))} exam {id}")


def _check_word(word: str, what: str) -> None:
    if not _WORD.fullmatch(word):
        raise ZooError(
            f"{what} is lower-case letters, digits and underscores, and '{word}' is not; "
            "write for example my_layers"
        )


def _words(pack_name: str, name: str) -> dict[str, str]:
    """The substitutions for names in double braces."""
    return {
        "pack": pack_name,
        "dashed": pack_name.replace("_", "-"),
        "name": name,
        "Class": "".join(part.capitalize() for part in name.split("_")),
        "Title": name.replace("_", " ").capitalize(),
        "version": zoo.__version__,
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: words[found[1]], text)


def _write(path: Path, template: str, words: Mapping[str, str]) -> None:
    text = files("zoo.cli").joinpath("templates", template).read_text(encoding="utf-8")
    try:
        path.write_text(_filled(text, words), encoding="utf-8")
    except OSError as error:
        raise ZooError(
            f"{path} cannot be written: {error.strerror}; choose another place with --to"
        ) from None
    click.echo(f"wrote {path}")
