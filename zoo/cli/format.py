"""``zoo fmt`` writes graph files in one form; ``zoo schema`` prints the format's JSON schema."""

from __future__ import annotations

import click

from zoo.cli.files import examples, print_json
from zoo.errors import ZooError


@click.command(
    short_help="Format graph files.",
    epilog=examples("zoo fmt my_model.yaml", "zoo fmt --check *.yaml"),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would be changed.")
def fmt(files: tuple[str, ...], check: bool) -> None:
    """Format graph files: order of keys, indentation, quotes. Comments stay.

    FILE is a path here: copy a graph of the library first. A file with errors stays as it is, and the others
    are still written.
    """
    from zoo.files import fmt as formatted
    from zoo.files import read_text, write_text

    changed = failed = 0
    for file in files:
        try:
            old = read_text(file)
            new = formatted(old, file)
            if new == old:
                continue
            if not check:
                write_text(file, new)
        except ZooError as error:
            click.echo(str(error), err=True)
            failed += 1
            continue
        changed += 1
        click.echo(f"{'would rewrite' if check else 'rewrote'} {file}")
    if not changed and not failed:
        click.echo("nothing to rewrite")
    if failed or (check and changed):
        raise SystemExit(1)


@click.command(
    short_help="Print the JSON schema of graph files.", epilog=examples("zoo schema > zoo.schema.json")
)
def schema() -> None:
    """Print the JSON schema of graph files, including the installed layers and their settings.

    Text editors that understand JSON schemas use it to complete and check graph files whose first line is
    `# yaml-language-server: $schema=zoo.schema.json`.
    """
    from zoo.files.schema import schema as schema_of
    from zoo.packs import registry

    print_json(schema_of(registry()))
