"""``zoo layers``, ``zoo graphs`` and ``zoo packs``: what there is, where from, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import console, examples, json_option, print_json
from zoo.errors import ZooError

if TYPE_CHECKING:
    from zoo.packs import Pack
    from zoo.spec import LayerSpec


@click.command(
    short_help="List the layers, or tell all about one.",
    epilog=examples(
        "zoo layers",
        "zoo layers attention",
        "zoo layers attention/multi_head",
        "zoo layers recurrent/lstm_cell --json",
    ),
)
@click.argument("layer", required=False, metavar="[ID]")
@json_option
def layers(layer: str | None, as_json: bool) -> None:
    """List the layers of all packs; those of one pack; or all that is known of a layer."""
    from zoo.packs import registry

    known = registry().layers
    if layer is None or not (spec := registry().find(layer)):
        chosen = [
            spec for spec in known.values() if layer is None or spec.id.startswith(f"{layer.rstrip('/')}/")
        ]
        if layer is not None and not chosen:
            message, remedy = registry().missing(layer)
            raise ZooError(f"{message}; {remedy}")
        if as_json:
            print_json([_as_json(spec) for spec in chosen])
        else:
            _list_layers(chosen)
    elif as_json:
        print_json(_as_json(spec))
    else:
        _tell(spec)


def _list_layers(specs: list[LayerSpec]) -> None:
    from rich.table import Table

    from zoo.packs.offers import use_name

    table = Table("layer", "what it is", "from", box=None, pad_edge=False)
    for spec in sorted(specs, key=use_name):
        table.add_row(use_name(spec), spec.summary, spec.pack)
    console().print(table)


def _tell(spec: LayerSpec) -> None:
    """The page of a layer: help, ports, settings."""
    from rich.table import Table

    from zoo.packs.offers import use_name

    out = console()
    out.print(f"{use_name(spec)}  {'pointwise' if spec.pointwise else ''}".rstrip(), style="bold")
    out.print(f"from pack {spec.pack}: {spec.cls.__module__}.{spec.cls.__qualname__}\n")
    out.print(f"{spec.help}\n")
    ports = Table("", "port", "type", box=None, pad_edge=False)
    for kind, group in (("in", spec.inputs), ("out", spec.outputs)):
        for name, port in group.items():
            remark = "  (any number of wires)" if port.variadic else "  (on demand)" if port.on_demand else ""
            ports.add_row(kind, name, f"{port}{remark}")
    out.print(ports)
    if spec.settings.model_fields:
        out.print()
        settings = Table("setting", "type", "default", "", box=None, pad_edge=False)
        properties: dict[str, Any] = spec.settings.model_json_schema()["properties"]
        for name, field in spec.settings.model_fields.items():
            default = "required" if field.is_required() else json_text(field.default)
            if name in spec.widths:
                default = "solved from the wires"
            settings.add_row(name, type_text(properties[name]), default, field.description or "")
        out.print(settings)


def json_text(value: object) -> str:
    """A value as a file writes it."""
    import json

    return json.dumps(value, ensure_ascii=False)


def type_text(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words: ``int > 0``, ``"tanh" | "relu"``, ``float >= 0 < 1``."""
    if "enum" in schema or "const" in schema:
        return " | ".join(map(json_text, schema.get("enum", [schema.get("const")])))
    if "anyOf" in schema:
        return " | ".join(map(type_text, schema["anyOf"]))
    words = {"integer": "int", "number": "float", "boolean": "bool", "string": "str", "array": "list"}
    kind: str = schema.get("type", "any")
    text = words.get(kind, kind)
    if "items" in schema:
        text += f" of {type_text(schema['items'])}"
    bounds = {"exclusiveMinimum": ">", "minimum": ">=", "exclusiveMaximum": "<", "maximum": "<="}
    return " ".join([text, *(f"{sign} {schema[bound]}" for bound, sign in bounds.items() if bound in schema)])


def _as_json(spec: LayerSpec) -> dict[str, Any]:
    def ports(group: Any) -> dict[str, dict[str, Any]]:
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


@click.command(short_help="List the library of graphs.", epilog=examples("zoo graphs", "zoo graphs --json"))
@json_option
def graphs(as_json: bool) -> None:
    """List the graphs of the library: their names can stand wherever a command takes a FILE."""
    from rich.table import Table

    from zoo.packs import registry

    found = {name: (_about(path), str(path)) for name, path in sorted(registry().graphs.items())}
    if as_json:
        print_json([{"name": name, "about": about, "file": path} for name, (about, path) in found.items()])
        return
    table = Table("graph", "what it is", "file", box=None, pad_edge=False)
    for name, (about, path) in found.items():
        table.add_row(name, about, path)
    console().print(table)


def _about(path: Any) -> str:
    from zoo.files import load

    try:
        return load(path).about
    except ZooError as error:
        return f"cannot be read: {str(error).splitlines()[0]}"


@click.command(
    short_help="List the packs, and what is wrong with them.",
    epilog=examples("zoo packs", "zoo packs --traceback", "zoo --plugins my_layers packs"),
)
@click.option("--traceback", "tracebacks", is_flag=True, help="Also print where the broken ones failed.")
@json_option
def packs(tracebacks: bool, as_json: bool) -> None:
    """List the packs: where each is from, what it offers, how long it took to load, what is wrong with it.

    The exit code is 1 when something is wrong: a broken pack, or a name that two packs claim.
    """
    from dataclasses import asdict

    from zoo.packs import registry

    known = registry()
    if as_json:
        print_json([asdict(pack) for pack in known.packs])
    else:
        _list_packs(known.packs)
        for problem in known.problems:
            click.echo(click.style("error: ", fg="red", bold=True) + problem)
        for pack in known.broken.values() if tracebacks else ():
            if pack.traceback:
                click.echo(f"\npack '{pack.name}':\n{pack.traceback}")
    if known.problems:
        raise SystemExit(1)


def _list_packs(found: tuple[Pack, ...]) -> None:
    from rich.table import Table

    table = Table("pack", "from", "layers", "graphs", "seconds", "state", box=None, pad_edge=False)
    for pack in found:
        state = "broken" if pack.problem else "blocked" if pack.blocked else "note" if pack.notes else "ok"
        if pack.imported_torch:
            state += "; its time is that of importing torch"
        row = (
            pack.name,
            pack.origin,
            str(len(pack.layers)),
            str(len(pack.graphs)),
            f"{pack.seconds:.3f}",
            state,
        )
        table.add_row(*row)
    console().print(table)
