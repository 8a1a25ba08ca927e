"""``zoo tasks``: the tasks that graphs can be trained for, and what each requires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zoo.cli.files import examples, json_option, print_json, print_table, table

if TYPE_CHECKING:
    from zoo.tasks import Task


@click.command(
    short_help="List the tasks that graphs are trained for.",
    epilog=examples("zoo tasks", "zoo tasks language_modelling", "zoo tasks --json"),
)
@click.argument("name", required=False)
@json_option
def tasks(name: str | None, as_json: bool) -> None:
    """List the tasks, or describe one: its ports, its settings and its default graph."""
    from zoo.tasks import broken_tasks, find_task
    from zoo.tasks import tasks as all_tasks

    if name is not None:
        task = find_task(name)
        if as_json:
            print_json(_facts(name, task))
        else:
            _tell(name, task)
        return
    known = all_tasks()
    if as_json:
        print_json([_facts(each, task) for each, task in known.items()])
        return
    rows = table("task", "kind", "what is learned", "graph")
    for each, task in known.items():
        rows.add_row(each, task.kind, _help(task).partition("\n")[0], task.graph)
    print_table(rows)
    broken = broken_tasks()
    for error in broken.values():
        click.echo(click.style("error: ", fg="red", bold=True) + str(error), err=True)
    if broken:
        raise SystemExit(1)


def _facts(name: str, task: type[Task]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": task.kind,
        "help": _help(task),
        "feeds": dict(task.feeds),
        "reads": dict(task.reads),
        "one_of": list(task.one_of),
        "graph": task.graph,
        "settings": task.model_json_schema()["properties"] if task.model_fields else {},
    }


def _help(task: type[Task]) -> str:
    from inspect import cleandoc

    return cleandoc(task.__doc__ or "").replace("``", "`")


def _tell(name: str, task: type[Task]) -> None:
    click.echo(f"{name}: {_help(task)}\n")
    ports = table("port", "type", "")
    for port, words in task.feeds.items():
        ports.add_row(port, words, "input")
    for port, words in task.reads.items():
        ports.add_row(port, words, "output")
    print_table(ports)
    if task.one_of:
        click.echo(f"A graph has at least one of the inputs {', '.join(task.one_of)}.")
    if task.model_fields:
        click.echo()
        settings = table("setting", "type", "default", "what it is")
        shared_last = sorted(task.model_fields.items(), key=lambda item: item[0] not in task.__annotations__)
        for setting, field in shared_last:
            default = "" if field.is_required() else "none" if field.default is None else str(field.default)
            settings.add_row(setting, _type(task, setting), default, field.description or "")
        print_table(settings)
    click.echo(f"\nTry: zoo train {task.graph} --task {name}")


def _type(task: type[Task], setting: str) -> str:
    """A setting's type in words, from the task's JSON schema."""
    schema = task.model_json_schema()["properties"][setting]
    words: list[str] = []
    for each in schema.get("anyOf", [schema]):
        if each.get("type") != "null":
            kind = each.get("format", each.get("type", "any"))  # a path is a string with a format
            words += [str(value) for value in each.get("enum", [])] or [str(kind)]
    return " | ".join(words)
