"""Which members of a class are written: what something reads, and what bases outside the zoo have, too."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from zoo.ejecting.globals import stored
from zoo.ejecting.modules import Sources


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a class; ``is_read`` says whether something reads one."""

    of: type
    sources: Sources
    is_read: Callable[[type, str], bool]

    def keeps(self, node: ast.stmt) -> bool:
        """Whether a statement of the class is written: one that binds nothing is, and a field."""
        names = _bound(node)
        if not names or (isinstance(node, ast.AnnAssign) and node.value is None):
            return True
        if tuple in self.of.__mro__ and not isinstance(node, ast.FunctionDef):  # a field
            return True
        return any(
            (name.startswith("__") and name.endswith("__"))
            or self.is_read(self.of, name)
            or any(name in vars(base) for base in self._foreign())
            for name in names
        )

    def _foreign(self) -> list[type]:
        """The classes it comes from that are not written out, such as ``nn.Module``."""
        bases = self.of.__mro__[1:]
        return [each for each in bases if each is not object and not self.sources.is_own(each.__module__)]


def _bound(node: ast.stmt) -> set[str]:
    """The names that a statement of a class gives it."""
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    return stored(node) if isinstance(node, ast.Assign | ast.AnnAssign) else set()
