"""``zoo layers``: the layers of all packs, or one layer in full."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import console, examples, json_option, print_json, print_table, table
from zoo.cli.outputs import claim, force_option
from zoo.errors import ZooError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoo.spec import LayerSpec, Port


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 - click passes them
    from zoo.packs import registry

    return sorted(name for name in registry().layers if name.startswith(incomplete))


@click.command(
    short_help="List layers, or describe one in full.",
    epilog=examples(
        "zoo layers",
        "zoo layers attention",
        "zoo layers attention/multi_head",
        "zoo layers recurrent/lstm_cell --json",
        "zoo layers --html layers.html",
        "zoo layers mine --docs docs/layers",
    ),
)
@click.argument("layer", required=False, metavar="[PACK|ID]", shell_complete=_completed)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write their pages as one HTML file, to search and read offline.",
)
@click.option(
    "--docs",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a Markdown page for each of them, and an index; existing pages are overwritten.",
)
@click.option(
    "--graphs-page",
    "links",
    metavar="LINK",
    default="",
    help="With --docs: the page of the graphs, as a link from a layer's page.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="With --docs: keep the measurements of existing pages, where they still apply.",
)
@force_option
@json_option
def layers(
    layer: str | None,
    html: Path | None,
    docs: Path | None,
    links: str,
    quick: bool,
    force: bool,
    as_json: bool,
) -> None:
    """List the layers of all packs or of one pack, or describe one layer in full.

    With --html or --docs, write a page for each: formula, ports, settings, costs, an example. Costs are
    measured, which takes a few minutes for all layers.
    """
    from zoo.packs import registry

    known = registry().layers
    spec = None if layer is None else registry().find(layer)
    if spec is not None:
        chosen = [spec]
    else:
        chosen = [
            each for each in known.values() if layer is None or each.id.startswith(f"{layer.rstrip('/')}/")
        ]
    if layer is not None and not chosen:
        message, remedy = registry().missing(layer)
        raise ZooError(f"{message}; {remedy}")
    if html:
        claim(html, force=force)
    if html or docs:
        _write(chosen, html, docs, links, quick=quick)
    elif as_json:
        print_json(_as_json(spec) if spec else [_as_json(each) for each in chosen])
    elif spec:
        _tell(spec)
    else:
        _list_layers(chosen)


def _write(chosen: list[LayerSpec], html: Path | None, docs: Path | None, links: str, *, quick: bool) -> None:
    from zoo.packs import registry
    from zoo.packs.offers import use_name
    from zoo.pages import pages, write_catalogue, write_pages
    from zoo.pages.facts import users

    if docs:
        for path in write_pages(chosen, registry(), docs, links, quick=quick):
            click.echo(f"wrote {path}")
    if html:
        write_catalogue(pages(sorted(chosen, key=use_name), users(registry())), html)
        click.echo(f"wrote {html}")


def _list_layers(specs: list[LayerSpec]) -> None:
    from zoo.packs.offers import use_name

    rows = table("layer", "what it is", "from")
    for spec in sorted(specs, key=use_name):
        rows.add_row(use_name(spec), spec.summary, spec.pack)
    print_table(rows)


def _tell(spec: LayerSpec) -> None:
    """Print the page of a layer: help, ports, settings."""
    from zoo.packs.offers import use_name
    from zoo.pages.words import settings_of

    out = console()
    out.print(f"{use_name(spec)}  {'pointwise' if spec.pointwise else ''}".rstrip(), style="bold")
    out.print(f"from pack {spec.pack}: {spec.cls.__module__}.{spec.cls.__qualname__}\n")
    out.print(f"{spec.help}\n")
    ports = table("", "port", "type")
    for kind, group in (("in", spec.inputs), ("out", spec.outputs)):
        for name, port in group.items():
            remark = "  (any number of wires)" if port.variadic else "  (on demand)" if port.on_demand else ""
            ports.add_row(kind, name, f"{port}{remark}")
    print_table(ports)
    if spec.settings.model_fields:
        out.print()
        settings = table("setting", "type", "default", "")
        for row in settings_of(spec):
            settings.add_row(*row)
        print_table(settings)


def _as_json(spec: LayerSpec) -> dict[str, Any]:
    def ports(group: Mapping[str, Port]) -> dict[str, dict[str, Any]]:
        return {
            name: {
                "type": str(port),
                "dtype": port.dtype,
                "axes": [str(axis) for axis in port.shape],
                "optional": port.optional,
                "variadic": port.variadic,
                "on_demand": port.on_demand,
            }
            for name, port in group.items()
        }

    return {
        "id": spec.id,
        "version": spec.version,
        "pack": spec.pack,
        "class": f"{spec.cls.__module__}.{spec.cls.__qualname__}",
        "help": spec.help,
        "pointwise": spec.pointwise,
        "inputs": ports(spec.inputs),
        "outputs": ports(spec.outputs),
        "settings": spec.settings.model_json_schema(),
        "widths": sorted(spec.widths),
    }
