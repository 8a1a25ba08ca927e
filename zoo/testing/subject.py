"""The subject of an examination: a layer, and the cases in which it is tested.

Settings and inputs are found by trial: what a layer refuses with a ValueError or a ZooError is not a case.
Any other exception is a fault of the layer, which the checks report. A class may help with a static method
``examples()``, which returns a list of settings, each of which becomes a case; omitted settings are drawn. It
may also promise more than its hints express:

    unordered          axes whose order has no effect: permuting steps permutes the output accordingly
    receptive_field    the number of steps, ending with its own, that a step of an output depends on
    exempt             check: reason, for checks that cannot hold for the layer; these must then fail

The first two may be static methods that take the settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import torch

from zoo.errors import ZooError
from zoo.spec import LayerSpec
from zoo.testing.cases import Case, make
from zoo.testing.checking import NoSettings
from zoo.testing.inputs import STYLES, Style
from zoo.testing.settings import options, required
from zoo.testing.sizes import FIRST, SECOND, Assignment
from zoo.values import EMPTY


@dataclass(frozen=True)
class Recipe:
    """The ingredients of a case, so that every check gets its own."""

    settings: Mapping[str, Any]
    assignment: Assignment
    style: Style
    wired: frozenset[str]
    title: str = ""


class Subject:
    """A layer that is being examined."""

    def __init__(self, spec: LayerSpec) -> None:
        self.spec = spec
        self._refusal = "it was not tried"

    def cases(self) -> Iterator[Case]:
        """The plain case, then one for each option and example, all newly built."""
        for recipe in self._recipes:
            yield self._make(recipe)

    def plain(self, assignment: Assignment = FIRST, wired: frozenset[str] | None = None) -> Case:
        """The layer with its plainest settings, with all optional inputs or those in ``wired``."""
        recipe = self._recipes[0]
        if assignment is not FIRST:
            recipe = self.find(assignment, self._examples[0])
        return self._make(recipe if wired is None else replace(recipe, wired=wired))

    def second(self) -> Case:
        """The plain case at other sizes."""
        return self._make(self._second)

    def resized(self, case: Case, **change: Any) -> Case | None:
        """A case with other sizes, given as fields of ``Assignment``; None if the layer refuses them."""
        recipe = next(recipe for recipe in self._recipes if recipe.title == case.title)
        return self._accepted(replace(recipe, assignment=replace(recipe.assignment, **change)))

    def with_wires(self, case: Case, wired: frozenset[str]) -> Case | None:
        """A case with only these optional inputs; None if the layer refuses it."""
        recipe = next(recipe for recipe in self._recipes if recipe.title == case.title)
        return self._accepted(replace(recipe, wired=wired))

    def promise(self, name: str, case: Case) -> Any:
        """What the class promises under a name for the settings of a case; None if nothing."""
        promised = getattr(self.spec.cls, name, None)
        return promised(case.settings) if callable(promised) else promised

    def find(self, assignment: Assignment, given: Mapping[str, Any], title: str = "") -> Recipe:
        """The first settings that the layer accepts."""
        for sizes in (assignment, replace(assignment, level=assignment.round[0])):
            for settings in required(self.spec, assignment, given):
                recipe = self._tried(settings, sizes, title)
                if recipe is not None:
                    return recipe
        drawn = f"; it was given {dict(given)}" if given else ""
        raise NoSettings(
            f"settings are drawn until the layer takes some, and it took none{drawn}. It said last: "
            f"{self._refusal}. Give the class a static method examples() that returns a list of settings"
        )

    @cached_property
    def _examples(self) -> Sequence[Mapping[str, Any]]:
        examples = getattr(self.spec.cls, "examples", None)
        return list(examples()) if examples else [{}]

    @cached_property
    def _second(self) -> Recipe:
        return self.find(SECOND, self._examples[0], "at other sizes")

    @cached_property
    def _recipes(self) -> Sequence[Recipe]:
        given = self._examples[0]
        plain = self.find(FIRST, given)
        found = [plain]
        found += [self.find(FIRST, each, f"with {_told(each)}") for each in self._examples[1:]]
        whole = self._make(plain).settings
        others = list(options(self.spec, whole, given))
        for other in others:
            # An option may require another, as `strict` requires `causal`.
            for also in (EMPTY, *(each for each in others if each.keys() != other.keys())):
                change = {**also, **other}
                recipe = self._tried({**plain.settings, **change}, FIRST, f"with {_told(change)}")
                if recipe is not None:
                    if recipe.title not in {each.title for each in found}:
                        found.append(recipe)
                    break
        return found

    def _tried(self, settings: Mapping[str, Any], assignment: Assignment, title: str) -> Recipe | None:
        """A recipe with as many optional inputs as the layer accepts; None if it refuses the settings."""
        optional = [name for name, port in self.spec.inputs.items() if port.optional]
        for style in STYLES if any(port.dtype == "int" for port in self.spec.inputs.values()) else STYLES[:1]:
            for size in sorted({len(optional), max(len(optional) - 1, 0), 0}, reverse=True):
                for wired in combinations(optional, size):
                    recipe = Recipe(settings, assignment, style, frozenset(wired), title)
                    if self._accepted(recipe):
                        return recipe
        return None

    def _accepted(self, recipe: Recipe) -> Case | None:
        """The case, or None if the layer refuses it."""
        try:
            case = self._make(recipe)
            if self.spec.rule:
                self.spec.rule(case.settings, case.shapes)
        except (ValueError, ZooError) as error:
            self._refusal = f"{type(error).__name__}: {' '.join(str(error).split())}"
            return None
        try:
            with torch.no_grad():
                case.run()
        except (ValueError, ZooError) as error:
            self._refusal = f"{type(error).__name__}: {' '.join(str(error).split())}"
            return None
        except Exception:  # noqa: BLE001 - not a refusal but a fault, which the checks report
            return self._make(recipe)
        return self._make(recipe)

    def _make(self, recipe: Recipe) -> Case:
        return make(
            self.spec,
            recipe.settings,
            recipe.assignment,
            style=recipe.style,
            wired=recipe.wired,
            title=recipe.title,
        )


def _told(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value!r}" for name, value in settings.items())
