"""The table of commands in docs/editor.md, made from the commands themselves.

    python -m zoo_gui.commands.document        # the page with a new table, to be written over the old one

A test compares the page with what this makes.
"""

from __future__ import annotations

from zoo_gui.commands.every import MENUS, every_command

BEGIN = "<!-- commands: made from the code -->"
END = "<!-- end of commands -->"


def table() -> str:
    """All commands as Markdown, menu by menu."""
    lines: list[str] = []
    for menu in MENUS:
        lines += [f"### {menu}", "", "| command | keys | what it does | id |", "|---|---|---|---|"]
        for command in every_command():
            top, _, inner = command.menu.partition("/")
            if top == menu:
                name = f"{inner} › {command.text}" if inner else command.text
                keys = ", ".join(f"`{key}`" for key in command.keys)
                lines.append(f"| {name} | {keys} | {command.about} | `{command.id}` |")
        lines.append("")
    return "\n".join(lines)


def renewed(page: str) -> str:
    """A page with the table between its two marks made anew; ValueError when it has no marks."""
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"a table stands between '{BEGIN}' and '{END}', and here these are missing")
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


if __name__ == "__main__":
    from pathlib import Path

    path = Path("docs/editor.md")
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
