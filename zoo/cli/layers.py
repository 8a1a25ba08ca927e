"""``zoo layers``: the layers of all packs, and all that is known of one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import console, examples, json_option, print_json, print_table, table
from zoo.errors import ZooError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoo.spec import LayerSpec, Port


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 - click passes them
    from zoo.packs import registry

    return sorted(name for name in registry().layers if name.startswith(incomplete))


@click.command(
    short_help="List the layers, or tell all about one.",
    epilog=examples(
        "zoo layers",
        "zoo layers attention",
        "zoo layers attention/multi_head",
        "zoo layers recurrent/lstm_cell --json",
    ),
)
@click.argument("layer", required=False, metavar="[ID]", shell_complete=_completed)
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
    from zoo.packs.offers import use_name

    rows = table("layer", "what it is", "from")
    for spec in sorted(specs, key=use_name):
        rows.add_row(use_name(spec), spec.summary, spec.pack)
    print_table(rows)


def _tell(spec: LayerSpec) -> None:
    """The page of a layer: help, ports, settings."""
    from zoo.packs.offers import use_name

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
        properties: dict[str, Any] = spec.settings.model_json_schema()["properties"]
        for name, field in spec.settings.model_fields.items():
            default = "required" if field.is_required() else json_text(field.default)
            if name in spec.widths:
                default = "solved from the wires"
            settings.add_row(name, type_text(properties[name]), default, field.description or "")
        print_table(settings)


def json_text(value: object) -> str:
    """A value as a file writes it."""
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
