"""``zoo fmt`` writes graph files in one form; ``zoo schema`` prints the format's JSON schema."""

from __future__ import annotations

import sys

import click

from zoo.cli.files import GraphFile, examples, print_json


@click.command(
    short_help="Write graph files in the one form.",
    epilog=examples("zoo fmt my_model.yaml", "zoo fmt --check *.yaml"),
)
@click.argument("files", nargs=-1, required=True, type=GraphFile(), metavar="FILE...")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file is not in this form.")
def fmt(files: tuple[str, ...], check: bool) -> None:
    """Write graph files in the one form: order of keys, indentation, quotes. Comments stay."""
    from zoo.files import fmt as formatted
    from zoo.files import read_text, write_text

    changed = 0
    for file in files:
        old = read_text(file)
        new = formatted(old)
        if new == old:
            continue
        changed += 1
        if not check:
            write_text(file, new)
        click.echo(f"{'would rewrite' if check else 'rewrote'} {file}")
    if changed == 0:
        click.echo("nothing to rewrite")
    sys.exit(1 if check and changed else 0)


@click.command(
    short_help="Print the JSON schema of graph files.", epilog=examples("zoo schema > zoo.schema.json")
)
def schema() -> None:
    """Print the JSON schema of graph files, with the installed layers and their settings in it.

    Text editors that know JSON schemas complete and check graph files with it, when a file's first line is
    `# yaml-language-server: $schema=zoo.schema.json`.
    """
    from zoo.files.schema import schema as schema_of
    from zoo.packs import registry

    print_json(schema_of(registry()))
