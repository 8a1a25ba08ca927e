"""The page of a layer, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from zoo.checker.resolution import LayerUse, Resolution
from zoo.packs.offers import use_name
from zoo.pages.facts import Costs, facts
from zoo.pages.words import settings_of
from zoo.spec import LayerSpec

COSTS = "## What it costs"
"""The heading of the measured part; everything else on a page follows from the layer's source."""


def layer_page(
    spec: LayerSpec,
    example: tuple[str, Resolution] | None,
    costs: Costs | None,
    graphs: Sequence[str],
) -> str:
    """The page: help, ports, settings, what holds, costs, an example, the ``graphs`` that use it.

    ``graphs`` are in Markdown.
    """
    parts = [f"# {use_name(spec)}", markdown(spec.help), "## Ports", _ports(spec)]
    if spec.settings.model_fields:
        parts += ["## Settings", _settings(spec)]
    if example is not None:
        use = next(node.use for node in example[1].root.nodes.values())
        assert isinstance(use, LayerUse)  # a graph of one layer
        parts += ["## What holds", "\n".join(f"- {fact}" for fact in facts(spec, use.settings))]
        parts += [COSTS, _costs(costs)]
        parts += ["## Example", f"```yaml\n{example[0]}```"]
    if graphs:
        parts.append(f"In the library: {', '.join(graphs)}.")
    owner = f", of the pack `{spec.pack}`" if spec.pack else ""
    parts.append(f"`{spec.cls.__module__}.{spec.cls.__qualname__}`{owner}.")
    return "\n\n".join(parts) + "\n"


def with_costs_of(page: str, old: str) -> str | None:
    """A page with the measurements of an ``old`` one; None if that had other settings or examples."""
    costs = re.compile(rf"^{COSTS}\n.*?(?=^## )", re.MULTILINE | re.DOTALL)
    found = costs.search(old)
    if found is None or _measured_with(page) != _measured_with(old):
        return None
    return costs.sub(lambda _: found[0], page)


def _measured_with(page: str) -> list[str]:
    """The lines of a page that its costs depend on."""
    return re.findall(r"^## Settings\n.*?(?=^## )|^```yaml\n.*?^```$", page, re.MULTILINE | re.DOTALL)


def markdown(text: str) -> str:
    """A docstring as Markdown: indented lines stay code, names in double backticks get single ones."""
    return "\n".join(line if line.startswith("    ") else _escaped(line) for line in text.splitlines())


def _escaped(line: str) -> str:
    bullet = re.match(r"\* |- ", line)
    start = bullet[0] if bullet else ""
    parts = re.split(r"(``?[^`]+``?)", line[len(start) :])
    return start + "".join(
        f"`{part.strip('`')}`"
        if part.startswith("`")
        else re.sub(r"([*<>\[\]\\]|(?<!\w)_|_(?!\w))", r"\\\1", part)
        for part in parts
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; its cells contain no line breaks."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def _ports(spec: LayerSpec) -> str:
    rows: list[tuple[str, ...]] = []
    for kind, group in (("in", spec.inputs), ("out", spec.outputs)):
        for name, port in group.items():
            remarks = ["any number of wires"] * port.variadic + [
                "computed when something reads it"
            ] * port.on_demand
            rows.append((kind, f"`{name}`", f"`{port}`", ", ".join(remarks)))
    return table(("", "port", "type", ""), rows)


def _settings(spec: LayerSpec) -> str:
    return table(
        ("setting", "type", "default", ""),
        ((f"`{n}`", f"`{t}`", d, _escaped(h)) for n, t, d, h in settings_of(spec)),
    )


def _costs(costs: Costs | None) -> str:
    if costs is None:
        return "Not measured: it takes no call at the sizes that were tried."
    unknown = "no polynomial"
    widths = " for the example's widths" if re.search(r"\d", costs.kept) else ""
    alone = f" for {', '.join(costs.fixed)} alone" if costs.fixed else ""
    rows = [
        ("parameters", f"`{costs.parameters}`{alone}" if costs.parameters else unknown),
        ("FLOPs", f"`{costs.flops}`{alone}" if costs.flops else unknown),
        ("sequential operations", f"`{costs.sequential}`" if costs.sequential else "unknown"),
        ("longest path", f"`{costs.path}`" if costs.path else "joins no places"),
        ("numbers kept for the backward pass", f"`{costs.kept}`{widths}" if costs.kept else unknown),
    ]
    return table(("", "with the wires and settings of the example"), rows)
