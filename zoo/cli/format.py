"""``zoo fmt`` writes graph files in one form; ``zoo schema`` prints the format's JSON schema."""

from __future__ import annotations

import click

from zoo.cli.files import examples, print_json
from zoo.errors import ZooError


@click.command(
    short_help="Write graph files in the one form.",
    epilog=examples("zoo fmt my_model.yaml", "zoo fmt --check *.yaml"),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file is not in this form.")
def fmt(files: tuple[str, ...], check: bool) -> None:
    """Write graph files in the one form: order of keys, indentation, quotes. Comments stay.

    FILE is a path here: a graph of the library is copied first. A file with errors stays as it is, and the
    others are still written.
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
    """Print the JSON schema of graph files, with the installed layers and their settings in it.

    Text editors that know JSON schemas complete and check graph files with it, when a file's first line is
    `# yaml-language-server: $schema=zoo.schema.json`.
    """
    from zoo.files.schema import schema as schema_of
    from zoo.packs import registry

    print_json(schema_of(registry()))
