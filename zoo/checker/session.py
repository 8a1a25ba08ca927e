"""One run of the checker: the registry, prepared targets and plans, and resolved scopes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from zoo.checker.findings import INSIDE, Finding
from zoo.checker.measures import Measures
from zoo.checker.memory import Memory, Planned
from zoo.checker.parameters import Shapes, parameter_shapes
from zoo.checker.plan import DEEPEST, Plan
from zoo.checker.planner import plan_body
from zoo.checker.resolution import Scope
from zoo.checker.targets import BlockTarget, LayerTarget, Target, sole
from zoo.checker.values import typed
from zoo.errors import did_you_mean
from zoo.graph import Call, Graph, Ref, Repeat, Scan
from zoo.spec import LayerSpec

if TYPE_CHECKING:
    from zoo.checker.frame import Frame
    from zoo.checker.site import Site

Resolve: TypeAlias = "Callable[[Frame, Mapping[str, Ref]], Scope]"


class Catalogue(Protocol):
    """What the checker needs from a registry (``zoo.packs.Registry`` is one)."""

    def find(self, use: str) -> LayerSpec | None:
        """The layer that ``pack/name`` or ``pack/name@2`` means in a file."""
        ...

    def missing(self, use: str) -> tuple[str, str]:
        """Why there is no such layer, and what to do about it."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """The resolved body of a block, the blocks (file and name) reached in it, and its findings."""

    scope: Scope
    reached: AbstractSet[tuple[str, str]]
    findings: list[Finding]


class Session:
    """The state of one run.

    ``scopes`` are the bodies of blocks resolved so far, ``entered`` those that are being resolved.
    ``reached`` are the blocks that are used. ``resolve`` resolves a body, given the outputs that are
    computed; it is called for nodes that have a body.
    """

    def __init__(
        self,
        registry: Catalogue,
        root: Graph,
        dropped: Collection[str],
        resolve: Resolve,
        memory: Memory | None,
    ) -> None:
        self.registry, self.root, self.dropped = registry, root, dropped
        self.resolve = resolve
        self.remembers = memory is not None
        self.memory = (memory or Memory()).of(registry)
        self.scopes: dict[tuple[Any, ...], Done] = {}
        self.entered_frames: dict[str, Frame] = {}
        self.remembered = 0
        self.planned: dict[tuple[str, str], Planned] = {}
        self.reached: set[tuple[str, str]] = set()
        self.entered: list[tuple[Any, ...]] = []
        self.measures = Measures()
        self._asking = 0
        self._blocks: dict[tuple[str, str], BlockTarget | None] = {}

    def target(self, site: Site, use: str) -> Target | None:
        """The target that ``use`` names, or None after a report."""
        found = self.find(site.frame.home, site.frame.file, use)
        if found is None:
            self._report(site, use)
        return found

    def find(self, home: Graph, file: str, use: str) -> Target | None:
        """The target that ``use`` names in a document, or None."""
        if "#" in use:
            other, _, name = use.partition("#")
            found = home.files.get(other)
            return (
                None
                if found is None
                else self._block(found, f"{file}{INSIDE}{other}" if file else other, name)
            )
        if "/" not in use:
            return self._block(home, file, use)
        if use not in self.memory.layers:
            spec = self.registry.find(use)
            self.memory.layers[use] = None if spec is None else LayerTarget(spec, use)
        return self.memory.layers[use]

    def plan(self, home: Graph, file: str, name: str) -> Plan:
        """The plan of a document's own body, or of one of its blocks."""
        body, key = home.blocks[name] if name else home, (file, name)
        planned = self.planned.get(key) or self.memory.plans.get(key)
        if planned is None or not planned.holds(body, self.dropped):
            plan = plan_body(body, file, name, self.dropped)
            planned = Planned(plan, tuple(body.params), self.dropped)
        self.planned[key] = planned
        return planned.plan

    def demanded(self, home: Graph, file: str, plans: list[Plan], ref: Ref) -> bool:
        """Whether an output is computed only on demand, like attention weights that a body passes on.

        ``ref`` is read in the body of the last of ``plans``, which are those of a block and the scans in it.
        """
        name, port = ref.node, ref.port
        while name in plans[-1].reuses:
            name, depth = plans[-1].reuses[name]
            plans = plans[: len(plans) - depth]
        node = plans[-1].body.nodes.get(name)
        if isinstance(node, Call | Repeat):
            target = self.find(home, file, node.use) if self._asking <= DEEPEST else None
            return target is not None and (port or target.default) in target.on_demand
        if isinstance(node, Scan) and name in plans[-1].inner:
            inner = node.stack.get(port or sole([*node.stack, *node.final]) or "")
            return inner is not None and self.demanded(home, file, [*plans, plans[-1].inner[name]], inner)
        return False

    def parameters(self, spec: LayerSpec, settings: Mapping[str, Any]) -> Shapes | None:
        """The shapes of a layer's parameters (``parameter_shapes``), cached."""
        key = (spec.id, spec.version, *typed(settings))
        shapes = self.memory.shapes
        if key not in shapes:
            shapes[key] = parameter_shapes(spec, settings)
        return shapes[key]

    def close(self) -> Mapping[str, Frame]:
        """End the run; returns the frame of every body by scope, for its first use in this or an earlier run.

        The session drops its references to the frames: a reference cycle would keep every check alive until
        the garbage collector finds it, in the middle of a user's gesture.
        """
        frames = {**self.memory.frames, **self.entered_frames}
        self.memory.frames, self.memory.plans = frames, self.planned
        self.memory.forget(self.remembered)
        self.memory = Memory(self.registry, self.memory.layers, self.memory.shapes)
        self.entered_frames = {}
        return frames

    @contextmanager
    def inside(self, body: tuple[Any, ...]) -> Generator[None]:
        """Context manager: mark a body as being resolved."""
        self.entered.append(body)
        try:
            yield
        finally:
            self.entered.pop()

    def _block(self, home: Graph, file: str, name: str) -> BlockTarget | None:
        key = (file, name)
        if key not in self._blocks:
            block = home.blocks.get(name)
            if block is None:
                return None
            target = BlockTarget(name, file, home, block, self.plan(home, file, name))
            self._blocks[key] = target  # before its outputs are known, in case the block uses itself
            self._asking += 1
            outputs = {
                out: self.demanded(home, file, [target.plan], ref) for out, ref in block.outputs.items()
            }
            target.offer(outputs)
            self._asking -= 1
        return self._blocks[key]

    def _report(self, site: Site, use: str) -> None:
        file, hash_, name = use.rpartition("#")
        if not hash_ and "/" in use:
            message, remedy = self.registry.missing(use)
            if self.root.requires:
                remedy = f"{remedy}; this file requires {', '.join(self.root.requires)}"
            site.report("layer-missing", message, remedy, at=("use",), origin=("layer", use))
            return
        home = site.frame.home
        if name in self.dropped or file in self.dropped:
            return
        if hash_ and file not in home.files:
            message = f"the file '{file}' has not been read"
            site.report(
                "file-missing", message, "load the graph from its own file, beside which it lies", at=("use",)
            )
            return
        blocks = home.files[file].blocks if hash_ else home.blocks
        hint = did_you_mean(name, blocks)
        remedy = "" if hint else "a block stands under 'blocks'; a layer is named pack/layer"
        where = f" in '{file}'" if hash_ else ""
        message, origin = f"there is no block '{name}'{where}{hint}", ("block", site.frame.file, use)
        site.report("block-unknown", message, remedy, at=("use",), origin=origin)
