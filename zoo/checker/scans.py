"""A scan in its place: what is cut along the walked axis, what is fed back, what is stacked and what is
final.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from zoo.checker import masks
from zoo.checker.findings import TreePath, listed
from zoo.checker.frame import Frame, Known, Site, is_open
from zoo.checker.layers import Types
from zoo.checker.plan import DEEPEST
from zoo.checker.resolution import MASK, ScanUse
from zoo.checker.targets import default_output, sole
from zoo.checker.wiring import read
from zoo.errors import SizeError, did_you_mean
from zoo.graph import Learned, Ref, Scan, Wire, Zeros
from zoo.sizes import Size, names, symbol
from zoo.spec import TensorType

Entry: TypeAlias = tuple[str, Ref, TreePath]
"""A name inside a scan (the mask under MASK), what it reads, and where the document says so."""


@dataclass(slots=True)
class Taken:
    """What comes into a scan by name (the mask under MASK): wires, whole types, and where the document says
    so.

    What is read from an optional input is ``optional``, and ``absent`` where this use leaves it out.
    """

    inputs: dict[str, Ref] = field(default_factory=dict[str, Ref])
    types: dict[str, TensorType | None] = field(default_factory=dict[str, "TensorType | None"])
    places: dict[str, TreePath] = field(default_factory=dict[str, TreePath])
    optional: set[str] = field(default_factory=set[str])
    absent: set[str] = field(default_factory=set[str])


def use_scan(
    site: Site, scan: Scan, home: Frame, name: str, taken: Taken
) -> tuple[ScanUse | None, Types, Mapping[str, bool]]:
    """Resolve one use of the scan ``name`` of the body ``home``.

    Returns the use (None where the body cannot be entered), the types of the outputs, and which are on
    demand.
    """
    session, plan = site.frame.session, home.plan.inner[name]
    plans = [*(frame.plan for frame in home.chain()), plan]
    demanded = {out: session.demanded(home.home, home.file, plans, ref) for out, ref in scan.stack.items()}
    demanded.update(dict.fromkeys(scan.final, False))
    body = (id(scan),)
    if body in session.entered:
        site.report(
            "reuse-cycle", f"'{name}' would be applied inside itself", "reuse another node", at=("reuse",)
        )
        return None, dict.fromkeys(demanded), demanded
    if len(session.entered) >= DEEPEST:
        site.report("graph-depth", f"blocks and scans lie {DEEPEST} deep at most", "use blocks side by side")
        return None, dict.fromkeys(demanded), demanded

    cut = _cut(site, scan, taken)
    mask = _mask(site, scan, taken)
    key = (*home.key, name)
    inner = Frame(session, home.home, home.file, plan, home.values, key, home, (*home.path, name))
    inner.twins = site.twin.scope.nodes if isinstance(site.twin, ScanUse) else {}
    _declare(inner, scan, taken, cut)
    demand = frozenset(out for out, wanted in demanded.items() if wanted)
    asked = site.frame.asked(site.name, demand, default_output(demanded))
    live = {out: ref for out, ref in scan.stack.items() if out not in demand or out in asked}
    with session.inside(body):
        scope = session.resolve(inner, live)
    final = {out: state for out, state in scan.final.items() if state in scan.state}
    walked = next(
        ((axis, type_.shape[axis]) for name, axis in cut.items() if (type_ := taken.types[name])), None
    )
    types = _outputs(inner, scan, scope.types, walked, mask)
    next_ = _next(inner, scan, mask)
    site.frame.findings += [finding.under(site.path) for finding in inner.findings]
    known = {out: type_ for out, type_ in types.items() if type_ is not None}
    position = None if mask is None else mask[1]
    return ScanUse(scope, cut, walked[0] if walked else 0, next_, final, known, position), types, demanded


def take(site: Site, entries: Iterable[Entry], whole: Collection[str]) -> Taken:
    """What comes in by the wires of ``entries``; only those named in ``whole`` (const, mask) may be missing."""
    taken = Taken()
    for name, ref, at in entries:
        taken.inputs[name], type_, known = read(site, ref, at)
        taken.places[name] = at
        taken.types[name] = type_
        if known is not None and known.optional:
            if name in whole:
                taken.optional.add(name)
            else:
                message = f"'{name}' is required, and '{ref.node}' is optional, so it may be missing"
                remedy = f"make '{ref.node}' an input that is not optional"
                site.report("wire-optional", message, remedy, at=at)
        if known is not None and known.absent:
            taken.types[name] = None
            taken.absent.add(name)
    return taken


def wired(scan: Scan) -> list[Entry]:
    """What a scan reads where it stands."""
    entries: list[Entry] = []
    for part, refs in (("each", scan.each), ("state", scan.state), ("const", scan.const)):
        entries += [(name, ref, ("scan", part, name)) for name, ref in refs.items() if isinstance(ref, Ref)]
    if scan.mask is not None:
        entries.append((MASK, scan.mask, ("scan", "mask")))
    return entries


def rewired(site: Site, name: str, scan: Scan, inputs: Mapping[str, Wire]) -> list[Entry]:
    """What a scan reads where it is reused: each, const and the states that start from a wire, named as its
    inputs.
    """
    required = [
        *scan.each,
        *(key for key, start in scan.state.items() if isinstance(start, Ref)),
        *scan.const,
    ]
    free = {
        **{key: key for key in required},
        **({"mask": MASK} if scan.mask and "mask" not in required else {}),
    }
    entries: list[Entry] = []
    failed: list[str] = []
    for written, wire in inputs.items():
        port, at = written or sole(required) or "", ("in", written)
        if not isinstance(wire, Ref):
            site.report(
                "wire-list", f"the inputs of '{name}' take one wire each, got a list", at=at, port=port
            )
        elif not port:
            message = f"'{name}' has the inputs {listed(free)}, and the wire does not say which"
            site.report("port-choice", message, "name them: in: {x: …}", at=at)
        elif port not in free:
            hint = did_you_mean(port, free)
            remedy = "" if hint else f"its inputs are {listed(free)}"
            site.report("port-unknown", f"'{name}' has no input '{port}'{hint}", remedy, at=at, key=True)
        else:
            entries.append((free[port], wire, at))
            continue
        failed.append(written)
    wired = {entry[0] for entry in entries}
    for port in required:
        if port not in wired and "" not in failed and not any(did_you_mean(word, [port]) for word in failed):
            message = f"the input '{port}' of '{name}' is not wired"
            site.report("port-missing", message, f"write in: {{{port}: …}}", at=("in",), key=True, port=port)
    return entries


# ---------------------------------------------------------------------------------------------------- the way
# in


def _cut(site: Site, scan: Scan, taken: Taken) -> dict[str, int]:
    """Where the walked axis stands in each input that is cut."""
    whole = {name: type_ for name in scan.each if (type_ := taken.types.get(name)) is not None}
    places = {name: _positions(site.frame, type_, scan.over) for name, type_ in whole.items()}
    if whole and not any(places.values()):
        axes = {site.frame.word(size) for type_ in whole.values() for size in type_.shape}
        hint = did_you_mean(scan.over, [axis for axis in axes if axis.isidentifier()])
        first = next(iter(whole))
        message = f"no input of this scan has the axis '{scan.over}'{hint}: '{first}' is {site.frame.words(whole[first])}"
        if not any(_open(site.frame, type_) for type_ in whole.values()):
            site.report(
                "scan-axis", message, "name an axis that each input in 'each' has", at=("scan", "over")
            )
        return {}
    cut: dict[str, int] = {}
    for name, found in places.items():
        if len(found) == 1:
            cut[name] = found[0]
            continue
        if _open(site.frame, whole[name]):
            continue
        times = (
            f"has the axis '{scan.over}' {len(found)} times"
            if found
            else f"has no axis '{scan.over}' to walk over"
        )
        site.report(
            "scan-axis", f"'{name}' is {site.frame.words(whole[name])}, which {times}", at=taken.places[name]
        )
    return cut


def _open(frame: Frame, type_: TensorType) -> bool:
    return any(is_open(frame.ground(size)) for size in type_.shape)


def _positions(frame: Frame, type_: TensorType, over: str) -> list[int]:
    walked = symbol(over)
    found = [index for index, size in enumerate(type_.shape) if size == walked]
    if not found:
        ground = frame.ground(walked)
        found = [index for index, size in enumerate(type_.shape) if frame.ground(size) == ground]
    return found


def _mask(site: Site, scan: Scan, taken: Taken) -> tuple[TensorType, int] | None:
    """The type of one step of the mask, and where the walked axis stands in it."""
    type_ = taken.types.get(MASK)
    if type_ is None:
        if MASK not in taken.inputs:
            _warn(site, scan, taken)
        return None
    found = _positions(site.frame, type_, scan.over)
    if type_.dtype != "bool" or len(found) != 1:
        message = f"a mask is bool, with the axis '{scan.over}' once, got {site.frame.words(type_)}"
        site.report("scan-mask", message, at=taken.places[MASK])
        return None
    return _without(type_, found[0]), found[0]


def _warn(site: Site, scan: Scan, taken: Taken) -> None:
    for name in scan.each:
        type_ = taken.types.get(name)
        found = _positions(site.frame, type_, scan.over) if type_ else []
        if type_ and found:
            mask = masks.fitting(site.frame, type_.shape[: found[0] + 1])
            if mask is not None:
                masks.report(site, mask, "mask", ("scan",), f"mask: {mask}")
            return


def _without(type_: TensorType, axis: int) -> TensorType:
    return TensorType(type_.dtype, (*type_.shape[:axis], *type_.shape[axis + 1 :]))


def _declare(inner: Frame, scan: Scan, taken: Taken, cut: Mapping[str, int]) -> None:
    """Make each, state and const known inside."""
    for name in scan.each:
        type_ = taken.types.get(name)
        inner.names[name] = Known(Ref(name), _without(type_, cut[name]) if type_ and name in cut else None)
    for name, start in scan.state.items():
        type_ = taken.types.get(name) if isinstance(start, Ref) else _start(inner, name, start)
        inner.names[name] = Known(Ref(name), type_)
    for name in scan.const:
        optional, absent = name in taken.optional, name in taken.absent
        inner.names[name] = Known(Ref(name), taken.types.get(name), optional=optional, absent=absent)
    inner.masks = masks.candidates(inner)


def _start(inner: Frame, name: str, start: Zeros | Learned) -> TensorType | None:
    """The type of a state that starts as zeros or learned."""
    axes = inner.axes()
    shape: list[Size] | None = []
    for axis in start.shape:
        try:
            size = inner.axis(axis)
        except SizeError as error:
            inner.report("size-value", str(error), at=("state", name))
            shape = None
            continue
        strangers = [word for word in names(axis) if not word.startswith("$") and word not in axes]
        for word in strangers:
            hint = did_you_mean(word, axes)
            message = f"'{word}' is no axis of an input here{hint}"
            inner.report(
                "axis-unknown",
                message,
                "axes come from the types of inputs; sizes are numbers or $params",
                at=("state", name),
            )
        shape = None if strangers or shape is None else [*shape, size]
    return None if shape is None else TensorType("float", tuple(shape))


# --------------------------------------------------------------------------------------------------- the way
# out


def _next(inner: Frame, scan: Scan, mask: tuple[TensorType, int] | None) -> dict[str, Ref]:
    """The value of each state for the step after: it keeps its type."""
    site, found = Site(inner), dict[str, Ref]()
    for name, ref in scan.next.items():
        at: TreePath = ("next", name)
        found[name], type_, known = read(site, ref, at)
        if known is not None and known.optional:
            inner.report(
                "wire-optional", f"the state '{name}' would become '{ref}', which may be missing", at=at
            )
        before = inner.names[name].type if name in scan.state else None
        if before is None:
            continue
        if type_ is not None and not _alike(inner, before, type_):
            message = (
                f"the state '{name}' is {inner.words(before)} at the start and {inner.words(type_)} after a step, "
                "and a state keeps its type"
            )
            inner.report("scan-state", message, at=at)
        elif mask is not None and not _leads(inner, mask[0], before):
            _unmaskable(inner, name, before, mask[0], ("state", name))
    return found


def _alike(frame: Frame, left: TensorType, right: TensorType) -> bool:
    return (
        left.dtype == right.dtype
        and len(left.shape) == len(right.shape)
        and all(map(frame.same, left.shape, right.shape))
    )


def _leads(frame: Frame, mask: TensorType, type_: TensorType) -> bool:
    return len(mask.shape) <= len(type_.shape) and all(map(frame.same, mask.shape, type_.shape))


def _unmaskable(inner: Frame, name: str, type_: TensorType, mask: TensorType, at: TreePath) -> None:
    message = f"'{name}' is {inner.words(type_)}, which does not begin with the axes of a step's mask, {inner.words(mask)}"
    inner.report("scan-mask", message, at=at)


def _outputs(
    inner: Frame,
    scan: Scan,
    steps: Types,
    walked: tuple[int, Size] | None,
    mask: tuple[TensorType, int] | None,
) -> dict[str, TensorType | None]:
    types: dict[str, TensorType | None] = {}
    for name in scan.stack:
        step = types[name] = steps.get(name)
        if step is None:
            continue
        types[name] = None
        if walked is None:
            continue
        axis, size = walked
        if axis > len(step.shape):
            message = f"'{name}' is {inner.words(step)} in a step, and steps are stacked along axis {axis}"
            inner.report(
                "scan-output", message, "keep the axes that stand before the walked one", at=("stack", name)
            )
            continue
        types[name] = TensorType(step.dtype, (*step.shape[:axis], size, *step.shape[axis:]))
        if mask is not None and not _leads(inner, mask[0], step):
            _unmaskable(inner, name, step, mask[0], ("stack", name))
    for name, state in scan.final.items():
        types[name] = inner.names[state].type if state in scan.state else None
    return types
